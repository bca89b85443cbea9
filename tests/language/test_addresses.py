"""Checksums of payment addresses, held against the vectors that the standards publish."""

import pytest

from classifier.language.addresses import base58check_payload, eth_checksum, is_btc_legacy, is_btc_segwit, is_tron, keccak256, luhn_holds

EIP55 = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
BIP173 = "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"
BIP350 = [
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
    "BC1SW50QGDZ25J",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
]
# Wrong constant for the version, mixed case, wrong version, too short: each from BIP-350's list of invalid ones.
BIP350_INVALID = [
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
    "bc1pw5dgrnzv",
    "bc1gmk9yu",
]


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"The quick brown fox jumps over the lazy dog", "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"),
        (b"The quick brown fox jumps over the lazy dog.", "578951e24efd62a3d63a86f7cd19aaa53c898fe287d2552133220370240b572d"),
    ],
)
def test_keccak_is_the_one_ethereum_uses(message, digest):
    assert keccak256(message).hex() == digest


def test_keccak_reads_a_message_longer_than_a_block():
    assert len({keccak256(b"a" * n) for n in (135, 136, 137, 300)}) == 4


@pytest.mark.parametrize("address", EIP55)
def test_eip55_vectors_hold_and_one_letter_in_the_other_case_breaks_them(address):
    assert eth_checksum(address) == "valid"
    last = next(n for n in range(41, 1, -1) if address[n].isalpha())
    assert eth_checksum(address[:last] + address[last].swapcase() + address[last + 1 :]) == "invalid"


def test_an_address_in_one_case_carries_no_checksum():
    assert eth_checksum(EIP55[0].lower()) == "none"
    assert eth_checksum("0x" + EIP55[0][2:].upper()) == "none"


@pytest.mark.parametrize("address", [BIP173, BIP173.lower(), *BIP350])
def test_segwit_vectors_hold(address):
    assert is_btc_segwit(address)


@pytest.mark.parametrize("address", BIP350_INVALID)
def test_segwit_counterexamples_fail(address):
    assert not is_btc_segwit(address)


def test_segwit_in_mixed_case_fails():
    assert not is_btc_segwit("bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")


def test_the_first_block_and_the_zero_address_hold():
    assert is_btc_legacy("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    assert is_tron("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb")
    assert is_tron("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
    assert not is_tron("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    assert not is_btc_legacy("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb")


@pytest.mark.parametrize("address", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0OIl", "", "z" * 60])
def test_base58_with_a_slip_has_no_payload(address):
    assert base58check_payload(address) is None


def test_luhn_catches_one_wrong_digit():
    assert luhn_holds("79927398713")
    assert not any(luhn_holds("7992739871" + str(n)) for n in range(10) if n != 3)
