"""Workbooks: XLSX, and the OLE2 .xls of older programs. Only inside the limited child: some workbooks abort the reader."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.posts import reject
from classifier.intake.tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source
    from classifier.intake.tables import NumberedRow

_NOT_POSTS = re.compile(r"(?i)^(?:comments|creators|评论|评论列表|creator)$")


def read_workbook(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of every sheet that holds posts; the line number is the one the person sees in the sheet.

    Raises ExportError if the file is no workbook, or a locked one.
    """
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(source.path))
        names = list(workbook.sheet_names)
    except Exception as error:  # noqa: BLE001 - calamine raises classes of its own for each part of a workbook
        raise ExportError(f"{source.name}: not a readable workbook ({error}); open it and save it again as .xlsx (请另存为 .xlsx)") from None
    some = False
    for name in names:
        try:
            sheet = workbook.get_sheet_by_name(name)
            first_line = sheet.start[0] + 1 if sheet.start is not None else 1
            rows = sheet.iter_rows()
        except Exception as error:  # noqa: BLE001
            yield [reject(source.name, 1, "unreadable", f"sheet {name}: {error}")]
            some = True
            continue
        if sheet.height == 0:
            continue
        some = True
        if len(names) > 1 and _NOT_POSTS.match(name.strip()):
            yield [reject(source.name, 1, "not_posts", f"sheet {name}: other people's words or accounts, not read")]
            continue
        yield from read_rows(_numbered(rows, first_line), source, shape=f"workbook, sheet {name}")
    if not some:
        yield [reject(source.name, 1, "empty", "a workbook without a row")]


def _numbered(rows: Any, first_line: int) -> Iterator[NumberedRow]:
    for number, cells in enumerate(rows, first_line):
        yield number, [_plain_cell(cell) for cell in cells]


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell if cell != "" else None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e17:
        return int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell
