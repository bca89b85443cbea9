"""
Where in a post the offer is made: how likely each stretch of it is one that our writers would have marked.

A score says whether; this says where. The writers of the corpus mark the sentences that hand the reader an entrance,
steps or a channel, and the weights are learned from what is marked and what is not in the same offers.

A stretch is looked at twice: first by what it says and where it stands, then with its sentence, its line and its post
in view: what is likely after the first look counts for more beside other likely stretches, and for less in a post full of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.normalise import NEWLINE, SPACE
from classifier.language.passages import CLAUSE_ENDS, SENTENCE_ENDS, marks_in
from classifier.language.vectorise import Reading
from classifier.model.bundle import PLACES, Model
from classifier.model.features import changes, count, entry_weights, joined
from classifier.model.judge import Judged, probability

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

# A stretch ends with its clause, or at the first word after so many characters of it: posts without punctuation have marks too.
ENOUGH = 24
# A post of which so much is read, in shares of its characters, is about the trade: an entrance in a line without a word of it is quoted too.
# An article around an offer is not (models/EXPERIMENTS.md).
MOSTLY = 0.3
# The longest amount, with its spaces, that a stretch begins with, in characters.
LONGEST_AMOUNT = 12
# What the words of a stretch's neighbours count beside its own (models/EXPERIMENTS.md).
NEIGHBOUR = 0.3
# Offers are made at the end, or at the beginning: how fast that fades, in characters.
NEAR_END, TOWARDS_END, NEAR_START = 40.0, 150.0, 60.0
# The first look at a stretch that is not there, before the first and after the last of a post: about that of most.
NOBODY = -2.0
# So many spreads from its mean, a sign counts no further: no post is so unlike ours that a product runs away.
FARTHEST = 4.0


class Stretches(NamedTuple):
    """
    Stretches of posts, in reading order: the post of each, and half-open places in its title, newline, text as read.

    ``sentence`` and ``line`` number the sentences and the lines over all posts, in order. ``of_character`` is the number of the stretch each character of the n-gram stream is in, or -1. A stretch never crosses the title's end.
    """

    post: Places
    start: Places
    end: Places
    sentence: Places
    line: Places
    of_character: Places


class Described(NamedTuple):
    """
    Stretches as the model sees them, a row for each.

    ``own`` is the TF-IDF of what it says itself, ``beside @ own`` of that with its neighbours, of length 1 or a little more;
    ``places`` has a column for each of ``PLACES`` of the bundle.
    """

    own: sp.csr_matrix
    beside: sp.csr_matrix
    places: Values


def cut_stretches(judged: Judged, posts: Places, titles: list[str], texts: list[str]) -> Stretches:
    """Return the stretches of *posts* where a quote may lie; *posts* are numbers among the opened ones, *titles* and *texts* those of the opened ones, as read."""
    reading = judged.features.reading
    asked = np.zeros(len(texts), dtype=np.bool_)
    asked[posts] = True
    own = np.flatnonzero((asked[reading.segments.post] & _quotable(judged))[reading.stream_segment])
    post, places = reading.stream_post[own], reading.stream_place[own]
    marks = marks_in(reading.folded.codes, [NEWLINE, *SENTENCE_ENDS, *CLAUSE_ENDS])
    # How many marks stand before each place: another number or another post, and another clause begins.
    so_far = np.zeros(len(reading.folded.codes), dtype=np.int32)
    so_far[marks] = 1
    begins_clause = changes(np.cumsum(so_far, out=so_far).take(places)) | changes(post)
    # Far from the trade's words, words may be cut or not: nothing may depend on them.
    begins_word = ~judged.features.near[reading.stream_segment]
    begins_word[reading.word_start] = True
    at = np.arange(len(own))
    clause_begin = np.maximum.accumulate(np.where(begins_clause, at, 0))
    word_begin = np.maximum(clause_begin, np.maximum.accumulate(np.where(begins_word[own], at, 0)))
    begins = np.flatnonzero(begins_clause | changes((word_begin - clause_begin) // ENOUGH))
    lasts = np.append(begins[1:], len(own))[: len(begins)] - 1
    of_title, of_text = (np.fromiter(map(len, column), dtype=np.int64, count=len(column)) for column in (titles, texts))
    lengths = of_title + of_text + 2
    shift = (np.cumsum(lengths) - lengths)[post[begins]]
    source = reading.folded.source
    firsts = np.where(begins_clause[begins], _with_amounts(reading, own[begins], marks), places[begins])
    of_character = np.full(len(reading.stream), -1, dtype=np.int64)
    of_character[own] = np.repeat(np.arange(len(begins)), lasts - begins + 1)
    line, sentence = (_numbered(marks[marks_in(reading.folded.codes[marks], ends)], places[begins], post[begins]) for ends in ([NEWLINE], [NEWLINE, *SENTENCE_ENDS]))
    return Stretches(post[begins], source[firsts] - shift, source[reading.stream_end[own[lasts]] - 1] + 1 - shift, sentence, line, of_character)


def _quotable(judged: Judged) -> npt.NDArray[np.bool_]:
    """Return which segments a quote may lie in: those that are read, and all of a post of which MOSTLY is read."""
    reading, near = judged.features.reading, judged.features.near
    read, said = (np.bincount(posts, minlength=len(reading.folded.starts)) for posts in (reading.stream_post[near[reading.stream_segment]], reading.stream_post))
    whole: npt.NDArray[np.bool_] = read >= MOSTLY * said
    return near | whole[reading.segments.post]


def _numbered(ends: Places, places: Places, post: Places) -> Places:
    """Return for each of *places*, each in a *post*, the number of the line or sentence it is in; *ends* are the places of the marks that end those."""
    return np.cumsum(changes(np.searchsorted(ends, places)) | changes(post)) - 1


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


def describe_stretches(judged: Judged, model: Model, stretches: Stretches, titles: list[str], texts: list[str]) -> Described:
    """Return what each of *stretches* says and where it stands."""
    reading, near = judged.features.reading, judged.features.near
    quoted = np.zeros(len(near), dtype=np.bool_)
    quoted[reading.stream_segment[stretches.of_character >= 0]] = True
    found, far = judged.features.occurrences, quoted & ~near
    if far.any():
        found = joined([found, model.vocabulary.occurrences(reading, far, words=False)])
    row = stretches.of_character[found.start]
    said = np.flatnonzero(row >= 0)
    own = count(found._replace(column=found.column[said]), row[said], len(stretches.post), len(model.rarity))
    # What is rare tells an offer from other posts; inside an offer it tells less.
    own.data = entry_weights(own.data, np.sqrt(model.rarity[own.indices]))
    return Described(own, _beside(own, stretches), _places(stretches, titles, texts))


def _beside(own: sp.csr_matrix, stretches: Stretches) -> sp.csr_matrix:
    """Return what each stretch takes of each one's words: all of its own, NEIGHBOUR of its neighbours', scaled to about length 1."""
    everyone = np.arange(len(stretches.post))
    squares = np.bincount(np.repeat(everyone, np.diff(own.indptr)), weights=own.data**2, minlength=len(everyone))
    left = np.flatnonzero(stretches.post[1:] == stretches.post[:-1])
    row, column = np.concatenate((everyone, left, left + 1)), np.concatenate((everyone, left + 1, left))
    taken = np.where(row == column, 1.0, NEIGHBOUR)
    # As if neighbours had no word in common: to know those would cost more than all the rest.
    lengths = np.sqrt(np.bincount(row, taken**2 * squares[column], minlength=len(everyone)))
    return sp.csr_matrix((taken / np.maximum(lengths, 1e-9)[row], (row, column)), shape=(len(everyone), len(everyone)))


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
    """Return for each of *stretches* how likely, 0 to 1, it is marked, if its post is an offer."""
    described = describe_stretches(judged, model, stretches, titles, texts)
    first = described.beside @ (described.own @ model.mark_weights) + described.places @ model.mark_places[:-1] + model.mark_places[-1]
    return probability(second_look(look_around(first, stretches, described.places), model.mark_scales, model.mark_signs))


def look_around(first: Values, stretches: Stretches, places: Values) -> list[Values]:
    """Return each of ``SIGNS`` of the bundle for *stretches*, of the log-odds of their first look and of where they stand."""
    characters = (stretches.end - stretches.start).astype(np.float64)
    same = np.flatnonzero(stretches.post[1:] == stretches.post[:-1])
    before, after = (np.full(len(first), NOBODY) for _ in range(2))
    before[same + 1], after[same] = first[same], first[same + 1]
    of_sentence, of_line, of_post = (np.bincount(within, characters)[within] for within in (stretches.sentence, stretches.line, stretches.post))
    means = [
        np.bincount(within, first * characters)[within] / total
        for within, total in ((stretches.sentence, of_sentence), (stretches.line, of_line), (stretches.post, of_post))
    ]
    likeliest = np.full(stretches.post.max(initial=-1) + 1, -np.inf)
    np.maximum.at(likeliest, stretches.post, first)
    where = dict(zip(PLACES, places.T, strict=True))
    return [
        first, before, after, *means, likeliest[stretches.post], np.log(characters), np.log(of_sentence),
        where["towards_end"], where["share_before"], where["length"],
    ]  # fmt: skip


def second_look(signs: list[Values], scales: Values, weights: Values) -> Values:
    """Return the log-odds that each stretch is marked: a sum over the *signs* and their products (see ``SIGNS`` of the bundle)."""
    scaled = scale(signs, scales)
    total = np.full(len(signs[0]), weights[0, 0])
    # One after the other, each by itself: a library's product of tables rounds by how many rows there are.
    for i, one in enumerate(scaled, 1):
        slope = np.full(len(one), weights[0, i])
        for j, other in enumerate(scaled[i - 1 :], i):
            slope += weights[i, j] * other
        total += slope * one
    return total


def scale(signs: list[Values], scales: Values) -> list[Values]:
    """Return *signs* as spreads from their means, at most FARTHEST of them; *scales* are the means and the spreads."""
    return [np.clip((sign - mean) / spread, -FARTHEST, FARTHEST) for sign, mean, spread in zip(signs, *scales, strict=True)]
