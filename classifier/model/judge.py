"""
Judge texts: the log-odds that a post makes an offer, the passages that carry it, and what is offered.

    log-odds = constant + whole * (weights . whole post) + strongest * (passage weights . strongest passage)

Both parts are sums over words and n-grams, so an explanation can share the log-odds out over the characters exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.gate import opens
from classifier.language.normalise import fold
from classifier.language.vectorise import Reading, read
from classifier.model.bundle import Model
from classifier.model.features import Occurrences, count, weigh

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class Passages(NamedTuple):
    """Two neighbouring segments each (one, where a post has only one): the post, the first and the last segment."""

    post: Places
    first: Places
    last: Places


class Features(NamedTuple):
    """A batch of texts as the model sees them: TF-IDF rows of the whole posts and of their passages."""

    reading: Reading
    occurrences: Occurrences
    whole: sp.csr_matrix
    passages: Passages
    parts: sp.csr_matrix


class Judged(NamedTuple):
    """
    What is said of a batch of texts: the log-odds of each, in order.

    The rest has one row for each text that passed the gate, whose numbers are ``opened``: features, the number of the
    strongest passage in ``features.passages``, the log-odds of each category.
    """

    log_odds: Values
    opened: Places
    features: Features
    strongest: Places
    categories: Values


def pair_segments(post: Places) -> Passages:
    """Return the passages of segments that belong to the posts *post*, in reading order."""
    same_next = np.concatenate((post[:-1] == post[1:], [False]))
    same_before = np.concatenate(([False], post[:-1] == post[1:]))
    first = np.flatnonzero(same_next | ~same_before)
    # The last of several segments is already the second half of a passage.
    return Passages(post[first], first, first + same_next[first])


def featurise(model: Model, texts: list[str]) -> Features:
    """Return *texts* as rows of features; order and number are kept."""
    reading = read(texts)
    occurrences = model.vocabulary.occurrences(reading)
    post = reading.segments.post
    columns = len(model.vocabulary)
    by_segment = count(occurrences, occurrences.segment, len(post), columns)
    whole = weigh(_gather(post, len(texts), np.arange(len(post))) @ by_segment, model.rarity)
    passages = pair_segments(post)
    two = passages.first != passages.last
    rows = np.concatenate((np.arange(len(passages.post)), np.flatnonzero(two)))
    segments = np.concatenate((passages.first, passages.last[two]))
    parts = weigh(_gather(rows, len(passages.post), segments) @ by_segment, model.rarity)
    return Features(reading, occurrences, whole, passages, parts)


def _gather(rows: Places, n_rows: int, segments: Places) -> sp.csr_matrix:
    """Return the matrix that sums *segments* into *rows*."""
    return sp.csr_matrix((np.ones(len(rows)), (rows, segments)), shape=(n_rows, int(segments.max()) + 1 if len(segments) else 0))


def judge(model: Model, texts: list[str]) -> Judged:
    """Return what the model says of *texts*, in order; those that do not pass the gate have ``model.floor``."""
    opened = np.flatnonzero(opens(fold(texts)))
    features = featurise(model, [texts[n] for n in opened.tolist()])
    strength = features.parts @ model.passage_weights
    strongest = strongest_passage(strength, features.passages.post, len(opened))
    log_odds = np.full(len(texts), model.floor)
    log_odds[opened] = model.constant + model.whole * (features.whole @ model.post_weights) + model.strongest * strength[strongest]
    categories = (features.whole + features.parts[strongest]) @ model.category_weights.T + model.category_constants
    return Judged(log_odds, opened, features, strongest, categories)


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

    The sum over a post's characters, plus ``model.constant``, is its log-odds.
    """
    features = judged.features
    pushed = np.zeros(len(features.reading.stream))
    post = features.reading.segments.post[features.occurrences.segment]
    asked = np.zeros(len(judged.opened), dtype=bool)
    asked[posts] = True
    chosen = asked[post]
    _share(pushed, features.occurrences, chosen, post, features.whole, model.whole * model.post_weights)
    strongest = judged.strongest[post]
    segment = features.occurrences.segment
    inside = chosen & ((segment == features.passages.first[strongest]) | (segment == features.passages.last[strongest]))
    _share(pushed, features.occurrences, inside, post, features.parts[judged.strongest], model.strongest * model.passage_weights)
    return pushed


def _share(pushed: Values, found: Occurrences, chosen: npt.NDArray[np.bool_], rows: Places, matrix: sp.csr_matrix, weights: Values) -> None:
    """Share each entry of *matrix*, times its weight, over the occurrences that made it, and those over their characters; add to *pushed*."""
    matrix.sort_indices()
    columns = matrix.shape[1]
    entries = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * columns + matrix.indices
    column, start, span = found.column[chosen], found.start[chosen], found.span[chosen]
    entry = np.searchsorted(entries, rows[chosen] * columns + column)
    times = np.bincount(entry, minlength=len(entries))
    each = matrix.data[entry] * weights[column] / times[entry] / span
    for offset in range(int(span.max(initial=0))):
        covers = span > offset
        np.add.at(pushed, start[covers] + offset, each[covers])
