"""The passages that make an offer, as quotes: offsets into the post's own title or text as read."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.model.bundle import Model
from classifier.model.judge import Judged
from classifier.model.marks import Stretches, cut_stretches, likelihood

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

LONGEST_QUOTE = 200
QUOTES = 3
# A quote begins and ends with a stretch at least so likely marked as the likeliest of its post, in shares of that: every post shown has a quote.
LIKELY = 0.7


class Runs(NamedTuple):
    """Stretches of posts: the post of each, half-open places in its title, newline, text as read, and what it is worth."""

    post: Places
    start: Places
    end: Places
    worth: Values


def quote_evidence(judged: Judged, model: Model, posts: Places, titles: list[str], texts: list[str]) -> dict[int, list[dict[str, Any]]]:
    """
    Return for each of *posts* its quotes, strongest first: ``{field, start, end, quote, weight}``.

    *posts* are numbers among the opened ones; *titles* and *texts* are those of the opened ones, as read, judged as
    ``title, newline, text``. ``weight`` is in characters: how many more of the quote's are expected to make the offer than LIKELY of them
    times the chance of the likeliest stretch of the post.
    """
    stretches = cut_stretches(judged, posts, titles, texts)
    parts = _worth(stretches, likelihood(judged, model, stretches, titles, texts), len(titles))
    title_lengths = np.fromiter(map(len, titles), dtype=np.int64, count=len(titles))
    quotes: dict[int, list[dict[str, Any]]] = {post: [] for post in posts.tolist()}
    for post, start, end, worth in zip(*(column.tolist() for column in _strongest_runs(parts, title_lengths)), strict=True):
        quotes[post].append(_quote(start, end, worth, titles[post], texts[post]))
    return quotes


def _worth(stretches: Stretches, likely: Values, n_posts: int) -> Runs:
    """Return *stretches* with what each is worth to a quote: its characters, times how much likelier it is marked than LIKELY of the likeliest."""
    likeliest = np.zeros(n_posts)
    np.maximum.at(likeliest, stretches.post, likely)
    return Runs(stretches.post, stretches.start, stretches.end, (likely - LIKELY * likeliest[stretches.post]) * (stretches.end - stretches.start))


def _strongest_runs(parts: Runs, title_lengths: Places) -> Runs:
    """Return up to QUOTES runs of neighbouring *parts* a post that are worth most, none across the title's end, none overlapping; post by post, strongest first."""
    first, last, worth = _promising_runs(parts, title_lengths)
    post = parts.post[first]
    found: list[tuple[Places, Places, Places, Values]] = []
    for _ in range(QUOTES):
        best = np.full(len(title_lengths), -np.inf)
        np.maximum.at(best, post, worth)
        equals = np.flatnonzero(worth == best[post])
        # The first of equals in reading order: a post comes once.
        equals = equals[np.lexsort((last[equals], first[equals], post[equals]))]
        equals = equals[np.diff(post[equals], prepend=-1) > 0]
        found.append((post[equals], first[equals], last[equals], worth[equals]))
        taken_first, taken_last = (np.zeros(len(title_lengths), dtype=np.int64) for _ in range(2))
        taken_first[post[equals]], taken_last[post[equals]] = first[equals], last[equals]
        apart = np.flatnonzero((last < taken_first[post]) | (first > taken_last[post]))
        first, last, post, worth = first[apart], last[apart], post[apart], worth[apart]
    post, first, last = (np.concatenate([run[n] for run in found]) for n in range(3))
    worth = np.concatenate([run[3] for run in found])
    order = np.lexsort((-worth, post))
    return Runs(post[order], parts.start[first[order]], parts.end[last[order]], worth[order])


def _promising_runs(parts: Runs, title_lengths: Places) -> tuple[Places, Places, Values]:
    """
    Return the runs of *parts* that may be quoted: the numbers of the first and the last part, in no order, and their worth.

    A run that begins or ends with a part that is worth nothing is worth more without it.
    """
    title = title_lengths[parts.post]
    first = np.flatnonzero(parts.worth > 0)
    last, worth = first.copy(), np.zeros(len(first))
    found = [(first[:0], last[:0], worth[:0])]
    while len(first):
        worth = worth + parts.worth[last]
        promising = (worth > 0) & (parts.worth[last] > 0)
        found.append((first[promising], last[promising], worth[promising]))
        # All of them grow by one part, as long as the post goes on and the quote is not too long nor runs out of the title.
        going = np.flatnonzero(last + 1 < len(parts.post))
        going = going[parts.post[last[going] + 1] == parts.post[first[going]]]
        first, last, worth = first[going], last[going] + 1, worth[going]
        start, end = parts.start[first], parts.end[last]
        short = np.flatnonzero((end <= start + LONGEST_QUOTE) & ~((start < title[first]) & (title[first] < end)))
        first, last, worth = first[short], last[short], worth[short]
    return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))  # type: ignore[return-value]


def _quote(start: int, end: int, worth: float, title: str, text: str) -> dict[str, Any]:
    in_title = start < len(title)
    shift = 0 if in_title else len(title) + 1
    whole = title if in_title else text
    begin, stop = start - shift, min(end - shift, start - shift + LONGEST_QUOTE)
    return {"field": "title" if in_title else "text", "start": begin, "end": stop, "quote": whole[begin:stop], "weight": round(worth, 4)}
