"""Cells as plain Python: what a column of a frame holds, whatever pandas or Arrow made of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
import pandas as pd

from classifier.outcome.columns import Column

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
TEXT_KINDS = frozenset({"text", "id"})


def tidy_frame(frame: pd.DataFrame, columns: Mapping[str, Column]) -> list[list[Any]]:
    """Return the cells of *frame*, column by column, as `tidy_cells` gives them. Raises ValueError if it lacks one of *columns*."""
    lacking = [name for name in columns if name not in frame.columns]
    if lacking:
        raise ValueError(f"the frame lacks {', '.join(lacking)}")
    return [tidy_cells(frame[name].tolist(), column.kind) for name, column in columns.items()]


def tidy_cells(values: list[Any], kind: str) -> list[Any]:
    """Return the *values* of one column as plain Python of its *kind*, a missing one as None; a text may still hold half a character."""
    kinds = set(map(type, values))
    if kinds <= PLAIN[kind]:
        return values
    tidy = TIDY[kind]
    if kinds <= {list, type(None)}:
        # Most posts have no passage to show.
        return [value and tidy(value) for value in values]
    if kinds == {float}:
        # Only what is not a number differs from itself.
        return [value if value == value else None for value in values]  # noqa: PLR0124
    return [None if missing(value) else tidy(value) for value in values]


# A column of these types alone is tidy as it is.
PLAIN: dict[str, set[type]] = {
    "text": {str, type(None)},
    "id": {str, type(None)},
    "integer": {int, type(None)},
    "number": {type(None)},
    "flag": {bool, type(None)},
    "texts": {type(None)},
    "passages": {type(None)},
}


def mend_cells(values: list[str | None]) -> list[str | None]:
    """Return *values* with each half of a character as U+FFFD."""
    return [value and LONE_SURROGATE.sub("\ufffd", value) for value in values]


def missing(value: Any) -> bool:
    """Whether *value* is none, in any of the ways pandas says so."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _tidy_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else dump_json(value) if isinstance(value, list | dict) else str(value)
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)


def _tidy_flag(value: Any) -> bool:
    return value == "true" if isinstance(value, str) else bool(value)


def _tidy_texts(values: Iterable[Any]) -> list[str]:
    return [_tidy_text(value) for value in values]


def _tidy_passages(values: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {
            "field": _tidy_text(passage["field"]),
            "start": int(passage["start"]),
            "end": int(passage["end"]),
            "quote": _tidy_text(passage["quote"]),
            "weight": float(passage["weight"]),
            # Which entry of the user's lists acted; None where none did, and left out where there is no column for it.
            **({"list": _tidy_text(passage["list"])} if passage.get("list") else {}),
        }
        for passage in values
    ]


TIDY: dict[str, Callable[[Any], Any]] = {
    "text": _tidy_text,
    "id": _tidy_text,
    "integer": int,
    "number": float,
    "flag": _tidy_flag,
    "texts": _tidy_texts,
    "passages": _tidy_passages,
}


def dump_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
