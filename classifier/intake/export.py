"""
Read an export into tables of posts, and count what was left out.

An export is a file, a folder or a zip, in any format the exporters' modules recognise. Nothing here grows with its size but
the hashes that find duplicates.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.duplicates import Duplicates
from classifier.intake.files import sources_of
from classifier.intake.layout import normalised
from classifier.intake.plain import PlainChunk, notes_text, post_of_line, records_of_chunk
from classifier.intake.posts import POST_COLUMNS, Batch, posts_from_rows, posts_table, rejects_table
from classifier.intake.read import read_source
from classifier.intake.recognise import IN_CHILD, Shape
from classifier.intake.sandbox import Child
from classifier.intake.source import CHUNK_ROWS, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from classifier.intake.source import Record

_ONE_HEADING = frozenset([Shape.LINES, Shape.TEXT_TABLE])  # such a file's headings are all known once it says what it is
_HEADINGS_TOLD = 300  # characters
_SMALL_CHUNK = CHUNK_ROWS // 4
_HELD_ROWS = 10_000  # so many posts, or
_HELD_CHARACTERS = 10_000_000  # characters of text, are held back so that the fullest of several copies can be chosen


def stream_export(paths: str | Path | Iterable[str | Path], *, columns: Mapping[str, str] | None = None) -> Iterator[Batch]:
    """
    Batches of posts and rejects, in the order read: every row is in exactly one of them.

    *columns* names a heading by hand, as ``{"text": "正文"}``. Times are ISO 8601, ids are text, absent text is None.

    Raises ExportError if a path does not exist, or no file has a heading of *columns*; the message names it, and the headings
    there are. A file that cannot be read is a reject, not an error.
    """
    yield from batches(paths, columns=columns)


def read_export(paths: str | Path | Iterable[str | Path], *, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """
    All posts of an export as one table (POST_COLUMNS), for notebooks; `stream_export` gives the rejects too.

    Raises ExportError as `stream_export` does.
    """
    import pandas as pd

    tables = [batch.posts for batch in stream_export(paths, columns=columns)]
    tables = [table for table in tables if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else posts_from_rows([])


def read_post_line(line: bytes, number: int = 1) -> dict[str, Any]:
    """
    One post of one line of JSON in the plain form, as a mapping of POST_COLUMNS.

    *number* is the line's, from 1: it becomes ``src_row``, and a post without an id is named after it (``-#7``).

    Raises ExportError if the line is not JSON, not an object, or has neither text nor title nor digest; the message says which.
    """
    record = post_of_line(line, number, Source(Path("-"), "-"))
    row = {name: record[name] for name in POST_COLUMNS}
    row["notes"] = notes_text(record["notes"])
    return row


def batches(
    paths: str | Path | Iterable[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    remarks: list[Record] | None = None,
    child: Child | None = None,
) -> Iterator[Batch]:
    """
    What `stream_export` gives; remarks about the files, how each was recognised and understood, are added to *remarks*.

    *child* is a limited child already running, for who reads many exports; without it one is started when it is needed.
    """
    seen = Duplicates()
    held: list[Record] = []
    size = 0
    for chunk in read_chunks(paths, columns=columns, child=child):
        if isinstance(chunk, PlainChunk) and chunk.n_rows < _SMALL_CHUNK:
            # A small file is held back like any other, so that a fuller copy in the next file can still win.
            chunk = [*records_of_chunk(chunk), *chunk.rejects]  # noqa: PLW2901
        if isinstance(chunk, PlainChunk):
            if held:
                yield from _sorted_out(held, seen)
                held, size = [], 0
            yield _plain_batch(chunk, seen)
            continue
        if remarks is not None:
            remarks.extend(record["about"] for record in chunk if "about" in record)
        held.extend(record for record in chunk if "about" not in record)
        size += sum(len(record.get("text") or "") for record in chunk)
        if is_batch(len(held), size):
            yield from _sorted_out(held, seen)
            held, size = [], 0
    if held:
        yield from _sorted_out(held, seen)


def is_batch(rows: int, characters: int) -> bool:
    """Whether *rows* posts with *characters* of text are held back no longer."""
    return rows >= _HELD_ROWS or characters >= _HELD_CHARACTERS


def read_chunks(
    paths: str | Path | Iterable[str | Path],
    *,
    columns: Mapping[str, str] | None = None,
    child: Child | None = None,
) -> Iterator[list[Record] | PlainChunk]:
    """Chunks as the readers give them, of every file in order: records with remarks among them, or whole columns."""
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    named = dict(columns or {})
    headings: dict[str, None] = {}
    with nullcontext(child) if child is not None else Child() as running:
        for told in sources_of(listed, named, running):
            if isinstance(told, dict):
                yield [told]
                continue
            source, shape = told
            for chunk in running.read(source) if shape in IN_CHILD else read_source(source, shape):
                if named and not isinstance(chunk, PlainChunk):
                    headings.update(dict.fromkeys(heading for record in chunk if "about" in record for heading in record["about"]["columns"]))
                    if len(listed) == 1 and source.path == listed[0] and shape in _ONE_HEADING:
                        _check_named(named, headings, listed)  # not after an hour of reading
                yield chunk
    _check_named(named, headings, listed)


def _check_named(named: Mapping[str, str], headings: Iterable[str], listed: Sequence[Path]) -> None:
    """Raise ExportError if a heading *named* by hand is none of *headings*; a file without it is fine where another has it."""
    spelled = {normalised(heading) for heading in headings}
    missing = [f"{name}={heading}" for name, heading in named.items() if normalised(heading) not in spelled]
    if missing:
        found = "".join(c if c.isprintable() else "\ufffd" for c in ", ".join(headings))[:_HEADINGS_TOLD] or "none"
        where = ", ".join(map(str, listed[:3]))
        raise ExportError(f"{where}: no column for {', '.join(missing)}; found {found} (没有这一列，请从找到的列名里选)")


def _sorted_out(records: list[Record], seen: Duplicates) -> Iterator[Batch]:
    posts, rejects = seen.sort_out(records)
    for post in posts:
        post["notes"] = notes_text(post["notes"])
    for start in range(0, max(len(posts), len(rejects)), CHUNK_ROWS):
        some, left = posts[start : start + CHUNK_ROWS], rejects[start : start + CHUNK_ROWS]
        yield Batch(posts_from_rows(some), rejects_table(left))


def _plain_batch(chunk: PlainChunk, seen: Duplicates) -> Batch:
    if not seen.given.any(chunk.hashes):
        seen.given.add(chunk.hashes, chunk.kept)
        return Batch(posts_table(chunk.columns, chunk.n_rows, chunk.constants), rejects_table(chunk.rejects))
    return _batch_with_duplicates(chunk, seen)


def _batch_with_duplicates(chunk: PlainChunk, seen: Duplicates) -> Batch:
    posts, rejects = seen.sort_out(records_of_chunk(chunk))
    for post in posts:
        post["notes"] = notes_text(post["notes"])
    return Batch(posts_from_rows(posts), rejects_table([*chunk.rejects, *rejects]))


def describe_export(paths: str | Path | Iterable[str | Path], *, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """How an export was recognised and understood, as plain data; see `describe`."""
    from classifier.intake.describe import describe_export as described

    return described(paths, columns=columns)
