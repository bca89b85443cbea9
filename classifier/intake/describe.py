"""What was recognised in an export and how it was understood, as plain data: what `bijian inspect` shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from classifier.intake.export import batches
from classifier.intake.posts import POST_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from classifier.intake.source import Record

SAMPLE_ROWS = 10
_BODIES = ("full", "truncated", "excerpt", "paywalled")


def describe_export(paths: str | Path | Iterable[str | Path], *, columns: Mapping[str, str] | None = None) -> dict[str, Any]:
    """
    How an export was understood, as plain data (text, numbers, lists, mappings).

    ``files``: for each file its exporter, shape, encoding, what each heading was taken for, notes, and counts of rows.
    ``rows`` = ``posts`` + ``rejects``. ``full``, ``partial`` (a body that is cut or an excerpt, or only a digest, title or
    link), ``without_text`` (pictures, placeholders) and ``unreadable`` count rows. ``sample``: up to ten posts as understood.

    Raises ExportError as `stream_export` does.
    """
    remarks: list[Record] = []
    files: dict[str, dict[str, Any]] = {}
    sample: dict[str, list[dict[str, Any]]] = {}
    for batch in batches(paths, columns=columns, remarks=remarks):
        for src_file, posts in batch.posts.groupby("src_file", sort=False):
            _count_posts(_file(files, str(src_file)), posts)
            some = sample.setdefault(str(src_file), [])
            some.extend(dict(zip(POST_COLUMNS, row, strict=True)) for row in posts[POST_COLUMNS].head(SAMPLE_ROWS - len(some)).itertuples(index=False, name=None))
        for src_file, rejects in batch.rejects.groupby("src_file", sort=False):
            one = _file(files, str(src_file))
            one["rejects"].update(rejects["reason"].tolist())
            first = rejects[["src_row", "reason", "excerpt"]].head(3 - len(one["examples"]))
            one["examples"].extend(dict(zip(first.columns, row, strict=True)) for row in first.itertuples(index=False, name=None))
    for remark in remarks:
        _add_remark(_file(files, remark["src_file"]), remark)
    return _summed(files, sample)


def _file(files: dict[str, dict[str, Any]], src_file: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"src_file": src_file, "exporter": "", "shapes": [], "encoding": None, "columns": {}, "notes": [], "posts": 0}
    empty |= {"body_states": Counter(), "rejects": Counter(), "account_from": Counter(), "times": Counter(), "accounts": set(), "examples": []}
    return files.setdefault(src_file, empty)


def _count_posts(one: dict[str, Any], posts: pd.DataFrame) -> None:
    one["posts"] += len(posts)
    one["exporter"] = one["exporter"] or posts["exporter"].iloc[0]
    one["body_states"].update(posts["body_state"].tolist())
    one["account_from"].update(posts["account_key_source"].tolist())
    one["times"].update(zone or "unknown" for zone in posts["published_tz"].tolist())
    if len(one["accounts"]) < 100_000:
        one["accounts"].update(posts["account_key"].tolist())


def _add_remark(one: dict[str, Any], remark: Record) -> None:
    one["exporter"] = one["exporter"] or remark["exporter"]
    one["encoding"] = one["encoding"] or remark["encoding"]
    if remark["shape"] not in one["shapes"]:
        one["shapes"].append(remark["shape"])
    one["columns"] |= remark["columns"]
    one["notes"].extend(note for note in remark["notes"] if note not in one["notes"])


def _summed(files: dict[str, dict[str, Any]], sample: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    states: Counter[str] = sum((one["body_states"] for one in files.values()), Counter())
    reasons: Counter[str] = sum((one["rejects"] for one in files.values()), Counter())
    posts = sum(states.values())
    full = states["full"]
    partial = sum(states[state] for state in ("truncated", "excerpt", "paywalled", "digest_only", "title_only", "link_only"))
    for one in files.values():
        one["accounts"] = len(one["accounts"])
        one["rows"] = one["posts"] + sum(one["rejects"].values())
        for name in ("body_states", "rejects", "account_from", "times"):
            one[name] = dict(one[name].most_common())
    return {
        "rows": posts + sum(reasons.values()),
        "posts": posts,
        "rejects": sum(reasons.values()),
        "full": full,
        "partial": partial,
        "without_text": posts - full - partial,
        "unreadable": sum(n for reason, n in reasons.items() if reason in ("unreadable", "unrecognised", "mojibake", "empty")),
        "body_states": dict(states.most_common()),
        "reject_reasons": dict(reasons.most_common()),
        "files": list(files.values()),
        "sample": _spread(sample),
    }


def _spread(sample: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Up to ten posts, of as many files as there are."""
    chosen: list[dict[str, Any]] = []
    for place in range(SAMPLE_ROWS):
        for rows in sample.values():
            if place < len(rows) and len(chosen) < SAMPLE_ROWS:
                chosen.append(rows[place])
    return chosen
