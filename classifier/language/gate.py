"""
The gate: which posts mention anything of the trade at all.

It is part of what a score means: a post that does not pass has the floor score everywhere, in training, scoring and
explanations alike, so that reading on only where it opens changes no score.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.language import words
from classifier.language.lexicon import Lexicon
from classifier.language.normalise import Folded


@cache
def _gate_words() -> tuple[frozenset[str], Lexicon]:
    """Return the words that open, and the lexicon of these and of those that only cover them."""
    listed = {row[0]: row[1] == "1" for row in words.read_list("gate")}
    opening = {word for word, opens in listed.items() if opens} | set(words.sure_names())
    for written, row in words.disguises().items():
        # A disguise is undone only later, so its spelling opens as well.
        if any(len(word) > 1 and word in row[0] for word in opening) or "币" in row[0]:
            opening.add(written)
    return frozenset(opening - {word for word, opens in listed.items() if not opens}), Lexicon([*opening, *listed])


def opens(folded: Folded) -> npt.NDArray[np.bool_]:
    """Return for each text of *folded* whether it passes the gate."""
    opening, lexicon = _gate_words()
    hits = lexicon.find(folded.codes, folded.text())
    post = np.searchsorted(folded.starts, hits.start, side="right") - 1
    passed = np.zeros(len(folded.starts) - 1, dtype=np.bool_)
    passed[[p for p, word in zip(post.tolist(), hits.word, strict=True) if word in opening]] = True
    return passed
