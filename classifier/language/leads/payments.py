"""Where money is sent: Alipay accounts, bank cards, and addresses of coins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.language import addresses
from classifier.language.leads.kinds import Found
from classifier.language.leads.spelling import END, FILLER, NUMBER, digits_of
from classifier.language.leads.texts import FoldedText, matches, scan

ALIPAY_EDGE = re.compile("[支za](?=[付fl])")
ALIPAY = re.compile(
    rf"(?:支付宝|支付寳|(?<![a-z])zfb|alipay)(?P<filler>{FILLER})(?P<id>[a-z0-9][a-z0-9._\-]{{0,40}}+@(?:[a-z0-9\-]{{1,40}}\.){{1,3}}[a-z]{{2,10}}|{NUMBER}){END}"
)
ALIPAY_LINK = re.compile(r"(?P<id>qr\.alipay\.com/[a-z0-9]{6,40})")

CARD = re.compile(r"(?<![0-9a-z])[2-9]\d{3}(?:[ \-]?\d){12,15}+(?![0-9a-z])")
CARD_NEAR = re.compile(r"卡号|银行卡|账号|帐号|账户|开户行|开户银行|户名|收款人|汇款|转账")
# Issuer numbers of Chinese banks' cards. Sources: field guide 5.1; the banks' own published ranges.
CARD_ISSUERS = re.compile(
    r"62166[0-3,5-9]|62148[356]|622588|622609|62215[567]|622298|623058|6228[24]\d|9559[5-9]|9558|62220[0238]|6227\d\d|621700|621226|621558|621799|"
    r"622188|621098|62226[0-2]|622568|622700|622666|622155|621288|621661|622575|622576|622577|622578|622580|622689|622690|622692|622696|622698"
)

BTC_LEGACY = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}")
BTC_SEGWIT = re.compile(r"[bB][cC]1[02-9ac-hj-np-zAC-HJ-NP-Z]{11,71}")
ETH = re.compile(r"0[xX][0-9a-fA-F]{40}")
TRON = re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")
ADDRESSES = (("btc", BTC_LEGACY, addresses.is_btc_legacy), ("tron", TRON, addresses.is_tron), ("btc", BTC_SEGWIT, addresses.is_btc_segwit))
# Each of the four is such a run as a whole.
LONG_CODE = re.compile(r"[0-9A-Za-z]{14,}+")
ADDRESS_NEAR = re.compile(r"地址|钱包|btc|比特币|trc|trx|usdt|波场|收款|打币|充值|转账|捐赠|打赏|address|donat")

# Everybody's contracts, burn addresses and the first block's: they lead to nobody. Lower case.
WELL_KNOWN = frozenset(
    address.lower()
    for address in (
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",  # USDT on TRON
        "TEkxiTehnzSmSe2XqrBj4w32RUN966rdz8",  # USDC on TRON
        "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",  # TRON's zero address
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",  # the first Bitcoin block
        "0xdAC17F958D2ee523a2206206994597C13D831ec7",  # USDT on Ethereum
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",  # USDC on Ethereum
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",  # wrapped ETH
        "0x55d398326f99059fF775485246999027B3197955",  # USDT on BNB chain
        "0x000000000000000000000000000000000000dEaD",
        "0x0000000000000000000000000000000000000000",
        "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",  # stands for the chain's own coin
    )
)
# A Keccak digest takes most of a millisecond: a list of thousands of addresses is not worth seconds.
CHECKED_PER_TEXT = 40


def find_alipay(folded: FoldedText) -> Iterator[Found]:
    """Give the Alipay accounts."""
    for match in scan(ALIPAY, ALIPAY_EDGE, folded.low):
        if "@" in match["id"] or len(digits_of(match["id"])) == 11:
            yield "alipay", *match.span("id"), "none"
    for match in matches(ALIPAY_LINK, folded.low, "qr.alipay"):
        yield "alipay", *match.span("id"), "none"


def find_card(folded: FoldedText) -> Iterator[Found]:
    """Give the numbers of bank cards, told by the words before them or by issuer and check digit."""
    for match in CARD.finditer(folded.low):
        digits = digits_of(match[0])
        right = addresses.luhn_holds(digits)
        introduced = CARD_NEAR.search(folded.low, max(0, match.start() - 20), match.start())
        if introduced or (right and CARD_ISSUERS.match(digits)):
            yield "bank_card", *match.span(), "valid" if right else "invalid"


def find_addresses(folded: FoldedText) -> Iterator[Found]:
    """Give the addresses of coins, told by their checksums or the words before them."""
    checked: set[str] = set()
    for code in LONG_CODE.finditer(folded.cased):
        written = code[0]
        if written.lower() in WELL_KNOWN:
            continue
        if ETH.fullmatch(written):
            known = written in checked or len(checked) < CHECKED_PER_TEXT
            checked |= {written} if known else set()
            yield "eth", *code.span(), addresses.eth_checksum(written) if known else "none"
            continue
        for kind, pattern, holds in ADDRESSES:
            if pattern.fullmatch(written):
                right = holds(written)
                # A mistyped address is told from any other long code by the words before it; Bech32 tells by its beginning.
                if right or pattern is BTC_SEGWIT or ADDRESS_NEAR.search(folded.low, max(0, code.start() - 20), code.start()):
                    yield kind, *code.span(), "valid" if right else "invalid"
