"""bijian evaluate: quality on labelled posts."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("labels", metavar="LABELS...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", default="offers", show_default=True, help="用哪个模型 · a model's name or folder.")
@click.option("--json", "as_json", is_flag=True, help="全部指标，JSON · every figure, as JSON.")
def evaluate(labels: tuple[Path, ...], model: str, *, as_json: bool) -> None:
    """
    测量质量 · Measure a model on labelled posts (JSON Lines with text, title?, label, category or genre, account?, group?, marks?).

    \b
    Example:
      bijian evaluate mine.jsonl
      bijian evaluate mine.jsonl --model models/march --json > figures.json
    """
    import json

    from classifier.model.bundle import load_model
    from classifier.training.card import figures_table
    from classifier.training.evaluate import evaluate as measure
    from classifier.training.labels import read_labels

    figures = measure(load_model(model), read_labels(labels))
    click.echo(json.dumps(figures, ensure_ascii=False, indent=1) if as_json else "\n".join(figures_table(", ".join(p.name for p in labels), figures)))
