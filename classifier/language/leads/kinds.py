"""What a lead is, and of which kinds."""

from __future__ import annotations

from typing import NamedTuple

PERSONAL_KINDS = frozenset({"wechat", "qq", "qq_group", "telegram", "phone", "email", "alipay", "bank_card"})
PUBLIC_KINDS = frozenset({"btc", "eth", "tron", "referral_code", "referral_link", "domain", "venue", "app"})
# What a finder gives: kind, start and end in the folded text, checksum.
Found = tuple[str, int, int, str]


class Lead(NamedTuple):
    """
    Something a reader can write to, pay to or sign up with; ``text[start:end] == value``, as written.

    ``checksum`` is ``valid``, ``invalid`` or, where the kind carries none or none was computed, ``none``.
    """

    kind: str
    value: str
    start: int
    end: int
    checksum: str
