"""bijian evaluate: quality on labelled posts."""

from __future__ import annotations

from pathlib import Path

import click

from classifier.model.points import DEFAULT_POINT, POINTS


@click.command()
@click.argument("labels", metavar="[LABELS...]", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", default="offers", show_default=True, help="用哪个模型 · a model's name or folder.")
@click.option("--point", type=click.Choice(POINTS), default=DEFAULT_POINT, show_default=True, help="在哪个工作点 · the operating point whose verdicts are measured.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="放结果的文件夹 · folder for evaluation.json and evaluation.html; made if it is not there.")
@click.option("--frozen", is_flag=True, help="用语料的封存部分 · measure on the frozen part of the corpus, which nothing learned from; so it is without LABELS.")
@click.option("--card", is_flag=True, help="写进模型说明卡 · write the model's card anew, with the frozen part's figures.")
@click.option("--json", "as_json", is_flag=True, help="全部指标，JSON · every figure, as JSON.")
def evaluate(labels: tuple[Path, ...], model: str, point: str, out: Path | None, *, frozen: bool, card: bool, as_json: bool) -> None:
    """
    测量质量 · Measure a model on labelled posts: by post, account, category, genre, length, era, disguise and source, with 95 % intervals over groups.

    LABELS are JSON Lines with text, title?, label, category or genre, account?, group?, source?, marks?. Without them the frozen part
    of our own corpus is measured on.

    \b
    Example:
      bijian evaluate mine.jsonl
      bijian evaluate mine.jsonl --out measured
      bijian evaluate mine.jsonl --model models/march --point careful --json > figures.json
      bijian evaluate --frozen --card
    """
    if labels and (frozen or card):
        raise click.UsageError("LABELS stand alone: --frozen and --card measure on the frozen part of the corpus（给了 LABELS 就不能再用 --frozen 或 --card）")
    if card and point != DEFAULT_POINT:
        raise click.UsageError(f"--card goes with the point {DEFAULT_POINT}: the card's figures are those of all commands' default")
    import json

    from classifier.model.bundle import load_model
    from classifier.training.card import figures_table
    from classifier.training.corpus import frozen_files, read_frozen
    from classifier.training.evaluate import evaluate as measure
    from classifier.training.evaluate import write_evaluation
    from classifier.training.labels import read_labels

    judging = load_model(model).at(point)
    figures = measure(judging, read_labels(labels) if labels else read_frozen())
    names = [path.name for path in labels or frozen_files()]
    click.echo(json.dumps(figures, ensure_ascii=False, indent=1) if as_json else "\n".join(figures_table(f"{judging.name}, {point}: {', '.join(names)}", figures)))
    if out is not None:
        write_evaluation(figures, names, out)
        click.echo(f"报告 report: {out / 'evaluation.html'}", err=True)
    if card:
        from classifier.training.release import renew_card

        click.echo(f"说明卡 card: {renew_card(judging, figures)}", err=True)
