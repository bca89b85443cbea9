"""
Judge texts: the log-odds that a post makes an offer, the passage that carries it, and what is offered.

    log-odds = constant + whole * margin(all that is read) + strongest * margin(the strongest passage)

An offer has rivals: news, lessons, warnings and the other kinds of innocent posts, each told from offers by weights of its own. The
margin is what is left of the log-odds of an offer against each when they stand together: minus the logarithm of their summed odds.
It is nearly the least of them, so that whatever looks like one kind of innocent post is none. Each part is a sum over words and
n-grams, so an explanation can share the log-odds out over the characters exactly. In a short post both parts are the same text.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.gate import may_open, open_segments, opening_places
from classifier.language.keys import sorting_order
from classifier.language.normalise import Folded, fold, pick, sieve, undisguise
from classifier.language.passages import cut_segments
from classifier.language.vectorise import Reading, read_segments
from classifier.model.bundle import Model
from classifier.model.features import Occurrences, Vocabulary, count, entry_weights, product, weigh

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

# Segments in a passage: about as many characters as the median post, so that one set of weights serves both.
PASSAGE = 4


class Passages(NamedTuple):
    """Up to PASSAGE neighbours among the segments that are read of a post: the post, the first and the last segment."""

    post: Places
    first: Places
    last: Places


class Features(NamedTuple):
    """
    A batch of texts as the model sees them: TF-IDF rows of each passage, and of all that is read of each post.

    Every row is scaled to length 1; ``lengths`` are what the lengths were. The rows of the passages come first; ``whole_row`` is the row of each post,
    which is that of its passage if it has only one. ``near`` says which segments are read.
    """

    reading: Reading
    occurrences: Occurrences
    near: npt.NDArray[np.bool_]
    passages: Passages
    rows: sp.csr_matrix
    lengths: Values
    whole_row: Places

    @property
    def whole(self) -> sp.csr_matrix:
        """A row for each post."""
        return self.rows[self.whole_row]

    @property
    def parts(self) -> sp.csr_matrix:
        """A row for each passage."""
        return self.rows[: len(self.passages.post)]


class Sifted(NamedTuple):
    """The numbers of the texts with a word of the trade, in order; these in plain spelling; and where in that the words are that open them."""

    opened: Places
    plain: Folded
    opening: Places


class Judged(NamedTuple):
    """
    What is said of a batch of texts: the log-odds of each, in order.

    The rest has one row for each text with a word of the trade, whose numbers are ``opened``: whether anything is known of it, features, the number of the
    strongest passage in ``features.passages``.
    """

    log_odds: Values
    opened: Places
    passed: npt.NDArray[np.bool_]
    features: Features
    strongest: Places


def find_features(vocabulary: Vocabulary, texts: list[str]) -> tuple[Reading, Occurrences, npt.NDArray[np.bool_]]:
    """Return the reading of *texts*, the features that stand near a word of the trade, and which segments those are."""
    return _find_near(vocabulary, undisguise(fold(texts)), every_word=False)


def _find_near(vocabulary: Vocabulary, plain: Folded, *, every_word: bool, opening: Places | None = None) -> tuple[Reading, Occurrences, npt.NDArray[np.bool_]]:
    segments = cut_segments(plain)
    near = open_segments(plain, segments, opening)
    reading = read_segments(plain, segments, wanted=near | every_word)
    return reading, vocabulary.occurrences(reading, near), near


def featurise(model: Model, texts: list[str]) -> Features:
    """Return *texts* as rows of features; order and number are kept."""
    return _featurise(model, undisguise(fold(texts)), every_word=False)


def _featurise(model: Model, plain: Folded, *, every_word: bool, opening: Places | None = None) -> Features:
    reading, occurrences, near = _find_near(model.vocabulary, plain, every_word=every_word, opening=opening)
    post, n_posts = reading.segments.post, len(plain.starts) - 1
    by_segment = count(occurrences, occurrences.segment, len(post), len(model.vocabulary))
    passages, segments, rows = cut_passages(post, near, n_posts)
    several = np.bincount(passages.post, minlength=n_posts) > 1
    whole_row = np.where(several, len(passages.post) + np.cumsum(several) - 1, np.searchsorted(passages.post, np.arange(n_posts)))
    of_several = np.flatnonzero(several[post])
    segments, rows = np.concatenate((segments, of_several)), np.concatenate((rows, whole_row[post[of_several]]))
    weighed = weigh(_sum_segments(segments, rows, len(passages.post) + int(several.sum()), by_segment), model.rarity)
    return Features(reading, occurrences, near, passages, *weighed, whole_row)


def _sum_segments(segments: Places, rows: Places, n_rows: int, by_segment: sp.csr_matrix) -> sp.csr_matrix:
    """Return the counts of ``segments[i]`` summed into row ``rows[i]``; rows in order, and the segments of each."""
    ends = np.searchsorted(rows, np.arange(n_rows + 1))
    taken = sp.csr_matrix((np.ones(len(rows)), segments.astype(np.int32), ends.astype(np.int32)), shape=(n_rows, by_segment.shape[0]))
    return product(taken, by_segment)


def cut_passages(post: Places, near: npt.NDArray[np.bool_], n_posts: int) -> tuple[Passages, Places, Places]:
    """
    Return the passages of posts, in reading order, and their segments: ``segments[i]`` is in passage ``rows[i]``.

    *post* is the post of each segment, *near* which ones are read. A post of which nothing is read has one empty
    passage, at its first segment.
    """
    # A stand-in for posts of which nothing is read keeps every post in the table.
    stands_in = near.copy()
    stands_in[np.searchsorted(post, np.flatnonzero(np.bincount(post[near], minlength=n_posts) == 0))] = True
    kept = np.flatnonzero(stands_in)
    own = post[kept]
    begins = np.searchsorted(own, np.arange(n_posts))
    ends = np.searchsorted(own, np.arange(n_posts), side="right")
    # A passage begins at every segment that has enough after it in its post, or at the post's first.
    place = np.arange(len(kept))
    first = np.flatnonzero((place + PASSAGE <= ends[own]) | (place == begins[own]))
    last = np.minimum(first + PASSAGE, ends[own[first]]) - 1
    lengths = last - first + 1
    rows = np.repeat(np.arange(len(first)), lengths)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Passages(own[first], kept[first], kept[last]), kept[np.repeat(first, lengths) + inside], rows


def judge(model: Model, texts: list[str], *, every_word: bool = True) -> Judged:
    """
    Return what the model says of *texts*, in order; those that do not pass the gate have ``model.floor``.

    Without *every_word* the reading holds only words near one of the trade, which is all that a score and a quote rest on;
    an explanation names the others too.
    """
    opened, plain, opening = sift(texts)
    features = _featurise(model, plain, every_word=every_word, opening=opening)
    passed = np.diff(features.rows.indptr)[features.whole_row] > 0
    strength = margin(against(features.rows, model.weights, model.rival_constants))
    strongest = strongest_passage(strength[: len(features.passages.post)], features.passages.post, len(opened))
    found = model.constant + model.whole * strength[features.whole_row] + model.strongest * strength[strongest]
    log_odds = np.full(len(texts), model.floor)
    log_odds[opened[passed]] = found[passed]
    return Judged(log_odds, opened, passed, features, strongest)


def find_likely(texts: list[str]) -> list[int]:
    """Return the numbers, in order, of those of *texts* that may have a word of the trade: a quick look at all of them, for a sure one at those few (`sift`)."""
    likely: list[int] = np.flatnonzero(may_open(sieve(texts))).tolist()
    return likely


def sift(texts: list[str]) -> Sifted:
    """Return those of *texts* that have a word of the trade, their disguises undone."""
    plain = undisguise(fold(texts))
    places, post = opening_places(plain)
    sure = np.unique(post)
    read = pick(plain, sure)
    return Sifted(sure, read, places + read.starts[np.searchsorted(sure, post)] - plain.starts[post])


def against(rows: sp.csr_matrix, weights: Values, constants: Values) -> Values:
    """Return the log-odds of an offer against each rival: a row for each of *rows*, a column for each rival."""
    found: Values = rows @ weights + constants
    return found


def margin(log_odds: Values) -> Values:
    """Return the log-odds of an offer against all rivals together, given those against each."""
    least: Values = -np.logaddexp.reduce(-log_odds, axis=1)
    return least


def shares(log_odds: Values) -> Values:
    """Return how much of the rivals' odds each has, 0 to 1, in every row 1 together."""
    mine: Values = np.exp(margin(log_odds)[:, None] - log_odds)
    return mine


def category_log_odds(judged: Judged, model: Model, posts: Places) -> Values:
    """Return the log-odds that the strongest passage of each of *posts* is of each category; *posts* are numbers among the opened ones."""
    rows = judged.features.rows[judged.strongest[posts]]
    found: Values = rows @ model.category_weights.T + model.category_constants
    return found


def strongest_passage(strength: Values, post: Places, n_posts: int) -> Places:
    """Return for each post the number of its strongest passage; the first of equals."""
    order = np.lexsort((-strength, post))
    return order[np.searchsorted(post[order], np.arange(n_posts))]


def probability(log_odds: Values) -> Values:
    """Return probabilities, 0 to 1, of *log_odds*."""
    return 1.0 / (1.0 + np.exp(-np.clip(log_odds, -700, 700)))


def pushes(judged: Judged, model: Model, posts: Places) -> Values:
    """
    Return how much each character of the n-gram stream moves the log-odds of its post; 0 in posts not in *posts*.

    *posts* are numbers among the opened ones, and the stream is theirs.
    The sum over a post's characters, plus its constant (see `constants`), is its log-odds.
    """
    features = judged.features
    of_whole, of_strongest = _shares_of(judged, model, np.arange(len(judged.opened)))
    found = features.occurrences
    asked = np.zeros(len(judged.opened), dtype=np.bool_)
    asked[posts] = True
    post = features.reading.segments.post[found.segment]
    chosen = np.flatnonzero(asked[post])
    post, segment = post[chosen], found.segment[chosen]
    # Sorted once: the strongest passage is a part of the whole.
    order = sorting_order(post * len(model.weights) + found.column[chosen])
    places, values = _share(found, chosen[order], post[order], features.lengths[features.whole_row], model.whole * of_whole, model)
    strongest = judged.strongest[post]
    inside = (features.passages.first[strongest] <= segment) & (segment <= features.passages.last[strongest])
    order = order[inside[order]]
    lengths = features.lengths[judged.strongest]
    more_places, more_values = _share(found, chosen[order], post[order], lengths, model.strongest * of_strongest, model)
    weights = np.concatenate((*values, *more_values))
    pushed: Values = np.bincount(np.concatenate((*places, *more_places)), weights, len(features.reading.stream)).astype(np.float64, copy=False)
    return pushed


def constants(judged: Judged, model: Model, posts: Places) -> Values:
    """Return what is said of each of *posts* before its first word; it depends on which rivals the post is nearest to."""
    of_whole, of_strongest = (_constant_of(mine, model) for mine in _shares_of(judged, model, posts))
    found: Values = model.constant + model.whole * of_whole + model.strongest * of_strongest
    return found


def _constant_of(mine: Values, model: Model) -> Values:
    """Return what a margin has beside its words: it is the mean of what is said against each rival, as much as its share, less their spread (entropy)."""
    logarithms = np.log(mine, out=np.zeros_like(mine), where=mine > 0)
    found: Values = (mine * (model.rival_constants + logarithms)).sum(axis=1)
    return found


def _shares_of(judged: Judged, model: Model, posts: Places) -> tuple[Values, Values]:
    """Return the shares of the rivals in the whole of each of *posts* and in its strongest passage."""
    features = judged.features
    rows = features.rows[features.whole_row[posts]], features.rows[judged.strongest[posts]]
    of_whole, of_strongest = (shares(against(read, model.weights, model.rival_constants)) for read in rows)
    return of_whole, of_strongest


def rivals(judged: Judged, model: Model, post: int) -> dict[str, float]:
    """Return for each kind of innocent post how near the opened *post* is to it, nearest first; together 1."""
    [mine] = _shares_of(judged, model, np.array([post]))[0].tolist()
    return dict(sorted(zip(model.rivals, mine, strict=True), key=lambda rival: -rival[1]))


def _share(found: Occurrences, chosen: Places, rows: Places, lengths: Values, of_rivals: Values, model: Model) -> tuple[list[Places], list[Values]]:
    """
    Share the entries of a TF-IDF table, times their weights, over the occurrences that made them, and those over their characters.

    ``rows[i]`` is the row of occurrence ``chosen[i]``, those of an entry side by side; *lengths* are what each row was scaled by (see `weigh`),
    *of_rivals* how much the weights against each rival count in each row.
    Return places in the stream and what each brings there, in pieces; a place comes as often as features cover it.
    """
    column, start, span = found.column[chosen], found.start[chosen], found.span[chosen]
    first = np.flatnonzero((np.diff(column, prepend=-1) != 0) | (np.diff(rows, prepend=-1) != 0))
    times = np.diff(first, append=len(chosen))
    row, own = rows[first], column[first]
    weights = (model.weights[own] * of_rivals[row]).sum(axis=1)
    entries = entry_weights(times.astype(np.float64), model.rarity[own]) / lengths[row] * weights
    each = np.repeat(entries / times, times) / span
    covered = [np.flatnonzero(span > offset) for offset in range(int(span.max(initial=0)))] or [np.zeros(0, np.int64)]
    return [start[covers] + offset for offset, covers in enumerate(covered)], [each[covers] for covers in covered]
