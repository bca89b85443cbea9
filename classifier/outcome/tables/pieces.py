"""Rows read back some thousand at a time, and what a printed cell meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from classifier.outcome.columns import describe_column

FRAME_ROWS = 2048  # rows held at a time when a table is read back in pieces
Rows = Iterator[tuple[list[str], list[tuple[Any, ...]]]]
# Excel turns true into TRUE when a person saves the CSV.
READ_CELL: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "id": str,
    "integer": int,
    "number": float,
    "flag": lambda cell: str(cell).lower() == "true",
    "texts": orjson.loads,
    "passages": orjson.loads,
}


def read_printed(rows: Iterator[Sequence[Any]], table: str) -> Rows:
    """Pieces of a table whose cells are text, or numbers where the format has them. The first row is the heading."""
    names = [str(cell) for cell in next(rows, [])]
    if not names:
        return
    readers = [READ_CELL[describe_column(table, name).kind] for name in names]
    piece: list[tuple[Any, ...]] = []
    pieces = 0
    for row in rows:
        if len(row) != len(names):
            raise ValueError(f"a row has {len(row)} cells and the heading {len(names)}")
        piece.append(tuple(None if cell == "" else read(cell) for read, cell in zip(readers, row, strict=True)))
        if len(piece) == FRAME_ROWS:
            yield names, piece
            piece, pieces = [], pieces + 1
    if piece or not pieces:
        yield names, piece
