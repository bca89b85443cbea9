"""The passages that carry a score, as quotes: offsets into the post's own title or text as read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language.passages import CLAUSE_ENDS, SENTENCE_ENDS
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
    pushed = pushes(judged, model, posts)
    reading = judged.features.reading
    folded = reading.folded
    lengths = np.fromiter((len(a) + len(b) + 2 for a, b in zip(titles, texts, strict=True)), dtype=np.int64, count=len(texts))
    begins = np.cumsum(lengths) - lengths
    stops = np.flatnonzero(np.isin(folded.codes, [*SENTENCE_ENDS, *CLAUSE_ENDS]))
    first = np.searchsorted(reading.stream_post, np.arange(len(texts) + 1))
    found = {}
    for post in posts.tolist():
        own = slice(int(first[post]), int(first[post + 1]))
        places, ends, values = reading.stream_place[own], reading.stream_end[own], pushed[own]
        clause = np.searchsorted(stops, places)
        clauses = _clauses(folded.source[places] - begins[post], folded.source[ends - 1] + 1 - begins[post], values, clause)
        found[post] = [_quote(run, titles[post], texts[post]) for run in _strongest_runs(clauses, len(titles[post]))]
    return found


def _clauses(starts_at: Places, ends_at: Places, values: Values, clause: Places) -> list[Clause]:
    """Return the clauses of a post, given for each of its characters where it stands as read, its push, and the number of its clause."""
    edges = np.flatnonzero(np.diff(clause)) + 1
    starts = [0, *edges.tolist()] if len(values) else []
    ends = [*edges.tolist(), len(values)]
    return [
        Clause(int(starts_at[a]), int(ends_at[b - 1]), float(values[a:b].sum()))
        for a, b in zip(starts, ends, strict=False)
    ]


def _strongest_runs(clauses: list[Clause], title_length: int) -> list[Clause]:
    """Return the runs of neighbouring clauses that carry most, none across the title's end, none overlapping, strongest first."""
    if not clauses:
        return []
    toll = TOLL * max(clause.push / max(8, clause.end - clause.start) for clause in clauses)
    runs: list[Clause] = []
    free = [True] * len(clauses)
    for _ in range(QUOTES):
        best: tuple[float, int, int] | None = None
        for i in range(len(clauses)):
            push = worth = 0.0
            for j in range(i, len(clauses)):
                crosses = clauses[i].start < title_length < clauses[j].end
                if not free[j] or crosses or (j > i and clauses[j].end - clauses[i].start > LONGEST_QUOTE):
                    break
                push += clauses[j].push
                worth = push - max(0.0, toll) * (clauses[j].end - clauses[i].start)
                if push > 0 and (best is None or worth > best[0]):
                    best = worth, i, j
        if best is None:
            break
        _, i, j = best
        runs.append(Clause(clauses[i].start, clauses[j].end, sum(clause.push for clause in clauses[i : j + 1])))
        free[i : j + 1] = [False] * (j + 1 - i)
    return sorted(runs, key=lambda run: -run.push)


def _quote(run: Clause, title: str, text: str) -> dict[str, Any]:
    in_title = run.start < len(title)
    shift = 0 if in_title else len(title) + 1
    whole = title if in_title else text
    start, end = run.start - shift, min(run.end - shift, run.start - shift + LONGEST_QUOTE)
    return {"field": "title" if in_title else "text", "start": start, "end": end, "quote": whole[start:end], "weight": round(run.push, 4)}



