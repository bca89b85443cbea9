"""The report as one page that opens offline: it only draws what `build_report` says."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from classifier.outcome.report.pictures import draw_histogram, draw_timeline
from classifier.outcome.report.words import ACCOUNT_VERDICTS

# So many parts of the template, some of a few characters, are one piece of the page.
PIECE = 2000


def render_page(report: dict[str, Any]) -> Iterator[str]:
    """
    Yield *report* as one HTML page that needs nothing else and asks nothing of a network, in pieces: the whole of a large one would be held several times.

    Its style and its script are our two files, named by digest in the page's own security policy: were
    something of a post to get through the escaping, the browser would still not run it.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("classifier.outcome"), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # What the page shows are dicts: asked for a key first, not for an attribute, which they would have to refuse.
    environment.getattr = environment.getitem  # type: ignore[method-assign, assignment]
    environment.filters.update(shown=show_text, thousands=_thousands, share=_share, score=_score)
    folder = Path(__file__).parent.parent / "templates"
    style, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    page = environment.get_template("report.html").stream(
        report=report,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_digest=_digest(style),
        script_digest=_digest(script),
        verdicts=ACCOUNT_VERDICTS,
        histogram=draw_histogram,
        timeline=draw_timeline,
    )
    page.enable_buffering(PIECE)
    yield from page


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


# Invisible, or turning the text round. U+200D between pictographs makes one of them and is left alone, as is the variation selector after them.
HIDDEN = re.compile(
    "(["
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d)\\1*"
)
HIDDEN_NAMES = {
    0x00AD: "SHY",
    0x061C: "ALM",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
}
BLANK_LINES = re.compile(r"\s*\n\s*")


# The page says many things again and again: names of verdicts, days, its own headings.
@lru_cache(maxsize=1024)
def show_text(text: str) -> str:
    """
    Return *text* as HTML: escaped, hidden characters by name in a box, runs of blank lines as one.

    ``加\u200b微`` shows as 加 [ZWSP] 微: what was hidden from a filter must not be hidden from the reviewer.
    """
    from markupsafe import Markup, escape

    if "\n" not in text and HIDDEN.search(text) is None:
        return escape(text)
    shown, done = Markup(), 0
    joined = BLANK_LINES.sub("\n", text)
    for hidden in HIDDEN.finditer(joined):
        number, times = ord(hidden[1]), len(hidden[0])
        name = HIDDEN_NAMES.get(number, f"U+{number:04X}") + (f"×{times}" if times > 1 else "")
        shown += escape(joined[done : hidden.start()]) + Markup('<span class="hidden-mark" title="U+{:04X}">{}</span>').format(number, name)
        done = hidden.end()
    return shown + escape(joined[done:])


def _thousands(number: float) -> str:
    return f"{number:,.0f}"


def _share(value: Any) -> str:
    """A share as a percentage, a pair as a range; what is neither, as it is."""
    if isinstance(value, list | tuple):
        return "–".join(_share(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value * 100:.3g}%" if value <= 1 else _thousands(value)
    return "—" if value is None else str(value)


def _score(value: float | None) -> str:
    # 0.9996 is not certainty.
    return "—" if value is None else f"{min(max(value, 0.001), 0.999):.3f}"
