"""What the bench reads, and the table it leaves in docs/performance.md."""

import json
import platform
import random
import re
from pathlib import Path
from typing import NamedTuple

import pytest

BUDGET = Path(__file__).parents[2] / "docs" / "performance.md"
TABLE = re.compile(r"(<!-- begin: budget -->\n).*?(<!-- end: budget -->)", re.DOTALL)
POSTS = 2000
# One post in so many is of the trade, the others are ordinary.
ONE_IN = 10


class Stage(NamedTuple):
    name: str
    seconds: float
    megabytes: float


@pytest.fixture(scope="session")
def texts():
    """Posts of our corpus, and between them posts woven of those of its sentences in which nothing of the trade is named."""
    from classifier.language.gate import may_open
    from classifier.language.normalise import fold
    from classifier.training.corpus import corpus_files, read_corpus

    posts = [row["text"] for row in read_corpus(corpus_files())]
    sentences = sorted({sentence for text in posts for sentence in text.split("。") if len(sentence) > 10})
    ordinary = [sentence for sentence, opens in zip(sentences, may_open(fold(sentences)), strict=True) if not opens]
    chance = random.Random(1)
    return ["。".join(chance.sample(ordinary, 10)) if n % ONE_IN else chance.choice(posts) for n in range(POSTS)]


@pytest.fixture(scope="session")
def export(texts, tmp_path_factory):
    """The same posts as an export."""
    path = tmp_path_factory.mktemp("bench") / "posts.jsonl"
    rows = ({"post_id": f"p{n}", "account_id": f"a{n % 97}", "account_name": f"号{n % 97}", "title": "", "text": text} for n, text in enumerate(texts))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def measured():
    """The stages measured so far, first to last; written into the document when the last one is done."""
    stages: list[Stage] = []
    yield stages
    if any(stage.name == "whole" for stage in stages):
        BUDGET.write_text(TABLE.sub(lambda part: part[1] + budget_table(stages) + part[2], BUDGET.read_text(encoding="utf-8")), encoding="utf-8")


def budget_table(stages):
    """Return the table of *stages*: share is of the whole's time."""
    whole = next(stage.seconds for stage in stages if stage.name == "whole")
    rows = [f"| {s.name} | {s.megabytes:.2f} | {s.megabytes / s.seconds:.1f} | {s.seconds / whole:.0%} |" for s in stages]
    return "\n".join(
        [
            f"Python {platform.python_version()} on {platform.machine()}, one process; MB of UTF-8 text; the fastest of several rounds.",
            "",
            "| stage | MB it is given | MB/s | share of the whole |",
            "|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )


@pytest.fixture
def measure(benchmark, measured):
    """A function that times one stage and returns what the stage gives."""

    def run(name, texts, stage):
        given = benchmark.pedantic(stage, rounds=5, warmup_rounds=1)
        # Under --benchmark-disable there are no figures: the stage only had to run.
        if benchmark.stats is not None:
            size = sum(len(text.encode()) for text in texts) / 1e6
            benchmark.extra_info["MB/s"] = round(size / benchmark.stats.stats.min, 1)
            measured.append(Stage(name, benchmark.stats.stats.min, size))
        return given

    return run
