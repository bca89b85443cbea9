"""Disguises undone, offsets kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.language.normalise import fold, undisguise


def plain(text):
    folded = undisguise(fold([text]))
    return folded.text()[: int(folded.starts[1]) - 1]


# (as written, as meant)
FORMS = [
    # One character stands for another.
    ("ＵＳＤＴ", "usdt"),
    ("ⓊⓈⒹⓉ", "usdt"),
    ("🅄🅂🄳🅃", "usdt"),
    ("🅤🅢🅓🅣", "usdt"),
    ("🆄🆂🅳🆃", "usdt"),
    ("𝐔𝐒𝐃𝐓", "usdt"),
    ("ᴜsᴅᴛ", "usdt"),
    ("USDТ", "usdt"),
    ("ВТС", "btc"),
    ("ΒΤC", "btc"),
    ("⽐特币", "比特币"),
    ("币圏", "币圈"),
    ("収U", "收u"),
    ("比特幣", "比特币"),
    ("虛擬貨幣", "虚拟货币"),
    # Something stands between.
    ("U S D T", "usdt"),
    ("U.S.D.T", "usdt"),
    ("U\u200bS\u200bD\u200bT", "usdt"),
    ("比 特 币", "比特币"),
    ("比·特·币", "比特币"),
    ("比*特/币", "比特币"),
    ("比❤特❤币", "比特币"),
    ("1️⃣3️⃣8️⃣", "138"),
    ("㈠㈢㈧", "一三八"),
    # The word itself is another one.
    ("薇信", "微信"),
    ("笔特币", "比特币"),
    ("bi特币", "比特币"),
    ("U5DT", "usdt"),
]


@pytest.mark.parametrize(("written", "meant"), FORMS)
def test_a_disguise_is_undone(written, meant):
    assert plain(written) == meant
    assert plain(f"请看{written}吧") == f"请看{meant}吧"


@pytest.mark.parametrize(
    "text",
    [
        "权威信息由人民银行发布。",
        "第一,早餐;第二,午餐。",
        "他说:多头与空头都在等。",
        "the quick brown fox",
        "2024年5月1日,气温25.5度",
    ],
)
def test_ordinary_text_keeps_its_words(text):
    assert plain(text).replace(" ", "") == text.replace(" ", "").replace("25.5", "25.5")


DISGUISED = st.text(alphabet="比特币usdtＵＳ薇信裙群幣加❤·. \u200b\ufe0f⃣1①➕\n，。", max_size=40)


@given(st.lists(DISGUISED, min_size=1, max_size=4))
def test_every_character_leads_back_into_its_own_text(texts):
    folded = undisguise(fold(texts))
    begins = [0]
    for text in texts:
        begins.append(begins[-1] + len(text) + 1)
    assert len(folded.starts) == len(texts) + 1
    for n in range(len(texts)):
        own = folded.source[folded.starts[n] : folded.starts[n + 1]]
        assert ((own >= begins[n]) & (own < begins[n + 1])).all()
        assert (own[1:] >= own[:-1]).all()


@given(DISGUISED)
def test_folding_twice_changes_nothing_more(text):
    once = fold([text]).text()[:-1]
    assert fold([once]).text()[:-1] == once
