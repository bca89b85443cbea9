"""
Where in a post the offer is made: how likely each stretch of it is one that our writers would have marked.

A score says whether; this says where. The writers of the corpus mark the sentences that hand the reader an entrance,
steps or a channel, and the weights are learned from what is marked and what is not in the same offers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.normalise import NEWLINE, SPACE
from classifier.language.passages import CLAUSE_ENDS, SENTENCE_ENDS, marks_in
from classifier.language.vectorise import Reading
from classifier.model.bundle import Model
from classifier.model.features import count, entry_weights
from classifier.model.judge import Judged, probability

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

# A stretch ends with its clause, or at the first word after so many characters of it: posts without punctuation have marks too.
ENOUGH = 24
# The longest amount, with its spaces, that a stretch begins with, in characters.
LONGEST_AMOUNT = 12
# What the words of a stretch's neighbours count beside its own (models/EXPERIMENTS.md).
NEIGHBOUR = 0.5
# Offers are made at the end, or at the beginning: how fast that fades, in characters.
NEAR_END, TOWARDS_END, NEAR_START = 40.0, 150.0, 60.0


class Stretches(NamedTuple):
    """
    Stretches of posts, in reading order: the post of each, and half-open places in its title, newline, text as read.

    ``of_character`` is the number of the stretch each character of the n-gram stream is in, or -1. A stretch never crosses the title's end.
    """

    post: Places
    start: Places
    end: Places
    of_character: Places


def cut_stretches(judged: Judged, posts: Places, titles: list[str], texts: list[str]) -> Stretches:
    """Return the stretches of what is read of *posts*, numbers among the opened ones; *titles* and *texts* are those of the opened ones, as read."""
    features = judged.features
    reading = features.reading
    asked = np.zeros(len(texts), dtype=np.bool_)
    asked[posts] = True
    own = np.flatnonzero(asked[reading.stream_post] & features.near[reading.stream_segment])
    post, places = reading.stream_post[own], reading.stream_place[own]
    marks = marks_in(reading.folded.codes, [NEWLINE, *SENTENCE_ENDS, *CLAUSE_ENDS])
    # How many marks stand before each place: another number or another post, and another clause begins.
    clause = np.searchsorted(marks, places)
    begins_clause = _changes(clause) | _changes(post)
    begins_word = np.zeros(len(reading.stream), dtype=np.bool_)
    begins_word[reading.word_start] = True
    at = np.arange(len(own))
    clause_begin = np.maximum.accumulate(np.where(begins_clause, at, 0))
    word_begin = np.maximum(clause_begin, np.maximum.accumulate(np.where(begins_word[own], at, 0)))
    begins = np.flatnonzero(begins_clause | _changes((word_begin - clause_begin) // ENOUGH))
    lasts = np.append(begins[1:], len(own))[: len(begins)] - 1
    lengths = np.fromiter((len(a) + len(b) + 2 for a, b in zip(titles, texts, strict=True)), dtype=np.int64, count=len(texts))
    shift = (np.cumsum(lengths) - lengths)[post[begins]]
    source = reading.folded.source
    firsts = np.where(begins_clause[begins], _with_amounts(reading, own[begins], marks), places[begins])
    of_character = np.full(len(reading.stream), -1, dtype=np.int64)
    of_character[own] = np.repeat(np.arange(len(begins)), lasts - begins + 1)
    return Stretches(post[begins], source[firsts] - shift, source[reading.stream_end[own[lasts]] - 1] + 1 - shift, of_character)


def _with_amounts(reading: Reading, begins: Places, marks: Places) -> Places:
    """
    Return where stretches that begin a clause begin with the amounts before: 10 元一枚, not 元一枚, though an amount is no word and a space ends a clause.

    *begins* are characters of the stream, *marks* the places of the marks that end clauses.
    """
    place, post = reading.stream_place[begins], reading.stream_post[begins]
    before = np.maximum(begins - 1, 0)
    follows = (begins > 0) & (reading.stream_post[before] == post)
    # The clause after the one of the last word before, or the post's first.
    ended = np.searchsorted(marks, reading.stream_end[before])
    after_mark = np.append(marks, len(reading.folded.codes))[ended] + 1
    start = np.where(follows, after_mark, reading.folded.starts[post])
    # Over spaces only: a line or a sentence that is nothing but an amount is another.
    walls = np.concatenate(([-1], marks[reading.folded.codes[marks] != SPACE]))
    start = np.maximum(start, walls[np.searchsorted(walls, place) - 1] + 1)
    return np.where((start < place) & (place - start <= LONGEST_AMOUNT), start, place)


def _changes(values: Places) -> npt.NDArray[np.bool_]:
    """Return which of *values* differ from the one before; the first does."""
    changes: npt.NDArray[np.bool_] = np.diff(values, prepend=values[:1] - 1) != 0
    return changes


def describe_stretches(judged: Judged, rarity: Values, stretches: Stretches, titles: list[str], texts: list[str]) -> tuple[sp.csr_matrix, Values]:
    """Return what each stretch says, with its neighbours, as rows of TF-IDF of length 1, and where it stands, a column for each of ``PLACES`` of the bundle."""
    found, n = judged.features.occurrences, len(stretches.post)
    row = stretches.of_character[found.start]
    said = np.flatnonzero(row >= 0)
    own = count(found._replace(column=found.column[said]), row[said], n, len(rarity))
    own.data = entry_weights(own.data, rarity[own.indices])
    neighbours = np.flatnonzero(stretches.post[1:] == stretches.post[:-1])
    sides = np.full(len(neighbours), NEIGHBOUR)
    everyone = np.arange(n)
    spread = sp.csr_matrix(
        (np.concatenate((np.ones(n), sides, sides)), (np.concatenate((everyone, neighbours, neighbours + 1)), np.concatenate((everyone, neighbours + 1, neighbours)))), shape=(n, n)
    )
    together = spread @ own
    lengths = np.sqrt(np.bincount(np.repeat(everyone, np.diff(together.indptr)), weights=together.data**2, minlength=n))
    together.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(together.indptr))
    return together, _places(stretches, titles, texts)


def _places(stretches: Stretches, titles: list[str], texts: list[str]) -> Values:
    of_title = np.fromiter(map(len, titles), dtype=np.int64, count=len(titles))[stretches.post]
    whole = of_title + 1 + np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))[stretches.post]
    after = whole - stretches.end
    columns = (
        np.exp(-after / NEAR_END),
        np.exp(-after / TOWARDS_END),
        np.exp(-stretches.start / NEAR_START),
        stretches.start < of_title,
        stretches.start / whole,
        np.log(whole) / 8.0,
    )
    return np.stack(columns, axis=1).astype(np.float64)


def likelihood(judged: Judged, model: Model, stretches: Stretches, titles: list[str], texts: list[str]) -> Values:
    """Return for each of *stretches* how likely, 0 to 1, it is marked, if its post is an offer; one half is where a quote may begin and end."""
    said, places = describe_stretches(judged, model.rarity, stretches, titles, texts)
    return probability(said @ model.mark_weights + places @ model.mark_places[:-1] + model.mark_places[-1])
