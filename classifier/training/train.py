"""Learn a model from labelled posts: words, weights, the mixture of whole and passage, thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.errors import LabelsError
from classifier.language.gate import open_segments
from classifier.language.vectorise import read
from classifier.model.bundle import PLACES, Model, rounded
from classifier.model.features import Vocabulary, count, learn_rarity, learn_vocabulary
from classifier.model.judge import Features, featurise, find_features, strongest_passage
from classifier.outcome.accounts import ACCOUNT_FEATURES
from classifier.training.labels import CATEGORIES, Row, full_text
from classifier.training.marks import fit_marks
from classifier.training.points import choose_points

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

# How far weights may grow (models/EXPERIMENTS.md).
PENALTY = 3.0
CATEGORY_PENALTY = 10.0
FOLDS = 5
# Fewer groups than this of a label cannot be held out and learned from at once.
LEAST_GROUPS = 2
# Log-odds of a post that does not pass the gate: one in five hundred. Set, not learned: our corpus has many more
# offers without a word of the trade than any export, since they were written to be hard.
FLOOR = -6.2


class HeldOut(NamedTuple):
    """What models that never saw a post's writer say of it: for each row, in order, the log-odds and the category."""

    log_odds: Values
    categories: npt.NDArray[np.str_]


def learn(rows: list[Row]) -> tuple[Model, HeldOut]:
    """
    Return a model learned from *rows* and what it says of posts it did not see, from cross-validation by group (writer).

    Posts that do not pass the gate have the floor and are not learned from. Borderline rows must have been left out.
    The thresholds are chosen on the held-out log-odds.
    """
    passed = pass_gate([full_text(row) for row in rows])
    _require_enough(rows, passed)
    read_rows = [row for row, passes in zip(rows, passed, strict=True) if passes]
    texts = [full_text(row) for row in read_rows]
    offers = np.array([row["label"] == "offer" for row in read_rows])
    groups = np.unique([row["group"] for row in read_rows], return_inverse=True)[1]
    model = _blank(learn_vocabulary(read(texts), groups, least_posts=2, least_groups=2))
    model = replace(model, rarity=learn_rarity(_count_whole(model.vocabulary, texts)))
    features = featurise(model, texts)
    counts = np.array([row["weight"] for row in read_rows])
    parts = _cross_validate(features, offers, counts, groups)
    mixture = LogisticRegression(C=10.0).fit(parts, offers, sample_weight=counts)
    # Both parts say the same in a short post: neither may count against an offer.
    whole, strongest = np.maximum(mixture.coef_[0], 0.0)
    weights, intercept = _fit(features, offers, counts, np.arange(len(offers)))
    categories = _fit_categories(features, read_rows, weights, np.arange(len(offers)))
    model = replace(
        model,
        weights=weights,
        constant=float(mixture.intercept_[0] + (whole + strongest) * intercept),
        whole=float(whole),
        strongest=float(strongest),
        category_weights=categories[0],
        category_constants=categories[1],
    )
    mark_weights, mark_places = fit_marks(model, read_rows)
    model = replace(model, mark_weights=mark_weights, mark_places=mark_places)
    log_odds = np.full(len(rows), model.floor)
    log_odds[passed] = mixture.intercept_[0] + parts @ np.array([whole, strongest])
    found = np.full(len(rows), "", dtype="<U16")
    found[passed] = _held_out_categories(features, read_rows, weights, groups)
    return rounded(choose_points(model, rows, log_odds)), HeldOut(log_odds, found)


def _require_enough(rows: list[Row], passed: Truth) -> None:
    """Raise LabelsError where there is too little to learn from, saying what there is."""
    counts = {label: len({row["group"] for row, passes in zip(rows, passed, strict=True) if passes and row["label"] == label}) for label in ("offer", "not_offer")}
    if min(counts.values()) < LEAST_GROUPS:
        found = ", ".join(f"{label} of {count} groups" for label, count in counts.items())
        raise LabelsError(f"too few posts to learn from: past the gate there are {found}; each label needs posts of at least {LEAST_GROUPS} groups (writers, accounts)")


def pass_gate(texts: list[str]) -> Truth:
    """Return which texts pass the gate once their disguises are undone."""
    reading = read(texts)
    near = open_segments(reading.folded, reading.segments)
    return np.bincount(reading.segments.post[near], minlength=len(texts)) > 0


def _blank(vocabulary: Vocabulary) -> Model:
    columns = len(vocabulary)
    return Model(
        name="new",
        vocabulary=vocabulary,
        rarity=np.ones(columns),
        weights=np.zeros(columns),
        category_weights=np.zeros((len(CATEGORIES), columns)),
        category_constants=np.zeros(len(CATEGORIES)),
        account_weights=np.zeros(len(ACCOUNT_FEATURES) + 1),
        mark_weights=np.zeros(columns),
        mark_places=np.zeros(len(PLACES) + 1),
        floor=FLOOR,
        constant=0.0,
        whole=1.0,
        strongest=0.0,
        offer_from=0.5,
        review_from=0.5,
        flag_from=0.5,
        look_from=0.5,
        counted_from=0.5,
    )


def _count_whole(vocabulary: Vocabulary, texts: list[str]) -> Any:
    """Return how often each column stands in what is read of each text, as a sparse matrix."""
    reading, occurrences, _near = find_features(vocabulary, texts)
    return count(occurrences, reading.segments.post[occurrences.segment], len(texts), len(vocabulary))


def _fit(features: Features, offers: Truth, counts: Values, chosen: Places) -> tuple[Values, float]:
    """Fit the *chosen* posts, all that is read of each, as much as each *counts*; return the weights and the intercept."""
    fitted = _regression(PENALTY).fit(features.whole[chosen], offers[chosen], sample_weight=counts[chosen])
    return fitted.coef_[0], float(fitted.intercept_[0])


def _regression(penalty: float, **options: Any) -> LogisticRegression:
    # The dual has as many unknowns as posts, not as features: seconds where the primal takes minutes.
    return LogisticRegression(C=penalty, solver="liblinear", dual=True, max_iter=5000, random_state=0, **options)


def _cross_validate(features: Features, offers: Truth, counts: Values, groups: Places) -> Values:
    """Return for each post the log-odds of the whole and of its strongest passage, from models that saw none of its group."""
    parts = np.zeros((len(offers), 2))
    for seen, unseen in _folds(groups):
        weights, intercept = _fit(features, offers, counts, seen)
        strength = features.parts @ weights
        strongest = strongest_passage(strength, features.passages.post, len(offers))
        parts[unseen, 0] = features.whole[unseen] @ weights + intercept
        parts[unseen, 1] = strength[strongest][unseen] + intercept
    return parts


def _folds(groups: Places) -> list[tuple[Places, Places]]:
    return list(GroupKFold(min(FOLDS, len(set(groups.tolist())))).split(groups, groups=groups))


def _fit_categories(features: Features, rows: list[Row], weights: Values, chosen: Places) -> tuple[Values, Values]:
    """Fit for each category the log-odds that an offer is of it, on the strongest passages of the *chosen* offers and on the whole of them."""
    strongest = strongest_passage(features.parts @ weights, features.passages.post, len(rows))
    offers = np.array([n for n in chosen.tolist() if rows[n]["label"] == "offer"])
    both = features.parts[strongest[offers]]
    counts = np.array([rows[offer]["weight"] for offer in offers])
    fitted_weights, constants = np.zeros((len(CATEGORIES), both.shape[1])), np.full(len(CATEGORIES), -1e9)
    for n, name in enumerate(CATEGORIES):
        truth = np.array([rows[offer]["sub"] == name for offer in offers])
        if truth.any() and not truth.all():
            # Balanced: how often a category was written says nothing of how often it is posted.
            fitted = _regression(CATEGORY_PENALTY, class_weight="balanced").fit(both, truth, sample_weight=counts)
            fitted_weights[n], constants[n] = fitted.coef_[0], fitted.intercept_[0]
    return fitted_weights, constants


def _held_out_categories(features: Features, rows: list[Row], weights: Values, groups: Places) -> npt.NDArray[np.str_]:
    """Return the category that a model which saw none of its group gives each post."""
    strongest = strongest_passage(features.parts @ weights, features.passages.post, len(rows))
    found = np.full(len(rows), "", dtype="<U16")
    for seen, unseen in _folds(groups):
        fitted, constants = _fit_categories(features, rows, weights, seen)
        found[unseen] = np.array(list(CATEGORIES))[(features.parts[strongest[unseen]] @ fitted.T + constants).argmax(axis=1)]
    return found
