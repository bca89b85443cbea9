"""
What was given out so far, by hash, in arrays: a million posts cost some tens of megabytes, not some hundreds.

A key is a hash of eight bytes. Among ten million keys two are alike by chance once in some three hundred
thousand exports; a post would then be called a duplicate of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

# Knuth's multiplicative hashing; the high bits are the well-mixed ones.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SMALLEST = 16  # bits: slots of an empty table
# No hash is this in earnest; one that is counts as the next.
_EMPTY = np.uint64(0)
# Texts of at most so many characters name no post, and many keys share them.
_SHARED = 10
# So many new keys are sorted by themselves before they join the others: some batches of them.
_RECENT = 1 << 16


class KeySet:
    """A set of keys that only grows: eight bytes each, and nothing twice while it grows."""

    def __init__(self) -> None:
        self._sorted: Keys = np.zeros(0, dtype=np.uint64)
        self._recent: Keys = np.zeros(0, dtype=np.uint64)

    def has(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Return which of *keys* are in the set."""
        return _among(self._recent, keys) | _among(self._sorted, keys)

    def add(self, keys: Keys) -> None:
        """Add *keys*, none of which is in the set, and no two alike."""
        self._recent = np.sort(np.concatenate((self._recent, keys)))
        if len(self._recent) < _RECENT:
            return
        held = len(self._sorted)
        # In place: of two sorted stretches a stable sort copies the shorter one alone.
        self._sorted.resize(held + len(self._recent), refcheck=False)
        self._sorted[held:] = self._recent
        self._sorted.sort(kind="stable")
        self._recent = self._recent[:0].copy()


def _among(known: Keys, keys: Keys) -> npt.NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(keys), dtype=np.bool_)
    found: npt.NDArray[np.bool_] = known.take(np.searchsorted(known, keys), mode="clip") == keys
    return found


def hashed(names: Iterable[str]) -> Keys:
    """
    Return a key for each of *names*, the same for the same name in one process only.

    Python's own hash is a third of the work of a digest. It is keyed anew in each process, so that nobody can write an export in which two are alike, unless
    PYTHONHASHSEED is set, as Spark does in its workers.
    """
    keys: Keys = np.maximum(np.fromiter(map(hash, names), dtype=np.int64).view(np.uint64), 1)
    return keys


class Remembered:
    """
    A short text for each of many keys.

    Most keys of most exports have the same: those with the first text that comes are only a set. The others stand in a
    table of open addressing over arrays, and what many of them share is kept once.
    """

    def __init__(self) -> None:
        self._usual: str | None = None
        self._of_usual = KeySet()
        self._bits = _SMALLEST
        self._slots = np.zeros(1 << self._bits, dtype=np.uint64)
        self._values = np.zeros(1 << self._bits, dtype=np.uint32)
        self._count = 0
        self._said = bytearray()
        self._shared: dict[str, int] = {}

    def any(self, keys: Keys) -> bool:
        """Return whether any of *keys* is known."""
        return bool(self._of_usual.has(keys).any() or (self._slots[self._find(keys)] == keys).any())

    def look_up(self, keys: Keys) -> list[str | None]:
        """Return the text of each of *keys*, or None."""
        slots = self._find(keys)
        known = self._slots[slots] == keys
        others = zip(self._of_usual.has(keys).tolist(), known.tolist(), self._values[slots].tolist(), strict=True)
        return [self._usual if usual else self._text(value) if there else None for usual, there, value in others]

    def add(self, keys: Keys, texts: Sequence[str]) -> None:
        """Remember *texts* under *keys*; what is known under one already stays, and so does the first of *keys* that are alike."""
        keys, first = np.unique(keys, return_index=True)
        new = (self._slots[self._find(keys)] != keys) & ~self._of_usual.has(keys)
        keys, first = keys[new], first[new]
        if self._usual is None and len(texts):
            self._usual = texts[0]
        usual = np.fromiter((texts[n] == self._usual for n in first.tolist()), dtype=np.bool_, count=len(first))
        self._of_usual.add(keys[usual])
        keys, first = keys[~usual], first[~usual]
        while 4 * (self._count + len(keys)) > 3 * len(self._slots):
            self._grow()
        self._settle(keys, np.fromiter((self._place(texts[n]) for n in first.tolist()), dtype=np.uint32, count=len(first)))
        self._count += len(keys)

    def _place(self, text: str) -> int:
        """Return where *text* lies, written down if it is not yet."""
        if text in self._shared:
            return self._shared[text]
        at = len(self._said)
        said = text.encode("utf-8", "surrogatepass")
        self._said += len(said).to_bytes(4, "little") + said
        if len(text) <= _SHARED:
            self._shared[text] = at
        return at

    def _text(self, at: int) -> str:
        begin = at + 4
        return bytes(self._said[begin : begin + int.from_bytes(self._said[at:begin], "little")]).decode("utf-8", "surrogatepass")

    def _home(self, keys: Keys) -> Places:
        return ((keys * _MULTIPLIER) >> np.uint64(64 - self._bits)).astype(np.int64)

    def _find(self, keys: Keys) -> Places:
        """Return the slot of each key, or the empty one where it would lie."""
        slots = self._home(keys)
        other = np.flatnonzero((self._slots[slots] != keys) & (self._slots[slots] != _EMPTY))
        while len(other):
            slots[other] = (slots[other] + 1) & (len(self._slots) - 1)
            held = self._slots[slots[other]]
            other = other[(held != keys[other]) & (held != _EMPTY)]
        return slots

    def _settle(self, keys: Keys, values: npt.NDArray[np.uint32]) -> None:
        """Put new *keys*, no two alike, into the table."""
        waiting = np.arange(len(keys))
        while len(waiting):
            slots = self._find(keys[waiting])
            self._slots[slots] = keys[waiting]
            # Of those that wanted one slot the last has it.
            settled = self._slots[slots] == keys[waiting]
            self._values[slots[settled]] = values[waiting[settled]]
            waiting = waiting[~settled]

    def _grow(self) -> None:
        held = np.flatnonzero(self._slots != _EMPTY)
        keys, values = self._slots[held], self._values[held]
        self._bits += 1
        self._slots, self._values = np.zeros(1 << self._bits, dtype=np.uint64), np.zeros(1 << self._bits, dtype=np.uint32)
        self._settle(keys, values)
