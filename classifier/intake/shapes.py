"""What a column holds, told from its values: for tables whose headings nobody knows, or that have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from classifier.intake.times import read_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.intake.layout import Layout, Row

_ADDRESS = re.compile(r"(?i)(?:https?:)?//\S+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MOST = 0.7
_LONG = 40


def looks_headless(cells: Sequence[Any]) -> bool:
    """Whether the first row is a post already: it holds an address, a time or a long text."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    return any(_is_address(text) or len(text) > 60 or _is_time(text) for text in texts)


def headings_by_shape(layout: Layout, headings: Sequence[str], rows: Sequence[Row]) -> None:
    """Give the fields *layout* has no heading for to columns whose values have the shape; says so in ``layout.why``."""
    left = [heading for heading in headings if heading not in layout.why]
    values = {heading: [row.get(heading) for row in rows if row.get(heading) not in (None, "")] for heading in left}
    values = {heading: held for heading, held in values.items() if held}
    for name, test in (("url", _is_address), ("published", _is_time)):
        if name not in layout.fields:
            chosen = next((heading for heading, held in values.items() if _share(held, test) >= _MOST), None)
            if chosen is not None:
                _give(layout, name, chosen)
                values.pop(chosen)
    lengths = {heading: sum(len(str(one)) for one in held) / len(held) for heading, held in values.items() if _share(held, _is_words) >= _MOST}
    by_length = sorted(lengths, key=lambda heading: -lengths[heading])
    has_body = "text" in layout.fields or "html" in layout.fields
    if not has_body and by_length and (lengths[by_length[0]] >= _LONG or "title" in layout.fields) and lengths[by_length[0]] >= _LONG:
        _give(layout, "text", by_length.pop(0))
    if "title" not in layout.fields and by_length and 4 <= lengths[by_length[0]] <= 80 and not has_body:
        _give(layout, "title", by_length.pop(0))
    if "account_name" not in layout.fields and "account_id" not in layout.fields and len(rows) >= 4:
        repeated = next((heading for heading in by_length if lengths[heading] <= 30 and len({*map(str, values[heading])}) <= len(rows) / 2), None)
        if repeated is not None:
            _give(layout, "account_name", repeated)


def _give(layout: Layout, name: str, heading: str) -> None:
    layout.fields[name] = [heading]
    layout.why[heading] = f"{name}: by the shape of its values"


def _share(values: Sequence[Any], test: Any) -> float:
    return sum(1 for value in values if test(value)) / len(values)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) is not None


def _is_time(value: Any) -> bool:
    if isinstance(value, str) and value.strip().replace(".", "").isdecimal() and len(value.strip()) not in (8, 10, 13):
        return False
    return not isinstance(value, float) and read_time(value).at is not None


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and _HAN.search(value) is not None
