"""
The front door: one module a command, and the one place where an error becomes a message.

Commands are imported when they are called, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
from typing import Any

import click

from classifier.errors import BijianError

# Before pyarrow is imported: what Arrow is done with goes back at once, a hundred megabytes of a million posts.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
# Looking for garbage among what libraries make while they are loaded, all of it kept, takes a twentieth of the start.
gc.set_threshold(50_000, 20, 20)

# Command -> its one line in the group's help; the module and function of the same name hold the rest.
COMMANDS = {
    "score": "给导出文件打分 · score an export: accounts, posts, leads, report",
    "merge": "合并各份结果 · put the shards of one run together",
    "demo": "用自带样例试一遍 · score the sample export that ships",
    "inspect": "看懂了什么 · what was recognised in an export",
    "explain": "为什么这个分 · why a text or post has its score",
    "report": "重画报告 · report.html again, from a scored folder",
    "train": "重新训练 · learn a model from labelled posts",
    "evaluate": "测量质量 · quality by post, account, category, genre, length, disguise",
    "models": "模型清单与校验 · list, show and verify models",
    "corpus": "检查训练语料 · the training corpus against its rules",
}


class Journey(click.Group):
    """A group that imports a command only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"classifier.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BijianError as error:
            # A file's name may hold bytes that are not text.
            raise click.ClickException(str(error).encode("utf-8", "surrogateescape").decode("utf-8", "replace")) from error
        except OSError as error:
            # Files of ours say themselves what is wrong with them; a pipe that nobody reads any more is click's affair.
            if error.errno == errno.EPIPE:
                raise
            raise click.ClickException(f"{error.filename or 'standard output'}: {error.strerror or error}") from error


@click.group(cls=Journey, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="bijian", prog_name="bijian")
def main() -> None:
    """
    币鉴 bijian: which public accounts in an export offer crypto trading or token sales, and the evidence.

    It decides nothing: a person does. Nothing leaves this machine.

    \b
    Example:
      bijian demo
      bijian score posts.xlsx --out march
    """
