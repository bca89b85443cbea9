"""bijian models: what models there are, what they promise, whether they are whole."""

from __future__ import annotations

import click


@click.group()
def models() -> None:
    """
    List, show and verify models.

    \b
    Example:
      bijian models list
      bijian models verify offers
    """


@models.command("list")
def list_models() -> None:
    """Print the models found here and in the package: name, when learned, posts learned from, average precision."""
    from classifier.model.bundle import load_model, model_homes

    for name in sorted({folder.parent.name for home in model_homes() for folder in home.glob("*/manifest.json")}):
        about = load_model(name).manifest
        click.echo(f"{name}\t{about.get('trained_on', '')}\t{about['digest'][:12]}")


@models.command()
@click.argument("name", default="offers")
def show(name: str) -> None:
    """Print the card of a model."""
    from classifier.model.bundle import load_model, model_folder

    load_model(name)
    click.echo((model_folder(name) / "card.md").read_text(encoding="utf-8"), nl=False)


@models.command()
@click.argument("name", default="offers")
def verify(name: str) -> None:
    """Check every digest of a model and score its golden posts again; ends with 1 if a score differs by more than 1e-9."""
    from classifier.model.bundle import load_model
    from classifier.model.golden import check_golden

    count, worst = check_golden(load_model(name))
    click.echo(f"{name}: {count} golden posts, largest difference {worst:.1e}: as it was trained")
