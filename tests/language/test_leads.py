"""Contacts, addresses, codes, links and venues: what is found, what is left alone, and where. All contacts are invented."""

import time
from itertools import pairwise
from unittest import mock

import pytest
from contacts import ETH, PERSONAL, PIECES, SEGWIT
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.language.leads import chats, hints, links, payments
from classifier.language.leads.find import find_all_leads, find_all_personal, find_leads, find_personal
from classifier.language.leads.kinds import PERSONAL_KINDS, PUBLIC_KINDS
from classifier.language.leads.texts import scan

ETH_SLIP = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"


def found(text, kinds=PERSONAL_KINDS | PUBLIC_KINDS):
    return [(lead.kind, lead.value) for lead in find_leads(text) if lead.kind in kinds]


@pytest.mark.parametrize(("text", "kind", "value"), PERSONAL)
def test_a_personal_contact_is_found_as_written(text, kind, value):
    assert found(text, PERSONAL_KINDS) == [(kind, value)]


PUBLIC = [
    ("邀请码：ABC123", "referral_code", "ABC123"),
    ("邀请码 88888888 永久返佣", "referral_code", "88888888"),
    ("填写邀清码→btcvip", "referral_code", "btcvip"),
    ("推荐ID：35571234", "referral_code", "35571234"),
    ("https://accounts.binance.com/zh-CN/register?ref=ABCD1234", "referral_code", "ABCD1234"),
    ("https://accounts.binance.com/zh-CN/register?ref=ABCD1234", "referral_link", "https://accounts.binance.com/zh-CN/register?ref=ABCD1234"),
    ("www.okx.com/join/1234567。", "referral_link", "www.okx.com/join/1234567"),
    ("https://www.htx.com/invite/zh-cn/1g?invite_code=abcd1", "referral_code", "abcd1"),
    ("https://www.gate.io/signup/VVEXAMPL?ref_type=103", "referral_code", "VVEXAMPL"),
    ("https://partner.bitget.fit/bg/EXAMPL", "referral_code", "EXAMPL"),
    ("https://www.binancezh.pro/join?ref=EXAMPL", "referral_link", "https://www.binancezh.pro/join?ref=EXAMPL"),
    ("官网 https://www.okx.com", "domain", "www.okx.com"),
    ("网址 bian点com", "domain", "bian点com"),
    ("下载 https://dl.example.top/wallet.apk", "app", "https://dl.example.top/wallet.apk"),
    ("https://testflight.apple.com/join/AbCd1234", "app", "https://testflight.apple.com/join/AbCd1234"),
    ("下载最新Binance APP", "app", "Binance"),
    ("在歐易買幣", "venue", "歐易"),
    ("币安合约", "venue", "币安"),
    ("打开抹茶交易所", "venue", "抹茶"),
    ("OK交易所送U", "venue", "OK"),
    ("https://www.example.org/join?ref=LUZI88", "referral_link", "https://www.example.org/join?ref=LUZI88"),
    ("https://www.example.org/join?ref=LUZI88", "referral_code", "LUZI88"),
    ("买火币", "venue", "火币"),
]


@pytest.mark.parametrize(("text", "kind", "value"), PUBLIC)
def test_a_public_lead_is_found_as_written(text, kind, value):
    assert (kind, value) in found(text, PUBLIC_KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "微信android版更新",
        "微信小程序 iphone 用户",
        "关注微信公众号",
        "加微软雅黑字体",
        "一九三八年，三十七岁",
        "订单 20231380000123456789",
        "成绩 13 45 67 89 10 12 33 41 55 60 72",
        "commit 13812345678abcdef",
        "QQ音乐 2023 年度榜单",
        "qq.com",
        "飞机 A380 起飞",
        "坐飞机到 Shanghai",
        "飞机 boeing-747 起飞",
        "加 windows10 补丁",
        "智能助手 copilot365",
        "群里说加 order_count 字段",
        "风景真好。@photo_lover",
        "进群之前先看 @coin_desk 的文章",
        "转发 @coin_desk 的微博",
        "t.me/share",
        "联系客服 @proxy",
        "1234567890123456789",
        "吃抹茶蛋糕，喝 OK 咖啡",
        "区块链时代来了",
        "navigate bokxyz",
        "see e.g. Section 3.5",
        "https://mp.weixin.qq.com/s/abc",
        "邀请码app下载",
        "0x" + "ab" * 32,
    ],
)
def test_ordinary_text_holds_no_lead(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "address",
    [
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",
        "0xdAC17F958D2ee523a2206206994597C13D831ec7",
        "0xdac17f958d2ee523a2206206994597c13d831ec7",
        "0x000000000000000000000000000000000000dEaD",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    ],
)
def test_a_well_known_contract_or_burn_address_is_left_out(address):
    assert found("收款地址 " + address, {"btc", "eth", "tron"}) == []


@pytest.mark.parametrize(
    ("text", "kind", "checksum"),
    [
        (ETH, "eth", "valid"),
        (ETH_SLIP, "eth", "invalid"),
        (ETH.lower(), "eth", "none"),
        (SEGWIT, "btc", "valid"),
        (SEGWIT.upper(), "btc", "valid"),
        (SEGWIT[:-1] + "5", "btc", "invalid"),
        ("打币地址 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "btc", "invalid"),
        ("TRC20地址：TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", "tron", "invalid"),
        ("卡号 6222020000000000000", "bank_card", "valid"),
        ("卡号 6222020000000000001", "bank_card", "invalid"),
    ],
)
def test_a_checksum_is_said(text, kind, checksum):
    assert [(lead.kind, lead.checksum) for lead in find_leads(text) if lead.kind == kind] == [(kind, checksum)]


def test_a_full_width_address_is_checked_as_what_it_means():
    wide = "".join(chr(ord(c) + 0xFEE0) for c in ETH)
    assert [(lead.kind, lead.value, lead.checksum) for lead in find_leads(wide)] == [("eth", wide, "valid")]


def test_an_odd_code_is_no_address_without_a_word_that_says_so():
    assert found("流水 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u") == []


def test_a_code_that_is_a_phone_number_is_personal():
    assert found("邀请码 13800001234") == [("phone", "13800001234")]


def test_two_phones_side_by_side_are_two():
    assert found("13800001234 13900001234") == [("phone", "13800001234"), ("phone", "13900001234")]


def test_a_place_in_a_link_is_no_code_of_a_person():
    assert found("https://www.example.org/join?ref=nav", {"referral_link", "referral_code"}) == []
    assert found("https://github.com/join?ref=LUZI88", {"referral_link", "referral_code"}) == []


def test_a_qq_number_that_is_added_is_a_qq_number():
    assert found("领养请私信或加QQ3407008填写", PERSONAL_KINDS) == [("qq", "3407008")]


def test_a_coin_with_a_venues_name_in_it_is_no_venue():
    assert found("萤火币今天上线交易所", {"venue"}) == []


def test_the_same_venue_is_given_once():
    assert found("币安，币安，还是币安") == [("venue", "币安")]


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_text_from_start_to_end_is_the_value(text):
    leads = find_leads(text)
    for lead in leads:
        assert text[lead.start : lead.end] == lead.value
        assert lead.value
        assert lead.kind in PERSONAL_KINDS | PUBLIC_KINDS
        assert lead.checksum in {"valid", "invalid", "none"}
    personal = sorted((lead.start, lead.end) for lead in leads if lead.kind in PERSONAL_KINDS)
    assert all(end <= start for (_, end), (start, _) in pairwise(personal))


TEXTS = st.lists(st.lists(PIECES, max_size=20).map("".join), max_size=6)


@settings(deadline=None)
@given(TEXTS)
def test_many_texts_are_read_as_each_alone(texts):
    assert find_all_leads(texts) == [find_leads(text) for text in texts]
    assert find_all_personal(texts) == [find_personal(text) for text in texts]


# What each pattern begins with, spelt out, and what then makes a match.
BEGINNINGS = {
    (chats, "ADDED"): ("加 找 发给 联系 助理 助手 客服 管理员 群主", " xiaobi_01"),
    (payments, "ALIPAY"): ("支付宝 支付寳 zfb alipay", ":13800001234"),
    (chats, "TELEGRAM"): ("tg tele telegram 纸飞机 小飞机 飞机 灰机 电报 电抱 ✈ 🛩", ":coin_desk"),
    (links, "REFERRAL_CODE"): (
        "邀请码 邀清码 邀情码 邀请马 要请码 yao请码 返佣码 返拥码 推荐码 推荐人id 推荐人 邀请人 优惠码 邀请id 注册码 invitecode invitationcode referralid promocode",
        ":ab1234",
    ),
}


@pytest.mark.parametrize(("module", "name", "word"), [(*pattern, word) for pattern, (words, _) in BEGINNINGS.items() for word in words.split()])
def test_the_edge_of_a_pattern_is_where_its_matches_begin(module, name, word):
    pattern, edge = getattr(module, name), getattr(module, f"{name}_EDGE")
    text = f"。{word}{BEGINNINGS[module, name][1]}。"
    expected = [match.span() for match in pattern.finditer(text)]
    assert expected
    assert [match.span() for match in scan(pattern, edge, text)] == expected


def looked_for(texts):
    """The leads of each text, found by the finders that the quick look names: a few characters are not worth one."""
    with mock.patch.object(hints, "WORTH_A_LOOK", 0):
        return find_all_leads(texts), find_all_personal(texts)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_the_quick_look_misses_no_lead(texts):
    with mock.patch.object(hints, "WORTH_A_LOOK", 10**9):
        everything = find_all_leads(texts), find_all_personal(texts)
    assert looked_for(texts) == everything


@pytest.mark.parametrize("text", [text for text, *_ in PERSONAL + PUBLIC])
def test_the_quick_look_misses_no_lead_at_the_edge_of_a_text(text):
    assert looked_for([text])[0] == [find_leads(text)] != [[]]


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_read(text):
    assert all(text[lead.start : lead.end] == lead.value for lead in find_leads(text))


LONG = 100_000


@pytest.mark.parametrize(
    "piece", [" ", "1", "a", "1 3", "138 ", "a.", "a-", "a@", "a@a.", "微信", "加v ", "微信: ", "一", "1A", "T", "0x", "bc1q", "https://", "okx.com/", "邀请码: ", "下载", "@", "币安", "抹茶", "\n", "加a", "加a_", " @ab-", "进群 @abcde\n", "wa.me/1", "https://a.com/join?ref=A1 "]
)
def test_a_long_text_made_to_be_slow_is_read_in_time(piece):
    text = piece * (LONG // len(piece))
    find_leads("币安")  # tables are built once
    started = time.process_time()
    find_leads(text)
    # Takes about a tenth of a second; a pattern that backtracks takes minutes.
    assert time.process_time() - started < 1.0
