"""Which posts are read at all."""

import pytest

from classifier.language.gate import opens
from classifier.language.normalise import fold


@pytest.mark.parametrize("text", ["买比特币", "出U的来", "1000U起", "收U高价", "笔特币行情", "链上数据", "开欧易账户", "比 特 币", "这个币要涨"])
def test_the_trade_opens_the_gate(text):
    assert opens(fold([text]))[0]


@pytest.mark.parametrize("text", ["人民币汇率上调", "供应链管理", "点击链接报名", "今天天气好", "U盘坏了", "货币政策报告"])
def test_ordinary_words_do_not(text):
    assert not opens(fold([text]))[0]


def test_each_text_is_asked_for_itself():
    assert opens(fold(["今天", "比特币", ""])).tolist() == [False, True, False]
