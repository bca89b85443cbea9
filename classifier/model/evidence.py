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


class Runs(NamedTuple):
    """Stretches of posts: the post of each, half-open places in its title, newline, text as read, and what it adds to the log-odds."""

    post: Places
    start: Places
    end: Places
    push: Values


def quote_evidence(judged: Judged, model: Model, posts: Places, titles: list[str], texts: list[str]) -> dict[int, list[dict[str, Any]]]:
    """
    Return for each of *posts* its quotes, strongest first: ``{field, start, end, quote, weight}``.

    *posts* are numbers among the opened ones; *titles* and *texts* are those of the opened ones, as read, judged as
    ``title, newline, text``. ``weight`` is what the quote adds to the log-odds.
    """
    clauses = _clauses(judged, pushes(judged, model, posts), posts, titles, texts)
    title_lengths = np.fromiter(map(len, titles), dtype=np.int64, count=len(titles))
    quotes: dict[int, list[dict[str, Any]]] = {post: [] for post in posts.tolist()}
    for post, start, end, push in zip(*(column.tolist() for column in _strongest_runs(clauses, title_lengths)), strict=True):
        quotes[post].append(_quote(start, end, push, titles[post], texts[post]))
    return quotes


def _clauses(judged: Judged, pushed: Values, posts: Places, titles: list[str], texts: list[str]) -> Runs:
    """Return the clauses of *posts*, stretches between two marks of punctuation, in reading order."""
    reading = judged.features.reading
    source = reading.folded.source
    asked = np.zeros(len(texts), dtype=np.bool_)
    asked[posts] = True
    own = np.flatnonzero(asked[reading.stream_post])
    post, places = reading.stream_post[own], reading.stream_place[own]
    # How many marks stand before each place: another number or another post, and another clause begins.
    ends_one = np.zeros(len(reading.folded.codes), dtype=np.bool_)
    ends_one[marks_in(reading.folded.codes, [*SENTENCE_ENDS, *CLAUSE_ENDS])] = True
    stops = np.cumsum(ends_one)[places]
    begins = np.flatnonzero((np.diff(stops, prepend=-1) > 0) | (np.diff(post, prepend=-1) > 0))
    ends = np.append(begins[1:], len(own))[: len(begins)]
    lengths = np.fromiter((len(a) + len(b) + 2 for a, b in zip(titles, texts, strict=True)), dtype=np.int64, count=len(texts))
    shift = (np.cumsum(lengths) - lengths)[post[begins]]
    starts_at = source[places[begins]] - shift
    ends_at = source[reading.stream_end[own[ends - 1]] - 1] + 1 - shift
    return Runs(post[begins], starts_at, ends_at, _sums(pushed[own], begins, ends))


def _sums(values: Values, begins: Places, ends: Places) -> Values:
    """Return the sum of each stretch of *values*, to the last bit what ``values[begin:end].sum()`` gives."""
    sums = np.zeros(len(begins))
    lengths = ends - begins
    for length in np.unique(lengths).tolist():
        alike = np.flatnonzero(lengths == length)
        sums[alike] = values[begins[alike, None] + np.arange(length)].sum(axis=1)
    return sums


def _strongest_runs(clauses: Runs, title_lengths: Places) -> Runs:
    """Return up to QUOTES runs of neighbouring clauses a post that carry most, none across the title's end, none overlapping; post by post, strongest first."""
    first, last, push = _bringing_runs(clauses, title_lengths)
    post = clauses.post[first]
    worth = push - _tolls(clauses, len(title_lengths))[post] * (clauses.end[last] - clauses.start[first])
    found: list[tuple[Places, Places, Places, Values]] = []
    for _ in range(QUOTES):
        best = np.full(len(title_lengths), -np.inf)
        np.maximum.at(best, post, worth)
        equals = np.flatnonzero(worth == best[post])
        # The first of equals in reading order: a post comes once.
        equals = equals[np.lexsort((last[equals], first[equals]))]
        equals = equals[np.diff(post[equals], prepend=-1) > 0]
        found.append((post[equals], first[equals], last[equals], push[equals]))
        taken_first, taken_last = (np.zeros(len(title_lengths), dtype=np.int64) for _ in range(2))
        taken_first[post[equals]], taken_last[post[equals]] = first[equals], last[equals]
        apart = np.flatnonzero((last < taken_first[post]) | (first > taken_last[post]))
        first, last, post = first[apart], last[apart], post[apart]
        push, worth = push[apart], worth[apart]
    post, first, last = (np.concatenate([run[n] for run in found]) for n in range(3))
    push = np.concatenate([run[3] for run in found])
    order = np.lexsort((-push, post))
    return Runs(post[order], clauses.start[first[order]], clauses.end[last[order]], push[order])


def _tolls(clauses: Runs, n_posts: int) -> Values:
    """Return for each post what each character of a quote must bring."""
    density = np.zeros(n_posts)
    np.maximum.at(density, clauses.post, clauses.push / np.maximum(8, clauses.end - clauses.start))
    return TOLL * density


def _bringing_runs(clauses: Runs, title_lengths: Places) -> tuple[Places, Places, Values]:
    """
    Return the runs of clauses that may be quoted: the numbers of the first and the last clause, in no order, and their push.

    A run that begins or ends with a clause that brings nothing is worth more without it.
    """
    title = title_lengths[clauses.post]
    first = np.flatnonzero((clauses.push > 0) & ~((clauses.start < title) & (title < clauses.end)))
    last, push = first.copy(), np.zeros(len(first))
    found = [(first[:0], last[:0], push[:0])]
    while len(first):
        push = push + clauses.push[last]
        bringing = (push > 0) & (clauses.push[last] > 0)
        found.append((first[bringing], last[bringing], push[bringing]))
        # All of them grow by one clause, as long as the post goes on and the quote is not too long nor runs out of the title.
        going = np.flatnonzero(last + 1 < len(clauses.post))
        going = going[clauses.post[last[going] + 1] == clauses.post[first[going]]]
        first, last, push = first[going], last[going] + 1, push[going]
        start, end = clauses.start[first], clauses.end[last]
        short = np.flatnonzero((end <= start + LONGEST_QUOTE) & ~((start < title[first]) & (title[first] < end)))
        first, last, push = first[short], last[short], push[short]
    return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))  # type: ignore[return-value]


def _quote(start: int, end: int, push: float, title: str, text: str) -> dict[str, Any]:
    in_title = start < len(title)
    shift = 0 if in_title else len(title) + 1
    whole = title if in_title else text
    begin, stop = start - shift, min(end - shift, start - shift + LONGEST_QUOTE)
    return {"field": "title" if in_title else "text", "start": begin, "end": stop, "quote": whole[begin:stop], "weight": round(push, 4)}
