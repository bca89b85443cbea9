"""Where to look: which texts may hold leads of which kinds, seen by a look at neighbouring characters."""

from __future__ import annotations

import functools
import operator
from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.language.leads.spelling import DIGITS, LOOKS_LIKE_DIGIT
from classifier.language.leads.texts import Batch

# Most texts hold few leads. What a finder looks for cannot be without two neighbours, the first of one set of characters and the
# second of another: one look-up a character tells which finders a text is given to. An empty second set is any character.
ALIPAY_HINT, EMAIL_HINT, TELEGRAM_HINT, WECHAT_HINT, ADDED_HINT, QQ_HINT, CARD_HINT, PHONE_HINT, WHATSAPP_HINT = (1 << n for n in range(9))
ADDRESS_HINT, LINK_HINT, APP_HINT, CODE_HINT = (1 << n for n in range(9, 13))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEIGHBOURS = (
    (ALIPAY_HINT, "支za", "付fl"),
    (EMAIL_HINT | TELEGRAM_HINT, "@", _LETTERS + "0123456789 "),
    (EMAIL_HINT, "#([", "qg1ohpa"),
    (TELEGRAM_HINT | WHATSAPP_HINT, "eg", "/:"),
    (TELEGRAM_HINT, ".", "m"),
    (TELEGRAM_HINT, "t", "ge"),
    (TELEGRAM_HINT, "飞灰电", "机报抱"),
    (TELEGRAM_HINT | WECHAT_HINT | QQ_HINT, "✈🛩🛰💚🐧", ""),
    (WECHAT_HINT, "微薇葳溦嶶威唯维徽v", "信芯心❤💗💓欣新讯亻"),
    (WECHAT_HINT, "w", "ex"),
    (WECHAT_HINT, "v", "x :="),
    (WECHAT_HINT, "绿卫", "泡星"),
    (WECHAT_HINT, "加+十✚", " v微薇威葳w"),
    (ADDED_HINT, "加找", _LETTERS + "好 :"),
    (ADDED_HINT, "发联助客管群", "给系理手服主"),
    (QQ_HINT, "q+", "q :=+"),
    (QQ_HINT, "扣抠叩蔻球企", "扣抠叩蔻球鹅"),
    (QQ_HINT, "加", "q "),
    (QQ_HINT, "群裙", "号:="),
    (QQ_HINT, "君", "羊"),
    (WHATSAPP_HINT, "w", "hs"),
    (LINK_HINT, ".。点·丶", _LETTERS),
    (APP_HINT, "下安打注登", "载装开册录陆"),
    (CODE_HINT, "邀要返推优注", "请清情佣拥荐惠册"),
    (CODE_HINT, "y", "a"),
    # One pair inside invite, referral and promo each.
    (CODE_HINT, "n", "v"),
    (CODE_HINT, "r", "r"),
    (CODE_HINT, "m", "o"),
)
# Likewise so many characters of a class in so long a stretch: the digits of a phone, those of one written with letters for
# some of them, the digits of a card, the letters and digits of an address.
DENSE = ((PHONE_HINT, 11, 31), (PHONE_HINT, 11, 11), (CARD_HINT, 16, 35), (ADDRESS_HINT, 14, 14))

# A name or a single post is given to every finder: looking which ones takes as long.
WORTH_A_LOOK = 1500
EVERY_HINT = -1


@cache
def _neighbour_table() -> npt.NDArray[np.uint64]:
    """Return for each code the rows of NEIGHBOURS it may begin, a bit each in the low half, and those it may end, in the high half."""
    any_end = sum(1 << 32 + n for n, (_, _, ends) in enumerate(NEIGHBOURS) if not ends)
    table = [any_end] * (max(ord(c) for _, begins, ends in NEIGHBOURS for c in begins + ends) + 2)
    for n, (_, begins, ends) in enumerate(NEIGHBOURS):
        for character in begins:
            table[ord(character)] |= 1 << n
        for character in ends:
            table[ord(character)] |= 1 << 32 + n
    return np.array(table, dtype="<u8")


@cache
def _class_table() -> npt.NDArray[np.uint8]:
    """Return for each code the rows of DENSE that count it, a bit each. The last entry is for all that come after."""
    table = np.zeros(0xA001, dtype=np.uint8)
    table[[ord(c) for c in "".join(DIGITS)]] = 1 | 2
    table[[ord(c) for c in LOOKS_LIKE_DIGIT]] = 2
    # Other scripts have digits of their own, which a pattern takes for one; Han and its neighbours have none.
    table[0x660:0x2E80] |= 4
    table[0xA000] |= 4
    table[[ord(c) for c in "0123456789"]] = 1 | 2 | 4 | 8
    table[[ord(c) for c in _LETTERS]] |= 8
    return table


@cache
def _hint_of(rows: int) -> int:
    """Return the hints of these *rows* of NEIGHBOURS, a bit each."""
    return functools.reduce(operator.or_, (hint for n, (hint, _, _) in enumerate(NEIGHBOURS) if rows >> n & 1), 0)


def hints_of(batch: Batch) -> list[int]:
    """Return for each text which finders may find something in it, a bit each; those not named find nothing."""
    if len(batch.codes) < WORTH_A_LOOK:
        return [EVERY_HINT] * (len(batch.starts) - 1)
    halves = _neighbour_table().take(batch.codes, mode="clip").view("<u4")
    both = halves[:-2:2] & halves[3::2]
    places = np.flatnonzero(both != 0)
    held = np.zeros(len(batch.starts) - 1, dtype=np.uint32)
    text = np.searchsorted(batch.starts, places, side="right") - 1
    first = np.flatnonzero(np.diff(text, prepend=-1))
    held[text[first]] = np.bitwise_or.reduceat(both[places], first) if len(first) else 0
    hints = np.array(list(map(_hint_of, held.tolist())), dtype=np.int64)
    kinds = _class_table().take(batch.codes, mode="clip")
    for n, (hint, least, length) in enumerate(DENSE):
        places = np.flatnonzero(kinds & (1 << n))
        firsts, lasts = places[: max(0, len(places) - least + 1)], places[least - 1 :]
        close = np.flatnonzero(lasts - firsts < length)
        text = np.searchsorted(batch.starts, firsts[close], side="right") - 1
        hints[text[lasts[close] < batch.starts[text + 1]]] |= hint
    found: list[int] = hints.tolist()
    return found
