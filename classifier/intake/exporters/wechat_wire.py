"""
WeChat's own wire format, as crawlers save it: messages of up to eight articles, and lists nested as text inside text.

``profile_ext`` messages (``comm_msg_info`` with ``app_msg_ext_info``), ``general_msg_list`` around them, ``appmsgex`` items inside
``publish_page``, and ``app_msg_list``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Found

_PROFILE = "wechat_articles_spider profile_ext"
_LIST = "wechat_articles_spider appmsg list"
_WRAPPERS = ("general_msg_list", "publish_page", "app_msg_list", "publish_list", "appmsgex", "publish_info")


def is_wire(obj: Any) -> bool:
    """Whether *obj* is a message of this format, or a wrapper around some."""
    return isinstance(obj, dict) and ("comm_msg_info" in obj or any(name in obj for name in _WRAPPERS))


def posts_of(obj: dict[str, Any], src_row: int) -> Iterator[Found]:
    """Every article of *obj*: head first, then the others; a message without articles is a service row."""
    if "comm_msg_info" in obj:
        yield from _message(obj, src_row)
        return
    for name in _WRAPPERS:
        inner = _opened(obj.get(name))
        for item in _items(inner):
            if is_wire(item):
                yield from posts_of(item, src_row)
            elif isinstance(item, dict) and "title" in item:
                yield _list_item(item, src_row)


def _opened(value: Any) -> Any:
    """*value*, or what it says if it is JSON written as text."""
    if isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def _items(inner: Any) -> list[Any]:
    if isinstance(inner, list):
        return inner
    if isinstance(inner, dict):
        listed = next((inner[name] for name in ("list", "publish_list", "appmsgex", "app_msg_list") if isinstance(inner.get(name), list)), None)
        return listed if listed is not None else [inner]
    return []


def _message(obj: dict[str, Any], src_row: int) -> Iterator[Found]:
    common = obj.get("comm_msg_info")
    head = obj.get("app_msg_ext_info")
    common = common if isinstance(common, dict) else {}
    shared: Found = {
        "exporter": _PROFILE,
        "platform": "wechat",
        "src_row": src_row,
        "account_id": common.get("fakeid") or None,
        "account_from": "json_parent",
        "published": common.get("datetime"),
    }
    if not isinstance(head, dict):
        text = common.get("content")
        if isinstance(text, str) and text.strip():
            yield {**shared, "text": text, "post_id": common.get("id")}
        else:
            yield {**shared, "reject": "service", "excerpt": "a message of the account without an article (text or picture)"}
        return
    others = head.get("multi_app_msg_item_list")
    for idx, item in enumerate([head, *(others if isinstance(others, list) else [])], 1):
        if not isinstance(item, dict):
            continue
        if idx == 1 and not item.get("title") and not item.get("content_url"):
            yield {**shared, "reject": "service", "excerpt": "the head article of this message is gone"}
            continue
        yield {**shared, **_article(item, idx), "post_id_else": f"{common['id']}_{idx}" if common.get("id") else None}


def _article(item: dict[str, Any], idx: int) -> Found:
    notes = []
    if item.get("malicious_title_reason_id") or item.get("malicious_content_type"):
        notes.append(
            f"platform marks: malicious_title_reason_id {item.get('malicious_title_reason_id')}, malicious_content_type {item.get('malicious_content_type')}",
        )
    found: Found = {
        "title": item.get("title"),
        "html": item.get("content"),
        "is_html": True,
        "digest": item.get("digest"),
        "url": item.get("content_url"),
        "author": item.get("author"),
        "idx": str(idx),
        "notes": notes,
    }
    if not item.get("content_url") and not item.get("content"):
        found["body_state"] = "unavailable"
        notes.append("no address: the article was removed")
    return found


def _list_item(item: dict[str, Any], src_row: int) -> Found:
    return {
        "exporter": _LIST,
        "platform": "wechat",
        "src_row": src_row,
        "post_id": item.get("aid"),
        "mid": item.get("appmsgid"),
        "idx": item.get("itemidx"),
        "title": item.get("title"),
        "digest": item.get("digest"),
        "url": item.get("link") or item.get("content_url"),
        "author": item.get("author_name") or item.get("author"),
        "published": item.get("update_time") or item.get("create_time"),
        "body_state": "deleted" if item.get("is_deleted") is True else None,
    }
