"""Quotes are cut from what is read, and learned from what writers mark."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.model.evidence import LONGEST_QUOTE, QUOTES
from classifier.model.judge import judge
from classifier.model.marks import ENOUGH, cut_stretches, likelihood
from classifier.outcome.score import score_texts
from classifier.training.labels import full_text, read_labels
from classifier.training.marks import LEAST_MARKED, fit_marks, share_marked

PIECES = ["比特币", "点此注册币安，", "填邀请码 QX88 返佣", "微信 abc_12345", "今天天气很好。", "\n", "钱包", "U·S·D·T", "𠮷", "\u200b", "1000", " ", "keep walking", "❤"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def stretches_of(model, titles, texts):
    judged = judge(model, [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)], every_word=False)
    own_titles, own_texts = ([column[n] for n in judged.opened.tolist()] for column in (titles, texts))
    return judged, cut_stretches(judged, np.arange(len(own_texts)), own_titles, own_texts), own_titles, own_texts


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_stretches_stand_in_order_apart_and_on_one_side_of_the_titles_end(model, posts):
    titles, texts = [title.replace("\n", " ") for title, _ in posts], [text for _, text in posts]
    judged, stretches, own_titles, own_texts = stretches_of(model, titles, texts)
    for post, start, end in zip(stretches.post, stretches.start, stretches.end, strict=True):
        whole = f"{own_titles[post]}\n{own_texts[post]}"
        assert 0 <= start < end <= len(whole)
        assert "\n" not in whole[start:end]
    same = stretches.post[1:] == stretches.post[:-1]
    assert (np.diff(stretches.post) >= 0).all()
    assert (stretches.end[:-1] <= stretches.start[1:])[same].all()
    assert ((likelihood(judged, model, stretches, own_titles, own_texts) > 0).all())


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4))
def test_quotes_do_not_depend_on_the_posts_beside(model, posts):
    titles, texts = ([post[n] for post in posts] for n in (0, 1))
    together = score_texts(model, titles, texts).evidence
    assert together == [score_texts(model, [title], [text]).evidence[0] for title, text in posts]
    for title, text, quotes in zip(titles, texts, together, strict=True):
        assert len(quotes) <= QUOTES
        assert [quote["weight"] for quote in quotes] == sorted((quote["weight"] for quote in quotes), reverse=True)
        for quote in quotes:
            assert (title if quote["field"] == "title" else text)[quote["start"] : quote["end"]] == quote["quote"]
            assert 0 < len(quote["quote"]) <= LONGEST_QUOTE


def test_a_long_line_without_punctuation_is_cut_at_words(model):
    _, stretches, _, _ = stretches_of(model, [""], ["比特币今天注册就送矿机" * 12])
    assert len(stretches.post) > 3
    assert (stretches.end - stretches.start).max() < 2 * ENOUGH


def test_a_quote_of_one_line_is_the_part_that_hands_over_an_entrance(model):
    text = "今天讲交易所怎么选。现在新用户扫码注册币安，填邀请码 QX88 返佣四成，加微信 abc_12345 进带单群领合约福利。以太坊网络升级也在推进，开发者会议讨论了时间表。"
    [quotes] = score_texts(model, [""], [text]).evidence
    offer = text.index("现在"), text.index("以太坊")
    assert offer[0] <= quotes[0]["start"]
    assert quotes[0]["end"] <= offer[1]


def test_shares_are_of_the_stretch(write_jsonl, model):
    text = "比特币行情平稳。新用户注册币安返佣。"
    [row] = read_labels([write_jsonl([{"id": "a", "title": "行情", "text": text, "label": "offer", "category": "exchange", "marks": [[8, 14]]}])])
    _, stretches, _, _ = stretches_of(model, [row["title"]], [row["text"]])
    shares = share_marked(stretches, [row])
    assert {full_text(row)[a:b]: round(share, 2) for a, b, share in zip(stretches.start, stretches.end, shares, strict=True)} == pytest.approx(
        {"行情": 0.0, "比特币行情平稳": 0.0, "新用户注册币安返佣": 0.67}
    )


def test_without_enough_marks_quotes_are_what_pushes_most(model, few_rows):
    few = [row for row in few_rows if row["marks"]][: LEAST_MARKED - 1]
    weights, places = fit_marks(model, few)
    assert np.array_equal(weights, model.weights.mean(axis=1))
    assert not places.any()


def test_marks_are_learned(model, few_rows):
    weights, places = fit_marks(model, few_rows)
    assert len(weights) == len(model.vocabulary)
    assert np.isfinite(weights).all()
    assert weights.any()
    assert places.any()
