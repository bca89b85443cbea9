"""
The features of a post: words and character n-grams, counted by segment.

A feature is looked up, never hashed: a column is one word or n-gram, so that every weight can be named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifier.language.keys import KeyTable
from classifier.language.normalise import to_codes
from classifier.language.vectorise import GRAM_LENGTHS, Reading, grams, mark_names

Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Values = npt.NDArray[np.float64]

# What each count is worth before its rarity; 0 is never asked for.
DAMPENED = 1.0 + np.log(np.maximum(1.0, np.arange(256)))
# A key holds so many characters of the stream, 16 bits each.
LONGEST_KEY = 4
# How much more a rare feature counts than plain TF-IDF says (models/EXPERIMENTS.md).
RARITY_POWER = 2.0


class Occurrences(NamedTuple):
    """Where features stand: column, segment, first character in the n-gram stream, and how many characters it covers there."""

    column: Places
    segment: Places
    start: Places
    span: Places


def joined(found: list[Occurrences]) -> Occurrences:
    """Return what was found in several ways as one, in that order."""
    return Occurrences(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


@dataclass(frozen=True)
class Vocabulary:
    """What the columns are: words first, then n-grams by length."""

    words: tuple[str, ...]
    grams: tuple[Keys, ...]

    def __len__(self) -> int:
        return len(self.words) + sum(map(len, self.grams))

    @cached_property
    def _word_table(self) -> tuple[KeyTable, Places]:
        """The table of words that fit a key, as the n-gram stream writes them, and the columns of its keys."""
        latin = {name: code for code, name in mark_names().items()}
        lengths = np.array([1 if word[0] < "\u0080" else len(word) for word in self.words], dtype=np.int64)
        columns, keys = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.uint64)]
        for length in range(1, LONGEST_KEY + 1):
            columns.append(np.flatnonzero(lengths == length))
            written = [chr(latin.get(word, 0)) if word[0] < "\u0080" else word for word in map(self.words.__getitem__, columns[-1].tolist())]
            codes = np.minimum(to_codes("".join(written)), 0xFFFD).astype(np.uint64).reshape(-1, length)
            # The first character stands highest, as in `grams`.
            keys.append(np.bitwise_or.reduce(codes << np.arange(16 * (length - 1), -1, -16, dtype=np.uint64), axis=1))
        return KeyTable(np.concatenate(keys)), np.concatenate(columns)

    @cached_property
    def _long_words(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words) if len(word) > LONGEST_KEY}

    @cached_property
    def _tables(self) -> list[KeyTable]:
        return [KeyTable(keys) for keys in self.grams]

    def occurrences(self, reading: Reading, wanted: npt.NDArray[np.bool_]) -> Occurrences:
        """Return every feature of *reading* in *wanted* segments that has a column, family by family."""
        chosen = np.flatnonzero(wanted[reading.word_segment])
        column = self._word_columns(reading, chosen)
        known = np.flatnonzero(column >= 0)
        start = reading.word_start[chosen[known]]
        words = Occurrences(column[known], reading.stream_segment[start], start, reading.word_span[chosen[known]])
        return joined([words, self.gram_occurrences(reading, wanted)])

    def gram_occurrences(self, reading: Reading, wanted: npt.NDArray[np.bool_]) -> Occurrences:
        """Return the n-grams among the features (see `occurrences`): they need no words cut."""
        found = []
        offset = len(self.words)
        for length, table in zip(GRAM_LENGTHS, self._tables, strict=True):
            gram = grams(reading, length, wanted)
            column = table.find(gram.key)
            hit = np.flatnonzero(column >= 0)
            found.append(Occurrences(column[hit] + offset, gram.segment[hit], gram.start[hit], np.full(len(hit), length)))
            offset += len(table.keys)
        return joined(found)

    def _word_columns(self, reading: Reading, chosen: Places) -> Places:
        """Return the column of each of the *chosen* words of *reading*, or -1."""
        start, span = reading.word_start[chosen], reading.word_span[chosen]
        keys = reading.stream[start]
        for i in range(1, LONGEST_KEY):
            longer = np.flatnonzero(span > i)
            keys[longer] = (keys[longer] << np.uint64(16)) | reading.stream[start[longer] + i]
        table, columns = self._word_table
        found = table.find(keys)
        column = np.where(found >= 0, np.append(columns, -1)[found], -1)
        long = np.flatnonzero(span > LONGEST_KEY)
        column[long] = [self._long_words.get(word, -1) for word in reading.words_at(chosen[long])]
        return column

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
    """Return how often each column stands in each row, columns in order; ``rows[i]`` is the row of occurrence *i*."""
    entries = np.sort(rows * n_columns + occurrences.column)
    first = np.flatnonzero(np.diff(entries, prepend=-1))
    counts = np.diff(first, append=len(entries)).astype(np.float64)
    row, column = np.divmod(entries[first], n_columns)
    ends = np.cumsum(np.bincount(row, minlength=n_rows))
    return sp.csr_matrix((counts, column, np.concatenate(([0], ends))), shape=(n_rows, n_columns))


def weigh(counts: sp.csr_matrix, rarity: Values) -> tuple[sp.csr_matrix, Values]:
    """
    Return TF-IDF of *counts* (see `entry_weights`), each row scaled to length 1, and what each length was.

    An empty row stays empty; its length is 0.
    """
    weighted = counts.copy()
    weighted.data = entry_weights(weighted.data, rarity[weighted.indices])
    rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    lengths: Values = np.sqrt(np.bincount(rows, weights=weighted.data**2, minlength=weighted.shape[0]))
    weighted.data /= lengths[rows]
    return weighted, lengths


def entry_weights(counts: Values, rarity: Values) -> Values:
    """Return 1 + ln(count), times *rarity*, for entries of a table of counts."""
    # Nearly all counts are small: a logarithm looked up is the same one, sooner.
    dampened = DAMPENED.take(counts.astype(np.int64), mode="clip")
    many = np.flatnonzero(counts >= len(DAMPENED))
    dampened[many] = 1.0 + np.log(counts[many])
    return dampened * rarity


def learn_rarity(counts: sp.csr_matrix) -> Values:
    """Return the smoothed inverse document frequency of each column, as scikit-learn defines it, to the power RARITY_POWER."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity: Values = (np.log((1.0 + counts.shape[0]) / (1.0 + frequency)) + 1.0) ** RARITY_POWER
    return rarity
