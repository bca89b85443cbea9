"""bijian score EXPORT... --out DIR: accounts, posts, leads, rejects and the report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command()
@click.argument("exports", metavar="EXPORT...", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="放结果的文件夹 · folder for the tables and the report; made if it is not there.")
@click.option("--format", "fmt", type=click.Choice(["csv", "jsonl", "parquet", "xlsx"]), default="csv", show_default=True, help="表格格式 · format of the tables.")
@click.option("--model", default="offers", show_default=True, help="用哪个模型 · a model's name (see `bijian models list`) or folder.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="并行进程数 · processes that judge side by side.")
@click.option("--column", "columns", multiple=True, metavar="NAME=HEADING", help="指定某一列是什么 · say what a column is, for example text=正文; may be repeated.")
@click.option("--reveal", is_flag=True, help="不遮盖个人联系方式 · write personal contacts in full instead of masking them with •.")
@click.option("--fail-on-flag", is_flag=True, help="有账号被标记时以 3 退出 · end with 3 when an account is flagged.")
def score(
    exports: tuple[Path, ...], out: Path | None, fmt: str, model: str, jobs: int, columns: tuple[str, ...], reveal: bool, fail_on_flag: bool
) -> None:
    """
    给导出文件打分 · Score an export: which accounts offer crypto trading or token sales, why, and how surely.

    EXPORT is a file, folder or zip in any format that `bijian inspect` recognises. With - as the only EXPORT, JSON Lines
    are read from standard input and scored posts written to standard output, one line for one.

    \b
    Example:
      bijian score posts.xlsx --out march
      bijian score exports/ more.csv --out april --format xlsx --jobs 2
      cat posts.jsonl | bijian score - > scored.jsonl
    """
    if exports == (Path("-"),):
        score_lines(model, reveal=reveal)
        return
    if Path("-") in exports:
        raise click.UsageError("- (standard input) stands alone; score the other exports in a run of their own")
    if out is None:
        raise click.UsageError("--out DIR is needed: the folder for the tables and the report, for example --out march（请用 --out 指定放结果的文件夹）")
    from classifier.outcome.run import Settings, score_export

    settings = Settings(model, fmt, jobs, reveal, named_columns(columns))
    with progress() as tell:
        run = score_export(list(exports), out, settings, tell=tell)
    say_summary(run, out)
    if fail_on_flag and run["counts"]["accounts"].get("flag"):
        sys.exit(3)


def named_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Return NAME=HEADING pairs as a mapping."""
    pairs = [(name.strip(), equals, heading.strip()) for name, equals, heading in (column.partition("=") for column in columns)]
    wrong = next((name for name, equals, heading in pairs if not (name and equals and heading)), None)
    if wrong is not None:
        raise click.UsageError(f"--column {wrong}: say NAME=HEADING, for example text=正文")
    from classifier.intake.layout import NAMED_FIELDS

    unknown = next((name for name, _, _ in pairs if name not in NAMED_FIELDS), None)
    if unknown is not None:
        raise click.UsageError(f"--column {unknown}=…: no column has this name; there are: {', '.join(NAMED_FIELDS)}")
    return {name: heading for name, _, heading in pairs}


@contextmanager
def progress() -> Iterator[Callable[[int], None]]:
    """Give a function that counts rows on a bar; the bar shows on a terminal only."""
    from tqdm import tqdm

    with tqdm(unit=" 行 rows", unit_scale=True, disable=not sys.stderr.isatty(), leave=False, desc="评分 scoring") as bar:

        def tell(rows: int) -> None:
            bar.update(rows)

        yield tell


def say_summary(run: dict[str, Any], out: Path) -> None:
    """Say on stderr what came of it and where to look."""
    from classifier.outcome.report import REJECT_REASONS

    counts = run["counts"]
    accounts = counts["accounts"]
    reasons = "、".join(f"{REJECT_REASONS.get(code, (code,))[0]} {code} {count}" for code, count in counts["reject_reasons"].items())
    if not counts["posts"]:
        click.secho("没有读到任何帖子，什么也没有判断！NO POST WAS READ, nothing was judged! 请先运行 bijian inspect", fg="red", bold=True, err=True)
    click.echo(
        f"读入 {counts['rows_read']} 行 = {counts['posts']} 篇 + {counts['rejects']} 行未收（rows read = posts + rejects）\n"
        + (f"未收的原因 rejects: {reasons}\n" if reasons else "")
        + f"账号 accounts: 建议优先查看 flag {accounts.get('flag', 0)} · 需人工看 review {accounts.get('review', 0)} · "
        f"未见问题 clear {accounts.get('clear', 0)} · 无法判断 abstain {accounts.get('abstain', 0)}\n"
        f"报告 report: {out / 'report.html'}",
        err=True,
    )


def score_lines(model_name: str, *, reveal: bool) -> None:
    """Score JSON Lines from stdin to stdout, one line for one, in order; a bad line gives {"error": …}."""
    import orjson

    from classifier.errors import ExportError
    from classifier.intake.export import read_post_line
    from classifier.model.bundle import load_model
    from classifier.outcome.leads import mask_post
    from classifier.outcome.run import POST_TABLE
    from classifier.outcome.score import score_texts

    model = load_model(model_name)
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            post = read_post_line(line, number)
        except ExportError as error:
            answer: Any = {"error": str(error), "src_row": number}
        else:
            # No table of posts is made: it would take longer than the post.
            scores = score_texts(model, [post["title"] or ""], [post["text"] or ""])
            post |= {name: column[0] for name, column in scores._asdict().items()}
            post = post if reveal else mask_post(post)
            answer = {name: post[name] for name in POST_TABLE}
        sys.stdout.buffer.write(orjson.dumps(answer, default=str) + b"\n")
        sys.stdout.buffer.flush()
