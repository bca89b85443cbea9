"""bijian train: learn a model from labelled posts."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("labels", metavar="[LABELS...]", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="新模型的文件夹 · folder of the new model, for example models/march.")
def train(labels: tuple[Path, ...], out: Path) -> None:
    """
    重新训练 · Learn a model from LABELS (JSON Lines); without LABELS from the corpus that ships, which gives the shipped model again.

    Nothing of the present model is used. Borderline posts are left out. Takes a minute or so.

    \b
    Example:
      bijian train --out models/again
      bijian train mine.jsonl --out models/mine
    """
    from classifier.training.release import train_model

    figures = train_model(list(labels) or None, out, tell=lambda step: click.echo(step, err=True))
    click.echo(f"{out}: average precision {figures['average_precision']:.3f} on posts of writers it had not seen; card in {out / 'card.md'}")
