"""Thresholds keep what they promise on the posts they were chosen on, and the promise is made on others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.model.bundle import load_model, rounded, save_model
from classifier.model.judge import probability
from classifier.model.points import POINTS, STEPS
from classifier.outcome.accounts import account_scores
from classifier.training.accounts import account_truth
from classifier.training.measure import recall_at_precision, wilson_upper
from classifier.training.points import (
    TARGETS,
    Target,
    choose_points,
    describe_points,
    judge_apart,
    label_accounts,
    learn_accounts,
    promise,
    threshold_for_precision,
    threshold_for_reading,
    threshold_for_recall,
)

CHANCES = st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99])), min_size=2, max_size=60)


@given(CHANCES, st.sampled_from([0.5, 0.9, 0.97, 1.0]))
def test_from_the_threshold_on_the_precision_holds(posts, precision):
    truth, chances = (np.array(part) for part in zip(*posts, strict=True))
    threshold = threshold_for_precision(truth, chances, precision)
    chosen = chances >= threshold
    assert threshold == 1.0 or truth[chosen].mean() >= precision


@given(CHANCES, st.sampled_from([0.5, 0.9, 1.0]))
def test_the_threshold_shows_the_recall(posts, recall):
    truth, chances = (np.array(part) for part in zip(*posts, strict=True))
    if truth.any():
        assert (chances[truth] >= threshold_for_recall(truth, chances, recall)).mean() >= recall


@given(CHANCES, st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_no_more_is_read_than_may_be_and_no_less(posts, share):
    chances = np.array([chance for _, chance in posts])
    threshold = threshold_for_reading(chances, share)
    assert (chances >= threshold).mean() <= share
    # The next lower score would be too many.
    below = chances[chances < threshold]
    assert not len(below) or (chances >= below.max()).mean() > share


@pytest.fixture(scope="module")
def guesses(few_rows):
    """Log-odds as a fair model would hold posts out: right on the whole, wrong now and then."""
    truth = np.array([row["label"] == "offer" for row in few_rows])
    return np.random.default_rng(1).normal(np.where(truth, 2.0, -2.0), 1.5)


def test_points_fall_from_careful_to_wide(model, few_rows, guesses):
    chosen = choose_points(model, few_rows, guesses)
    assert tuple(chosen.points) == POINTS
    for wider, narrower in zip(list(chosen.points.values())[1:], chosen.points.values(), strict=False):
        assert all(low <= high for low, high in zip(wider, narrower, strict=True))
        assert wider.review_from < narrower.review_from
    for point in chosen.points.values():
        assert point.review_from <= point.offer_from
        assert point.look_from <= point.flag_from


def test_a_step_says_the_more_of_an_account_the_likelier_its_posts_are_offers(model, few_rows, guesses):
    learned = learn_accounts(model, few_rows, guesses)
    even = STEPS.index(0.0)
    assert (np.diff(learned.step_ratios) >= 0).all()
    assert learned.step_ratios[1 : even + 1].max() < 0 < learned.step_ratios[even + 2 :].min()
    assert learned.account_slope > 0


def test_a_threshold_of_accounts_is_not_the_score_of_any(model, few_rows, guesses, tmp_path):
    """Many accounts have the same score: on a threshold, its last digit would decide for all of them."""
    chosen = choose_points(model, few_rows, guesses)
    save_model(rounded(chosen), tmp_path / "chosen", golden=[], card="", about={})
    loaded = load_model(str(tmp_path / "chosen"))
    scores = account_scores(loaded, label_accounts(few_rows, probability(guesses), loaded).tally)
    for point in chosen.points.values():
        assert np.abs(scores - point.flag_from).min() > 1e-7
        assert np.abs(scores - point.look_from).min() > 1e-7


def test_no_point_has_more_to_read_than_its_target(model, few_rows, guesses):
    chosen = choose_points(model, few_rows, guesses)
    honest = 1 / (1 + np.exp(-guesses[[row["label"] != "offer" for row in few_rows]]))
    for name, point in chosen.points.items():
        assert (honest >= point.review_from).mean() <= TARGETS[name].most_read


def test_the_promise_is_what_follows_from_the_rates():
    offers = np.repeat([True, False], (10, 1000))
    flagged = np.concatenate((np.repeat([True, False], (6, 4)), np.repeat([True, False], (2, 998))))
    seen = np.concatenate((np.repeat([True, False], (8, 2)), np.repeat([True, False], (50, 950))))
    at = {row["share_of_offers"]: row for row in promise(offers, flagged, seen)}
    assert list(at) == [0.01, 0.05, 0.20]
    # Of 100 posts one is an offer: 0.6 found, and 99 times 2 of 1000 found wrongly.
    assert at[0.01]["precision"] == pytest.approx(0.6 / (0.6 + 99 * 0.002))
    assert at[0.01]["precision_low"] == pytest.approx(0.6 / (0.6 + 99 * wilson_upper(2, 1000)))
    assert (at[0.05]["recall"], at[0.05]["shown"]) == (0.6, 0.8)
    assert at[0.20]["posts_to_read"] == pytest.approx(0.2 * 0.8 + 0.8 * 0.05)


def test_a_post_is_judged_by_thresholds_its_group_did_not_choose():
    """The highest of all is a post that offers nothing: thresholds chosen on it would spare it."""
    offers = np.array([True, False] * 10)
    held_out = np.array([3.0, -3.0] * 10)
    held_out[1] = 9.0
    groups = np.repeat(np.arange(5), 4)
    flagged, seen = judge_apart(offers, held_out, np.ones(20, dtype=bool), groups, Target(1.0, 1.0, 1.0, 1.0, 1.0))
    assert flagged[1]
    assert seen[1]


def test_points_say_what_they_were_measured_on(model, few_rows, guesses):
    described = describe_points(choose_points(model, few_rows, guesses), few_rows, guesses)
    for name in POINTS:
        on = described[name]["measured_on"]
        assert on["offers"] + on["not_offers"] == len(few_rows)
        assert on["groups"] == len({row["group"] for row in few_rows})
        assert described[name]["target"] == TARGETS[name]._asdict()
        assert all(row["precision_low"] < row["precision"] for row in described[name]["promise"])


def test_recall_at_precision_is_zero_where_it_is_never_reached():
    assert recall_at_precision(np.array([False, True]), np.array([0.9, 0.1]), 0.95) == 0.0
    assert recall_at_precision(np.array([False, True]), np.array([0.1, 0.9]), 0.95) == 1.0


def test_the_upper_end_of_a_share_is_wilsons():
    # Newcombe 1998, table I: 81 of 263, 95 %, upper end 0.3662.
    assert wilson_upper(81, 263) == pytest.approx(0.3662, abs=1e-4)
    assert wilson_upper(0, 0) == 1.0


@pytest.mark.parametrize(
    ("labels", "truth"),
    [([True, True, False], True), ([False] * 9, False), ([True], True), ([True] + [False] * 9, None), ([True, False, False], True)],
)
def test_accounts_are_labelled_as_the_guide_says(labels, truth):
    assert account_truth(labels) is truth
