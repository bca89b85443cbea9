"""
Gather scored posts into accounts and decide which to flag.

An account is kept as counts and its few strongest posts, so that parts of an export, gathered apart, merge into
the same accounts as the whole. Its score asks what share of its posts are offers: a newspaper of three hundred posts has one that looks
like an offer by chance, and is no offering account for that; one in two posts is no chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from classifier.model.bundle import Model
from classifier.model.categories import CATEGORIES
from classifier.model.judge import probability
from classifier.model.points import STEPS
from classifier.outcome.columns import ACCOUNT_COLUMNS, STEP_COUNTS, TALLY_COLUMNS
from classifier.outcome.score import text_column

Values = npt.NDArray[np.float64]

# Shares of offers among an offering account's posts that are thought of, all alike: from one in twenty to all.
OFFER_SHARES = np.arange(1, 21) / 20
KEPT_POSTS = 5
# Log-odds beyond this are all equally sure.
SUREST = 8.0
# An account whose posts hold fewer characters than this together is not judged clear.
LEAST_CHARACTERS = 40
# Up to this share of its posts, offers are no more than a part of what an account that is not flagged does.
SELDOM = 0.1
VERDICT_ORDER = {"flag": 0, "review": 1, "abstain": 2, "clear": 3}
COUNTS = tuple(name for name, column in TALLY_COLUMNS.items() if column.kind == "integer")
# Rows of parts that are held before they are merged: many times the rows of a part, few beside the posts they stand for.
MERGE_ROWS = 20_000


class Tally(NamedTuple):
    """
    What is kept of accounts: enough to score them, and to merge with another part of the same export.

    Both are plain lists, one a column: a table costs more to make than most batches have to say. ``counts`` has a row an account
    (TALLY_COLUMNS) in the order they first appear, ``tops`` a row for each of its up to KEPT_POSTS strongest posts (TOP_COLUMNS)
    that passed the gate, strongest first.
    """

    counts: dict[str, list[Any]]
    tops: dict[str, list[Any]]


def log_odds(scores: Values) -> Values:
    """Return the log-odds of probabilities, at most SUREST either way."""
    bounded = np.clip(scores, 1e-9, 1 - 1e-9)
    odds: Values = np.clip(np.log(bounded / (1 - bounded)), -SUREST, SUREST)
    return odds


def tally_posts(scored: pd.DataFrame, model: Model) -> Tally:
    """Return the tally of the accounts in *scored* posts."""
    account_keys = text_column(scored, "account_key")
    codes, keys = _numbered(account_keys)
    verdicts = np.array(text_column(scored, "verdict"), dtype=object)
    judged = (verdicts != None) & (verdicts != "")  # noqa: E711 (element by element)
    lengths = [len(title or "") + len(text or "") for title, text in zip(text_column(scored, "title"), text_column(scored, "text"), strict=True)]
    scores = scored["score"].fillna(0.0).to_numpy(dtype=np.float64)
    offers, listed = verdicts == "offer", np.array(text_column(scored, "listed"), dtype=object)
    categories, states = np.array(text_column(scored, "category"), dtype=object), np.array(text_column(scored, "body_state"), dtype=object)
    odds = log_odds(scores)
    # Not the verdict: an account's score is the same at every operating point.
    step = np.where(listed == "block", len(STEPS), np.where(listed == "allow", 0, np.searchsorted(STEPS, odds, side="right")))
    counted = {
        "n_posts": np.ones(len(codes)),
        "n_scored": judged,
        "n_offer": offers,
        "n_review": verdicts == "review",
        "characters": judged * np.array(lengths, dtype=np.int64),
        "n_pictures": states == "pictures_only",
        "n_blocked": judged & (listed == "block"),
    }
    counted |= {f"n_{name}": offers & (categories == name) for name in CATEGORIES} | {name: judged & (step == n) for n, name in enumerate(STEP_COUNTS)}
    counts: dict[str, Any] = {"account_key": keys}
    for name in ("account_id", "account_name"):
        counts[name] = _first(text_column(scored, name), codes, len(keys))
    times = text_column(scored, "published_at")
    counts["first_post"], counts["last_post"] = (_first(times, codes, len(keys), by=way) for way in ("least", "most"))
    counts |= {name: _summed(values, codes, len(keys)) for name, values in counted.items()}
    # What a list of the user's blocked is as strong as can be, whatever the model says of it.
    odds = np.where(listed == "block", SUREST, odds)
    strong = np.flatnonzero(judged & (odds > model.floor + 1e-6) & (listed != "allow"))
    posts = text_column(scored, "post_id")
    tops = ((account_keys[post], own, posts[post]) for post, own in zip(strong.tolist(), odds[strong].tolist(), strict=True))
    return Tally({name: counts[name] for name in TALLY_COLUMNS}, _strongest(tops))


def _numbered(keys: list[Any]) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Return a number for each of *keys*, the same for the same key, and the keys by number, in the order they first appear."""
    numbers: dict[Any, int] = {}
    codes = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    return codes, list(numbers)


def _summed(values: npt.ArrayLike, codes: npt.NDArray[np.int64], n: int) -> list[int]:
    """Return the sum of *values* for each of *n* codes."""
    sums: list[int] = np.bincount(codes, weights=np.asarray(values, dtype=np.float64), minlength=n).astype(np.int64).tolist()
    return sums


def _first(values: list[str | None], codes: npt.NDArray[np.int64], n: int, *, by: str = "") -> list[str | None]:
    """Return for each of *n* codes the first of its *values* that is not empty, in reading order or *by* the least or most; else None."""
    there = [place for place, value in enumerate(values) if value]
    if by:
        there.sort(key=lambda place: values[place] or "", reverse=by == "most")
    found: list[str | None] = [None] * n
    own, at = np.unique(codes[there], return_index=True)
    for code, place in zip(own.tolist(), at.tolist(), strict=True):
        found[code] = values[there[place]]
    return found


def _strongest(tops: Iterable[tuple[Any, float, Any]]) -> dict[str, list[Any]]:
    """Return of *tops* (account, log-odds, post) at most KEPT_POSTS an account, strongest first; equals from the last post_id."""
    ordered = sorted(sorted(tops, key=itemgetter(1, 2), reverse=True), key=itemgetter(0))
    kept = [top for _, own in groupby(ordered, key=itemgetter(0)) for top in islice(own, KEPT_POSTS)]
    return {"account_key": [key for key, _, _ in kept], "post_id": [post for _, _, post in kept], "log_odds": [odds for _, odds, _ in kept]}


def merge_tallies(parts: Iterable[Tally]) -> Tally:
    """Return *parts*, which come in the order of the export, as one tally. Memory grows with the accounts, not with the parts."""
    held: list[Tally] = []
    most = MERGE_ROWS
    for part in parts:
        held.append(part)
        if sum(len(tally.counts["account_key"]) for tally in held) > most:
            held = [_merge(held)]
            most = 2 * len(held[0].counts["account_key"]) + MERGE_ROWS
    return _merge(held)


def _merge(parts: list[Tally]) -> Tally:
    if len(parts) == 1:
        return parts[0]
    counts: dict[str, list[Any]] = {name: [value for part in parts for value in part.counts[name]] for name in TALLY_COLUMNS}
    codes, keys = _numbered(counts["account_key"])
    merged: dict[str, list[Any]] = {"account_key": keys}
    for name, by in (("account_id", ""), ("account_name", ""), ("first_post", "least"), ("last_post", "most")):
        merged[name] = _first(counts[name], codes, len(keys), by=by)
    for name in COUNTS:
        merged[name] = _summed(counts[name], codes, len(keys))
    tops = (top for part in parts for top in zip(*(part.tops[name] for name in ("account_key", "log_odds", "post_id")), strict=True))
    return Tally({name: merged[name] for name in TALLY_COLUMNS}, _strongest(tops))


def account_ratios(step_ratios: Values, tally: Tally) -> Values:
    """
    Return for each account how much likelier its posts are those of an offering account than of an honest one, as a logarithm.

    A post of an offering account is an offer as often as its share of offers says, which is unknown: the mean over OFFER_SHARES. Likelihood ratio of a two-part mixture,
    posts taken as independent.
    """
    counts = np.array([tally.counts[name] for name in STEP_COUNTS], dtype=np.float64).T.copy()
    # Row by row: a product over all of them may round otherwise for another number of accounts.
    of_shares = [(counts * np.log1p(share * np.expm1(step_ratios))).sum(axis=1) for share in OFFER_SHARES]
    ratios: Values = np.logaddexp.reduce(of_shares, axis=0) - np.log(len(OFFER_SHARES))
    return ratios


def account_scores(model: Model, tally: Tally) -> Values:
    """Return for each account the probability, 0 to 1, that offering is what it does."""
    return probability(model.account_slope * account_ratios(model.step_ratios, tally) + model.account_constant)


def gather_accounts(scored: pd.DataFrame, model: Model) -> pd.DataFrame:
    """
    Return the accounts of *scored* posts (see `accounts_table`).

    Raises ValueError if there is no ``account_key``: `read_export` gives one to every post.
    """
    if "account_key" not in scored:
        raise ValueError("scored posts need a column account_key: it says which posts are of one account (read_export gives it)")
    return accounts_table(tally_posts(scored, model), model)


def accounts_table(tally: Tally, model: Model, *, amend: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row) -> pd.DataFrame:
    """
    Return a row an account with the columns ACCOUNT_COLUMNS, worst first; equals in the order of their keys.

    ``account_id, first_post, last_post`` are None where unknown; an account with no post to judge has no score.
    *amend* may change a row before they are ordered.
    """
    tops: dict[str, list[str]] = {}
    for key, post_id in zip(tally.tops["account_key"], tally.tops["post_id"], strict=True):
        tops.setdefault(key, []).append(post_id)
    scores = account_scores(model, tally).tolist()
    counts = [dict(zip(tally.counts, row, strict=True)) for row in zip(*tally.counts.values(), strict=True)]
    rows = [amend(_account(count, score if count["n_scored"] else None, tops.get(count["account_key"], []), model)) for count, score in zip(counts, scores, strict=True)]
    rows.sort(key=lambda row: (VERDICT_ORDER[row["verdict"]], -(row["score"] or 0.0), row["account_key"]))
    # Plain objects: pandas' own text type would make NaN of None.
    accounts = pd.DataFrame(rows, columns=list(ACCOUNT_COLUMNS), dtype=object)
    return accounts.astype({"score": "Float64"} | {name: "int64" for name in ACCOUNT_COLUMNS if name.startswith("n_")})


def _account(count: dict[str, Any], score: float | None, top_posts: list[str], model: Model) -> dict[str, Any]:
    verdict = _verdict(score, count, model)
    reason, reason_en = _reason(verdict, score, count)
    return {
        "account_id": count["account_id"],
        "account_name": count["account_name"] or "",
        "verdict": verdict,
        "score": score,
        "categories": list(_categories(count)),
        "top_posts": top_posts,
        "reason": reason,
        "reason_en": reason_en,
    } | {name: count[name] for name in ("account_key", "n_posts", "n_scored", "n_offer", "n_review", "first_post", "last_post")}


def _categories(count: dict[str, Any]) -> dict[str, int]:
    """Return how many offers of each category there are, most first."""
    counted = {name: int(count[f"n_{name}"]) for name in CATEGORIES if count[f"n_{name}"]}
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _verdict(score: float | None, count: dict[str, Any], model: Model) -> str:
    if score is None:
        return "abstain"
    if score >= model.flag_from:
        return "flag"
    # An account none of whose posts needs a look needs none itself.
    if count["n_offer"] or (count["n_review"] and score >= model.look_from):
        return "review"
    return "abstain" if count["characters"] < LEAST_CHARACTERS else "clear"


def _reason(verdict: str, score: float | None, count: dict[str, Any]) -> tuple[str, str]:
    """Return why, in a sentence: Chinese and English."""
    if verdict == "abstain" or score is None:
        return _abstention(count)
    parts = [f"{CATEGORIES[name][0]} {number} 篇" for name, number in _categories(count).items()]
    kinds = f"（{'、'.join(parts)}）" if parts else ""
    counts_en = f"{count['n_offer']} of {count['n_scored']} posts judged offer crypto trading or token sales"
    if verdict == "clear":
        return f"已判断 {count['n_scored']} 篇，未见向读者提供交易或认购入口。", f"{count['n_scored']} posts judged; none offers an entrance to the reader."
    if count["n_offer"]:
        listed = (f"，其中 {count['n_blocked']} 篇依您的名单", f", {count['n_blocked']} of them by your list") if count["n_blocked"] else ("", "")
        seldom = ("，只占少数", ", a small part") if verdict == "review" and count["n_offer"] <= SELDOM * count["n_scored"] else ("", "")
        return f"已判断 {count['n_scored']} 篇，其中 {count['n_offer']} 篇向读者提供入口、步骤或渠道{kinds}{listed[0]}{seldom[0]}；账号把握 {_percent(score)}。", f"{counts_en}{listed[1]}{seldom[1]}; account {_percent(score)}."
    if verdict == "flag":
        some = (f"，{count['n_review']} 篇待看", f", {count['n_review']} to be looked at") if count["n_review"] else ("", "")
        return (
            f"已判断 {count['n_scored']} 篇{some[0]}；没有一篇单独判为揽客，但合起来看像是在揽客，请优先查看；账号把握 {_percent(score)}。",
            f"{count['n_scored']} posts judged{some[1]}: none is an offer by itself, but together they look like one; account {_percent(score)}.",
        )
    return (
        f"已判断 {count['n_scored']} 篇，没有明确的入口，但有 {count['n_review']} 篇需要人看；账号把握 {_percent(score)}。",
        f"No clear offer in {count['n_scored']} posts, but {count['n_review']} to be looked at; account {_percent(score)}.",
    )


def _percent(score: float) -> str:
    """Return a probability for people; nothing a model says is quite sure."""
    return "99%+" if score > 0.99 else f"{score:.0%}"


def _abstention(count: dict[str, Any]) -> tuple[str, str]:
    if count["n_scored"]:
        return f"全部文字不足 {LEAST_CHARACTERS} 字，无法判断。", f"Fewer than {LEAST_CHARACTERS} characters in all: too little to judge."
    if count["n_pictures"] == count["n_posts"]:
        return "只有图片，没有文字可供判断。", "Pictures only: no words to judge."
    return "导出中没有正文可供判断。", "The export holds no text to judge."
