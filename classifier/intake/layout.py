"""
How a table is understood: which exporter wrote it, and which of its columns holds which field.

A row is a mapping from normalised heading to value, whatever it came in: CSV, a sheet, JSON, SQLite, Parquet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from classifier.intake.aliases import ALIASES, normalise_heading
from classifier.intake.source import Found

Row = dict[str, Any]
Mend = Callable[[Found, Row], Iterable[Found]]

normalised = lru_cache(maxsize=8192)(normalise_heading)

# Fields a post is made of, in the order `inspect` shows them; the rest of the alias table is known and not read.
READ_FIELDS = ("account_id", "account_name", "author", "post_id", "title", "text", "html", "digest", "url", "published", "idx", "is_repost", "media")
_OUTWARD = {"published_at": "published"}
# What --column may name.
NAMED_FIELDS = tuple("published_at" if name == "published" else name for name in READ_FIELDS)


@dataclass(frozen=True)
class Exporter:
    """
    A program that writes tables of posts.

    *signatures*: sets of normalised headings, one of which must all be there. *fields*: for each field the headings that hold
    it, the better first. *mend* sets right what is peculiar, and may give several posts, or none, for a row. *refuse* is said
    instead of reading. *realign* gives the headings of one row whose width is not the heading's. *also*: further headings *mend* looks at, for `inspect`.
    """

    name: str
    signatures: tuple[frozenset[str], ...]
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platform: str | None = None
    zone: str = "assumed_cst"
    is_html: bool = False
    mend: Mend | None = None
    refuse: str | None = None
    realign: Callable[[Sequence[str], Sequence[Any]], Sequence[str]] | None = None
    also: tuple[str, ...] = ()

    def recognises(self, headings: frozenset[str]) -> bool:
        """Whether *headings*, normalised, bear this program's signature."""
        return any(signature <= headings for signature in self.signatures)


@dataclass
class Layout:
    """One table as understood: the exporter, for each field its headings, and for each heading why (for `inspect`)."""

    exporter: Exporter
    fields: dict[str, list[str]]
    why: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def is_understood(self) -> bool:
        """Whether there is anything in the table a post could be made of."""
        return any(name in self.fields for name in ("text", "html", "title", "digest"))


UNKNOWN_TABLE = Exporter("table", ())


def understand(headings: Iterable[str], exporters: Iterable[Exporter], columns: Mapping[str, str], default: Exporter = UNKNOWN_TABLE) -> Layout:
    """
    The Layout of a table with *headings* (normalised): by signature, else by the alias table.

    *columns* names headings by hand (field to heading as written) and goes before everything.
    """
    present = list(dict.fromkeys(headings))
    exporter = next((one for one in exporters if one.recognises(frozenset(present))), default)
    known = exporter.fields or ALIASES
    layout = Layout(exporter, {})
    taken: set[str] = set()
    for name in READ_FIELDS if known is ALIASES else known:
        heads = [heading for heading in known.get(name, ()) if (heading in present or exporter.realign) and (known is not ALIASES or heading not in taken)]
        if heads:
            layout.fields[name] = heads
            taken.update(heads)
            layout.why.update(dict.fromkeys([heading for heading in heads if heading in present], f"{name}: {'signature of ' + exporter.name if known is not ALIASES else 'alias table'}"))
    layout.why.update((heading, f"read by {exporter.name}") for heading in exporter.also if heading in present and heading not in layout.why)
    for outward, heading in columns.items():
        name = _OUTWARD.get(outward, outward)
        if normalised(heading) in present:
            layout.fields[name] = [normalised(heading)]
            layout.why[normalised(heading)] = f"{name}: named by hand"
    return layout


def found_in(row: Row, layout: Layout) -> Found:
    """The fields *layout* finds in *row*, each from its first heading that holds anything."""
    exporter = layout.exporter
    found: Found = {"exporter": exporter.name}
    for name, headings in layout.fields.items():
        for heading in headings:
            value = row.get(heading)
            if value is not None and value not in ("", [], {}):
                found[name] = value
                break
    if exporter.platform is not None:
        found["platform"] = exporter.platform
    if exporter.zone != "assumed_cst":
        found["zone"] = exporter.zone
    if exporter.is_html:
        found["is_html"] = True
    return found


def posts_in(row: Row, layout: Layout, src_row: int) -> Iterable[Found]:
    """Every candidate post of *row*, mended as its exporter needs; row numbers filled in."""
    found = found_in(row, layout)
    found["src_row"] = src_row
    if layout.notes:
        found["notes"] = list(layout.notes)
    mend = layout.exporter.mend
    if mend is None:
        yield _plain_media(found)
        return
    for one in mend(found, row):
        yield _plain_media(one)


def _plain_media(found: Found) -> Found:
    media = found.get("media")
    if media is not None and not (isinstance(media, str) and media.startswith("{")):
        found["media"] = counted_media(pictures=media)
    return found


def counted_media(**lists: Any) -> str | None:
    """Counts of pictures, videos and the like as JSON text, or None if there are none; a list, or text of addresses, is counted."""
    import orjson

    counts = {}
    for kind, value in lists.items():
        n = value if isinstance(value, int) and not isinstance(value, bool) else _how_many(value)
        if n:
            counts[kind] = n
    return orjson.dumps(counts).decode() if counts else None


def _how_many(value: Any) -> int:
    if value is None or value is False:
        return 0
    if isinstance(value, list | tuple):
        return len(value)
    text = str(value).strip()
    if text in ("", "无", "None", "[]", "null", "-1"):
        return 0
    return max(1, text.count("http"))
