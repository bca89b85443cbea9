"""Programs that write one row an article of WeChat public accounts, as a table or as flat JSON."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from classifier.intake.accounts import biz_number
from classifier.intake.bodies import without_title
from classifier.intake.layout import Exporter
from classifier.intake.times import read_time, utc_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.layout import Row
    from classifier.intake.source import Found

# The first four bytes are the seconds since 1970.
_OBJECT_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{16}\b")
_CHINA_AHEAD, _SOON = 8 * 3600, 300  # seconds
_PAID = "[付费文章]"
_ITEM_KINDS = {"图片分享": "pictures", "8": "pictures", "视频分享": "videos", "5": "videos", "音频分享": "audio", "7": "audio"}


def _article_exporter(found: Found, row: Row) -> Iterator[Found]:
    """The body repeats the title before it; a paid article and an unknown page type leave a mark instead of a body."""
    title = found.get("title")
    text = found.get("text")
    if isinstance(text, str):
        rest = without_title(text, title if isinstance(title, str) else None)
        if len(text) == 32_767:
            found["body_state"] = "truncated"
        if rest.startswith("(unknown)"):
            rest = rest.removeprefix("(unknown)").lstrip("\n")
        if rest.startswith(_PAID):
            rest, found["body_state"] = rest.removeprefix(_PAID).lstrip("\n"), "paywalled"
        found["text"] = rest if rest.strip() else None
    kind = _ITEM_KINDS.get(str(row.get("文章类型") or row.get("itemshowtype") or ""))
    if kind is not None and not found.get("text"):
        found["media"] = f'{{"{kind}":1}}'
        if kind == "pictures":
            found["body_state"] = "pictures_only"
    status = row.get("status") or row.get("文章状态")
    if row.get("isdeleted") is True or status in ("已删除", "deleted"):
        found["body_state"] = found.get("body_state") or (None if found.get("text") else "deleted")
    elif isinstance(status, str) and status not in ("", "正常"):
        found["notes"] = [*found.get("notes", ()), f"platform says: {status}"]
        if not found.get("text"):
            found["body_state"] = "violation" if "违规" in status else "unavailable"
    yield found


def _without_word_null(found: Found, row: Row) -> Iterator[Found]:
    """The word null stands for an account whose article page was never opened."""
    del row
    if found.get("account_name") in ("null", "undefined"):
        found.pop("account_name")
    yield found


def _official_download(found: Found, row: Row) -> Iterator[Found]:
    del row
    found["notes"] = ["the official download carries no account and no body"]
    yield found


def _of_we_mp_rss(found: Found, row: Row) -> Iterator[Found]:
    """One article lies in the list, in a JSON and as Markdown: they are joined by title and UTC day, as its file names are."""
    del row
    when = read_time(found.get("published"), "assumed_utc")
    if when.at is not None and found.get("title"):
        found["join"] = f"{utc_day(when.at)}_{found['title']}"
    yield found


def _of_layfz(found: Found, row: Row) -> Iterator[Found]:
    biz = found.get("account_id")
    if isinstance(biz, str) and biz_number(biz) is None and biz.isdecimal() is False:
        found.pop("account_id", None)
    found["mid"] = row.get("midid")
    yield found


def _mongoexport(found: Found, row: Row) -> Iterator[Found]:
    """Such crawlers write China time with a Z: their own ``c_date`` is then eight hours after the moment that the ObjectId holds."""
    published, created = found.get("published"), row.get("cdate")
    made = _OBJECT_ID.search(str(row.get("id")))
    if made and isinstance(published, str) and published.endswith("Z") and isinstance(created, str):
        said = read_time(created)
        if said.at is not None and abs(dt.datetime.fromisoformat(said.at).timestamp() - int(made[1], 16) - _CHINA_AHEAD) < _SOON:
            found["published"] = published[:-1]
            found.setdefault("notes", []).append("times marked Z are China time: c_date is 8 h after the ObjectId")
    yield found


def _wechat_oa_apis(found: Found, row: Row) -> Iterator[Found]:
    author = row.get("author")
    if isinstance(author, dict):
        found["author"], found["account_name"] = author.get("user"), author.get("profile")
    if row.get("images") and not found.get("text"):
        found["media"] = row["images"]
    yield found


def _corpus(found: Found, row: Row) -> Iterator[Found]:
    """weixin_public_corpus: `account` is the 微信号, which does not convert; lines are text nodes, kept as they are."""
    del row
    yield found


_QINGBO_CAPPED = 100_001


def _qingbo(found: Found, row: Row) -> Iterator[Found]:
    if row.get("readnum") in (_QINGBO_CAPPED, str(_QINGBO_CAPPED)):
        found["notes"] = ["read count is a ceiling: 100001 stands for 10万+"]
    yield found


def _seller(found: Found, row: Row) -> Iterator[Found]:
    state = {"105": "deleted", "106": "violation", "107": "unavailable"}.get(str(row.get("status") or ""))
    if state is not None and not found.get("text"):
        found["body_state"] = state
    yield found


def _of_xiaoguyu(found: Found, row: Row) -> Iterator[Found]:
    yield {**found, "notes": ["the table names no account"]} if not row.get("account") else found


def signature(*sets: str) -> tuple[frozenset[str], ...]:
    """Signatures from text: headings of one set separated by spaces."""
    return tuple(frozenset(one.split()) for one in sets)


_OFFICIAL = {"title": ("内容标题",), "url": ("内容url",), "published": ("发表时间", "发表日期"), "account_name": ("账号名称", "channelname")}
_TRAFFIC = (
    "this is the account's traffic by day, not its posts; download 内容分析 → 已通知内容 instead (这是账号流量表，不是文章列表)"
)

EXPORTERS = (
    Exporter(
        "wechat-article-exporter",
        signature("公众号 文章内容 所属合集", "公众号 摘要 所属合集", "标题 摘要 所属合集 文章类型"),
        {
            "account_name": ("公众号",),
            "post_id": ("id",),
            "url": ("链接",),
            "title": ("标题",),
            "digest": ("摘要",),
            "published": ("发布时间",),
            "published_else": ("创建时间",),
            "author": ("作者",),
            "text": ("文章内容",),
        },
        platform="wechat",
        mend=_article_exporter,
        also=("文章类型", "itemshowtype", "isdeleted", "status"),
    ),
    Exporter(
        "wechat-article-exporter",
        signature("appmsgid itemidx fakeid", "appmsgid itemidx accountname"),
        {
            "account_name": ("accountname",),
            "account_id": ("fakeid",),
            "post_id": ("aid",),
            "mid": ("appmsgid",),
            "idx": ("itemidx",),
            "url": ("link",),
            "title": ("title",),
            "digest": ("digest",),
            "published": ("updatetime",),
            "published_else": ("createtime",),
            "author": ("authorname",),
            "text": ("content",),
        },
        platform="wechat",
        mend=_article_exporter,
        also=("文章类型", "itemshowtype", "isdeleted", "status"),
    ),
    Exporter(
        "wechat_articles_spider appmsg list",
        signature("aid appmsgid itemidx link title"),
        {
            "post_id": ("aid",),
            "mid": ("appmsgid",),
            "idx": ("itemidx",),
            "url": ("link",),
            "title": ("title",),
            "digest": ("digest",),
            "published": ("updatetime",),
            "published_else": ("createtime",),
            "author": ("authorname",),
        },
        platform="wechat",
    ),
    Exporter(
        "lijinma/wechat_spider",
        signature("accountname contenturl electedcommentnum", "biz appmsgid contenturl electedcommentnum"),
        {
            "account_name": ("accountname",),
            "account_id": ("biz",),
            "author": ("author",),
            "title": ("title",),
            "url": ("contenturl",),
            "digest": ("digest",),
            "idx": ("idx",),
            "mid": ("appmsgid",),
            "published": ("createtime",),
        },
        platform="wechat",
        mend=_without_word_null,
    ),
    Exporter(
        "lqqyt2423/wechat_spider",
        signature("公众号名称 发布位置 msgbiz"),
        {
            "account_name": ("公众号名称",),
            "account_id": ("msgbiz", "公众号id"),
            "published": ("发布时间",),
            "idx": ("发布位置",),
            "title": ("标题",),
            "digest": ("摘要",),
            "url": ("链接",),
        },
        platform="wechat",
    ),
    Exporter(
        "lqqyt2423/wechat_spider",
        signature("msgbiz msgmid msgidx"),
        {
            "account_name": ("profile.title", "profiletitle"),
            "account_id": ("msgbiz", "wechatid"),
            "post_id": ("id",),
            "mid": ("msgmid",),
            "idx": ("msgidx",),
            "published": ("publishat",),
            "title": ("title",),
            "digest": ("digest",),
            "url": ("link",),
            "html": ("content",),
        },
        platform="wechat",
        is_html=True,
    ),
    Exporter(
        "mongoexport",
        signature("id title contenturl pdate"),
        {"post_id": ("id",), "title": ("title",), "url": ("contenturl",), "published": ("pdate",), "author": ("author",), "digest": ("digest",)},
        platform="wechat",
        mend=_mongoexport,
        also=("cdate",),
    ),
    Exporter(
        "LayFz/WeChat_Article_Crawler",
        signature("bizid midid pushlocation"),
        {
            "account_id": ("bizid",),
            "title": ("title",),
            "text": ("content",),
            "author": ("author",),
            "published": ("publishtime",),
            "url": ("url",),
        },
        platform="wechat",
        mend=_of_layfz,
        also=("midid",),
    ),
    Exporter(
        "微信公众平台 admin download",
        signature("内容标题 送达阅读率 内容url", "内容标题 发表时间 内容url 总阅读次数"),
        _OFFICIAL,
        platform="wechat",
        mend=_official_download,
    ),
    Exporter("微信公众平台 traffic", signature("日期 阅读次数 群发篇数", "日期 阅读次数 阅读原文次数"), refuse=_TRAFFIC),
    Exporter(
        "新榜 account table",
        signature("账号名称 新榜指数", "账号名称 平均阅读数 最高阅读数"),
        refuse="this is a table of accounts, not of posts (这是账号榜单，不是文章列表)",
    ),
    Exporter(
        "清博",
        signature("nicknameid wxname posttime", "wxname posttime likenumpm"),
        {
            "account_name": ("name",),
            "account_id": ("wxname", "nicknameid"),
            "post_id": ("id",),
            "title": ("title",),
            "digest": ("content",),
            "url": ("url",),
            "published": ("posttime",),
        },
        platform="wechat",
        mend=_qingbo,
    ),
    Exporter(
        "Wechat2RSS",
        signature("bizid bizname title"),
        {"account_id": ("bizid",), "account_name": ("bizname",), "title": ("title",), "digest": ("desc",), "published": ("created",), "html": ("content",), "url": ("link", "url"), "post_id": ("id",)},
        platform="wechat",
        is_html=True,
    ),
    Exporter(
        "koldata",
        signature("wechatnick wechatid title"),
        {
            "account_name": ("wechatnick",),
            "account_id": ("wechatid",),
            "title": ("title",),
            "digest": ("digest",),
            "html": ("content",),
            "idx": ("idx", "index"),
            "mid": ("mid",),
            "sn": ("sn",),
            "url": ("articleurl", "contenturl", "url"),
            "published": ("pubtime",),
            "author": ("author",),
        },
        platform="wechat",
        is_html=True,
        mend=_seller,
    ),
    Exporter(
        "WechatOAApis",
        signature("sourceplatform url title content time"),
        {"title": ("title",), "text": ("content",), "url": ("url",), "published": ("time",)},
        platform="wechat",
        mend=_wechat_oa_apis,
        also=("author", "author.user", "author.profile", "images"),
    ),
    Exporter(
        "we-mp-rss",
        signature("id mpid title publishtime"),
        {
            "account_id": ("mpid",),
            "account_name": ("mpname",),
            "post_id": ("id",),
            "title": ("title",),
            "digest": ("description",),
            "html": ("content",),
            "url": ("url",),
            "published": ("publishtime",),
        },
        platform="wechat",
        is_html=True,
        mend=_of_we_mp_rss,
    ),
    Exporter(
        "we-mp-rss",
        signature("id url title picurl description status publishtime"),
        {"post_id": ("id",), "title": ("title",), "digest": ("description",), "url": ("url",), "published": ("publishtime",)},
        platform="wechat",
        mend=_of_we_mp_rss,
    ),
    Exporter(
        "xiaoguyu/wechatDownload",
        signature("title content author contenturl createtime copyrightstat"),
        {"post_id": ("id",), "title": ("title",), "html": ("content",), "author": ("author",), "url": ("contenturl",), "published": ("createtime",)},
        platform="wechat",
        is_html=True,
        mend=_of_xiaoguyu,
    ),
    Exporter(
        "wechat_articles_spider example",
        signature("url title date readnum likenum"),
        {"url": ("url",), "title": ("title",), "published": ("date",)},
        platform="wechat",
    ),
    Exporter(
        "weixin_public_corpus",
        signature("account name content title"),
        {"account_id": ("account",), "account_name": ("name",), "title": ("title",), "text": ("content",)},
        platform="wechat",
        mend=_corpus,
    ),
    Exporter(
        "WeChatOA_Aggregation",
        signature("title link createtime id bloggroup"),
        {"account_name": ("bloggroup",), "post_id": ("id",), "title": ("title",), "url": ("link",), "published": ("createtime",)},
        platform="wechat",
    ),
)

# Exactly these three headings and no more: we-mp-rss, whose times are UTC. As a subset they are anybody's.
WE_MP_RSS_LIST = Exporter(
    "we-mp-rss",
    signature("标题 链接 发布时间"),
    {"title": ("标题",), "url": ("链接",), "published": ("发布时间",)},
    platform="wechat",
    zone="assumed_utc",
    mend=_of_we_mp_rss,
)
