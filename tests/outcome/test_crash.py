"""A run that is killed, stopped, or let down by its disk loses nothing and doubles nothing."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from classifier.errors import RunError
from classifier.intake import export, lines
from classifier.outcome import disk, journal
from classifier.outcome.run import Settings, merge_shards, score_export
from classifier.training.corpus import read_corpus

DRIVER = Path(__file__).with_name("crash.py")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and forks are those of POSIX")


@pytest.fixture(scope="module")
def posts(tmp_path_factory):
    """240 short posts of our corpus, of forty accounts."""
    path = tmp_path_factory.mktemp("crash") / "posts.jsonl"
    rows = sorted((row for row in read_corpus() if len(row["text"]) < 300), key=lambda row: row["id"])[:240]
    told = ({"post_id": row["id"], "account_name": f"号{n % 40}", "title": row["title"] or "", "text": row["text"]} for n, row in enumerate(rows))
    path.write_text("".join(json.dumps(post) + "\n" for post in told))
    return path


@pytest.fixture
def small_batches(monkeypatch):
    """Six batches, each made safe at once."""
    monkeypatch.setattr(lines, "LINES_A_CHUNK", 40)
    monkeypatch.setattr(export, "_SMALL_CHUNK", 0)
    monkeypatch.setattr(journal, "COMMIT_SECONDS", 0.0)


def settings(fmt="jsonl", jobs=1, shard=(1, 1), reveal=False):
    return Settings("offers", fmt, jobs, reveal, {}, shard)


def tables(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file() and path.suffix in {".csv", ".jsonl", ".parquet", ".xlsx"}}


def disturb(posts, folder, *options):
    done = subprocess.run([sys.executable, DRIVER, posts, folder, *map(str, options)], capture_output=True, text=True, check=True, timeout=3000)
    return json.loads(done.stdout)


@pytest.mark.parametrize(("signal", "times"), [("KILL", 4), ("TERM", 2), pytest.param("KILL", 200, marks=pytest.mark.soak), pytest.param("TERM", 50, marks=pytest.mark.soak)])
def test_a_disturbed_run_ends_as_if_nothing_had_happened(signal, times, posts, tmp_path):
    told = disturb(posts, tmp_path, "--signal", signal, "--times", times)
    assert told["disturbed"] == times
    assert told["ended"] >= 1
    assert {name: told[name] for name in ("lost", "doubled", "different", "odd")} == {"lost": 0, "doubled": 0, "different": 0, "odd": 0}


def test_the_same_kills_are_the_ruin_of_a_naive_writer(posts, tmp_path):
    told = disturb(posts, tmp_path, "--naive", "--times", 50)
    assert told["lost"] + told["doubled"] > 0


@pytest.mark.parametrize("step", ["write", "sync", "rename"])
def test_a_disk_that_fails_once_at_any_step_costs_nothing(step, posts, small_batches, tmp_path, monkeypatch):
    """SQLite's way: the first call fails, then the second, and so on until a run needs fewer calls than that."""
    score_export([posts], tmp_path / "whole", settings("csv"))
    whole, works = tables(tmp_path / "whole"), getattr(disk, step)
    # Every step of the beginning and the end, and some of the many alike between them.
    nth, failures = 1, 0
    while True:
        left = nth

        def fails_once(*given):
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return works(*given)

        out = tmp_path / f"{step}{nth}"
        monkeypatch.setattr(disk, step, fails_once)
        try:
            score_export([posts], out, settings("csv"))
        except RunError as error:
            assert "No space left" in str(error)  # noqa: PT017 (that it may also end well is the point)
            failures += 1
        monkeypatch.setattr(disk, step, works)
        if left > 0:
            break
        assert set(tables(out)) <= set(whole)
        score_export([posts], out, settings("csv"), resume=True)
        assert tables(out) == whole, f"{step} {nth}"
        nth += 1 if nth < 9 or step == "rename" else 11
    assert failures >= 5


@pytest.mark.parametrize("fmt", ["csv", "parquet", "xlsx"])
def test_shards_merged_are_the_tables_of_one_run(fmt, posts, small_batches, tmp_path):
    whole = score_export([posts], tmp_path / "whole", settings(fmt))
    folders = [tmp_path / f"shard{n}" for n in (1, 2, 3)]
    for n, folder in enumerate(folders, 1):
        score_export([posts], folder, settings(fmt, shard=(n, 3)))
        assert not tables(folder)
    merged = merge_shards(folders[::-1], tmp_path / "merged")
    assert tables(tmp_path / "merged") == tables(tmp_path / "whole")
    assert merged["counts"] == whole["counts"]


def test_jobs_show_in_no_byte(posts, small_batches, tmp_path):
    for jobs in (1, 2):
        score_export([posts], tmp_path / str(jobs), settings(jobs=jobs))
    assert tables(tmp_path / "1") == tables(tmp_path / "2")


def test_shards_that_do_not_fit_are_refused(posts, small_batches, tmp_path):
    for n in (1, 2):
        score_export([posts], tmp_path / str(n), settings(shard=(n, 2)))
    score_export([posts], tmp_path / "other", settings(shard=(2, 2), reveal=True))
    (tmp_path / "empty").mkdir()
    for folders, said in ((["1"], "missing: 2/2"), (["1", "1"], "named twice"), (["1", "other"], "another run than"), (["1", "empty"], "no journal")):
        with pytest.raises(RunError, match=said):
            merge_shards([tmp_path / name for name in folders], tmp_path / "merged")
    (tmp_path / "2" / "journal" / "posts").write_bytes(b"")
    with pytest.raises(RunError, match="changed or damaged"):
        merge_shards([tmp_path / "1", tmp_path / "2"], tmp_path / "merged")


def unfinished(posts, out):
    """Leave a run in *out* that was asked to stop after three batches."""
    asked = iter([False] * 2)
    with pytest.raises(RunError, match="--resume goes on"):
        score_export([posts], out, settings(), stop=lambda: next(asked, True))


def test_what_was_scored_is_not_scored_again(posts, small_batches, tmp_path, monkeypatch):
    score_export([posts], tmp_path / "whole", settings())
    unfinished(posts, tmp_path / "out")
    judged = []
    from classifier.outcome import run

    works = run.judge_batch
    monkeypatch.setattr(run, "judge_batch", lambda batch, asked: judged.append(len(batch.posts)) or works(batch, asked))
    score_export([posts], tmp_path / "out", settings(), resume=True)
    assert len(judged) == 6 - 3
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert not (tmp_path / "out" / "journal").exists()


def test_an_unfinished_run_of_something_else_is_not_continued(posts, small_batches, tmp_path):
    unfinished(posts, tmp_path / "out")
    with pytest.raises(RunError, match=r"asked for something else \(options format: .jsonl., now .csv.\)"):
        score_export([posts], tmp_path / "out", settings("csv"), resume=True)
    changed = tmp_path / "changed.jsonl"
    changed.write_bytes(posts.read_bytes())
    unfinished(changed, tmp_path / "other")
    changed.write_bytes(posts.read_bytes()[:-1] + b" \n")
    with pytest.raises(RunError, match=r"exports \S*changed\.jsonl mtime_ns: .*; exports \S*changed\.jsonl size: "):
        score_export([changed], tmp_path / "other", settings(), resume=True)
    # Without --resume it begins anew.
    score_export([changed], tmp_path / "other", settings())
    assert tables(tmp_path / "other")


def test_an_export_that_changes_while_it_is_read_is_refused(posts, small_batches, tmp_path):
    growing = tmp_path / "growing.jsonl"
    growing.write_bytes(posts.read_bytes())

    def grow(_rows):
        with growing.open("ab") as file:
            file.write(b"\n")

    with pytest.raises(RunError, match="changed while it was read"):
        score_export([growing], tmp_path / "out", settings(), tell=grow)
    assert not tables(tmp_path / "out")


def test_a_damaged_journal_is_named(posts, small_batches, tmp_path):
    unfinished(posts, tmp_path / "out")
    with (tmp_path / "out" / "journal" / "texts").open("r+b") as file:
        file.seek(100)
        file.write(b"?")
    with pytest.raises(RunError, match=r"journal.texts was changed or damaged at byte 0"):
        score_export([posts], tmp_path / "out", settings(), resume=True)


def test_two_runs_do_not_write_into_one_folder(posts, tmp_path):
    (tmp_path / "out").mkdir()
    with FileLock(tmp_path / "out" / ".journal.lock"), pytest.raises(RunError, match="another run is writing here"):
        score_export([posts], tmp_path / "out", settings())
