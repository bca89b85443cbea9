"""
The tables a run leaves behind: written piece by piece as CSV, JSON Lines, Parquet or a workbook, and read back.

JSON Lines and Parquet hold every text as it is. CSV and workbooks are opened by people, so their
cells are never live: see ``neutralise``. The only loss anywhere is that half a character
(a lone surrogate) becomes U+FFFD, which keeps every offset.
No file holds the time it was written: equal runs give equal bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import orjson
import pandas as pd

from classifier.errors import RunError
from classifier.outcome import disk
from classifier.outcome.columns import TABLES, Column, describe_column
from classifier.outcome.disk import DiskFile, disk_errors

if TYPE_CHECKING:
    import pyarrow as pa

# A format added here needs a writer in WRITERS, a reader in READERS and a row in tests/outcome/test_tables.py.
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
FRAME_ROWS = 2048  # rows held at a time when a table is read back in pieces


# A spreadsheet runs a cell that begins with one of these, some of them after blanks. The full-width and small
# forms are a cheap caution: a cell that passes through a normaliser arrives as the ASCII character.
LIVE_CELL = re.compile("['\t\r\n]|[ \u00a0\u3000\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\t\r]")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
NOT_IN_CSV = re.compile("[\x00\ud800-\udfff]")
NOT_IN_WORKBOOK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")


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


# ---------------------------------------------------------------- writing


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
        self._writer: _Writer | None = None

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


def write_text(path: Path, text: str) -> None:
    """
    Write *text* to *path*, whole or not at all; half a character, as in an undecodable file name, becomes U+FFFD.

    Raises RunError if it cannot be written. The message names the file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with disk_errors(path):
            with DiskFile(temporary, "w") as file:
                file.write(LONE_SURROGATE.sub("\ufffd", text).encode())
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


def pack_frame(frame: pd.DataFrame, table: str, fmt: str) -> bytes:
    """
    Return the rows of *frame* as bytes that `TableWriter.write_piece` takes, for table *table* in *fmt*.

    Packing is most of the work of writing, and can be done in another process; pieces one after another are the table.
    """
    return _pack(frame, WRITERS[fmt], TABLES[table])


def _pack(frame: pd.DataFrame, writer: type[_Writer], columns: Mapping[str, Column]) -> bytes:
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


def mend_cells(values: list[str | None]) -> list[str | None]:
    """Return *values* with each half of a character as U+FFFD."""
    return [value and LONE_SURROGATE.sub("\ufffd", value) for value in values]


def tidy_frame(frame: pd.DataFrame, columns: Mapping[str, Column]) -> list[list[Any]]:
    """Return the cells of *frame*, column by column, as `tidy_cells` gives them. Raises ValueError if it lacks one of *columns*."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks {', '.join(missing)}")
    return [tidy_cells(frame[name].tolist(), column.kind) for name, column in columns.items()]


def tidy_cells(values: list[Any], kind: str) -> list[Any]:
    """Return the *values* of one column as plain Python of its *kind*, a missing one as None; a text may still hold half a character."""
    kinds = set(map(type, values))
    if kinds <= PLAIN[kind]:
        return values
    tidy = TIDY[kind]
    if kinds <= {list, type(None)}:
        # Most posts have no passage to show.
        return [value and tidy(value) for value in values]
    if kinds == {float}:
        # Only what is not a number differs from itself.
        return [value if value == value else None for value in values]  # noqa: PLR0124
    return [None if _missing(value) else tidy(value) for value in values]


# A column of these types alone is tidy as it is.
PLAIN: dict[str, set[type]] = {
    "text": {str, type(None)},
    "id": {str, type(None)},
    "integer": {int, type(None)},
    "number": {type(None)},
    "flag": {bool, type(None)},
    "texts": {type(None)},
    "passages": {type(None)},
}
TEXT_KINDS = frozenset({"text", "id"})


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _tidy_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else _dump_json(value) if isinstance(value, list | dict) else str(value)
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)


def _tidy_flag(value: Any) -> bool:
    return value == "true" if isinstance(value, str) else bool(value)


def _tidy_texts(values: Iterable[Any]) -> list[str]:
    return [_tidy_text(value) for value in values]


def _tidy_passages(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "field": _tidy_text(passage["field"]),
            "start": int(passage["start"]),
            "end": int(passage["end"]),
            "quote": _tidy_text(passage["quote"]),
            "weight": float(passage["weight"]),
            # Which entry of the user's lists acted; None where none did, and left out where there is no column for it.
            **({"list": _tidy_text(passage["list"])} if passage.get("list") else {}),
        }
        for passage in values
    ]


TIDY: dict[str, Callable[[Any], Any]] = {
    "text": _tidy_text,
    "id": _tidy_text,
    "integer": int,
    "number": float,
    "flag": _tidy_flag,
    "texts": _tidy_texts,
    "passages": _tidy_passages,
}


def _dump_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class _Writer(Protocol):
    """A format: packs tidy cells, given column by column; given a file to write to, then what was packed; it ends its part of the file when it is closed."""

    cut: int

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None: ...

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes: ...

    def write(self, piece: bytes) -> None: ...

    def close(self) -> None: ...


class _CsvWriter:
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
        return _quote(_dump_json(value))
    if kind == "flag":
        return "true" if value else "false"
    return _quote(value)


def _quote(text: str) -> str:
    # NUL ends a cell, or the file, in half of all readers of CSV.
    return '"' + neutralise(NOT_IN_CSV.sub("\ufffd", text)).replace('"', '""') + '"'


class _JsonLinesWriter:
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


def _schema(columns: Mapping[str, Column]) -> pa.Schema:
    import pyarrow as pa

    passage = pa.struct([("field", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("quote", pa.string()), ("weight", pa.float64()), ("list", pa.string())])
    types = {
        "text": pa.string(),
        "id": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "passages": pa.list_(passage),
    }
    return pa.schema([(name, types[column.kind]) for name, column in columns.items()])


def _pack_arrow(cells: list[list[Any]], columns: Mapping[str, Column]) -> bytes:
    """Return *cells* as one Arrow stream."""
    import pyarrow as pa

    schema = _schema(columns)
    sink = pa.BufferOutputStream()
    # As it is: it lies in the journal for a while and is then written in its format.
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays([pa.array(values, type=field.type) for values, field in zip(cells, schema, strict=True)], schema=schema))
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _cells_of(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """Return *column* as Python; a passage no list acted on says nothing of lists, as in the other formats."""
    import pyarrow as pa

    cells: list[Any] = column.to_pylist()
    if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
        return [cell and [{name: value for name, value in passage.items() if name != "list" or value} for passage in cell] for cell in cells]
    return cells


def unpack_arrow(piece: bytes) -> pa.Table:
    """Return the rows of an Arrow stream, as `pack_frame` makes one of a table as Parquet."""
    import pyarrow as pa

    return pa.ipc.open_stream(piece).read_all()


class _ParquetWriter:
    """Parquet with the types of the kinds, every text as it is."""

    # Rows of a group, few of those that hold texts. The bytes must not depend on the pieces the rows came in, so they are gathered to whole groups.
    GROUP = 16384
    GROUP_OF_TEXTS = 2048

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes:
        return _pack_arrow(cells, columns)

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None:
        import pyarrow.parquet as pq

        self.cut = 0
        self._group = self.GROUP_OF_TEXTS if table == "texts" else self.GROUP
        self._waiting: list[pa.Table] = []
        # A dictionary pays where values come again; of texts, titles and addresses it would only be built to be thrown away.
        again = [name for name in columns if name not in {"text", "title", "url", "post_id", "evidence", "excerpt", "value", "reason", "reason_en"}]
        # Texts are read back at once, and packed quickly they would be hardly smaller; nobody looks for one by the least and the greatest of a group.
        packing = {name: "none" if name == "text" else "zstd" for name in columns}
        self._file = pq.ParquetWriter(file, _schema(columns), compression=packing, use_dictionary=again, write_statistics=table != "texts")

    def write(self, piece: bytes) -> None:
        self._waiting.append(unpack_arrow(piece))
        held = sum(table.num_rows for table in self._waiting)
        if held >= self._group:
            self._write_rows(held - held % self._group)

    def _write_rows(self, whole: int) -> None:
        """Write the first *whole* of the rows that wait."""
        import pyarrow as pa

        rows = pa.concat_tables(self._waiting).combine_chunks()
        self._file.write_table(rows.slice(0, whole), row_group_size=self._group)
        self._waiting = [rows.slice(whole)]

    def close(self) -> None:
        held = sum(table.num_rows for table in self._waiting)
        if held:
            self._write_rows(held)
        self._file.close()


CELL_LIMIT = 32767  # of a workbook's cell, in UTF-16 units: 😀 counts twice
CUT_MARK = "…【已截断 cut】"
# A list that is too long loses whole members, so that what is left is still JSON.
CUT_MEMBER: dict[str, Any] = {"texts": CUT_MARK, "passages": {"field": "", "start": 0, "end": 0, "quote": CUT_MARK, "weight": 0.0}}


class _WorkbookWriter:
    """
    A workbook: the table on the first sheet and, when it is longer than a sheet, on further ones; the columns explained on 说明.

    Cells are written by the kind of their column and never by what they look like. xlsxwriter's own guesses are
    switched off as a second wall, and every text carries Excel's own "this is text" mark, so that it
    does not come alive either when somebody edits the cell and presses return.
    """

    SHEET_ROWS = 1_048_576  # with the heading

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes:
        return _pack_arrow(cells, columns)

    def __init__(self, file: DiskFile, table: str, columns: Mapping[str, Column]) -> None:
        import xlsxwriter

        self.cut = 0
        self._table = table
        self._columns = columns
        self._book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
        )
        # Otherwise the moment of writing stands in the file and no two are alike.
        self._book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC), "comments": "bijian"})
        self._heading = self._book.add_format({"bold": True, "bg_color": "#E8ECF2", "bottom": 1, "quote_prefix": True, "valign": "top"})
        self._text = self._book.add_format({"quote_prefix": True, "valign": "top"})
        self._id = self._book.add_format({"quote_prefix": True, "valign": "top", "num_format": "@"})
        self._wrapped = self._book.add_format({"quote_prefix": True, "valign": "top", "text_wrap": True})
        self._integer = self._book.add_format({"valign": "top", "num_format": "0"})
        self._number = self._book.add_format({"valign": "top", "num_format": "0.000"})
        self._sheets = 0
        self._start_sheet()
        self._explain_columns()

    def _start_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._table if self._sheets == 1 else f"{self._table} {self._sheets}")
        self._row = 1
        self._sheet.freeze_panes(1, 0)
        for number, (name, column) in enumerate(self._columns.items()):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, name, self._heading)

    def _explain_columns(self) -> None:
        sheet = self._book.add_worksheet("说明")
        sheet.freeze_panes(1, 0)
        for number, (heading, width) in enumerate((("列 column", 18), ("说明", 64), ("meaning", 64))):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, heading, self._heading)
        for row, (name, column) in enumerate(self._columns.items(), 1):
            sheet.write_string(row, 0, name, self._text)
            sheet.write_string(row, 1, column.chinese, self._wrapped)
            sheet.write_string(row, 2, column.english, self._wrapped)

    def write(self, piece: bytes) -> None:
        kinds = [column.kind for column in self._columns.values()]
        for row in zip(*map(_cells_of, unpack_arrow(piece).columns), strict=True):
            if self._row == self.SHEET_ROWS:
                self._finish_sheet()
                self._start_sheet()
            for number, (value, kind) in enumerate(zip(row, kinds, strict=True)):
                if value is not None:
                    self._write_cell(number, value, kind)
            self._row += 1

    def _write_cell(self, number: int, value: Any, kind: str) -> None:
        if kind in {"integer", "number"}:
            # A number beyond a double's exactness would come back as another one; infinity has no cell.
            if math.isfinite(value) and abs(value) <= 2**53:
                self._sheet.write_number(self._row, number, value, self._integer if kind == "integer" else self._number)
                return
            value, kind = str(value), "text"
        fitted, cut = fit_cell(value, kind)
        self.cut += cut
        status = self._sheet.write_string(self._row, number, fitted, self._id if kind == "id" else self._text)
        assert status == 0, "xlsxwriter drops what it cannot write without raising"

    def _finish_sheet(self) -> None:
        self._sheet.autofilter(0, 0, max(self._row - 1, 0), len(self._columns) - 1)

    def close(self) -> None:
        from xlsxwriter.exceptions import FileCreateError

        self._finish_sheet()
        try:
            self._book.close()
        except FileCreateError as error:
            # The cause is an OSError, wrapped; the caller knows what to say about those.
            raise OSError(str(error)) from error


def fit_cell(value: Any, kind: str) -> tuple[str, bool]:
    r"""
    Return what a workbook's cell shows for *value*, and whether it had to be cut.

    Control characters that XML cannot hold become U+FFFD and every line ends in ``\n``.
    A text over the limit ends in a mark; a list over the limit ends in a member that is the mark.
    """
    if kind == "flag":
        return ("true" if value else "false"), False
    if kind not in CUT_MEMBER:
        text = NOT_IN_WORKBOOK.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
        return _cut_text(text)
    text = _fit_list(value)
    if _length(text) <= CELL_LIMIT:
        return text, False
    keep = len(value)
    while _length(text) > CELL_LIMIT:
        keep = keep * 9 // 10
        text = _fit_list([*value[:keep], CUT_MEMBER[kind]])
    return text, True


def _fit_list(value: list[Any]) -> str:
    return NOT_IN_WORKBOOK.sub("\ufffd", _dump_json(value))


def _cut_text(text: str) -> tuple[str, bool]:
    if len(text) * 2 <= CELL_LIMIT or _length(text) <= CELL_LIMIT:
        return text, False
    units = text.encode("utf-16-le")[: (CELL_LIMIT - _length(CUT_MARK)) * 2]
    return units.decode("utf-16-le", errors="ignore") + CUT_MARK, True


def _length(text: str) -> int:
    return len(text) + len(BEYOND_BMP.findall(text))


WRITERS: dict[str, type[_Writer]] = {
    "csv": _CsvWriter,
    "jsonl": _JsonLinesWriter,
    "parquet": _ParquetWriter,
    "xlsx": _WorkbookWriter,
}


# ---------------------------------------------------------------- reading back


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


def iterate_arrow(folder: str | Path, name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
    """
    Yield *columns* of table *name*, which is there as Parquet, in pieces, in order: without a Python object a cell, for who counts all and looks at few.

    Memory does not grow with the table: nothing is read ahead, which would keep all that was read.

    Raises RunError if the table is missing, damaged or lacks a column. The message names the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(folder) / f"{name}.parquet"
    if not path.is_file():
        raise RunError(f"{folder} holds no {path.name}; give a folder that `bijian score` wrote")
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            missing = sorted(set(columns) - set(file.schema_arrow.names))
            if missing:
                raise RunError(f"{path} lacks {', '.join(missing)}; score the export again")
            for batch in file.iter_batches(batch_size=FRAME_ROWS, columns=list(columns)):
                yield pa.Table.from_batches([batch]).select(list(columns))
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"{path} cannot be read: {error}; score the export again") from error


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


Rows = Iterator[tuple[list[str], list[tuple[Any, ...]]]]


def _read_csv(path: Path, table: str) -> Rows:
    # The csv module refuses a cell of 128 KiB by default, and its limit is one for the whole process: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    with path.open(encoding="utf-8-sig", newline="") as file:
        # Numbers and JSON never begin with ', so that every cell can be restored alike.
        yield from _read_printed(([restore(cell) for cell in row] for row in csv.reader(file)), table)


def _read_workbook(path: Path, table: str) -> Rows:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            if name == table or re.fullmatch(re.escape(table) + r" \d+", name):
                yield from _read_printed(book.get_sheet_by_name(name).iter_rows(), table)
    except CalamineError as error:
        raise ValueError(str(error)) from error


def _read_printed(rows: Iterator[Sequence[Any]], table: str) -> Rows:
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


def _read_json_lines(path: Path, table: str) -> Rows:
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
            if len(piece) == FRAME_ROWS:
                yield names, piece
                piece = []
    if piece or not names:
        # An empty file has nowhere to keep its headings.
        yield names or list(TABLES.get(table, {})), piece


def _read_parquet(path: Path, _table: str) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            names = list(file.schema_arrow.names)
            pieces = 0
            for batch in file.iter_batches(batch_size=FRAME_ROWS):
                yield names, list(zip(*map(_cells_of, batch.columns), strict=True))
                pieces += 1
            if not pieces:
                yield names, []
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


READERS: dict[str, Callable[[Path, str], Rows]] = {"csv": _read_csv, "jsonl": _read_json_lines, "parquet": _read_parquet, "xlsx": _read_workbook}
