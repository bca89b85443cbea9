"""
Cut posts into segments of about one or two sentences.

An offer is often one passage in an innocent article. Which neighbouring segments make a passage, the model says.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language.normalise import NEWLINE, Folded

Places = npt.NDArray[np.int64]

# A segment ends at the end of a line or of a sentence once it has this many characters, and in mid-sentence at the longest;
# at the end of a line that it does not begin, it ends however short it is: what is left of a long line is not joined to the next one.
LINE_ENOUGH = 30
ENOUGH = 60
LONGEST = 100
SENTENCE_ENDS = [ord(c) for c in "。!?;"]
CLAUSE_ENDS = [ord(c) for c in ",、: "]


class Segments(NamedTuple):
    """Segments in reading order: which post each is of, and where it starts and ends in the folded text (half-open)."""

    post: Places
    start: Places
    end: Places


def cut_segments(folded: Folded) -> Segments:
    """Return the segments of *folded*; every character is in exactly one, every post has at least one."""
    codes, starts = folded.codes, folded.starts
    line, sentence, clause = ((marks_in(codes, marks) + 1).tolist() for marks in ([NEWLINE], SENTENCE_ENDS, CLAUSE_ENDS))
    bounds = starts.tolist()
    posts: list[int] = []
    ends: list[int] = []
    begins: list[int] = []
    for post in range(len(starts) - 1):
        at, last = bounds[post], bounds[post + 1]
        while True:
            end = _next_end(at, bounds[post], last, line, sentence, clause)
            posts.append(post)
            begins.append(at)
            ends.append(end)
            at = end
            if at >= last:
                break
    return Segments(np.array(posts, dtype=np.int64), np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64))


def marks_in(codes: npt.NDArray[np.uint32], marks: list[int]) -> Places:
    """Return the places of any of *marks* in *codes*, in order."""
    found = codes == marks[0]
    for mark in marks[1:]:
        found |= codes == mark
    return np.flatnonzero(found)


def _next_end(at: int, first: int, last: int, line: list[int], sentence: list[int], clause: list[int]) -> int:
    longest = min(last, at + LONGEST)
    begins_line = at == first or line[bisect_left(line, at)] == at
    for ends, enough in ((line, LINE_ENOUGH if begins_line else 1), (sentence, ENOUGH)):
        n = bisect_left(ends, at + enough)
        if n < len(ends) and ends[n] <= longest:
            return ends[n]
    if longest == last:
        return last
    n = bisect_left(clause, at + ENOUGH)
    return clause[n] if n < len(clause) and clause[n] <= longest else longest
