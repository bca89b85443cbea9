"""Find listed words in a batch of text: the longest at each place, none inside another, no Latin word inside a longer one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]

# The first two characters of a word choose a bit; a set bit is looked at closely.
BITS = 20


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
        self._singles = np.array(sorted(ord(w) for w in self.words if len(w) == 1), dtype=np.uint32)
        self._bits = np.zeros(1 << BITS, dtype=np.bool_)
        for prefix in self._lengths:
            if len(prefix) == 2:
                self._bits[_slot(np.array([ord(prefix[0])], np.uint32), np.array([ord(prefix[1])], np.uint32))] = True

    def find(self, codes: npt.NDArray[np.uint32], text: str) -> Hits:
        """Return the words in *text*, whose code points are *codes*."""
        places = np.flatnonzero(self._bits[_slot(codes[:-1], codes[1:])])
        if len(self._singles):
            places = np.union1d(places, np.flatnonzero(np.isin(codes, self._singles)))
        starts, ends, found = [], [], []
        last = 0
        for place in places.tolist():
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


def _slot(first: npt.NDArray[np.uint32], second: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    mixed = first * np.uint32(0x9E3779B1) ^ second * np.uint32(0x85EBCA6B)
    return mixed >> np.uint32(32 - BITS)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter runs on from either end of a Latin word; a number may stand before it (1000U), none after."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not ((_latin(text[start]) and before.isascii() and before.isalpha()) or (_latin(text[end - 1]) and after and _latin(after)))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
