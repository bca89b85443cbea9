"""Learn where offers are made from what our writers marked in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.model.bundle import PLACES, Model, no_second_look
from classifier.model.judge import judge
from classifier.model.marks import Stretches, cut_stretches, describe_stretches, look_around, scale
from classifier.training.labels import Row, full_text, number_groups

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

# Of the first look, and of the second, whose unknowns are few.
PENALTY, SECOND_PENALTY = 2.0, 0.3
# A character too many in a quote is worse than one too few: the reader takes a quote for the offer.
TOO_MANY = 1.5
# With fewer marked posts than this, or by fewer writers than FOLDS, quotes are what pushes the score most.
LEAST_MARKED = 50
# The second look is learned from first looks at posts by writers that those did not learn from.
FOLDS = 3


class Marks(NamedTuple):
    """What is learned of marks: the fields of the model of these names."""

    mark_weights: Values
    mark_places: Values
    mark_scales: Values
    mark_signs: Values


def fit_marks(model: Model, rows: list[Row]) -> Marks:
    """
    Return the weights that tell what is marked in the offers among *rows* from what is not.

    Those of the first look are of words and of ``PLACES``, the constant last; those of the second of ``SIGNS`` and their products.
    """
    marked = [row for row in rows if row["label"] == "offer" and row["marks"]]
    if len(marked) < LEAST_MARKED or len({row["group"] for row in marked}) < FOLDS:
        return Marks(model.weights.mean(axis=1), np.zeros(len(PLACES) + 1), **no_second_look())
    judged = judge(model, [full_text(row) for row in marked], every_word=False)
    opened = [marked[n] for n in judged.opened.tolist()]
    titles, texts = [row["title"] for row in opened], [row["text"] for row in opened]
    stretches = cut_stretches(judged, np.arange(len(opened)), titles, texts)
    own, beside, places = describe_stretches(judged, model, stretches, titles, texts)
    truth = share_marked(stretches, opened) >= 0.5
    table = sp.hstack([beside @ own, sp.csr_matrix(places)]).tocsr()
    first = _held_out(table, truth, number_groups(opened)[stretches.post])
    weights = _fit_first(table, truth)
    return Marks(weights[: -len(PLACES) - 1], weights[-len(PLACES) - 1 :], *_fit_second(look_around(first, stretches, places), truth))


def _held_out(table: sp.csr_matrix, truth: Truth, writers: Places) -> Values:
    """Return the first look at each stretch by weights that were not learned from its writer."""
    looks = np.zeros(len(truth))
    for known, new in GroupKFold(FOLDS).split(truth, groups=writers):
        weights = _fit_first(table[known], truth[known])
        looks[new] = table[new] @ weights[:-1] + weights[-1]
    return looks


def _fit_first(table: sp.csr_matrix, truth: Truth) -> Values:
    # The dual has as many unknowns as stretches, not as features.
    scorer = LogisticRegression(C=PENALTY, solver="liblinear", dual=True, max_iter=300, random_state=0)
    fitted = scorer.fit(table, truth, sample_weight=np.where(truth, 1.0, TOO_MANY))
    return np.append(fitted.coef_[0], fitted.intercept_)


def _fit_second(signs: list[Values], truth: Truth) -> tuple[Values, Values]:
    """Return the means and spreads of *signs*, and the weights of the signs and their products, as ``mark_scales`` and ``mark_signs`` of the bundle."""
    scales = np.array([[sign.mean() for sign in signs], [max(sign.std(), 1e-9) for sign in signs]])
    scaled = [np.ones(len(truth)), *scale(signs, scales)]
    pairs = [(i, j) for i in range(len(scaled)) for j in range(i, len(scaled)) if j]
    products = np.stack([scaled[i] * scaled[j] for i, j in pairs], axis=1)
    fitted = LogisticRegression(C=SECOND_PENALTY, max_iter=1000).fit(products, truth, sample_weight=np.where(truth, 1.0, TOO_MANY))
    weights = np.zeros((len(scaled), len(scaled)))
    weights[tuple(zip(*pairs, strict=True))] = fitted.coef_[0]
    weights[0, 0] = fitted.intercept_[0]
    return scales, weights


def share_marked(stretches: Stretches, rows: list[Row]) -> Values:
    """Return the share, 0 to 1, of each of *stretches* that lies inside the marks of its post."""
    inside = np.zeros(len(stretches.post))
    of_post = np.searchsorted(stretches.post, np.arange(len(rows) + 1))
    for n, row in enumerate(rows):
        own = slice(of_post[n], of_post[n + 1])
        begins, ends = stretches.start[own] - len(row["title"]) - 1, stretches.end[own] - len(row["title"]) - 1
        for mark_begin, mark_end in row["marks"]:
            inside[own] += np.clip(np.minimum(ends, mark_end) - np.maximum(begins, mark_begin), 0, None)
    shares: Values = inside / np.maximum(1, stretches.end - stretches.start)
    return shares
