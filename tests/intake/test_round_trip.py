"""Any table, in any of the encodings and formats, reads back to the same posts."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier.intake.bodies import read_body
from classifier.intake.export import stream_export

# What people write, and what breaks readers: quotes, delimiters, breaks, formulas, words that look like nothing, other scripts.
ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\u2028\u2029\ufeff\u0085")
CELLS = st.one_of(
    st.text(ALPHABET, min_size=1, max_size=40),
    st.sampled_from(["NA", "null", "None", "NaN", "nan", "True", "-", "=1+1", "+86", "@x", '"', '""', "a,b", "a;b", "a\tb", "第一行\n第二行", "007", "1e5", "2026-01-02", " 前后空格 ", "字" * 300, "𠮷野家🚀", "此帐号已被屏蔽"]),
)
# Equal texts would be duplicates, where account and title are equal too.
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8, unique_by=lambda row: row[2])
HEADINGS = st.sampled_from([("公众号", "标题", "正文"), ("account_name", "title", "text"), ("昵称", "文章标题", "文章内容")])


def posts_of(path):
    batches = list(stream_export(path))
    posts = pd.concat([batch.posts for batch in batches])
    rejects = pd.concat([batch.rejects for batch in batches])
    return posts, rejects


def expected(rows):
    """(account, title, text) as the reader gives them: a cell of spaces is empty, a body that only repeats the title is none, nor is a placeholder."""
    read = [tuple(cell if cell.strip() else None for cell in row) for row in rows]
    read = [(account, title, None if text and ((title and text.strip() == title.strip()) or read_body(text).text is None) else text) for account, title, text in read]
    return [row for row, (_, title, body) in zip(read, rows, strict=True) if title.strip() or body.strip()]


def check(path, rows):
    posts, rejects = posts_of(path)
    assert list(posts[["account_name", "title", "text"]].itertuples(index=False, name=None)) == expected(rows)
    assert len(posts) + len(rejects) == len(rows) or not any(cell.strip() for row in rows for cell in row)


def not_the_heading(headings, rows):
    return [row for row in rows if row != headings and any(cell.strip() for cell in row)] or [("甲", "题", "文")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(headings=HEADINGS, rows=ROWS, newline=st.sampled_from(["\r\n", "\n"]), delimiter=st.sampled_from([",", "\t", ";"]))
def test_csv_reads_back(tmp_path, encoding, headings, rows, newline, delimiter):
    rows = not_the_heading(headings, rows)
    held = io.StringIO()
    csv.writer(held, lineterminator=newline, delimiter=delimiter).writerows([headings, *rows])
    path = tmp_path / "x.csv"
    path.write_bytes(held.getvalue().encode(encoding))
    check(path, rows)


@pytest.mark.parametrize("form", ["jsonl", "json", "parquet", "xlsx"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(headings=HEADINGS, rows=ROWS)
def test_other_formats_read_back(tmp_path, form, headings, rows):
    rows = not_the_heading(headings, rows)
    path = tmp_path / f"x.{form}"
    if form == "xlsx":
        with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([headings, *rows]):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell)
    elif form == "parquet":
        pd.DataFrame(rows, columns=list(headings)).to_parquet(path)
    else:
        objects = [dict(zip(headings, row, strict=True)) for row in rows]
        path.write_text("".join(json.dumps(one) + "\n" for one in objects) if form == "jsonl" else json.dumps(objects), encoding="utf-8")
    check(path, rows)
