"""Hide people's contacts in place: one • for each character but the first, so that every place in the text stays where it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classifier.language.leads.find import find_all_personal
from classifier.language.leads.kinds import PERSONAL_KINDS, Lead

BULLET = "•"


def mask_personal(text: str) -> str:
    """
    Return *text* with every personal lead masked, its first character left to tell it by.

    The length stays the same. Masking twice changes nothing more: what shows itself only after its neighbour
    was masked is masked too.

    >>> mask_personal("微信：abc_1234，飞机 @coin_desk，官网 okx.com")
    '微信：a•••••••，飞机 @c••••••••，官网 okx.com'
    """
    return mask_all([text])[0]


def mask_all(texts: list[str], found: Sequence[Iterable[Lead]] | None = None) -> list[str]:
    """Return what `mask_personal` gives for each of *texts*. *found* are the leads of each, where they are known already."""
    masked = list(texts)
    asked = list(range(len(texts)))
    while asked:
        leads = find_all_personal([masked[n] for n in asked]) if found is None else found
        found = None
        changed = []
        for n, own in zip(asked, leads, strict=True):
            once_more = mask_spans(masked[n], own)
            if once_more != masked[n]:
                masked[n] = once_more
                changed.append(n)
        asked = changed
    return masked


def mask_spans(text: str, leads: Iterable[Lead]) -> str:
    """Return *text* with those of *leads* that are personal masked; the others, codes and domains, stay readable."""
    personal = [lead for lead in leads if lead.kind in PERSONAL_KINDS]
    if not personal:
        return text
    masked = list(text)
    for lead in personal:
        masked[lead.start + 1 : lead.end] = BULLET * (lead.end - lead.start - 1)
    return "".join(masked)
