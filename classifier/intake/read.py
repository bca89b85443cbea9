"""One file into chunks of records, by its shape: the same code inside the limited child and outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.plain import PlainChunk
from classifier.intake.posts import reject
from classifier.intake.recognise import Shape, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source


def read_source(source: Source, shape: Shape | None = None) -> Iterator[list[Record] | PlainChunk]:
    """Chunks of everything in *source*. What cannot be read at all, or holds no row, is one reject with the reason, never an error."""
    some = False
    try:
        for chunk in _reader(shape or recognise(source), source):
            some = some or bool(chunk.n_rows or chunk.rejects if isinstance(chunk, PlainChunk) else any("about" not in record for record in chunk))
            yield chunk
        if not some:
            yield [reject(source.name, 1, "empty", "no post in this file")]
    except ExportError as error:
        yield [reject(source.name, 1, "unreadable", str(error))]
    except (OSError, MemoryError, RecursionError, UnicodeError) as error:
        yield [reject(source.name, 1, "unreadable", f"{type(error).__name__}: {error}")]


def _reader(shape: Shape, source: Source) -> Iterator[Any]:
    if shape is Shape.LINES:
        from classifier.intake.lines import read_lines

        return read_lines(source)
    if shape is Shape.TEXT_TABLE:
        from classifier.intake.tables import read_text_table

        return read_text_table(source)
    if shape is Shape.WORKBOOK:
        from classifier.intake.sheets import read_workbook

        return read_workbook(source)
    if shape is Shape.DOCUMENT:
        from classifier.intake.documents import read_document

        return read_document(source)
    if shape is Shape.PARQUET:
        from classifier.intake.columnar import read_parquet

        return read_parquet(source)
    if shape is Shape.PAGE:
        from classifier.intake.pages import read_page

        return read_page(source)
    if shape is Shape.FEED:
        from classifier.intake.pages import read_feed

        return read_feed(source)
    if shape is Shape.SQLITE:
        from classifier.intake.databases import read_database

        return read_database(source)
    if shape is Shape.WARC:
        from classifier.intake.webarchives import read_webarchive

        return read_webarchive(source)
    if shape in (Shape.MARKDOWN, Shape.WORD):
        from classifier.intake.singles import read_single

        return read_single(source)
    if shape is Shape.EMPTY:
        return iter([[reject(source.name, 1, "empty", "an empty file")]])
    return iter([[reject(source.name, 1, "unrecognised", f"nobody recognises this file ({shape.value})")]])
