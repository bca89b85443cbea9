"""
Saved web pages: WeChat articles as any "save page" tool writes them, Telegram's HTML, tables that call themselves .xls,
feeds, and the pages of whole sites, whose main text trafilatura finds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from classifier.errors import ExportError
from classifier.intake.aliases import FIELD_OF
from classifier.intake.documents import chunked
from classifier.intake.exporters import feeds, telegram, wechat_page
from classifier.intake.layout import normalised
from classifier.intake.lines import about
from classifier.intake.markup import parse_html, text_of_node
from classifier.intake.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Found, Record, Source

PAGE_LIMIT = 32 << 20  # bytes of one page
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_\-]+)""")
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
_HOST_FOLDER = re.compile(r"(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|info|xyz|top|vip|cc|me|co|hk|tw|app|pro|club|site|invalid|test|example)", re.IGNORECASE)


def read_page(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of one saved page.

    Raises ExportError if there is nothing in it.
    """
    markup = decode_page(source.path.read_bytes()[:PAGE_LIMIT])
    yield from chunked(records_of_page(markup, source, 1))


def decode_page(content: bytes) -> str:
    """The page as text: by its mark, by what it declares if that holds, else UTF-8, else GB18030; the rest replaced."""
    declared = _META_CHARSET.search(content[:4096]) or _XML_CHARSET.search(content[:400])
    named = declared[1].decode("ascii").lower() if declared else ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    for encoding in ("utf-8-sig", "gb18030" if named in ("gbk", "gb2312", "gb18030", "") else named, "gb18030"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("utf-8", "replace")


def records_of_page(markup: str, source: Source, number: int, url: str | None = None) -> Iterator[Record]:
    """
    Records of one page; *number* is its place in an archive, *url* where the archive says it was.

    Raises ExportError if there is nothing in it.
    """
    page = parse_html(markup)
    if page is None:
        raise ExportError(f"{source.name}: a page without content")
    if page.xpath('//div[contains(@class,"message") and contains(@class,"default")]') and page.xpath('//div[contains(@class,"page_header")]'):
        yield about(source, "web page", None, None, (), telegram.EXPORTER)
        yield from (settle(found, source) for found in telegram.posts_of_page(page))
        return
    post = wechat_page.post_of_page(markup, page)
    if post is not None:
        yield about(source, "web page", None, None, (), post["exporter"])
        yield settle({**post, "url": post.get("url") or url, "src_row": number}, source)
        return
    rows = _table_rows(page)
    if rows is not None:
        from classifier.intake.tables import read_rows

        for chunk in read_rows(enumerate(rows, 1), source, shape="HTML table"):
            yield from chunk
        return
    saved = _SAVED_FROM.search(markup[:2000])
    yield about(source, "web page", None, None, (), "page")
    yield settle({**page_post(markup, page, url or (saved[1] if saved else None), source), "src_row": number}, source)


def page_post(markup: str, page: Any, url: str | None, source: Source) -> Found:
    """Any page of a site as found: its main text by trafilatura, the site as the account."""
    import trafilatura

    url = url or _first(page, '//link[@rel="canonical"]/@href') or _first(page, '//meta[@property="og:url"]/@content')
    document: Any = trafilatura.bare_extraction(markup, url=url, with_metadata=True, include_comments=False, favor_recall=True, include_tables=True)
    text = document.text if document is not None else None
    title = _first(page, '//meta[@property="og:title"]/@content') or (document.title if document is not None else None) or _first(page, "//title/text()")
    host = host_of(url) or next((part for part in source.name.split("/")[:-1] if _HOST_FOLDER.fullmatch(part)), None)
    found: Found = {
        "exporter": "page",
        "title": title.strip() if title else None,
        "text": _tidied(text, title) or _small_page_text(page, title),
        "url": url,
        "published": _published(page) or (document.date if document is not None else None),
        "account_name": (_first(page, '//meta[@property="og:site_name"]/@content') or host),
        "author": document.author if document is not None else None,
    }
    if host is not None:
        found |= {"account_id": host, "account_key": f"site:{host.removeprefix('www.')}", "account_from": "url" if host_of(url) else "folder"}
    return found


def host_of(url: str | None) -> str | None:
    """The host an address names, in small letters, or None."""
    named = re.match(r"https?://(?:[^/@]*@)?([^/:?#]+)", url or "", re.IGNORECASE)
    return named[1].lower() if named else None


def _tidied(text: str | None, title: str | None) -> str | None:
    """*text* with one newline between paragraphs and without the heading that repeats the title."""
    lines = [line.strip() for line in (text or "").split("\n") if line.strip()]
    if lines and title is not None and lines[0] == title.strip():
        lines = lines[1:]
    return "\n".join(lines) or None


def _small_page_text(page: Any, title: str | None) -> str | None:
    """Of a page too small for trafilatura, everything that is read on it."""
    text = text_of_node(page)
    return text if text and text != (title or "").strip() else None


def _published(page: Any) -> str | None:
    return _first(page, '//meta[@property="article:published_time" or @name="publishdate" or @name="PubDate" or @itemprop="datePublished"]/@content') or _first(page, "//time/@datetime")


def _first(page: Any, path: str) -> str | None:
    found = page.xpath(path)
    return str(found[0]).strip() or None if found else None


def _table_rows(page: Any) -> list[list[str]] | None:
    """The rows of a page that is one table with known headings: what many sites call .xls."""
    tables = page.xpath("//table")
    if len(tables) != 1:
        return None
    rows = [[text_of_node(cell) for cell in row.xpath("./td | ./th")] for row in tables[0].xpath(".//tr")]
    known = max((sum(1 for cell in row if normalised(cell[:40]) in FIELD_OF) for row in rows[:5]), default=0)
    return rows if known >= 2 else None


def read_feed(source: Source) -> Iterator[list[Record]]:
    """
    Chunks of records of an RSS or Atom file.

    Raises ExportError if it is neither. No entity is expanded and nothing is fetched.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    content = source.path.read_bytes()
    if _XML_CHARSET.search(content[:400]) is None:
        content = decode_page(content).encode("utf-8", "replace")
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ExportError(f"{source.name}: not a readable feed ({error})") from None
    if root is None or root.tag.rpartition("}")[2] not in ("rss", "feed", "RDF", "channel"):
        raise ExportError(f"{source.name}: XML, but no feed")
    yield [about(source, "feed", None, None, (), feeds.feed_exporter(root))]
    yield from chunked(settle(found, source) for found in feeds.posts_of_feed(root))
