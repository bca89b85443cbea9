"""Learn where offers are made from what our writers marked in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifier.model.bundle import PLACES, Model
from classifier.model.judge import judge
from classifier.model.marks import Stretches, cut_stretches, describe_stretches
from classifier.training.labels import Row, full_text

Values = npt.NDArray[np.float64]

PENALTY = 1.0
# A character too many in a quote is worse than one too few: the reader takes a quote for the offer.
TOO_MANY = 1.5
# With fewer marked posts than this, quotes are what pushes the score most.
LEAST_MARKED = 50


def fit_marks(model: Model, rows: list[Row]) -> tuple[Values, Values]:
    """Return the weights of words, and of PLACES with the constant last, that tell what is marked in the offers among *rows* from what is not."""
    marked = [row for row in rows if row["label"] == "offer" and row["marks"]]
    if len(marked) < LEAST_MARKED:
        return model.weights.mean(axis=1), np.zeros(len(PLACES) + 1)
    judged = judge(model, [full_text(row) for row in marked], every_word=False)
    opened = [marked[n] for n in judged.opened.tolist()]
    titles, texts = [row["title"] for row in opened], [row["text"] for row in opened]
    stretches = cut_stretches(judged, np.arange(len(opened)), titles, texts)
    said, places = describe_stretches(judged, model.rarity, stretches, titles, texts)
    truth = share_marked(stretches, opened) >= 0.5
    # The dual has as many unknowns as stretches, not as features.
    scorer = LogisticRegression(C=PENALTY, solver="liblinear", dual=True, max_iter=300, random_state=0)
    fitted = scorer.fit(sp.hstack([said, sp.csr_matrix(places)]).tocsr(), truth, sample_weight=np.where(truth, 1.0, TOO_MANY))
    weights = fitted.coef_[0]
    return weights[: -len(PLACES)], np.append(weights[-len(PLACES) :], fitted.intercept_)


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
