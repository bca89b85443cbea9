"""Write a model's card: what it is, what it promises, and its figures as a command measured them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from classifier.training.labels import GENRES

# A genre with fewer posts in the corpus is named among the limits.
FEW_POSTS = 150
HELD_OUT = "Held out inside the corpus: every post judged by a model that saw none of its writer's"
FROZEN = "On the frozen part: posts and accounts that no decision ever saw"


def write_card(about: Mapping[str, Any]) -> str:
    """
    Return the card in Markdown. Every number comes from *about*, what a manifest says: ``name, counts, second_reader, points, figures``.

    ``frozen``, where it is there, is an evaluation on the frozen part.
    """
    frozen = figures_table(FROZEN, about["frozen"]) if about.get("frozen") else ["The frozen part has not been measured on: `bijian evaluate --frozen --card` does, and writes it here.", ""]
    parts = (_about(about), _second_reader(about["second_reader"]), _points(about["points"]), figures_table(HELD_OUT, about["figures"]), frozen, _limits(about))
    return "\n".join(line for part in parts for line in part)


def _about(about: Mapping[str, Any]) -> Iterator[str]:
    counts = about["counts"]
    labels = counts["label"]
    yield from (f"# {about['name']}", "")
    yield "Says how likely a Chinese post hands its reader an entrance, instructions or a channel to trade crypto-assets or join a token sale."
    yield "It judges posts and accounts for a person to decide; it does not judge speech about crypto, and it is not proof."
    yield ""
    yield f"Learned from {sum(labels.values()):,} posts written for the purpose by {len(counts['writer'])} writers, none of them real: " + _counted(labels)
    yield from (f"- {part}: {_counted(counts[part])}" for part in ("offer", "not_offer", "length", "era") if part in counts)
    yield ""


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{key or 'unknown'} {count:,}" for key, count in counts.items())


def _second_reader(read_twice: Mapping[str, float]) -> Iterator[str]:
    if read_twice["posts"]:
        yield f"A second reader labelled {read_twice['posts']:,} posts blind: agreement {read_twice['agreement']:.3f}, kappa {read_twice['kappa']:.3f} over three labels."
        yield "Posts the two disagreed on are borderline: never learned from."
        yield ""


def _points(points: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Operating points", "")
    yield "Verdicts begin at these scores: a post is an offer, or is shown; an account is flagged, or is looked at. Scores are the same at every point."
    yield from ("", "| point | offer | review | flag | look |", "|---|---|---|---|---|")
    for name, point in points.items():
        yield f"| {name} | " + " | ".join(f"{point[threshold]:.3f}" for threshold in ("offer_from", "review_from", "flag_from", "look_from")) + " |"
    measured = next(iter(points.values()))["measured_on"]
    yield ""
    yield (
        f"The promise, worked out from {measured['offers']:,} offers and {measured['not_offers']:,} other posts of {measured['groups']} writers, each judged by a model and by "
        "thresholds made without its writer. `at least` is the precision at the upper end of a 95 % interval of the rate of false offers (Wilson, over posts). "
        "The other posts are as hard as we could write them: of an export, fewer are to be read."
    )
    yield from ("", "| point | of 100 posts are offers | right among `offer` | at least | offers found | offers shown | posts to read |", "|---|---|---|---|---|---|---|")
    for name, point in points.items():
        for row in point["promise"]:
            rates = " | ".join(f"{row[figure]:.1%}" for figure in ("precision", "precision_low", "recall", "shown", "posts_to_read"))
            yield f"| {name} | {100 * row['share_of_offers']:.0f} | {rates} |"
    yield ""


def figures_table(heading: str, figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a Markdown section with the figures of `measure` or `evaluate`; sources, accounts, curves and errors are left out."""
    yield from (f"## {heading}", "", "| figure | | 95 % over groups |", "|---|---|---|")
    yield from _figures(figures)
    yield ""
    for part in ("protected", "evidence", "accounts"):
        if part in figures:
            yield from (f"| {part} | | 95 % over groups |", "|---|---|---|", *_figures(figures[part]), "")
    if figures.get("mixed_accounts"):
        yield from _mixed(figures["mixed_accounts"])
    if "points" in figures:
        yield from _judged_points(figures["points"])
    for part, rows in figures.items():
        if part.startswith("by_") and part not in ("by_source", "by_disguise"):
            yield from _slices(part.removeprefix("by_").replace("_", " "), rows)
    if "by_disguise" in figures:
        yield from _disguised(figures["by_disguise"])


def _figures(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, value in figures.items():
        if isinstance(value, float | int):
            yield f"| {name} | {number(value)} | {between(figures.get(f'{name}_interval'))} |"


def number(value: float | None) -> str:
    """Return a count with its thousands apart, a rate with three digits, a dash for nothing."""
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def between(interval: list[float] | None) -> str:
    """Return an interval as text; nothing for none."""
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""


def _mixed(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("Accounts put together of posts drawn at random, offers and protected speech:", "")
    yield from ("| posts | of 100 are offers | flagged | flagged or looked at |", "|---|---|---|---|")
    yield from (f"| {row['posts']} | {100 * row['share_of_offers']:.0f} | {row['flagged']:.1%} | {row['seen']:.1%} |" for row in rows)
    yield ""


def _judged_points(points: Mapping[str, Any]) -> Iterator[str]:
    names = ("offer_precision", "offer_recall", "seen_recall", "false_offer_rate", "false_review_rate")
    yield from (f"| point | {' | '.join(names)} | protected_offers |", "|---|" + "---|" * (len(names) + 1))
    for point, figures in points.items():
        yield f"| {point} | " + " | ".join(f"{number(figures[name])} ({between(figures[f'{name}_interval'])})" for name in names) + f" | {figures['protected_offers']} |"
    yield ""


def _slices(heading: str, rows: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"| {heading} | posts | groups | offer | 95 % | offer or review | 95 % |", "|---|---|---|---|---|---|---|")
    for key, row in rows.items():
        yield f"| {key} | {row['n']} | {row['groups']} | {row['offer']:.3f} | {between(row['offer_interval'])} | {row['seen']:.3f} | {between(row['seen_interval'])} |"
    yield ""


def _disguised(devices: Mapping[str, Any]) -> Iterator[str]:
    yield from ("| disguise | offers caught plain | of them kept | others clear plain | of them raised | to offer |", "|---|---|---|---|---|---|")
    for device, row in devices.items():
        yield f"| {device} | {row['caught']} | {number(row['kept'])} | {row['clear']} | {number(row['raised'])} | {number(row['to_offer'])} |"
    yield ""


def _limits(about: Mapping[str, Any]) -> Iterator[str]:
    counts, figures = about["counts"], about["figures"]
    few = {genre: counts["not_offer"].get(genre, 0) for genre in GENRES if counts["not_offer"].get(genre, 0) < FEW_POSTS}
    yield from ("## Limits", "")
    yield "- The posts were written for the purpose, half of them offers, the others as like offers as honest posts can be: an export is easier, and unlike them. Measure on your own labels."
    if few:
        yield f"- Few posts to learn from, under {FEW_POSTS}: {_counted(few)}."
    missed = figures.get("seen_recall")
    if missed is not None:
        yield f"- At the point in use {1 - missed:.1%} of the held-out offers are shown to nobody: offers in pictures, or without a word of the trade, are never found."
    if figures.get("category_right") is not None:
        yield f"- The category is right for {figures['category_right']:.1%} of the offers found."
    yield "- What makes the score of an account of its posts is learned from the same held-out posts that its held-out figures are measured on; the frozen part is free of that."
    yield "- Promises hold for posts like these, at the shares of offers they name: the rarer offers are, the more of what is marked is marked wrongly."
    yield ""
