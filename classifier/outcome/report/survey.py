"""All posts and rejects of a scored folder counted; of the accounts shown, their posts that are not clear."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifier.outcome.columns import TEXT_COLUMNS
from classifier.outcome.report.lines import clip
from classifier.outcome.report.words import ACCOUNT_VERDICTS, POST_VERDICTS
from classifier.outcome.tables.cells import missing
from classifier.outcome.tables.parquet import iterate_arrow
from classifier.outcome.tables.read import iterate_rows

LISTED_POSTS = 40
BINS = 20
# What is read of every post; the text, only of those that are shown.
SURVEYED = tuple(name for name in TEXT_COLUMNS if name != "text")
# For these, where it stands says enough; for the others its beginning says why.
SHOWN_WITHOUT_EXCERPT = {"duplicate", "service", "heading", "personal"}


def survey_posts(folder: str | Path, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """
    Count all posts of *folder*, and give each of the *shown* accounts its ``posts`` that are not clear and its ``days``.

    ``days`` counts posts by day and verdict. A post keeps its ``position`` in texts.parquet, where its text will be found.
    """
    by_key = {account["account_key"]: account for account in shown}
    for account in shown:
        account.update(posts=[], days=Counter(), n_listed=0)
    totals: dict[str, Counter[Any]] = {name: Counter() for name in ("verdict", "body_state", "src_file")}
    scores = _no_scores(POST_VERDICTS)
    position = 0
    for rows in iterate_arrow(folder, "texts", SURVEYED):
        verdicts = pc.fill_null(rows["verdict"], "")
        totals["verdict"].update(_counted(verdicts))
        totals["src_file"].update(_counted(rows["src_file"]))
        for verdict in POST_VERDICTS:
            own = rows.select(("body_state", "score")).filter(pc.equal(verdicts, verdict))
            totals["body_state"].update({(bool(verdict), state or "full"): count for state, count in _counted(own["body_state"]).items()})
            for score, count in _counted(pc.floor(pc.multiply(own["score"], BINS))).items():
                if score is not None:
                    scores[min(max(int(score), 0), BINS - 1)][verdict] += count
        of_shown = pc.is_in(rows["account_key"], pa.array(list(by_key), pa.string()))
        dated = rows.select(("account_key", "published_at", "verdict")).filter(pc.and_(of_shown, pc.is_valid(rows["published_at"])))
        for key, published, verdict in zip(*(column.to_pylist() for column in dated.columns), strict=True):
            if day := _day(published):
                by_key[key]["days"][day, verdict or ""] += 1
        listed = pc.and_(pc.is_in(verdicts, pa.array(["offer", "review"])), of_shown)
        places = np.flatnonzero(listed.to_numpy(zero_copy_only=False))
        for place, post in zip(places.tolist(), rows.take(places).to_pylist(), strict=True):
            _give_post(by_key[post["account_key"]], post | {"position": position + place})
        position += len(rows)
    states = totals["body_state"]
    return {
        "posts": position,
        "verdicts": {verdict: totals["verdict"][verdict] for verdict in POST_VERDICTS},
        "files": set(totals["src_file"]) - {None, ""},
        "not_judged": Counter({state: count for (judged, state), count in states.items() if not judged}),
        "judged_in_part": Counter({state: count for (judged, state), count in states.items() if judged and state != "full"}),
        "scores": scores,
    }


def _counted(values: pa.ChunkedArray) -> dict[Any, int]:
    return {value["values"]: value["counts"] for value in pc.value_counts(values).to_pylist()}


def _give_post(account: dict[str, Any], post: dict[str, Any]) -> None:
    account["n_listed"] += 1
    account["posts"].append(post | {"evidence": post["evidence"] or []})
    if len(account["posts"]) > 2 * LISTED_POSTS:
        account["posts"] = strongest_posts(account)


def strongest_posts(account: dict[str, Any]) -> list[dict[str, Any]]:
    ranks = {post_id: rank for rank, post_id in enumerate(account["top_posts"])}
    ordered = sorted(account["posts"], key=lambda post: (ranks.get(post["post_id"], len(ranks)), post["verdict"] != "offer", -(post["score"] or 0.0)))
    return ordered[:LISTED_POSTS]


def _day(published_at: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((published_at or "")[:10])
    except ValueError:
        return None


def _bin(score: float) -> int:
    return min(max(int(score * BINS), 0), BINS - 1)


def _no_scores(verdicts: Iterable[str]) -> list[dict[str, int]]:
    return [dict.fromkeys(verdicts, 0) for _ in range(BINS)]


def count_scores(accounts: list[dict[str, Any]]) -> list[dict[str, int]]:
    scores = _no_scores(ACCOUNT_VERDICTS)
    for account in accounts:
        if account["score"] is not None and account["verdict"] != "abstain":
            scores[_bin(account["score"])][account["verdict"]] += 1
    return scores


def survey_rejects(folder: str | Path) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    files: set[str] = set()
    for reject in iterate_rows(folder, "rejects"):
        reason = str(reject["reason"] or "")
        reasons[reason] += 1
        source = str(reject["src_file"] or "")
        files.add(source)
        some = examples.setdefault(reason, [])
        if len(some) < 3:
            where = clip(source, 80) + ("" if missing(reject["src_row"]) else f"#{reject['src_row']}")
            excerpt = "" if reason in SHOWN_WITHOUT_EXCERPT else reject["excerpt"] or ""
            some.append(where + (f" {clip(excerpt, 100)}" if excerpt else ""))
    return {"rejects": reasons.total(), "reasons": reasons, "examples": examples, "files": files - {""}}
