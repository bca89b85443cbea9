"""Programs that write one row a Weibo post: dataabc's three, and nghuyong's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from classifier.intake.exporters.wechat_tables import signature
from classifier.intake.layout import Exporter, counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from classifier.intake.layout import Row
    from classifier.intake.source import Found

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
_NOTHING = ("无", "None", "none")
_BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PICTURE_REMNANT = re.compile(r"\s*\[?(?:组图共\d+张|原图)\]?\s*$")


def mid_of_bid(bid: str) -> str | None:
    """
    The long id a short one stands for: four base62 letters make seven digits, from the right.

    >>> mid_of_bid("J2jNWlIVi")
    '4505527885177576'
    """
    if not re.fullmatch(r"[0-9A-Za-z]{6,12}", bid):
        return None
    digits = ""
    while bid:
        bid, group = bid[:-4], bid[-4:]
        number = 0
        for letter in group:
            number = number * 62 + _BASE62.index(letter)
        digits = (f"{number:07d}" if bid else str(number)) + digits
    return digits


def _realign(headings: Sequence[str], values: Sequence[Any]) -> Sequence[str]:
    """
    The headings one row of weibo-crawler really has.

    For two long periods rows carried a value the heading lacks (a Live Photo address after 视频url; a full time before the
    end): 日期 must be the column that holds a date, and 完整日期 the next one that does.
    """
    if "日期" not in headings or "视频url" not in headings:
        return headings
    day = list(headings).index("日期")
    shift = next((s for s in (0, 1) if day + s < len(values) and _DATE.fullmatch(str(values[day + s] or "").strip())), 0)
    if shift:
        after = list(headings).index("视频url") + 1
        headings = [*headings[:after], "livephoto视频url", *headings[after:]]
    extra = len(values) - len(headings)
    end = list(headings).index("@用户") + 1 if "@用户" in headings else len(headings)
    if extra > 0 and "完整日期" not in headings and end < len(values) and _DATE.fullmatch(str(values[end] or "").strip()):
        headings = [*headings[:end], "完整日期", *headings[end:]]
    return headings


def _crawler(found: Found, row: Row) -> Iterator[Found]:
    """weibo-crawler: the id may be rounded, the bid never is; a repost's words are another's and stay apart."""
    bid = row.get("bid")
    whole = mid_of_bid(str(bid)) if bid else None
    written = str(found.get("post_id") or "").strip().strip("\t'")
    if whole is not None and written != whole and (not written.isdecimal() or (len(written) == len(whole) and written[:14] == whole[:14])):
        found["post_id"] = whole
        found["notes"] = [*found.get("notes", ()), f"id {written or 'missing'} rebuilt from bid"]
    retweet = row.get("retweet")
    if str(row.get("是否原创", "")).lower() in ("false", "否") or row.get("源微博id") or row.get("源微博正文") or isinstance(retweet, dict) or row.get("retweetid"):
        found["is_repost"] = True
    elif "是否原创" in row or "retweet" in row or "retweetid" in row:
        found["is_repost"] = False
    uid = found.get("account_id")
    if bid and uid:
        found.setdefault("url", f"https://weibo.com/{uid}/{bid}")
    found["media"] = counted_media(pictures=row.get("原始图片url") or row.get("pics"), videos=row.get("视频url") or row.get("videourl"))
    yield _cut_marked(found)


def _spider(found: Found, row: Row) -> Iterator[Found]:
    """weiboSpider: the word 无 stands for nothing; a repost is one string that ends with another's words."""
    for name in [name for name, value in found.items() if value in _NOTHING]:
        found.pop(name)
    text = found.get("text")
    if isinstance(text, str):
        reason, mark, _ = text.partition("\n原始用户:")
        if mark:
            found["text"], found["is_repost"] = reason.removeprefix("转发理由:").strip(), True
        else:
            found["text"] = _PICTURE_REMNANT.sub("", text)
    original = row.get("是否为原创微博", row.get("original"))
    if original is not None:
        found["is_repost"] = str(original).lower() in ("false", "0", "否")
    found["media"] = counted_media(pictures=row.get("原始图片url") or row.get("originalpictures"), videos=row.get("微博视频url") or row.get("videourl"))
    if found.get("account_id") and found.get("post_id"):
        found.setdefault("url", f"https://weibo.com/{found['account_id']}/{found['post_id']}")
    yield found


def _search(found: Found, row: Row) -> Iterator[Found]:
    found["is_repost"] = bool(row.get("retweetid"))
    if row.get("bid") and found.get("account_id"):
        found["url"] = f"https://weibo.com/{found['account_id']}/{row['bid']}"
    found["media"] = counted_media(pictures=row.get("微博图片url"), videos=row.get("微博视频url"))
    yield _cut_marked(found)


def _nghuyong(found: Found, row: Row) -> Iterator[Found]:
    user = row.get("user")
    if isinstance(user, dict):
        found["account_id"], found["account_name"] = user.get("_id"), user.get("nick_name")
    found["media"] = counted_media(pictures=row.get("picurls"), videos=row.get("video"))
    if row.get("islongtext") is True and str(found.get("text") or "").rstrip().endswith("全文"):
        found["body_state"] = "truncated"
    yield _cut_marked(found)


def _cut_marked(found: Found) -> Found:
    text = found.get("text")
    if isinstance(text, str) and text.rstrip().endswith(("...全文", "…全文")):
        found["body_state"] = "truncated"
    return found


_USERS = "this lists accounts, not posts (这是用户表，不是微博)"

EXPORTERS = (
    Exporter(
        "weibo-crawler",
        signature("id bid 正文 头条文章url"),
        {"post_id": ("id",), "text": ("正文",), "published": ("完整日期", "日期"), "account_id": ("用户id", "userid"), "account_name": ("用户昵称", "screenname")},
        platform="weibo",
        is_html=True,
        mend=_crawler,
        realign=_realign,
        also=("bid", "原始图片url", "视频url", "是否原创", "源微博id", "源微博正文"),
    ),
    Exporter(
        "weibo-crawler",
        signature("id bid text attitudescount", "id bid userid text createdat"),
        {"post_id": ("id",), "text": ("text",), "published": ("fullcreatedat", "createdat"), "account_id": ("userid",), "account_name": ("screenname",)},
        platform="weibo",
        is_html=True,
        mend=_crawler,
        also=("bid", "pics", "videourl", "retweet", "retweetid"),
    ),
    Exporter(
        "weiboSpider",
        signature("微博id 微博正文 发布工具"),
        {"post_id": ("微博id",), "text": ("微博正文",), "published": ("发布时间",)},
        platform="weibo",
        mend=_spider,
        also=("是否为原创微博", "原始图片url", "微博视频url", "original", "originalpictures", "videourl"),
    ),
    Exporter(
        "weiboSpider",
        signature("id content publishtime publishtool"),
        {"post_id": ("id",), "text": ("content",), "published": ("publishtime",), "account_id": ("userid",), "account_name": ("nickname",)},
        platform="weibo",
        mend=_spider,
        also=("是否为原创微博", "原始图片url", "微博视频url", "original", "originalpictures", "videourl"),
    ),
    Exporter(
        "weibo-search",
        signature("userid 用户昵称 微博正文 retweetid", "id bid userid 用户昵称 微博正文"),
        {"post_id": ("id",), "text": ("微博正文",), "published": ("发布时间",), "account_id": ("userid",), "account_name": ("用户昵称",)},
        platform="weibo",
        mend=_search,
        also=("bid", "retweetid", "微博图片url", "微博视频url"),
    ),
    Exporter(
        "nghuyong/WeiboSpider",
        signature("id mblogid content user", "id mblogid content islongtext"),
        {"post_id": ("id",), "text": ("content",), "published": ("createdat",), "url": ("url",)},
        platform="weibo",
        mend=_nghuyong,
        also=("user", "user.id", "user.nickname", "picurls", "islongtext"),
    ),
    Exporter("weibo-crawler users", signature("用户id 昵称 阳光信用", "用户id 昵称 微博数 粉丝数 关注数"), refuse=_USERS),
)
