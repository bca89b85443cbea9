"""The passages shown of an account, and the excerpts around them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from classifier.language.mask import mask_all
from classifier.outcome.report.lines import line_post
from classifier.outcome.report.survey import strongest_posts
from classifier.outcome.score import in_parts
from classifier.outcome.tables.parquet import iterate_arrow

PASSAGES = 3
# A passage that carries less than this share of the strongest one's weight is not shown.
LEAST_SHARE = 0.15
CHARACTERS_BEFORE = 70
CHARACTERS_AFTER = 110


def add_texts(folder: str | Path, shown: list[dict[str, Any]], *, reveal: bool) -> None:
    """
    Choose the ``passages`` of the *shown* accounts, and give those of their posts that are listed their ``title``, those that are quoted their ``text``.

    Both are as read, or empty; personal contacts are masked unless *reveal*.
    """

    def give(posts: list[dict[str, Any]], name: str, words: list[str | None]) -> None:
        whole = [text or "" for text in words]
        masked = whole if reveal else [text for part in in_parts(whole, len) for text in mask_all(part)]
        for post, text in zip(posts, masked, strict=True):
            post[name] = text

    quoted: dict[int, dict[str, Any]] = {}
    for account in shown:
        account["posts"] = [post | {"masked": []} for post in strongest_posts(account)]
        account["passages"] = choose_passages(account["posts"])
        quoted |= {post["position"]: post for post, passages in account["passages"] if passages[0]["field"] != "title"}
    listed = [post for account in shown for post in account["posts"]]
    give(listed, "title", [post["title"] for post in listed])
    begin = 0
    for rows in iterate_arrow(folder, "texts", ("text",)) if quoted else ():
        here = [position for position in range(begin, begin + len(rows)) if position in quoted]
        # Typed: of no places at all Arrow would not know what they are.
        places = pa.array([position - begin for position in here], pa.int64())
        give([quoted[position] for position in here], "text", rows["text"].take(places).to_pylist())
        begin += len(rows)


def choose_passages(posts: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """
    The strongest passages of an account's *posts*, each with its post and each different: offers first, then by weight; weak ones are left out.

    Those of one title or text make one excerpt. One excerpt from each post before a second from any: an account repeats
    itself, and three posts say more than one.
    """
    least = LEAST_SHARE * max((passage["weight"] for post in posts for passage in post["evidence"]), default=0.0)
    candidates: dict[tuple[int, str], tuple[dict[str, Any], list[dict[str, Any]]]] = {}
    for post in posts:
        for passage in post["evidence"]:
            if passage["weight"] >= least or passage.get("list"):
                candidates.setdefault((post["position"], passage["field"]), (post, []))[1].append(passage)
    for _, passages in candidates.values():
        passages.sort(key=lambda passage: -passage["weight"])
    ordered = sorted(candidates.values(), key=lambda pair: (pair[0]["verdict"] != "offer", -pair[1][0]["weight"]))
    chosen: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    quotes: set[str] = set()
    for again in (False, True):
        seen: set[int] = {post["position"] for post, _ in chosen}
        for post, passages in ordered:
            quote = re.sub(r"\W", "", passages[0]["quote"])
            if len(chosen) == PASSAGES or quote in quotes or (not again and post["position"] in seen):
                continue
            seen.add(post["position"])
            quotes.update(re.sub(r"\W", "", passage["quote"]) for passage in passages)
            chosen.append((post, passages))
    return chosen


def show_passages(post: dict[str, Any], passages: list[dict[str, Any]]) -> dict[str, Any]:
    """*passages* of one field of *post*, strongest first, as one excerpt."""
    passage, *others = passages
    in_title = passage["field"] == "title"
    text = mask_places((post["title"] if in_title else post["text"]) or "", [place for field, *place in post["masked"] if field == passage["field"]])
    marks = [(other["start"], other["end"], other["weight"] >= passage["weight"]) for other in post["evidence"] if other["field"] == passage["field"]]
    return {
        "position": post["position"],
        "post": line_post(post),
        "field_zh": "标题" if in_title else "正文",
        "field_en": "title" if in_title else "text",
        "start": passage["start"],
        "end": passage["end"],
        "length": len(text),
        "excerpt": cut_excerpt(text, passage, marks, others),
        "listed": next((shown["list"] for shown in passages if shown.get("list")), ""),
    }


def cut_excerpt(
    text: str, passage: dict[str, Any], marks: list[tuple[int, int, bool]], others: Iterable[dict[str, Any]] = ()
) -> list[dict[str, str]]:
    """
    Return the surroundings of *passage*, and of the *others* of this text, as parts ``{text, mark}``; put together they read on, with … for what is left out.

    *marks* are half-open ranges with whether each is as strong as the passage; ``mark`` is ``strong`` in those, ``weak`` in the others, else empty.
    A passage always reads as its own quote, also when *text* is not masked as the quote is, or is missing.
    """
    ranges = []
    for shown in (passage, *others):
        start, end, quote = shown["start"], shown["end"], shown["quote"]
        if _same_but_masked(text[start:end], quote):
            text = text[:start] + quote + text[end:]
            ranges.append((max(start - CHARACTERS_BEFORE, 0), min(end + CHARACTERS_AFTER, len(text))))
        elif shown is passage:
            return [{"text": quote, "mark": "strong"}]
    windows = _join_ranges(ranges)
    parts = [part for first, last in windows for part in _mark_window(text, first, last, marks)]
    return parts + ([{"text": "…", "mark": ""}] if windows[-1][1] < len(text) else [])


def _join_ranges(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Half-open *ranges* in order, those that meet as one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _mark_window(text: str, first: int, last: int, marks: list[tuple[int, int, bool]]) -> list[dict[str, str]]:
    inside = [(max(a, first), min(b, last), strong) for a, b, strong in marks if a < last and b > first]
    edges = sorted({first, last, *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
    parts = [{"text": "…", "mark": ""}] if first else []
    for a, b in itertools.pairwise(edges):
        over = [strong for low, high, strong in inside if low <= a and b <= high]
        parts.append({"text": text[a:b], "mark": "strong" if any(over) else "weak" if over else ""})
    return parts


def mask_places(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """
    Return *text* with each half-open place ``(start, end, value)`` masked, character for character: its offsets stay true.

    It shows as *value*, the masked lead, or, where that is spelt otherwise than the post, as ``•`` after the first character.
    """
    for start, end, value in places:
        place = text[start:end]
        if "•" not in place:
            text = text[:start] + (value if len(value) == len(place) else place[:1] + "•" * len(place[1:])) + text[start + len(place) :]
    return text


def _same_but_masked(text: str, quote: str) -> bool:
    return bool(quote) and len(text) == len(quote) and all(a == b or "•" in (a, b) for a, b in zip(text, quote, strict=True))
