"""Words found by table are those found by looking at every place."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.language.lexicon import Lexicon
from classifier.language.normalise import to_codes

WORDS = ["币", "币安", "币安链", "u", "usdt", "出u", "gate", "gate.io", "币8", "安链币圈", "🐧", "8btc"]


def one_by_one(text, *, numbers_before):
    """The words of a text: at each place the longest that stands alone, none inside another."""
    found, at = [], 0
    while at < len(text):
        for word in sorted(WORDS, key=len, reverse=True):
            end = at + len(word)
            if text.startswith(word, at) and not runs_on(text, at, end, numbers_before=numbers_before):
                found.append((at, end, word))
                at = end - 1
                break
        at += 1
    return found


def runs_on(text, start, end, *, numbers_before):
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    touching = latin(before) and (not numbers_before or before.isalpha())
    return (latin(text[start]) and touching) or (latin(text[end - 1]) and latin(after))


def latin(character):
    return character.isascii() and character.isalnum()


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize("numbers_before", [True, False])
@given(text=st.lists(st.sampled_from([*WORDS, *"安链圈1s. \n", "\U00020000"]), max_size=12).map("".join))
def test_the_words_found_are_those_at_every_place(few, numbers_before, text):
    lexicon = Lexicon(WORDS, numbers_before=numbers_before)
    with mock.patch("classifier.language.lexicon.FEW", few):
        hits = lexicon.find(to_codes(text))
    found = zip(hits.start.tolist(), hits.end.tolist(), [lexicon.words[word] for word in hits.word.tolist()], strict=True)
    assert list(found) == one_by_one(text, numbers_before=numbers_before)


@pytest.mark.parametrize("few", [0, 1000])
def test_a_stretch_is_a_word_as_a_whole_or_none(few):
    lexicon = Lexicon(WORDS)
    with mock.patch("classifier.language.lexicon.FEW", few):
        numbers = lexicon.whole(to_codes("币安链u"), np.array([0, 0, 0, 3, 1, 4]), np.array([1, 2, 4, 4, 1, 4]))
    assert [lexicon.words[n] if n >= 0 else None for n in numbers.tolist()] == ["币", "币安", None, "u", None, None]


def test_nothing_is_found_in_nothing():
    assert [len(column) for column in Lexicon(WORDS).find(to_codes(""))] == [0, 0, 0]
    assert [len(column) for column in Lexicon([]).find(to_codes("币"))] == [0, 0, 0]
