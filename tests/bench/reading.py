"""
How fast exports are read, and in how much memory, beside plain pandas: 1,000,000 rows of CSV and of JSON Lines, 100,000 rows of a workbook.

    python tests/bench/reading.py

Writes the table in docs/performance.md. Takes some ten minutes.
"""

import csv
import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import click
import xlsxwriter
from documents import sentences, spend, write_table

HEADINGS = ("account_name", "post_id", "title", "text", "published_at")
READ = "import sys; from classifier.intake.export import stream_export; print(sum(len(batch.posts) for batch in stream_export(sys.argv[1])))"
PLAIN = {
    "csv": "import sys, pandas; print(len(pandas.read_csv(sys.argv[1], dtype=str)))",
    "jsonl": "import sys, pandas; print(len(pandas.read_json(sys.argv[1], lines=True, dtype=str)))",
    "xlsx": "import sys, pandas; print(len(pandas.read_excel(sys.argv[1], dtype=str, engine='openpyxl')))",
}


def rows(n, length):
    """Yield *n* rows with texts of *length* characters, sentences of our corpus in another order each, one row in ten of the trade."""
    drawn = random.Random(5)
    ordinary, every = sentences()
    for number in range(n):
        said = ""
        while len(said) < length:
            said += drawn.choice(ordinary if number % 10 else every) + "。"
        yield f"号{number % 997}", f"p{number}", f"第 {number} 篇", said[:length], f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d} 08:{number % 60:02d}"


def write_csv(path, n, length):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        table.writerows(rows(n, length))


def write_jsonl(path, n, length):
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(zip(HEADINGS, row, strict=True)), ensure_ascii=False) + "\n" for row in rows(n, length))


def write_xlsx(path, n, length):
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number, row in enumerate(rows(n, length), 1):
            sheet.write_row(number, 0, row)


def main():
    asked = (("csv", write_csv, 1_000_000, 100), ("jsonl", write_jsonl, 1_000_000, 100), ("xlsx", write_xlsx, 100_000, 1_000))
    table = []
    for kind, write, n, length in asked:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"posts.{kind}"
            write(path, n, length)
            ours, memory = spend("-c", READ, path)
            scored, of_score = spend("-m", "classifier", "score", path, "--out", Path(folder) / "out")
            plain, of_plain = spend("-c", PLAIN[kind], path)
            table.append((f"{kind}, {n:,} rows of {length:,} characters", f"{n / ours:,.0f}", f"{memory:.0f}", f"{n / plain:,.0f}", f"{of_plain:.0f}", f"{n / scored:,.0f}", f"{of_score:.0f}"))
            click.echo(" · ".join(table[-1]))
        write_table("reading", ("export", "rows a second", "peak MiB", "plain pandas, rows a second", "its peak MiB", "`bijian score`, rows a second", "its peak MiB"), table)


if __name__ == "__main__":
    main()
