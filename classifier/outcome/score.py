"""Give every post a verdict, a score, a category and the evidence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, compress, count
from types import NoneType
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from classifier.model.bundle import Model
from classifier.model.categories import CATEGORIES
from classifier.model.evidence import quote_evidence
from classifier.model.judge import category_log_odds, find_likely, judge, probability

SCORED_COLUMNS = ("verdict", "score", "category", "evidence")
# Characters judged together: so many that arrays pay, so few that they stay small beside the model.
PART = 500_000
Item = TypeVar("Item")


def score_posts(model: Model, posts: pd.DataFrame) -> pd.DataFrame:
    """
    Return *posts* with the columns ``verdict, score, category, evidence``.

    ``score`` is the probability, 0 to 1, that the post makes an offer. A post without a word to judge has an empty
    verdict and no score. Rows keep their order and index; *posts* itself is not changed.
    """
    titles = [title or "" for title in text_column(posts, "title")]
    texts = [text or "" for text in text_column(posts, "text")]
    scores = score_texts(model, titles, texts)
    return posts.assign(
        verdict=pd.Series(scores.verdict, index=posts.index, dtype=object),
        score=pd.array(scores.score, dtype="Float64"),
        category=pd.Series(scores.category, index=posts.index, dtype=object),
        evidence=pd.Series(scores.evidence, index=posts.index, dtype=object),
    )


class Scores(NamedTuple):
    """What is said of posts, a list a column (see `score_posts`)."""

    verdict: list[str]
    score: list[float | None]
    category: list[str]
    evidence: list[list[dict[str, Any]]]


def score_texts(model: Model, titles: list[str], texts: list[str]) -> Scores:
    """Return what `score_posts` adds to posts with these *titles* and *texts*: without a table, which takes longer than one post."""
    joined = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
    says = [not blank for blank in map(str.isspace, joined)]
    # What is said of a post without a word of the trade, as most are.
    [floor] = probability(np.array([model.floor])).tolist()
    verdict = model.verdict(floor)
    scores = Scores([verdict if own else "" for own in says], [floor if own else None for own in says], [""] * len(texts), [[] for _ in texts])
    length = list(map(len, joined)).__getitem__
    # Those few of all parts are judged together: a part takes its time, however few of its posts are of the trade.
    likely = [part[n] for part in in_parts(list(compress(count(), says)), length) for n in find_likely([joined[n] for n in part])]
    for part in in_parts(likely, length):
        _score_part(model, part, titles, texts, scores)
    return scores


def in_parts(items: Sequence[Item], length: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield *items*, in order, some PART characters at a time, by the *length* of each: memory grows with what is judged or read together."""
    lengths = list(map(length, items))
    ends = list(accumulate(lengths))
    whole = ends[-1] if ends else 0
    # Even parts: a small rest would take nearly as long as a whole one.
    enough = max(1, whole / max(1, round(whole / PART)))
    begin = held = 0
    while begin < len(items):
        end = bisect_left(ends, held + enough, begin) + 1
        yield list(items[begin:end])
        begin, held = end, ends[min(end, len(items)) - 1]


def _score_part(model: Model, part: list[int], titles: list[str], texts: list[str], scores: Scores) -> None:
    """Put what is said of the posts *part* that have a word of the trade into *scores*."""
    own_titles, own_texts = [titles[n] for n in part], [texts[n] for n in part]
    judged = judge(model, [f"{title}\n{text}" for title, text in zip(own_titles, own_texts, strict=True)], every_word=False)
    if not len(judged.opened):
        return
    opened = judged.opened.tolist()
    chances = probability(judged.log_odds[judged.opened])
    for at, chance in zip(opened, chances.tolist(), strict=True):
        scores.score[part[at]] = chance
        scores.verdict[part[at]] = model.verdict(chance)
    shown = np.flatnonzero(chances >= model.review_from)
    if not len(shown):
        return
    quotes = quote_evidence(judged, model, shown, [own_titles[n] for n in opened], [own_texts[n] for n in opened])
    names = list(CATEGORIES)
    categories = category_log_odds(judged, model, shown).argmax(axis=1).tolist()
    for at, category in zip(shown.tolist(), categories, strict=True):
        n = part[opened[at]]
        scores.category[n] = names[category]
        scores.evidence[n] = quotes[at]


def text_column(posts: pd.DataFrame, name: str) -> list[str | None]:
    """Return a text column, with None where it is missing (pandas says NaN); all None if there is no such column."""
    if name not in posts:
        return [None] * len(posts)
    values = posts[name].tolist()
    # Most columns are whole as they are: asking for the types there are is several times faster than asking each value.
    return values if set(map(type, values)) <= {str, NoneType} else [value if isinstance(value, str) else None for value in values]
