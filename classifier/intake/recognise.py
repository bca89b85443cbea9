"""What kind of file this is: by its first bytes, then its first lines; its name decides only where they cannot."""

from __future__ import annotations

import zipfile
from enum import Enum
from typing import TYPE_CHECKING

import orjson

from classifier.intake.encoding import mark_of
from classifier.intake.exporters.markdown import is_markdown_post

if TYPE_CHECKING:
    from classifier.intake.source import Source

_HEAD = 1 << 20


class Shape(Enum):
    """The shapes files come in. The value is what a person is told."""

    LINES = "JSON Lines"
    TEXT_TABLE = "text table"
    WORKBOOK = "workbook"
    PARQUET = "Parquet"
    DOCUMENT = "JSON document"
    FEED = "feed"
    PAGE = "web page"
    SQLITE = "SQLite"
    ZIP = "zip"
    GZIP = "gzip"
    WARC = "web archive"
    MARKDOWN = "Markdown or text of one post"
    EMPTY = "empty"
    PDF = "PDF"
    WORD = "Word"
    UNKNOWN = "unknown"


# What parses attacker-controlled structure in C or keeps a whole file in memory runs in the limited child.
IN_CHILD = {Shape.WORKBOOK, Shape.DOCUMENT, Shape.FEED, Shape.PAGE, Shape.SQLITE, Shape.WARC, Shape.PARQUET, Shape.WORD}


def recognise(source: Source) -> Shape:
    """The Shape of *source*."""
    with source.path.open("rb") as file:
        head = file.read(_HEAD)
    return _by_magic(head, source) or _by_text(head, source)


def _by_magic(head: bytes, source: Source) -> Shape | None:
    if not head.strip():
        return Shape.EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(source)
    magics = (
        (b"\xd0\xcf\x11\xe0", Shape.WORKBOOK),
        (b"SQLite format 3\x00", Shape.SQLITE),
        (b"PAR1", Shape.PARQUET),
        (b"\x1f\x8b", Shape.GZIP),
        (b"%PDF", Shape.PDF),
        (b"WARC/", Shape.WARC),
    )
    return next((shape for magic, shape in magics if head.startswith(magic)), None)


def _of_zip(source: Source) -> Shape:
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return Shape.ZIP
    if any(name.startswith("xl/") for name in names):
        return Shape.WORKBOOK
    return Shape.WORD if "word/document.xml" in names else Shape.ZIP


def _by_text(head: bytes, source: Source) -> Shape:
    marked = mark_of(head[:4])
    if marked in ("utf-16", "utf-32"):
        return Shape.TEXT_TABLE
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if source.columns and start[:1] not in (b"{", b"[", b"<"):
        return Shape.TEXT_TABLE
    if start.startswith((b"{", b"[")):
        return Shape.LINES if _is_lines(start) else _of_braces(source)
    if source.suffix in (".jsonl", ".ndjson"):
        return Shape.LINES
    if start.startswith(b"<"):
        return _of_markup(start)
    if source.suffix in (".csv", ".tsv", ".tab") or _is_table(start):
        return Shape.TEXT_TABLE
    if source.suffix in (".md", ".markdown", ".txt") and is_markdown_post(start.decode("utf-8", "replace"), source):
        return Shape.MARKDOWN
    if _is_lines(start):
        return Shape.LINES
    return Shape.UNKNOWN


def _of_braces(source: Source) -> Shape:
    return Shape.LINES if source.suffix in (".jsonl", ".ndjson") else Shape.DOCUMENT


def _of_markup(start: bytes) -> Shape:
    beginning = start[:4096].lower()
    if b"<rss" in beginning or b"<feed" in beginning or b"<rdf:rdf" in beginning:
        return Shape.FEED
    return Shape.PAGE


def _is_lines(start: bytes) -> bool:
    """Whether the first lines are objects each by itself; a single object is a document if it holds a list of posts."""
    lines = [line.strip() for line in start.split(b"\n")[:40]]
    whole = [line for line in lines if line]
    objects = [one for one in (_object(line) for line in whole) if one is not None]
    if not objects or len(objects) < len(whole) * 0.3:
        return False
    if len(whole) == 1:
        return not _holds_posts(objects[0])
    return True


def _object(line: bytes) -> dict[str, object] | None:
    if not line.startswith(b"{"):
        return None
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) else None


def _holds_posts(obj: dict[str, object]) -> bool:
    if "comm_msg_info" in obj or "text" in obj:
        return False
    return any(isinstance(value, list | dict) for value in obj.values()) or any(name in obj for name in ("general_msg_list", "publish_page"))


def _is_table(start: bytes) -> bool:
    from classifier.intake.aliases import FIELD_OF
    from classifier.intake.layout import normalised

    for encoding in ("utf-8", "gb18030"):
        first = start.split(b"\n", 1)[0].decode(encoding, "replace").strip()
        for delimiter in ",\t;|":
            cells = first.split(delimiter)
            if len(cells) >= 2 and sum(1 for cell in cells if normalised(cell[:40]) in FIELD_OF) >= 2:
                return True
    return False
