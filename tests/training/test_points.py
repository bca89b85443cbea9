"""Thresholds keep what they promise on the posts they were chosen on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.training.evaluate import account_truth, recall_at_precision
from classifier.training.points import threshold_for_precision, threshold_for_recall, wilson_upper

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
