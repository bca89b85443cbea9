"""
Cut posts into segments of about one or two sentences, and say which neighbours make a passage.

An offer is often one passage in an innocent article. A passage is two neighbouring segments, so that every
sentence stands with what comes before it in one passage and with what comes after it in another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language.normalise import NEWLINE, Folded

Places = npt.NDArray[np.int64]

# A segment ends at the end of a sentence once it has this many characters, and in mid-sentence at the longest.
ENOUGH = 60
LONGEST = 100
SENTENCE_ENDS = [ord(c) for c in "。!?;"] + [NEWLINE]
CLAUSE_ENDS = [ord(c) for c in ",、: "]


class Segments(NamedTuple):
    """Segments in reading order: which post each is of, and where it starts and ends in the folded text (half-open)."""

    post: Places
    start: Places
    end: Places


def cut_segments(folded: Folded) -> Segments:
    """Return the segments of *folded*; every character is in exactly one, every post has at least one."""
    codes, starts = folded.codes, folded.starts
    sentence = np.flatnonzero(np.isin(codes, SENTENCE_ENDS)) + 1
    clause = np.flatnonzero(np.isin(codes, CLAUSE_ENDS)) + 1
    posts: list[int] = []
    ends: list[int] = []
    begins: list[int] = []
    for post in range(len(starts) - 1):
        at, last = int(starts[post]), int(starts[post + 1])
        while True:
            end = _next_end(at, last, sentence, clause)
            posts.append(post)
            begins.append(at)
            ends.append(end)
            at = end
            if at >= last:
                break
    return Segments(np.array(posts, dtype=np.int64), np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64))


def _next_end(at: int, last: int, sentence: Places, clause: Places) -> int:
    if last - at <= LONGEST:
        return last
    for ends in (sentence, clause):
        n = int(np.searchsorted(ends, at + ENOUGH))
        if n < len(ends) and ends[n] <= at + LONGEST:
            return int(ends[n])
    return at + LONGEST
