"""Find listed words in a batch of text: the longest at each place, none inside another, no Latin word inside a longer one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language.keys import MULTIPLIER, KeyTable

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The second characters of words fall into this many groups. A first character knows which groups may follow it,
# so that one look-up and one comparison of neighbours leave few places to look at closely.
GROUPS = 31
# The group that every character belongs to: it follows a word of one character.
ANY = 1 << GROUPS
# Characters looked at together: what is worked out about so many stays in the processor's cache.
BLOCK = 1 << 16
# So few places are looked at one by one: arrays are made for many, and take longer for the words of a single post.
FEW = 150
# A character takes 21 bits; the rest of a key is the number of what was read before it.
CODE_BITS = 21
# What begins a word, up to three characters, is known by so many bits of what these mix to: few others mix to the same.
BEGIN_BITS = 17


class Hits(NamedTuple):
    """Words found, in reading order: place of the first character, of the one after the last, and the word's number."""

    start: Places
    end: Places
    word: Places


class Lexicon:
    """
    A list of words to find, in folded spelling. A word's number is its place in ``words``.

    No Latin letter or digit may touch another that is not of the word; with *numbers_before* a number may (1000U).
    """

    def __init__(self, listed: list[str], *, numbers_before: bool = True) -> None:
        self.words = tuple(sorted(set(listed)))
        self._number = {word: n for n, word in enumerate(self.words)}
        self._lengths_from: dict[str, list[int]] = {}
        for length, first in sorted({(len(word), word[0]) for word in self.words}):
            self._lengths_from.setdefault(first, []).append(length)
        self._lengths = np.array([len(word) for word in self.words], dtype=np.int64)
        self._latin_first = np.array([_is_latin(word[0]) for word in self.words], dtype=np.bool_)
        self._latin_last = np.array([_is_latin(word[-1]) for word in self.words], dtype=np.bool_)
        self._touching = LETTER if numbers_before else LATIN
        self._follows = _followers(self.words)
        self._begins = np.zeros(1 << BEGIN_BITS, dtype=np.bool_)
        self._begins[_mixed(*np.array([[*map(ord, word[:3]), 0, 0][:3] for word in self.words], dtype=np.uint64).reshape(-1, 3).T)] = True
        beginnings = {word[:n] for word in self.words for n in range(1, len(word) + 1)}
        # What was read is numbered from 1; 0 is nothing yet.
        number = {"": 0} | {beginning: n for n, beginning in enumerate(beginnings, 1)}
        steps = [number[beginning[:-1]] << CODE_BITS | ord(beginning[-1]) for beginning in beginnings]
        # The table of first characters is one gather: nearly all that is asked goes no further.
        self._first = np.zeros(len(self._follows), dtype=np.int64)
        self._first[[ord(word[0]) for word in self.words]] = [number[word[0]] for word in self.words]
        self._steps = KeyTable(np.array(steps, dtype=np.uint64))
        self._word_read = np.full(len(number), -1, dtype=np.int64)
        self._word_read[[number[word] for word in self.words]] = np.arange(len(self.words))

    def numbers(self, words: frozenset[str]) -> Flags:
        """Return for each number whether its word is one of *words*."""
        return np.array([word in words for word in self.words], dtype=np.bool_)

    def find(self, codes: Codes) -> Hits:
        """Return the words in the text whose code points are *codes*."""
        place = self._candidates(codes)
        if not len(place):
            return Hits(place, place, place)
        word = self._longest(codes, place)
        found = np.flatnonzero(word >= 0)
        start, word = place[found], word[found]
        end = start + self._lengths[word]
        if (start[1:] < end[:-1]).any():
            apart = _apart(start, end)
            start, end, word = start[apart], end[apart], word[apart]
        return Hits(start, end, word)

    def _candidates(self, codes: Codes) -> Places:
        """Return the places where a word may begin, nearly all of them right: by its first two characters."""
        places = [np.zeros(0, dtype=np.int64)]
        for begin in range(0, len(codes), BLOCK):
            # The last character of all has nothing after it: what it is itself stands in for that.
            sets = self._follows.take(codes[begin : begin + BLOCK + 1], mode="clip")
            if begin + BLOCK >= len(codes):
                sets = np.append(sets, sets[-1:])
            halves = sets.view("<u4")
            places.append(np.flatnonzero((halves[:-2:2] & halves[3::2]) != 0) + begin)
        place = np.concatenate(places)
        first, second, third = (codes.take(place + n, mode="clip").astype(np.uint64) for n in range(3))
        none = np.uint64(0)
        return place[self._begins[_mixed(first, second, third)] | self._begins[_mixed(first, second, none)] | self._begins[_mixed(first, none, none)]]

    def _longest(self, codes: Codes, place: Places) -> Places:
        """Return the number of the longest word that begins at each *place* and stands alone, or -1."""
        longest = np.full(len(place), -1, dtype=np.int64)
        for asked, word in self._walk(codes, place, np.full(len(place), len(codes))):
            alone = self._stand_alone(codes, place[asked], word)
            # Of several words at a place the last, which is the longest, stays.
            longest[asked[alone]] = word[alone]
        return longest

    def whole(self, codes: Codes, start: Places, end: Places) -> Places:
        """Return the number of the word that each stretch of the text is, from *start* to before *end*, or -1."""
        found = np.full(len(start), -1, dtype=np.int64)
        for asked, word in self._walk(codes, start, end):
            all_read = start[asked] + self._lengths[word] == end[asked]
            found[asked[all_read]] = word[all_read]
        return found

    def _walk(self, codes: Codes, start: Places, end: Places) -> Iterator[tuple[Places, Places]]:
        """Yield the words that begin at *start* and stop at or before *end*, at each place shorter ones first: which of the places, and the word's number."""
        if len(start) <= FEW:
            yield self._walk_few(codes, start, end)
            return
        asked = np.flatnonzero(start < end)
        read = self._first.take(codes[start[asked]], mode="clip")
        for length in range(1, int(self._lengths.max(initial=0)) + 1):
            if length > 1:
                inside = np.flatnonzero(start[asked] + length <= end[asked])
                asked = asked[inside]
                read = self._steps.find(_step(read[inside], codes[start[asked] + length - 1])) + 1
            going = np.flatnonzero(read)
            asked, read = asked[going], read[going]
            if not len(asked):
                return
            word = self._word_read[read]
            whole = np.flatnonzero(word >= 0)
            yield asked[whole], word[whole]

    def _walk_few(self, codes: Codes, start: Places, end: Places) -> tuple[Places, Places]:
        """Return what `_walk` yields, one place after another."""
        found: list[tuple[int, int]] = []
        longest = int(self._lengths.max(initial=0))
        for n, (begin, stop) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
            ahead = "".join(map(chr, codes[begin : min(stop, begin + longest)].tolist()))
            for length in self._lengths_from.get(ahead[:1], ()):
                word = self._number.get(ahead[:length])
                if word is not None and length <= len(ahead):
                    found.append((n, word))
        both = np.array(found, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _stand_alone(self, codes: Codes, start: Places, word: Places) -> Flags:
        """Return whether no letter or digit runs on from either end of each Latin *word*."""
        alone = np.ones(len(word), dtype=np.bool_)
        latin = np.flatnonzero(self._latin_first.take(word) | self._latin_last.take(word))
        start, word = start.take(latin), word.take(latin)
        before, after = codes.take(start - 1, mode="clip"), codes.take(start + self._lengths[word], mode="clip")
        runs_in = self._latin_first[word] & (start > 0) & self._touching.take(before, mode="clip")
        runs_on = self._latin_last[word] & (start + self._lengths[word] < len(codes)) & LATIN.take(after, mode="clip")
        alone[latin] = ~(runs_in | runs_on)
        return alone


def _mixed(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64] | np.uint64, third: npt.NDArray[np.uint64] | np.uint64) -> Places:
    """Return BEGIN_BITS bits for each beginning of up to three characters, 0 where there is none."""
    key = (first << np.uint64(2 * CODE_BITS)) | (second << np.uint64(CODE_BITS)) | third
    mixed: Places = (key * MULTIPLIER >> np.uint64(64 - BEGIN_BITS)).view(np.int64)
    return mixed


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


# By code; what is beyond is neither, as the last entry says.
LETTER = np.array([chr(code).isalpha() for code in range(128)] + [False])
LATIN = np.array([chr(code).isalnum() for code in range(128)] + [False])


def _followers(words: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Return for each code two sets of groups: in the low half those that may follow it in a word, in the high half those it belongs to."""
    sets: dict[int, int] = {}
    for word in words:
        first, second = ord(word[0]), ord(word[1]) if len(word) > 1 else -1
        sets[first] = sets.get(first, 0) | (1 << second % GROUPS if second >= 0 else ANY)
        if second >= 0:
            sets[second] = sets.get(second, 0) | 1 << second % GROUPS + 32
    table = np.full(max(sets, default=0) + 2, ANY << 32, dtype="<u8")
    table[list(sets)] |= np.array(list(sets.values()), dtype=np.uint64)
    return table


def _step(read: Places, code: npt.NDArray[np.integer]) -> npt.NDArray[np.uint64]:
    return (read.astype(np.uint64) << np.uint64(CODE_BITS)) | code.astype(np.uint64)


def _apart(start: Places, end: Places) -> Flags:
    """Return which stretches, at least one, are kept, read from left to right, if none may begin inside the last one that was."""
    # What begins after all before it have ended is kept, and what begins inside the last of these is not.
    kept = np.concatenate(([True], start[1:] >= np.maximum.accumulate(end)[:-1]))
    before = np.maximum.accumulate(np.where(kept, np.arange(len(kept)), 0))
    # Few begin inside a later one, which may be dropped itself: only these have to be asked one by one.
    asked = np.flatnonzero(~kept & (start >= end[before]))
    own, last = -1, 0
    for n, begin, stop, sure in zip(asked.tolist(), start[asked].tolist(), end[asked].tolist(), before[asked].tolist(), strict=True):
        if sure != own:
            own, last = sure, 0
        if begin >= last:
            kept[n], last = True, stop
    return kept
