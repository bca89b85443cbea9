"""Venues: exchanges and other places of the trade, by name and by domain."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from classifier.language.leads.kinds import Found
from classifier.language.leads.texts import Batch, FoldedText
from classifier.language.lexicon import Lexicon
from classifier.language.words import read_list

# Words that make 抹茶 or OK a venue: what one does at a venue. The topic alone does not (区块链时代).
VENUE_NEAR = re.compile(r"usdt|btc|比特币|交易所|交易平台|返佣|手续费|充币|提币|买币|卖币|炒币|平台币|上币|合约|现货|法币|c2c|欧易|币安|火币|okx|okex|binance|huobi")
# Characters after which 币 ends a word and does not begin a name.
BEFORE_COIN = frozenset("特代货人民硬外纸法钱金本稳山拟平太虚炒买卖充提数")
# 萤火币 is a coin of its own.
BEFORE_FIRE = frozenset("萤荧")
REACH = 12


@cache
def _venue_names() -> tuple[Lexicon, Lexicon, frozenset[str]]:
    """Return the lexicon of Latin names, that of Han names, and the names that count only beside a crypto word."""
    names: set[str] = set()
    weak: set[str] = set()
    for chinese, english, others, _domains, _type, _ambiguous, weak_names in read_list("venues"):
        names |= {name.lower() for name in (chinese, english, *others.split("|")) if name}
        weak |= {name.lower() for name in weak_names.split("|") if name}
    latin = {name for name in names if name[0].isascii() and name.isascii()}
    # A Latin letter or digit of a name never touches another: okx is not in bokxyz, 币8网 not in 币88网.
    return Lexicon(list(latin), numbers_before=False), Lexicon(list(names - latin), numbers_before=False), frozenset(weak)


def venues_named(batch: Batch) -> dict[int, list[tuple[int, int]]]:
    """Return where the texts that name venues do so: Latin names first, each from where to before where in the folded text."""
    named: dict[int, list[tuple[int, int]]] = {}
    for lexicon in _venue_names()[:2]:
        hits = lexicon.find(batch.codes)
        text = np.searchsorted(batch.starts, hits.start, side="right") - 1
        first = batch.starts[text]
        for number, start, end in zip(text.tolist(), (hits.start - first).tolist(), (hits.end - first).tolist(), strict=True):
            named.setdefault(number, []).append((start, end))
    return named


@cache
def _venue_domains() -> frozenset[str]:
    return frozenset(domain for row in read_list("venues") for domain in row[3].split("|") if domain)


@cache
def _long_venue_domains() -> re.Pattern[str]:
    # Short names stand inside too many others (gate in navigate): they must be a label of their own.
    return re.compile("|".join(sorted(re.escape(domain) for domain in _venue_domains() if len(domain) >= 5)))


@cache
def carries_venue(host: str) -> bool:
    """Whether a label of *host* is a venue's second-level name, or holds one that is long enough to be told."""
    labels = re.split(r"[.\-。点·丶]", host)[:-1]
    return any(label.rstrip("0123456789") in _venue_domains() or label in _venue_domains() or _long_venue_domains().search(label) for label in labels)


def find_venues(folded: FoldedText, named: Iterable[tuple[int, int]], links: list[re.Match[str]]) -> Iterator[Found]:
    """Give each venue once, where it is first *named* so that it counts: the hundredth mention tells nothing more."""
    low = folded.low
    weak = _venue_names()[2]
    inside = bytearray(len(low) if links else 0)
    for link in links:
        inside[link.start() : link.end()] = b"\1" * (link.end() - link.start())
    nearby: list[tuple[int, int]] | None = None
    given: set[str] = set()
    for start, end in named:
        name, before = low[start:end], low[start - 1 : start]
        # A host names its venue as a domain; only names that are hosts themselves (gate.io) are given again.
        if name in given or ("." not in name and links and inside[start] and inside[end - 1]):
            continue
        if (name.startswith("火币") and before in BEFORE_FIRE) or (name in weak and name[0] == "币" and before in BEFORE_COIN):
            continue
        if name in weak and nearby is None:
            nearby = [match.span() for match in VENUE_NEAR.finditer(low)]
        if name not in weak or _beside(nearby or [], start, end):
            given.add(name)
            yield "venue", start, end, "none"


def _beside(words: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of *words*, in order, stands within REACH characters of start..end without touching the inside of it."""
    first = bisect_left(words, (start - REACH, 0))
    for word_start, word_end in words[first:]:
        if word_start > end + REACH:
            return False
        if word_end <= start or word_start >= end:
            return True
    return False
