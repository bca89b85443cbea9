"""
What the body of a post is worth: real text, or a placeholder some program put in its place.

Placeholders look like posts. They become a body state (and, for a violation, evidence in the notes), never text.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from classifier.intake.posts import TEXT_LIMIT

EXCEL_CELL_LIMIT = 32_767

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_TAG = re.compile(r"</?(?:p|div|br|span|section|a|img|style|script|html|body|h[1-6]|ul|ol|li|table|tr|td|strong|em|b|i|figure|blockquote|article)\b[^<>]*>", re.IGNORECASE)

_PLACEHOLDERS: tuple[tuple[str, str], ...] = (
    ("获取全文失败", "fetch_failed"),
    ("Content is empty.", "fetch_failed"),
    ("该内容已被发布者删除", "deleted"),
    ("此内容已被发布者删除", "deleted"),
    ("The content has been deleted by the author", "deleted"),
    ("该微博已被作者删除", "deleted"),
    ("抱歉，此微博已被作者删除", "deleted"),
    ("此内容因违规无法查看", "violation"),
    ("该内容因违规", "violation"),
    ("此帐号已被屏蔽", "violation"),
    ("此账号已被屏蔽", "violation"),
    ("此帐号已自主注销", "unavailable"),
    ("此账号已自主注销", "unavailable"),
    ("该内容暂时无法查看", "unavailable"),
    ("此内容暂时无法查看", "unavailable"),
    ("The content is unavailable", "unavailable"),
    ("(File not included.", "pictures_only"),
)
PLACEHOLDERS = tuple(sentence for sentence, _ in _PLACEHOLDERS)
_PLACEHOLDER_LENGTH = 120  # a real post may quote one of these sentences; a placeholder page says little else


class Body(NamedTuple):
    """*text* without what is not text, the *state* it gives if it gives one, and *remarks* for the notes."""

    text: str | None
    state: str | None
    remarks: tuple[str, ...] = ()


def read_body(raw: str | None, *, title: str | None = None) -> Body:
    """The body in *raw*. A body that only repeats *title* is no body. Nothing else is changed: offsets are into this text."""
    if raw is None or not raw.strip():
        return Body(None, None)
    text, remarks = clean_text(raw)
    stripped = text.strip()
    if title is not None and stripped == title.strip():
        return Body(None, "title_only")
    if len(stripped) <= _PLACEHOLDER_LENGTH:
        for sentence, state in _PLACEHOLDERS if stripped.startswith(PLACEHOLDERS) else ():
            if stripped.startswith(sentence):
                return Body(None, state, (f"placeholder: {stripped}",))
    if len(text) > TEXT_LIMIT:
        return Body(text[:TEXT_LIMIT], "truncated", (*remarks, f"text of {len(text)} characters cut at {TEXT_LIMIT}"))
    if len(text) == EXCEL_CELL_LIMIT:
        return Body(text, "truncated", (*remarks, "32767 characters: cut by a spreadsheet program"))
    return Body(text, "full", remarks)


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """*text* with NULs and lone surrogates as U+FFFD, one for one, so that offsets stay valid; and a remark if there were any."""
    if _UNWRITABLE.search(text) is None:
        return text, ()
    return _UNWRITABLE.sub("\ufffd", text), ("characters that cannot be written replaced by U+FFFD",)


def looks_like_html(text: str) -> bool:
    """Whether *text* is marked up as a page is, not merely a text with a ``<`` in it."""
    return "<" in text and _TAG.search(text) is not None


def without_title(text: str, title: str | None) -> str:
    """*text* without the title some exporters put before it, escaped or not, and the blank lines after."""
    if not title:
        return text
    for spelled in (title, html.escape(title, quote=True), html.escape(title).replace("&#x27;", "&#39;"), html.escape(title, quote=False)):
        for gap in ("\n\n", "\r\n\r\n"):
            if text.startswith(spelled.rstrip() + gap) or text == spelled:
                return text[len(spelled.rstrip()) :].lstrip("\r\n")
    head, gap, rest = text.partition("\n\n")
    return rest if gap and html.unescape(head).strip() == title.strip() else text
