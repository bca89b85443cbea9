"""JSON Lines: one row a line, every text as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from classifier.outcome.columns import TABLES, Column
from classifier.outcome.disk import DiskFile
from classifier.outcome.tables import pieces
from classifier.outcome.tables.pieces import Rows


class JsonLinesWriter:
    """One JSON object a line, every text as it is."""

    def __init__(self, file: DiskFile, _table: str, _columns: Mapping[str, Column]) -> None:
        self.cut = 0
        self._file = file

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column]) -> bytes:
        names = tuple(columns)
        packed = orjson.dumps([dict(zip(names, row)) for row in zip(*cells, strict=True)])  # noqa: B905 (as many cells as names, row by row)
        # Inside a text every quotation mark has a backslash before it, and nothing inside a row has a first member of this name.
        between = b'},{"' + names[0].encode() + b'":'
        return packed[1:-1].replace(between, b"}\n" + between[2:]) + b"\n" if len(packed) > len(b"[]") else b""

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

    def close(self) -> None:
        pass


def read_json_lines(path: Path, table: str) -> Rows:
    names: list[str] = []
    piece: list[tuple[Any, ...]] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = orjson.loads(line)
                names = names or list(row)
                piece.append(tuple(row[name] for name in names))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"line {number} is not a row of this table ({error})") from error
            if len(piece) == pieces.FRAME_ROWS:
                yield names, piece
                piece = []
    if piece or not names:
        # An empty file has nowhere to keep its headings.
        yield names or list(TABLES.get(table, {})), piece
