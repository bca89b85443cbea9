"""Write a model's card: what it is, and its figures as a command measured them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def write_card(name: str, *, counts: dict[str, dict[str, int]], held_out: dict[str, Any], points: dict[str, Any], read_twice: dict[str, float]) -> str:
    """Return the card in Markdown. Every number comes from the arguments."""
    return "\n".join([*_about(name, counts), *_second_reader(read_twice), *_points(points), *figures_table("Held out inside the corpus (cross-validation by writer)", held_out), ""])


def _about(name: str, counts: dict[str, dict[str, int]]) -> Iterator[str]:
    labels = counts["label"]
    yield f"# {name}"
    yield ""
    yield "Says how likely a Chinese post hands its reader an entrance, instructions or a channel to trade crypto-assets or join a token sale."
    yield "It judges posts and accounts for a person to decide; it does not judge speech about crypto, and it is not proof."
    yield ""
    yield f"Learned from {sum(labels.values()):,} posts written for the purpose by {len(counts['writer'])} writers, none of them real: " + ", ".join(
        f"{label} {count:,}" for label, count in labels.items()
    )
    for part in ("offer", "not_offer", "length"):
        yield f"- {part}: " + ", ".join(f"{key} {count}" for key, count in counts[part].items())
    yield ""


def _second_reader(read_twice: dict[str, float]) -> Iterator[str]:
    if read_twice["posts"]:
        yield f"A second reader labelled {read_twice['posts']:,} posts blind: agreement {read_twice['agreement']:.3f}, kappa {read_twice['kappa']:.3f} over three labels."
        yield "Posts the two disagreed on are borderline: never learned from."
        yield ""


def _points(points: dict[str, Any]) -> Iterator[str]:
    yield "## Thresholds, chosen on held-out posts and accounts"
    yield ""
    yield "| verdict | from |"
    yield "|---|---|"
    for verdict, threshold in points.items():
        yield f"| {verdict} | {threshold:.3f} |"
    yield ""


def figures_table(heading: str, figures: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a Markdown section with every figure of `measure`."""
    yield f"## {heading}"
    yield ""
    yield "| figure | |"
    yield "|---|---|"
    for name, value in figures.items():
        if isinstance(value, float | int):
            yield f"| {name} | {value:,} |" if isinstance(value, int) else f"| {name} | {value:.3f} |"
    yield ""
    for part in ("protected", "evidence", "accounts"):
        if part in figures:
            yield f"{part}: " + ", ".join(f"{key} {_short(value)}" for key, value in figures[part].items() if not isinstance(value, dict))
            yield ""
    for part, rows in figures.items():
        if part.startswith("by_"):
            yield f"| {part.removeprefix('by_').replace('_', ' ')} | posts | offer | review |"
            yield "|---|---|---|---|"
            for key, row in rows.items():
                yield f"| {key} | {row['n']} | {row['offer']:.3f} | {row['review']:.3f} |"
            yield ""


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
