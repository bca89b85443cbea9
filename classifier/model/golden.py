"""Golden posts: a few posts with their scores, kept in the model, scored again to see that nothing around it changed."""

from __future__ import annotations

import json

import numpy as np

from classifier.errors import ModelFileError
from classifier.model.bundle import Model
from classifier.model.judge import judge, probability

TOLERANCE = 1e-9


def golden_posts(model: Model, texts: list[str]) -> list[dict[str, object]]:
    """Return *texts* with the scores *model* gives them now, as they are written into ``golden.jsonl``."""
    chances = probability(judge(model, texts).log_odds)
    return [{"text": text, "score": float(chance).hex()} for text, chance in zip(texts, chances, strict=True)]


def check_golden(model: Model) -> tuple[int, float]:
    """
    Return how many golden posts there are and the largest difference from the scores they had.

    Raises ModelFileError if a difference is over TOLERANCE: a library, a word list or the machine changes scores.
    """
    assert model.folder is not None, "golden posts are those of a model in a folder"
    lines = (model.folder / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    posts = [json.loads(line) for line in lines]
    chances = probability(judge(model, [post["text"] for post in posts]).log_odds)
    differences = np.abs(chances - np.array([float.fromhex(post["score"]) for post in posts]))
    worst = float(differences.max(initial=0.0))
    if worst > TOLERANCE:
        post = posts[int(differences.argmax())]
        raise ModelFileError(f"{model.name}: golden post {post['text'][:20]!r} scores {worst:.2g} away from its record; scores here are not those promised")
    return len(posts), worst
