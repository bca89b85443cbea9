"""
Turn texts into counts of words and of character n-grams, by segment.

Both come from one reading of the folded text. Latin words and numbers that are on no list of ours (handles, codes,
links, amounts) become one mark each, so that no contact is ever a feature by its letters. Punctuation, spaces and
emoji separate nothing and count for nothing: exporters lose them, and they tell writers apart, not offers.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language import words
from classifier.language.normalise import Folded, classes, fold, undisguise
from classifier.language.passages import Segments, cut_segments
from classifier.language.segment import cutter

Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

# Private-use characters that stand for a whole Latin word or number in the n-gram stream.
NAME_MARK = 0xE000
NUMBER_MARK = 0xE001
FIRST_KNOWN = 0xE010
# From this many digits on, a number is a handle or a card, not an amount.
LONG_NUMBER = 6
GRAM_LENGTHS = (2, 3)


class Reading(NamedTuple):
    """What one reading of a batch of posts gives: ``words[i]`` stands in segment ``word_segment[i]``; ``stream`` are the codes of the n-grams, each from ``stream_place`` to before ``stream_end`` in the folded text."""

    folded: Folded
    segments: Segments
    words: list[str]
    word_place: Places
    word_segment: Places
    stream: Keys
    stream_place: Places
    stream_end: Places
    stream_segment: Places
    stream_post: Places


@cache
def known_latin() -> dict[str, int]:
    """Return the Latin words that may be features, each with its private-use code."""
    names = sorted({row[0] for row in words.read_list("latin")})
    return {name: FIRST_KNOWN + n for n, name in enumerate(names)}


def read(texts: list[str]) -> Reading:
    """Return what *texts* say: words and n-gram stream with the segment of each, in reading order."""
    folded = undisguise(fold(texts))
    segments = cut_segments(folded)
    return read_segments(folded, segments, wanted=np.ones(len(segments.post), dtype=np.bool_))


def read_segments(folded: Folded, segments: Segments, *, wanted: npt.NDArray[np.bool_]) -> Reading:
    """
    Return what undisguised text says (see `read`).

    Words are cut in runs of Han characters of which a part is in a *wanted* segment; they are missing in other runs.
    The n-gram stream is whole.
    """
    segment_of = np.repeat(np.arange(len(segments.post)), segments.end - segments.start)
    kind = classes(folded.codes)
    text = folded.text()
    latin_text, latin_code, latin_place, latin_end = _latin(folded.codes, text, kind)
    han = np.flatnonzero(kind == 1)
    cuts, cut_place = _cut_han(folded.codes, _wanted_runs(han, wanted[segment_of[han]]))
    place = np.concatenate((cut_place, latin_place))
    order = np.argsort(place, kind="stable")
    both = cuts + latin_text
    place = place[order]
    stream_place = np.concatenate((han, latin_place))
    stream = np.concatenate((np.minimum(folded.codes[han], 0xFFFD), latin_code)).astype(np.uint64)
    stream_order = np.argsort(stream_place, kind="stable")
    stream, stream_place = stream[stream_order], stream_place[stream_order]
    stream_end = np.concatenate((han + 1, latin_end))[stream_order]
    stream_segment = segment_of[stream_place]
    return Reading(
        folded,
        segments,
        [both[i] for i in order.tolist()],
        place,
        segment_of[place],
        stream,
        stream_place,
        stream_end,
        stream_segment,
        segments.post[stream_segment],
    )


def _wanted_runs(han: Places, wanted: npt.NDArray[np.bool_]) -> Places:
    """Return those places of Han characters whose run holds a *wanted* one: a run is cut as a whole, or its words change."""
    if wanted.all():
        return han
    begins = np.flatnonzero(np.diff(han, prepend=-2) > 1)
    lengths = np.diff(begins, append=len(han))
    chosen: Places = han[np.repeat(np.logical_or.reduceat(wanted, begins), lengths)]
    return chosen


def _cut_han(codes: npt.NDArray[np.uint32], han: Places) -> tuple[list[str], Places]:
    """Cut the runs of Han characters; return the words and where each starts in *codes*."""
    if not len(han):
        return [], np.zeros(0, dtype=np.int64)
    gap = np.flatnonzero(np.diff(han) > 1) + 1
    spaced = np.insert(codes[han], gap, ord(" "))
    places = np.insert(han, gap, -1)
    cuts = cutter()(spaced.astype("<u4").tobytes().decode("utf-32-le"))
    lengths = np.fromiter(map(len, cuts), dtype=np.int64, count=len(cuts))
    starts = places[np.cumsum(lengths) - lengths]
    return [cut for cut in cuts if cut != " "], starts[starts >= 0]


def _latin(codes: npt.NDArray[np.uint32], text: str, kind: npt.NDArray[np.uint8]) -> tuple[list[str], Keys, Places, Places]:
    """Return the Latin words and numbers as features see them: their text or mark, their code, where they start and end."""
    written = (kind == 2) | (kind == 3)
    # A handle may hold _ and -: inside one they do not end it.
    joint = np.isin(codes, [ord("_"), ord("-")])
    written[1:-1] |= joint[1:-1] & written[:-2] & written[2:]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], written.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    known = known_latin()
    names: list[str] = []
    marks: list[int] = []
    places: list[int] = []
    stops: list[int] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        name = text[start:end]
        unit = name.lstrip("0123456789")
        if unit != name and unit in known:
            # 1000u is a number and a word.
            names.append("0")
            marks.append(NUMBER_MARK)
            places.append(start)
            stops.append(end - len(unit))
            name = unit
        code = known.get(name)
        if code is None:
            code = NUMBER_MARK if end - start < LONG_NUMBER and name.isdigit() else NAME_MARK
            name = "0" if code == NUMBER_MARK else "x"
        names.append(name)
        marks.append(code)
        places.append(end - len(unit) if unit in known else start)
        stops.append(end)
    return names, np.array(marks, dtype=np.uint64), np.array(places, dtype=np.int64), np.array(stops, dtype=np.int64)


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
