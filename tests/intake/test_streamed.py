"""A JSON document too large to hold is understood as a small one is."""

from __future__ import annotations

import io

import pytest
from samples import HERE

from classifier.intake import documents
from classifier.intake.read import read_source
from classifier.intake.recognise import Shape
from classifier.intake.source import Source
from classifier.intake.streamed import _Mended

DOCUMENTS = [
    "wechat-article-exporter.json",
    "lqqyt2423.json",
    "layfz.json",
    "qingbo.json",
    "wechat2rss_query.json",
    "label-studio.json",
    "weibo/weibo-crawler.json",
    "weibo/weiboSpider.json",
    "telegram/account.json",
    "telegram/result.json",
    "telegram/telethon.json",
    "mediacrawler/xhs/json/search_contents_2025-09-05.json",
]


def records(name):
    source = Source(HERE / name, name, {}, "exports")
    read = [record for chunk in read_source(source, Shape.DOCUMENT) for record in chunk if "about" not in record]
    return [{key: value for key, value in record.items() if key != "notes"} for record in read]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_streamed_document_gives_the_same_rows(name, monkeypatch):
    whole = records(name)
    monkeypatch.setattr(documents, "WHOLE_LIMIT", 0)
    assert records(name) == whole


@pytest.mark.parametrize("size", range(1, 12))
def test_an_escape_is_mended_wherever_a_block_ends(size):
    text = rb'{"a": "\x01 \\x02 \\\x03 \\\\x04", "b": "\\"}'
    file = _Mended(io.BytesIO(text))
    file.first_byte()
    file.raw.seek(0)
    file.rest = b""
    mended = b""
    while block := file.read(size):
        mended += block
    assert mended + file.read(size) == documents.mended_escapes(text)
