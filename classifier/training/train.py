"""Learn a model from labelled posts: words, weights, the mixture of whole and passage, thresholds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.language.gate import opens
from classifier.language.normalise import fold
from classifier.language.vectorise import read
from classifier.model.bundle import Model
from classifier.model.features import Vocabulary, count, learn_rarity, learn_vocabulary
from classifier.model.judge import Features, featurise, probability, strongest_passage
from classifier.outcome.accounts import ACCOUNT_FEATURES
from classifier.training.labels import CATEGORIES, Row, full_text
from classifier.training.points import choose_points

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

# Weak penalties measured best, and alike between 10 and 300 (models/EXPERIMENTS.md).
PENALTY_WHOLE = 100.0
PENALTY_PASSAGE = 100.0
PENALTY_CATEGORY = 10.0
FOLDS = 5
# Log-odds of a post that does not pass the gate: one in five hundred. Set, not learned: our corpus has many more
# offers without a word of the trade than any export, since they were written to be hard.
FLOOR = -6.2
# A passage is an offer when this much of it, or of a mark, lies in the other; it is none when nothing does.
OVERLAP = 0.5


class HeldOut(NamedTuple):
    """What models that never saw a post's writer say of it: for each row log-odds, in order, and its account's probability."""

    log_odds: Values
    categories: npt.NDArray[np.str_]


def learn(rows: list[Row]) -> tuple[Model, HeldOut]:
    """
    Return a model learned from *rows* and what it says of posts it did not see, from cross-validation by group (writer).

    Posts that do not pass the gate have the floor and are not learned from. Borderline rows must have been left out. The thresholds are chosen on the held-out log-odds.
    """
    everything = rows
    passed = opens(fold([full_text(row) for row in rows]))
    rows = [row for row, open_ in zip(rows, passed, strict=True) if open_]
    texts = [full_text(row) for row in rows]
    offers = np.array([row["label"] == "offer" for row in rows])
    number = np.unique([row["group"] for row in rows], return_inverse=True)[1]
    vocabulary = learn_vocabulary(read(texts), number, least_posts=2, least_groups=1)
    blank = _blank(vocabulary)
    rarity = learn_rarity(count_whole(blank, texts))
    model = _with(blank, rarity=rarity)
    features = featurise(model, texts)
    truth = passage_truth(rows, features)
    parts = _cross_validate(features, offers, truth, number)
    mixture = LogisticRegression(C=10.0).fit(parts, offers)
    whole, strongest = mixture.coef_[0]
    held_out = mixture.decision_function(parts)
    weights, passage_weights, shift, passage_shift = _fit(features, offers, truth, np.ones(len(rows), dtype=bool))
    constant = float(mixture.intercept_[0] + whole * shift + strongest * passage_shift)
    categories = _fit_categories(features, rows, strongest_passage(features.parts @ passage_weights, features.passages.post, len(rows)))
    model = _with(
        model,
        post_weights=weights,
        passage_weights=passage_weights,
        constant=constant,
        whole=float(whole),
        strongest=float(strongest),
        category_weights=categories[0],
        category_constants=categories[1],
    )
    log_odds = np.full(len(everything), model.floor)
    log_odds[passed] = held_out
    found = np.full(len(everything), "", dtype="<U16")
    found[passed] = _held_out_categories(features, rows, passage_weights, number)
    return choose_points(model, everything, log_odds), HeldOut(log_odds, found)


def _blank(vocabulary: Vocabulary) -> Model:
    columns = len(vocabulary)
    none = np.zeros(columns)
    return Model(
        "new", vocabulary, np.ones(columns), none, none, np.zeros((len(CATEGORIES), columns)), np.zeros(len(CATEGORIES)),
        np.zeros(len(ACCOUNT_FEATURES) + 1), FLOOR, 0.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5,
    )  # fmt: skip


def _with(model: Model, **changes: Any) -> Model:
    from dataclasses import replace

    return replace(model, **changes)


def count_whole(model: Model, texts: list[str]) -> sp.csr_matrix:
    """Return how often each column of *model* stands in each text."""
    reading = read(texts)
    occurrences = model.vocabulary.occurrences(reading)
    return count(occurrences, reading.segments.post[occurrences.segment], len(texts), len(model.vocabulary))


def passage_truth(rows: list[Row], features: Features) -> Places:
    """Return for each passage 1 (it offers), 0 (it does not) or -1 (unsure: an offer's passage that only touches a mark, or is not marked)."""
    passages, segments, folded = features.passages, features.reading.segments, features.reading.folded
    lengths = np.fromiter((len(full_text(row)) + 1 for row in rows), dtype=np.int64, count=len(rows))
    begins = np.cumsum(lengths) - lengths
    truth = np.full(len(passages.post), -1)
    for n, (post, first, last) in enumerate(zip(*(part.tolist() for part in passages), strict=True)):
        row = rows[post]
        if row["label"] != "offer":
            truth[n] = 0
            continue
        shift = int(begins[post]) + len(row["title"]) + 1
        start = int(folded.source[segments.start[first]]) - shift
        end = int(folded.source[segments.end[last] - 1]) + 1 - shift
        shares = [(min(end, stop) - max(start, begin)) / max(1, min(end - start, stop - begin)) for begin, stop in row["marks"]]
        truth[n] = 1 if max(shares, default=0.0) >= OVERLAP else -1
    return truth


def _fit(features: Features, offers: npt.NDArray[np.bool_], truth: Places, seen: npt.NDArray[np.bool_]) -> tuple[Values, Values, float, float]:
    """Fit whole posts and passages of the *seen* posts; return weights of both and their intercepts."""
    whole = _plain_regression(PENALTY_WHOLE).fit(features.whole[seen], offers[seen])
    known = seen[features.passages.post] & (truth >= 0)
    parts = _plain_regression(PENALTY_PASSAGE, class_weight="balanced").fit(features.parts[known], truth[known] == 1)
    return whole.coef_[0], parts.coef_[0], float(whole.intercept_[0]), float(parts.intercept_[0])


def _plain_regression(penalty: float, **options: Any) -> LogisticRegression:
    # The dual has as many unknowns as posts, not as features: seconds where the primal takes minutes, and the same weights.
    return LogisticRegression(C=penalty, solver="liblinear", dual=True, max_iter=5000, random_state=0, **options)


def _cross_validate(features: Features, offers: npt.NDArray[np.bool_], truth: Places, groups: Places) -> Values:
    """Return for each post the log-odds of the whole and of its strongest passage, from models that saw none of its group."""
    parts = np.zeros((len(offers), 2))
    for seen, unseen in GroupKFold(min(FOLDS, len(set(groups.tolist())))).split(offers, groups=groups):
        in_fold = np.isin(np.arange(len(offers)), seen)
        weights, passage_weights, shift, passage_shift = _fit(features, offers, truth, in_fold)
        strength = features.parts @ passage_weights + passage_shift
        best = strongest_passage(strength, features.passages.post, len(offers))
        parts[unseen, 0] = features.whole[unseen] @ weights + shift
        parts[unseen, 1] = strength[best][unseen]
    return parts


def _fit_categories(features: Features, rows: list[Row], strongest: Places, chosen: Places | None = None) -> tuple[Values, Values]:
    """Fit for each category the log-odds that an offer is of it, on whole offers and their strongest passages."""
    among = np.arange(len(rows)) if chosen is None else chosen
    offers = np.array([n for n in among.tolist() if rows[n]["label"] == "offer"])
    both = features.whole[offers] + features.parts[strongest[offers]]
    weights, constants = np.zeros((len(CATEGORIES), both.shape[1])), np.full(len(CATEGORIES), -1e9)
    for n, name in enumerate(CATEGORIES):
        truth = np.array([rows[offer]["sub"] == name for offer in offers])
        if truth.any() and not truth.all():
            # Balanced: how often a category was written says nothing of how often it is posted.
            fitted = _plain_regression(PENALTY_CATEGORY, class_weight="balanced").fit(both, truth)
            weights[n], constants[n] = fitted.coef_[0], fitted.intercept_[0]
    return weights, constants


def _held_out_categories(features: Features, rows: list[Row], passage_weights: Values, groups: Places) -> npt.NDArray[np.str_]:
    """Return the category that a model which saw none of its group gives each post."""
    strongest = strongest_passage(features.parts @ passage_weights, features.passages.post, len(rows))
    both = features.whole + features.parts[strongest]
    found = np.full(len(rows), "", dtype="<U16")
    for seen, unseen in GroupKFold(min(FOLDS, len(set(groups.tolist())))).split(rows, groups=groups):
        weights, constants = _fit_categories(features, rows, strongest, seen)
        found[unseen] = np.array(list(CATEGORIES))[(both[unseen] @ weights.T + constants).argmax(axis=1)]
    return found


__all__ = ["HeldOut", "learn", "probability"]
