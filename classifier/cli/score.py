"""bijian score EXPORT... --out DIR: accounts, posts, leads, rejects and the report."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.errors import RunError
from classifier.model.points import DEFAULT_POINT, POINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from classifier.outcome.run import Settings


def named(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
    """Refuse an empty name, which would mean the folder one is in: in a script it is a variable that was not set."""
    if value is not None and not all([value] if isinstance(value, str) else value):
        raise click.BadParameter("an empty name; say . for the folder you are in（名称为空）")
    return value


@click.command()
@click.argument("exports", metavar="EXPORT...", nargs=-1, required=True, type=click.Path(allow_dash=True), callback=named)
@click.option("--out", type=click.Path(file_okay=False), callback=named, help="放结果的文件夹 · folder for the tables and the report; made if it is not there.")
@click.option("--format", "fmt", type=click.Choice(["csv", "jsonl", "parquet", "xlsx"]), default="csv", show_default=True, help="表格格式 · format of the tables.")
@click.option("--model", default="offers", show_default=True, help="用哪个模型 · a model's name (see `bijian models list`) or folder.")
@click.option("--point", type=click.Choice(POINTS), default=DEFAULT_POINT, show_default=True, help="严一点还是全一点 · few finds that are nearly all right, or many that miss little; `bijian models show` has what each promises.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="并行进程数 · processes that judge side by side.")
@click.option("--column", "columns", multiple=True, metavar="NAME=HEADING", help="指定某一列是什么 · say what a column is, for example text=正文; may be repeated.")
@click.option("--lists", type=click.Path(exists=True, file_okay=False), help="自定义名单文件夹 · folder of your own lists: allow-terms.txt, block-terms.txt, allow-accounts.txt, block-accounts.txt.")
@click.option("--reveal", is_flag=True, help="不遮盖个人联系方式 · write personal contacts in full instead of masking them with •.")
@click.option("--resume", is_flag=True, help="接着上次中断处继续 · go on where a run that was stopped or killed left off.")
@click.option("--shard", metavar="I/N", help="只算第 I 份，共 N 份，之后用 bijian merge 合并 · score part I of N only, for `bijian merge`.")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="在本机还是在 Spark 上算 · this machine, or Spark: Parquet in, Parquet out, needs pip install 'bijian[spark]' and Java.")
@click.option("--master", metavar="URL", help="Spark 集群地址 · where Spark runs: spark://host:7077, yarn, local[4] …")
@click.option("--fail-on-flag", is_flag=True, help="有账号被标记时以 3 退出 · end with 3 when an account is flagged.")
def score(
    exports: tuple[str, ...],
    out: str | None,
    fmt: str,
    model: str,
    point: str,
    jobs: int,
    columns: tuple[str, ...],
    lists: str | None,
    reveal: bool,
    resume: bool,
    shard: str | None,
    engine: str,
    master: str | None,
    fail_on_flag: bool,
) -> None:
    """
    给导出文件打分 · Score an export: which accounts offer crypto trading or token sales, why, and how surely.

    EXPORT is a file, folder or zip in any format that `bijian inspect` recognises. With - as the only EXPORT, JSON Lines
    are read from standard input and scored posts written to standard output, one line for one.

    \b
    Example:
      bijian score posts.xlsx --out march
      bijian score exports/ more.csv --out april --format xlsx --jobs 2
      bijian score huge.jsonl --out may --jobs 8 --resume
      bijian score hdfs://nn/posts --out hdfs://nn/june --engine spark --master yarn
      cat posts.jsonl | bijian score - > scored.jsonl
    """
    if exports == ("-",):
        refuse_of_lines(fmt)
        score_lines(model, point, lists, reveal=reveal)
        return
    if "-" in exports:
        raise click.UsageError("- (standard input) stands alone; score the other exports in a run of their own")
    if out is None:
        raise click.UsageError("--out DIR is needed: the folder for the tables and the report, for example --out march（请用 --out 指定放结果的文件夹）")
    from classifier.outcome.run import Settings, StoppedError, score_export

    settings = Settings(model, fmt, jobs, reveal, named_columns(columns), shard_of(shard), point, lists)
    if engine == "spark":
        run = score_by_spark(list(exports), out, settings, master)
        finish(run, out, fail_on_flag=fail_on_flag)
        return
    if master is not None:
        raise click.UsageError("--master says where Spark runs; add --engine spark（--master 要和 --engine spark 一起用）")
    with progress() as tell, stoppable() as signals:
        try:
            run = score_export([Path(path) for path in exports], Path(out), settings, resume=resume, tell=tell, stop=lambda: bool(signals))
        except StoppedError as stopped:
            click.echo(str(stopped), err=True)
            sys.exit(128 + signals[0])
    if settings.shard != (1, 1):
        rows, (part, parts) = run["counts"]["rows_read"], settings.shard
        click.echo(f"第 {part}/{parts} 份完成，{rows} 行；全部完成后运行 bijian merge（shard done: {rows} rows; `bijian merge` puts the shards together）", err=True)
        return
    finish(run, Path(out), fail_on_flag=fail_on_flag)


def finish(run: dict[str, Any], out: Path | str, *, fail_on_flag: bool) -> None:
    """Say what came of it; with *fail_on_flag* end with 3 if an account is flagged."""
    say_summary(run, out)
    if fail_on_flag and run["counts"]["accounts"].get("flag"):
        sys.exit(3)


def given(names: Iterable[str]) -> list[str]:
    """Return those of the options *names* that were given on the command line, as they are written there."""
    context = click.get_current_context()
    written = {option.name: option.opts[0] for option in context.command.params}
    return [written[name] for name in names if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]


def refuse_of_lines(fmt: str) -> None:
    """Refuse what only a run that writes tables can do."""
    refused = given(("out", *(["fmt"] if fmt != "jsonl" else []), "columns", "resume", "shard", "engine", "master", "fail_on_flag"))
    if refused:
        raise click.UsageError(f"{', '.join(refused)}: not with -, which reads JSON Lines in the plain form and writes one line for one（与 - 不能一起用）")


def score_by_spark(exports: list[str], out: str, settings: Settings, master: str | None) -> dict[str, Any]:
    """Score on Spark and return what ``run.json`` says; what Spark does by itself cannot be asked for."""
    refused = given(("jobs", "resume", "shard", *(["fmt"] if settings.fmt != "parquet" else [])))
    if refused:
        raise click.UsageError(f"{', '.join(refused)}: not with --engine spark, which shares out the work itself and writes Parquet（Spark 只写 Parquet，并自行分工）")
    if master is None:
        raise click.UsageError("--engine spark needs --master URL, for example spark://host:7077, yarn or local[4]（请用 --master 指定集群地址）")
    import warnings

    # pyspark says of pandas 3, and twice, what does not concern us: nothing but Arrow passes between it and us.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    try:
        from classifier.spark import score_on_spark
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pyspark", "py4j"}:
            raise
        raise RunError("--engine spark needs pyspark: pip install 'bijian[spark]'（未安装 pyspark）") from error
    return score_on_spark(exports, out, settings, master=master)


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


def shard_of(written: str | None) -> tuple[int, int]:
    """Return I/N as two numbers; the whole when there is none."""
    if written is None:
        return 1, 1
    part, _, parts = written.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise click.UsageError(f"--shard {written}: say I/N with I from 1 to N, for example 2/8")
    return int(part), int(parts)


@contextmanager
def stoppable() -> Iterator[list[int]]:
    """Give a list that holds the signal when somebody asks the run to stop (Ctrl-C, SIGTERM); the second time it stops at once."""
    signals: list[int] = []
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, _frame: object) -> None:
        signals.append(number)
        signal.signal(number, former[signal.Signals(number)])
        click.echo("正在收尾，请稍候…… finishing what is at hand; once more stops at once", err=True)

    for number in former:
        signal.signal(number, ask)
    try:
        yield signals
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def progress() -> Iterator[Callable[[int], None]]:
    """Give a function that counts rows on a bar; the bar shows on a terminal only."""
    from tqdm import tqdm

    with tqdm(unit=" 行 rows", unit_scale=True, disable=not sys.stderr.isatty(), leave=False, desc="评分 scoring") as bar:

        def tell(rows: int) -> None:
            bar.update(rows)

        yield tell


def say_summary(run: dict[str, Any], out: Path | str) -> None:
    """Say on stderr what came of it and where to look: the report in the folder *out*, or, where Spark wrote, the tables."""
    from classifier.outcome.report.words import REJECT_REASONS

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
        + (f"报告 report: {out / 'report.html'}" if isinstance(out, Path) else f"表格 tables: {out}"),
        err=True,
    )


def score_lines(model_name: str, point: str, lists: str | None, *, reveal: bool) -> None:
    """Score JSON Lines from stdin to stdout, one line for one, in order; a bad line gives {"error": …}."""
    import codecs

    import orjson
    import pandas as pd

    from classifier.errors import ExportError
    from classifier.intake.export import read_post_line
    from classifier.model.bundle import load_model
    from classifier.outcome.columns import POST_COLUMNS
    from classifier.outcome.leads import mask_post
    from classifier.outcome.lists import apply_to_posts, read_lists
    from classifier.outcome.score import score_texts

    if sys.stdin is None or sys.stdout is None:
        raise RunError("standard input or output is closed; give JSON Lines on one and read the answers from the other")
    model = load_model(model_name).at(point)
    listed = read_lists(lists) if lists else None
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            post = read_post_line(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line, number)
        except ExportError as error:
            answer: Any = {"error": str(error), "src_row": number}
        else:
            # No table of posts is made: it would take longer than the post.
            scores = score_texts(model, [post["title"] or ""], [post["text"] or ""])
            post |= {name: column[0] for name, column in scores._asdict().items()}
            if listed:
                decided = apply_to_posts(pd.DataFrame([post], dtype=object), listed)
                post |= {name: decided[name].iloc[0] for name in ("verdict", "evidence")}
            post = post if reveal else mask_post(post)
            answer = {name: post[name] for name in POST_COLUMNS}
        sys.stdout.buffer.write(orjson.dumps(answer, default=str) + b"\n")
        sys.stdout.buffer.flush()
