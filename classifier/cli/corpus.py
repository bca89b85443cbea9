"""bijian corpus check: the training corpus against its own rules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

import click


@click.group()
def corpus() -> None:
    """
    训练语料 · Look after the training corpus.

    \b
    Example:
      bijian corpus check
      bijian corpus add w46.txt --writer w46 --brief otc-2021-chat > w46.jsonl
    """


@corpus.command(short_help="按规则检查 · hold the corpus, or LABELS, to its rules")
@click.argument("files", metavar="[LABELS...]", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--quick", is_flag=True, help="Leave out the two checks that train models.")
def check(files: tuple[Path, ...], *, quick: bool) -> None:
    """
    Hold the corpus that ships (or LABELS) to its rules; print every breach and end with 1 if there is one.

    \b
    Example:
      bijian corpus check
      bijian corpus check w46.jsonl --quick
    """
    from classifier.training.checks import PROBE_AUC, WRITER_FALL, check_frozen, check_rows, probe_auc, writer_fall
    from classifier.training.corpus import accounts_of, read_corpus, read_frozen, summary

    rows = read_corpus(files or None)
    problems = check_rows(rows)
    if not files:
        frozen = read_frozen()
        problems += [*check_rows(frozen), *check_frozen(rows, frozen)]
        click.echo(f"frozen part: {len(frozen)} posts, {len(accounts_of(frozen))} accounts of 5 posts or more", err=True)
    for problem in problems:
        click.echo(f"{problem.rule}: {problem.what}")
    for name, counts in summary(rows).items():
        click.echo(f"{name:10s} " + "  ".join(f"{key} {count}" for key, count in counts.items()), err=True)
    click.echo(f"{len(rows)} posts, {len(accounts_of(rows))} accounts of 5 posts or more, {len(problems)} breaches", err=True)
    failed = bool(problems)
    if not quick:
        auc, fall = probe_auc(rows), writer_fall(rows)
        click.echo(f"probe on surface alone: AUC {auc:.3f} (at most {PROBE_AUC})")
        click.echo(f"leave-one-writer-out below a random split: {fall:+.4f} in average precision (at most {WRITER_FALL})")
        failed |= auc > PROBE_AUC or fall > WRITER_FALL
    sys.exit(int(failed))


@corpus.command(short_help="草稿变记录 · turn a draft into corpus records")
@click.argument("draft", type=click.File(encoding="utf-8"))
@click.option("--writer", required=True, help="Who wrote it.")
@click.option("--brief", required=True, help="After which brief.")
def add(draft: TextIO, writer: str, brief: str) -> None:
    """
    Turn a draft (headings, text, ⟦marks⟧) into corpus records on standard output.

    \b
    Example:
      bijian corpus add w46.txt --writer w46 --brief otc-2021-chat > w46.jsonl
    """
    import json

    from classifier.training.drafts import read_draft

    for record in read_draft(draft.read(), writer=writer, brief=brief):
        click.echo(json.dumps(record, ensure_ascii=False))
