"""
One post a file, as Markdown or plain text: recognised by signature only, for most Markdown is no post at all.

wechat-article-exporter (.md, .txt, .docx), xiaoguyu and we-mp-rss, chenluda/zhihu-download, weibo-crawler's days, XHS-Downloader's notes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from classifier.intake.bodies import without_title
from classifier.intake.layout import counted_media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Found, Source

_SETEXT = re.compile(r"^(?P<title>[^\n]+)\n={3,}[ \t]*$", re.MULTILINE)
_ATX = re.compile(r"^#\s+(?P<title>[^\n]+)$", re.MULTILINE)
_ORIGIN = re.compile(r"^>?\s*原文地址[:：]\s*(?:\[[^\]\n]*\]\((?P<url>[^)\s]+)\)|<?(?P<bare>https?://[^\s>]+)>?)\s*$", re.MULTILINE)
_META = re.compile(r"^(?:原创\s+)?(?P<names>[^\n]*?)\s*(?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2})(?:\s+\S+)?\s*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\((?:[^()\n]|\([^()\n]*\))*\)")
_DATA_IMAGE = re.compile(r"!\[[^\]\n]*\]\(data:.*?%3E\)", re.DOTALL)
_LINK = re.compile(r"\[([^\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_MARKS = re.compile(r"(?m)^(?:#{1,6}\s+|>\s?|\s*[-*+]\s+(?=\S)|\s*={3,}\s*$|\s*-{3,}\s*$)|\*\*|__|`{1,3}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|])")
_COUNTERS = re.compile(r"(?:\s*(?:阅读|赞|分享|推荐|留言|在看))+\s*$")
_ZHIHU = re.compile(r"\A#\s+(?P<title>[^\n]+)\n+\s*\*\*Author:\*\*\s*(?P<author>[^\n]*)\n+\s*\*\*Link:\*\*\s*(?P<link>[^\n]*)\n")
_ZHIHU_NAME = re.compile(r"^\((?P<date>[^)]*)\)(?P<title>.*)_(?P<author>[^_]+)$")
_WEIBO_POST = re.compile(r"^###\s+(?P<time>\d{2}:\d{2}(?::\d{2})?)\s*\n+\s*<!--\s*weibo_id:\s*(?P<id>\w+)\s*-->\s*\n(?P<text>.*?)(?=^###\s+\d{2}:\d{2}|\Z)", re.MULTILINE | re.DOTALL)
_WEIBO_REPOST = re.compile(r"(?m)^>\s*转发[:：]?.*\Z", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_XHS_LABEL = re.compile(r"^(?:-\s+\*\*)?(?P<label>采集时间|作品ID|作品类型|作品标题|作品描述|作品标签|发布时间|最后更新时间|收藏数量|评论数量|分享数量|点赞数量|作者昵称|作者ID|作者链接|作品链接|下载地址|动图地址)(?:\*\*)?[:：]\s?(?P<value>.*)$")
_DATED_NAME = re.compile(r"^(?P<date>\d{8}|\d{4}-\d{2}-\d{2})[_-](?P<title>.+)$")
_UNSAFE = re.compile(r"[^0-9A-Za-z\u3400-\u9fff()（）]")


def is_markdown_post(text: str, source: Source) -> bool:
    """Whether *text* bears the signature of a program that writes posts as Markdown or text."""
    return next(iter(posts_of_text(text, source)), None) is not None


def posts_of_text(text: str, source: Source) -> Iterator[Found]:
    """The posts of one file, numbered from 1; none if nobody's signature is there."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _WEIBO_POST.search(text):
        yield from _weibo_days(text, source)
    elif re.search(r"(?m)^(?:-\s+\*\*)?作品ID", text) and "作品描述" in text:
        yield from _xhs_notes(text)
    else:
        post = _zhihu(text, source) or _article(text, source) or _plain_text(text, source)
        if post is not None:
            yield {"src_row": 1, **post}


def _article(text: str, source: Source) -> Found | None:
    """wechat-article-exporter, xiaoguyu and we-mp-rss: a heading, perhaps a line of names and time, perhaps the address."""
    origin = _ORIGIN.search(text)
    setext = _SETEXT.search(text)
    heading = setext or _ATX.search(text)
    dated = _DATED_NAME.match(source.stem)
    from_mp_rss = re.search(r"MP_WXS_\d+", source.name)
    if heading is None or not (origin or (dated and from_mp_rss)):
        return None
    exporter = "we-mp-rss" if from_mp_rss else "wechat-article-exporter" if setext or _META.search(text[heading.end() :][:300]) else "xiaoguyu/wechatDownload"
    meta = _META.search(text, heading.end(), origin.start() if origin else heading.end() + 400)
    title = _unescaped(heading["title"].strip())
    start = max(heading.end(), origin.end() if origin else 0, meta.end() if meta else 0)
    names = meta["names"].removeprefix("原创").split() if meta else []
    body = plain_markdown(text[start:])
    # The bar at the foot of a saved page: the account once more, beside its picture.
    body = body.removesuffix(f"\n{names[-1]}") if names else body
    found: Found = {
        "exporter": exporter,
        "platform": "wechat",
        "title": title,
        "text": body or None,
        "media": counted_media(pictures=sum(1 for _ in re.finditer(r"!\[[^\]\n]*\]\(https?:", text))),
        "url": (origin["url"] or origin["bare"]) if origin else None,
        "published": meta["time"] if meta else _date_of(dated[1]) if dated else None,
        "zone": "assumed_utc" if from_mp_rss else "assumed_cst",
    }
    if from_mp_rss and dated:
        found["join"] = f"{_date_of(dated[1])}_{title}"
    if names:
        found["account_name"] = names[-1]
        found["author"] = " ".join(names[:-1]) or None
    return found


def _zhihu(text: str, source: Source) -> Found | None:
    head = _ZHIHU.match(text)
    if head is None:
        return None
    author = _LINK.sub(r"\1", head["author"]).strip().strip("[]")
    named = _ZHIHU_NAME.match(source.stem)
    link = re.search(r"https?://[^\s)\]]+", head["link"])
    date = _DAY.search(head["link"]) or (_DAY.search(named["date"]) if named else None)
    return {
        "exporter": "zhihu-download",
        "platform": "zhihu",
        "title": head["title"].strip(),
        "account_name": author if author and author != "None" else (named["author"] if named else None),
        "text": plain_markdown(text[head.end() :]) or None,
        "url": link[0] if link else None,
        "published": date[0] if date else None,
    }


def _plain_text(text: str, source: Source) -> Found | None:
    """wechat-article-exporter's TXT and DOCX: the title, a blank line, the text; the file is named after the title."""
    title, gap, _ = text.partition("\n\n")
    if not gap or "\n" in title or not title.strip() or source.suffix not in (".txt", ".docx"):
        return None
    if _UNSAFE.sub("", source.stem) != _UNSAFE.sub("", title)[: len(_UNSAFE.sub("", source.stem))] or len(_UNSAFE.sub("", source.stem)) < 2:
        return None
    return {"exporter": "text", "platform": "wechat", "title": title.strip(), "text": without_title(text, title).strip() or None}


def _weibo_days(text: str, source: Source) -> Iterator[Found]:
    """weibo-crawler's Markdown: one file a day, month or year; a day stands in a heading above or in the file's name."""
    for number, post in enumerate(_WEIBO_POST.finditer(text), 1):
        days = _DAY.findall(text[: post.start()])
        named = _DAY.search(source.stem)
        day = days[-1] if days else named[0] if named else None
        body = _WEIBO_REPOST.sub("", post["text"])
        yield {
            "exporter": "weibo-crawler",
            "platform": "weibo",
            "src_row": number,
            "post_id": post["id"],
            "text": plain_markdown(body).strip() or None,
            "is_repost": body != post["text"],
            "published": f"{day} {post['time']}" if day else None,
            "account_name": source.folder,
        }


def _xhs_notes(text: str) -> Iterator[Found]:
    """XHS-Downloader's notes: several works a file, each a run of labels; a description runs on until the next label."""
    works: list[dict[str, str]] = []
    label = ""
    for line in text.split("\n"):
        labelled = _XHS_LABEL.match(line)
        if labelled is None:
            if works and label:
                works[-1][label] += "\n" + line
            continue
        label = labelled["label"]
        if not works or label in works[-1]:
            works.append({})
        works[-1][label] = labelled["value"]
    for number, work in enumerate(works, 1):
        held = {name: value.strip().strip("`").strip() for name, value in work.items()}
        held = {name: value for name, value in held.items() if value not in ("", "-1", "未知")}
        yield {
            "exporter": "XHS-Downloader",
            "platform": "xiaohongshu",
            "src_row": number,
            "post_id": held.get("作品ID"),
            "title": held.get("作品标题"),
            "text": held.get("作品描述"),
            "published": held.get("发布时间"),
            "account_id": held.get("作者ID"),
            "account_name": held.get("作者昵称"),
            "url": held.get("作品链接"),
        }


def plain_markdown(text: str) -> str:
    """*text* without Markdown's marks, pictures and link targets, nor the counters printed as words at the end."""
    text = _DATA_IMAGE.sub("", text)
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _ESCAPED.sub(r"\1", _MARKS.sub("", text))
    text = "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return _COUNTERS.sub("", text).strip()


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _date_of(written: str) -> str:
    return written if "-" in written else f"{written[:4]}-{written[4:6]}-{written[6:]}"
