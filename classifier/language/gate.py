"""
The gate: which posts mention anything of the trade at all, and which of their segments stand near such a word.

It is part of what a score means: only the neighbourhood of the trade's words is read, and a post without one has the
floor score, in training, scoring and explanations alike.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.language import words
from classifier.language.lexicon import Lexicon
from classifier.language.normalise import NEWLINE, Folded, Sieved
from classifier.language.passages import Segments

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

# How far from a word with other meanings, in characters, the word may stand that makes it one of the trade.
COMPANY = 150
# A coin's or venue's Latin name of at most this many letters does not open alone, unless the gate's own list has it.
SHORT_NAME = 4


@cache
def _gate_words() -> tuple[frozenset[str], Lexicon]:
    """Return the words that open, and the lexicon of these and of those that only cover them."""
    listed = {row[0]: row[1] != "0" for row in words.read_list("gate")}
    opening = ({word for word, opens in listed.items() if opens} | set(words.sure_names())) - {word for word, opens in listed.items() if not opens}
    return frozenset(opening), Lexicon([*opening, *listed])


@cache
def _sure_words() -> frozenset[str]:
    """Return the words that open alone: not those the list calls weak, nor short Latin names, which are also handles and abbreviations."""
    weak = {row[0] for row in words.read_list("gate") if row[1] in {"2", "3"}}
    listed = {row[0] for row in words.read_list("gate")}
    return frozenset(word for word in _gate_words()[0] - weak if word in listed or not (word.isascii() and len(word) <= SHORT_NAME))


@cache
def _weights() -> Counts:
    """Return for each word of the gate's lexicon how it opens: 2 alone, 1 near a different one, 0 not at all."""
    opening, lexicon = _gate_words()
    weights: Counts = lexicon.numbers(opening).astype(np.int64) + lexicon.numbers(_sure_words())
    return weights


@cache
def _different() -> Counts:
    """Return for each word of the gate's lexicon a number: those of pyramids and futures, which keep company without any coin, have the same."""
    lexicon = _gate_words()[1]
    numbers = np.arange(len(lexicon.words))
    numbers[lexicon.numbers(frozenset(row[0] for row in words.read_list("gate") if row[1] == "3"))] = -1
    return numbers


@cache
def _quick_words() -> tuple[Flags, Lexicon]:
    """Return the same lexicon with every listed disguise beside them, and for each of its words whether it may open once disguises are undone."""
    opening, lexicon = _gate_words()
    disguised = {written for written, row in words.disguises().items() if row[0] != written}
    quick = Lexicon([*lexicon.words, *words.disguises()])
    return quick.numbers(opening | disguised), quick


def may_open(folded: Folded | Sieved) -> Flags:
    """
    Return for each text whether it may pass the gate: a quick look at folded text whose disguises are not yet undone.

    A text that may not has nothing to undo, so it has no word of the trade after undoing either.
    """
    opening, lexicon = _quick_words()
    hits = lexicon.find(folded.codes)
    passed = np.zeros(len(folded.starts) - 1, dtype=np.bool_)
    passed[np.searchsorted(folded.starts, hits.start[opening[hits.word]], side="right") - 1] = True
    return passed


def opening_places(folded: Folded) -> tuple[Places, Places]:
    """Return the places of the words that open undisguised texts, in order, and the text each is of."""
    hits = _gate_words()[1].find(folded.codes)
    counts = _weights()[hits.word]
    chosen = np.flatnonzero(counts)
    start, counts = hits.start[chosen], counts[chosen]
    post = np.searchsorted(folded.starts, start, side="right") - 1
    opening = np.flatnonzero((counts == 2) | _has_company(folded, start, _different()[hits.word[chosen]], post))
    return start[opening], post[opening]


def _has_company(folded: Folded, start: Places, word: Places, post: Places) -> Flags:
    """
    Return which words, in order, stand near a different one of the same post.

    One word that has other meanings (钱包, 节点) is chance, however often it comes, and so are two of them far apart.
    """
    # A word behind a number is an amount (充1000U送10U), and each amount is another.
    before = folded.codes.take(start - 1, mode="clip")
    amount = (start > 0) & (before >= ord("0")) & (before <= ord("9"))
    alike = (word[1:] == word[:-1]) & (post[1:] == post[:-1]) & ~amount[1:]
    # Of a run of the same word, the words before its first and after its last are different ones, or none.
    run = np.concatenate(([0], np.cumsum(~alike)))[: len(word)]
    first = np.flatnonzero(np.diff(run, prepend=-1))
    last = np.append(first[1:], len(word)) - 1
    ahead, behind = np.append(first[1:], -1)[run], np.append(-1, last[:-1])[run]
    near = np.zeros(len(word), dtype=np.bool_)
    for other in (ahead, behind):
        near |= (other >= 0) & (post[other] == post) & (np.abs(start[other] - start) <= COMPANY)
    return near


def open_segments(folded: Folded, segments: Segments, places: Places | None = None) -> Flags:
    """
    Return which *segments* of undisguised text are read: those with a word of the trade, and their neighbours in the same line.

    *places* are those of the words that open it, where they are known already (see `opening_places`).
    """
    places = opening_places(folded)[0] if places is None else places
    near = np.zeros(len(segments.post), dtype=np.bool_)
    near[np.searchsorted(segments.start, places, side="right") - 1] = True
    # A line's end is a wall: what stands in the next paragraph is about something else as often as not.
    joined = (segments.post[:-1] == segments.post[1:]) & (folded.codes[segments.end[:-1] - 1] != NEWLINE)
    read = near.copy()
    read[1:] |= near[:-1] & joined
    read[:-1] |= near[1:] & joined
    return read

