"""Mutated files: whatever becomes of a sample, the reader ends in time and every row is in one table."""

from __future__ import annotations

import json
import os
import random
import shutil
import time

import pytest
from click.testing import CliRunner
from samples import HERE, NAMES

from classifier.cli import main
from classifier.errors import ExportError
from classifier.intake.export import batches
from classifier.intake.sandbox import Child

SPICE = [b"\x00", b"\xff", b'"', b",", b"\n", b"\r", b"{", b"}", b"[", b"]", b"<", b">", b"&", b"\\", b"\xef\xbb\xbf", b"\\ud83d", b"\\x01", b"9" * 400, b"<div>" * 50, b"PK\x03\x04", "字".encode(), "字".encode("gbk"), b"&amp;" * 30, b"-1", b"1e999", b"NaN", b"null"]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """*content* with some of its bytes changed, cut, doubled, swapped or spiced."""
    held = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4, 12])):
        if not held:
            break
        at = chance.randrange(len(held))
        length = chance.choice([1, 2, 8, 60, 400])
        kind = chance.randrange(7)
        if kind == 0:
            held[at] = chance.randrange(256)
        elif kind == 1:
            del held[at : at + length]
        elif kind == 2:
            held[at:at] = held[at : at + length]
        elif kind == 3:
            held[at:at] = chance.choice(SPICE)
        elif kind == 4:
            del held[at:]
        elif kind == 5:
            other = chance.randrange(len(held))
            held[at : at + length], held[other : other + length] = held[other : other + length], held[at : at + length]
        else:
            held[at] ^= 1 << chance.randrange(8)
    return bytes(held)


def read_mutated(n_files: int, seed: int, folder) -> dict[str, float]:
    """Read *n_files* mutated samples one by one through one child; gives counts and the slowest."""
    chance = random.Random(seed)
    counts = {"files": 0, "posts": 0, "rejects": 0, "said": 0, "slowest": 0.0}
    originals = [(name, (HERE / name).read_bytes()) for name in NAMES]
    with Child() as child:
        for n in range(n_files):
            name, content = chance.choice(originals)
            path = folder / name.rpartition("/")[2]
            path.write_bytes(mutated(content, chance))
            started = time.monotonic()
            try:
                for batch in batches(path, child=child):
                    counts["posts"] += len(batch.posts)
                    counts["rejects"] += len(batch.rejects)
                    assert batch.posts["account_key"].notna().all()
                    assert not set(batch.posts["post_id"]) & {None, ""}
            except ExportError:
                counts["said"] += 1
            except BaseException as error:
                (folder / f"crash_{n}_{path.name}").write_bytes(path.read_bytes())
                raise AssertionError(f"seed {seed}, file {n}, made of {name}: {error!r}") from error
            counts["slowest"] = max(counts["slowest"], time.monotonic() - started)
            counts["files"] += 1
            path.unlink()
    return counts


def test_some_mutated_files_are_read_without_a_crash(tmp_path):
    counts = read_mutated(300, 20261122, tmp_path)
    assert counts["files"] == 300
    assert counts["slowest"] < 30


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_twenty_thousand_mutated_files_are_read_without_a_crash(part, tmp_path, record_property):
    counts = read_mutated(int(os.environ.get("BIJIAN_FUZZ_FILES", "20000")) // 4, 7_000 + part, tmp_path)
    record_property("counts", counts)
    assert counts["slowest"] < 30


TOGETHER = 200  # files of one export: a run has its tables and its report to write too


def score_mutated(n_files: int, seed: int, folder) -> dict[str, float]:
    """Score *n_files* mutated samples with the command, folders of TOGETHER; gives counts and the slowest run."""
    chance = random.Random(seed)
    originals = [(name, (HERE / name).read_bytes()) for name in NAMES]
    counts = {"files": 0, "rows": 0, "said": 0, "slowest": 0.0}
    while counts["files"] < n_files:
        export, out = folder / "export", folder / "out"
        for n in range(min(TOGETHER, n_files - counts["files"])):
            name, content = chance.choice(originals)
            path = export / f"{n:03}" / name.rpartition("/")[2]
            path.parent.mkdir(parents=True)
            path.write_bytes(mutated(content, chance))
            counts["files"] += 1
        started = time.monotonic()
        done = CliRunner().invoke(main, ["score", str(export), "--out", str(out), "--format", chance.choice(["csv", "jsonl", "parquet", "xlsx"])])
        counts["slowest"] = max(counts["slowest"], time.monotonic() - started)
        if done.exit_code not in (0, 1) or (done.exit_code == 1 and "Error: " not in done.output):
            shutil.copytree(export, folder / f"crash_{seed}_{counts['files']}")
            raise AssertionError(f"seed {seed}, up to file {counts['files']}: exit code {done.exit_code}, {done.exception!r}") from done.exception
        if done.exit_code == 0:
            told = json.loads((out / "run.json").read_text("utf-8"))["counts"]
            assert told["rows_read"] == told["posts"] + told["rejects"]
            counts["rows"] += told["rows_read"]
        counts["said"] += done.exit_code
        shutil.rmtree(export)
        shutil.rmtree(out)
    return counts


def test_the_command_scores_some_mutated_files(tmp_path):
    counts = score_mutated(80, 20261122, tmp_path)
    assert counts["rows"] > 0
    assert counts["slowest"] < 30


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_the_command_scores_twenty_thousand_mutated_files(part, tmp_path, record_property):
    counts = score_mutated(int(os.environ.get("BIJIAN_FUZZ_FILES", "20000")) // 4, 9_000 + part, tmp_path)
    record_property("counts", counts)
    # A run of TOGETHER files: no single one can have taken 30 s if the run did not take much longer than its sound files do.
    assert counts["slowest"] < 60
