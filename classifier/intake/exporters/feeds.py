"""
Feeds: RSS, Atom and JSON Feed, with what WeWe-RSS, we-mp-rss, Wechat2RSS and wechat-feeds write into them.

A feed shows only an account's newest posts, which every post of it says in its notes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Found

_NEWEST_ONLY = "a feed shows only the newest posts"
_TITLE_TAIL = re.compile(r"\s*\|\s*wechat-feeds$|\s*-\s*微信公众号$")
_NAMES = {
    "content": "{http://purl.org/rss/1.0/modules/content/}encoded",
    "creator": "{http://purl.org/dc/elements/1.1/}creator",
    "date": "{http://purl.org/dc/elements/1.1/}date",
}
_ATOM = "{http://www.w3.org/2005/Atom}"


def is_json_feed(document: dict[str, Any]) -> bool:
    """Whether a parsed document is a JSON Feed."""
    return "jsonfeed" in str(document.get("version", "")) and isinstance(document.get("items"), list)


def feed_name(document: dict[str, Any]) -> str:
    """The program that wrote a JSON Feed, as far as it can be told."""
    return "WeWe-RSS" if "MP_WXS_" in str(document.get("feed_url", "")) + str(document.get("home_page_url", "")) else "JSON Feed"


def posts_of_json_feed(feed: dict[str, Any]) -> Iterator[Found]:
    """Every item of a JSON Feed; in a feed of several accounts the item's author is the account."""
    where = f"{feed.get('feed_url', '')} {feed.get('home_page_url', '')}"
    named = re.search(r"MP_WXS_\d+", where)
    merged = "/all." in where
    for number, item in enumerate(feed["items"], 1):
        if not isinstance(item, dict):
            yield {"reject": "unreadable", "excerpt": "not an item", "src_row": number, "exporter": feed_name(feed)}
            continue
        author = _author(item)
        found: Found = {
            "exporter": feed_name(feed),
            "src_row": number,
            "account_id": named[0] if named and not merged else None,
            "account_name": author if merged and author and author != "-" else feed.get("title"),
            "account_from": "json_parent",
            "author": None if merged else author,
            "post_id": item.get("id"),
            "title": item.get("title"),
            "text": item.get("content_text") or item.get("content_html"),
            "is_html": not item.get("content_text"),
            "digest": item.get("summary"),
            "url": item.get("url"),
            "published": item.get("date_published") or item.get("date_modified"),
            "notes": [_NEWEST_ONLY],
        }
        yield found


def _author(item: dict[str, Any]) -> str | None:
    authors = item.get("authors")
    author = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return author.get("name") if isinstance(author, dict) else author if isinstance(author, str) else None


def feed_exporter(root: Any) -> str:
    """The program that wrote an XML feed, as far as it can be told."""
    generator = " ".join(str(text) for text in root.xpath('//*[local-name()="generator"]/text()')[:1])
    title = " ".join(str(text) for text in root.xpath('(//*[local-name()="title"])[1]/text()'))
    if "Mp-We-Rss" in generator:
        return "we-mp-rss"
    if "wechat-feeds" in title:
        return "wechat-feeds"
    if "Wechat2RSS" in generator or "wechat2rss" in title.lower():
        return "Wechat2RSS"
    return "Atom" if root.tag.endswith("feed") else "RSS"


def posts_of_feed(root: Any) -> Iterator[Found]:
    """Every item of a parsed RSS or Atom feed; the channel is the account, in a merged feed the item's creator."""
    exporter = feed_exporter(root)
    if root.tag in (f"{_ATOM}feed", "feed"):
        yield from _atom(root, exporter)
        return
    channel = root.find("channel")
    channel = channel if channel is not None else root
    title = _TITLE_TAIL.sub("", _text(channel, "title") or "") or None
    items = channel.findall("item") or root.xpath('//*[local-name()="item"]')
    creators = {_text(item, _NAMES["creator"]) or _text(item, "author") for item in items} - {None, "-", ""}
    merged = len(creators) > 1
    for number, item in enumerate(items, 1):
        creator = _text(item, _NAMES["creator"]) or _text(item, "author")
        body = _unwrapped(_text(item, _NAMES["content"]))
        said = _unwrapped(_text(item, "description"))
        link = _text(item, "link")
        yield {
            "exporter": exporter,
            "src_row": number,
            "account_id": _account_in(_text(item, "id") or ""),
            "account_name": creator if merged and creator and creator != "-" else title,
            "account_from": "json_parent",
            "author": None if merged else creator,
            "post_id": _text(item, "guid") or _text(item, "id"),
            "title": _text(item, "title"),
            "text": body or said,
            "is_html": True,
            "digest": said if body else None,
            "body_state": "excerpt" if not body and said and exporter == "we-mp-rss" else None,
            "url": link or _text(item, "guid"),
            "published": _text(item, "pubDate") or _text(item, _NAMES["date"]),
            "notes": [_NEWEST_ONLY],
        }


def _account_in(item_id: str) -> str | None:
    """we-mp-rss names items ``<decimal account>-<appmsgid>_<idx>``."""
    named = re.fullmatch(r"(?:MP_WXS_)?(\d{6,})-\d+_\d+", item_id)
    return f"MP_WXS_{named[1]}" if named else None


def _atom(root: Any, exporter: str) -> Iterator[Found]:
    prefix = _ATOM if root.tag.startswith(_ATOM) else ""
    title = _TITLE_TAIL.sub("", _text(root, f"{prefix}title") or "") or None
    feed_id = _text(root, f"{prefix}id") or ""
    named = re.search(r"MP_WXS_\d+", feed_id + " ".join(link.get("href", "") for link in root.findall(f"{prefix}link")))
    entries = root.findall(f"{prefix}entry")
    names = {_text(entry, f"{prefix}author/{prefix}name") for entry in entries} - {None, "-", ""}
    merged = len(names) > 1
    for number, entry in enumerate(entries, 1):
        name = _text(entry, f"{prefix}author/{prefix}name")
        body = _inner(entry.find(f"{prefix}content"))
        said = _inner(entry.find(f"{prefix}summary"))
        links = [link.get("href") for link in entry.findall(f"{prefix}link") if link.get("rel", "alternate") == "alternate"]
        yield {
            "exporter": "WeWe-RSS" if named else exporter,
            "src_row": number,
            "account_id": named[0] if named and not merged else None,
            "account_name": name if merged and name and name != "-" else title,
            "account_from": "json_parent",
            "author": None if merged else name,
            "post_id": _text(entry, f"{prefix}id"),
            "title": _text(entry, f"{prefix}title"),
            "text": body or said,
            "is_html": True,
            "digest": said if body else None,
            "url": links[0] if links else None,
            "published": _text(entry, f"{prefix}published") or _text(entry, f"{prefix}updated"),
            "notes": [_NEWEST_ONLY],
        }


def _text(node: Any, path: str) -> str | None:
    found = node.find(path)
    if found is None:
        return None
    text = "".join(found.itertext()).strip()
    return text or None


def _inner(node: Any) -> str | None:
    """The content of an Atom construct, whose XHTML is markup and not text."""
    if node is None:
        return None
    if len(node):
        from lxml import etree

        return "".join([node.text or "", *(etree.tostring(child, encoding="unicode") for child in node)])
    return (node.text or "").strip() or None


def _unwrapped(text: str | None) -> str | None:
    """*text* without CDATA marks that were escaped and so became text."""
    if text is None:
        return None
    return text.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip() or None
