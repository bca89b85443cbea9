"""What a command costs, and the tables and pictures that a measurement leaves in docs/."""

import os
import re
import sys
import time
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def sentences():
    """Return the ordinary sentences of our corpus, as far as a few words tell, and all of them."""
    from classifier.training.corpus import read_corpus

    every = [sentence for row in read_corpus() for sentence in row["text"].split("。") if 10 < len(sentence) < 60]
    return [sentence for sentence in every if not any(word in sentence for word in "币Uu链矿")], every


def write_table(name, headings, rows):
    """Put a table of *rows* between the marks *name* of docs/performance.md."""
    path = DOCS / "performance.md"
    lines = [f"| {' | '.join(map(str, row))} |" for row in (headings, ["---:"] * len(headings), *rows)]
    marks = re.compile(rf"(<!-- begin: {name} -->\n).*?(<!-- end: {name} -->)", re.DOTALL)
    text, times = marks.subn(lambda part: part[1] + "\n".join(lines) + "\n" + part[2], path.read_text(encoding="utf-8"))
    assert times == 1, f"{path} has no place for {name}"
    path.write_text(text, encoding="utf-8")


def picture(name, x, y, series, *, even=False):
    """Draw *series*, points by name, over a logarithmic x; both axes logarithmic and a line of equal growth if *even*."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "bijian"
    figure, axes = plt.subplots(figsize=(6.4, 4))
    for label, points in series.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=label)
    if even:
        (first, least), *_ = min(points[0] for points in series.values()), None
        last = max(points[-1][0] for points in series.values())
        axes.plot([first, last], [least, least * last / first], linestyle=":", color="grey", label="in proportion")
        axes.set_yscale("log")
    axes.set(xscale="log", xlabel=x, ylabel=y)
    axes.grid(alpha=0.3)
    if any(series):
        axes.legend()
    figure.savefig(DOCS / name, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def spend(*words):
    """Run this Python with *words*; return the seconds and the peak memory in MiB of its largest process."""
    start = time.perf_counter()
    silent = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_RDWR, 0) for n in (1, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *map(str, words)], os.environ, file_actions=silent)
    _, status, used = os.wait4(child, 0)
    assert status == 0, words
    return time.perf_counter() - start, used.ru_maxrss / 1024
