"""
The features of a post: words and character n-grams, counted by segment.

A feature is looked up, never hashed: a column is one word or n-gram, so that every weight can be named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

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


class Known(NamedTuple):
    """Stretches of one length: their keys, and for each key its column as a word and as an n-gram, or -1, and whether a longer one begins with it."""

    table: KeyTable
    word: npt.NDArray[np.int32]
    gram: npt.NDArray[np.int32]
    begins: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Vocabulary:
    """What the columns are: words first, then n-grams by length."""

    words: tuple[str, ...]
    grams: tuple[Keys, ...]

    def __len__(self) -> int:
        return len(self.words) + sum(map(len, self.grams))

    @cached_property
    def _lengths(self) -> Places:
        """How many characters of the stream each word has: a Latin one is a single character there."""
        lengths = np.fromiter(map(len, self.words), dtype=np.int64, count=len(self.words))
        lengths[[word[0] < "\u0080" for word in self.words]] = 1
        return lengths

    @cached_property
    def _known(self) -> list[Known]:
        """What is known of stretches of 2 to LONGEST_KEY characters, by length: each is looked up once, whether it is a word, an n-gram or both."""
        offsets = dict(zip(GRAM_LENGTHS, np.cumsum([len(self.words), *map(len, self.grams)]).tolist(), strict=False))
        families = dict(zip(GRAM_LENGTHS, self.grams, strict=True))
        known: list[Known] = []
        longer = np.zeros(0, dtype=np.uint64)
        for length in range(LONGEST_KEY, 1, -1):
            columns = np.flatnonzero(self._lengths == length)
            codes = np.minimum(to_codes("".join(map(self.words.__getitem__, columns.tolist()))), 0xFFFD).astype(np.uint64).reshape(-1, length)
            # The first character stands highest, as in `grams`.
            words = np.bitwise_or.reduce(codes << np.arange(16 * (length - 1), -1, -16, dtype=np.uint64), axis=1)
            family = families.get(length, longer[:0])
            # Sorted here: `np.unique` takes several times longer for so many.
            keys = np.sort(np.concatenate((words, family, longer >> np.uint64(16))))
            table = KeyTable(keys[np.flatnonzero(np.diff(keys, prepend=~keys[:1]))])
            # One more entry than keys, the last, stands for a stretch that nothing is known of.
            word, gram, begins = (np.full(len(table.keys) + 1, -1, dtype=np.int32) for _ in range(3))
            word[table.find(words)] = columns
            gram[table.find(family)] = np.arange(len(family)) + offsets.get(length, 0)
            begins[table.find(longer >> np.uint64(16))] = 0
            known.append(Known(table, word, gram, begins >= 0))
            longer = table.keys
        return known[::-1]

    @cached_property
    def _single(self) -> npt.NDArray[np.int32]:
        """The column of each code of the stream that is a word by itself, or -1."""
        latin = {name: code for code, name in mark_names().items()}
        column = np.full(0x10000, -1, dtype=np.int32)
        for n in np.flatnonzero(self._lengths == 1).tolist():
            word = self.words[n]
            column[latin.get(word, 0) if word[0] < "\u0080" else min(ord(word), 0xFFFD)] = n
        # Where the Latin words went that are no longer listed.
        column[0] = -1
        return column

    @cached_property
    def _long_words(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words) if len(word) > LONGEST_KEY}

    def occurrences(self, reading: Reading, wanted: npt.NDArray[np.bool_], *, words: bool = True) -> Occurrences:
        """Return every feature of *reading* in *wanted* segments that has a column, family by family; without *words* only the n-grams, which need none cut."""
        stream = reading.stream
        inside = wanted.take(reading.stream_segment)
        span = np.zeros(len(stream), dtype=np.int32)
        own = np.flatnonzero(inside.take(reading.word_start)) if words else np.zeros(0, dtype=np.int64)
        span[reading.word_start[own]] = reading.word_span[own]
        word_column = np.full(len(stream), -1, dtype=np.int32)
        single = np.flatnonzero(span == 1)
        word_column[single] = self._single.take(stream.take(single).view(np.int64))
        long = own[reading.word_span[own] > LONGEST_KEY]
        word_column[reading.word_start[long]] = [self._long_words.get(word, -1) for word in reading.words_at(long)]
        # Whether another character of the same post comes after.
        goes_on = np.append(reading.stream_post[1:] == reading.stream_post[:-1], np.zeros(min(1, len(stream)), dtype=np.bool_))
        start = np.flatnonzero(inside & goes_on)
        keys = stream.take(start)
        found: list[tuple[Places, Places, int]] = []
        for length, known in enumerate(self._known, 2):
            keys = keys << np.uint64(16) | stream.take(start + (length - 1))
            number = known.table.find(keys)
            whole = np.flatnonzero(span.take(start) == length)
            word_column[start.take(whole)] = known.word.take(number.take(whole))
            if length in GRAM_LENGTHS:
                column = known.gram.take(number)
                hit = np.flatnonzero(column >= 0)
                found.append((column.take(hit).astype(np.int64), start.take(hit), length))
            # A stretch that begins nothing longer is not looked up with its next character.
            going = np.flatnonzero(known.begins.take(number) & goes_on.take(start + (length - 1)))
            start, keys = start.take(going), keys.take(going)
        place = np.flatnonzero(word_column >= 0)
        columns = np.concatenate([word_column.take(place).astype(np.int64), *(own for own, _, _ in found)])
        start = np.concatenate([place, *(own for _, own, _ in found)])
        spans = np.concatenate([span.take(place), *(np.full(len(own), length, dtype=np.int32) for _, own, length in found)]).astype(np.int64)
        return Occurrences(columns, reading.stream_segment.take(start), start, spans)

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
    bits = n_columns.bit_length()
    entries = np.sort(rows << bits | occurrences.column)
    first = np.flatnonzero(changes(entries))
    counts = np.subtract(np.append(first[1:], len(entries))[: len(first)], first, dtype=np.float64)
    entries = entries[first]
    ends = np.searchsorted(entries, np.arange(n_rows + 1) << bits)
    return sp.csr_matrix((counts, (entries & ((1 << bits) - 1)).astype(np.int32), ends.astype(np.int32)), shape=(n_rows, n_columns))


def changes(values: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.bool_]:
    """Return which of *values* differ from the one before; the first does."""
    changed = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def product(left: sp.csr_matrix, right: sp.csr_matrix) -> sp.csr_matrix:
    """Return *left* times *right*, whose columns are features: a product keeps a place for every column it has, and only those in use stay in the processor's cache."""
    in_use = np.zeros(right.shape[1], dtype=np.bool_)
    in_use[right.indices] = True
    used = np.flatnonzero(in_use).astype(np.int32)
    number = np.zeros(right.shape[1], dtype=np.int32)
    number[used] = np.arange(len(used))
    narrow = left @ sp.csr_matrix((right.data, number.take(right.indices), right.indptr), shape=(right.shape[0], len(used)))
    return sp.csr_matrix((narrow.data, used.take(narrow.indices), narrow.indptr), shape=(left.shape[0], right.shape[1]))


def weigh(counts: sp.csr_matrix, rarity: Values) -> tuple[sp.csr_matrix, Values]:
    """
    Return TF-IDF of *counts* (see `entry_weights`), each row scaled to length 1, and what each length was.

    An empty row stays empty; its length is 0.
    """
    weights = entry_weights(counts.data, rarity.take(counts.indices))
    times = np.diff(counts.indptr)
    lengths: Values = np.sqrt(np.bincount(np.repeat(np.arange(len(times)), times), weights=weights**2, minlength=len(times)))
    weights /= np.repeat(lengths, times)
    return sp.csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape), lengths


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
