"""WARC files: every page of HTML in them, each host an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.errors import ExportError
from classifier.intake.documents import chunked
from classifier.intake.pages import PAGE_LIMIT, decode_page, records_of_page
from classifier.intake.posts import reject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source


def read_webarchive(source: Source) -> Iterator[list[Record]]:
    """Chunks of records of the pages in a WARC file, numbered as they stand among its responses."""
    yield from chunked(_records(source))


def _records(source: Source) -> Iterator[Record]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = beside = 0
    with source.path.open("rb") as file:
        try:
            for response in ArchiveIterator(file):
                if response.rec_type not in ("response", "resource"):
                    continue
                number += 1
                kind = response.http_headers.get_header("Content-Type", "") if response.http_headers else response.content_type or ""
                status = response.http_headers.get_statuscode() if response.http_headers else "200"
                if "html" not in kind or not str(status).startswith("2"):
                    beside += 1
                    continue
                url = response.rec_headers.get_header("WARC-Target-URI")
                content = response.content_stream().read(PAGE_LIMIT)
                try:
                    yield from records_of_page(decode_page(content), source, number, url.strip("<>") if url else None)
                except ExportError as error:
                    yield reject(source.name, number, "unreadable", str(error))
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError, KeyError) as error:
            yield reject(source.name, number + 1, "unreadable", f"the archive breaks off: {error}")
    if beside:
        yield reject(source.name, 1, "not_an_export", f"{beside} pictures, styles, scripts or redirects, not read")
