"""
What a heading means when no exporter is recognised: the table of names seen in the wild.

Names are written normalised (see `normalise_heading`); within a field the earlier name is the better one. Words that mean
different things to different exporters (发布位置, 位置, 描述, source, from) are settled by the exporter's own module, or by value shape.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BRACKETS = re.compile(r"[(\[{<「【].*?[)\]}>」】]")
_DROPPED = re.compile(r"[\s_\-'\"“”‘’`*:：#]+")

ALIASES: dict[str, tuple[str, ...]] = {
    "account_id": ("accountid", "公众号id", "公众号原始id", "原始id", "微信号", "微信id", "账号id", "帐号id", "用户id", "博主id", "作者id", "小红书号", "fakeid", "fakerid", "biz", "bizuin", "msgbiz", "bizid", "mpid", "nicknameid", "wxname", "wechatid", "userid", "uid", "creatorhash", "userurltoken", "senderid", "fromid", "channelid"),
    "account_name": ("accountname", "公众号", "公众号名称", "公众号名字", "账号名称", "帐号名称", "账号", "帐号", "账户", "账户名称", "昵称", "用户昵称", "用户名", "用户名称", "博主", "博主昵称", "作者昵称", "发布账号", "媒体名称", "频道", "频道名称", "来源", "account", "mpname", "nickname", "screenname", "bizname", "profiletitle", "author.profile", "wechatnick", "weixinnick", "channelname", "channel", "usernickname", "username", "name", "source", "from"),
    "author": ("作者", "署名", "编辑", "author", "authorname", "byline", "author.user", "postauthor"),
    "title": ("title", "标题", "文章标题", "内容标题", "图文标题", "笔记标题", "作品标题", "题目", "文章名称", "articletitle", "displaytitle", "msgtitle", "headline", "subject"),
    "text": ("text", "正文", "文章内容", "内容", "正文内容", "微博正文", "微博内容", "笔记内容", "作品描述", "全文", "消息", "消息内容", "文本", "文案", "content", "body", "bodytext", "contenttext", "textraw", "fulltext", "messagetext", "articlecontent", "message", "posttext"),
    "html": ("html", "bodyhtml", "contenthtml", "contentnoencode", "contentencoded"),
    "digest": ("摘要", "文章摘要", "简介", "导语", "digest", "summary", "description", "excerpt", "desc", "描述"),
    "url": ("url", "链接", "文章链接", "原文链接", "文章地址", "内容url", "笔记url", "笔记链接", "作品链接", "网址", "文章url", "链接地址", "link", "contenturl", "articleurl", "noteurl", "awemeurl", "permalink", "posturl", "href"),
    "source_url": ("阅读原文链接", "阅读原文", "sourceurl"),
    "published": ("publishedat", "发布时间", "发表时间", "推送时间", "发文时间", "发布日期", "发表日期", "发布于", "完整日期", "日期", "上传时间", "时间", "publishtime", "published", "publishat", "pubtime", "pubdate", "publishdate", "posttime", "postedat", "createtime", "createdtime", "createdat", "fullcreatedat", "createdatetime", "pdate", "datetime", "date", "time", "dateunixtime", "uploadtime", "datepublished", "oricreatetime", "ct", "timestamp"),
    "edited": ("更新时间", "最后更新时间", "修改时间", "updatedtime", "updatetime", "lastupdatetime", "edited", "editedunixtime", "editdate", "datemodified"),
    "post_id": ("postid", "id", "文章id", "微博id", "笔记id", "作品id", "帖子id", "aid", "appmsgid", "mid", "msgid", "msgmid", "sn", "noteid", "contentid", "awemeid", "videoid", "mblogid", "bid", "messageid", "articleid"),
    "idx": ("idx", "itemidx", "msgidx", "文章位置"),
    "is_repost": ("isrepost", "是否转发"),
    "media": ("media", "图片", "图片url", "图片链接", "原始图片url", "微博图片url", "images", "imagelist", "pics", "picurls", "picurl", "视频url", "微博视频url", "videourl"),
    "crawled": ("采集时间", "创建时间", "抓取时间", "lastmodifyts", "addts", "cdate", "udate", "created", "updatedat", "crawltime", "collecttime", "exportedat"),
    "counter": ("阅读", "阅读数", "阅读量", "总阅读次数", "总阅读人数", "阅读次数", "浏览量", "readnum", "readcount", "reads", "views", "点赞", "点赞数", "点赞量", "点赞数量", "赞同", "赞", "oldlikenum", "likenum", "likes", "likedcount", "attitudescount", "在看", "在看数", "喜欢", "looknum", "wownum", "分享", "分享数", "转发数", "分享数量", "sharenum", "sharecount", "sharedcount", "repostscount", "forwards", "留言", "留言数", "评论数", "评论", "评论数量", "commentnum", "commentcount", "commentscount", "收藏", "收藏数", "收藏数量", "collectedcount", "favcount", "赞赏", "赞赏数", "rewardnum"),
    "never": ("头像", "头像url", "高清头像", "性别", "生日", "avatar", "openid", "gender", "comments", "comm", "electedcomment", "xsectoken", "key", "passticket", "封面", "cover"),
    "label": ("label", "labels", "category", "genre", "group", "marks", "annotator", "annotations", "leadtime"),
}

FIELD_OF = {name: field for field, names in reversed(ALIASES.items()) for name in names}



def _broken_spelling(name: str) -> str:
    """How *name* looks when its UTF-8 was read as GBK: an odd number of characters loses the last, so it does not reverse."""
    return name.encode().decode("gb18030", "replace").rstrip("\ufffd")[:4]


_BROKEN_STARTS = tuple(sorted({_broken_spelling(name) for name in FIELD_OF if not name.isascii() and len(name) >= 2}))


def normalise_heading(heading: str) -> str:
    r"""
    *heading* as the table spells it: NFKC, small letters, no spaces, marks or bracketed remarks.

    >>> normalise_heading("\ufeff Publish_Time（北京）")
    'publishtime'
    """
    text = unicodedata.normalize("NFKC", heading).replace("\ufeff", "")
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    without = _BRACKETS.sub("", text)
    return _DROPPED.sub("", without if without.strip() else text).lower()


def is_broken(headings: Iterable[str]) -> bool:
    """Whether the headings are Chinese that some program read with the wrong encoding and saved again."""
    return any(heading.startswith(_BROKEN_STARTS) or _read_as_latin(heading) in FIELD_OF for heading in headings)


def _read_as_latin(heading: str) -> str | None:
    """What *heading* was before its UTF-8 was read as Latin-1, normalised; None if it was not."""
    try:
        restored = heading.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
    return normalise_heading(restored) if restored != heading else None
