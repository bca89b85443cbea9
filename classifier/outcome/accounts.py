"""
Gather scored posts into accounts and decide which to flag.

An account is kept as counts and its few strongest posts, so that parts of an export, gathered apart, merge into
the same accounts as the whole.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from classifier.model.bundle import Model
from classifier.model.categories import CATEGORIES
from classifier.outcome.score import text_column

ACCOUNT_COLUMNS = (
    "account_id", "account_key", "account_name", "verdict", "score", "n_posts", "n_scored", "n_offer", "n_review",
    "categories", "first_post", "last_post", "top_posts", "reason", "reason_en",
)  # fmt: skip
ACCOUNT_FEATURES = ("strongest", "second", "offers", "share")
KEPT_POSTS = 5
# Log-odds beyond this are all equally sure.
SUREST = 8.0
# An account whose posts hold fewer characters than this together is not judged clear.
LEAST_CHARACTERS = 40
VERDICT_ORDER = {"flag": 0, "review": 1, "abstain": 2, "clear": 3}


@dataclass
class Tally:
    """What is kept of an account: enough to score it, and to merge it with another part of itself."""

    account_id: str = ""
    account_name: str = ""
    n_posts: int = 0
    n_scored: int = 0
    n_offer: int = 0
    n_review: int = 0
    characters: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    body_states: Counter[str] = field(default_factory=Counter)
    first_post: str = ""
    last_post: str = ""
    # (log-odds, post_id), a heap of the strongest.
    top: list[tuple[float, str]] = field(default_factory=list)

    def merge(self, other: Tally) -> None:
        """Add what *other* counted; the earlier part is the one merged into."""
        self.account_id = self.account_id or other.account_id
        self.account_name = self.account_name or other.account_name
        for name in ("n_posts", "n_scored", "n_offer", "n_review", "characters"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.categories += other.categories
        self.body_states += other.body_states
        self.first_post = min(filter(None, (self.first_post, other.first_post)), default="")
        self.last_post = max(self.last_post, other.last_post)
        self.top = heapq.nlargest(KEPT_POSTS, [*self.top, *other.top])


def log_odds(score: float) -> float:
    """Return the log-odds of a probability, at most SUREST either way."""
    bounded = min(max(score, 1e-9), 1 - 1e-9)
    return min(max(math.log(bounded / (1 - bounded)), -SUREST), SUREST)


def tally_posts(scored: pd.DataFrame) -> dict[str, Tally]:
    """Return the tallies of the accounts in *scored*, by account_key, in the order they first appear."""
    tallies: dict[str, Tally] = {}
    columns = ["account_key", "account_id", "account_name", "post_id", "published_at", "verdict", "score", "category", "body_state", "title", "text"]
    lists = [scored[column].tolist() if column == "score" else text_column(scored, column) for column in columns]
    for row in zip(*lists, strict=True):
        key, account_id, name, post_id, published, verdict, score, category, state, title, text = row
        tally = tallies.setdefault(key, Tally())
        tally.account_id = tally.account_id or account_id or ""
        tally.account_name = tally.account_name or name or ""
        tally.n_posts += 1
        tally.body_states[state] += 1
        if published:
            tally.first_post = min(filter(None, (tally.first_post, published)))
            tally.last_post = max(tally.last_post, published)
        if not verdict:
            continue
        tally.n_scored += 1
        tally.characters += len(title or "") + len(text or "")
        tally.n_offer += verdict == "offer"
        tally.n_review += verdict == "review"
        if verdict == "offer":
            tally.categories[category] += 1
        tally.top.append((log_odds(score), post_id))
        if len(tally.top) > 4 * KEPT_POSTS:
            tally.top = heapq.nlargest(KEPT_POSTS, tally.top)
    for tally in tallies.values():
        tally.top = heapq.nlargest(KEPT_POSTS, tally.top)
    return tallies


def merge_tallies(into: dict[str, Tally], more: dict[str, Tally]) -> None:
    """Add *more* to *into*; parts must come in the order of the export."""
    for key, tally in more.items():
        if key in into:
            into[key].merge(tally)
        else:
            into[key] = tally


def account_features(tally: Tally) -> npt.NDArray[np.float64]:
    """Return the numbers an account is scored by, in the order of ACCOUNT_FEATURES."""
    strongest = [push for push, _ in tally.top] + [-SUREST, -SUREST]
    return np.array([strongest[0], strongest[1], math.log1p(tally.n_offer), tally.n_offer / max(1, tally.n_scored)])


def account_score(model: Model, tally: Tally) -> float:
    """Return the probability, 0 to 1, that offering is what the account does."""
    weights = model.account_weights
    return float(1.0 / (1.0 + math.exp(-float(weights[:-1] @ account_features(tally) + weights[-1]))))


def gather_accounts(scored: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Return the accounts of *scored* posts (see `accounts_table`)."""
    return accounts_table(tally_posts(scored), model)


def accounts_table(tallies: dict[str, Tally], model: Model) -> pd.DataFrame:
    """
    Return a row an account with the columns ACCOUNT_COLUMNS, worst first; equals in the order of their keys.

    ``account_id, first_post, last_post`` are None where unknown; an account with no post to judge has no score.
    """
    rows = [_account(key, tally, model) for key, tally in tallies.items()]
    rows.sort(key=lambda row: (VERDICT_ORDER[row["verdict"]], -(row["score"] or 0.0), row["account_key"]))
    # Plain objects: pandas' own text type would make NaN of None.
    accounts = pd.DataFrame(rows, columns=list(ACCOUNT_COLUMNS), dtype=object)
    return accounts.astype({"score": "Float64"} | {name: "int64" for name in ACCOUNT_COLUMNS if name.startswith("n_")})


def _account(key: str, tally: Tally, model: Model) -> dict[str, Any]:
    score = account_score(model, tally) if tally.n_scored else None
    verdict = _verdict(score, tally, model)
    reason, reason_en = _reason(verdict, score, tally)
    categories = [name for name, _ in sorted(tally.categories.items(), key=lambda item: (-item[1], item[0])) if name]
    return {
        "account_id": tally.account_id or None, "account_key": key, "account_name": tally.account_name, "verdict": verdict, "score": score,
        "n_posts": tally.n_posts, "n_scored": tally.n_scored, "n_offer": tally.n_offer, "n_review": tally.n_review,
        "categories": categories, "first_post": tally.first_post or None, "last_post": tally.last_post or None,
        "top_posts": [post for _, post in tally.top], "reason": reason, "reason_en": reason_en,
    }  # fmt: skip


def _verdict(score: float | None, tally: Tally, model: Model) -> str:
    if score is None:
        return "abstain"
    if score >= model.flag_from:
        return "flag"
    # An account none of whose posts needs a look needs none itself.
    if tally.n_offer or (tally.n_review and score >= model.look_from):
        return "review"
    return "abstain" if tally.characters < LEAST_CHARACTERS else "clear"


def _reason(verdict: str, score: float | None, tally: Tally) -> tuple[str, str]:
    """Return why, in a sentence: Chinese and English."""
    if verdict == "abstain" or score is None:
        return _abstention(tally)
    parts = [f"{CATEGORIES[name][0]} {count} 篇" for name, count in tally.categories.most_common() if name in CATEGORIES]
    kinds = f"（{'、'.join(parts)}）" if parts else ""
    counts_en = f"{tally.n_offer} of {tally.n_scored} posts judged offer crypto trading or token sales"
    if verdict == "clear":
        return f"已判断 {tally.n_scored} 篇，未见向读者提供交易或认购入口。", f"{tally.n_scored} posts judged; none offers an entrance to the reader."
    if tally.n_offer:
        return f"已判断 {tally.n_scored} 篇，其中 {tally.n_offer} 篇向读者提供入口、步骤或渠道{kinds}；账号把握 {_percent(score)}。", f"{counts_en}; account {_percent(score)}."
    if verdict == "flag":
        some = (f"，{tally.n_review} 篇待看", f", {tally.n_review} to be looked at") if tally.n_review else ("", "")
        return (
            f"已判断 {tally.n_scored} 篇{some[0]}；没有一篇单独判为揽客，但合起来看像是在揽客，请优先查看；账号把握 {_percent(score)}。",
            f"{tally.n_scored} posts judged{some[1]}: none is an offer by itself, but together they look like one; account {_percent(score)}.",
        )
    return (
        f"已判断 {tally.n_scored} 篇，没有明确的入口，但有 {tally.n_review} 篇需要人看；账号把握 {_percent(score)}。",
        f"No clear offer in {tally.n_scored} posts, but {tally.n_review} to be looked at; account {_percent(score)}.",
    )


def _percent(score: float) -> str:
    """Return a probability for people; nothing a model says is quite sure."""
    return "99%+" if score > 0.99 else f"{score:.0%}"


def _abstention(tally: Tally) -> tuple[str, str]:
    if tally.n_scored:
        return f"全部文字不足 {LEAST_CHARACTERS} 字，无法判断。", f"Fewer than {LEAST_CHARACTERS} characters in all: too little to judge."
    if set(tally.body_states) == {"pictures_only"}:
        return "只有图片，没有文字可供判断。", "Pictures only: no words to judge."
    return "导出中没有正文可供判断。", "The export holds no text to judge."
