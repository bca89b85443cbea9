"""Files of one post, or of one day's posts, as Markdown, text or Word."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from classifier.errors import ExportError
from classifier.intake.documents import chunked
from classifier.intake.encoding import encoding_of_bytes
from classifier.intake.exporters.markdown import posts_of_text
from classifier.intake.lines import about
from classifier.intake.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source

_LIMIT = 32 << 20
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_single(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of a Markdown, text or Word file.

    Raises ExportError if it is not readable as text.
    """
    text, encoding = _text_of(source)
    posts = list(posts_of_text(text, source))
    yield [about(source, "one post a file", encoding, None, (), posts[0]["exporter"] if posts else "")]
    yield from chunked(settle(found, source) for found in posts)


def _text_of(source: Source) -> tuple[str, str]:
    if source.path.open("rb").read(2) == b"PK":
        return _word_text(source), "Word"
    content = source.path.read_bytes()[:_LIMIT]
    encoding = encoding_of_bytes(content, source.name)
    return content.decode(encoding.name, "replace"), encoding.name


def _word_text(source: Source) -> str:
    from lxml import etree

    try:
        with zipfile.ZipFile(source.path) as archive:
            if archive.getinfo("word/document.xml").file_size > _LIMIT:
                raise ExportError(f"{source.name}: a document of more than {_LIMIT >> 20} MiB")
            with archive.open("word/document.xml") as packed:
                content = packed.read(_LIMIT)
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, etree.XMLSyntaxError, RuntimeError, NotImplementedError) as error:
        raise ExportError(f"{source.name}: not a readable Word file ({error})") from None
    paragraphs = ["".join(node.text or "" for node in paragraph.iter(f"{_WORD}t")) for paragraph in root.iter(f"{_WORD}p")]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph.strip())
