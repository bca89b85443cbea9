"""A table written piece by piece, under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import orjson
import pandas as pd

from classifier.errors import RunError
from classifier.outcome import disk
from classifier.outcome.columns import TABLES, Column, describe_column
from classifier.outcome.disk import DiskFile, disk_errors
from classifier.outcome.tables.cells import LONE_SURROGATE, TEXT_KINDS, mend_cells, tidy_frame
from classifier.outcome.tables.comma_separated import CsvWriter
from classifier.outcome.tables.json_lines import JsonLinesWriter
from classifier.outcome.tables.parquet import ParquetWriter
from classifier.outcome.tables.workbook import WorkbookWriter


class TableWriter:
    """
    A table in one file, written in as many pieces as it comes in.

    *path_stem* is the file without its ending: ``DIR/accounts``. Its name says which table it is and so how each column is written.
    The rows go to a temporary file beside it, which takes the final name when the ``with`` block ends well;
    when it does not, nothing is left and an older table stays as it was. Memory does not grow with the rows.

    ``path`` is the final file, ``rows`` counts what was written, ``cut`` the cells that were longer than a workbook allows.

    Raises RunError if the file cannot be written. The message names it.
    """

    def __init__(self, path_stem: str | Path, fmt: str, columns: Collection[str]) -> None:
        stem = Path(path_stem)
        self.path = stem.with_name(f"{stem.name}.{fmt}")
        self.columns = {name: describe_column(stem.name, name) for name in columns}
        self.rows = 0
        self._table = stem.name
        self._open = WRITERS[fmt]
        self._temporary = stem.with_name(f".{stem.name}.{fmt}.{os.getpid()}.partial")
        self._file: DiskFile | None = None
        self._writer: Writer | None = None

    @property
    def cut(self) -> int:
        return self._writer.cut if self._writer else 0

    def __enter__(self) -> Self:
        with disk_errors(self.path):
            self._file = DiskFile(self._temporary, "w")
            self._writer = self._open(self._file, self._table, self.columns)
        return self

    def write(self, frame: pd.DataFrame) -> None:
        """
        Add the rows of *frame*, in order.

        It needs every column the writer was given; others are left out and its index is not written.
        """
        self.write_piece(_pack(frame, self._open, self.columns), len(frame))

    def write_piece(self, piece: bytes, rows: int) -> None:
        """Add the *rows* rows that `pack_frame` packed for a table of this name, format and columns."""
        assert self._writer is not None, "writing belongs inside the with block"
        with disk_errors(self.path):
            self._writer.write(piece)
        self.rows += rows

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._writer is not None
        try:
            with disk_errors(self.path):
                self._writer.close()
                if kind is None:
                    assert self._file is not None
                    disk.sync(self._file)
                    self._file.close()
                    disk.rename(self._temporary, self.path)
        except RunError:
            # What went wrong inside the block is the story; a disk that also refuses the rest of it is not.
            if kind is None:
                raise
        finally:
            if self._file is not None:
                self._file.close()
            self._temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """
    Write *text*, or its pieces one after another, to *path*, whole or not at all; half a character, as in an undecodable file name, becomes U+FFFD.

    Raises RunError if it cannot be written. The message names the file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with disk_errors(path):
            with DiskFile(temporary, "w") as file:
                for piece in (text,) if isinstance(text, str) else text:
                    file.write(LONE_SURROGATE.sub("\ufffd", piece).encode())
                disk.sync(file)
            disk.rename(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_tables(folder: Path, names: Iterable[str], fmt: str, *, keep: Iterable[Path]) -> None:
    """Remove the tables *names* that an older run wrote into *folder* as *fmt*, but none of *keep*. Raises RunError if one stays."""
    kept = {path.resolve() for path in keep}
    for path in (folder / f"{name}.{fmt}" for name in names):
        if path.resolve() in kept:
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(f"{path} of an older run cannot be removed: {error.strerror or error}; close it where it is open, and remove it") from error


class Writer(Protocol):
    """A format: packs tidy cells, given column by column; given a file to write to, then what was packed; it ends its part of the file when it is closed."""

    cut: int

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None: ...

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes: ...

    def write(self, piece: bytes) -> None: ...

    def close(self) -> None: ...


WRITERS: dict[str, type[Writer]] = {
    "csv": CsvWriter,
    "jsonl": JsonLinesWriter,
    "parquet": ParquetWriter,
    "xlsx": WorkbookWriter,
}


def pack_frame(frame: pd.DataFrame, table: str, fmt: str) -> bytes:
    """
    Return the rows of *frame* as bytes that `TableWriter.write_piece` takes, for table *table* in *fmt*.

    Packing is most of the work of writing, and can be done in another process; pieces one after another are the table.
    """
    return _pack(frame, WRITERS[fmt], TABLES[table])


def _pack(frame: pd.DataFrame, writer: type[Writer], columns: Mapping[str, Column]) -> bytes:
    cells = tidy_frame(frame, columns)
    try:
        return writer.pack(cells, columns)
    except (UnicodeEncodeError, orjson.JSONEncodeError):
        # Half a character: looked for only now, as looking takes as long as packing.
        mended = [mend_cells(values) if column.kind in TEXT_KINDS else values for values, column in zip(cells, columns.values(), strict=True)]
        return writer.pack(mended, columns)


def pack_columns(columns: Mapping[str, list[Any]]) -> bytes:
    """Return *columns* of plain Python as bytes that `unpack_columns` takes; half a character becomes U+FFFD."""
    try:
        return orjson.dumps(columns)
    except orjson.JSONEncodeError:
        return orjson.dumps({name: [LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value for value in values] for name, values in columns.items()})


def unpack_columns(piece: bytes) -> dict[str, list[Any]]:
    """Return the columns that `pack_columns` packed."""
    columns: dict[str, list[Any]] = orjson.loads(piece)
    return columns
