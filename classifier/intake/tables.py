"""
Rows of a table, whatever held it, into posts: headings found, columns understood, each row settled.

Text tables (CSV, TSV, Excel's "Unicode text") are split here with the standard library, which keeps every cell text.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, overload

from classifier.intake.aliases import FIELD_OF, is_broken
from classifier.intake.encoding import decide_encoding
from classifier.intake.exporters.registry import EXPORTERS
from classifier.intake.exporters.wechat_tables import WE_MP_RSS_LIST
from classifier.intake.layout import UNKNOWN_TABLE, Layout, Row, normalised, posts_in, understand
from classifier.intake.lines import about
from classifier.intake.plain import PlainChunk, plain_chunk
from classifier.intake.posts import reject
from classifier.intake.settle import settle
from classifier.intake.shapes import headings_by_shape, looks_headless
from classifier.intake.source import CHUNK_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from classifier.intake.source import Record, Source

NumberedRow = tuple[int, "Sequence[Any]"]

CELL_LIMIT = 4 << 20  # characters of one cell
_ROW_LINES = 20_000  # a quoted cell that swallows more lines than this was never closed
SAMPLE_ROWS = 60
_DELIMITERS = ",\t;|"
_HEADING_DEPTH = 15  # titles and remarks stand above the heading of some sheets
_SURROGATE = re.compile("[\udc80-\udcff]")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")

csv.field_size_limit(min(sys.maxsize, CELL_LIMIT))

_PLAIN_KEYS = {
    "text": "text",
    "title": "title",
    "account_id": "account_id",
    "account_name": "account_name",
    "post_id": "post_id",
    "published": "published_at",
    "url": "url",
    "author": "author",
    "digest": "digest",
}

BROKEN = "the headings are Chinese that was read with the wrong encoding and saved again; export the file anew, or open the original as UTF-8 (编码错乱：请重新导出，或用 UTF-8 打开原始文件)"


def read_text_table(source: Source) -> Iterator[list[Record] | PlainChunk]:
    """Chunks of a CSV or TSV file in order, and one remark about the file."""
    encoding = decide_encoding(source.path, source.name)
    with source.path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
        first = file.readline(1 << 16)
        delimiter = _delimiter_of(first)
        lines = chain([first], file)
        rows = _lijinma_rows(lines) if _is_lijinma(first) else _rows(lines, delimiter)
        rows = rows if encoding.clean else _without_broken(rows)
        shape = f"text table, {'tab' if delimiter == chr(9) else delimiter}"
        yield from read_rows(rows, source, shape=shape, encoding=encoding.name, may_be_fast=True)


def _without_broken(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """*rows* with the reason in the place of those whose bytes are not text in the file's encoding."""
    for number, cells in rows:
        is_broken_row = not isinstance(cells, str) and any(_SURROGATE.search(cell) for cell in cells)
        yield number, "bytes that are not text in this file's encoding" if is_broken_row else cells


@overload
def read_rows(rows: Iterable[NumberedRow], source: Source, *, shape: str, encoding: str | None = ...) -> Iterator[list[Record]]: ...
@overload
def read_rows(rows: Iterable[NumberedRow], source: Source, *, shape: str, encoding: str | None = ..., may_be_fast: bool) -> Iterator[list[Record] | PlainChunk]: ...
def read_rows(rows: Iterable[NumberedRow], source: Source, *, shape: str, encoding: str | None = None, may_be_fast: bool = False) -> Iterator[Any]:
    """
    Chunks of records of a table given as (row number, cells), heading among them.

    A row of cells that is text instead is a reason why that row could not be read. With *may_be_fast* a table of nothing but
    the plain form's fields comes in whole columns, as JSON Lines of that form do.
    """
    numbered = iter(rows)
    sample = list(islice(numbered, SAMPLE_ROWS))
    headings, used = _find_heading(sample, source)
    layout = understood(headings, sample[used:], source)
    yield [about(source, shape, encoding, layout, headings)]
    refused = refusal(layout, headings, source)
    if refused is not None:
        yield [reject(source.name, sample[used - 1][0] if used else 1, *refused)]
        return
    following = chain(sample[used:], numbered)
    fast = _plain_headings(layout) if may_be_fast else None
    if fast is None:
        yield from _in_chunks(settled_rows(following, headings, layout, source))
        return
    while chunk := list(islice(following, CHUNK_ROWS)):
        columns = _fast(chunk, headings, fast, source)
        yield columns if columns is not None else list(settled_rows(chunk, headings, layout, source))


def _plain_headings(layout: Layout) -> dict[str, str] | None:
    """For each field of the plain form its one heading, if the table holds nothing else that is read; else None."""
    if layout.exporter is not UNKNOWN_TABLE or layout.notes or not set(layout.fields) <= set(_PLAIN_KEYS):
        return None
    if any(len(heads) > 1 for heads in layout.fields.values()):
        return None
    return {_PLAIN_KEYS[name]: heads[0] for name, heads in layout.fields.items()}


def _fast(chunk: list[NumberedRow], headings: list[str], fast: dict[str, str], source: Source) -> PlainChunk | None:
    """*chunk* in whole columns, or None if one of its rows is not an ordinary one."""
    width = len(headings)
    if any(isinstance(cells, str) or len(cells) != width or cells[0] == headings[0] or not any(cells) for _, cells in chunk):
        return None
    names = _distinct([normalised(heading) for heading in headings])
    by_heading = dict(zip(names, zip(*(cells for _, cells in chunk), strict=True), strict=True))
    keys = list(fast)
    values = zip(*(by_heading[heading] for heading in fast.values()), strict=True)
    # A row of a table needs no text to be a post: what is only a digest or a link says so in its body_state.
    objects = [{"text": None, **{key: value for key, value in zip(keys, row, strict=True) if value or key == "text"}} for row in values]
    return plain_chunk(objects, [number for number, _ in chunk], source, may_hold_nul=True, exporter=UNKNOWN_TABLE.name)


def settled_rows(rows: Iterable[NumberedRow], headings: list[str], layout: Layout, source: Source) -> Iterator[Record]:
    """Every post or reject in *rows* below *headings*, in order; an empty row gives neither."""
    names = _distinct([normalised(heading) for heading in headings])
    realign = layout.exporter.realign
    for number, cells in rows:
        if isinstance(cells, str):
            yield reject(source.name, number, "unreadable", cells)
            continue
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        if cells[0] == headings[0] and list(cells[:3]) == headings[:3] and len(names) > 1:
            yield reject(source.name, number, "heading", "the heading again")
            continue
        fitted = names if realign is None else realign(names, cells)
        if len(cells) > len(fitted) and any(cell not in (None, "") for cell in cells[len(fitted) :]):
            yield reject(source.name, number, "unreadable", f"{len(cells)} values under {len(names)} headings: {' | '.join(map(str, cells))[:120]}")
            continue
        row: Row = dict(zip(fitted, cells, strict=False))
        for found in posts_in(row, layout, number):
            yield settle(found, source)


def _in_chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    numbered = iter(records)
    while chunk := list(islice(numbered, CHUNK_ROWS)):
        yield chunk


def _find_heading(sample: list[NumberedRow], source: Source) -> tuple[list[str], int]:
    """(headings, how many rows of *sample* they end): the row with most known names, or invented ones where there is none."""
    best, best_score = 0, -1.0
    for i, (_, cells) in enumerate(sample[:_HEADING_DEPTH]):
        if isinstance(cells, str):
            continue
        score = _heading_score(cells, source)
        if score > best_score:
            best, best_score = i, score
    if not sample:
        return [], 0
    cells = sample[best][1]
    if best_score < 1 and (isinstance(cells, str) or looks_headless(cells)):
        width = max((len(cells) for _, cells in sample if not isinstance(cells, str)), default=0)
        return [f"column {n + 1}" for n in range(width)], 0
    return [str(cell) if cell is not None else "" for cell in cells], best + 1


def _heading_score(cells: Sequence[Any], source: Source) -> float:
    named = {normalised(heading) for heading in source.columns.values()}
    names = {normalised(cell) for cell in cells if isinstance(cell, str) and len(cell) <= 40}
    return sum(1 for name in names if name in FIELD_OF or name in named) + 3 * len(names & named)


def understood(headings: list[str], sample: list[NumberedRow], source: Source) -> Layout:
    """The Layout of a table with *headings*, of which *sample* are the first rows."""
    names = _distinct([normalised(heading) for heading in headings])
    exporters = (WE_MP_RSS_LIST, *EXPORTERS) if set(names) == {"标题", "链接", "发布时间"} else EXPORTERS
    layout = understand(names, exporters, source.columns)
    rows = [dict(zip(names, cells, strict=False)) for _, cells in sample if not isinstance(cells, str)]
    if not layout.exporter.fields and not layout.exporter.refuse:
        headings_by_shape(layout, names, rows)
    _notice_rounded(layout, rows)
    return layout


def _notice_rounded(layout: Layout, rows: list[Row]) -> None:
    """Ids a spreadsheet rounded name nothing any more: they are not read, and the posts say so."""
    heads = layout.fields.get("post_id")
    if not heads:
        return
    ids = [str(row.get(heads[0]) or "").strip() for row in rows]
    ids = [one for one in ids if one]
    long = [one for one in ids if one.isdecimal() and len(one) >= 16]
    if any(_ROUNDED.fullmatch(one) for one in ids) or (len(long) >= 3 and len(long) == len(ids) and all(one.endswith("0") for one in long)):
        layout.notes.append("ids were rounded by a spreadsheet program: not read (编号被表格软件改写)")
        if "bid" not in {heading for row in rows[:1] for heading in row}:
            layout.fields["post_id"] = heads[1:]
            layout.why[heads[0]] = "post_id, rounded by a spreadsheet program: not read"


def refusal(layout: Layout, headings: list[str], source: Source) -> tuple[str, str] | None:
    """(reason, excerpt) of the reject that stands for a table nothing can be read of, or None."""
    if layout.exporter.refuse:
        return "not_posts", layout.exporter.refuse
    if is_broken(headings):
        return "mojibake", BROKEN
    missing = [heading for heading in source.columns.values() if normalised(heading) not in {normalised(one) for one in headings}]
    if missing and not layout.is_understood:
        return "unrecognised", f"no column {missing[0]}; found {', '.join(headings)[:120]}"
    if not layout.is_understood and "url" not in layout.fields:
        return "unrecognised", f"no column of this table is known: {', '.join(headings)[:120]}"
    return None


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return distinct


def _delimiter_of(line: str) -> str:
    counts = {delimiter: _names_in(line, delimiter) for delimiter in _DELIMITERS}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] > (0, 0) else ","


def _names_in(line: str, delimiter: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([line.replace("\x00", "")], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return sum(1 for cell in cells if normalised(cell[:60]) in FIELD_OF), len(cells) - 1


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[NumberedRow]:
    """
    (first line number, cells) of each row.

    A quote that is never closed costs its own line and not the rest of the file: the lines it swallowed are read again.
    """
    feed = _Feed(lines)
    while True:
        reader = csv.reader(feed, delimiter=delimiter)
        unclosed = False
        while not unclosed:
            start = feed.number + 1
            feed.since.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield start, f"{error}"
                break
            if cells is None:
                return
            unclosed = feed.starved or (feed.is_over and len(feed.since) > 0 and _is_unclosed(feed.since, delimiter))
            if unclosed:
                yield start, f"a quote is opened and never closed: {feed.since[0][:80]}"
                feed.put_back_all_but_first(start)
            else:
                yield start, cells


class _Feed:
    """Lines for the csv reader, remembered since the last row so that they can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.again: deque[str] = deque()
        self.since: list[str] = []
        self.number = 0
        self.starved = False
        self.is_over = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self.since) >= _ROW_LINES:
            self.starved = True
            raise StopIteration
        if self.again:
            line = self.again.popleft()
        else:
            following = next(self.lines, None)
            if following is None:
                self.is_over = True
                raise StopIteration
            line = following
        self.number += 1
        self.since.append(line)
        return line

    def put_back_all_but_first(self, start: int) -> None:
        """Everything but the line numbered *start* is to be read again."""
        self.again.extendleft(reversed(self.since[1:]))
        self.number = start
        self.starved = self.is_over = False


def _is_unclosed(lines: list[str], delimiter: str) -> bool:
    if len(lines) == 1 and lines[0].count('"') % 2 == 0:
        return False
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


_LIJINMA = "accountName,author,title,contentUrl,cover,digest,idx,sourceUrl,createTime,readNum,likeNum,rewardNum,electedCommentNum"
_LIJINMA_TAIL = re.compile(
    r'^"(?P<account>.*?)","(?P<author>.*?)","(?P<middle>.*)","(?P<idx>\d*)","(?P<source>[^"]*)","(?P<time>[^"]*)","(?P<read>[^"]*)","(?P<like>[^"]*)","(?P<reward>[^"]*)","(?P<comment>[^"]*)",?\s*$',
    re.DOTALL,
)
_LIJINMA_MIDDLE = re.compile(r'^(?P<title>.*)","(?P<url>(?:https?:)?[^"]*)","(?P<cover>(?:https?:)?[^"]*)","(?P<digest>.*)$', re.DOTALL)
_LIJINMA_MIDDLE_HTTP = re.compile(r'^(?P<title>.*?)","(?P<url>https?:[^"]*)","(?P<cover>[^"]*)","(?P<digest>.*)$', re.DOTALL)


def _is_lijinma(first: str) -> bool:
    return first.strip().strip(",").replace('"', "") == _LIJINMA


def _lijinma_rows(lines: Iterable[str]) -> Iterator[NumberedRow]:
    """
    Rows of lijinma/wechat_spider, which quotes every value and doubles no quote inside: repaired from both ends.

    The first two values and the last eight are regular; title and digest are what stands around the two addresses.
    """
    pending, start = "", 1
    for number, line in enumerate(lines, 1):
        if line.strip().strip(",").replace('"', "") == _LIJINMA:
            yield number, _LIJINMA.split(",")
            continue
        pending, start = (pending + line, start) if pending else (line, number)
        tail = _LIJINMA_TAIL.match(pending)
        if tail is None and len(pending) < CELL_LIMIT and pending.count("\n") < 50:
            continue
        yield start, _lijinma_cells(tail) if tail is not None else f"not a row of lijinma/wechat_spider: {pending[:80]}"
        pending = ""
    if pending.strip():
        yield start, f"cut off: {pending[:80]}"


def _lijinma_cells(tail: re.Match[str]) -> Sequence[Any] | str:
    middle = _LIJINMA_MIDDLE_HTTP.match(tail["middle"]) or _LIJINMA_MIDDLE.match(tail["middle"])
    if middle is None:
        return f"not a row of lijinma/wechat_spider: {tail[0][:80]}"
    return [tail["account"], tail["author"], middle["title"], middle["url"], middle["cover"], middle["digest"], *(tail[n] for n in ("idx", "source", "time", "read", "like", "reward", "comment"))]
