"""
One WeChat article as a page: saved raw from mp.weixin.qq.com, or written by wechat-article-exporter and xiaoguyu.

Deleted and punished articles are pages too: what they say becomes the body state, and the platform's reason a note.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from classifier.intake.bodies import looks_like_html
from classifier.intake.layout import counted_media
from classifier.intake.markup import text_of_html, text_of_node

if TYPE_CHECKING:
    from classifier.intake.source import Found

_RAW_MARKS = ("mp.weixin.qq.com", "mmbizappmsg", "js_content", "rich_media", "wx_wap_page", "cgiDataNew")
_JS_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_STATES = (
    ("发布者删除", "deleted"),
    ("deleted by the author", "deleted"),
    ("因违规", "violation"),
    ("已停止访问", "violation"),
    ("被屏蔽", "violation"),
    ("无法查看", "unavailable"),
    ("已迁移", "unavailable"),
    ("注销", "unavailable"),
)
_PICTURES = re.compile(r"picture_page_info_list\s*[:=]\s*\[(.*?)\]\s*[,;]", re.DOTALL)


def post_of_page(markup: str, page: Any) -> Found | None:
    """The one post of a WeChat page, or None if the page is another kind."""
    written = _of_exporter(page)
    if written is not None:
        return written
    if not any(mark in markup for mark in _RAW_MARKS):
        return None
    placeholder = _placeholder(page)
    if placeholder is not None:
        return placeholder | _names(markup, page)
    if not page.xpath('//*[@id="js_content" or @id="activity-name" or @id="js_name"]') and "content_noencode" not in markup:
        return None
    return _article(markup, page)


def _article(markup: str, page: Any) -> Found:
    body = page.xpath('//*[@id="js_content"]')
    text = text_of_node(body[0]) if body else ""
    if not text:
        noencode = _script(markup, r"content_noencode\s*:\s*JsDecode\('((?:[^'\\]|\\.)*)'\)") or _script(markup, r"content_noencode\s*[:=]\s*['\"]((?:[^'\"\\]|\\.)*)['\"]")
        text = _words_of(noencode or "")
    pictures = len(body[0].xpath(".//img[@data-src or @src]")) if body else 0
    listed = _PICTURES.search(markup)
    pictures = pictures or (listed[1].count("cdn_url:") or listed[1].count("cdn_url") if listed else 0)
    found: Found = {"text": text or None, "media": counted_media(pictures=pictures)}
    if not text and pictures:
        found["body_state"] = "pictures_only"
    return found | _names(markup, page)


def _words_of(noencode: str) -> str:
    """A body the page carries in its script: markup of an article, or the bare lines of a text post."""
    decoded = html.unescape(noencode) if "&lt;" in noencode else noencode
    return text_of_html(decoded) if looks_like_html(decoded) else decoded.strip()


def _names(markup: str, page: Any) -> Found:
    """Account, title, time and ids, which stand in the page's scripts and, some, in its elements."""
    decoded = r"\s*[:=]\s*(?:JsDecode\()?['\"]((?:[^'\"\\]|\\.)*)['\"]"
    og_url = _first(page, '//meta[@property="og:url"]/@content')
    biz = _script(markup, r"\bvar biz\s*=\s*['\"]([^'\"]*)['\"]") or _script(markup, r"\b(?:biz|bizuin)" + decoded)
    moment = _script(markup, r"\b(?:ori_create_time|oriCreateTime|ct)\s*[:=]\s*['\"](\d{10})['\"]") or _script(markup, r"\bcreate_time" + decoded)
    return {
        "exporter": "wechat-page",
        "platform": "wechat",
        "account_id": biz if biz and len(biz) > 6 else None,
        "account_from": "json_parent",
        "account_name": _script(markup, r"\bnick_?name" + decoded) or _text(page, '//*[@id="js_name"]'),
        "author": _first(page, '//meta[@property="og:article:author"]/@content') or _first(page, '//meta[@name="author"]/@content'),
        "mid": _script(markup, r"\bvar mid\s*=\s*(?:['\"]{2}\s*\|\|\s*)?['\"](\d+)['\"]") or _script(markup, r"\bmid" + decoded),
        "idx": _script(markup, r"\bvar idx\s*=\s*(?:['\"]{2}\s*\|\|\s*)?['\"](\d+)['\"]") or _script(markup, r"\bidx" + decoded),
        "sn": _script(markup, r"\bvar sn\s*=\s*(?:['\"]{2}\s*\|\|\s*)?['\"]([0-9a-f]+)['\"]"),
        "title": _script(markup, r"\btitle\s*:\s*JsDecode\('((?:[^'\\]|\\.)*)'\)") or _text(page, '//*[@id="activity-name"]') or _first(page, '//meta[@property="og:title"]/@content'),
        "url": og_url,
        "published": moment or _text(page, '//*[@id="publish_time"]'),
    }


def _placeholder(page: Any) -> Found | None:
    said = _text(page, '//*[contains(@class,"weui-msg__title")]') or _text(page, '//*[contains(@class,"mesg-block")]')
    if said is None or page.xpath('//*[@id="js_content"]'):
        return None
    state = next((state for sign, state in _STATES if sign in said), "unavailable")
    reason = _text(page, '//*[contains(@class,"weui-msg__desc")]')
    notes = [f"placeholder: {said}"]
    if reason:
        notes.append(f"platform's reason: {reason}")
    return {"body_state": state, "notes": notes}


def _of_exporter(page: Any) -> Found | None:
    """The pages wechat-article-exporter and xiaoguyu write themselves."""
    content = page.xpath('//*[contains(@class,"__page_content__")]')
    if content:
        root = content[0]
        meta = _text(root, './/*[contains(@class,"__meta__")]') or ""
        when = re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", meta)
        title = _text(root, './/*[contains(concat(" ",@class," ")," title ")]')
        name = _text(root, './/*[contains(@class,"nick_name")]')
        url = _first(root, './/blockquote[contains(@class,"source")]//a/@href')
        for part in root.xpath('.//*[contains(@class,"__meta__") or contains(@class,"__bottom-bar__")] | .//blockquote[contains(@class,"source")] | .//*[contains(concat(" ",@class," ")," title ")]'):
            _drop(part)
        return _written("wechat-article-exporter", title, name, url, when[0] if when else None, text_of_node(root))
    source = page.xpath('//body/h1/following-sibling::div[1][contains(., "原文地址")]')
    if source:
        title, url = _text(page, "//body/h1"), _first(source[0], ".//a/@href")
        for part in [*page.xpath("//body/h1[1]"), source[0]]:
            _drop(part)
        return _written("xiaoguyu/wechatDownload", title, None, url, None, text_of_node(page))
    return None


def _written(exporter: str, title: str | None, name: str | None, url: str | None, published: str | None, text: str) -> Found:
    return {"exporter": exporter, "platform": "wechat", "title": title, "account_name": name, "url": url, "published": published, "text": text or None}


def _drop(part: Any) -> None:
    """Take *part* out of the page and leave the words after it."""
    parent = part.getparent()
    if parent is None:
        return
    before = part.getprevious()
    if part.tail:
        if before is not None:
            before.tail = (before.tail or "") + part.tail
        else:
            parent.text = (parent.text or "") + part.tail
    parent.remove(part)


def _script(markup: str, pattern: str) -> str | None:
    found = re.search(pattern, markup)
    return js_decoded(found[1]) or None if found else None


def js_decoded(text: str) -> str:
    r"""
    *text* of a JavaScript string as the page would show it.

    >>> js_decoded(r"A\x26amp;B \u4e2d")
    'A&B 中'
    """
    simple = {"n": "\n", "r": "", "t": "\t", "0": ""}

    def one(escape: re.Match[str]) -> str:
        code = escape[1]
        if code[0] in "xu" and len(code) > 1:
            return chr(int(code[1:], 16))
        return simple.get(code, code)

    joined = _JS_ESCAPE.sub(one, text)
    if any("\ud800" <= c <= "\udfff" for c in joined):  # an emoji written as two escapes
        joined = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return html.unescape(joined)


def _text(node: Any, path: str) -> str | None:
    found = node.xpath(path)
    return " ".join("".join(found[0].itertext()).split()) or None if found else None


def _first(page: Any, path: str) -> str | None:
    found = page.xpath(path)
    return html.unescape(str(found[0])).strip() or None if found else None
