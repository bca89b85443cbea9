"""Every device changes how the trade's words are written, alike each time, and leaves the rest."""

import pytest

from classifier.training.disguises import DEVICES, disguise
from classifier.training.page import DEVICES as NAMES

OFFER = "加微信进群，币安注册填邀请码 ABC，USDT 交易所返佣，买比特币、代币空投、挖矿"
WALK = "周末去河边走了走，柳树已经发芽"


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_disguises_the_trade_and_nothing_else(device):
    offer, walk = disguise([OFFER, WALK], device)
    assert offer != OFFER
    assert walk == WALK or device in ("full_width", "traditional")
    assert disguise([OFFER, WALK], device) == [offer, walk]


def test_devices_differ():
    assert len({disguise([OFFER], device)[0] for device in DEVICES}) == len(DEVICES)


def test_longer_words_are_spelt_apart_whole():
    assert disguise(["数字货币交易所"], "dots") == ["数·字·货·币交·易·所"]


def test_every_device_has_a_chinese_name():
    assert set(NAMES) == set(DEVICES)
