"""The texts that leads are looked for in, folded one character to one, and how a pattern is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classifier.language.leads.urls import URL, URL_EDGE
from classifier.language.normalise import Codes, Places, plain_codes, to_codes


@dataclass(eq=False)
class Batch:
    """Texts in plain characters and lower case, each closed by a newline; ``places[i]`` is where character *i* stands in ``as_written``, the texts joined."""

    codes: Codes
    low: str
    as_written: Codes
    places: Places
    starts: Places
    written: Places

    def text(self, number: int) -> FoldedText:
        first, end = int(self.starts[number]), int(self.starts[number + 1]) - 1
        return FoldedText(self, self.low[first:end], first, int(self.written[number]))


@dataclass(eq=False)
class FoldedText:
    """One text of a batch, in lower case; where it begins there, in plain characters and as written."""

    batch: Batch
    low: str
    first: int
    begin: int

    @cached_property
    def cased(self) -> str:
        """The text in upper and lower case: Base58 and EIP-55 live on these, which folding gives up."""
        own = slice(self.first, self.first + len(self.low))
        codes = self.batch.as_written[self.batch.places[own]]
        wide = (codes >= 0xFF21) & (codes <= 0xFF3A)
        return _to_text(np.where(codes < 0x80, codes, np.where(wide, codes - 0xFEE0, self.batch.codes[own])))

    @cached_property
    def links(self) -> list[re.Match[str]]:
        """The URLs in it."""
        return list(scan(URL, URL_EDGE, self.low))

    def place(self, character: int) -> int:
        """Return where a character was written in the text."""
        return int(self.batch.places[self.first + character]) - self.begin


def fold(texts: list[str]) -> Batch:
    """Return *texts* with every character in its plain form and the invisible ones dropped; separators stay."""
    codes = to_codes("\n".join([*texts, ""]))
    low = plain_codes(codes)
    seen = np.flatnonzero(low)
    written = np.concatenate(([0], np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)))
    plain = low[seen]
    return Batch(plain, _to_text(plain), codes, seen, np.searchsorted(seen, written), written)


def _to_text(codes: Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def matches(pattern: re.Pattern[str], low: str, *hints: str) -> Iterable[re.Match[str]]:
    """Give the matches of *pattern*, which is not tried on a text that holds none of its *hints*: most texts hold few."""
    # A plain loop: any() over a generator takes twice as long, and this is asked of every text.
    for hint in hints:
        if hint in low:
            return pattern.finditer(low)
    return ()


def scan(pattern: re.Pattern[str], edge: re.Pattern[str], low: str) -> Iterator[re.Match[str]]:
    """
    Give the matches of *pattern*, all of which begin where *edge* matches, as ``finditer`` would.

    A pattern that is a choice of words is slow to fail, and fails nearly everywhere; a set of characters is quick, with a look at the next one.
    """
    at = 0
    while begin := edge.search(low, at):
        match = pattern.match(low, begin.start())
        at = match.end() if match else begin.end()
        if match:
            yield match
