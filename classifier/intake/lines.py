"""
JSON Lines: read in big blocks, each line by itself, so that one bad line costs one row.

The first lines decide what the file is: the plain form, the messages of WeChat's own wire format, or an exporter's objects.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import orjson

from classifier.errors import ExportError
from classifier.intake.encoding import Encoding, decide_lines
from classifier.intake.exporters import wechat_wire
from classifier.intake.exporters.registry import EXPORTERS
from classifier.intake.layout import Layout, Row, normalised, posts_in, understand
from classifier.intake.plain import PLAIN_LAYOUT, PlainChunk, is_plain, plain_chunk, settle_plain
from classifier.intake.posts import reject
from classifier.intake.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from classifier.intake.source import Record, Source

LINE_LIMIT = 8 << 20  # bytes; a longer line is one reject and is not held in memory
_BLOCK = 1 << 20
_SAMPLE_LINES = 50
LINES_A_CHUNK = 4_000  # what is done once a batch, for its tables and its accounts, is shared by as many
BYTES_A_CHUNK = 8 << 20  # of long lines, fewer
_LONG_INTEGER = re.compile(rb"[:\[,]\s*-?[0-9]{19,}\s*[,}\]]")

Read = "Callable[[Any, int], Iterable[Record]]"


def parse_line(line: bytes) -> Any:
    """
    What one line of JSON says; lone surrogates, which strict JSON refuses, become U+FFFD.

    Raises ExportError if it is not JSON; the message says where in the line.
    """
    try:
        # Of an integer beyond 64 bits orjson makes a fraction: two such ids would be one.
        return json.loads(line) if _LONG_INTEGER.search(line) else orjson.loads(line)
    except RecursionError:
        raise ExportError("not JSON: lists or objects in one another too deep") from None
    except ValueError as error:
        if b"\\u" in line and "surrogate" in str(error):
            return _without_surrogates(line, error)
        raise ExportError(f"not JSON: {error}") from None


def read_lines(source: Source) -> Iterator[list[Record] | PlainChunk]:
    """Chunks of a JSON Lines file in order: columns where the plain form allows, records elsewhere, and one remark about the file."""
    sample = _sample(source)
    encoding = decide_lines(sample, source.name)
    keys = {key for line in sample for key in _keys_of(line, encoding)}
    layout = None if source.columns else (PLAIN_LAYOUT if is_plain(keys) else None)
    if layout is None:
        layout = understand([normalised(key) for key in sorted(keys)], EXPORTERS, source.columns)
    is_wire = any(wechat_wire.is_wire(obj) for obj in map(_loaded, sample))
    yield [about(source, "JSON Lines", encoding.name, layout, sorted(keys), "wechat_articles_spider profile_ext" if is_wire else None)]
    if layout.exporter.refuse:
        yield [reject(source.name, 1, "not_posts", layout.exporter.refuse)]
        return
    careful = _reader_of(layout, source)
    for lines, rows, may_hold_nul in _chunks(source, encoding):
        fast = _fast(lines, rows, source, may_hold_nul=may_hold_nul) if layout is PLAIN_LAYOUT else None
        yield fast if fast is not None else _carefully(lines, rows, source, careful)


def about(source: Source, shape: str, encoding: str | None, layout: Layout | None, headings: Iterable[str], exporter: str | None = None) -> Record:
    """A remark about a file for `inspect`: it is neither post nor reject."""
    columns = {heading: (layout.why.get(normalised(heading), "not used") if layout else "") for heading in headings}
    if layout is PLAIN_LAYOUT:
        meant = {heading: name for name, heads in PLAIN_LAYOUT.fields.items() for heading in heads}
        columns = {heading: f"{meant[normalised(heading)]}: plain form" if normalised(heading) in meant else "not used" for heading in headings}
    named = exporter or (layout.exporter.name if layout else "")
    return {"about": {"src_file": source.name, "shape": shape, "encoding": encoding, "exporter": named, "columns": columns, "notes": list(layout.notes) if layout else []}}


def _reader_of(layout: Layout, source: Source) -> Any:
    """How one parsed line becomes records: by the plain form, the wire format, or *layout*."""

    def read(obj: Any, row: int) -> Iterable[Record]:
        if isinstance(obj, dict) and wechat_wire.is_wire(obj):
            return [settle(found, source) for found in wechat_wire.posts_of(obj, row)]
        if layout is PLAIN_LAYOUT or not isinstance(obj, dict):
            return [settle_plain(obj, row, source)]
        return [settle(found, source) for found in posts_in(row_of(obj), layout, row)]

    return read


def row_of(obj: dict[str, Any]) -> Row:
    """*obj* by normalised keys, with the members of inner objects one level up as ``outer.inner``."""
    row: Row = {}
    for key, value in obj.items():
        name = normalised(key)
        row.setdefault(name, value)
        if isinstance(value, dict):
            row.update((f"{name}.{normalised(inner)}", content) for inner, content in value.items() if isinstance(inner, str))
    return row


def _fast(lines: list[bytes], rows: range, source: Source, *, may_hold_nul: bool) -> PlainChunk | None:
    try:
        objects = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        return None
    return plain_chunk(objects, rows, source, may_hold_nul=may_hold_nul)


def _carefully(lines: list[bytes], rows: range, source: Source, read: Any) -> list[Record]:
    records: list[Record] = []
    for line, row in zip(lines, rows, strict=True):
        if not line.strip():
            continue
        if len(line) > LINE_LIMIT:
            records.append(reject(source.name, row, "unreadable", f"a line longer than {LINE_LIMIT} bytes"))
            continue
        try:
            records.extend(read(parse_line(line), row))
        except ExportError as error:
            said = line[:120].decode("utf-8", "replace")
            records.append(reject(source.name, row, "unreadable", f"{error}; line begins {said}"))
    return records


def _chunks(source: Source, encoding: Encoding) -> Iterator[tuple[list[bytes], range, bool]]:
    """(lines, their numbers, whether there may be a NUL in them) by some thousands; lines are UTF-8 whatever the file is."""
    pending: list[bytes] = []
    first = 1
    may_hold_nul = False
    for lines, has_nul in _blocks(source):
        may_hold_nul = may_hold_nul or has_nul
        pending += lines if encoding.name == "utf-8" else [_as_utf8(line, encoding) for line in lines]
        while len(pending) >= LINES_A_CHUNK:
            yield pending[:LINES_A_CHUNK], range(first, first + LINES_A_CHUNK), may_hold_nul
            del pending[:LINES_A_CHUNK]
            first += LINES_A_CHUNK
        if sum(map(len, pending)) >= BYTES_A_CHUNK:
            yield pending, range(first, first + len(pending)), may_hold_nul
            first += len(pending)
            pending = []
    if pending:
        yield pending, range(first, first + len(pending)), may_hold_nul


def _blocks(source: Source) -> Iterator[tuple[list[bytes], bool]]:
    """The lines of each block of the file, and whether a NUL may be written in it; a line longer than the limit keeps only a beginning that is longer than the limit."""
    with source.path.open("rb") as file:
        rest = file.read(3).removeprefix(b"\xef\xbb\xbf")
        while block := file.read(_BLOCK):
            whole = rest + block
            *lines, rest = whole.split(b"\n")
            if len(rest) > 2 * LINE_LIMIT:
                rest = rest[: LINE_LIMIT + 1]
            yield lines, b"\\u0000" in whole
        if rest.strip():
            yield rest.split(b"\n"), b"\\u0000" in rest


def _as_utf8(line: bytes, encoding: Encoding) -> bytes:
    try:
        return line.decode(encoding.name).encode()
    except UnicodeError:
        return line


def _sample(source: Source) -> list[bytes]:
    """The first lines that say something, whole: of a line that is cut nobody knows what it is."""
    sample: list[bytes] = []
    for lines, _ in _blocks(source):
        sample += [line for line in lines if line.strip() and len(line) <= LINE_LIMIT]
        if len(sample) >= _SAMPLE_LINES or sum(map(len, sample)) >= _BLOCK:
            break
    return sample[:_SAMPLE_LINES]


def _loaded(line: bytes) -> Any:
    try:
        return parse_line(line)
    except ExportError:
        return None


def _keys_of(line: bytes, encoding: Encoding) -> list[str]:
    obj = _loaded(_as_utf8(line, encoding) if encoding.name != "utf-8" else line)
    return [str(key) for key in row_keys(obj)] if isinstance(obj, dict) else []


def row_keys(obj: dict[str, Any]) -> list[str]:
    """The keys of *obj*, and those of inner objects as ``outer.inner``."""
    inner = [f"{key}.{name}" for key, value in obj.items() if isinstance(value, dict) for name in value]
    return [*obj, *inner]


def _without_surrogates(line: bytes, error: Exception) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise ExportError(f"not JSON: {error}") from None
