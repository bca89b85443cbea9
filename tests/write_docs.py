"""
Write the parts of the documents that are made from the code: ``make docs``.

A part stands between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``; what is between is replaced. tests/test_docs.py
fails when a document is not what this would write, so nobody types a figure or a help text.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from classifier.cli import COMMANDS, main
from classifier.model.points import POINTS
from classifier.training import checks
from classifier.training.page import ACCOUNT_FIGURES, FIGURES

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
PART = re.compile(r"(<!-- begin: (?P<name>[\w -]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)
ENGLISH, CHINESE = 0, 1


def fill(text: str) -> str:
    """Return *text* with every generated part written anew."""
    return PART.sub(lambda part: f"{part[1]}{write_part(part['name'])}\n{part[3]}", text)


def write_part(name: str) -> str:
    """Return the part *name*: ``help``, ``commands``, ``figures`` or ``figures zh``, ``rules``."""
    makers: dict[str, Callable[[], Iterator[str]]] = {
        "help": help_of_all,
        "commands": table_of_commands,
        "figures": lambda: table_of_figures(ENGLISH),
        "figures zh": lambda: table_of_figures(CHINESE),
        "rules": rules_of_corpus,
    }
    return "\n".join(makers[name]())


def help_of(*words: str) -> str:
    """Return what ``bijian WORDS --help`` says on a terminal of 100 columns."""
    return CliRunner().invoke(main, [*words, "--help"], prog_name="bijian", terminal_width=100).output.rstrip()


def help_of_all() -> Iterator[str]:
    for name in COMMANDS:
        yield from (f"### bijian {name}", "", "```text", help_of(name), "```", "")


def table_of_commands() -> Iterator[str]:
    yield from ("| | |", "|---|---|")
    yield from (f"| `bijian {name}` | {line} |" for name, line in COMMANDS.items())


def table_of_figures(language: int) -> Iterator[str]:
    """Yield the figures of the shipped model's manifest and what it promises, as tables."""
    manifest = json.loads((ROOT / "models" / "offers" / "manifest.json").read_text(encoding="utf-8"))
    figures = manifest["figures"]
    yield from (("| figure | |", "| 指标 | |")[language], "|---|---|")
    yield from _rows(FIGURES, figures, language)
    if "protected" in figures:
        said = ("news, warnings, teaching and other speech about crypto with verdict `offer`", "谈论加密货币的新闻、警示、科普等被误判为 `offer`")[language]
        yield f"| {said} | {figures['protected']['offer']} / {figures['protected']['n']} |"
    yield from _rows(ACCOUNT_FIGURES, figures.get("accounts", {}), language)
    yield from ("", ("| point | of 100 posts are offers | right among `offer` | at least (95 %) | offers found | posts to read |", "| 工作点 | 每 100 篇中的揽客帖 | `offer` 判对 | 至少（95 %） | 找出的揽客帖 | 需要阅读的帖子 |")[language])
    yield "|---|---|---|---|---|---|"
    points = manifest.get("points") or {manifest["operating_point"]: manifest}
    for point in (name for name in POINTS if name in points):
        for promise in points[point]["promise"]:
            yield f"| `{point}` | {100 * promise['share_of_offers']:.0f} | " + " | ".join(f"{promise[name]:.0%}" for name in ("precision", "precision_low", "recall", "posts_to_read")) + " |"


def _rows(names: dict[str, tuple[str, str]], figures: dict[str, Any], language: int) -> Iterator[str]:
    for name, said in names.items():
        if figures.get(name) is not None:
            interval = figures.get(f"{name}_interval")
            between = f" ({interval[0]:.3f}–{interval[1]:.3f})" if interval else ""
            yield f"| {said[language]} | {figures[name]:,}{between} |" if isinstance(figures[name], int) else f"| {said[language]} | {figures[name]:.3f}{between} |"


def rules_of_corpus() -> Iterator[str]:
    low, high = checks.OFFER_SHARE
    yield from ("| rule | figure |", "|---|---|")
    yield f"| no sentence of so many Han characters in two posts (twins excepted) | {checks.SHARED_SENTENCE} |"
    yield f"| two posts share at most so much of the shorter one; twins | {checks.NEAR_DUPLICATE:.0%}; {checks.TWIN_DUPLICATE:.0%} |"
    yield f"| share of offers of a writer in each length band | {low:.0%} to {high:.0%} |"
    yield f"| posts that begin with the same {checks.OPENING} characters | at most {checks.OPENING_SHARE:.1%} |"
    yield f"| what punctuation, emoji, length and function words alone tell of the label (AUC) | at most {checks.PROBE_AUC} |"
    yield f"| average precision lost when no writer of a test post was learned from | at most {checks.WRITER_FALL} |"


if __name__ == "__main__":
    for document in DOCUMENTS:
        path = ROOT / document
        before = path.read_text(encoding="utf-8")
        after = fill(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stderr.write(f"{document} written anew\n")
