"""A table of a scored folder read back, in whichever format it is there."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from classifier.errors import RunError
from classifier.outcome.columns import describe_column
from classifier.outcome.tables.comma_separated import read_csv
from classifier.outcome.tables.json_lines import read_json_lines
from classifier.outcome.tables.parquet import read_parquet
from classifier.outcome.tables.pieces import Rows
from classifier.outcome.tables.workbook import read_workbook

# A format added here needs a writer in WRITERS, a reader in READERS and a row in tests/outcome/test_tables.py.
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
READERS: dict[str, Callable[[Path, str], Rows]] = {"csv": read_csv, "jsonl": read_json_lines, "parquet": read_parquet, "xlsx": read_workbook}


def read_table(folder: str | Path, name: str) -> pd.DataFrame:
    """
    Return table *name* of a scored *folder*, in whichever format is there, as it was before it was written.

    Texts and lists are plain Python, a missing one is None; integers are int64, or Int64 when one is missing.
    In CSV and workbooks an empty text and a missing one look the same and come back as None.

    Raises RunError if the table is missing, there in two formats of which run.json names none, or damaged. The message names the file.
    """
    frames = [_frame_rows(name, names, [[row[number] for row in rows] for number in range(len(names))]) for names, rows in _pieces(folder, name)]
    return pd.concat(frames, ignore_index=True)


def iterate_rows(folder: str | Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of table *name* of a scored *folder*, in order, a missing cell as None. Otherwise as ``read_table``."""
    for names, rows in _pieces(folder, name):
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _pieces(folder: str | Path, name: str) -> Rows:
    """Yield headings and rows of table *name* in pieces, in order, at least one: an empty table has its headings too."""
    path = find_table(folder, name)
    started = False
    try:
        for piece in READERS[path.suffix[1:]](path, name):
            yield piece
            started = True
    except (OSError, ValueError, KeyError, IndexError, csv.Error) as error:
        raise RunError(f"{path} cannot be read: {error}; score the export again") from error
    if not started:
        raise RunError(f"{path} is empty, not even headings; score the export again")


def find_table(folder: str | Path, name: str) -> Path:
    """
    Return the file that holds table *name* of *folder*; of several, the one in the format that run.json names.

    Raises RunError if there is none, or several and run.json does not say which.
    """
    found = [path for fmt in FORMATS if (path := Path(folder) / f"{name}.{fmt}").is_file()]
    if not found:
        raise RunError(f"{folder} holds no {name}.{'|'.join(FORMATS)}; give a folder that `bijian score` wrote")
    if len(found) > 1:
        found = [path for path in found if path.suffix == f".{format_of_run(Path(folder))}"] or found
    if len(found) > 1:
        raise RunError(f"{folder} holds {' and '.join(path.name for path in found)}; move the one of the older run away")
    return found[0]


def format_of_run(folder: Path) -> str | None:
    """Return the format that run.json of *folder* names, or None."""
    try:
        run = orjson.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        return None
    options = run.get("options") if isinstance(run, dict) else None
    # 0.1 wrote it as fmt.
    named = options.get("format", options.get("fmt")) if isinstance(options, dict) else None
    return named if named in FORMATS else None


def _frame_rows(table: str, names: list[str], cells: list[list[Any]]) -> pd.DataFrame:
    series = {}
    for name, values in zip(names, cells, strict=True):
        kind = describe_column(table, name).kind
        if kind == "number":
            series[name] = pd.Series(values, dtype="float64")
        elif kind == "integer":
            series[name] = pd.Series(values, dtype="Int64" if None in values else "int64")
        else:
            series[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(series, columns=pd.Index(names, dtype=object))
