"""Hide people's contacts in place: one • for each character but the first, so that every place in the text stays where it was."""

from __future__ import annotations

from collections.abc import Iterable

from classifier.language.leads import PERSONAL_KINDS, Lead, find_personal

BULLET = "•"


def mask_personal(text: str, *, found: Iterable[Lead] | None = None) -> str:
    """
    Return *text* with every personal lead masked, its first character left to tell it by.

    The length stays the same. Masking twice changes nothing more: what shows itself only after its neighbour
    was masked is masked too. *found* are the leads of *text*, where they are known already.

    >>> mask_personal("微信：abc_1234，飞机 @coin_desk，官网 okx.com")
    '微信：a•••••••，飞机 @c••••••••，官网 okx.com'
    """
    masked = mask_spans(text, find_personal(text) if found is None else found)
    while masked != text:
        text, masked = masked, mask_spans(masked, find_personal(masked))
    return text


def mask_spans(text: str, leads: Iterable[Lead]) -> str:
    """Return *text* with those of *leads* that are personal masked; the others, codes and domains, stay readable."""
    personal = [lead for lead in leads if lead.kind in PERSONAL_KINDS]
    if not personal:
        return text
    masked = list(text)
    for lead in personal:
        masked[lead.start + 1 : lead.end] = BULLET * (lead.end - lead.start - 1)
    return "".join(masked)
