"""The table of what was given out says what a dict says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.intake.remembered import DIGEST_BYTES, Remembered, keys_of_digests

# Few of the first byte, so that many want one slot; none alone, which stands for an empty one.
DIGESTS = st.tuples(st.sampled_from([0, 1, 255]), st.integers(0, 40)).map(lambda pair: bytes([pair[1], *[0] * (DIGEST_BYTES - 2), pair[0]]))
TEXTS = st.sampled_from(["05--------", "0512345678p1", "05--------文章\ud800", "03--------", "x" * 70_000])


@given(st.lists(st.lists(st.tuples(DIGESTS, TEXTS), max_size=30), max_size=8))
def test_it_says_what_a_dict_says(rounds):
    remembered, known = Remembered(), {}
    for pairs in rounds:
        digests = [digest for digest, _ in pairs]
        keys = keys_of_digests(digests)
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
