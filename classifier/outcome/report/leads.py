"""The leads of the accounts shown, and who else uses them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from classifier.outcome.report.lines import clip
from classifier.outcome.report.words import LEAD_KINDS
from classifier.outcome.tables.cells import missing
from classifier.outcome.tables.read import iterate_rows

LISTED_LEADS = 14
NAMED_ACCOUNTS = 3
LeadName = tuple[str, str]
# account_key and post_id: two accounts may use one post_id.
Place = tuple[str, str]


class _Use(NamedTuple):
    """How an account uses a lead: in how many posts, the last of them, and what its check digits say."""

    n_posts: int
    last: str
    checksum: bool | None


def add_leads(folder: str | Path, shown: list[dict[str, Any]], accounts: list[dict[str, Any]]) -> None:
    """
    Give each of the *shown* accounts its ``leads``, most used first; a lead that can be compared says which other accounts use it.

    Each shown post gets the places of its ``masked`` leads: texts.parquet is as read, and what the tables hide must not stand in an excerpt.
    The table is read twice: memory grows with the leads of what is shown, not with all of them.
    """
    by_key = {account["account_key"]: account for account in shown}
    own: dict[str, dict[LeadName, _Use]] = {key: {} for key in by_key}
    shown_posts: dict[Place, list[dict[str, Any]]] = {}
    for account in shown:
        for post in account.get("posts", ()):
            shown_posts.setdefault((post["account_key"], post["post_id"]), []).append(post)
    for lead in _each_lead(folder):
        if (uses := own.get(lead["account_key"])) is None:
            continue
        if "•" in lead["value"]:
            for post in shown_posts.get((lead["account_key"], lead["post_id"]), ()):
                post["masked"].append((lead["field"], lead["start"], lead["end"], lead["value"]))
        name = _name_of(lead)
        before = uses.get(name)
        # The leads of a post stand together.
        again = before is not None and before.last == lead["post_id"]
        uses[name] = _Use((before.n_posts if before else 0) + (not again), lead["post_id"], None if missing(lead["checksum"]) else bool(lead["checksum"]))
    users = _users(folder, {name for uses in own.values() for name in uses}, accounts)
    for account in shown:
        leads = [_detail_lead(account, name, use, users.get(name, []), accounts) for name, use in own[account["account_key"]].items()]
        account["leads"] = sorted(leads, key=lambda lead: (-lead["n_others"], -lead["n_posts"], lead["kind"], lead["value"]))


def _each_lead(folder: str | Path) -> Iterator[dict[str, Any]]:
    return (lead for lead in iterate_rows(folder, "leads") if not missing(lead["value"]))


def _name_of(lead: dict[str, Any]) -> LeadName:
    return str(lead["kind"]), str(lead["value"])


def _users(folder: str | Path, names: set[LeadName], accounts: list[dict[str, Any]]) -> dict[LeadName, list[int]]:
    """Return for each of *names* that can be compared the accounts that use it, by their places in *accounts*, in the order they do."""
    # Two masked values may look alike and be two people's; that two name the same venue says nothing about either.
    compared = {name for name in names if "•" not in name[1] and name[0] != "venue"}
    places = {account["account_key"]: place for place, account in enumerate(accounts)}
    users: dict[LeadName, dict[int, None]] = {name: {} for name in compared}
    for lead in _each_lead(folder) if compared else ():
        name, place = _name_of(lead), places.get(lead["account_key"])
        if name in compared and place is not None:
            users[name][place] = None
    return {name: list(found) for name, found in users.items()}


def _detail_lead(account: dict[str, Any], name: LeadName, use: _Use, users: list[int], accounts: list[dict[str, Any]]) -> dict[str, Any]:
    kind, value = name
    # The first few are named; a venue may be in thousands of accounts, so that each must not look at all of them.
    others = [str(accounts[user]["account_name"] or "") for user in users[: NAMED_ACCOUNTS + 1] if accounts[user] is not account][:NAMED_ACCOUNTS]
    chinese, english = LEAD_KINDS.get(kind, (kind, kind))
    lead = {"kind": chinese, "kind_en": english, "value": clip(value, 120), "n_posts": use.n_posts, "checksum": use.checksum}
    return lead | {"n_others": max(len(users) - 1, 0), "others": [clip(other, 40) for other in others]}
