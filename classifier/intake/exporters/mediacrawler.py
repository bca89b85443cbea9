"""
MediaCrawler, one layout a platform.

Since 2026-07 it names accounts by ``creator_hash`` (the first 16 hex digits of the id's SHA-256) and a masked nickname that
two accounts may share: the hash is the account. An older export of the same account joins it, as duplicates.py says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.intake.exporters.wechat_tables import signature
from classifier.intake.layout import Exporter, counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.layout import Row
    from classifier.intake.source import Found


def _account(found: Found, row: Row) -> Found:
    hashed, user_id = row.get("creatorhash"), row.get("userid")
    if user_id:
        found["account_id"] = user_id
    elif hashed:
        found["account_id"], found["account_key"] = hashed, f"mc:{hashed}"
    return found


def _note(found: Found, row: Row) -> Iterator[Found]:
    """Of xiaohongshu: an empty title is filled by the exporter with the first 255 characters of the body, so it is no title."""
    title, text = found.get("title"), found.get("text")
    if isinstance(title, str) and isinstance(text, str) and (title == text or (len(title) >= 250 and text.startswith(title))):
        found.pop("title")
    found["media"] = counted_media(pictures=_addresses(row.get("imagelist")), videos=row.get("videourl"))
    yield _account(found, row)


def _post(found: Found, row: Row) -> Iterator[Found]:
    title, text = found.get("title"), found.get("text")
    if title is not None and title == text:
        found.pop("title")
    if str(found.get("published")) in ("0", "None"):
        found.pop("published", None)
    yield _account(found, row)


def _addresses(value: Any) -> Any:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


_NAME = ("nickname", "usernickname")
_NOT_POSTS = "comments or creators of MediaCrawler: other people's words, not the account's posts (评论或作者表，不是笔记)"

EXPORTERS = (
    Exporter("MediaCrawler comments", signature("commentid content createtime", "commentid content parentcommentid"), refuse=_NOT_POSTS),
    Exporter("MediaCrawler creators", signature("fans follows nickname", "userid nickname fans interaction", "fans follows userid", "creatorhash nickname fans"), refuse=_NOT_POSTS),
    Exporter(
        "MediaCrawler zhihu",
        signature("contentid contenttype contenttext contenturl"),
        {"post_id": ("contentid",), "title": ("title",), "text": ("contenttext",), "digest": ("desc",), "url": ("contenturl",), "published": ("createdtime",), "account_name": _NAME},
        platform="zhihu",
        mend=_post,
        also=("creatorhash", "userid"),
    ),
    Exporter(
        "MediaCrawler weibo",
        signature("noteid content createdatetime", "noteid content createtime noteurl"),
        {"post_id": ("noteid",), "text": ("content",), "url": ("noteurl",), "published": ("createdatetime", "createtime"), "account_name": _NAME},
        platform="weibo",
        mend=_post,
        also=("creatorhash", "userid"),
    ),
    Exporter(
        "MediaCrawler xhs",
        signature("noteid desc noteurl taglist", "noteid desc xsectoken", "noteid desc creatorhash lastupdatetime"),
        {"post_id": ("noteid",), "title": ("title",), "text": ("desc",), "url": ("noteurl",), "published": ("time",), "account_name": _NAME},
        platform="xiaohongshu",
        mend=_note,
        also=("creatorhash", "userid", "imagelist", "videourl"),
    ),
    Exporter(
        "MediaCrawler douyin",
        signature("awemeid desc awemeurl", "awemeid awemetype desc"),
        {"post_id": ("awemeid",), "title": ("title",), "text": ("desc",), "url": ("awemeurl",), "published": ("createtime",), "account_name": _NAME},
        platform="douyin",
        mend=_post,
        also=("creatorhash", "userid"),
    ),
    Exporter(
        "MediaCrawler bili or kuaishou",
        signature("videoid videotype title desc"),
        {"post_id": ("videoid",), "title": ("title",), "text": ("desc",), "url": ("videourl",), "published": ("createtime",), "account_name": _NAME},
        mend=_post,
        also=("creatorhash", "userid"),
    ),
    Exporter(
        "MediaCrawler tieba",
        signature("noteid desc tiebaname"),
        {"post_id": ("noteid",), "title": ("title",), "text": ("desc",), "url": ("noteurl",), "published": ("publishtime",), "account_name": _NAME},
        platform="tieba",
        mend=_post,
        also=("creatorhash", "userid"),
    ),
)
