"""bijian models: what models there are, what they promise, whether they are whole."""

from __future__ import annotations

import click


@click.group()
def models() -> None:
    """
    模型清单与校验 · List, show and verify models.

    \b
    Example:
      bijian models list
      bijian models verify offers
    """


@models.command("list", short_help="有哪些模型 · the models found here and in the package")
def list_models() -> None:
    """
    Print the models found here and in the package: name, posts learned from, held-out average precision, digest.

    \b
    Example:
      bijian models list
    """
    from classifier.errors import ModelFileError
    from classifier.model.bundle import load_model, model_homes

    for name in sorted({folder.parent.name for home in model_homes() for folder in home.glob("*/manifest.json")}):
        try:
            about = load_model(name).manifest
        except ModelFileError as error:
            click.echo(f"{name}\t不可用 cannot be used: {error}")
            continue
        precision = about.get("figures", {}).get("average_precision")
        click.echo(f"{name}\t{about.get('trained_on', '')}\t{'' if precision is None else format(precision, '.3f')}\t{about['digest'][:12]}")


@models.command(short_help="模型说明卡 · the card of a model")
@click.argument("name", default="offers")
def show(name: str) -> None:
    """
    Print the card of a model: what it is, its thresholds, what was measured.

    \b
    Example:
      bijian models show offers
    """
    from classifier.model.bundle import load_model, model_folder

    load_model(name)
    click.echo((model_folder(name) / "card.md").read_text(encoding="utf-8"), nl=False)


@models.command(short_help="校验 · digests and golden posts of a model")
@click.argument("name", default="offers")
def verify(name: str) -> None:
    """
    Check every digest of a model and score its golden posts again; ends with 1 if a score differs by more than 1e-9.

    \b
    Example:
      bijian models verify offers
    """
    from classifier.model.bundle import load_model
    from classifier.model.golden import check_golden

    count, worst = check_golden(load_model(name))
    click.echo(f"{name}: {count} golden posts, largest difference {worst:.1e}: as it was trained")
