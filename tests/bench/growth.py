"""
How cost grows with posts, their length, accounts and jobs: `bijian score` as a user starts it.

    python tests/bench/growth.py

Writes docs/growth.svg and the table in docs/performance.md. Takes some ten minutes.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import click
from documents import picture, sentences, spend, write_table

# What the others are held at while one grows.
POSTS, LENGTH, ACCOUNTS = 10_000, 300, 500


def write_export(path, posts, length, accounts):
    """Write *posts* posts of *length* characters, sentences of our corpus in another order each, one post in ten of the trade."""
    drawn = random.Random(3)
    ordinary, every = sentences()
    with path.open("w", encoding="utf-8") as lines:
        for n in range(posts):
            said, size = [], 0
            while size < length:
                said.append(drawn.choice(ordinary if n % 10 else every))
                size += len(said[-1]) + 1
            row = {"post_id": f"p{n}", "account_name": f"号{n % accounts}", "title": "", "text": "。".join(said)[:length]}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def cost(posts=POSTS, length=LENGTH, accounts=ACCOUNTS, jobs=1):
    """Return the seconds and the peak memory in MiB of the largest process."""
    with tempfile.TemporaryDirectory() as folder:
        export, out = Path(folder) / "posts.jsonl", Path(folder) / "out"
        write_export(export, posts, length, accounts)
        return spend("-m", "classifier", "score", export, "--out", out, "--format", "jsonl", "--jobs", jobs)


def main():
    grown = {
        "characters a post (100 posts)": [("length", n, {"posts": 100, "length": n}) for n in (100, 1_000, 10_000, 100_000)],
        "accounts (100,000 posts)": [("accounts", n, {"posts": 100_000, "length": 100, "accounts": n}) for n in (10, 100, 1_000, 10_000, 100_000)],
        "jobs (100,000 posts)": [("jobs", n, {"posts": 100_000, "jobs": n}) for n in (1, 2)],
        "posts": [("posts", n, {"posts": n}) for n in (1_000, 10_000, 100_000, 1_000_000)],
    }
    rows, series = [], {}
    for name, asked in grown.items():
        for _, n, options in asked:
            seconds, memory = cost(**options)
            rows.append((name, f"{n:,}", f"{seconds:.1f}", f"{memory:.0f}"))
            series.setdefault(name, []).append((n, seconds))
            click.echo(" ".join(rows[-1]))
            # Each time: the last one takes as long as all others together.
            write_table("growth", ("what grows", "to", "seconds", "peak MiB"), rows)
            picture("growth.svg", "how many", "seconds, start-up included", series, even=True)


if __name__ == "__main__":
    main()
