"""Leads in the posts that are not clear: contacts, codes, venues, addresses, domains, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from classifier.language.leads.find import find_all_leads, find_all_personal, find_leads
from classifier.language.leads.kinds import PERSONAL_KINDS, Lead
from classifier.language.mask import mask_all
from classifier.outcome.columns import LEAD_COLUMNS
from classifier.outcome.score import in_parts, text_column

SHOWN = frozenset({"offer", "review"})
MASKED_WHOLE = ("account_name", "title", "url", "notes")
# What a lead's check digits say, as the table has it: most kinds have none.
CHECKS = {"valid": True, "invalid": False, "none": None}


Finder = Callable[[str], list[Lead]]


def find_in_posts(scored: pd.DataFrame) -> Finder:
    """Return `find_leads` with what it says of the posts judged offer or review known already: their titles and texts are read at once, here."""
    texts = list({text for column in _shown(scored, ("title", "text")) for text in column if text})
    found = dict(zip(texts, (leads for part in in_parts(texts, len) for leads in find_all_leads(part)), strict=True))
    return lambda text: found[text] if text in found else find_leads(text)


def gather_leads(scored: pd.DataFrame, *, reveal: bool, find: Finder | None = None) -> pd.DataFrame:
    """
    Return a row a lead (LEAD_COLUMNS) of the posts judged offer or review, in reading order; personal values are masked unless *reveal*.

    *find* is what `find_in_posts` gives, where that is known already.
    """
    find = find or find_in_posts(scored)
    rows = []
    names = ("title", "text", "account_id", "account_key", "post_id")
    for title, text, account, key, post in zip(*_shown(scored, names), strict=True):
        for field, words in (("title", title), ("text", text)):
            for lead in find(words) if words else ():
                value = lead.value if reveal or lead.kind not in PERSONAL_KINDS else mask_value(lead.value)
                rows.append((lead.kind, value, account, key, post, field, lead.start, lead.end, CHECKS[lead.checksum]))
    return pd.DataFrame(rows, columns=list(LEAD_COLUMNS))


def _shown(scored: pd.DataFrame, names: Sequence[str]) -> list[list[str | None]]:
    """Return the text columns *names* of the posts judged offer or review."""
    places = [n for n, verdict in enumerate(scored["verdict"].tolist()) if verdict in SHOWN]
    return [[column[n] for n in places] for column in (text_column(scored, name) for name in names)]


def mask_value(value: str) -> str:
    """Return a personal value with every character but the first masked, one for one."""
    return value[:1] + "•" * (len(value) - 1)


def mask_posts(scored: pd.DataFrame, *, find: Finder | None = None) -> pd.DataFrame:
    """
    Return *scored* with personal contacts masked in names, titles, URLs, notes and quotes, character for character.

    *find* is what `find_in_posts` gives, where that is known already.
    """
    find = find or find_in_posts(scored)
    whole = {name: text_column(scored, name) for name in MASKED_WHOLE}
    masked = _masked({text for column in whole.values() for text in column if text})
    quoted = list(zip(scored["evidence"].tolist(), text_column(scored, "title"), text_column(scored, "text"), strict=True))
    texts = list({text for quotes, *both in quoted if quotes for text in both if text})
    read = dict(zip(texts, (masked for part in in_parts(texts, len) for masked in mask_all(part, [find(text) for text in part])), strict=True))
    evidence = [[_mask_quote(quote, title, text, read) for quote in quotes] if quotes else quotes for quotes, title, text in quoted]
    columns = {name: [masked.get(text, text) for text in column] for name, column in whole.items() if not masked.keys().isdisjoint(column)}
    return scored.assign(**{name: pd.Series(column, index=scored.index, dtype=object) for name, column in (columns | {"evidence": evidence}).items()})


def mask_post(post: dict[str, Any]) -> dict[str, Any]:
    """Return one scored post masked as `mask_posts` masks a table of them."""
    masked = _masked({post[name] for name in MASKED_WHOLE if post[name]})
    texts = [post[name] for name in ("title", "text") if post["evidence"] and post[name]]
    read = dict(zip(texts, mask_all(texts), strict=True))
    evidence = [_mask_quote(quote, post["title"], post["text"], read) for quote in post["evidence"]]
    return post | {name: masked.get(post[name], post[name]) for name in MASKED_WHOLE} | {"evidence": evidence}


def _mask_quote(quote: dict[str, Any], title: str | None, text: str | None, masked: dict[str, str]) -> dict[str, Any]:
    """Return *quote* from the title or text *masked* as a whole, so that a quote may begin in mid-contact."""
    whole = masked[(title if quote["field"] == "title" else text) or ""]
    return {**quote, "quote": whole[quote["start"] : quote["end"]]}


# What a contact is written with, plain or disguised; no contact has fewer than LEAST of them.
CONTACT_CHARACTER = re.compile(
    "[0-9A-Za-z零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖\u2460-\u24ff\u2776-\u2793\u3220-\u3229\uff10-\uff5a\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
)
LEAST = 5


def _masked(texts: set[str]) -> dict[str | None, str]:
    """Return those of *texts* that hold a personal contact, each with itself masked."""
    listed = list(texts)
    found = {text: leads for text, leads in zip(listed, find_all_personal(listed), strict=True) if leads and len(CONTACT_CHARACTER.findall(text)) >= LEAST}
    return dict(zip(found, mask_all(list(found), list(found.values())), strict=True))
