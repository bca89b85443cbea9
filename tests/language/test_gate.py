"""Which posts are read, and which of their segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.language.gate import COMPANY, may_open, open_segments
from classifier.language.normalise import fold
from classifier.language.vectorise import read


def opened(texts):
    reading = read(texts)
    near = open_segments(reading.folded, reading.segments)
    return [bool(near[reading.segments.post == n].any()) for n in range(len(texts))]


@pytest.mark.parametrize("text", ["买比特币", "出U的来", "充1000U送10U", "收U高价", "笔特币行情", "链上数据", "开欧易账户", "比 特 币", "这个币要涨", "直推认筹有奖", "糖果上了交易所"])
def test_the_trade_opens_the_gate(text):
    assert opened([text]) == [True]


@pytest.mark.parametrize("text", ["人民币汇率上调", "供应链管理", "点击链接报名", "今天天气好", "钱包丢了", "带单去医院", "U盘坏了", "货币政策报告", "直推多劳多得，直推三人升级，直推有奖", "大航海里的交易所，各城的交易所都不同", "持币观望的购房者", "每天走路用趣步"])
def test_ordinary_words_do_not(text):
    assert opened([text]) == [False]


@pytest.mark.parametrize("between", [0, 1, COMPANY - 2, COMPANY - 1, COMPANY, 3 * COMPANY])
def test_words_with_other_meanings_open_only_beside_a_different_one(between):
    """钱包 alone is a purse and 节点 a point, however often; near one another they are of the trade."""
    near = between + len("钱包") <= COMPANY
    assert opened([f"钱包{'字' * between}节点"]) == [near]
    assert opened([f"钱包，钱包，钱包{'字' * between}节点，节点"]) == [near]
    assert opened(["钱包", "节点"]) == [False, False]


@pytest.mark.parametrize("text", ["静态收益高，动态收益更高，直推有奖", "带单老师，爆仓必赔", "趣步首码零撸"])
def test_words_of_pyramids_and_futures_are_no_company_for_one_another(text):
    assert opened([text, f"{text}，节点"]) == [False, True]


def test_a_word_of_the_trade_is_company_but_opens_no_distant_other():
    reading = read([f"比特币今天没有变化。钱包在这里。{'今天天气好。' * 100}那边的钱包丢了。"])
    near = open_segments(reading.folded, reading.segments)
    assert near[0]
    assert not near[-1]


def test_each_text_is_asked_for_itself():
    assert opened(["今天", "比特币", ""]) == [False, True, False]


@given(st.lists(st.text(alphabet="币比特笔bi火幣u出收1k币圈圏b链供应链 ·薇信裙❤，。", max_size=12), min_size=1, max_size=4))
def test_the_quick_look_never_misses_what_opens(texts):
    quick = may_open(fold(texts)).tolist()
    assert all(q or not o for q, o in zip(quick, opened(texts), strict=True))


def test_only_the_neighbourhood_of_the_trade_is_read():
    reading = read(["".join(f"这是第{n}段普普通通的话，说的是天气、早饭、公交车和孩子上学的事情，没有别的什么内容可以说，今天就到这里为止吧朋友们再见了。" for n in range(12)) + "这里有人卖比特币。"])
    near = open_segments(reading.folded, reading.segments)
    assert near.tolist() == [False] * (len(near) - 2) + [True, True]
