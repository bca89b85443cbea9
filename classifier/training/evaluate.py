"""Evaluate a model on labelled posts: its figures, its curves, its operating points, disguised posts, and its worst errors with their evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import precision_recall_curve

from classifier.language.mask import mask_all
from classifier.model.bundle import Model
from classifier.outcome.score import score_posts, score_texts
from classifier.outcome.tables.write import write_text
from classifier.training.accounts import known_accounts
from classifier.training.disguises import DEVICES, disguise
from classifier.training.labels import Row
from classifier.training.measure import (
    Resampled,
    covered,
    is_protected,
    measure,
    post_figures,
    resample,
    sure_posts,
    tabulate,
    truth_and_chances,
)
from classifier.training.points import promise

Truth = npt.NDArray[np.bool_]

BINS = 10
CURVE_POINTS = 200
WORST = 10
EXCERPT = 120
# Scoring each disguise takes as long as scoring the posts: of more than these, some evenly spread are disguised.
MOST_DISGUISED = 2000


def evaluate(model: Model, rows: list[Row]) -> dict[str, Any]:
    """
    Return all figures of *model* on *rows*, at its operating point, as plain data.

    Those of `measure`, and ``about, points, reliability, precision_recall, by_disguise, account_list, worst``, each described where it is made.
    Personal contacts are masked in everything quoted.
    """
    scored = score_posts(model, tabulate(rows))
    sure = sure_posts(scored)
    resampled = resample(sure["group"])
    return {
        "about": {"model": model.name, "digest": model.digest, "point": model.manifest.get("operating_point", "")},
        **measure(model, scored),
        "points": by_point(model, sure, resampled),
        "reliability": reliability(sure, resampled),
        "precision_recall": precision_recall(sure),
        "by_disguise": by_disguise(model, sure),
        "account_list": _records(known_accounts(scored, model)),
        "worst": worst(sure),
    }


def by_point(model: Model, sure: pd.DataFrame, resampled: Resampled) -> dict[str, dict[str, Any]]:
    """
    Return for each operating point of *model* its thresholds and how right its verdicts are on these posts.

    ``expected`` is what follows for other shares of offers (see `promise`), ``promised`` what the model's manifest says of it.
    """
    truth, chances = truth_and_chances(sure)
    figures = {}
    for name, point in model.points.items():
        at = model.at(name)
        judged = sure.assign(verdict=[at.verdict(chance) for chance in chances])
        flagged = chances >= at.offer_from
        figures[name] = point._asdict() | post_figures(judged, resampled)
        # Only posts shown at the point in use were given a category.
        del figures[name]["category_right"], figures[name]["category_right_interval"]
        figures[name]["protected_offers"] = int((is_protected(sure) & flagged).sum())
        figures[name] |= {"expected": promise(truth, flagged, chances >= at.review_from), "promised": at.manifest["promise"]}
    return figures


def reliability(sure: pd.DataFrame, resampled: Resampled) -> list[dict[str, Any]]:
    """Return for each of BINS equal parts of the scores that has posts: ``from, to, n, score`` (the mean), ``offers`` (the share) and its interval."""
    truth, chances = truth_and_chances(sure)
    places = np.minimum((chances * BINS).astype(int), BINS - 1)
    bins = []
    for number in np.unique(places).tolist():
        own = places == number
        share = {"offers": float(truth[own].mean()), "offers_interval": resampled.interval(truth.astype(np.float64), own)}
        bins.append({"from": number / BINS, "to": (number + 1) / BINS, "n": int(own.sum()), "score": float(chances[own].mean()), **share})
    return bins


def precision_recall(sure: pd.DataFrame) -> list[list[float]]:
    """Return up to CURVE_POINTS pairs of recall and precision, from the lowest threshold to the highest; none without both labels."""
    truth, chances = truth_and_chances(sure)
    if truth.all() or not truth.any():
        return []
    precisions, recalls, _ = precision_recall_curve(truth, chances)
    # The last is no threshold but the curve's made-up end.
    chosen = np.unique(np.linspace(0, len(precisions) - 2, min(CURVE_POINTS, len(precisions) - 1)).astype(int))
    return [[float(recalls[n]), float(precisions[n])] for n in chosen]


def by_disguise(model: Model, sure: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """
    Return what each disguise does to the same posts, its own alone in each.

    ``kept`` is the share of the ``caught`` offers (verdict offer or review as written) that are still caught, ``raised`` the share of the ``clear`` other
    posts that the disguise alone makes review or offer, ``to_offer`` the share it makes offer.
    """
    some = sure.iloc[np.unique(np.linspace(0, len(sure) - 1, min(MOST_DISGUISED, len(sure))).astype(int))] if len(sure) else sure
    offers, clear = (some["label"] == "offer").to_numpy(), (some["verdict"] == "clear").to_numpy()
    figures = {}
    for device in DEVICES:
        titles, texts = (disguise(some[column].tolist(), device) for column in ("title", "text"))
        verdicts = np.array(score_texts(model, titles, texts).verdict, dtype=object)
        caught, quiet = verdicts[offers & ~clear], verdicts[~offers & clear]
        figures[device] = {
            "caught": len(caught),
            "kept": _share(caught != "clear"),
            "clear": len(quiet),
            "raised": _share(quiet != "clear"),
            "to_offer": _share(quiet == "offer"),
        }
    return figures


def _share(values: Truth) -> float | None:
    return float(values.mean()) if len(values) else None


def worst(sure: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """
    Return the WORST posts of each kind of error, worst first.

    ``protected`` and ``other``: what offers nothing and is not clear, highest score first, so that false offers lead; ``missed``: offers judged clear,
    lowest score first; ``category``: the surest of the offers called an offer of another category; ``evidence``: caught offers whose strongest
    quote lies less than half inside the marks, least first. Each post: ``post_id, account_name, label, sub, verdict, score, category, title, quotes, marked, excerpt``.
    """
    score = sure["score"].fillna(0.0).to_numpy(dtype=np.float64)
    offers, shown = (sure["label"] == "offer").to_numpy(), sure["verdict"].isin(("offer", "review")).to_numpy()
    speech, inside = is_protected(sure), covered(sure)
    other_category = ((sure["verdict"] == "offer") & (sure["category"] != sure["sub"])).to_numpy()
    kinds = {
        "protected": (speech & shown, -score),
        "other": (~offers & ~speech & shown, -score),
        "missed": (offers & ~shown, score),
        "category": (offers & other_category, -score),
        "evidence": (offers & shown & (inside < 0.5), inside),
    }
    found = {}
    for kind, (among, order) in kinds.items():
        places = np.flatnonzero(among)
        found[kind] = _quoted(sure.iloc[places[np.argsort(order[places], kind="stable")[:WORST]]])
    return found


def _quoted(posts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return *posts* with what is to be shown of them, personal contacts masked."""
    # Whole texts are masked and then cut: a contact is known by what stands before it.
    titles, texts = mask_all(posts["title"].tolist()), mask_all(posts["text"].tolist())
    quoted = []
    names = mask_all(posts["account_name"].tolist())
    for post, name, title, text in zip(posts.to_dict("records"), names, titles, texts, strict=True):
        own = {"title": title, "text": text}
        score = None if pd.isna(post["score"]) else float(post["score"])
        quoted.append(
            {column: post[column] for column in ("post_id", "label", "sub", "verdict", "category")}
            | {
                "account_name": name,
                "score": score,
                "title": title,
                "quotes": [own[quote["field"]][quote["start"] : quote["end"]] for quote in post["evidence"]],
                "marked": [text[start:end] for start, end in post["marks"]],
                "excerpt": text[:EXCERPT],
            }
        )
    return quoted


def _records(accounts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row an account as plain data, names masked."""
    rows = accounts.assign(account=mask_all(accounts["account"].tolist())).to_dict("records")
    return [{str(name): None if value is pd.NA else value for name, value in row.items()} for row in rows]


def write_evaluation(figures: Mapping[str, Any], labels: Iterable[str], out: Path) -> None:
    """
    Write ``evaluation.json``, all figures, and ``evaluation.html``, the same to look at, into *out*, which is made. *labels* names what was measured on.

    Raises RunError if a file cannot be written.
    """
    from classifier.training.page import render_page

    out.mkdir(parents=True, exist_ok=True)
    listed = list(labels)
    whole = {**figures, "about": {**figures["about"], "labels": listed}}
    write_text(out / "evaluation.json", json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    write_text(out / "evaluation.html", render_page(whole))
