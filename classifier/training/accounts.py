"""Measure accounts: those that were labelled, and larger ones put together of labelled posts."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from classifier.model.bundle import Model
from classifier.outcome.accounts import gather_accounts

Truth = npt.NDArray[np.bool_]

# Accounts put together for each number of posts and each share of offers among them.
MIXED = 200
MIXED_POSTS = (1, 3, 10, 30, 100)
MIXED_SHARES = (0.0, 0.1, 0.3, 1.0)


def known_accounts(scored: pd.DataFrame, model: Model) -> pd.DataFrame:
    """
    Return the accounts of labelled posts of which the labels say what they are, worst first.

    Columns ``account, group, offers, verdict, score, n_posts, n_offer, n_review``; ``offers`` is the truth, ``group`` that of its first post.
    Accounts of one post are left out: they are posts.
    """
    labels: dict[str, list[bool]] = defaultdict(list)
    groups: dict[str, str] = {}
    for key, label, group in zip(scored["account_key"], scored["label"], scored["group"], strict=True):
        groups.setdefault(key, group)
        if label != "borderline":
            labels[key].append(label == "offer")
    accounts = gather_accounts(scored, model)
    truth = [account_truth(labels[key]) if len(labels[key]) >= 2 else None for key in accounts["account_key"]]
    accounts = accounts.assign(account=accounts["account_key"], offers=pd.Series(truth, dtype=object), group=[groups[key] for key in accounts["account_key"]])
    known = accounts[[offers is not None for offers in truth]].reset_index(drop=True)
    return known[["account", "group", "offers", "verdict", "score", "n_posts", "n_offer", "n_review"]].astype({"offers": bool})


def account_truth(labels: list[bool]) -> bool | None:
    """Return whether an account with these posts offers: two offers, or one of at most three posts; None where readers could differ."""
    offers = sum(labels)
    if offers == 0:
        return False
    return True if offers >= 2 or len(labels) <= 3 else None


def mix_accounts(posts: pd.DataFrame, speech: Truth, model: Model) -> list[dict[str, Any]]:
    """
    Return what becomes of accounts put together of scored *posts* at random: of offers, and of *speech* about crypto that offers nothing.

    A row for each number of ``posts`` and ``share_of_offers`` (0 to 1) that makes a whole number of offers: the shares of MIXED accounts that are ``flagged``
    and that a person is shown (``seen``), 0 to 1. A post may be drawn twice; the same posts give the same accounts. No row without both kinds of posts.
    """
    drawn = np.random.default_rng(0)
    offers, others = np.flatnonzero(posts["label"] == "offer"), np.flatnonzero(speech)
    if not (len(offers) and len(others)):
        return []
    rows = []
    for size, share in product(MIXED_POSTS, MIXED_SHARES):
        wanted = round(size * share)
        if abs(wanted - size * share) > 1e-9:
            continue
        places = np.hstack([drawn.choice(offers, (MIXED, wanted)), drawn.choice(others, (MIXED, size - wanted))]).ravel()
        accounts = gather_accounts(posts.iloc[places].assign(account_key=np.repeat(np.arange(MIXED), size).astype(str)), model)
        flagged = accounts["verdict"] == "flag"
        rows.append({"posts": size, "share_of_offers": share, "flagged": float(flagged.mean()), "seen": float((flagged | (accounts["verdict"] == "review")).mean())})
    return rows
