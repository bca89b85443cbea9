"""Learn a model from labelled posts: words, weights, the mixture of whole and passage, thresholds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.errors import LabelsError
from classifier.language.gate import open_segments
from classifier.language.vectorise import read
from classifier.model.bundle import PLACES, PLAIN_ACCOUNTS, Model, no_second_look, plain_steps, rounded
from classifier.model.features import Vocabulary, count, learn_rarity, learn_vocabulary
from classifier.model.judge import Features, against, featurise, find_features, margin, strongest_passage
from classifier.training.labels import CATEGORIES, RIVALS, Row, full_text, number_groups
from classifier.training.marks import fit_marks
from classifier.training.points import choose_points

Values = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]

# How far weights may grow (models/EXPERIMENTS.md).
PENALTY = 30.0
CATEGORY_PENALTY = 30.0
FOLDS = 5
# Fewer posts of a kind are no rival by themselves: they stand with the rest.
LEAST_RIVALS = 40
# The log-odds of an offer against a kind of which there is no post to learn from.
NEVER = 1e4
# Fewer groups than this of a label cannot be held out and learned from at once.
LEAST_GROUPS = 2
# Log-odds of a post that does not pass the gate: one in five hundred. Set, not learned: our corpus has many more
# offers without a word of the trade than any export, since they were written to be hard.
FLOOR = -6.2


class Fitted(NamedTuple):
    """What tells offers from their rivals: weights (features by rivals) and constants (rivals)."""

    weights: Values
    constants: Values


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
    offers = np.array([row["label"] == "offer" for row in read_rows])
    rivals, kinds = find_rivals(read_rows)
    groups = number_groups(read_rows)
    model, features = learn_features(read_rows)
    counts = np.array([row["weight"] for row in read_rows])
    parts = _cross_validate(features, kinds, counts, groups)
    mixture = LogisticRegression(C=10.0).fit(parts, offers, sample_weight=counts)
    # Both parts say the same in a short post: neither may count against an offer.
    whole, strongest = np.maximum(mixture.coef_[0], 0.0)
    fitted = fit_rivals(features, kinds, counts, np.arange(len(offers)))
    strongest_of = _strongest(features, fitted, len(offers))
    categories = _fit_categories(features, read_rows, strongest_of, np.arange(len(offers)))
    model = replace(
        model,
        rivals=rivals,
        weights=fitted.weights,
        rival_constants=fitted.constants,
        constant=float(mixture.intercept_[0]),
        whole=float(whole),
        strongest=float(strongest),
        category_weights=categories[0],
        category_constants=categories[1],
    )
    model = replace(model, **fit_marks(model, read_rows)._asdict())
    log_odds = np.full(len(rows), model.floor)
    log_odds[passed] = mixture.intercept_[0] + parts @ np.array([whole, strongest])
    found = np.full(len(rows), "", dtype="<U16")
    found[passed] = _held_out_categories(features, read_rows, strongest_of, groups)
    return rounded(choose_points(model, rows, log_odds)), HeldOut(log_odds, found)


def _require_enough(rows: list[Row], passed: Truth) -> None:
    """Raise LabelsError where there is too little to learn from and to hold some of it out, saying what there is."""
    read = [row for row, passes in zip(rows, passed, strict=True) if passes]
    of_label = {label: [row["group"] for row in read if row["label"] == label] for label in ("offer", "not_offer")}
    if min(map(len, of_label.values())) < FOLDS or min(len(set(groups)) for groups in of_label.values()) < LEAST_GROUPS:
        found = ", ".join(f"{len(groups)} {label} of {len(set(groups))} groups" for label, groups in of_label.items())
        raise LabelsError(
            f"too few posts to learn from: of {len(rows)} posts {len(read)} mention the trade, {found}; "
            f"each label needs at least {FOLDS} posts of {LEAST_GROUPS} groups (writers, accounts)"
        )


def pass_gate(texts: list[str]) -> Truth:
    """Return which texts pass the gate once their disguises are undone."""
    reading = read(texts)
    near = open_segments(reading.folded, reading.segments)
    return np.bincount(reading.segments.post[near], minlength=len(texts)) > 0


def learn_features(rows: list[Row]) -> tuple[Model, Features]:
    """Return a model that knows the features of *rows* and how rare each is, but has no weights yet, and what it sees of each row."""
    texts = [full_text(row) for row in rows]
    model = _blank(learn_vocabulary(read(texts), number_groups(rows), least_posts=2, least_groups=2))
    model = replace(model, rarity=learn_rarity(_count_whole(model.vocabulary, texts)))
    return model, featurise(model, texts)


def _blank(vocabulary: Vocabulary) -> Model:
    columns = len(vocabulary)
    return Model(
        name="new",
        vocabulary=vocabulary,
        rarity=np.ones(columns),
        weights=np.zeros((columns, 1)),
        rival_constants=np.zeros(1),
        category_weights=np.zeros((len(CATEGORIES), columns)),
        category_constants=np.zeros(len(CATEGORIES)),
        step_ratios=plain_steps(),
        **PLAIN_ACCOUNTS,
        mark_weights=np.zeros(columns),
        mark_places=np.zeros(len(PLACES) + 1),
        **no_second_look(),
        floor=FLOOR,
        constant=0.0,
        whole=1.0,
        strongest=0.0,
        offer_from=0.5,
        review_from=0.5,
        flag_from=0.5,
        look_from=0.5,
    )


def _count_whole(vocabulary: Vocabulary, texts: list[str]) -> Any:
    """Return how often each column stands in what is read of each text, as a sparse matrix."""
    reading, occurrences, _near = find_features(vocabulary, texts)
    return count(occurrences, reading.segments.post[occurrences.segment], len(texts), len(vocabulary))


def find_rivals(rows: list[Row]) -> tuple[tuple[str, ...], Places]:
    """
    Return the rivals of the offers among *rows* by name, and for each row which it is of, -1 for an offer.

    What is too rare, or of no genre we know, is of the last.
    """
    kind_of = {genre: kind for kind, genres in RIVALS.items() for genre in genres}
    rest = list(RIVALS)[-1]
    named = [kind_of.get(row["sub"], rest) if row["label"] != "offer" else "" for row in rows]
    counts = Counter(named)
    rivals = (*(kind for kind in RIVALS if counts[kind] >= LEAST_RIVALS and kind != rest), rest)
    number = {kind: n for n, kind in enumerate(rivals)}
    return rivals, np.array([number.get(kind, number[rest]) if kind else -1 for kind in named])


def fit_rivals(features: Features, kinds: Places, counts: Values, chosen: Places) -> Fitted:
    """Tell the offers among the *chosen* posts (*kinds* -1) from each kind of the others, by all that is read of each, as much as each *counts*."""
    found = [_fit_pair(features, kinds, counts, chosen[(kinds[chosen] == -1) | (kinds[chosen] == kind)]) for kind in range(kinds.max() + 1)]
    return Fitted(np.column_stack([weights for weights, _ in found]), np.array([constant for _, constant in found]))


def _fit_pair(features: Features, kinds: Places, counts: Values, chosen: Places) -> tuple[Values, float]:
    offers = kinds[chosen] == -1
    if offers.all():
        return np.zeros(features.whole.shape[1]), NEVER
    fitted = _regression(PENALTY).fit(features.whole[chosen], offers, sample_weight=counts[chosen])
    return fitted.coef_[0], float(fitted.intercept_[0])


def _regression(penalty: float) -> LogisticRegression:
    # The dual has as many unknowns as posts, not as features: seconds where the primal takes minutes.
    return LogisticRegression(C=penalty, solver="liblinear", dual=True, max_iter=5000, random_state=0)


def _cross_validate(features: Features, kinds: Places, counts: Values, groups: Places) -> Values:
    """Return for each post the margin of the whole and of its strongest passage, from models that saw none of its group."""
    parts = np.zeros((len(kinds), 2))
    for seen, unseen in _folds(groups):
        fitted = fit_rivals(features, kinds, counts, seen)
        parts[unseen, 0] = margin(against(features.whole[unseen], *fitted))
        strength = margin(against(features.parts, *fitted))
        parts[unseen, 1] = strength[strongest_passage(strength, features.passages.post, len(kinds))][unseen]
    return parts


def _strongest(features: Features, fitted: Fitted, n_posts: int) -> Places:
    """Return for each post the number of its strongest passage."""
    return strongest_passage(margin(against(features.parts, *fitted)), features.passages.post, n_posts)


def _folds(groups: Places) -> list[tuple[Places, Places]]:
    return list(GroupKFold(min(FOLDS, len(set(groups.tolist())))).split(groups, groups=groups))


def _fit_categories(features: Features, rows: list[Row], strongest: Places, chosen: Places) -> tuple[Values, Values]:
    """Fit for each category the log-odds that an offer is of it, on the *strongest* passages of the *chosen* offers."""
    offers = np.array([n for n in chosen.tolist() if rows[n]["label"] == "offer"])
    both = features.parts[strongest[offers]]
    counts = np.array([rows[offer]["weight"] for offer in offers])
    fitted_weights, constants = np.zeros((len(CATEGORIES), both.shape[1])), np.full(len(CATEGORIES), -1e9)
    for n, name in enumerate(CATEGORIES):
        truth = np.array([rows[offer]["sub"] == name for offer in offers])
        if truth.any() and not truth.all():
            fitted = _regression(CATEGORY_PENALTY).fit(both, truth, sample_weight=counts)
            fitted_weights[n], constants[n] = fitted.coef_[0], fitted.intercept_[0]
    return fitted_weights, constants


def _held_out_categories(features: Features, rows: list[Row], strongest: Places, groups: Places) -> npt.NDArray[np.str_]:
    """Return the category that a model which saw none of its group gives each post."""
    found = np.full(len(rows), "", dtype="<U16")
    for seen, unseen in _folds(groups):
        fitted, constants = _fit_categories(features, rows, strongest, seen)
        found[unseen] = np.array(list(CATEGORIES))[(features.parts[strongest[unseen]] @ fitted.T + constants).argmax(axis=1)]
    return found
