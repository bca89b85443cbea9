"""Telegram Desktop: ``result.json``, of one chat or of the whole account, and ``messages*.html``. Personal chats are never read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.intake.layout import counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Found

EXPORTER = "Telegram Desktop"
_READ_TYPES = ("public_channel", "private_channel", "public_supergroup", "private_supergroup", "public_group", "private_group")
_MEDIA = ("photo", "file", "media_type", "poll", "location_information", "contact_information")


def is_telegram(document: dict[str, Any]) -> bool:
    """Whether a parsed document is one of Telegram Desktop's."""
    if isinstance(document.get("messages"), list) and "type" in document:
        return True
    chats = document.get("chats")
    return isinstance(chats, dict) and isinstance(chats.get("list"), list)


def posts_of_export(document: dict[str, Any]) -> Iterator[Found]:
    """Every message of every channel and group of the export, numbered through; a personal chat is one reject."""
    number = 0
    for chat in _chats(document):
        if not is_read(chat):
            number += 1
            yield {"reject": "personal", "excerpt": "a personal chat: never read", "src_row": number, "exporter": EXPORTER}
            continue
        for message in chat.get("messages") or ():
            number += 1
            yield post_of(message, chat, number)


def is_read(chat: dict[str, Any]) -> bool:
    """Whether a chat is a channel or group; a chat that does not say what it is counts as personal."""
    return chat.get("type") in _READ_TYPES


def _chats(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(document.get("messages"), list):
        yield document
    for name in ("chats", "left_chats"):
        held = document.get(name)
        listed = held.get("list") if isinstance(held, dict) else None
        yield from (chat for chat in listed or () if isinstance(chat, dict))


def post_of(message: Any, chat: dict[str, Any], number: int) -> Found:
    """One message as found; service messages are rejects."""
    shared: Found = {"exporter": EXPORTER, "platform": "telegram", "src_row": number}
    if not isinstance(message, dict):
        return {**shared, "reject": "unreadable", "excerpt": "not a message"}
    if message.get("type") != "message":
        return {**shared, "reject": "service", "excerpt": f"{message.get('type')}: {message.get('action') or ''}"}
    text = plain_text(message.get("text"))
    media = counted_media(**{_kind(message): 1}) if any(message.get(name) for name in _MEDIA) else None
    found: Found = {
        **shared,
        "account_id": chat.get("id"),
        "account_name": chat.get("name"),
        "account_from": "json_parent",
        "author": message.get("author") or (message.get("from") if message.get("from") != chat.get("name") else None),
        "post_id": message.get("id"),
        "text": text,
        "published": message.get("date_unixtime") or message.get("date"),
        "is_repost": "forwarded_from" in message,
        "media": media,
    }
    if "group" in str(chat.get("type")):
        found["notes"] = ["a message of a group: the words are a member's"]
    if not text and media is None:
        return {**shared, "reject": "service", "excerpt": "a message without text or media"}
    return found


def _kind(message: dict[str, Any]) -> str:
    if message.get("photo"):
        return "pictures"
    return "videos" if "video" in str(message.get("media_type")) else "media"


def plain_text(text: Any) -> str | None:
    """The text of a message, which is a string or a list of strings and marked-up pieces."""
    if isinstance(text, list):
        pieces = [piece if isinstance(piece, str) else piece.get("text") if isinstance(piece, dict) else None for piece in text]
        text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text if isinstance(text, str) and text.strip() else None


def posts_of_page(page: Any) -> Iterator[Found]:
    """Every message of a parsed ``messages*.html``; a joined message has the sender of the one before it."""
    channel = _first_text(page, '//div[@class="page_header"]//div[contains(@class,"text")]')
    sender: str | None = None
    for number, node in enumerate(page.xpath('//div[contains(concat(" ",@class," ")," message ")]'), 1):
        shared: Found = {"exporter": EXPORTER, "platform": "telegram", "src_row": number}
        if " service " in f" {node.get('class')} ":
            yield {**shared, "reject": "service", "excerpt": " ".join("".join(node.itertext()).split())}
            continue
        sender = _first_text(node, './div[@class="body"]/div[contains(@class,"from_name")]') or sender
        bodies = node.xpath('./div[@class="body"]/div[@class="text"] | ./div[@class="body"]/div[contains(@class,"forwarded")]/div[@class="text"]')
        text = "\n".join(filter(None, (_lines_of(body) for body in bodies)))
        media = node.xpath('.//div[contains(@class,"media_wrap")]')
        if not text and not media:
            yield {**shared, "reject": "service", "excerpt": "a message without text or media"}
            continue
        yield {
            **shared,
            "account_name": channel or sender,
            "account_from": "json_parent",
            "author": sender if sender != channel else None,
            "post_id": (node.get("id") or "").removeprefix("message") or None,
            "text": text,
            "published": (node.xpath('.//div[contains(@class,"date")]/@title') or [None])[0],
            "is_repost": bool(node.xpath('./div[@class="body"]/div[contains(@class,"forwarded")]')),
            "media": counted_media(media=len(media)),
        }


def _first_text(node: Any, path: str) -> str | None:
    found = node.xpath(path)
    return " ".join("".join(found[0].itertext()).split()) or None if found else None


def _lines_of(node: Any) -> str:
    from classifier.intake.markup import text_of_node

    return str(text_of_node(node))
