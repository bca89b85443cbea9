"""
The features of a post: words and character n-grams, counted by segment.

A feature is looked up, never hashed: a column is one word or n-gram, so that every weight can be named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.vectorise import GRAM_LENGTHS, Reading, grams
from classifier.model.keys import KeyTable

Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Values = npt.NDArray[np.float64]

# How much more a rare feature counts than plain TF-IDF says (models/EXPERIMENTS.md).
RARITY_POWER = 1.5


class Occurrences(NamedTuple):
    """Where features stand: column, segment, first character in the n-gram stream, and how many characters it covers there."""

    column: Places
    segment: Places
    start: Places
    span: Places


@dataclass(frozen=True)
class Vocabulary:
    """What the columns are: words first, then n-grams by length."""

    words: tuple[str, ...]
    grams: tuple[Keys, ...]

    def __len__(self) -> int:
        return len(self.words) + sum(map(len, self.grams))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words)}

    @cached_property
    def _spans(self) -> Places:
        """How many characters of the stream each word covers: a Latin word or number is one."""
        return np.array([1 if word[0] < "\u0080" else len(word) for word in self.words], dtype=np.int64)

    @cached_property
    def _tables(self) -> list[KeyTable]:
        return [KeyTable(keys) for keys in self.grams]

    def occurrences(self, reading: Reading, wanted: npt.NDArray[np.bool_]) -> Occurrences:
        """Return every feature of *reading* in *wanted* segments that has a column, family by family."""
        # map and repeat run in C: this is asked of every word of an export.
        word = np.fromiter(map(self._numbers.get, reading.words, repeat(-1)), dtype=np.int64, count=len(reading.words))
        known = np.flatnonzero((word >= 0) & wanted[reading.word_segment])
        start = np.searchsorted(reading.stream_place, reading.word_place[known])
        found = [Occurrences(word[known], reading.word_segment[known], start, self._spans[word[known]])]
        offset = len(self.words)
        for length, table in zip(GRAM_LENGTHS, self._tables, strict=True):
            gram = grams(reading, length, wanted)
            column = table.find(gram.key)
            hit = np.flatnonzero(column >= 0)
            found.append(Occurrences(column[hit] + offset, gram.segment[hit], gram.start[hit], np.full(len(hit), length)))
            offset += len(table.keys)
        return Occurrences(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def name(self, column: int) -> str:
        """Return the word or n-gram of *column*, as a person reads it."""
        if column < len(self.words):
            return self.words[column]
        column -= len(self.words)
        for keys in self.grams:
            if column < len(keys):
                return unpack_gram(int(keys[column]))
            column -= len(keys)
        raise IndexError(column)


def unpack_gram(key: int) -> str:
    """Return the characters of an n-gram key; marks show as □."""
    characters = []
    while key:
        characters.append(chr(key & 0xFFFF))
        key >>= 16
    return "".join("□" if "\ue000" <= c <= "\uf8ff" else c for c in reversed(characters))


def learn_vocabulary(reading: Reading, groups: npt.NDArray[np.int64], *, least_posts: int, least_groups: int) -> Vocabulary:
    """
    Return the features that at least *least_posts* posts of at least *least_groups* groups have.

    *groups* numbers the writer of each post: what only one writer says is a habit, not a sign.
    """
    post = reading.segments.post
    counts: dict[str, set[int]] = {}
    for word, segment in zip(reading.words, reading.word_segment.tolist(), strict=True):
        counts.setdefault(word, set()).add(int(post[segment]))
    enough = {
        word for word, posts in counts.items() if len(posts) >= least_posts and len({int(groups[p]) for p in posts}) >= least_groups
    }
    words = tuple(sorted(enough))
    kept = []
    for length in GRAM_LENGTHS:
        gram = grams(reading, length)
        kept.append(_frequent(gram.key, post[gram.segment], groups, least_posts, least_groups))
    return Vocabulary(words, tuple(kept))


def _frequent(keys: Keys, posts: Places, groups: Places, least_posts: int, least_groups: int) -> Keys:
    """Return the keys, sorted, that enough posts and groups have."""
    by_post = np.unique(np.rec.fromarrays((keys, posts)))
    found, of_posts = np.unique(by_post["f0"], return_counts=True)
    by_group = np.unique(np.rec.fromarrays((keys, groups[posts])))
    spread, of_groups = np.unique(by_group["f0"], return_counts=True)
    return np.intersect1d(found[of_posts >= least_posts], spread[of_groups >= least_groups])


def count(occurrences: Occurrences, rows: Places, n_rows: int, n_columns: int) -> sp.csr_matrix:
    """Return how often each column stands in each row; ``rows[i]`` is the row of occurrence *i*."""
    ones = np.ones(len(rows), dtype=np.float64)
    matrix = sp.csr_matrix((ones, (rows, occurrences.column)), shape=(n_rows, n_columns))
    matrix.sum_duplicates()
    return matrix


def weigh(counts: sp.csr_matrix, rarity: Values) -> sp.csr_matrix:
    """Return TF-IDF of *counts*: 1 + ln(count), times *rarity*, each row scaled to length 1; an empty row stays empty."""
    weighted = counts.copy()
    weighted.data = (1.0 + np.log(weighted.data)) * rarity[weighted.indices]
    rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    norms = np.sqrt(np.bincount(rows, weights=weighted.data**2, minlength=weighted.shape[0]))
    weighted.data /= norms[rows]
    return weighted


def learn_rarity(counts: sp.csr_matrix) -> Values:
    """Return the smoothed inverse document frequency of each column, as scikit-learn defines it, to the power RARITY_POWER."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity: Values = (np.log((1.0 + counts.shape[0]) / (1.0 + frequency)) + 1.0) ** RARITY_POWER
    return rarity
