"""
Kill a run at random moments, take it up again until it ends, and compare with a run nobody disturbed.

    python crash.py EXPORT FOLDER --signal KILL --times 20 --seed 1 [--naive] [--format jsonl] [--jobs 1]

Prints one JSON object: how many were killed, how many runs ended, and the ids lost and doubled in all of them. Runs are forked from this process, which
has everything loaded, so that a kill finds them at work and not at importing. ``--naive`` is a control: a writer that appends and notes how far it
came, as one would write it in ten minutes. A harness that cannot see its losses proves nothing.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path

from classifier.intake import export, lines
from classifier.intake.export import stream_export
from classifier.outcome import journal
from classifier.outcome.run import Settings, StoppedError, judge_batch, score_export

TABLES = ("accounts", "posts", "leads", "rejects")


def run(arguments, out):
    """Score into *out*, taking up what is there; end as the command would."""
    settings = Settings("offers", arguments.format, arguments.jobs, False, {})
    asked = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    try:
        score_export([arguments.export], out, settings, resume=True, stop=lambda: bool(asked))
    except StoppedError:
        os._exit(128 + signal.SIGTERM)
    os._exit(0)


def run_naively(arguments, out):
    """The control: append the posts of each batch, note the number of batches done now and then."""
    out.mkdir(exist_ok=True)
    note = out / "done"
    done = int(note.read_text()) if note.exists() else 0
    settings = Settings("offers", "jsonl", 1, False, {})
    with (out / "posts.jsonl").open("ab") as posts:
        for number, batch in enumerate(stream_export([arguments.export])):
            if number < done:
                continue
            posts.write(judge_batch(batch, settings).pieces["posts"][0])
            if number % 3 == 0:
                note.write_text(str(number + 1))
    os._exit(0)


def forked(work, arguments, out, seconds=None):
    """Run *work* in a process of its own, disturbed after *seconds*; return how it ended."""
    child = os.fork()
    if not child:
        try:
            work(arguments, out)
        except BaseException:  # noqa: BLE001 (the child ends here, and must say why)
            traceback.print_exc()
        finally:
            os._exit(70)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, getattr(signal, f"SIG{arguments.signal}"))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def warm(arguments):
    """Load the model and build every table now: kills would else find most runs still at that, with nothing written yet."""
    for batch in stream_export([arguments.export]):
        judge_batch(batch, Settings("offers", arguments.format, 1, False, {}))


def bytes_of(out, fmt):
    paths = [out / f"{name}.{fmt}" for name in TABLES] + [out / "texts.parquet"]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None for path in paths}


def ids_of(path):
    """How often each post stands in a table; a line torn by a kill, alone or run into the next one, holds none."""
    ids = Counter()
    for line in path.read_bytes().split(b"\n"):
        with suppress(ValueError, TypeError, KeyError):
            ids[json.loads(line)["post_id"]] += 1
    return ids


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("export", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--signal", default="KILL")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default="jsonl")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--naive", action="store_true")
    arguments = parser.parse_args()
    # Many small batches, each made safe at once: as many places to be killed at as can be.
    lines.LINES_A_CHUNK, export._SMALL_CHUNK = 20, 0
    journal.COMMIT_SECONDS = 0.0
    warm(arguments)
    work = run_naively if arguments.naive else run
    chance = random.Random(arguments.seed)
    whole, out = arguments.folder / "whole", arguments.folder / "out"
    assert forked(run, arguments, whole) == 0
    started = time.monotonic()
    assert forked(work, arguments, out) == 0
    seconds = time.monotonic() - started
    shutil.rmtree(out)
    told = Counter(dict.fromkeys(("disturbed", "ended", "different", "lost", "doubled", "odd"), 0))
    # The control has shown what it is for at its first loss; which kill brings it is chance.
    while told["disturbed"] < arguments.times and not (arguments.naive and told["lost"] + told["doubled"]):
        left = arguments.times - told["disturbed"]
        code = forked(work, arguments, out, chance.uniform(0, seconds))
        if code in (-signal.SIGKILL, -signal.SIGTERM, 128 + signal.SIGTERM):
            told["disturbed"] += 1
            if left > 1 and chance.random() < 0.7:
                continue
            code = forked(work, arguments, out)
        told["odd"] += code != 0
        told["ended"] += 1
        kept, expected = ids_of(out / "posts.jsonl") if arguments.format == "jsonl" else Counter(), ids_of(whole / "posts.jsonl") if arguments.format == "jsonl" else Counter()
        told["lost"] += (expected - kept).total()
        told["doubled"] += (kept - expected).total()
        told["different"] += not arguments.naive and (bytes_of(out, arguments.format) != bytes_of(whole, arguments.format) or (out / "journal").exists())
        shutil.rmtree(out)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
