"""Workbooks, for people: cells are written by the kind of their column, and none is ever live."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.outcome.columns import Column
from classifier.outcome.disk import DiskFile
from classifier.outcome.tables.arrow import cells_of, pack_arrow, unpack_arrow
from classifier.outcome.tables.cells import dump_json
from classifier.outcome.tables.pieces import Rows, read_printed

NOT_IN_WORKBOOK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BEYOND_BMP = re.compile("[\U00010000-\U0010ffff]")
CELL_LIMIT = 32767  # of a workbook's cell, in UTF-16 units: 😀 counts twice
CUT_MARK = "…【已截断 cut】"
# A list that is too long loses whole members, so that what is left is still JSON.
CUT_MEMBER: dict[str, Any] = {"texts": CUT_MARK, "passages": {"field": "", "start": 0, "end": 0, "quote": CUT_MARK, "weight": 0.0}}


class WorkbookWriter:
    """
    A workbook: the table on the first sheet and, when it is longer than a sheet, on further ones; the columns explained on 说明.

    Cells are written by the kind of their column and never by what they look like. xlsxwriter's own guesses are
    switched off as a second wall, and every text carries Excel's own "this is text" mark, so that it
    does not come alive either when somebody edits the cell and presses return.
    """

    SHEET_ROWS = 1_048_576  # with the heading

    @staticmethod
    def pack(cells: list[list[Any]], columns: Mapping[str, Column], /) -> bytes:
        return pack_arrow(cells, columns)

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
        for row in zip(*map(cells_of, unpack_arrow(piece).columns), strict=True):
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
    return NOT_IN_WORKBOOK.sub("\ufffd", dump_json(value))


def _cut_text(text: str) -> tuple[str, bool]:
    if len(text) * 2 <= CELL_LIMIT or _length(text) <= CELL_LIMIT:
        return text, False
    units = text.encode("utf-16-le")[: (CELL_LIMIT - _length(CUT_MARK)) * 2]
    return units.decode("utf-16-le", errors="ignore") + CUT_MARK, True


def _length(text: str) -> int:
    return len(text) + len(BEYOND_BMP.findall(text))


def read_workbook(path: Path, table: str) -> Rows:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            if name == table or re.fullmatch(re.escape(table) + r" \d+", name):
                yield from read_printed(book.get_sheet_by_name(name).iter_rows(), table)
    except CalamineError as error:
        raise ValueError(str(error)) from error
