"""
Tell a real payment address or card number from a look-alike, by the check digits it carries.

Every function takes the address in plain characters and says whether its own checksum holds; none asks a network.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_VALUE = {letter: n for n, letter in enumerate(BASE58)}
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_VALUE = {letter: n for n, letter in enumerate(BECH32)}

# Version byte of each Base58Check address: pay to key hash, pay to script hash; TRON.
BTC_VERSIONS = (0x00, 0x05)
TRON_VERSION = 0x41

# What the polymod of a whole address must be: BIP-173 for witness version 0, BIP-350 for the others.
_BECH32_CONSTANT = 1
_BECH32M_CONSTANT = 0x2BC830A3

_MASK64 = (1 << 64) - 1


def base58check_payload(address: str) -> bytes | None:
    """Return the 21 bytes (version and body) of a Base58Check *address*, or None if it has another length or its checksum fails."""
    number = 0
    for letter in address:
        digit = _BASE58_VALUE.get(letter)
        if digit is None:
            return None
        number = number * 58 + digit
    if number >> 200:
        return None
    decoded = number.to_bytes(25, "big")
    # A leading 1 writes a zero byte, which the number itself does not hold: the count of them must agree.
    zeros = len(decoded) - len(decoded.lstrip(b"\0"))
    if zeros != len(address) - len(address.lstrip("1")):
        return None
    payload, check = decoded[:21], decoded[21:]
    return payload if hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4] == check else None


def is_btc_legacy(address: str) -> bool:
    """Whether *address* is a Bitcoin address of the old form (beginning with 1 or 3) whose checksum holds."""
    payload = base58check_payload(address)
    return payload is not None and payload[0] in BTC_VERSIONS


def is_tron(address: str) -> bool:
    """Whether *address* is a TRON address whose checksum holds."""
    payload = base58check_payload(address)
    return payload is not None and payload[0] == TRON_VERSION


def is_btc_segwit(address: str) -> bool:
    """Whether *address* is a Bitcoin main-net address in Bech32 or Bech32m whose checksum holds, all in one case."""
    if address not in {address.lower(), address.upper()}:
        return False
    prefix, _, body = address.lower().rpartition("1")
    values = [_BECH32_VALUE.get(letter, -1) for letter in body]
    if prefix != "bc" or len(values) < 7 or -1 in values or len(address) > 90:
        return False
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    version = values[0]
    if version > 16 or _polymod(expanded + values) != (_BECH32_CONSTANT if version == 0 else _BECH32M_CONSTANT):
        return False
    programme = _eight_bits(values[1:-6])
    if programme is None or not 2 <= len(programme) <= 40:
        return False
    return version > 0 or len(programme) in {20, 32}


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _eight_bits(values: list[int]) -> bytes | None:
    """Return groups of five bits as bytes, or None if what is left over is not a padding of zeros shorter than a group."""
    held = bits = 0
    out = bytearray()
    for value in values:
        held = (held << 5 | value) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            out.append(held >> bits & 0xFF)
    return bytes(out) if bits < 5 and not held & ((1 << bits) - 1) else None


def eth_checksum(address: str) -> str:
    """Return ``valid`` or ``invalid`` by EIP-55 for an *address* in mixed case, ``none`` for one in a single case, which carries no check."""
    body = address[2:]
    if body in {body.lower(), body.upper()}:
        return "none"
    digest = keccak256(body.lower().encode()).hex()
    right = all(c.isdigit() or c.isupper() == (int(d, 16) >= 8) for c, d in zip(body, digest, strict=False))
    return "valid" if right else "invalid"


def luhn_holds(digits: str) -> bool:
    """Whether the last digit of *digits* is the Luhn check of the others. One random number in ten passes: look at the issuer, too."""
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@lru_cache(maxsize=4096)
def keccak256(message: bytes) -> bytes:
    """
    Return the Keccak-256 digest of *message*, as Ethereum uses it.

    This is not ``hashlib.sha3_256``: the standard later changed the padding byte from 0x01 to 0x06, and every digest with it.
    """
    rate = 136
    padded = bytearray(message) + b"\x01" + bytes(-(len(message) + 1) % rate)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for block in range(0, len(padded), rate):
        for n in range(rate // 8):
            lanes[n] ^= int.from_bytes(padded[block + 8 * n : block + 8 * n + 8], "little")
        lanes = _keccak_f(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _keccak_tables() -> tuple[list[int], list[tuple[int, int]]]:
    """Return the constants of the 24 rounds, and the walk of rho and pi: where each lane goes and by how many bits it turns."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = register << 1 ^ (0x171 if register >> 7 else 0)
        constants.append(constant)
    walk, x, y = [], 1, 0
    for t in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        walk.append((x + 5 * y, (t + 1) * (t + 2) // 2 % 64))
    return constants, walk


_ROUND_CONSTANTS, _WALK = _keccak_tables()


def _keccak_f(lanes: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        turned = [columns[x - 1] ^ ((columns[(x + 1) % 5] << 1 | columns[(x + 1) % 5] >> 63) & _MASK64) for x in range(5)]
        lanes = [lane ^ turned[n % 5] for n, lane in enumerate(lanes)]
        moved = lanes[1]
        for place, turn in _WALK:
            lanes[place], moved = (moved << turn | moved >> (64 - turn)) & _MASK64, lanes[place]
        lanes = [
            lanes[n] ^ (~lanes[n - n % 5 + (n + 1) % 5] & lanes[n - n % 5 + (n + 2) % 5] & _MASK64) for n in range(25)
        ]
        lanes[0] ^= constant
    return lanes
