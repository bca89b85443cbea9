"""What a label is: the categories of offers, the genres of the rest, and labelled posts in a file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.errors import LabelsError
from classifier.model.categories import CATEGORIES

LABELS = ("offer", "not_offer", "borderline")
# Genres about crypto: the protected speech. Flagging one of these wrongly is the worst error.
PROTECTED = ("news", "regulator", "warning", "court", "tech", "education", "analysis", "complaint")
OTHER_GENRES = ("finance_other", "games", "promo_other", "general")
GENRES = PROTECTED + OTHER_GENRES
# The kinds of innocent posts that offers are told from one by one, each with the genres it is of. What has no genre is of the last.
RIVALS = {
    "news": ("news",),
    "analysis": ("analysis",),
    "education": ("education",),
    "tech": ("tech",),
    "warning": ("warning", "complaint"),
    "court": ("court", "regulator"),
    "promo_other": ("promo_other",),
    "general": ("general", "games", "finance_other"),
}

# The length bands, in characters of the text: name, from, below.
BANDS = (("short", 0, 150), ("middle", 150, 500), ("long", 500, 1 << 30))

Row = dict[str, Any]


def band(text: str) -> str:
    """Return the name of the length band of *text*."""
    return next(name for name, low, high in BANDS if low <= len(text) < high)


def read_labels(paths: Iterable[Path]) -> list[Row]:
    """
    Return the labelled posts of JSON Lines files, in order, each with the fields the project uses.

    Every row has ``id, title, text, account, label, sub, group, marks, weight``; ``sub`` is the category of an offer, else the genre,
    ``weight`` how much the post counts in learning (1 where the file says nothing).

    Raises LabelsError, naming file and line, for a line that is not JSON, has no text, a label nobody knows, a weight that is none or marks that are no
    places in the text; and if there is no post at all.
    """
    listed = list(paths)
    rows = [row for path in listed for row in _read_file(path)]
    if not rows:
        raise LabelsError(f"{', '.join(map(str, listed))}: no labelled post; a line is an object with text and label")
    return rows


def _read_file(path: Path) -> Iterator[Row]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise LabelsError(f"{where}: not JSON in UTF-8 ({error})") from None
            if not isinstance(row, dict):
                raise LabelsError(f"{where}: not an object of fields but {type(row).__name__}")
            yield _plain(row, where)


def _plain(row: Row, where: str) -> Row:
    text, title = row.get("text") or "", row.get("title") or ""
    if not isinstance(text, str) or not isinstance(title, str) or not (text or title):
        raise LabelsError(f"{where}: no 'text'; found {', '.join(map(str, row))}")
    if row.get("label") not in LABELS:
        raise LabelsError(f"{where}: label {row.get('label')!r}; known are {', '.join(LABELS)}")
    weight = row.get("weight", 1.0)
    if not isinstance(weight, int | float) or not 0 < weight < math.inf:
        raise LabelsError(f"{where}: weight {weight!r} is not a number above 0")
    marks = row.get("marks") or []
    if not isinstance(marks, list) or not all(_is_place(mark, len(text)) for mark in marks):
        raise LabelsError(f"{where}: marks {marks!r:.60} are not [start, end] places in a text of {len(text)} characters")
    name = str(row.get("id") or row.get("post_id") or where)
    account = str(row.get("account_id") or row.get("account") or row.get("account_name") or name)
    return row | {
        "id": name,
        "title": title,
        "text": text,
        "account": account,
        "sub": row.get("category") or row.get("genre") or row.get("sub") or "",
        "group": row.get("group") or row.get("writer") or account,
        "marks": [tuple(mark) for mark in marks],
        "weight": float(weight),
    }


def _is_place(mark: Any, length: int) -> bool:
    return isinstance(mark, list) and len(mark) == 2 and all(type(at) is int for at in mark) and 0 <= mark[0] < mark[1] <= length


def full_text(row: Row) -> str:
    """Return title and text as the model reads them: the title first, on a line of its own."""
    return f"{row['title']}\n{row['text']}"


__all__ = ["BANDS", "CATEGORIES", "GENRES", "LABELS", "OTHER_GENRES", "PROTECTED", "Row", "band", "full_text", "read_labels"]


def number_groups(rows: list[Row]) -> npt.NDArray[np.int64]:
    """Return a number for the group (writer, account) of each row, the same for the same group."""
    numbers: npt.NDArray[np.int64] = np.unique([row["group"] for row in rows], return_inverse=True)[1]
    return numbers
