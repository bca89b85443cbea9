"""What is done the short way gives what the long way gives, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.language.gate import open_segments
from classifier.language.leads.find import find_leads, find_personal
from classifier.language.leads.kinds import PERSONAL_KINDS
from classifier.language.normalise import LOOK_ALIKES, TABLE_END, fold, folding_table, negative_letters, pick, plain_character
from classifier.language.vectorise import read
from classifier.model.judge import find_features, judge
from classifier.outcome import score
from classifier.outcome.leads import gather_leads, mask_post, mask_posts
from classifier.outcome.score import score_posts, score_texts

PIECES = st.sampled_from(["比特币", "微 信", "U·S·D·T", "①②③", "\u200b", "❤", "。", "，", "\n", "今天天气好", "abc_123", " ", "🐧", "钱包", "加V：abc_12345", "\U0003134f"])
TEXTS = st.lists(st.lists(PIECES, max_size=30).map("".join), min_size=1, max_size=8)


def test_the_folding_table_says_what_each_character_stands_for():
    table = folding_table()
    negative = negative_letters()
    for code in (*range(0x3400), *range(0xA000, 0xD800), *range(0xE000, TABLE_END)):
        plain = plain_character(chr(code))
        # Han characters are simplified once more, white-on-black letters are listed apart.
        if code not in negative and chr(code) not in LOOK_ALIKES and not (plain and 0x3400 <= ord(plain) < 0xA000):
            assert table[code] == ord(plain or "\0"), hex(code)


@settings(deadline=None)
@given(TEXTS, st.data())
def test_picked_texts_are_as_if_folded_alone(texts, data):
    numbers = data.draw(st.sets(st.integers(0, len(texts) - 1)).map(sorted))
    for picked, alone in zip(pick(fold(texts), np.array(numbers, dtype=np.int64)), fold([texts[n] for n in numbers]), strict=True):
        assert picked.tolist() == alone.tolist()


@settings(deadline=None)
@given(TEXTS)
def test_features_near_a_word_of_the_trade_are_those_of_the_whole_reading(model, texts):
    whole = read(texts)
    near = open_segments(whole.folded, whole.segments)
    every = model.vocabulary.occurrences(whole, np.ones(len(near), dtype=np.bool_))
    kept = near[every.segment]
    for part, long_way in zip(find_features(model.vocabulary, texts)[1], every, strict=True):
        assert part.tolist() == long_way[kept].tolist()


@settings(deadline=None)
@given(TEXTS)
def test_leaving_words_out_changes_no_score(model, texts):
    assert judge(model, texts, every_word=False).log_odds.tolist() == judge(model, texts).log_odds.tolist()


@settings(deadline=None)
@given(TEXTS)
def test_a_text_is_opened_if_it_passes_the_gate(model, texts):
    whole = read(texts)
    passed = np.unique(whole.segments.post[open_segments(whole.folded, whole.segments)])
    assert judge(model, texts).opened.tolist() == passed.tolist()


@settings(deadline=None)
@given(TEXTS)
def test_personal_leads_alone_are_those_among_all(texts):
    for text in texts:
        assert set(find_personal(text)) == {lead for lead in find_leads(text) if lead.kind in PERSONAL_KINDS}


@pytest.mark.parametrize("text", ["新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_12345 进群跟单", "今天天气好", ""])
def test_one_post_is_scored_and_masked_as_in_a_table(model, text):
    import pandas as pd

    post = {"account_name": "加微信abc_12345", "title": "标题", "url": None, "notes": None, "text": text}
    [row] = mask_posts(score_posts(model, pd.DataFrame([post], dtype=object))).to_dict("records")
    scores = score_texts(model, [post["title"]], [text])
    assert mask_post(post | {name: column[0] for name, column in scores._asdict().items()}) == row


def test_posts_judged_and_masked_in_pieces_are_as_if_together(model, few_rows, monkeypatch):
    import pandas as pd

    posts = pd.DataFrame([{"account_name": "号", "title": row["title"], "url": None, "notes": None, "text": row["text"]} for row in few_rows], dtype=object)
    whole = score_posts(model, posts)
    leads, masked = gather_leads(whole, reveal=False), mask_posts(whole)
    monkeypatch.setattr(score, "PART", 700)
    pieces = score_posts(model, posts)
    pd.testing.assert_frame_equal(pieces, whole)
    pd.testing.assert_frame_equal(gather_leads(pieces, reveal=False), leads)
    pd.testing.assert_frame_equal(mask_posts(pieces), masked)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 12))
def test_parts_hold_every_item_in_order_and_are_even(lengths, full):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score, "PART", full)
        parts = list(score.in_parts(lengths, lambda length: length))
    assert [length for part in parts for length in part] == lengths
    assert all(parts)
    # Before its last item a part is never half as large again as it should be, and there are no more parts than needed.
    assert all(sum(part[:-1]) < 1.5 * full for part in parts)
    assert sum(map(any, parts)) <= max(1, round(sum(lengths) / full))
