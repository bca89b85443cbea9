"""The sample exports beside the tests, each read by itself: what the tests of intake share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classifier.intake.duplicates import Duplicates
from classifier.intake.files import _of_file
from classifier.intake.plain import PlainChunk, records_of_chunk
from classifier.intake.read import read_source
from classifier.intake.recognise import IN_CHILD
from classifier.intake.sandbox import Child
from classifier.intake.source import Source

HERE = Path(__file__).resolve().parents[1] / "exports"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "exports"
NAMES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file() and path.name not in ("write_samples.py", "expected.json") and "__pycache__" not in path.parts)
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text()) if (HERE / "expected.json").exists() else {}


def read_sample(name: str, child: Child, folder: Path = HERE) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(posts, rejects) of one file under *folder*, as records, with duplicates of this file alone sorted out."""
    records: list[dict[str, Any]] = []
    for told in _of_file(Source(folder / name, name, {}, folder.name), child, depth=0):
        if isinstance(told, dict):
            records.append(told)
            continue
        source, shape = told
        for chunk in child.read(source) if shape in IN_CHILD else read_source(source, shape):
            records += [*records_of_chunk(chunk), *chunk.rejects] if isinstance(chunk, PlainChunk) else [record for record in chunk if "about" not in record]
    return Duplicates().sort_out(records)
