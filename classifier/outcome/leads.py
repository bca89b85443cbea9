"""Leads in the posts that are not clear: contacts, codes, venues, addresses, domains, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd

from classifier.language.leads import PERSONAL_KINDS, Lead, find_leads
from classifier.language.mask import mask_personal
from classifier.outcome.score import text_column

MASKED_WHOLE = ("account_name", "title", "url", "notes")
# What a lead's check digits say, as the table has it: most kinds have none.
CHECKS = {"valid": True, "invalid": False, "none": None}
LEAD_COLUMNS = ("kind", "value", "account_id", "account_key", "post_id", "field", "start", "end", "checksum")


Finder = Callable[[str], list[Lead]]


def gather_leads(scored: pd.DataFrame, *, reveal: bool, find: Finder = find_leads) -> pd.DataFrame:
    """Return a row a lead (LEAD_COLUMNS) of the posts judged offer or review, in reading order; personal values are masked unless *reveal*."""
    rows = []
    shown = scored[scored["verdict"].isin(("offer", "review"))]
    columns = {name: text_column(shown, name) for name in ("title", "text", "account_id", "account_key", "post_id")}
    for title, text, account, key, post in zip(*columns.values(), strict=True):
        for field, words in (("title", title), ("text", text)):
            for lead in find(words) if words else ():
                value = lead.value if reveal or lead.kind not in PERSONAL_KINDS else mask_value(lead.value)
                rows.append((lead.kind, value, account, key, post, field, lead.start, lead.end, CHECKS[lead.checksum]))
    return pd.DataFrame(rows, columns=list(LEAD_COLUMNS))


def mask_value(value: str) -> str:
    """Return a personal value with every character but the first masked, one for one."""
    return value[:1] + "•" * (len(value) - 1)


def mask_posts(scored: pd.DataFrame, *, find: Finder = find_leads) -> pd.DataFrame:
    """
    Return *scored* with personal contacts masked in names, titles, URLs, notes and quotes, character for character.

    *find* finds the leads of a title or text that is quoted: one that remembers what `gather_leads` found saves the time.
    """
    quoted = zip(scored["evidence"], text_column(scored, "title"), text_column(scored, "text"), strict=True)
    masked = [_mask_evidence(quotes, title, text, find) for quotes, title, text in quoted]
    return scored.assign(
        **{name: pd.Series([_mask(text) for text in text_column(scored, name)], index=scored.index, dtype=object) for name in MASKED_WHOLE},
        evidence=pd.Series(masked, index=scored.index, dtype=object),
    )


def mask_post(post: dict[str, Any]) -> dict[str, Any]:
    """Return one scored post masked as `mask_posts` masks a table of them."""
    evidence = _mask_evidence(post["evidence"], post["title"], post["text"], find_leads)
    return post | {name: _mask(post[name]) for name in MASKED_WHOLE} | {"evidence": evidence}


def _mask_evidence(quotes: list[dict[str, Any]], title: str | None, text: str | None, find: Finder) -> list[dict[str, Any]]:
    """Return *quotes* from the title and text masked as wholes, so that a quote may begin in mid-contact."""
    if not quotes:
        return quotes
    masked = {"title": _mask_found(title or "", find), "text": _mask_found(text or "", find)}
    return [{**quote, "quote": masked[quote["field"]][quote["start"] : quote["end"]]} for quote in quotes]


def _mask_found(text: str, find: Finder) -> str:
    return mask_personal(text, found=find(text)) if text else text


# What a contact is written with, plain or disguised; no contact has fewer than LEAST of them.
CONTACT_CHARACTER = re.compile(
    "[0-9A-Za-z零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖\u2460-\u24ff\u2776-\u2793\u3220-\u3229\uff10-\uff5a\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
)
LEAST = 5


@lru_cache(maxsize=4096)  # names and titles come again and again
def _mask(text: str | None) -> str | None:
    if not text or len(CONTACT_CHARACTER.findall(text)) < LEAST:
        return text
    return mask_personal(text)
