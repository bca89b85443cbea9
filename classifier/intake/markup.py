"""The text of HTML: what a reader of the page would read, one paragraph a line."""

from __future__ import annotations

import re
from typing import Any

_DROPPED = {"script", "style", "noscript", "template", "svg", "head", "iframe", "object"}
_BREAKS = {
    "p", "div", "section", "article", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "table", "tr", "blockquote", "pre",
    "figure", "figcaption", "header", "footer", "hr", "dl", "dt", "dd", "body", "html", "main", "aside", "form", "fieldset",
}  # fmt: skip
_INLINE_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_EDGES = re.compile(r" *\n *")
_GAPS = re.compile(r"\n{2,}")
HTML_LIMIT = 8 << 20  # characters of one body


def text_of_html(markup: str) -> str:
    """
    The text of *markup*; scripts and styles gone, paragraphs separated by one newline.

    Of a whole WeChat page only the article is taken. ``visibility`` is not looked at: WeChat hides the article until a script ran.
    """
    page = parse_html(markup[:HTML_LIMIT])
    if page is None:
        return ""
    article = page.xpath('//*[@id="js_content"]')
    return text_of_node(article[0] if article else page)


def parse_html(markup: str | bytes) -> Any:
    """The parsed page, or None where there is nothing in it. Nothing is fetched and no entity is resolved from outside."""
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    content = markup.encode("utf-8", "replace") if isinstance(markup, str) else markup
    try:
        return etree.fromstring(content, parser) if content.strip() else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def text_of_node(node: Any) -> str:
    """The text under *node*, walked without recursion: hostile pages are deep."""
    from lxml import etree

    pieces: list[str] = []
    skipped: Any = None
    for event, element in etree.iterwalk(node, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if skipped is None and tag in _DROPPED:
                skipped = element
            if skipped is None:
                pieces.append(_opening(tag, element))
            continue
        closes = skipped is element
        if closes:
            skipped = None
        if skipped is None:
            if tag in _BREAKS and not closes:
                pieces.append("\n")
            if element is not node and element.tail:
                pieces.append(_INLINE_SPACE.sub(" ", element.tail))
    text = "".join(pieces).replace("\u00a0", " ")
    return _GAPS.sub("\n", _EDGES.sub("\n", text)).strip()


def _opening(tag: str, element: Any) -> str:
    text = (element.text or "") if tag == "pre" else _INLINE_SPACE.sub(" ", element.text or "")
    if tag == "br":
        return "\n" + text
    if tag == "img":
        alt = element.get("alt") or ""
        return alt if alt.startswith("[") and alt.endswith("]") else ""  # an emoji of Weibo: [汗]
    return "\n" + text if tag in _BREAKS else text
