"""
JSON that is one document: an array of posts, or an object with the account on top and its posts in a list.

Small files are parsed whole by orjson, which refuses what is too deep; large ones are streamed by ijson.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from classifier.errors import ExportError
from classifier.intake.encoding import encoding_of_bytes
from classifier.intake.exporters import feeds, telegram, wechat_wire
from classifier.intake.exporters.registry import EXPORTERS
from classifier.intake.layout import Layout, normalised, posts_in, understand
from classifier.intake.lines import about, row_keys, row_of
from classifier.intake.plain import PLAIN, is_plain
from classifier.intake.posts import reject
from classifier.intake.settle import settle, text_of
from classifier.intake.shapes import headings_by_shape
from classifier.intake.source import CHUNK_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from classifier.intake.source import Found, Record, Source

WHOLE_LIMIT = 64 << 20  # bytes; a larger document is streamed
_SAMPLE = 60
_HEX_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_BARE_FILE = re.compile(rb'("document_id"\s*:\s*)([^"\s{\[][^,\n}]*)')
_LISTS = ("weibo", "posts", "articles", "items", "data", "notes", "list", "records", "rows", "results", "blogs")
_PARENTS = ("user", "account", "author", "profile", "mp", "feed")


def read_document(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of one JSON document, and one remark about the file.

    Raises ExportError if it is not JSON even after the repairs known exporters need; the message says where.
    """
    if source.path.stat().st_size > WHOLE_LIMIT:
        from classifier.intake.streamed import read_streamed

        yield from read_streamed(source)
        return
    content = source.path.read_bytes()
    encoding = encoding_of_bytes(content, source.name)
    document, repaired = parse_document(content if encoding.name == "utf-8" and encoding.clean else content.decode(encoding.name, "replace").encode("utf-8", "replace"), source.name)
    del content
    notes = ["invalid JSON of the exporter repaired"] if repaired else []
    yield from chunked(read_parsed(document, source, encoding.name, notes))


def parse_document(content: bytes, name: str) -> tuple[Any, bool]:
    """(what *content* says, whether it had to be repaired): Telegram writes escapes and bare words that JSON does not know."""
    try:
        return orjson.loads(content), False
    except orjson.JSONDecodeError as error:
        mended = mended_escapes(content)
        mended = _BARE_FILE.sub(rb"\1null", mended)
        for attempt in (mended, re.sub(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", _lone_to_replacement, mended)):
            try:
                return orjson.loads(attempt), True
            except orjson.JSONDecodeError:
                continue
        raise ExportError(f"{name}: not JSON ({error}); export it again (不是有效的 JSON，请重新导出)") from None


def mended_escapes(content: bytes) -> bytes:
    r"""*content* with Telegram's ``\x01`` as ``\u0001``; a backslash that is itself escaped is left alone."""
    return _HEX_ESCAPE.sub(rb"\1\\u00\2", content)


def _lone_to_replacement(escape: re.Match[bytes]) -> bytes:
    """A surrogate without its partner becomes U+FFFD; pairs are left to be joined."""
    text, at = escape.string, escape.start()
    high = escape[0][3:4].lower() in b"89ab"
    after = text[escape.end() : escape.end() + 4].lower()
    before = text[max(0, at - 6) : at].lower()
    if high:
        return escape[0] if re.match(rb"\\ud[c-f]", after) else rb"\ufffd"
    return escape[0] if re.match(rb"\\ud[89ab]", before) else rb"\ufffd"


def read_parsed(document: Any, source: Source, encoding: str | None, notes: list[str]) -> Iterator[Record]:
    """Records of a parsed document, by its shape."""
    if isinstance(document, list):
        yield from _array(document, source, encoding, notes, {}, "JSON array")
    elif not isinstance(document, dict):
        raise ExportError(f"{source.name}: JSON without posts, only {type(document).__name__}")
    elif telegram.is_telegram(document):
        yield about(source, "JSON document", encoding, None, (), "Telegram Desktop")
        yield from (settle(_noted(found, notes), source) for found in telegram.posts_of_export(document))
    elif feeds.is_json_feed(document):
        yield about(source, "JSON Feed", encoding, None, (), feeds.feed_name(document))
        yield from (settle(_noted(found, notes), source) for found in feeds.posts_of_json_feed(document))
    elif wechat_wire.is_wire(document):
        yield about(source, "JSON document", encoding, None, (), "WeChat wire format")
        yield from (settle(_noted(found, notes), source) for found in wechat_wire.posts_of(document, 1))
    else:
        yield from _object(document, source, encoding, notes)


def _noted(found: Found, notes: list[str]) -> Found:
    return {**found, "notes": [*found.get("notes", ()), *notes]} if notes else found


def _object(document: dict[str, Any], source: Source, encoding: str | None, notes: list[str]) -> Iterator[Record]:
    if "accounts" in document and "usefor" in document:
        yield reject(source.name, 1, "not_posts", "a list of accounts, not of posts (这是公众号列表，不是文章)")
        return
    parent: dict[str, Any] = next((document[name] for name in _PARENTS if isinstance(document.get(name), dict)), {})
    if isinstance(document.get("account"), str):
        parent = {"name": document["account"]}
    for name in _LISTS:
        listed = document.get(name)
        if isinstance(listed, list) and listed and all(isinstance(item, dict) for item in listed[:_SAMPLE]):
            yield from _array(listed, source, encoding, notes, parent, f"JSON object, list {name}")
            return
    groups = {name: value.get("blogs") if isinstance(value, dict) else value for name, value in document.items()}
    listed_groups = {name: value for name, value in groups.items() if isinstance(value, list) and value and isinstance(value[0], dict)}
    if listed_groups and len(listed_groups) == len(document):
        together = [{**item, "blog_group": name} for name, value in listed_groups.items() for item in value if isinstance(item, dict)]
        yield from _array(together, source, encoding, notes, {}, "JSON object of accounts")
        return
    yield from _array([document], source, encoding, notes, {}, "JSON object")


def _array(items: list[Any], source: Source, encoding: str | None, notes: list[str], parent: dict[str, Any], shape: str) -> Iterator[Record]:
    if items and all(is_task(item) for item in items[:_SAMPLE]):
        items, shape = [unwrapped_task(item) for item in items], "Label Studio tasks"
        notes = [*notes, "Label Studio task"]
    keys = dict.fromkeys(str(key) for item in items[:_SAMPLE] if isinstance(item, dict) for key in row_keys(item))
    layout = layout_of(list(keys), items[:_SAMPLE], source)
    layout.notes.extend(notes)
    yield about(source, shape, encoding, layout, keys, "WeChat wire format" if items and wechat_wire.is_wire(items[0]) else None)
    if layout.exporter.refuse:
        yield reject(source.name, 1, "not_posts", layout.exporter.refuse)
        return
    if not items:
        yield reject(source.name, 1, "empty", "an empty list")
        return
    if not layout.is_understood and not any(wechat_wire.is_wire(item) for item in items[:_SAMPLE]):
        yield reject(source.name, 1, "unrecognised", f"no key is known: {', '.join(keys)[:120]}")
        return
    shared = parent_account(parent)
    for number, item in enumerate(items, 1):
        yield from records_of_item(item, number, layout, shared, source)


def layout_of(keys: list[str], sample: Iterable[Any], source: Source) -> Layout:
    """How objects with *keys* are understood: by signature, as the plain form, by alias, by value shape."""
    plain = not source.columns and is_plain(keys)
    layout = understand([normalised(key) for key in keys], EXPORTERS if not plain else (), source.columns)
    if plain and not layout.exporter.fields:
        layout = understand([normalised(key) for key in keys], (), {}, PLAIN)
    if not layout.exporter.fields and not layout.is_understood:
        headings_by_shape(layout, [normalised(key) for key in keys], [row_of(item) for item in sample if isinstance(item, dict)])
    return layout


def records_of_item(item: Any, number: int, layout: Layout, shared: Found, source: Source) -> Iterator[Record]:
    """Every record of the *number*-th item of a list; *shared* is the account its parent names."""
    if isinstance(item, dict) and wechat_wire.is_wire(item):
        yield from (settle(found, source) for found in wechat_wire.posts_of(item, number))
        return
    if not isinstance(item, dict):
        yield reject(source.name, number, "unreadable", f"not an object but {type(item).__name__}")
        return
    yield from (settle(_with_parent(found, shared), source) for found in posts_in(row_of(item), layout, number))


def _with_parent(found: Found, shared: Found) -> Found:
    """*found* with the account its parent names, where it names none itself."""
    if found.get("account_id"):
        return {**found, "account_name": found.get("account_name") or shared.get("account_name")}
    if found.get("account_name") and "account_id" not in shared:
        return found
    return {**found, **shared}


def parent_account(parent: dict[str, Any]) -> Found:
    """The account a parent object names, or nothing."""
    account_id = text_of(parent.get("id") or parent.get("user_id") or parent.get("uid"))
    name = text_of(parent.get("screen_name") or parent.get("nickname") or parent.get("nick_name") or parent.get("name") or parent.get("title"))
    shared: Found = {}
    if account_id:
        shared |= {"account_id": account_id, "account_from": "json_parent"}
    if name:
        shared |= {"account_name": name}
    return shared


def is_task(item: Any) -> bool:
    """Whether *item* is a task of Label Studio: the post lies under ``data``, people's work beside it."""
    beside = {"annotations", "predictions", "completions"}
    return isinstance(item, dict) and isinstance(item.get("data"), dict) and (not beside.isdisjoint(item) or set(item) <= {"id", "data"})


def unwrapped_task(item: Any) -> Any:
    """The post of a task of Label Studio; what is no task is given back as it is."""
    return {**item["data"], "task id": item.get("id")} if is_task(item) else item


def chunked(records: Iterable[Record]) -> Iterator[list[Record]]:
    """*records* in lists of CHUNK_ROWS."""
    chunk: list[Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
