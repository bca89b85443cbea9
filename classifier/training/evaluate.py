"""Measure a model on labelled posts: by post and by account, and by category, genre, length, era."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve

from classifier.model.bundle import Model
from classifier.outcome.accounts import gather_accounts
from classifier.outcome.score import score_posts
from classifier.training.labels import PROTECTED, Row, band

Values = npt.NDArray[np.float64]

ROUNDS = 400


def tabulate(rows: list[Row]) -> pd.DataFrame:
    """Return labelled *rows* as a posts table, in order, with ``label, sub, group, band, marks`` beside the posts' own columns."""
    return pd.DataFrame(
        {
            "post_id": [row["id"] for row in rows],
            **{name: [row["account"] for row in rows] for name in ("account_key", "account_id", "account_name")},
            "published_at": [row.get("era") or row.get("date") for row in rows],
            "title": [row["title"] for row in rows],
            "text": [row["text"] for row in rows],
            "body_state": "full",
            "label": [row["label"] for row in rows],
            "sub": [row["sub"] for row in rows],
            "group": [row["group"] for row in rows],
            "band": [band(row["text"]) for row in rows],
            "marks": pd.Series([row["marks"] for row in rows], dtype=object),
        }
    )


def evaluate(model: Model, rows: list[Row]) -> dict[str, Any]:
    """Return the figures of *model* on *rows* (see `measure`)."""
    return measure(model, score_posts(model, tabulate(rows)))


def measure(model: Model, scored: pd.DataFrame) -> dict[str, Any]:
    """
    Return figures of scored, labelled posts (`tabulate` gives the columns) as plain data; borderline posts are counted, never judged.

    Rates are 0 to 1, each with its count beside it; ``*_interval`` are 95 % intervals over groups (writers, sources).
    """
    sure = scored[scored["label"] != "borderline"].reset_index(drop=True)
    figures: dict[str, Any] = {"posts": len(scored), "borderline": len(scored) - len(sure), **_post_figures(sure)}
    figures["average_precision_interval"] = _interval(sure, _average_precision)
    figures["protected"] = _protected(sure)
    for part, column in (("by_category_or_genre", "sub"), ("by_length", "band"), ("by_era", "published_at")):
        keys = sure[column].fillna("").astype(str).str[:4] if part == "by_era" else sure[column]
        figures[part] = {f"{label}/{key}": _shares(group) for (label, key), group in sure.groupby([sure["label"], keys])}
    if "evidence" in sure:
        figures["evidence"] = _evidence_figures(sure)
    figures["accounts"] = _account_figures(scored, model)
    return figures


def _post_figures(sure: pd.DataFrame) -> dict[str, Any]:
    truth = (sure["label"] == "offer").to_numpy()
    chances = sure["score"].fillna(0.0).to_numpy(dtype=float)
    flagged = (sure["verdict"] == "offer").to_numpy()
    seen = sure["verdict"].isin(("offer", "review")).to_numpy()
    figures: dict[str, Any] = {"offers": int(truth.sum()), "not_offers": int((~truth).sum())}
    if truth.any() and not truth.all():
        figures |= {
            "average_precision": float(average_precision_score(truth, chances)),
            "recall_at_precision_95": recall_at_precision(truth, chances, 0.95),
            "brier": float(brier_score_loss(truth, chances)),
        }
    caught = truth & flagged
    figures |= {
        "offer_precision": _share(truth[flagged]),
        "offer_recall": _share(flagged[truth]),
        "seen_recall": _share(seen[truth]),
        "false_offer_rate": _share(flagged[~truth]),
        "false_review_rate": _share((seen & ~flagged)[~truth]),
        "category_right": _share((sure["category"] == sure["sub"]).to_numpy()[caught]),
    }
    return figures


def _share(values: npt.NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None


def recall_at_precision(truth: npt.NDArray[np.bool_], chances: Values, precision: float) -> float:
    """Return the largest recall at which *precision* still holds; 0 if nowhere."""
    precisions, recalls, _ = precision_recall_curve(truth, chances)
    reached = recalls[:-1][precisions[:-1] >= precision]
    return float(reached.max()) if len(reached) else 0.0


def _average_precision(sample: pd.DataFrame) -> float:
    return float(average_precision_score(sample["label"] == "offer", sample["score"].fillna(0.0).to_numpy(dtype=float)))


def _interval(sure: pd.DataFrame, statistic: Any) -> list[float] | None:
    """Return the 95 % interval of *statistic* over resampled groups."""
    places = list(sure.groupby("group").indices.values())
    rng, values = np.random.default_rng(0), []
    for _ in range(ROUNDS):
        sample = sure.iloc[np.concatenate([places[n] for n in rng.integers(len(places), size=len(places))])]
        if sample["label"].nunique() == 2:
            values.append(statistic(sample))
    return [float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))] if values else None


def _shares(group: pd.DataFrame) -> dict[str, Any]:
    return {"n": len(group), "offer": float((group["verdict"] == "offer").mean()), "review": float((group["verdict"] == "review").mean())}


def _protected(sure: pd.DataFrame) -> dict[str, Any]:
    """Return how much protected speech was called an offer, in all and by genre: the worst error."""
    speech = sure[(sure["label"] == "not_offer") & sure["sub"].isin(PROTECTED)]
    by_genre = {genre: {"n": len(group), "offer": int((group["verdict"] == "offer").sum())} for genre, group in speech.groupby("sub")}
    return {"n": len(speech), "offer": int((speech["verdict"] == "offer").sum()), "by_genre": by_genre}


def _evidence_figures(sure: pd.DataFrame) -> dict[str, Any]:
    """Return the share of caught, marked offers whose strongest quote lies at least half inside a mark."""
    inside = []
    caught = sure[(sure["label"] == "offer") & (sure["verdict"] != "clear")]
    for marks, quotes in zip(caught["marks"].tolist(), caught["evidence"].tolist(), strict=True):
        if marks and quotes:
            quote = quotes[0]
            length = max(1, quote["end"] - quote["start"])
            covered = sum(max(0, min(quote["end"], end) - max(quote["start"], start)) for start, end in marks)
            inside.append(quote["field"] == "text" and covered / length >= 0.5)
    return {"n": len(inside), "inside": float(np.mean(inside)) if inside else None}


def _account_figures(scored: pd.DataFrame, model: Model) -> dict[str, Any]:
    labels: dict[str, list[bool]] = defaultdict(list)
    for key, label in zip(scored["account_key"], scored["label"], strict=True):
        if label != "borderline":
            labels[key].append(label == "offer")
    accounts = gather_accounts(scored, model)
    known = accounts[[len(labels[key]) >= 2 and account_truth(labels[key]) is not None for key in accounts["account_key"]]]
    truth = np.array([bool(account_truth(labels[key])) for key in known["account_key"]])
    flagged = (known["verdict"] == "flag").to_numpy()
    return {
        "n": len(known),
        "offers": int(truth.sum()) if len(truth) else 0,
        "flag_precision": _share(truth[flagged]) if len(truth) else None,
        "flag_recall": _share(flagged[truth]) if len(truth) else None,
        "seen_recall": _share(known["verdict"].isin(("flag", "review")).to_numpy()[truth]) if len(truth) else None,
    }


def account_truth(labels: list[bool]) -> bool | None:
    """Return whether an account with these posts offers: two offers, or one of at most three posts; None where readers could differ."""
    offers = sum(labels)
    if offers == 0:
        return False
    return True if offers >= 2 or len(labels) <= 3 else None
