"""JSON documents too large to hold: streamed by ijson, item by item, with the same understanding as small ones."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.documents import chunked, layout_of, parent_account, records_of_item
from classifier.intake.exporters import telegram, wechat_wire
from classifier.intake.lines import about, row_keys
from classifier.intake.posts import reject
from classifier.intake.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record, Source

_SAMPLE = 60
_LISTS = ("messages", "chats.list.item.messages", "weibo", "posts", "articles", "items", "data", "notes", "list", "records")
_PARENT_KEYS = ("user", "account", "author")


def read_streamed(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of a large JSON document.

    Raises ExportError where it stops being JSON; what came before has been given.
    """
    yield from chunked(_records(source))


def _records(source: Source) -> Iterator[Record]:
    import ijson

    try:
        with source.path.open("rb") as file:
            first = _first_byte(file)
            if first == b"[":
                yield from _items(ijson.items(file, "item"), source, {}, "JSON array, streamed")
                return
            prefix, parent, chat = _outline(file)
            file.seek(0)
            if prefix == "chats.list.item.messages":
                yield from _chats(ijson.items(file, "chats.list.item"), source)
            elif prefix == "messages":
                yield about(source, "JSON document, streamed", "utf-8", None, (), telegram.EXPORTER)
                if not telegram.is_read(chat):
                    yield reject(source.name, 1, "personal", "a personal chat: never read")
                    return
                for number, message in enumerate(ijson.items(file, "messages.item"), 1):
                    yield settle(telegram.post_of(_plain(message), chat, number), source)
            else:
                yield from _items(ijson.items(file, f"{prefix}.item"), source, parent, f"JSON object, list {prefix}, streamed")
    except (ijson.JSONError, UnicodeDecodeError, OverflowError) as error:
        raise ExportError(f"{source.name}: not JSON from here on ({error})") from None


def _outline(file: IO[bytes]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(where the posts are, the account their parent names, the chat's own members), reading no further than the list."""
    import ijson

    parent: dict[str, Any] = {}
    chat: dict[str, Any] = {}
    for prefix, event, value in ijson.parse(file):
        if event == "start_array" and prefix in _LISTS:
            return prefix, parent, chat
        if event in ("string", "number"):
            outer, _, name = prefix.rpartition(".")
            if outer in _PARENT_KEYS:
                parent[name] = _plain(value)
            elif not outer:
                chat[name] = _plain(value)
    raise ExportError("a large JSON object without a list of posts")


def _chats(chats: Iterator[Any], source: Source) -> Iterator[Record]:
    yield about(source, "JSON document, streamed", "utf-8", None, (), telegram.EXPORTER)
    number = 0
    for chat in chats:
        for found in telegram.posts_of_export(_plain(chat)) if isinstance(chat, dict) and "messages" in chat else ():
            number += 1
            yield settle({**found, "src_row": number}, source)


def _items(items: Iterator[Any], source: Source, parent: dict[str, Any], shape: str) -> Iterator[Record]:
    numbered = iter(items)
    sample = [_plain(item) for item in islice(numbered, _SAMPLE)]
    keys = list(dict.fromkeys(str(key) for item in sample if isinstance(item, dict) for key in row_keys(item)))
    layout = layout_of(keys, sample, source)
    yield about(source, shape, "utf-8", layout, keys)
    if layout.exporter.refuse:
        yield reject(source.name, 1, "not_posts", layout.exporter.refuse)
        return
    if not layout.is_understood and not any(wechat_wire.is_wire(item) for item in sample):
        yield reject(source.name, 1, "unrecognised", f"no key is known: {', '.join(keys)[:120]}")
        return
    shared = parent_account(parent)
    for number, item in enumerate(chain(sample, map(_plain, numbered)), 1):
        yield from records_of_item(item, number, layout, shared, source)


def _first_byte(file: IO[bytes]) -> bytes:
    beginning = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(3 if _has_mark(file) else 0)
    return beginning[:1]


def _has_mark(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(3) == b"\xef\xbb\xbf"


def _plain(value: Any) -> Any:
    """*value* with ijson's Decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
