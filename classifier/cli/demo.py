"""bijian demo: a sample export that ships, scored, with where to look."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-report"), show_default=True, help="放结果的文件夹 · folder for the tables and the report.")
def demo(out: Path) -> None:
    """
    用自带样例试一遍 · Score the sample export that ships with bijian and say where the report is.

    All accounts, contacts and coins in it are invented.

    \b
    Example:
      bijian demo
      bijian demo --out /tmp/look
    """
    from importlib.resources import as_file, files

    from classifier.cli.score import progress, say_summary
    from classifier.outcome.run import Settings, score_export

    with as_file(files("classifier.cli") / "sample") as folder, progress() as tell:
        run = score_export(sorted(folder.glob("*.csv")), out, Settings("offers", "csv", 1, False, {}), tell=tell)
    say_summary(run, out)
    click.echo(out / "report.html")
