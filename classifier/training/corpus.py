"""
The corpus: posts we wrote ourselves, read from the package.

What lies in ``frozen/`` was written by others about other accounts and is only ever measured on: nothing that learns or chooses reads it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from classifier.errors import LabelsError
from classifier.training.labels import Row, band, read_labels

FOLDER = Path(str(files("classifier.training"))) / "corpus"
FROZEN = FOLDER / "frozen"


def corpus_files() -> list[Path]:
    """Return the files of the corpus that ships, sorted by name; those of the frozen part are not among them."""
    return sorted(FOLDER.glob("*.jsonl"))


def read_corpus(paths: Iterable[Path] | None = None) -> list[Row]:
    """Return the posts of the corpus that ships (or of *paths*), borderline ones included, in file order."""
    return read_labels(corpus_files() if paths is None else paths)


def read_to_learn(paths: Iterable[Path] | None = None) -> list[Row]:
    """Return what `read_corpus` gives. Raises LabelsError if one of *paths* is of the frozen part: nothing may learn from that."""
    asked = corpus_files() if paths is None else list(paths)
    frozen = next((path for path in asked if FROZEN.resolve() in path.resolve().parents), None)
    if frozen is not None:
        raise LabelsError(f"{frozen} is of the frozen part, which nothing may learn from; measure on it with `bijian evaluate --frozen`")
    return read_corpus(asked)


def frozen_files() -> list[Path]:
    """Return the files of the frozen part, sorted by name."""
    return sorted(FROZEN.glob("*.jsonl"))


def read_frozen() -> list[Row]:
    """Return the posts of the frozen part, borderline ones included, in file order. Raises LabelsError if there are none."""
    found = frozen_files()
    if not found:
        raise LabelsError(f"{FROZEN} holds no labels: this installation has no frozen part of the corpus; name a file of labelled posts")
    return read_labels(found)


def summary(rows: list[Row]) -> dict[str, dict[str, int]]:
    """Return counts of posts by label, category or genre, length band, era, register and writer."""
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        tables["label"][row["label"]] += 1
        tables[row["label"]][row["sub"]] += 1
        tables["length"][band(row["text"])] += 1
        tables["era"][str(row.get("era") or row.get("date") or "")[:4]] += 1
        tables["register"][row.get("register") or ""] += 1
        tables["writer"][row["group"]] += 1
    return {name: dict(sorted(table.items())) for name, table in tables.items()}


def agreement(rows: list[Row]) -> dict[str, float]:
    """
    Return how a blind second reader's labels agree with the writers': ``{posts, agreement, kappa}`` over three labels.

    A post the two disagreed on is borderline now and keeps the writer's label as ``first_label``.
    """
    both = [(row.get("first_label") or row["label"], row["second_label"]) for row in rows if row.get("second_label")]
    if not both:
        return {"posts": 0, "agreement": 0.0, "kappa": 0.0}
    first, second = (Counter(labels) for labels in zip(*both, strict=True))
    same = sum(a == b for a, b in both) / len(both)
    chance = sum(first[label] * second[label] for label in first) / len(both) ** 2
    return {"posts": len(both), "agreement": same, "kappa": (same - chance) / (1 - chance)}


def accounts_of(rows: list[Row], *, least: int = 5) -> list[str]:
    """Return the accounts with at least *least* posts, sorted."""
    return sorted(name for name, count in Counter(row["account"] for row in rows).items() if count >= least)
