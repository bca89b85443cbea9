"""Times, accounts, addresses, bodies: tables of what exporters write and what it means."""

from __future__ import annotations

import re

import pytest

from classifier.intake.accounts import biz_number, key_of_id, key_of_name
from classifier.intake.addresses import read_address
from classifier.intake.aliases import FIELD_OF, is_broken, normalise_heading
from classifier.intake.bodies import read_body, without_title
from classifier.intake.exporters.wechat_page import js_decoded
from classifier.intake.exporters.weibo import mid_of_bid
from classifier.intake.markup import text_of_html
from classifier.intake.settle import id_of
from classifier.intake.times import read_time

NOON = "2026-01-02T08:05:00+08:00"
TIMES = [
    # as written, without a zone: Chinese time
    ("2026-01-02 08:05:00", NOON, "second", "assumed_cst"),
    ("2026-01-02 08:05", NOON, "minute", "assumed_cst"),
    ("2026-01-02T08:05:00", NOON, "second", "assumed_cst"),
    ("2026-01-02_08:05:00", NOON, "second", "assumed_cst"),
    ("2026/1/2 8:05", NOON, "minute", "assumed_cst"),
    ("2026年1月2日 08:05", NOON, "minute", "assumed_cst"),
    ("2026年01月02日 08时05分00秒", NOON, "second", "assumed_cst"),
    ("2026.1.2 8:05", NOON, "minute", "assumed_cst"),
    ("2026-01-02 08:05:00.123", NOON, "second", "assumed_cst"),
    # with a zone
    ("2026-01-02T00:05:00Z", NOON, "second", "explicit"),
    ("2026-01-02T00:05:00.000Z", NOON, "second", "explicit"),
    ("2026-01-02 08:05:00+08:00", NOON, "second", "explicit"),
    ("2026-01-02T01:05:00+0100", NOON, "second", "explicit"),
    ("02.01.2026 08:05:00 UTC+08:00", NOON, "second", "explicit"),
    ("02.01.2026 08:05:00", NOON, "second", "assumed_cst"),
    ("Fri, 02 Jan 2026 00:05:00 GMT", NOON, "second", "explicit"),
    ("Fri, 02 Jan 2026 08:05:00 +0800", NOON, "second", "explicit"),
    ("Fri, 02 Jan 2026 08:05:00 ", NOON, "second", "assumed_cst"),
    ("2026-01-02 下午8:05", "2026-01-02T20:05:00+08:00", "minute", "assumed_cst"),
    ("2026年1月2日 凌晨12时30分", "2026-01-02T00:30:00+08:00", "minute", "assumed_cst"),
    ("2026/1/2 中午12:30", "2026-01-02T12:30:00+08:00", "minute", "assumed_cst"),
    ("2026/1/1 晚上12:00", "2026-01-02T00:00:00+08:00", "minute", "assumed_cst"),
    ("2025-12-31 24:00:00", "2026-01-01T00:00:00+08:00", "second", "assumed_cst"),
    # days
    ("2026-01-02", "2026-01-02", "day", "assumed_cst"),
    ("2019-9-27", "2019-09-27", "day", "assumed_cst"),
    ("20260102", "2026-01-02", "day", "assumed_cst"),
    (20260102, "2026-01-02", "day", "assumed_cst"),
    # counts
    (1767312300, NOON, "second", "epoch"),
    ("1767312300", NOON, "second", "epoch"),
    (1767312300000, NOON, "second", "epoch"),
    (1767312300000000, NOON, "second", "epoch"),
    (46024.336805555555, NOON, "second", "assumed_cst"),
    (46024, "2026-01-02", "day", "assumed_cst"),
    ({"$date": "2026-01-02T00:05:00Z"}, NOON, "second", "explicit"),
]


@pytest.mark.parametrize(("raw", "at", "precision", "zone"), TIMES)
def test_a_time_is_read_as_written(raw, at, precision, zone):
    assert read_time(raw) == (at, precision, zone)


@pytest.mark.parametrize("raw", ["", None, "刚刚", "5分钟前", "昨天", "星期一 11:40", "01月30日", "未知", "无", "0", 0, -1, "2026-13-40", "2026-01-02 24:01", "2026-01-02 晚上12:30", "99999999999999999999", True, float("inf"), float("nan"), "1e999", "２０２６年" * 20])
def test_what_cannot_be_known_is_unknown_and_not_guessed(raw):
    assert read_time(raw).at is None


def test_a_utc_exporter_is_read_as_utc():
    assert read_time("2026-01-02 00:05:00", "assumed_utc") == (NOON, "second", "assumed_utc")


@pytest.mark.parametrize("spelling", ["MzIxNzYzODAyNw==", "MzIxNzYzODAyNw", "MP_WXS_3217638027", "MzIxNzYzODAyNw%3D%3D", "3217638027"])
def test_the_spellings_of_one_wechat_account_join(spelling):
    assert key_of_id("wechat", spelling) == "wechat:biz:3217638027"


@pytest.mark.parametrize("other", ["gh_1a2b3c4d5e6f", "some-wechat-id", "", "MMMM", "MzIx", "Monday"])
def test_other_names_do_not_convert(other):
    assert biz_number(other) is None


def test_names_join_across_width_and_invisible_marks():
    assert key_of_name("ＡＢ 财经\u200b") == key_of_name("ab财经")


@pytest.mark.parametrize("name", ["微信abc12345", "电话13800138000", "电话①③⑧ 0013 8000", "小王 V_X-1", "ＡＢＣＤＥ"])
def test_a_name_that_may_hold_a_contact_is_not_written_out(name):
    key = key_of_name(name)
    assert re.fullmatch("name#[0-9a-f]{16}", key)
    assert key == key_of_name(f" {name.lower()}\u200b")
    assert key != key_of_name(name + "一")


@pytest.mark.parametrize("name", ["链上晨报", "BTC早报", "36氪", "2024币圈12"])
def test_a_name_that_holds_no_contact_is_its_own_key(name):
    assert key_of_name(name) == "name:" + name.lower()


ADDRESSES = [
    ("http:\\/\\/mp.weixin.qq.com\\/s?__biz=MzIxNzYzODAyNw==&amp;mid=1&amp;idx=2&amp;sn=a&amp;chksm=9#wechat_redirect", "http://mp.weixin.qq.com/s?__biz=MzIxNzYzODAyNw==&mid=1&idx=2&sn=a"),
    ("https://mp.weixin.qq.com/s/p7bXW4z2IiQEVfeuZODIuw?scene=1", "https://mp.weixin.qq.com/s/p7bXW4z2IiQEVfeuZODIuw"),
    ("https://u:p@example.invalid/a?id=3&token=t&utm_source=x#f", "https://example.invalid/a?id=3"),
    ("https://www.xiaohongshu.com/explore/1?xsec_token=t", "https://www.xiaohongshu.com/explore/1"),
    ("//example.invalid/a", "https://example.invalid/a"),
    ("javascript:alert(1)", None),
    ("无", None),
    ("http://[broken", None),
    ("https://example.invalid/a?key=k&uin=u&pass_ticket=p&exportkey=e", "https://example.invalid/a"),
]


@pytest.mark.parametrize(("raw", "url"), ADDRESSES)
def test_an_address_is_canonical_and_without_credentials(raw, url):
    assert read_address(raw).url == url


HEADINGS = [("\ufeff Publish_Time（北京）", "published"), ("公众号", "account_name"), ("标 题", "title"), ("“正文”", "text"), ("Content-Url", "url"), ("微博正文", "text"), ("ＩＤ", "post_id")]


@pytest.mark.parametrize(("heading", "field"), HEADINGS)
def test_a_heading_means_its_field(heading, field):
    assert FIELD_OF[normalise_heading(heading)] == field


@pytest.mark.parametrize("heading", ["微博正文", "发布时间", "标题", "公众号名称", "链接"])
def test_a_heading_broken_by_the_wrong_encoding_is_noticed(heading):
    assert is_broken([heading.encode().decode("gb18030", "replace")])
    assert is_broken([heading.encode().decode("latin-1")])
    assert not is_broken([heading])


PLACEHOLDERS = [
    ("获取全文失败，请重试~", "fetch_failed"),
    ("该内容已被发布者删除", "deleted"),
    ("此内容因违规无法查看", "violation"),
    ("该内容暂时无法查看", "unavailable"),
    ("Content is empty.", "fetch_failed"),
    ("(File not included. Change data exporting settings to download.)", "pictures_only"),
]


@pytest.mark.parametrize(("raw", "state"), PLACEHOLDERS)
def test_a_placeholder_is_evidence_and_not_text(raw, state):
    body = read_body(raw)
    assert (body.text, body.state) == (None, state)
    assert raw in body.remarks[0]


def test_a_post_that_quotes_a_placeholder_is_a_post():
    text = "该内容已被发布者删除，这句话最近常见。" + "我们来谈谈平台规则，以及账号为什么会被处理。" * 8
    assert read_body(text).text == text


def test_a_cell_of_32767_characters_is_truncated():
    assert read_body("字" * 32_767).state == "truncated"
    assert read_body("字" * 32_766).state == "full"


def test_a_body_is_cut_at_the_limit_and_says_so():
    body = read_body("字" * 100_001)
    assert (len(body.text), body.state) == (100_000, "truncated")
    assert "100001" in body.remarks[0]


def test_characters_that_cannot_be_written_keep_their_place():
    body = read_body("甲\x00乙\ud83d丙")
    assert body.text == "甲\ufffd乙\ufffd丙"
    assert body.remarks


@pytest.mark.parametrize("head", ["COSCon'22", "COSCon&#39;22"])
def test_the_title_before_the_body_goes_even_when_escaped(head):
    assert without_title(f"{head}\n\n正文", "COSCon'22") == "正文"


@pytest.mark.parametrize(("raw", "kept"), [("4505527885177576\t", "4505527885177576"), ("'123", "123"), ('="123"', "123"), (123, "123"), (123.0, "123"), ("", None)])
def test_an_id_is_text_without_what_guards_it(raw, kept):
    assert id_of(raw) == kept


def test_a_short_weibo_id_gives_the_long_one():
    assert mid_of_bid("J2jNWlIVi") == "4505527885177576"


def test_html_becomes_lines_and_hidden_articles_are_read():
    markup = '<div id="js_content" style="visibility: hidden"><style>p{}</style><p>一<b>二</b></p><p>三<br>四</p><script>x</script></div><p>页脚</p>'
    assert text_of_html(markup) == "一二\n三\n四"


def test_javascript_escapes_are_undone():
    assert js_decoded(r"A\x26amp;B \ud83d\ude80\x0a") == "A&B 🚀\n"


def test_deep_html_does_not_break_the_reader():
    assert isinstance(text_of_html("<div>" * 100_000 + "深"), str)
