"""
Choose the operating points: thresholds that keep a promise on posts the model did not see.

How posts make the score of an account, ten ratios and a line, is learned from the same held-out posts its thresholds are chosen on.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from classifier.errors import LabelsError
from classifier.model.bundle import Model, rounded
from classifier.model.judge import probability
from classifier.model.points import DEFAULT_POINT, STEPS, Point
from classifier.outcome.accounts import Tally, account_ratios, account_scores, tally_posts
from classifier.training.accounts import account_truth
from classifier.training.labels import Row
from classifier.training.measure import tabulate, wilson_upper

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


class Target(NamedTuple):
    """
    What the thresholds of a point are chosen for, on held-out posts and accounts.

    The precision of `offer` and of `flag`; the share of offers and of offering accounts that a person is shown, which for posts ends where more
    than ``most_read`` of the honest posts would have to be read.
    """

    offer_precision: float
    review_recall: float
    most_read: float
    flag_precision: float
    look_recall: float


# Raise a precision and less is called an offer; raise a recall or what may be read and more is shown.
TARGETS = {
    "careful": Target(offer_precision=0.999, review_recall=0.90, most_read=0.05, flag_precision=0.995, look_recall=0.90),
    "balanced": Target(offer_precision=0.99, review_recall=0.955, most_read=0.14, flag_precision=0.985, look_recall=0.95),
    "wide": Target(offer_precision=0.98, review_recall=0.98, most_read=0.25, flag_precision=0.97, look_recall=0.98),
}
MOST_WEIGHT = 5
# Offering and honest accounts needed to learn what an offering account is.
LEAST_ACCOUNTS = 2
# Shares of offers among all posts for which the promise is worked out.
SHARES = (0.01, 0.05, 0.20)
FOLDS = 5
# Scores nearer to one another than this are the same.
SAME = 1e-6


class AccountTruth(NamedTuple):
    """Labelled accounts: their tally and whether each offers, in the same order; borderline ones are left out."""

    tally: Tally
    offers: Truth


class PostThresholds(NamedTuple):
    """From which probabilities on a post is an offer, and is shown."""

    offer_from: float
    review_from: float


def choose_points(model: Model, rows: list[Row], held_out: Values) -> Model:
    """Return *model* with its operating points and what accounts are scored by, chosen on *held_out* log-odds; the default point is in use."""
    offers, chances = _truth(rows), probability(held_out)
    model = learn_accounts(model, rows, held_out)
    of_posts = {name: choose_post_thresholds(offers, chances, held_out > model.floor, target) for name, target in TARGETS.items()}
    accounts = label_accounts(rows, chances, model)
    guessed = account_scores(model, accounts.tally)
    points = {}
    for name, thresholds in of_posts.items():
        counts = label_accounts(rows, chances, replace(model, **thresholds._asdict())).tally.counts
        shown = np.add(counts["n_offer"], counts["n_review"]) > 0
        flag_from = clear_of(guessed, threshold_for_precision(accounts.offers, guessed, TARGETS[name].flag_precision))
        look_from = clear_of(guessed, threshold_for_recall(accounts.offers[shown], guessed[shown], TARGETS[name].look_recall))
        points[name] = Point(*thresholds, flag_from, min(flag_from, look_from))
    return replace(model, points=points).at(DEFAULT_POINT)


def learn_accounts(model: Model, rows: list[Row], held_out: Values) -> Model:
    """
    Return *model* with what accounts are scored by: how much each step of *held_out* log-odds says, and the line that makes log-odds of what an account's posts say together.

    The share of offers in the accounts we wrote decides nothing: an export's are longer and more mixed.
    """
    ratios = learn_ratios(_truth(rows), held_out)
    accounts = label_accounts(rows, probability(held_out), model)
    fewest = min(int(accounts.offers.sum()), int((~accounts.offers).sum()))
    if fewest < LEAST_ACCOUNTS:
        raise LabelsError(f"too few accounts to learn from: {fewest} of the rarer kind, at least {LEAST_ACCOUNTS} are needed; name the account of each post")
    # Most accounts we wrote have one post and most in an export have many: those with more posts count for more.
    weights = np.minimum(accounts.tally.counts["n_scored"], MOST_WEIGHT)
    line = LogisticRegression().fit(account_ratios(ratios, accounts.tally)[:, None], accounts.offers, sample_weight=weights)
    # As it comes back from a file: thresholds are chosen on these very scores.
    return rounded(replace(model, step_ratios=ratios, account_slope=float(line.coef_[0, 0]), account_constant=float(line.intercept_[0])))


def learn_ratios(offers: Truth, held_out: Values) -> Values:
    """Return for each step between STEPS how much likelier (logarithm) an offer is to have such *held_out* log-odds than another post; a higher step never says less."""
    steps = np.searchsorted(STEPS, held_out, side="right")
    # One post more of each kind on each step: none is certain.
    of_offers, of_others = (np.bincount(steps[part], minlength=len(STEPS) + 1) + 1.0 for part in (offers, ~offers))
    posts = of_offers + of_others
    rising = IsotonicRegression().fit_transform(np.arange(len(posts)), of_offers / posts, sample_weight=posts)
    ratios: Values = np.log(rising / (1 - rising)) - np.log(of_offers.sum() / of_others.sum())
    return ratios


def _truth(rows: list[Row]) -> Truth:
    return np.array([row["label"] == "offer" for row in rows])


def choose_post_thresholds(offers: Truth, chances: Values, passed: Truth, target: Target) -> PostThresholds:
    """Return the thresholds of posts that keep *target* on posts of these *chances*; *passed* says which of them passed the gate."""
    offer_from = threshold_for_precision(offers, chances, target.offer_precision)
    # What did not pass the gate is never shown, whatever recall is asked for.
    review_from = threshold_for_recall(offers[passed], chances[passed], target.review_recall)
    return PostThresholds(offer_from, min(offer_from, max(review_from, threshold_for_reading(chances[~offers], target.most_read))))


def threshold_for_precision(truth: Truth, chances: Values, precision: float) -> float:
    """Return the lowest threshold from which on *precision* holds; 1.0 if none does."""
    order = np.argsort(-chances, kind="stable")
    reached = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(np.diff(chances[order]) != 0, True)
    good = np.flatnonzero((reached >= precision) & last_of_equals)
    return float(chances[order][good[-1]]) if len(good) else 1.0


def clear_of(chances: Values, threshold: float) -> float:
    """Return the middle between *threshold* and the next lower of *chances*: many accounts have the very same score, and its last digit decides nothing."""
    lower = chances[chances < threshold - SAME]
    return (threshold + float(lower.max(initial=0.0))) / 2


def threshold_for_recall(truth: Truth, chances: Values, recall: float) -> float:
    """Return the highest threshold that still shows *recall* of what is true; 1.0 if nothing is."""
    true = np.sort(chances[truth])[::-1]
    return float(true[max(0, int(np.ceil(recall * len(true))) - 1)]) if len(true) else 1.0


def threshold_for_reading(chances: Values, share: float) -> float:
    """Return the lowest threshold that at most *share* of the *chances* reach."""
    falling = np.append(np.sort(chances)[::-1], -1.0)
    # The first that must not be shown; just above it, nothing equal to it is.
    return float(np.nextafter(falling[int(share * len(chances))], 2.0))


def label_accounts(rows: list[Row], chances: Values, model: Model) -> AccountTruth:
    """Return the accounts of labelled posts as the labelling guide decides them."""
    scored = tabulate(rows).assign(verdict=[model.verdict(chance) for chance in chances], score=chances, category=[row["sub"] for row in rows])
    tally = tally_posts(scored, model)
    counts: dict[str, list[bool]] = {}
    for row in rows:
        counts.setdefault(row["account"], []).append(row["label"] == "offer")
    truth = {name: account_truth(labels) for name, labels in counts.items()}
    known = [name for name in tally.counts["account_key"] if truth[name] is not None]
    tally = Tally(*(_only(part, set(known)) for part in tally))
    return AccountTruth(tally, np.array([bool(truth[name]) for name in known]))


def _only(part: dict[str, list[Any]], known: set[str]) -> dict[str, list[Any]]:
    """Return the rows of *part* of a tally that are of *known* accounts."""
    there = [key in known for key in part["account_key"]]
    return {name: list(compress(values, there)) for name, values in part.items()}


def describe_points(model: Model, rows: list[Row], held_out: Values) -> dict[str, dict[str, Any]]:
    """
    Return for each point of *model* its thresholds, its ``target``, its ``promise`` (see `promise`) and ``measured_on``, what that was worked out from.

    Every post is judged by thresholds chosen on the *held_out* log-odds of other groups: the promise is not flattered by the choice.
    """
    offers = _truth(rows)
    groups = np.unique([row["group"] for row in rows], return_inverse=True)[1]
    described = {}
    for name, point in model.points.items():
        flagged, seen = judge_apart(offers, held_out, held_out > model.floor, groups, TARGETS[name])
        counts = {"offers": int(offers.sum()), "not_offers": int((~offers).sum()), "false_offers": int(flagged[~offers].sum()), "groups": int(groups.max()) + 1}
        described[name] = point._asdict() | {"target": TARGETS[name]._asdict(), "promise": promise(offers, flagged, seen), "measured_on": counts}
    return described


def judge_apart(offers: Truth, held_out: Values, passed: Truth, groups: npt.NDArray[np.int64], target: Target) -> tuple[Truth, Truth]:
    """Return which posts are called an offer and which are shown, each by thresholds chosen for *target* on posts of other groups."""
    chances = probability(held_out)
    flagged, seen = np.zeros(len(offers), dtype=np.bool_), np.zeros(len(offers), dtype=np.bool_)
    for others, own in GroupKFold(min(FOLDS, len(set(groups.tolist())))).split(chances, groups=groups):
        thresholds = choose_post_thresholds(offers[others], chances[others], passed[others], target)
        flagged[own], seen[own] = chances[own] >= thresholds.offer_from, chances[own] >= thresholds.review_from
    return flagged, seen


def promise(offers: Truth, flagged: Truth, seen: Truth) -> list[dict[str, float]]:
    """
    Return what `offer` promises at several shares of offers among all posts: ``share_of_offers, precision, precision_low, recall, shown, posts_to_read``.

    *flagged* posts have the verdict offer, *seen* ones offer or review. ``precision_low`` is the precision at the upper end of a 95 % interval of
    the rate of false offers (Wilson, over the posts that are no offers). ``recall`` is the share of offers flagged, ``shown`` of offers seen, ``posts_to_read``
    the share of all posts seen.
    """
    recall, shown, reading = (float(part.mean()) if len(part) else 0.0 for part in (flagged[offers], seen[offers], seen[~offers]))
    false, honest = int(flagged[~offers].sum()), int((~offers).sum())
    rates = false / max(1, honest), wilson_upper(false, honest)
    promised = []
    for share in SHARES:
        precision, low = (recall * share / max(1e-12, recall * share + rate * (1 - share)) for rate in rates)
        to_read = shown * share + reading * (1 - share)
        promised.append({"share_of_offers": share, "precision": precision, "precision_low": low, "recall": recall, "shown": shown, "posts_to_read": to_read})
    return promised
