"""Figures stand beside their counts and intervals, and the intervals are over groups."""

import numpy as np
import pandas as pd
import pytest
from standin import FROZEN

from classifier.outcome.score import score_posts
from classifier.training.accounts import mix_accounts
from classifier.training.labels import read_labels
from classifier.training.measure import covered, measure, resample, tabulate, wilson_upper


def test_posts_of_one_group_stand_or_fall_together():
    """A hundred posts of ten writers tell no more than ten when a writer's are all alike."""
    alike = np.repeat(np.arange(10) % 2, 10).astype(float)
    every = np.ones(100, dtype=bool)
    by_writer = resample(pd.Series(np.repeat(np.arange(10), 10))).interval(alike, every)
    by_post = resample(pd.Series(np.arange(100))).interval(alike, every)
    assert by_writer[1] - by_writer[0] > 2 * (by_post[1] - by_post[0])
    assert by_writer[0] < 0.5 < by_writer[1]


def test_where_nothing_differs_each_group_is_one_trial():
    resampled = resample(pd.Series(["a", "a", "b", "c"]))
    every = np.ones(4, dtype=bool)
    assert resampled.interval(np.zeros(4), every) == [0.0, wilson_upper(0, 3)]
    assert resampled.interval(np.ones(4), every) == [pytest.approx(1 - wilson_upper(0, 3)), 1.0]
    # One writer's posts: any share of them says as little of other writers'.
    low, high = resampled.interval(np.array([1.0, 0.0, 0.0, 0.0]), np.array([True, True, False, False]))
    assert low < 0.1 < 0.9 < high
    assert resampled.interval(np.zeros(4), ~every) is None


@pytest.fixture(scope="module")
def figures(model, tmp_path_factory):
    import json

    path = tmp_path_factory.mktemp("labels") / "frozen.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in FROZEN), encoding="utf-8")
    return measure(model, score_posts(model, tabulate(read_labels([path]))))


def test_borderline_posts_are_counted_and_never_judged(figures):
    assert (figures["posts"], figures["borderline"], figures["offers"] + figures["not_offers"]) == (len(FROZEN), 1, len(FROZEN) - 1)
    assert not any("borderline" in key for key in figures["by_category_or_genre"])


@pytest.mark.parametrize("part", ["by_category_or_genre", "by_length", "by_era", "by_source"])
def test_the_slices_hold_every_sure_post_once(figures, part):
    assert sum(row["n"] for row in figures[part].values()) == len(FROZEN) - 1
    assert all(row["seen"] >= row["offer"] and row["offer_interval"][0] <= row["offer"] <= row["offer_interval"][1] for row in figures[part].values())


def test_a_source_is_the_source_or_the_group(figures):
    assert {"not_offer/diary", "offer/甲", "not_offer/戊"} <= set(figures["by_source"])
    assert "not_offer/2018" in figures["by_era"]


def test_protected_speech_is_counted_by_genre(figures):
    assert figures["protected"]["by_genre"] == {"news": {"n": 13, "offer": figures["protected"]["offer"]}}
    assert figures["protected"]["offer_rate"] == figures["protected"]["offer"] / 13


def test_rates_of_nothing_are_none(model):
    rows = [{"id": "1", "title": "", "text": "周末去河边走了走", "account": "壬", "label": "not_offer", "sub": "general", "group": "壬", "marks": []}]
    figures = measure(model, score_posts(model, tabulate(rows)))
    assert (figures["offer_precision"], figures["offer_precision_interval"], figures["false_offer_rate"]) == (None, None, 0.0)
    assert "average_precision" not in figures


def test_a_quote_is_on_the_mark_by_the_characters_it_shares():
    def posts(*quotes):
        return pd.DataFrame({"marks": [[(10, 20)]] * len(quotes), "evidence": [[quote] if quote else [] for quote in quotes]})

    quotes = [{"field": field, "start": start, "end": end} for field, start, end in (("text", 10, 20), ("text", 15, 25), ("text", 0, 10), ("title", 10, 20))]
    assert covered(posts(*quotes)).tolist() == [1.0, 0.5, 0.0, 0.0]
    assert np.isnan(covered(posts(None))).all()


def test_accounts_put_together_are_flagged_more_often_the_more_of_their_posts_offer(figures):
    rows = figures["mixed_accounts"]
    assert all(row["flagged"] <= row["seen"] for row in rows)
    assert all(row["posts"] * row["share_of_offers"] == pytest.approx(round(row["posts"] * row["share_of_offers"])) for row in rows)
    by_share = {row["share_of_offers"]: row["flagged"] for row in rows if row["posts"] == 100}
    assert by_share[0.0] < by_share[0.3] <= by_share[1.0] == 1.0


def test_no_accounts_are_put_together_without_both_kinds_of_posts(model):
    posts = tabulate([])
    assert mix_accounts(posts, np.zeros(0, dtype=bool), model) == []
