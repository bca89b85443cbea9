"""From labelled posts to a model folder: learn, measure, write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from classifier.errors import ModelFileError
from classifier.model.bundle import Model, digest_of, rewrite_card, save_model
from classifier.model.golden import golden_posts
from classifier.model.judge import probability
from classifier.model.points import DEFAULT_POINT
from classifier.training.card import write_card
from classifier.training.corpus import agreement, corpus_files, read_to_learn, summary
from classifier.training.labels import Row, full_text
from classifier.training.measure import measure, tabulate
from classifier.training.points import describe_points
from classifier.training.train import HeldOut, learn

GOLDEN_POSTS = 200
LIBRARIES = ("jieba", "rjieba", "numpy", "scipy", "scikit-learn", "opencc")
# Of an evaluation, what a card has room for.
SUMMARISED = ("posts", "borderline", "groups", "protected", "points", "by_category_or_genre", "by_length", "by_era", "by_disguise", "evidence", "accounts", "mixed_accounts")


def train_model(paths: list[Path] | None, out: Path, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """
    Learn from the posts in *paths* (None: the corpus that ships, without its frozen part), write the model into *out* and return its held-out figures.

    Raises LabelsError for labels that cannot be learned from, or are of the frozen part.
    """
    written = read_to_learn(paths)
    rows = [row for row in written if row["label"] != "borderline"]
    tell(f"{len(rows)} posts by {len({row['group'] for row in rows})} writers")
    model, held_out = learn(rows)
    tell("measured on posts of writers not seen; writing")
    figures = held_out_figures(model, rows, held_out)
    points = describe_points(model, rows, held_out.log_odds)
    counts = summary(rows)
    about = {
        "about": "offers of crypto trading or token sales in Chinese posts",
        "trained_on": f"{len(rows)} posts by {len(counts['writer'])} writers",
        "base_rate": float(np.mean([row["label"] == "offer" for row in rows])),
        "operating_point": DEFAULT_POINT,
        "points": points,
        "promise": points[DEFAULT_POINT]["promise"],
        "corpus": {path.name: digest_of(path.read_bytes()) for path in (paths or corpus_files())},
        "counts": counts,
        "libraries": {name: version(name) for name in LIBRARIES},
        "second_reader": agreement(written),
        "figures": figures,
    }
    golden = golden_posts(model, [full_text(row) for row in rows[:: max(1, len(rows) // GOLDEN_POSTS)]][:GOLDEN_POSTS])
    save_model(model, out, golden=golden, card=write_card({"name": out.name, **about}), about=about)
    return figures


def held_out_figures(model: Model, rows: list[Row], held_out: HeldOut) -> dict[str, Any]:
    """Return the figures of posts judged by models that saw none of their writer's."""
    chances = probability(held_out.log_odds)
    judged = tabulate(rows).assign(verdict=[model.verdict(chance) for chance in chances], score=chances, category=held_out.categories)
    return measure(model, judged)


def renew_card(model: Model, evaluation: Mapping[str, Any]) -> Path:
    """
    Write the card of *model* anew with an *evaluation* on the frozen part (see `evaluate`), and return its path.

    The evaluation's summary goes into the manifest too, as ``frozen``; nothing that scores is touched. The manifest's digest, which names
    the model in ``run.json``, becomes another.

    Raises ModelFileError for a model from before its manifest held what a card is made of.
    """
    missing = [name for name in ("counts", "points", "figures", "second_reader") if name not in model.manifest]
    if missing or model.folder is None:
        raise ModelFileError(f"the manifest of {model.name} lacks {', '.join(missing) or 'a folder'}, which the card is made of; train it again with `bijian train`")
    frozen = {name: value for name, value in evaluation.items() if name in SUMMARISED or isinstance(value, float | int) or name.endswith("_interval")}
    return rewrite_card(model.folder, write_card({**model.manifest, "frozen": frozen}), frozen)
