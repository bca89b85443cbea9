"""jieba is the reference, rjieba the engine."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from classifier.language.segment import engine, own_words, reference, segment
from classifier.training.corpus import read_corpus


def test_the_engine_cuts_as_the_reference_does():
    """At most one run of Han characters in ten thousand may differ, and it is listed here when it does."""
    runs = sorted({run for row in read_corpus() for run in "".join(c if "\u3400" <= c < "\ua000" else " " for c in row["text"]).split()})[:20_000]
    text = " ".join(runs)
    by_engine = "|".join(engine()(text)).split("| |")
    by_reference = "|".join(reference()(text)).split("| |")
    differing = [(a, b) for a, b in zip(by_engine, by_reference, strict=True) if a != b]
    assert len(differing) <= len(runs) / 10_000, differing[:5]


@pytest.mark.parametrize("word", ["比特币", "承兑商", "带单", "矿机"])
def test_our_words_stay_whole(word):
    assert word in segment(f"他们说{word}的事")


def test_our_words_are_han_only():
    assert all("\u3400" <= c < "\ua000" for word, _ in own_words() for c in word)


def test_the_switch_gives_the_reference(monkeypatch):
    text = "在群里找承兑商搬砖，出U秒放"
    by_engine = segment(text)
    monkeypatch.setenv("BIJIAN_SEGMENTER", "jieba")
    assert segment(text) == by_engine


def test_only_our_dictionary_is_built():
    """Importing the package around the engine builds another one."""
    said = "import sys; from classifier.language.segment import segment; print(segment('找承兑商'), 'rjieba' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, encoding="utf-8", env=os.environ | {"PYTHONIOENCODING": "utf-8"})
    assert run.stdout.strip() == "['找', '承兑商'] False"


def test_an_engine_laid_out_otherwise_is_imported_whole(monkeypatch):
    monkeypatch.setattr("classifier.language.segment.PathFinder", SimpleNamespace(find_spec=lambda *_: None))
    assert engine.__wrapped__()("找承兑商") == ["找", "承兑商"]
