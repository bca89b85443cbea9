"""bijian demo: a sample export that ships, scored, with where to look."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-report"), show_default=True, help="Folder for the tables and the report.")
def demo(out: Path) -> None:
    r"""
    Score the sample export that ships with bijian and say where the report is. All accounts in it are invented.

    \b
    Example:
      bijian demo
    """
    from importlib.resources import as_file, files

    from classifier.cli.score import progress, say_summary
    from classifier.outcome.run import Settings, score_export

    with as_file(files("classifier.intake") / "sample.csv") as sample, progress() as tell:
        run = score_export([sample], out, Settings("offers", "csv", 1, False, {}), tell=tell)
    say_summary(run, out)
    click.echo(out / "report.html")
