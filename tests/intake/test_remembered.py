"""The table of what was given out says what a dict says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.intake.remembered import Remembered, hashed

# Few of the high bytes, so that many want one slot; none is 0, which stands for an empty one.
KEYS = st.tuples(st.sampled_from([0, 1, 255]), st.integers(1, 40)).map(lambda pair: pair[0] << 56 | pair[1])
TEXTS = st.sampled_from(["05--------", "0512345678p1", "05--------文章\ud800", "03--------", "x" * 70_000])


@given(st.lists(st.lists(st.tuples(KEYS, TEXTS), max_size=30), max_size=8))
def test_it_says_what_a_dict_says(rounds):
    remembered, known = Remembered(), {}
    for pairs in rounds:
        keys = np.array([key for key, _ in pairs], dtype=np.uint64)
        assert remembered.any(keys) == any(int(key) in known for key in keys)
        remembered.add(keys, [text for _, text in pairs])
        for key, (_, text) in zip(keys.tolist(), pairs, strict=True):
            known.setdefault(key, text)
        assert remembered.look_up(keys) == [known[key] for key in keys.tolist()]


@pytest.mark.parametrize("text", ["05--------p{}", "05--------"], ids=["a text each", "one text for all"])
def test_it_grows(text):
    remembered = Remembered()
    drawn = np.random.default_rng(3).integers(1, 2**64, size=300_000, dtype=np.uint64)
    for begin in range(0, len(drawn), 50_000):
        some = drawn[begin : begin + 50_000]
        assert not remembered.any(some)
        remembered.add(some, [text.format(n) for n in range(begin, begin + len(some))])
    assert remembered.look_up(drawn[::977]) == [text.format(n) for n in range(0, len(drawn), 977)]
    assert not remembered.any(drawn + np.uint64(1))


def test_the_same_name_has_the_same_key():
    names = [f"wechat:biz:{n}\0id\0{n}\ud800" for n in range(10_000)]
    assert (hashed(names) == hashed(name[:5] + name[5:] for name in names)).all()
    assert len(np.unique(hashed(names))) == len(names)
    assert hashed(names).min() > 0
