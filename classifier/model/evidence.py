"""The passages that carry a score, as quotes: offsets into the post's own title or text as read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language.passages import CLAUSE_ENDS, SENTENCE_ENDS, marks_in
from classifier.model.bundle import Model
from classifier.model.judge import Judged, pushes

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

LONGEST_QUOTE = 200
QUOTES = 3
# What each character of a quote must bring, as a share of the post's mean push of its strongest clause:
# higher makes quotes shorter. Measured on the marks of our corpus (models/EXPERIMENTS.md).
TOLL = 0.35


class Clause(NamedTuple):
    """A stretch between two marks of punctuation: half-open places in the text as read, characters, and its push."""

    start: int
    end: int
    push: float


def quote_evidence(judged: Judged, model: Model, posts: Places, titles: list[str], texts: list[str]) -> dict[int, list[dict[str, Any]]]:
    """
    Return for each of *posts* its quotes, strongest first: ``{field, start, end, quote, weight}``.

    *posts* are numbers among the opened ones; *titles* and *texts* are those of the opened ones, as read, judged as
    ``title, newline, text``. ``weight`` is what the quote adds to the log-odds.
    """
    clauses, first = _clauses(judged, pushes(judged, model, posts), posts, titles, texts)
    return {
        post: [_quote(run, titles[post], texts[post]) for run in _strongest_runs(clauses[begin:end], len(titles[post]))]
        for post, begin, end in zip(posts.tolist(), first[:-1], first[1:], strict=True)
    }


def _clauses(judged: Judged, pushed: Values, posts: Places, titles: list[str], texts: list[str]) -> tuple[list[Clause], list[int]]:
    """Return the clauses of *posts*, one post after another, and the number of the first of each post; one more number ends the last."""
    reading = judged.features.reading
    source = reading.folded.source
    asked = np.zeros(len(texts), dtype=np.bool_)
    asked[posts] = True
    own = np.flatnonzero(asked[reading.stream_post])
    if not len(own):
        return [], [0] * (len(posts) + 1)
    post, places = reading.stream_post[own], reading.stream_place[own]
    stops = np.searchsorted(marks_in(reading.folded.codes, [*SENTENCE_ENDS, *CLAUSE_ENDS]), places)
    edges = np.flatnonzero((np.diff(stops) > 0) | (np.diff(post) > 0)) + 1
    begins, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(own)]))
    lengths = np.fromiter((len(a) + len(b) + 2 for a, b in zip(titles, texts, strict=True)), dtype=np.int64, count=len(texts))
    shift = (np.cumsum(lengths) - lengths)[post[begins]]
    starts_at = source[places[begins]] - shift
    ends_at = source[reading.stream_end[own[ends - 1]] - 1] + 1 - shift
    push = _sums(pushed[own], begins, ends)
    clauses = list(map(Clause, starts_at.tolist(), ends_at.tolist(), push.tolist()))
    return clauses, [*np.searchsorted(post[begins], posts).tolist(), len(clauses)]


def _sums(values: Values, begins: Places, ends: Places) -> Values:
    """Return the sum of each stretch of *values*, to the last bit what ``values[begin:end].sum()`` gives."""
    sums = np.zeros(len(begins))
    lengths = ends - begins
    for length in np.unique(lengths).tolist():
        alike = np.flatnonzero(lengths == length)
        sums[alike] = values[begins[alike, None] + np.arange(length)].sum(axis=1)
    return sums


def _strongest_runs(clauses: list[Clause], title_length: int) -> list[Clause]:
    """Return the runs of neighbouring clauses that carry most, none across the title's end, none overlapping, strongest first."""
    # A run that begins or ends with a clause that brings nothing is worth more without it.
    bringing = [n for n, clause in enumerate(clauses) if clause.push > 0]
    if not bringing:
        return []
    toll = TOLL * max(clauses[n].push / max(8, clauses[n].end - clauses[n].start) for n in bringing)
    # (worth, first, last), the first of equals in reading order first.
    candidates: list[tuple[float, int, int]] = []
    for i in bringing:
        start = clauses[i].start
        farthest = start + LONGEST_QUOTE
        push = 0.0
        for j in range(i, len(clauses)):
            _, end, brought = clauses[j]
            if start < title_length < end or (end > farthest and j > i):
                break
            push += brought
            if push > 0 and brought > 0:
                candidates.append((toll * (end - start) - push, i, j))
    runs: list[Clause] = []
    while candidates and len(runs) < QUOTES:
        _, i, j = min(candidates)
        runs.append(Clause(clauses[i].start, clauses[j].end, sum(clause.push for clause in clauses[i : j + 1])))
        candidates = [candidate for candidate in candidates if candidate[2] < i or candidate[1] > j]
    return sorted(runs, key=lambda run: -run.push)


def _quote(run: Clause, title: str, text: str) -> dict[str, Any]:
    in_title = run.start < len(title)
    shift = 0 if in_title else len(title) + 1
    whole = title if in_title else text
    start, end = run.start - shift, min(run.end - shift, run.start - shift + LONGEST_QUOTE)
    return {"field": "title" if in_title else "text", "start": start, "end": end, "quote": whole[start:end], "weight": round(run.push, 4)}
