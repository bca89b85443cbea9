"""JSON documents too large to hold: streamed by ijson, item by item, with the same understanding as small ones."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.documents import chunked, is_task, layout_of, mended_escapes, parent_account, records_of_item, unwrapped_task
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
        with source.path.open("rb") as raw:
            file = _Mended(raw)
            if file.first_byte() == b"[":
                yield from _items(ijson.items(file, "item"), source, {}, "JSON array, streamed")
                return
            prefix, parent, chat = _outline(file)
            file.first_byte()
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


def _outline(file: _Mended) -> tuple[str, dict[str, Any], dict[str, Any]]:
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
    if sample and all(map(is_task, sample)):
        sample, numbered, shape = [unwrapped_task(item) for item in sample], map(unwrapped_task, map(_plain, numbered)), "Label Studio tasks, streamed"
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


class _Mended:
    """A file for ijson whose invalid escapes are repaired while it is read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw
        self.rest = b""

    def first_byte(self) -> bytes:
        """Go back to the start, past a byte-order mark; gives the first byte that is not space."""
        self.raw.seek(0)
        self.rest = self.raw.read(64).removeprefix(b"\xef\xbb\xbf")
        return self.rest.lstrip()[:1]

    def read(self, size: int = -1) -> bytes:
        """The next bytes, repaired, nothing only at the end; ijson asks for none first, to see whether they are bytes."""
        if size == 0:
            return b""
        block = self.raw.read(size)
        whole, self.rest = self.rest + block, b""
        # An escape cut in two waits for the next block, with every backslash before it: their number decides what it is.
        at = whole.rfind(b"\\", max(0, len(whole) - 4))
        if block and at >= 0:
            while at > 0 and whole[at - 1 : at] == b"\\":
                at -= 1
            whole, self.rest = whole[:at], whole[at:]
        if block and not whole:
            return self.read(size)
        return mended_escapes(whole)


def _plain(value: Any) -> Any:
    """*value* with ijson's Decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
