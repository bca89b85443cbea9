"""bijian merge DIR... --out DIR: the shards of one run put together."""

from pathlib import Path

import click


@click.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="放结果的文件夹 · folder for the tables and the report.")
def merge(folders: tuple[Path, ...], out: Path) -> None:
    """
    合并各份结果 · Put the shards of one run together: the same tables as if it had been one run.

    Each DIR was written by `bijian score --shard I/N`, of the same export, model and format. All N are needed.

    \b
    Example:
      bijian score huge.jsonl --shard 1/2 --out part1
      bijian score huge.jsonl --shard 2/2 --out part2
      bijian merge part1 part2 --out whole
    """
    from classifier.cli.score import say_summary
    from classifier.outcome.run import merge_shards

    say_summary(merge_shards(list(folders), out), out)
