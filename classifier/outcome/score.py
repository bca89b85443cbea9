"""Give every post a verdict, a score, a category and the evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from classifier.model.bundle import Model
from classifier.model.categories import CATEGORIES
from classifier.model.evidence import quote_evidence
from classifier.model.judge import judge, probability

SCORED_COLUMNS = ("verdict", "score", "category", "evidence")


def score_posts(model: Model, posts: pd.DataFrame) -> pd.DataFrame:
    """
    Return *posts* with the columns ``verdict, score, category, evidence``.

    ``score`` is the probability, 0 to 1, that the post makes an offer. A post without a word to judge has an empty
    verdict and no score. Rows keep their order and index; *posts* itself is not changed.
    """
    titles = [title or "" for title in text_column(posts, "title")]
    texts = [text or "" for text in text_column(posts, "text")]
    judgeable = [n for n, (title, text) in enumerate(zip(titles, texts, strict=True)) if title.strip() or text.strip()]
    verdicts, categories = [""] * len(posts), [""] * len(posts)
    scores: list[float | None] = [None] * len(posts)
    evidence: list[list[dict[str, Any]]] = [[] for _ in texts]
    if judgeable:
        own_titles, own_texts = [titles[n] for n in judgeable], [texts[n] for n in judgeable]
        judged = judge(model, [f"{title}\n{text}" for title, text in zip(own_titles, own_texts, strict=True)])
        chances = probability(judged.log_odds)
        shown = np.flatnonzero(chances[judged.opened] >= model.review_from)
        opened = judged.opened.tolist()
        quotes = quote_evidence(judged, model, shown, [own_titles[n] for n in opened], [own_texts[n] for n in opened])
        names = list(CATEGORIES)
        for at, n in enumerate(judgeable):
            scores[n] = float(chances[at])
            verdicts[n] = "offer" if chances[at] >= model.offer_from else "review" if chances[at] >= model.review_from else "clear"
        for at in shown.tolist():
            n = judgeable[opened[at]]
            categories[n] = names[int(judged.categories[at].argmax())]
            evidence[n] = quotes[at]
    return posts.assign(
        verdict=verdicts,
        score=pd.array(scores, dtype="Float64"),
        category=categories,
        evidence=pd.Series(evidence, index=posts.index, dtype=object),
    )


def text_column(posts: pd.DataFrame, name: str) -> list[str | None]:
    """Return a text column, with None where it is missing (pandas says NaN); all None if there is no such column."""
    if name not in posts:
        return [None] * len(posts)
    return [value if isinstance(value, str) else None for value in posts[name].tolist()]
