"""CSV, for people: no cell of it is ever live."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.outcome.columns import Column
from classifier.outcome.disk import DiskFile
from classifier.outcome.tables.cells import dump_json
from classifier.outcome.tables.pieces import Rows, read_printed

# A spreadsheet runs a cell that begins with one of these, some of them after blanks. The full-width and small
# forms are a cheap caution: a cell that passes through a normaliser arrives as the ASCII character.
LIVE_CELL = re.compile("['\t\r\n]|[ \u00a0\u3000\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\t\r]")
NOT_IN_CSV = re.compile("[\x00\ud800-\udfff]")


def neutralise(text: str) -> str:
    """
    Return *text* with a ``'`` before it when a spreadsheet could take it for a formula; other text is returned as it is.

    A text that begins with ``'`` gets one too, so that ``restore`` can tell the two apart:
    ``'=1+1'`` becomes ``"'=1+1"`` and ``"'=1+1"`` becomes ``"''=1+1"``.
    """
    return "'" + text if LIVE_CELL.match(text) else text


def restore(cell: str) -> str:
    """Return the text that ``neutralise`` made *cell* of."""
    return cell.removeprefix("'")


class CsvWriter:
    """
    Comma-separated, UTF-8 with a byte order mark so that Excel reads it right, lines ended as RFC 4180 says.

    Every text is quoted, numbers are not. A list is JSON in its cell.
    """

    def __init__(self, file: DiskFile, _table: str, columns: Mapping[str, Column]) -> None:
        self.cut = 0
        self._file = file
        self._file.write((",".join(_quote(name) for name in columns) + "\r\n").encode("utf-8-sig"))

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column]) -> bytes:
        printed = [[_print_cell(value, column.kind) for value in values] for values, column in zip(cells, columns.values(), strict=True)]
        return "".join(",".join(row) + "\r\n" for row in zip(*printed, strict=True)).encode()

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

    def close(self) -> None:
        pass


def _print_cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind in {"integer", "number"}:
        return repr(value)
    if kind in {"texts", "passages"}:
        return _quote(dump_json(value))
    if kind == "flag":
        return "true" if value else "false"
    return _quote(value)


def _quote(text: str) -> str:
    # NUL ends a cell, or the file, in half of all readers of CSV.
    return '"' + neutralise(NOT_IN_CSV.sub("\ufffd", text)).replace('"', '""') + '"'


def read_csv(path: Path, table: str) -> Rows:
    # The csv module refuses a cell of 128 KiB by default, and its limit is one for the whole process: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    with path.open(encoding="utf-8-sig", newline="") as file:
        # Numbers and JSON never begin with ', so that every cell can be restored alike.
        yield from read_printed(([restore(cell) for cell in row] for row in csv.reader(file)), table)
