"""Why a text has its score: the words and the passages, adding up to the log-odds."""

from __future__ import annotations

from typing import Any

import numpy as np

from classifier.model.bundle import Model
from classifier.model.categories import CATEGORIES
from classifier.model.evidence import quote_evidence
from classifier.model.judge import category_log_odds, constants, judge, probability, pushes, rivals


def explain(model: Model, text: str, *, title: str = "") -> dict[str, Any]:
    """
    Return why *text* has its score, as plain data.

    ``score`` is the probability, ``log_odds`` its log-odds, ``constant`` what the model says before the first word. It depends on ``rivals``: how near the
    post is to each kind of innocent post, 0 to 1, nearest first, together 1.
    A text that does not pass the gate has the floor score: no words, and the floor as its constant.
    ``words`` are ``{word, field, start, end, push}`` in reading order; their pushes plus ``constant`` are ``log_odds``.
    ``passages`` are the quotes, strongest first, each with the ``push`` of the words that begin in it. Offsets are into *title* or *text* as given.
    """
    judged = judge(model, [f"{title}\n{text}"])
    chance = float(probability(judged.log_odds)[0])
    passed = len(judged.opened) == 1 and bool(judged.passed[0])
    quotes = quote_evidence(judged, model, np.array([0]), [title], [text])[0] if passed else []
    words = _words(judged.features.reading, pushes(judged, model, np.array([0])), title, text) if passed else []
    return {
        "score": chance,
        "verdict": model.verdict(chance),
        "passed_gate": passed,
        "category": list(CATEGORIES)[int(category_log_odds(judged, model, np.array([0])).argmax())] if passed else "",
        "log_odds": float(judged.log_odds[0]),
        "constant": float(constants(judged, model, np.array([0]))[0]) if passed else model.floor,
        "rivals": rivals(judged, model, 0) if passed else {},
        "words": words,
        "passages": [quote | {"push": _push_inside(words, quote)} for quote in quotes],
        "model": {"name": model.name, "digest": model.digest},
    }


def _push_inside(words: list[dict[str, Any]], quote: dict[str, Any]) -> float:
    return float(sum(word["push"] for word in words if word["field"] == quote["field"] and quote["start"] <= word["start"] < quote["end"]))


def _words(reading: Any, pushed: np.ndarray, title: str, text: str) -> list[dict[str, Any]]:
    """Share the pushes of characters out over the words they stand in."""
    source = reading.folded.source
    # Each character of the stream belongs to the last word that begins at or before it.
    owner = np.searchsorted(reading.word_place, reading.stream_place, side="right") - 1
    sums = np.bincount(owner, weights=pushed, minlength=len(reading.words)) if len(pushed) else np.zeros(0)
    whole = f"{title}\n{text}"
    words = []
    for n, push in enumerate(sums.tolist()):
        own = np.flatnonzero(owner == n)
        start = int(source[reading.stream_place[own[0]]])
        end = int(source[reading.stream_end[own[-1]] - 1]) + 1
        in_title = start < len(title)
        shift = 0 if in_title else len(title) + 1
        words.append({"word": whole[start:end], "field": "title" if in_title else "text", "start": start - shift, "end": end - shift, "push": push})
    return words

