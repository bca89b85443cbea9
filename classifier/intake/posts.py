"""
What a post is: the columns every later stage may rely on.

A row is one candidate post. It is in exactly one of two tables: *posts* (POST_COLUMNS) or *rejects* (REJECT_COLUMNS).
pandas is imported where a table is made and not above: the limited child process builds no tables and starts in a third of the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

POST_COLUMNS = [
    "platform",
    "account_key",
    "account_key_source",
    "account_id",
    "account_name",
    "author",
    "post_id",
    "title",
    "text",
    "body_state",
    "digest",
    "url",
    "published_at",
    "published_precision",
    "published_tz",
    "is_repost",
    "media",
    "src_file",
    "src_row",
    "exporter",
    "notes",
]
REJECT_COLUMNS = ["src_file", "src_row", "reason", "excerpt", "kept_post_id"]

BODY_STATES = (
    "full",
    "truncated",  # the body ends where some program cut it
    "excerpt",  # the exporter gives only a beginning
    "digest_only",  # a summary in `digest`, no body
    "title_only",
    "link_only",
    "empty",
    "paywalled",
    "fetch_failed",
    "deleted",
    "violation",  # taken down by the platform; `notes` has its reason
    "unavailable",
    "pictures_only",
)

# What may stand behind a body, worst first: a copy further right replaces one further left.
_FULLNESS = {state: rank for rank, state in enumerate(reversed([s for s in BODY_STATES if s not in ("full", "truncated", "excerpt")]))}
_FULLNESS |= {"excerpt": 20, "truncated": 21, "full": 22}

TEXT_LIMIT = 100_000  # characters of one post that are kept; what is longer is cut and says so
EXCERPT_LIMIT = 200


class Batch(NamedTuple):
    """Some thousand rows as read: *posts* has POST_COLUMNS, *rejects* REJECT_COLUMNS; together they are every row."""

    posts: pd.DataFrame
    rejects: pd.DataFrame


def fullness(body_state: str) -> int:
    """How much of a post *body_state* promises, as a rank: of two copies of one post the higher is kept."""
    return _FULLNESS[body_state]


def reject(src_file: str, src_row: int, reason: str, excerpt: str | None = None, kept_post_id: str | None = None) -> dict[str, Any]:
    """One row that is not a post, as REJECT_COLUMNS; *excerpt* is cut to what a person needs to find it."""
    if excerpt is not None:
        excerpt = excerpt[:EXCERPT_LIMIT].replace("\x00", "\ufffd")
    return {"src_file": src_file, "src_row": src_row, "reason": reason, "excerpt": excerpt, "kept_post_id": kept_post_id}


def posts_table(columns: Mapping[str, Sequence[Any] | None], n_rows: int, constants: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """
    A table of *n_rows* posts from whole columns: POST_COLUMNS in order, absent ones None.

    *constants* fills a column with one value. Text columns hold Python ``str`` or None, never NaN:
    the dtype is object because pandas' own text dtype would turn None into NaN.
    """
    import numpy as np
    import pandas as pd

    # One block of objects, not a series a column: most of the time would go into making those.
    cells = np.full((len(POST_COLUMNS), n_rows), None, dtype=object)
    for name, row in zip(POST_COLUMNS, cells, strict=True):
        values = columns.get(name)
        if values is not None:
            row[:] = values
        elif constants is not None:
            row[:] = constants.get(name)
    posts = pd.DataFrame(cells.T, columns=POST_COLUMNS, dtype=object, copy=False)
    posts["src_row"] = np.asarray(columns.get("src_row", ()), dtype=np.int64)
    return posts


def posts_from_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of posts from one mapping a post."""
    return posts_table({name: [row.get(name) for row in rows] for name in POST_COLUMNS}, len(rows))


def rejects_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of rejects, REJECT_COLUMNS, from one mapping a reject."""
    import pandas as pd

    filled = {name: pd.Series([row.get(name) for row in rows], dtype="int64" if name == "src_row" else object) for name in REJECT_COLUMNS}
    return pd.DataFrame(filled, columns=REJECT_COLUMNS)
