"""Measure scored, labelled posts: by post and by account, and by category, genre, length, era, source, each with an interval."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_curve

from classifier.model.bundle import Model
from classifier.training.accounts import known_accounts, mix_accounts
from classifier.training.labels import PROTECTED, Row, band

Values = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

ROUNDS = 400
# Slices of the posts, each a table of its own: figure -> column of `tabulate`.
SLICES = {"by_category_or_genre": "sub", "by_length": "band", "by_era": "era", "by_source": "source"}


def tabulate(rows: list[Row]) -> pd.DataFrame:
    """Return labelled *rows* as a posts table, in order, with ``label, sub, group, source, band, era, marks`` beside the posts' own columns."""
    times = [row.get("era") or row.get("date") for row in rows]
    return pd.DataFrame(
        {
            "post_id": [row["id"] for row in rows],
            **{name: [row["account"] for row in rows] for name in ("account_key", "account_id", "account_name")},
            "published_at": times,
            "title": [row["title"] for row in rows],
            "text": [row["text"] for row in rows],
            "body_state": "full",
            "label": [row["label"] for row in rows],
            "sub": [row["sub"] for row in rows],
            "group": [row["group"] for row in rows],
            "source": [str(row.get("source") or row["group"]) for row in rows],
            "band": [band(row["text"]) for row in rows],
            "era": [str(time or "")[:4] for time in times],
            "marks": pd.Series([row["marks"] for row in rows], dtype=object),
        }
    )


def sure_posts(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the posts that count: those that are not borderline, numbered from 0."""
    return scored[scored["label"] != "borderline"].reset_index(drop=True)


def measure(model: Model, scored: pd.DataFrame) -> dict[str, Any]:
    """
    Return figures of scored, labelled posts (`tabulate` gives the columns) as plain data; borderline posts are counted, never judged.

    Rates are 0 to 1, each with its count beside it, None of nothing. ``*_interval`` are 95 % intervals over groups (see `Resampled`).
    """
    sure = sure_posts(scored)
    resampled = resample(sure["group"])
    figures: dict[str, Any] = {"posts": len(scored), "borderline": len(scored) - len(sure), "groups": resampled.draws.shape[1]}
    figures |= _ranking(sure, resampled) | post_figures(sure, resampled)
    figures["protected"] = _protected(sure, resampled)
    for part, column in SLICES.items():
        keys = sure["label"] + "/" + sure[column].astype(str)
        figures[part] = {key: _shares(sure, (keys == key).to_numpy(), resampled) for key in sorted(set(keys))}
    if "evidence" in sure:
        figures["evidence"] = _evidence_figures(sure, resampled)
    figures["accounts"] = _account_figures(known_accounts(scored, model))
    figures["mixed_accounts"] = mix_accounts(sure, is_protected(sure), model)
    return figures


class Resampled(NamedTuple):
    """
    Groups drawn again and again, to see how far chance moves a figure: posts of one writer stand or fall together.

    ``of`` is the number of each post's group, ``draws`` how often each group (a column) is drawn in each round (a row).
    """

    of: npt.NDArray[np.int64]
    draws: Values

    def interval(self, values: Values, among: Truth) -> list[float] | None:
        """Return the 95 % interval of the mean of *values* over the posts *among*; None of nothing."""
        groups = self.draws.shape[1]
        sums, counts = (np.bincount(self.of, weights=part, minlength=groups) for part in (values * among, among))
        mean = values[among].mean() if among.any() else None
        if mean is None:
            return None
        own = int((counts > 0).sum())
        if own < 2 or mean in (0.0, 1.0):
            # Nothing differs, so drawing again says nothing: each group counts as one trial.
            return [max(0.0, 1.0 - wilson_upper((1.0 - mean) * own, own)), wilson_upper(mean * own, own)]
        drawn = self.draws @ counts
        means = (self.draws @ sums)[drawn > 0] / drawn[drawn > 0]
        return [float(end) for end in np.percentile(means, (2.5, 97.5))]


def resample(groups: pd.Series) -> Resampled:
    """Return ROUNDS samples of *groups*, each as many as there are; the same groups give the same samples."""
    of, names = pd.factorize(groups)
    n = max(1, len(names))
    return Resampled(of.astype(np.int64), np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=ROUNDS).astype(np.float64))


def wilson_upper(count: float, of: int, *, z: float = 1.96) -> float:
    """Return the upper end of Wilson's 95 % interval of a share; 1 of nothing."""
    if not of:
        return 1.0
    share = count / of
    centre = share + z * z / (2 * of)
    return float((centre + z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of))


def _rate(name: str, hits: npt.NDArray[Any], among: Truth, resampled: Resampled) -> dict[str, Any]:
    """Return the mean of *hits* over the posts *among* and its interval, under *name* and ``name_interval``."""
    values = hits.astype(np.float64)
    return {name: float(values[among].mean()) if among.any() else None, f"{name}_interval": resampled.interval(values, among)}


def post_figures(sure: pd.DataFrame, resampled: Resampled) -> dict[str, Any]:
    """Return how right the verdicts are, with intervals: what is promised of an operating point."""
    truth = (sure["label"] == "offer").to_numpy()
    flagged = (sure["verdict"] == "offer").to_numpy()
    seen = sure["verdict"].isin(("offer", "review")).to_numpy()
    rates = {
        "offer_precision": (truth, flagged),
        "offer_recall": (flagged, truth),
        "seen_recall": (seen, truth),
        "false_offer_rate": (flagged, ~truth),
        "false_review_rate": (seen & ~flagged, ~truth),
        "category_right": ((sure["category"] == sure["sub"]).to_numpy(), truth & flagged),
    }
    figures: dict[str, Any] = {"offers": int(truth.sum()), "not_offers": int((~truth).sum())}
    for name, (hits, among) in rates.items():
        figures |= _rate(name, hits, among, resampled)
    return figures


def _ranking(sure: pd.DataFrame, resampled: Resampled) -> dict[str, Any]:
    """Return figures of the scores alone, whatever the thresholds; none where there is only one label."""
    truth, chances = truth_and_chances(sure)
    if truth.all() or not truth.any():
        return {}
    drawn = [weights[resampled.of] for weights in resampled.draws]
    precisions = [average_precision_score(truth, chances, sample_weight=weights) for weights in drawn if 0 < weights[truth].sum() < weights.sum()]
    return {
        "average_precision": float(average_precision_score(truth, chances)),
        "average_precision_interval": [float(end) for end in np.percentile(precisions, (2.5, 97.5))] if precisions else None,
        "recall_at_precision_95": recall_at_precision(truth, chances, 0.95),
    } | _rate("brier", (truth - chances) ** 2, np.ones(len(truth), dtype=np.bool_), resampled)


def truth_and_chances(sure: pd.DataFrame) -> tuple[Truth, Values]:
    """Return of each post whether it offers and its score; a post with nothing to judge has 0."""
    return (sure["label"] == "offer").to_numpy(), sure["score"].fillna(0.0).to_numpy(dtype=np.float64)


def recall_at_precision(truth: Truth, chances: Values, precision: float) -> float:
    """Return the largest recall at which *precision* still holds; 0 if nowhere."""
    precisions, recalls, _ = precision_recall_curve(truth, chances)
    reached = recalls[:-1][precisions[:-1] >= precision]
    return float(reached.max()) if len(reached) else 0.0


def _shares(sure: pd.DataFrame, among: Truth, resampled: Resampled) -> dict[str, Any]:
    """Return how the posts *among* were judged: ``seen`` is a verdict of offer or review."""
    flagged, review = ((sure["verdict"] == verdict).to_numpy() for verdict in ("offer", "review"))
    counts = {"n": int(among.sum()), "groups": len(np.unique(resampled.of[among])), "review": float(review[among].mean())}
    return counts | _rate("offer", flagged, among, resampled) | _rate("seen", flagged | review, among, resampled)


def _protected(sure: pd.DataFrame, resampled: Resampled) -> dict[str, Any]:
    """Return how much protected speech was called an offer, in all and by genre: the worst error."""
    speech = is_protected(sure)
    flagged = (sure["verdict"] == "offer").to_numpy()
    genres = {genre: speech & (sure["sub"] == genre).to_numpy() for genre in PROTECTED}
    return {
        "n": int(speech.sum()),
        "offer": int((flagged & speech).sum()),
        "by_genre": {genre: {"n": int(own.sum()), "offer": int((flagged & own).sum())} for genre, own in genres.items() if own.any()},
    } | _rate("offer_rate", flagged, speech, resampled)


def is_protected(posts: pd.DataFrame) -> Truth:
    """Return which posts are speech about crypto that offers nothing."""
    return ((posts["label"] == "not_offer") & posts["sub"].isin(PROTECTED)).to_numpy()


def covered(posts: pd.DataFrame) -> Values:
    """Return for each post the share of its strongest quote that lies inside its marks; NaN where it has no marks or no quote."""
    return np.array([_covered(marks, quotes) for marks, quotes in zip(posts["marks"], posts["evidence"], strict=True)], dtype=np.float64)


def _covered(marks: list[tuple[int, int]], quotes: list[dict[str, Any]]) -> float:
    if not marks or not quotes:
        return float("nan")
    start, end = quotes[0]["start"], quotes[0]["end"]
    # Marks are places in the text: a quote from the title is in none.
    inside = sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in marks) if quotes[0]["field"] == "text" else 0
    return float(inside / max(1, end - start))


def _evidence_figures(sure: pd.DataFrame, resampled: Resampled) -> dict[str, Any]:
    """Return the share of caught, marked offers whose strongest quote lies at least half inside a mark."""
    shares = covered(sure)
    caught = ((sure["label"] == "offer") & (sure["verdict"] != "clear")).to_numpy() & ~np.isnan(shares)
    return {"n": int(caught.sum())} | _rate("inside", shares >= 0.5, caught, resampled)


def _account_figures(known: pd.DataFrame) -> dict[str, Any]:
    truth = known["offers"].to_numpy()
    flagged = (known["verdict"] == "flag").to_numpy()
    seen = known["verdict"].isin(("flag", "review")).to_numpy()
    resampled = resample(known["group"])
    figures: dict[str, Any] = {"n": len(known), "offers": int(truth.sum())}
    for name, hits, among in (("flag_precision", truth, flagged), ("flag_recall", flagged, truth), ("seen_recall", seen, truth), ("false_flag_rate", flagged, ~truth)):
        figures |= _rate(name, hits, among, resampled)
    return figures
