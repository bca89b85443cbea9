"""Choose the operating points: thresholds that keep a promise on posts and accounts the model did not see."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from classifier.errors import LabelsError
from classifier.model.bundle import Model
from classifier.model.judge import probability
from classifier.outcome.accounts import Tally, account_features, tally_posts
from classifier.training.evaluate import account_truth, tabulate
from classifier.training.labels import Row

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

# What the thresholds promise: the precision of `offer` and of `flag`, and the recall of what a person is shown.
OFFER_PRECISION = 0.995
REVIEW_RECALL = 0.95
FLAG_PRECISION = 0.97
LOOK_RECALL = 0.95
MOST_WEIGHT = 5
# Offering and honest accounts needed to learn what an offering account is.
LEAST_ACCOUNTS = 2
# Shares of offers among all posts for which the promise is worked out.
SHARES = (0.01, 0.05, 0.20)


class AccountTruth(NamedTuple):
    """Labelled accounts: their tally and whether each offers, in the same order; borderline ones are left out."""

    tally: Tally
    offers: Truth


def choose_points(model: Model, rows: list[Row], held_out: Values) -> Model:
    """Return *model* with the thresholds of posts and accounts, and the weights of accounts, chosen on *held_out* log-odds."""
    offers = np.array([row["label"] == "offer" for row in rows])
    chances = probability(held_out)
    passed = held_out > model.floor
    model = replace(
        model,
        offer_from=threshold_for_precision(offers, chances, OFFER_PRECISION),
        # What did not pass the gate is never shown, whatever recall is asked for.
        review_from=threshold_for_recall(offers[passed], chances[passed], REVIEW_RECALL),
    )
    accounts = label_accounts(rows, chances, model)
    features = account_features(accounts.tally, model)
    counts = accounts.tally.counts
    # Most accounts we wrote have one post and most in an export have many: those with more posts count for more.
    weights = np.minimum(counts["n_scored"].to_numpy(), MOST_WEIGHT)
    scorer = LogisticRegression(C=1.0, max_iter=1000)
    fewest = min(int(accounts.offers.sum()), int((~accounts.offers).sum()))
    if fewest < LEAST_ACCOUNTS:
        raise LabelsError(f"too few accounts to learn from: {fewest} of the rarer kind, at least {LEAST_ACCOUNTS} are needed; name the account of each post")
    guessed = cross_val_predict(scorer, features, accounts.offers, cv=min(5, fewest), method="predict_proba", params={"sample_weight": weights})[:, 1]
    scorer.fit(features, accounts.offers, sample_weight=weights)
    flag_from = threshold_for_precision(accounts.offers, guessed, FLAG_PRECISION)
    shown = (counts["n_offer"] + counts["n_review"] > 0).to_numpy()
    return replace(
        model,
        account_weights=np.append(scorer.coef_[0], scorer.intercept_[0]),
        flag_from=flag_from,
        look_from=min(flag_from, threshold_for_recall(accounts.offers[shown], guessed[shown], LOOK_RECALL)),
    )


def threshold_for_precision(truth: Truth, chances: Values, precision: float) -> float:
    """Return the lowest threshold from which on *precision* holds; 1.0 if none does."""
    order = np.argsort(-chances, kind="stable")
    reached = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(np.diff(chances[order]) != 0, True)
    good = np.flatnonzero((reached >= precision) & last_of_equals)
    return float(chances[order][good[-1]]) if len(good) else 1.0


def threshold_for_recall(truth: Truth, chances: Values, recall: float) -> float:
    """Return the highest threshold that still shows *recall* of what is true."""
    true = np.sort(chances[truth])[::-1]
    return float(true[max(0, int(np.ceil(recall * len(true))) - 1)])


def post_verdicts(model: Model, chances: Values) -> list[str]:
    """Return the verdict of each probability."""
    return ["offer" if chance >= model.offer_from else "review" if chance >= model.review_from else "clear" for chance in chances]


def label_accounts(rows: list[Row], chances: Values, model: Model) -> AccountTruth:
    """Return the accounts of labelled posts as the labelling guide decides them."""
    scored = tabulate(rows).assign(verdict=post_verdicts(model, chances), score=chances, category=[row["sub"] for row in rows])
    tally = tally_posts(scored, model)
    counts: dict[str, list[bool]] = {}
    for row in rows:
        counts.setdefault(row["account"], []).append(row["label"] == "offer")
    truth = {name: account_truth(labels) for name, labels in counts.items()}
    known = [name for name in tally.counts["account_key"] if truth[name] is not None]
    tally = Tally(*(part[part["account_key"].isin(known)].reset_index(drop=True) for part in tally))
    return AccountTruth(tally, np.array([bool(truth[name]) for name in known]))


def promise(rows: list[Row], model: Model, held_out: Values) -> list[dict[str, float]]:
    """
    Return what `offer` promises at several shares of offers: ``{share_of_offers, precision, precision_low, recall, posts_to_read}``.

    Recall and the rate of false flags are those of *held_out*; ``precision_low`` is the lower end of a 95 % interval of that
    rate (Wilson); ``posts_to_read`` is the share of posts that are not clear.
    """
    truth = np.array([row["label"] == "offer" for row in rows])
    chances = probability(held_out)
    flagged, seen = chances >= model.offer_from, chances >= model.review_from
    recall, false, negatives = float(flagged[truth].mean()), int(flagged[~truth].sum()), int((~truth).sum())
    rates = false / negatives, wilson_upper(false, negatives)
    promised = []
    for share in SHARES:
        precisions = [recall * share / max(1e-12, recall * share + rate * (1 - share)) for rate in rates]
        reading = float(seen[truth].mean()) * share + float(seen[~truth].mean()) * (1 - share)
        promised.append({"share_of_offers": share, "precision": precisions[0], "precision_low": precisions[1], "recall": recall, "posts_to_read": reading})
    return promised


def wilson_upper(count: int, of: int, *, z: float = 1.96) -> float:
    """Return the upper end of Wilson's interval of a share; 1 of nothing."""
    if not of:
        return 1.0
    share = count / of
    centre = share + z * z / (2 * of)
    return float((centre + z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of))
