"""
Find all leads of a text, each at its place in the text as read: the quick look of `hints` says which finders to ask, the most trusted first.

The text is folded first, one character to one (see `normalise`), so that ①③⑧, full-width letters and traditional characters are
read as what they mean; the places found lead back to the characters as written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from classifier.language.leads.chats import find_added, find_qq, find_telegram, find_wechat
from classifier.language.leads.hints import (
    ADDED_HINT,
    ADDRESS_HINT,
    ALIPAY_HINT,
    APP_HINT,
    CARD_HINT,
    CODE_HINT,
    EMAIL_HINT,
    LINK_HINT,
    PHONE_HINT,
    QQ_HINT,
    TELEGRAM_HINT,
    WECHAT_HINT,
    WHATSAPP_HINT,
    hints_of,
)
from classifier.language.leads.kinds import Found, Lead
from classifier.language.leads.links import find_apps, find_codes, find_links
from classifier.language.leads.payments import find_addresses, find_alipay, find_card
from classifier.language.leads.phones import find_email, find_phone, find_whatsapp
from classifier.language.leads.texts import FoldedText, fold
from classifier.language.leads.venues import find_venues, venues_named

Finder = Callable[[FoldedText], Iterable[Found]]
# In order of trust: what an introducer names comes before what only has the shape.
_PERSONAL_FINDERS: tuple[tuple[int, Finder], ...] = (
    (ALIPAY_HINT, find_alipay),
    (EMAIL_HINT, find_email),
    (TELEGRAM_HINT, find_telegram),
    (WECHAT_HINT, find_wechat),
    (ADDED_HINT, find_added),
    (QQ_HINT, find_qq),
    (CARD_HINT, find_card),
    (PHONE_HINT, find_phone),
    (WHATSAPP_HINT, find_whatsapp),
)
_PUBLIC_FINDERS: tuple[tuple[int, Finder], ...] = (
    (ADDRESS_HINT, find_addresses),
    (LINK_HINT, find_links),
    (APP_HINT, find_apps),
    (CODE_HINT, find_codes),
)


def find_leads(text: str) -> list[Lead]:
    """
    Return the leads of *text* in reading order.

    Personal leads never overlap each other; a link may hold a domain and a code, which are leads of their own.
    Well-known contract and burn addresses, names that Telegram reserves, and the domains everybody links to are left out.

    >>> [(lead.kind, lead.value) for lead in find_leads("加薇❤：ｂｔｃ_①②③，飞机 @coin_desk")]
    [('wechat', 'ｂｔｃ_①②③'), ('telegram', 'coin_desk')]
    """
    return find_all_leads([text])[0]


def find_all_leads(texts: list[str]) -> list[list[Lead]]:
    """Return what `find_leads` gives for each of *texts*, at a fraction of the time."""
    batch = fold(texts)
    hints = hints_of(batch)
    venues = venues_named(batch)
    return [_leads_of(text, batch.text(n), hint, venues.get(n, ())) if hint or n in venues else [] for n, (text, hint) in enumerate(zip(texts, hints, strict=True))]


def _leads_of(text: str, folded: FoldedText, hint: int, venues: Sequence[tuple[int, int]]) -> list[Lead]:
    found, taken = _find_personal(folded, hint)
    public = [lead for hints, find in _PUBLIC_FINDERS if hint & hints for lead in find(folded)]
    links = folded.links if hint & LINK_HINT else []
    # A code that is somebody's phone number is a phone number. A link that holds one stays a link: mask it before it is shown.
    found += [lead for lead in (*public, *find_venues(folded, venues, links)) if lead[0] in {"referral_link", "app"} or not any(taken[lead[1] : lead[2]])]
    leads = {_written(text, folded, lead) for lead in found}
    return sorted(leads, key=lambda lead: (lead.start, -lead.end, lead.kind))


def find_personal(text: str) -> list[Lead]:
    """Return the leads of *text* that are of PERSONAL_KINDS: all that is to be masked, in no order."""
    return find_all_personal([text])[0]


def find_all_personal(texts: list[str]) -> list[list[Lead]]:
    """Return what `find_personal` gives for each of *texts*, at a fraction of the time."""
    batch = fold(texts)
    found: list[list[Lead]] = []
    for n, (text, hint) in enumerate(zip(texts, hints_of(batch), strict=True)):
        folded = batch.text(n) if hint else None
        found.append([_written(text, folded, lead) for lead in _find_personal(folded, hint)[0]] if folded else [])
    return found


def _find_personal(folded: FoldedText, hint: int) -> tuple[list[Found], bytearray]:
    """Return the personal leads, and for each character of the folded text 1 where one of them stands."""
    found: list[Found] = []
    taken = bytearray(len(folded.low))
    for hints, find in _PERSONAL_FINDERS:
        for kind, start, end, checksum in find(folded) if hint & hints else ():
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append((kind, start, end, checksum))
    return found, taken


def _written(text: str, folded: FoldedText, found: Found) -> Lead:
    kind, first, last, checksum = found
    start, end = folded.place(first), folded.place(last - 1) + 1
    # The square round a digit of a keycap belongs to the digit.
    while end < len(text) and text[end] in "\ufe0f\u20e3":
        end += 1
    return Lead(kind, text[start:end], start, end, checksum)
