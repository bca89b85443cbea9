"""The word lists: data files beside this one, each with its source and its columns in its heading."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def read_list(name: str) -> list[list[str]]:
    """Return the rows of ``NAME.tsv`` as lists of cells, headings (``#``) and empty lines left out."""
    lines = (files(__name__) / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def sure_names() -> tuple[str, ...]:
    """Return the names of coins and venues that mean nothing else, in folded spelling, sorted."""
    found: set[str] = set()
    for symbol, chinese, english, ambiguous, weak in ((*row, "", "")[:5] for row in read_list("coins")):
        own = {*chinese.split("|"), *english.split("|"), *([] if ambiguous == "1" else [symbol])}
        found |= own - set(weak.split("|"))
    for chinese, english, others, _domains, _kind, ambiguous, weak in ((*row, "", "")[:7] for row in read_list("venues")):
        if ambiguous != "1":
            found |= {chinese, english, *others.split("|")} - set(weak.split("|"))
    return tuple(sorted({name.lower() for name in found if len(name) > 1}))


@cache
def disguises() -> dict[str, list[str]]:
    """Return the listed disguises: the form as written -> its row (plain form, device, seen, risk, near)."""
    return {row[0]: row[1:] for row in read_list("disguises")}
