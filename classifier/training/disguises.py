"""
Disguise posts as their authors would, one device at a time: what a filter of plain words would no longer see.

A device is a function of a text and a source of chance that gives the text disguised. Each changes only how the trade's words are
written, so that a person still reads the same. The spellings are our own: none is taken from the lists that undo disguises.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Device = Callable[[str, random.Random], str]

# Longer words first: what is spelt apart is not found again.
WORDS = ("数字货币", "虚拟货币", "邀请码", "比特币", "以太坊", "交易所", "币安", "欧易", "火币", "代币", "空投", "挖矿", "矿机", "算力", "合约", "质押", "返佣", "私募", "钱包", "带单", "跟单", "搬砖", "承兑", "注册", "微信", "USDT", "BTC", "ETH", "OKX")
SOUNDS_ALIKE = {"比特币": "逼特币", "以太坊": "姨太坊", "币安": "必安", "欧易": "欧意", "代币": "代必", "合约": "河约", "返佣": "反佣", "空投": "空头", "挖矿": "挖框", "注册": "主册", "微信": "威信", "群": "裙", "加": "佳"}
IN_LETTERS = {"比特币": "bi特币", "交易所": "交yi所", "币安": "bi安", "欧易": "ou易", "代币": "代bi", "合约": "heyue", "返佣": "fan佣", "空投": "kong投", "挖矿": "wa矿", "邀请码": "yao请码", "微信": "vx"}
IN_PICTURES = {"微信": "💬", "电报": "✈️", "加": "➕", "群": "👥", "钱": "💰", "火币": "🔥币", "比特币": "₿", "上车": "上🚗", "一": "1️⃣", "二": "2️⃣"}
TRADITIONAL = str.maketrans("币货数码虚拟请区块链网际矿质权资产户号转汇换费红发买卖单亿万", "幣貨數碼虛擬請區塊鏈網際礦質權資產戶號轉匯換費紅發買賣單億萬")
CIRCLED = str.maketrans({chr(first + n): chr(circle + n) for first, circle in ((ord("A"), 0x24B6), (ord("a"), 0x24D0)) for n in range(26)})
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(ord("!"), ord("~") + 1)})


def between(mark: str) -> Device:
    """Return the device that puts *mark* between the characters of the trade's words."""
    return lambda text, _chance: exchange(text, {word: mark.join(word) for word in WORDS})


def exchange(text: str, spellings: dict[str, str]) -> str:
    """Return *text* with each word of *spellings* written the other way."""
    for word, other in spellings.items():
        text = text.replace(word, other)
    return text


def mix(text: str, chance: random.Random) -> str:
    """Return *text* with about half of the words disguised, each in its own way: people are not consistent."""
    by_sound = {word: other for word, other in SOUNDS_ALIKE.items() if chance.random() < 0.5}
    apart = {word: chance.choice("·-_*|~ ").join(word) for word in WORDS if chance.random() < 0.5}
    return exchange(exchange(text, by_sound), apart)


DEVICES: dict[str, Device] = {
    "spaces": between(" "),
    "dots": between("·"),
    "hearts": between("❤"),
    "zero_width": between("\u200b"),
    "full_width": lambda text, _chance: text.translate(WIDE),
    "circled": lambda text, _chance: text.translate(CIRCLED),
    "traditional": lambda text, _chance: text.translate(TRADITIONAL),
    "homophones": lambda text, _chance: exchange(text, SOUNDS_ALIKE),
    "pinyin": lambda text, _chance: exchange(text, IN_LETTERS),
    "emoji": lambda text, _chance: exchange(text, IN_PICTURES),
    "mixed": mix,
}


def disguise(texts: list[str], device: str) -> list[str]:
    """Return *texts* disguised by the *device* of this name, in order; the same texts are disguised alike."""
    chance = random.Random(device)  # noqa: S311 (no secret: only to be different and to repeat)
    return [DEVICES[device](text, chance) for text in texts]
