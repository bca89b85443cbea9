"""
The tables a run leaves behind: written piece by piece as CSV, JSON Lines, Parquet or a workbook, and read back.

JSON Lines and Parquet hold every text as it is. CSV and workbooks are opened by people, so their
cells are never live: see ``neutralise``. The only loss anywhere is that half a character
(a lone surrogate) becomes U+FFFD, which keeps every offset.
No file holds the time it was written: equal runs give equal bytes.
"""

import csv
import datetime as dt
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

import orjson
import pandas as pd

from classifier.errors import RunError

# A format added here needs a writer in WRITERS, a reader in READERS and a row in tests/outcome/test_tables.py.
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
FRAME_ROWS = 8192  # rows held at a time when a table is read back in pieces


class Column(NamedTuple):
    """
    What a column is: its *kind* decides how a cell is written.

    ``text``, ``id`` (text, and a workbook's cell stays text when it is edited), ``integer``, ``number``, ``flag`` (true or false),
    ``texts`` (a list of text), ``passages`` (evidence: a list of field, start, end, quote, weight). Any cell may be None.
    *width* is in characters, for a workbook.
    """

    kind: str
    width: int
    chinese: str
    english: str


ACCOUNT_COLUMNS = {
    "account_id": Column("id", 22, "公众号编号，与导出文件中一致", "the account's identifier, as given"),
    "account_key": Column("id", 24, "同一公众号不同写法的统一标识", "joins the spellings of one account"),
    "account_name": Column("text", 24, "公众号名称", "the account's name"),
    "verdict": Column("text", 10, "建议：flag 建议优先查看，review 需人工看，clear 未见问题，abstain 无法判断", "flag (suggested to look at first), review, clear or abstain (nothing to judge)"),
    "score": Column("number", 9, "可能性，0 到 1，经校准", "calibrated probability, 0 to 1"),
    "n_posts": Column("integer", 9, "帖子数", "posts of the account"),
    "n_scored": Column("integer", 9, "有文字、可以评分的帖子数", "posts with words to judge"),
    "n_offer": Column("integer", 9, "判为揽客的帖子数", "posts judged an offer"),
    "n_review": Column("integer", 9, "需人工看的帖子数", "posts a person should read"),
    "categories": Column("texts", 24, "所揽业务的类别（列表）", "categories of what is offered (a list)"),
    "first_post": Column("text", 26, "最早一篇的时间", "time of the earliest post"),
    "last_post": Column("text", 26, "最近一篇的时间", "time of the latest post"),
    "top_posts": Column("texts", 30, "最能说明问题的帖子编号（列表）", "the posts that say most, by post_id (a list)"),
    "reason": Column("text", 60, "一句话理由", "why, in one sentence (Chinese)"),
    "reason_en": Column("text", 60, "一句话理由（英文）", "why, in one sentence (English)"),
}
POST_COLUMNS = {
    "post_id": Column("id", 26, "帖子编号，与导出文件中一致；没有时为 文件#行号", "the post's identifier, as given, else file#row"),
    "account_id": ACCOUNT_COLUMNS["account_id"],
    "account_key": ACCOUNT_COLUMNS["account_key"],
    "account_key_source": Column("text", 14, "统一标识的来源：column 列，filename 文件名，name_only 仅凭名称……", "where the account was read: column, filename, name_only, …"),
    "account_name": ACCOUNT_COLUMNS["account_name"],
    "title": Column("text", 48, "标题", "title"),
    "published_at": Column("text", 26, "发布时间（ISO 8601）", "time of publication (ISO 8601)"),
    "url": Column("text", 36, "链接，仅为文字，不可点击", "address, as text and never a live link"),
    "verdict": Column("text", 10, "offer 揽客，review 需人工看，clear 未见问题，空为无法评分", "offer, review or clear; empty when it could not be judged"),
    "score": ACCOUNT_COLUMNS["score"],
    "category": Column("text", 14, "所揽业务的类别", "category of what is offered"),
    "evidence": Column("passages", 60, "证据段落，最强的在前：start、end 为标题或正文中的字符位置，左闭右开", "passages, strongest first; start and end are half-open character offsets into the title or text"),
    "body_state": Column("text", 13, "正文状态：full 完整，truncated 截断，empty 为空……", "state of the body: full, truncated, empty, …"),
    "src_file": Column("text", 30, "来源文件", "file it was read from"),
    "src_row": Column("integer", 9, "来源行号", "row in that file"),
    "notes": Column("text", 30, "读取时的说明（JSON 列表），例如正文被截断", "what was noticed while it was read (a JSON list)"),
}
LEAD_COLUMNS = {
    "kind": Column("text", 15, "线索种类：微信、QQ、电话、钱包地址、邀请码、域名等", "kind: wechat, qq, phone, wallet address, referral code, domain, …"),
    "value": Column("id", 44, "线索内容；个人联系方式以 • 遮盖", "the lead; personal contacts are masked with •"),
    "account_id": ACCOUNT_COLUMNS["account_id"],
    "account_key": ACCOUNT_COLUMNS["account_key"],
    "post_id": POST_COLUMNS["post_id"],
    "field": Column("text", 8, "出现在标题（title）还是正文（text）", "title or text"),
    "start": Column("integer", 9, "起始字符位置", "offset of the first character"),
    "end": Column("integer", 9, "结束字符位置（不含）", "offset after the last character"),
    "checksum": Column("flag", 10, "校验位是否正确，空为无校验位", "whether its check digits hold; empty when it has none"),
}
REJECT_COLUMNS = {
    "src_file": POST_COLUMNS["src_file"],
    "src_row": POST_COLUMNS["src_row"],
    "reason": Column("text", 18, "未收入的原因：duplicate 重复，unreadable 无法读取……", "why it is not in posts: duplicate, unreadable, …"),
    "excerpt": Column("text", 60, "该行开头的文字", "how the row begins"),
    "kept_post_id": Column("id", 26, "重复时保留的那一篇", "for a duplicate, the post that was kept"),
}
TEXT_COLUMNS = {
    "post_id": POST_COLUMNS["post_id"],
    "account_key": POST_COLUMNS["account_key"],
    "title": POST_COLUMNS["title"],
    "text": Column("text", 90, "正文", "the post's text, as read"),
}
TABLES = {"accounts": ACCOUNT_COLUMNS, "posts": POST_COLUMNS, "leads": LEAD_COLUMNS, "rejects": REJECT_COLUMNS, "texts": TEXT_COLUMNS}


def describe_column(table: str, name: str) -> Column:
    """Return what column *name* of *table* is. A column nobody has described is text."""
    return TABLES.get(table, {}).get(name, Column("text", 20, "", ""))


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

    def __init__(self, path_stem: str | Path, fmt: str, columns: Sequence[str]) -> None:
        stem = Path(path_stem)
        self.path = stem.with_name(f"{stem.name}.{fmt}")
        self.columns = {name: describe_column(stem.name, name) for name in columns}
        self.rows = 0
        self._table = stem.name
        self._open = WRITERS[fmt]
        self._temporary = stem.with_name(f".{stem.name}.{fmt}.{os.getpid()}.partial")
        self._writer: _Writer | None = None

    @property
    def cut(self) -> int:
        return self._writer.cut if self._writer else 0

    def __enter__(self) -> Self:
        with _disk_errors(self.path):
            self._writer = self._open(self._temporary, self._table, self.columns)
        return self

    def write(self, frame: pd.DataFrame) -> None:
        """
        Add the rows of *frame*, in order.

        It needs every column the writer was given; others are left out and its index is not written.
        """
        missing = [name for name in self.columns if name not in frame.columns]
        if missing:
            raise ValueError(f"{self.path.name}: the frame lacks {', '.join(missing)}")
        assert self._writer is not None, "write() belongs inside the with block"
        cells = [tidy_cells(frame[name].tolist(), column.kind) for name, column in self.columns.items()]
        with _disk_errors(self.path):
            self._writer.write(cells)
        self.rows += len(frame)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._writer is not None
        try:
            with _disk_errors(self.path):
                self._writer.close()
                if kind is None:
                    settle_file(self._temporary, self.path)
        except RunError:
            # What went wrong inside the block is the story; a disk that also refuses the rest of it is not.
            if kind is None:
                raise
        finally:
            self._temporary.unlink(missing_ok=True)


def settle_file(temporary: Path, path: Path) -> None:
    """Give *temporary* the name *path* once its bytes are on the disk: whoever looks finds the old file or the whole new one."""
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_text(path: Path, text: str) -> None:
    """
    Write *text* to *path*, whole or not at all; half a character, as in an undecodable file name, becomes U+FFFD.

    Raises RunError if it cannot be written. The message names the file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _disk_errors(path):
            temporary.write_text(LONE_SURROGATE.sub("\ufffd", text), encoding="utf-8", newline="\n")
            settle_file(temporary, path)
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


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}; look at the folder's rights and the space left") from error


def tidy_cells(values: list[Any], kind: str) -> list[Any]:
    """Return the *values* of one column as plain Python of its *kind*, a missing one as None."""
    tidy = TIDY[kind]
    return [None if _missing(value) else tidy(value) for value in values]


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
    """A format: opened on a temporary file, given tidy cells column by column, closed once."""

    cut: int

    def write(self, cells: list[list[Any]]) -> None: ...

    def close(self) -> None: ...


class _CsvWriter:
    """
    Comma-separated, UTF-8 with a byte order mark so that Excel reads it right, lines ended as RFC 4180 says.

    Every text is quoted, numbers are not. A list is JSON in its cell.
    """

    def __init__(self, path: Path, _table: str, columns: dict[str, Column]) -> None:
        self.cut = 0
        self._kinds = [column.kind for column in columns.values()]
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._file.write(",".join(_quote(name) for name in columns) + "\r\n")

    def write(self, cells: list[list[Any]]) -> None:
        printed = [[_print_cell(value, kind) for value in column] for column, kind in zip(cells, self._kinds, strict=True)]
        self._file.writelines(",".join(row) + "\r\n" for row in zip(*printed, strict=True))

    def close(self) -> None:
        self._file.close()


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

    def __init__(self, path: Path, _table: str, columns: dict[str, Column]) -> None:
        self.cut = 0
        self._names = list(columns)
        self._file = path.open("wb")

    def write(self, cells: list[list[Any]]) -> None:
        self._file.writelines(
            orjson.dumps(dict(zip(self._names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in zip(*cells, strict=True)
        )

    def close(self) -> None:
        self._file.close()


class _ParquetWriter:
    """Parquet with the types of the kinds, every text as it is."""

    # Rows of a group. The bytes must not depend on the pieces the rows came in, so they are gathered to whole groups.
    GROUP = 16384

    def __init__(self, path: Path, _table: str, columns: dict[str, Column]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        passage = pa.struct([("field", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("quote", pa.string()), ("weight", pa.float64())])
        types = {
            "text": pa.string(),
            "id": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "flag": pa.bool_(),
            "texts": pa.list_(pa.string()),
            "passages": pa.list_(passage),
        }
        self.cut = 0
        self._schema = pa.schema([(name, types[column.kind]) for name, column in columns.items()])
        self._waiting: list[list[Any]] = [[] for _ in columns]
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, cells: list[list[Any]]) -> None:
        for waiting, column in zip(self._waiting, cells, strict=True):
            waiting.extend(column)
        while len(self._waiting[0]) >= self.GROUP:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        group = [pa.array(column[: self.GROUP], type=field.type) for column, field in zip(self._waiting, self._schema, strict=True)]
        self._file.write_table(pa.Table.from_arrays(group, schema=self._schema), row_group_size=self.GROUP)
        self._waiting = [column[self.GROUP :] for column in self._waiting]

    def close(self) -> None:
        if self._waiting[0]:
            self._write_group()
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

    def __init__(self, path: Path, table: str, columns: dict[str, Column]) -> None:
        import xlsxwriter

        self.cut = 0
        self._table = table
        self._columns = columns
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": False}
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

    def write(self, cells: list[list[Any]]) -> None:
        kinds = [column.kind for column in self._columns.values()]
        for row in zip(*cells, strict=True):
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


WRITERS: dict[str, Callable[[Path, str, dict[str, Column]], _Writer]] = {
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
    frames = list(iterate_table(folder, name))
    return pd.concat(frames, ignore_index=True)


def iterate_table(folder: str | Path, name: str, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
    """
    Yield table *name* of a scored *folder* in pieces, in order, at least one (an empty table has its columns too).

    *columns* leaves out the others; those the table lacks are not added. Otherwise as ``read_table``.
    """
    path = find_table(folder, name)
    started = False
    try:
        for names, rows in READERS[path.suffix[1:]](path, name):
            kept = [number for number, heading in enumerate(names) if columns is None or heading in columns]
            yield _frame_rows(name, [names[number] for number in kept], [[row[number] for row in rows] for number in kept])
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
        with pq.ParquetFile(path) as file:
            names = list(file.schema_arrow.names)
            pieces = 0
            for batch in file.iter_batches(batch_size=FRAME_ROWS):
                yield names, list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
                pieces += 1
            if not pieces:
                yield names, []
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


READERS: dict[str, Callable[[Path, str], Rows]] = {"csv": _read_csv, "jsonl": _read_json_lines, "parquet": _read_parquet, "xlsx": _read_workbook}
