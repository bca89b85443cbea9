"""Find listed words in a batch of text: the longest at each place, none inside another, no Latin word inside a longer one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]

# The first characters of a word choose a bit; a set bit is looked at closely.
BITS = 20
# Characters looked at together: what is worked out about so many stays in the processor's cache.
BLOCK = 1 << 16


class Hits(NamedTuple):
    """Words found, in reading order: place of the first character, of the one after the last, and the word itself."""

    start: Places
    end: Places
    word: list[str]


class Lexicon:
    """A list of words to find, in folded spelling."""

    def __init__(self, listed: list[str]) -> None:
        self.words = frozenset(listed)
        self._lengths: dict[str, list[int]] = {}
        for word in self.words:
            self._lengths.setdefault(word[:2], []).append(len(word))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)
        singles = [ord(word) for word in self.words if len(word) == 1]
        self._singles = np.zeros(max(singles, default=0) + 2, dtype=np.bool_)
        self._singles[singles] = True
        self._pairs = _bits([word for word in self.words if len(word) >= 2], 2)
        self._whole_pairs = _bits([word for word in self.words if len(word) == 2], 2)
        self._triples = _bits([word for word in self.words if len(word) >= 3], 3)

    def _candidates(self, codes: npt.NDArray[np.uint32]) -> Places:
        """Return the places where a word may begin, nearly all of them right: by its first three characters, or all it has."""
        places = [np.zeros(0, dtype=np.int64)]
        for begin in range(0, len(codes), BLOCK):
            block = codes[begin : begin + BLOCK + 2]
            own = len(codes[begin : begin + BLOCK])
            possible = self._singles.take(block[:own], mode="clip")
            pair = _slot(block[:-1], block[1:])[:own]
            at = np.flatnonzero(self._pairs[pair])
            third = _slot(pair[at], block.take(at + 2, mode="clip"))
            possible[at[self._whole_pairs[pair[at]] | self._triples[third]]] = True
            places.append(np.flatnonzero(possible) + begin)
        return np.concatenate(places)

    def find(self, codes: npt.NDArray[np.uint32], text: str) -> Hits:
        """Return the words in *text*, whose code points are *codes*."""
        starts, ends, found = [], [], []
        last = 0
        for place in self._candidates(codes).tolist():
            if place < last:
                continue
            for length in (*self._lengths.get(text[place : place + 2], ()), *self._lengths.get(text[place], ())):
                word = text[place : place + length]
                if word in self.words and _stands_alone(text, place, place + length):
                    starts.append(place)
                    ends.append(place + length)
                    found.append(word)
                    last = place + length
                    break
        return Hits(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), found)


def _bits(listed: list[str], length: int) -> npt.NDArray[np.bool_]:
    """Return a table in which the slot of the first *length* characters of each word is set."""
    bits = np.zeros(1 << BITS, dtype=np.bool_)
    codes = np.array([[ord(c) for c in word[:length]] for word in listed], dtype=np.uint32).reshape(-1, length)
    slots = codes[:, 0]
    for n in range(1, length):
        slots = _slot(slots, codes[:, n])
    bits[slots] = True
    return bits


def _slot(first: npt.NDArray[np.uint32], second: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    mixed = first * np.uint32(0x9E3779B1) ^ second * np.uint32(0x85EBCA6B)
    return mixed >> np.uint32(32 - BITS)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter runs on from either end of a Latin word; a number may stand before it (1000U), none after."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not ((_latin(text[start]) and before.isascii() and before.isalpha()) or (_latin(text[end - 1]) and after and _latin(after)))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
