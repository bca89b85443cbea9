"""
Turn texts into counts of words and of character n-grams, by segment.

Both come from one reading of the folded text. Latin words that are on no list of ours (handles, codes, links, numbers as
long as a handle) become one mark each, so that no contact is ever a feature by its letters. Amounts, punctuation, spaces and
emoji separate nothing and count for nothing: exporters lose them, and they tell writers apart, not offers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language import words
from classifier.language.lexicon import Lexicon
from classifier.language.normalise import SPACE, Codes, Folded, classes, fold, undisguise
from classifier.language.passages import Segments, cut_segments
from classifier.language.segment import cutter

Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

# Private-use characters that stand for a whole Latin word in the n-gram stream.
NAME_MARK = 0xE000
FIRST_KNOWN = 0xE010
# From this many digits on, a number is a handle or a card, not an amount.
LONG_NUMBER = 6
GRAM_LENGTHS = (2, 3)


class Reading(NamedTuple):
    """
    What one reading of a batch of posts gives.

    ``stream`` are the codes of the n-grams, each from ``stream_place`` to before ``stream_end`` in the folded text. Words are
    stretches of it, in reading order: ``word_span[i]`` characters from ``word_start[i]``.
    """

    folded: Folded
    segments: Segments
    stream: Keys
    stream_place: Places
    stream_end: Places
    stream_segment: Places
    stream_post: Places
    word_start: Places
    word_span: Places

    @property
    def word_place(self) -> Places:
        """Where each word starts in the folded text."""
        return self.stream_place[self.word_start]

    @property
    def word_segment(self) -> Places:
        """The segment in which each word starts."""
        return self.stream_segment[self.word_start]

    @property
    def words(self) -> list[str]:
        """The words as features see them: a mark for a name."""
        return self.words_at(np.arange(len(self.word_start)))

    def words_at(self, chosen: Places) -> list[str]:
        """Return the words of these numbers (see ``words``)."""
        marks = mark_names()
        text = self.folded.text()
        start = self.word_start[chosen]
        parts = zip(self.stream[start].tolist(), self.stream_place[start].tolist(), self.word_span[chosen].tolist(), strict=True)
        return [marks.get(code) or text[place : place + span] for code, place, span in parts]


@cache
def _latin_lexicon() -> Lexicon:
    return Lexicon([row[0] for row in words.read_list("latin")])


@cache
def known_latin() -> dict[str, int]:
    """Return the Latin words that may be features, each with its private-use code."""
    return {name: FIRST_KNOWN + n for n, name in enumerate(_latin_lexicon().words)}


@cache
def mark_names() -> dict[int, str]:
    """Return the word that each private-use code of the stream stands for."""
    return {code: name for name, code in known_latin().items()} | {NAME_MARK: "x"}


def read(texts: list[str]) -> Reading:
    """Return what *texts* say: words and n-gram stream with the segment of each, in reading order."""
    folded = undisguise(fold(texts))
    segments = cut_segments(folded)
    return read_segments(folded, segments, wanted=np.ones(len(segments.post), dtype=np.bool_))


def read_segments(folded: Folded, segments: Segments, *, wanted: Flags) -> Reading:
    """
    Return what undisguised text says (see `read`).

    Words are cut in runs of Han characters of which a part is in a *wanted* segment; they are missing in other runs.
    The n-gram stream is whole.
    """
    segment_of = np.repeat(np.arange(len(segments.post)), segments.end - segments.start)
    kind = classes(folded.codes)
    latin_code, latin_place, latin_end = _latin(folded.codes, kind)
    han = kind == 1
    span = _cut_han(folded.codes, han, segment_of, wanted)
    han[latin_place] = True
    span[latin_place] = 1
    stream_place = np.flatnonzero(han)
    stream = np.minimum(folded.codes[stream_place], 0xFFFD).astype(np.uint64)
    stream_end = stream_place + 1
    latin = np.flatnonzero(kind[stream_place] != 1)
    stream[latin], stream_end[latin] = latin_code, latin_end
    stream_segment = segment_of[stream_place]
    stream_span = span[stream_place]
    word_start = np.flatnonzero(stream_span)
    post = segments.post[stream_segment]
    return Reading(folded, segments, stream, stream_place, stream_end, stream_segment, post, word_start, stream_span[word_start].astype(np.int64))


def _cut_han(codes: Codes, han: Flags, segment_of: Places, wanted: Flags) -> npt.NDArray[np.int32]:
    """
    Cut the runs of Han characters; return for each place of *codes* the length of the word that starts there, or 0.

    A run is cut as a whole if any of it is in a *wanted* segment: cut apart, its words would change.
    """
    span = np.zeros(len(codes), dtype=np.int32)
    starts, ends = _runs(han)
    so_far = np.concatenate(([0], np.cumsum(wanted)))
    chosen = np.flatnonzero(so_far[segment_of[ends - 1] + 1] > so_far[segment_of[starts]])
    if not len(chosen):
        return span
    # Each run, and the character after it, which is not Han: a space in its place keeps the runs apart.
    starts, lengths = starts[chosen], ends[chosen] - starts[chosen] + 1
    stops = np.cumsum(lengths)
    places = np.arange(stops[-1]) + np.repeat(starts - (stops - lengths), lengths)
    spaced = codes.take(places, mode="clip")
    spaced[stops - 1] = SPACE
    cuts = cutter()(spaced[:-1].astype("<u4", copy=False).tobytes().decode("utf-32-le"))
    cut_lengths = np.fromiter(map(len, cuts), dtype=np.int32, count=len(cuts))
    cut_starts = np.cumsum(cut_lengths) - cut_lengths
    said = spaced[cut_starts] != SPACE
    span[places[cut_starts[said]]] = cut_lengths[said]
    return span


def _runs(flags: Flags) -> tuple[Places, Places]:
    """Return where each run of set *flags* starts and ends (half-open)."""
    edges = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    edges = np.concatenate(([0] if flags[:1].any() else [], edges, [len(flags)] if flags[-1:].any() else [])).astype(np.int64)
    return edges[::2], edges[1::2]


def _latin(codes: Codes, kind: npt.NDArray[np.uint8]) -> tuple[Keys, Places, Places]:
    """Return the Latin words as features see them, in reading order: their code, where they start and end. Amounts are left out."""
    written = (kind == 2) | (kind == 3)
    # A handle may hold _ and -: inside one they do not end it.
    joint = (codes == ord("_")) | (codes == ord("-"))
    written[1:-1] |= joint[1:-1] & written[:-2] & written[2:]
    starts, ends = _runs(written)
    lexicon = _latin_lexicon()
    unit = starts.copy()
    numbered = np.flatnonzero(kind[starts] == 3)
    other = np.append(np.flatnonzero(written & (kind != 3)), len(codes))
    unit[numbered] = np.minimum(other[np.searchsorted(other, starts[numbered])], ends[numbered])
    known = lexicon.whole(codes, unit, ends)
    # 1000u is an amount and a word; 8btc is a word if the list has it and no unit stands at its end.
    split = known >= 0
    whole = numbered[known[numbered] < 0]
    known[whole] = lexicon.whole(codes, starts[whole], ends[whole])
    amount = (known < 0) & (unit == ends) & (ends - starts < LONG_NUMBER)
    starts = np.where(split, unit, starts)
    code = np.where(known >= 0, known + FIRST_KNOWN, NAME_MARK).astype(np.uint64)
    said = np.flatnonzero(~amount)
    return code[said], starts[said], ends[said]


class Grams(NamedTuple):
    """N-grams: packed keys (16 bits a character), the segment each begins in, and where in the stream."""

    key: Keys
    segment: Places
    start: Places


def grams(reading: Reading, length: int, wanted: npt.NDArray[np.bool_] | None = None) -> Grams:
    """Return the n-grams of *length*, in reading order; none crosses two posts. With *wanted*, only those that begin in such a segment."""
    stream, post = reading.stream, reading.stream_post
    n = max(0, len(stream) - length + 1)
    whole = post[:n] == post[length - 1 : n + length - 1]
    if wanted is not None:
        whole &= wanted[reading.stream_segment[:n]]
    start = np.flatnonzero(whole)
    keys = stream[start]
    for i in range(1, length):
        keys = (keys << np.uint64(16)) | stream[start + i]
    return Grams(keys, reading.stream_segment[start], start)
