"""
Cut a normalised text into words with jieba and our own words.

jieba is the reference; rjieba, the same dictionary and algorithm in Rust, is the engine. They cut runs
of Han characters alike (a test holds them to it) and differ elsewhere, so only Han runs are given to either;
Latin words and numbers are cut by `vectorise`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any, Protocol

from classifier.language import words


class Cutter(Protocol):
    """Cuts a text of Han runs, kept apart by single spaces, into words and those spaces."""

    def __call__(self, text: str, /) -> list[str]: ...


@cache
def own_words() -> tuple[tuple[str, int], ...]:
    """Return our words with jieba's frequencies: those of Han characters only, sorted."""
    rows = [(row[0], int(row[1])) for row in words.read_list("jieba")]
    return tuple(sorted((word, frequency) for word, frequency in rows if all("\u3400" <= c < "\ua000" for c in word)))


@cache
def engine() -> Cutter:
    """Return rjieba's cutter, with our words."""
    # Our own instance, so that nobody's add_word() elsewhere in the process changes a score.
    tokenizer = _rjieba().Jieba()
    for word, frequency in own_words():
        tokenizer.add_word(word, frequency, "nz")
    cut: Cutter = tokenizer.cut
    return cut


def _rjieba() -> Any:
    """Return rjieba's compiled module alone, where it is found: the package around it builds a dictionary of its own, which takes as long as ours."""
    package = find_spec("rjieba")
    compiled = PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations) if package else None
    if compiled is None or compiled.loader is None:
        import rjieba

        return rjieba
    module = module_from_spec(compiled)
    compiled.loader.exec_module(module)
    return module


@cache
def reference() -> Cutter:
    """Return jieba's cutter, with our words. Its dictionary cache lies in a private folder under a name of its content."""
    import jieba

    # jieba sets its own logger to DEBUG; what it says is no concern of a user of ours.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    # Our own instance, not jieba.dt: a caller's jieba.add_word() would otherwise change every score we give.
    tokenizer = jieba.Tokenizer()
    folder = Path(tempfile.gettempdir()) / f"bijian-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # jieba trusts whatever cache it finds: only one of a folder nobody else can write to, named by its content.
    tokenizer.tmp_dir = str(folder)
    tokenizer.cache_file = hashlib.sha256(tokenizer.get_dict_file().read()).hexdigest()[:16] + ".cache"
    tokenizer.initialize()
    for word, frequency in own_words():
        tokenizer.add_word(word, frequency, "nz")

    def cut(text: str, /) -> list[str]:
        cuts: list[str] = []
        for n, run in enumerate(text.split(" ")):
            cuts += [" "] if n else []
            cuts += tokenizer.lcut(run) if run else []
        return cuts

    return cut


def cutter() -> Cutter:
    """Return the cutter in use: the engine, or the reference when ``BIJIAN_SEGMENTER=jieba`` asks for it."""
    return reference() if os.environ.get("BIJIAN_SEGMENTER") == "jieba" else engine()


def segment(text: str) -> list[str]:
    """
    Return the words of *text*, in order; spaces, punctuation and everything that is not Han separate words and are left out.

    >>> segment("他在群里找承兑商搬砖")
    ['他', '在', '群里', '找', '承兑商', '搬砖']
    """
    runs = "".join(c if "\u3400" <= c < "\ua000" else " " for c in text).split()
    return [word for word in cutter()(" ".join(runs)) if word != " "]
