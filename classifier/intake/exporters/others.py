"""Row-shaped exports of other kinds: snscrape, telethon, zhihu lists, and labelled tasks of Label Studio."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from classifier.intake.exporters.wechat_tables import signature
from classifier.intake.layout import Exporter, counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.layout import Row
    from classifier.intake.source import Found

_CHANNEL = re.compile(r"t\.me/(?:s/)?([A-Za-z0-9_]+)")


def _snscrape(found: Found, row: Row) -> Iterator[Found]:
    channel = _CHANNEL.search(str(row.get("url") or ""))
    if channel is not None:
        found["account_id"] = found["account_name"] = channel[1]
        number = str(row["url"]).rstrip("/").rpartition("/")[2]
        found["post_id"] = number if number.isdecimal() else None
    if not found.get("text"):
        found["media"] = counted_media(media=1)
    yield found


def _telethon(found: Found, row: Row) -> Iterator[Found]:
    """The channel is in the file's name; sender and username are people."""
    if row.get("mediatype") or row.get("media"):
        found["media"] = counted_media(media=1)
    elif not found.get("text"):
        found["reject"], found["excerpt"] = "service", "a message without text or media"
    yield found


def _telethon_raw(found: Found, row: Row) -> Iterator[Found]:
    if row.get("") == "MessageService" or row.get("action"):
        yield {**found, "reject": "service", "excerpt": "a service message"}
        return
    peer = row.get("peerid")
    if isinstance(peer, dict):
        channel = peer.get("channel_id") or peer.get("chat_id")
        if channel is None:
            yield {**found, "reject": "personal", "excerpt": "a message of a personal chat: never read"}
            return
        found["account_id"] = str(channel)
    found["is_repost"] = row.get("fwdfrom") is not None
    if row.get("media"):
        found["media"] = counted_media(media=1)
    yield found


EXPORTERS = (
    Exporter(
        "snscrape telegram",
        signature("type url date content outlinks"),
        {"text": ("content",), "url": ("url",), "published": ("date",)},
        platform="telegram",
        mend=_snscrape,
    ),
    Exporter(
        "telethon",
        signature("messageid date senderid message"),
        {"post_id": ("messageid",), "text": ("message",), "published": ("date",), "author": ("postauthor",)},
        platform="telegram",
        zone="assumed_utc",
        mend=_telethon,
    ),
    Exporter(
        "telethon",
        signature("id peerid date message"),
        {"post_id": ("id",), "text": ("message",), "published": ("date",), "author": ("postauthor",)},
        platform="telegram",
        zone="assumed_utc",
        mend=_telethon_raw,
    ),
    Exporter(
        "zhihu list (Greasy Fork 432443)",
        signature("标题 链接 描述 赞同 创建时间"),
        {"title": ("标题",), "url": ("链接",), "digest": ("描述",), "published": ("创建时间",)},
        platform="zhihu",
    ),
)
