"""
币鉴 bijian: which accounts in an export of posts offer crypto trading or token sales, and the evidence.

The folders stand in the order a post travels; imports go the other way, from `cli` down to `errors`, and a test holds it.

    cli        the front door: one module a command
    intake     1  read: an export becomes a table of posts, and every row left out is counted
    language   2  understand: undo disguises, cut into words, find contacts and codes
    model      3  judge a post: a folder of numbers that gives log-odds, the passages that carry them, a category
    outcome    4  judge an account, and say why: tables, explanation, report
    spark      the same journey on Spark, for who outgrows one machine
    training   beside the journey: labels, corpus, learning and measuring; never needed to score
    errors     everything a user can put right

From Python, the same journey:

    from classifier import load_model, read_export, score_posts, gather_accounts, explain

    model = load_model()
    posts = read_export("posts.xlsx")
    scored = score_posts(model, posts)
    accounts = gather_accounts(scored, model)

A scikit-learn estimator is in `classifier.training.estimator`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifier.intake.export import read_export
    from classifier.model.bundle import load_model
    from classifier.outcome.accounts import gather_accounts
    from classifier.outcome.explain import explain
    from classifier.outcome.score import score_posts

__all__ = ["explain", "gather_accounts", "load_model", "read_export", "score_posts"]

# Fetched when first asked for: `bijian --help` imports this package too, and must not wait for pandas.
_HOMES = {
    "explain": "classifier.outcome.explain",
    "gather_accounts": "classifier.outcome.accounts",
    "load_model": "classifier.model.bundle",
    "read_export": "classifier.intake.export",
    "score_posts": "classifier.outcome.score",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'classifier' has no attribute {name!r}; it gives {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
