"""Bars over scores and over time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any


def gather_timeline(days: Mapping[tuple[dt.date, str], int]) -> dict[str, Any]:
    """
    Return the posts over time in equal steps: ``unit`` and ``steps`` ``{label, offer, review, other}``, oldest first.

    A step is the shortest of day, week, month, quarter and year that needs no more than sixty. *days* counts by day and verdict.
    """
    if not days:
        return {"unit": "", "unit_en": "", "steps": []}
    first, last = min(day for day, _ in days), max(day for day, _ in days)
    unit, english, number = next(unit for unit in UNITS if unit[2](last) - unit[2](first) < 60 or unit is UNITS[-1])
    # The last sixty, if even years are too many: a post dated 1970 must not flatten the others.
    low = max(number(first), number(last) - 59)
    steps: list[dict[str, Any]] = [{"label": "", "offer": 0, "review": 0, "other": 0} for _ in range(number(last) - low + 1)]
    for (day, verdict), count in sorted(days.items()):
        if number(day) >= low:
            step = steps[number(day) - low]
            step["label"] = step["label"] or (day.isoformat() if english in {"day", "week"} else day.isoformat()[: 4 if english == "year" else 7])
            kind = verdict if verdict in {"offer", "review"} else "other"
            step[kind] += count
    return {"unit": unit, "unit_en": english, "steps": steps}


UNITS: tuple[tuple[str, str, Callable[[dt.date], int]], ...] = (
    ("天", "day", lambda day: day.toordinal()),
    ("周", "week", lambda day: (day.toordinal() - 1) // 7),
    ("月", "month", lambda day: day.year * 12 + day.month - 1),
    ("季", "quarter", lambda day: day.year * 4 + (day.month - 1) // 3),
    ("年", "year", lambda day: day.year),
)


def draw_histogram(scores: list[dict[str, int]], *, width: int, height: int) -> dict[str, Any]:
    """
    Return the bars of *scores* in a drawing of *width* by *height*: each ``{x, y, width, height, kind}``, with the ``labels`` above.

    Heights are logarithms of the count, because nearly all posts of most exports are harmless; inside a bar the verdicts share its height evenly by count.
    """
    most = max((sum(counts.values()) for counts in scores), default=0)
    step = width / max(len(scores), 1)
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for number, counts in enumerate(scores):
        total = sum(counts.values())
        if not total:
            continue
        full = height * math.log1p(total) / math.log1p(most)
        low = float(height)
        for kind, count in counts.items():
            if count:
                part = full * count / total
                low -= part
                bars.append({"x": f"{number * step + 1:.1f}", "y": f"{low:.1f}", "width": f"{step - 2:.1f}", "height": f"{part:.1f}", "kind": kind or "none"})
        labels.append({"x": f"{(number + 0.5) * step:.1f}", "y": f"{height - full - 4:.1f}", "text": shorten_count(total)})
    return {"bars": bars, "labels": labels}


def shorten_count(count: int) -> str:
    """Return *count* in at most five characters, as Chinese counts: 12345 is 1.2万."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if count >= unit:
            return f"{count / unit:.{0 if count >= 10 * unit else 1}f}{name}"
    return str(count)


def draw_timeline(steps: list[dict[str, Any]], *, width: int, height: int) -> list[dict[str, str]]:
    """Return the bars of a timeline in a drawing of *width* by *height*: offers at the bottom, then what is to be read, then the others."""
    most = max((step["offer"] + step["review"] + step["other"] for step in steps), default=0)
    # Few steps would make slabs of the bars.
    stride = min(width / max(len(steps), 1), 18.0)
    bars = []
    for number, step in enumerate(steps):
        low = float(height)
        for kind in ("offer", "review", "other"):
            if step[kind]:
                part = max(height * step[kind] / most, 1.5)
                low -= part
                title = f"{step['label']}: {step[kind]}"
                bars.append(
                    {"x": f"{number * stride:.2f}", "y": f"{low:.2f}", "width": f"{max(stride - 1, 1):.2f}", "height": f"{part:.2f}", "kind": kind, "title": title}
                )
    return bars
