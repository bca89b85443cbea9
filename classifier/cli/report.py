"""bijian report DIR: report.html again, from a scored folder."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def report(folder: Path) -> None:
    """
    重画报告 · Write DIR/report.html again and print where it is.

    DIR is a folder that `bijian score` wrote. The page is drawn from its tables alone: no post is scored anew,
    and the tables stay as they are. It is one file and opens offline.

    \b
    Example:
      bijian score posts.csv --out march
      bijian report march
    """
    from classifier.outcome.report.write import write_report

    click.echo(write_report(folder))
