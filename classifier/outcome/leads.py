"""Leads in the posts that are not clear: contacts, codes, venues, addresses, domains, each with its place."""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from classifier.language.leads import PERSONAL_KINDS, find_leads
from classifier.language.mask import mask_personal
from classifier.outcome.score import text_column

LEAD_COLUMNS = ("kind", "value", "account_id", "post_id", "field", "start", "end", "checksum")


def gather_leads(scored: pd.DataFrame, *, reveal: bool) -> pd.DataFrame:
    """Return a row a lead (LEAD_COLUMNS) of the posts judged offer or review, in reading order; personal values are masked unless *reveal*."""
    rows = []
    shown = scored[scored["verdict"].isin(("offer", "review"))]
    columns = {name: text_column(shown, name) for name in ("title", "text", "account_id", "post_id")}
    for title, text, account, post in zip(*columns.values(), strict=True):
        for field, words in (("title", title), ("text", text)):
            for lead in find_leads(words) if words else ():
                value = lead.value if reveal or lead.kind not in PERSONAL_KINDS else mask_value(lead.value)
                rows.append((lead.kind, value, account, post, field, lead.start, lead.end, lead.checksum))
    return pd.DataFrame(rows, columns=list(LEAD_COLUMNS))


def mask_value(value: str) -> str:
    """Return a personal value with every character but the first masked, one for one."""
    return value[:1] + "•" * (len(value) - 1)


def mask_posts(scored: pd.DataFrame) -> pd.DataFrame:
    """Return *scored* with personal contacts masked in names, titles, URLs and quotes, character for character."""
    evidence = [
        [{**quote, "quote": masked[quote["field"]][quote["start"] : quote["end"]]} for quote in quotes]
        for quotes, masked in zip(scored["evidence"], _masked_fields(scored), strict=True)
    ]
    return scored.assign(
        **{name: pd.Series([_mask(text) for text in text_column(scored, name)], index=scored.index, dtype=object) for name in ("account_name", "title", "url")},
        evidence=pd.Series(evidence, index=scored.index, dtype=object),
    )


def _masked_fields(scored: pd.DataFrame) -> list[dict[str, str]]:
    """Return title and text of each post, masked as a whole, so that a quote may begin in mid-contact; empty where nothing is quoted."""
    return [
        {"title": _mask(title) or "", "text": _mask(text) or ""} if quotes else {}
        for quotes, title, text in zip(scored["evidence"], text_column(scored, "title"), text_column(scored, "text"), strict=True)
    ]


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
