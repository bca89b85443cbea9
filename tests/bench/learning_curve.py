"""
What more posts bring: average precision on labelled posts, learned from more and more of the corpus's writers.

    python tests/bench/learning_curve.py LABELS.jsonl...

Writes docs/learning-curve.svg and the table in docs/performance.md, from five draws of writers for each number of them.
"""

import random
import statistics
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

sys.path.insert(0, str(Path(__file__).parent))
import click
from documents import picture, write_table

from classifier.model.judge import against, featurise, margin
from classifier.training.corpus import read_corpus
from classifier.training.labels import full_text, read_labels
from classifier.training.train import find_rivals, fit_rivals, learn_features, pass_gate

DRAWS = 5
PARTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)


def sure(rows):
    return [row for row in rows if row["label"] != "borderline"]


def precision_of(rows, measured):
    """Return the average precision on *measured* of weights learned from *rows*, all that is read of each post."""
    model, features = learn_features(rows)
    fitted = fit_rivals(features, find_rivals(rows)[1], np.array([row["weight"] for row in rows]), np.arange(len(rows)))
    asked = featurise(model, [full_text(row) for row in measured]).whole
    chances = np.where(np.diff(asked.indptr) > 0, margin(against(asked, *fitted)), -np.inf)
    return average_precision_score([row["label"] == "offer" for row in measured], np.nan_to_num(chances, neginf=-1e9))


def main(paths):
    measured, rows = sure(read_labels(map(Path, paths))), sure(read_corpus())
    rows = [row for row, passes in zip(rows, pass_gate([full_text(row) for row in rows]), strict=True) if passes]
    writers = sorted({row["group"] for row in rows})
    table, dots = [], []
    for part in PARTS:
        number, found = max(2, round(part * len(writers))), []
        for draw in range(DRAWS if part < 1 else 1):
            chosen = set(random.Random(draw).sample(writers, number))
            some = [row for row in rows if row["group"] in chosen]
            found.append((len(some), precision_of(some, measured)))
            click.echo(f"{number} writers, {found[-1][0]} posts: {found[-1][1]:.4f}")
        posts, means = statistics.mean(n for n, _ in found), statistics.mean(ap for _, ap in found)
        dots.append((posts, means))
        table.append((number, round(posts), f"{means:.4f}", f"{min(ap for _, ap in found):.4f} to {max(ap for _, ap in found):.4f}"))
    write_table("learning", ("writers", "posts past the gate", "average precision, mean", "least to most"), table)
    picture("learning-curve.svg", "posts learned from", "average precision on real posts", {"": dots})


if __name__ == "__main__":
    main(sys.argv[1:])
