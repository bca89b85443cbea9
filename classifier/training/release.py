"""From labelled posts to a model folder: learn, measure, write."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from classifier.model.bundle import Model, digest_of, save_model
from classifier.model.golden import golden_posts
from classifier.model.judge import probability
from classifier.training.card import write_card
from classifier.training.corpus import agreement, corpus_files, read_corpus, summary
from classifier.training.evaluate import measure, tabulate
from classifier.training.labels import Row, full_text
from classifier.training.points import post_verdicts, promise
from classifier.training.train import HeldOut, learn

GOLDEN_POSTS = 200
LIBRARIES = ("jieba", "rjieba", "numpy", "scipy", "scikit-learn", "opencc")


def train_model(paths: list[Path] | None, out: Path, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """
    Learn from the posts in *paths* (None: the corpus that ships), write the model into *out* and return its held-out figures.

    Raises LabelsError for labels that cannot be learned from.
    """
    rows = [row for row in read_corpus(paths) if row["label"] != "borderline"]
    tell(f"{len(rows)} posts by {len({row['group'] for row in rows})} writers")
    model, held_out = learn(rows)
    tell("measured on posts of writers not seen; writing")
    figures = held_out_figures(model, rows, held_out)
    counts = summary(rows)
    read_twice = agreement(read_corpus(paths))
    points = {name: getattr(model, name) for name in ("offer_from", "review_from", "flag_from", "look_from")}
    about = {
        "about": "offers of crypto trading or token sales in Chinese posts",
        "trained_on": f"{len(rows)} posts by {len(counts['writer'])} writers",
        "base_rate": float(np.mean([row["label"] == "offer" for row in rows])),
        "operating_point": "balanced",
        "promise": promise(rows, model, held_out.log_odds),
        "corpus": {path.name: digest_of(path.read_bytes()) for path in (paths or corpus_files())},
        "libraries": {name: version(name) for name in LIBRARIES},
        "second_reader": read_twice,
        "figures": figures,
    }
    card = write_card(out.name, counts=counts, held_out=figures, points=points, read_twice=read_twice)
    golden = golden_posts(model, [full_text(row) for row in rows[:: max(1, len(rows) // GOLDEN_POSTS)]][:GOLDEN_POSTS])
    save_model(model, out, golden=golden, card=card, about=about)
    return figures


def held_out_figures(model: Model, rows: list[Row], held_out: HeldOut) -> dict[str, Any]:
    """Return the figures of posts judged by models that saw none of their writer's."""
    chances = probability(held_out.log_odds)
    return measure(model, tabulate(rows).assign(verdict=post_verdicts(model, chances), score=chances, category=held_out.categories))
