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
# So few posts are cut one after the other: arrays are made for many.
FEW = 20
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
    line, sentence, clause = (marks_in(codes, marks) + 1 for marks in ([NEWLINE], SENTENCE_ENDS, CLAUSE_ENDS))
    post, at = np.arange(len(starts) - 1), starts[:-1]
    posts, begins = [post[:0]], [at[:0]]
    # The next segment of every post that goes on, until few do: these go on one by one.
    while len(post) > FEW:
        posts.append(post)
        begins.append(at)
        at = _next_ends(at, starts[post], starts[post + 1], line, sentence, clause)
        going = np.flatnonzero(at < starts[post + 1])
        post, at = post[going], at[going]
    lists = line.tolist(), sentence.tolist(), clause.tolist()
    for own, begin, first, last in zip(post.tolist(), at.tolist(), starts[post].tolist(), starts[post + 1].tolist(), strict=True):
        ends = [begin]
        while (end := _next_end(ends[-1], first, last, *lists)) < last:
            ends.append(end)
        posts.append(np.full(len(ends), own))
        begins.append(np.array(ends))
    start = np.sort(np.concatenate(begins))
    return Segments(np.sort(np.concatenate(posts)), start, np.append(start, starts[-1:])[1:])


def marks_in(codes: npt.NDArray[np.uint32], marks: list[int]) -> Places:
    """Return the places of any of *marks* in *codes*, in order."""
    table = np.zeros(max(marks) + 2, dtype=np.bool_)
    table[marks] = True
    return np.flatnonzero(table.take(codes, mode="clip"))


def _next_ends(at: Places, first: Places, last: Places, line: Places, sentence: Places, clause: Places) -> Places:
    """Return what `_next_end` gives for each of the places *at*."""
    longest = np.minimum(last, at + LONGEST)
    begins_line = (at == first) | (line[np.searchsorted(line, at)] == at)
    end = longest.copy()
    # The best of all comes last.
    for ends, enough, allowed in ((clause, ENOUGH, longest < last), (sentence, ENOUGH, True), (line, np.where(begins_line, LINE_ENOUGH, 1), True)):
        found = np.append(ends, last[-1] + 1)[np.searchsorted(ends, at + enough)]
        end = np.where((found <= longest) & allowed, found, end)
    return end


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
