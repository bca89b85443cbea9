"""A score is a sum that can be shared out; what did not pass the gate has the floor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.model.judge import constants, cut_passages, judge, margin, probability, pushes, shares, strongest_passage
from classifier.outcome.explain import explain

OFFER = "新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_12345 进群跟单"
NEWS = "据新华社报道，中国人民银行等部门发布公告，禁止代币发行融资活动。"


def test_an_explanation_adds_up_to_the_log_odds(model):
    for text in (OFFER, NEWS, OFFER * 30, "今天天气好"):
        reason = explain(model, text, title="标题：比特币")
        assert reason["log_odds"] == pytest.approx(reason["constant"] + sum(word["push"] for word in reason["words"]), abs=1e-9)


def test_a_passage_pushes_as_its_words_do(model):
    reason = explain(model, f"{NEWS}\n{OFFER}\n比特币今天涨了。{NEWS}", title="标题：比特币")
    assert reason["passages"]
    for passage in reason["passages"]:
        inside = [word["push"] for word in reason["words"] if word["field"] == passage["field"] and passage["start"] <= word["start"] < passage["end"]]
        assert inside
        assert passage["push"] == pytest.approx(sum(inside))


def test_words_of_an_explanation_stand_where_it_says(model):
    for title, text in (("买币", OFFER), ("", "薇信：abc_def99 出 U，1000U起"), ("标题", "ＵＳＤＴ換成人民币")):
        for word in explain(model, text, title=title)["words"]:
            whole = title if word["field"] == "title" else text
            assert whole[word["start"] : word["end"]] == word["word"] != ""


def test_a_batch_scores_as_its_texts_alone(model):
    texts = [OFFER, NEWS, "", "今天天气好", OFFER * 20, "出U"]
    together = judge(model, texts).log_odds
    alone = [float(judge(model, [text]).log_odds[0]) for text in texts]
    assert together == pytest.approx(alone, abs=1e-12)


def test_what_does_not_pass_the_gate_has_the_floor(model):
    judged = judge(model, ["今天天气好", OFFER])
    assert judged.log_odds[0] == model.floor
    assert judged.opened.tolist() == [1]
    assert explain(model, "今天天气好")["words"] == []


def test_an_offer_scores_above_the_news(model):
    offer, news = probability(judge(model, [OFFER, NEWS]).log_odds)
    assert offer > 0.5 > news


def test_swapping_handles_and_codes_moves_no_score(model):
    other = OFFER.replace("QX88", "ZZ07").replace("abc_12345", "wanger-66y")
    assert judge(model, [other]).log_odds[0] == judge(model, [OFFER]).log_odds[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="币u比特加微信。， \n\u200bＵ群q1a-_❤", max_size=60), min_size=1, max_size=5))
def test_pushes_add_up_for_any_batch(model, texts):
    judged = judge(model, texts)
    everyone = np.arange(len(judged.opened))
    sums = np.bincount(judged.features.reading.stream_post, weights=pushes(judged, model, everyone), minlength=len(everyone))
    assert sums[judged.passed] + constants(judged, model, everyone)[judged.passed] == pytest.approx(judged.log_odds[judged.opened][judged.passed], abs=1e-9)


def test_passages_are_neighbours_among_what_is_read():
    post = np.array([0] * 7 + [1] + [2] * 3)
    near = np.array([1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1], dtype=bool)
    passages, segments, rows = cut_passages(post, near, 3)
    assert list(zip(*(part.tolist() for part in passages), strict=True)) == [(0, 0, 4), (0, 1, 5), (1, 7, 7), (2, 9, 10)]
    assert [segments[rows == n].tolist() for n in range(4)] == [[0, 1, 3, 4], [1, 3, 4, 5], [7], [9, 10]]


@given(st.lists(st.lists(st.floats(-30, 30), min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_margin_is_what_is_left_against_all_rivals_together(log_odds):
    against_each = np.array(log_odds)
    odds_of_rivals = np.exp(-against_each)
    assert margin(against_each) == pytest.approx(-np.log(odds_of_rivals.sum(axis=1)))
    assert shares(against_each) == pytest.approx(odds_of_rivals / odds_of_rivals.sum(axis=1, keepdims=True))
    assert (margin(against_each) <= against_each.min(axis=1)).all()


def test_one_rival_is_all_there_is():
    """A model from before there were rivals scores as it did."""
    against_one = np.array([[-2.0], [0.1], [3.0]])
    assert margin(against_one).tolist() == [-2.0, 0.1, 3.0]
    assert shares(against_one).tolist() == [[1.0]] * 3


def test_an_explanation_names_the_nearest_innocent_kind_first(model):
    rivals = explain(model, f"{NEWS}比特币报价今日上涨，据媒体报道。")["rivals"]
    assert set(rivals) == set(model.rivals)
    assert sum(rivals.values()) == pytest.approx(1)
    assert list(rivals.values()) == sorted(rivals.values(), reverse=True)


def test_the_first_of_equal_passages_is_the_strongest():
    assert strongest_passage(np.array([1.0, 2.0, 2.0, 0.5]), np.array([0, 0, 0, 1]), 2).tolist() == [1, 3]
