"""What is written can be read again, and no cell of it ever runs."""

import contextlib
import csv
import json
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from classifier.errors import RunError
from classifier.outcome.tables import pieces
from classifier.outcome.tables.cells import LONE_SURROGATE
from classifier.outcome.tables.comma_separated import neutralise, restore
from classifier.outcome.tables.parquet import ParquetWriter
from classifier.outcome.tables.read import FORMATS, find_table, iterate_rows, read_table
from classifier.outcome.tables.workbook import CUT_MARK, WorkbookWriter, fit_cell
from classifier.outcome.tables.write import TableWriter

# The alphabet is built from the tricks: what opens a formula, what hides before it, what XML or UTF-8 cannot hold.
TRICKS = "=+-@＝＋－＠﹦﹢﹣﹫'\"\t\r\n\0\x01\x1b\x7f \u00a0\u3000\ufeff\u200b\u202e,;|{}[]_x0041!#a1币鉴😀\ud83d\ufffe"
HOSTILE = st.text(alphabet=TRICKS, max_size=14)
PAYLOADS = [
    "=1+1",
    "{=1+1}",
    '=HYPERLINK("http://x.example","点我")',
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    "＝1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "''",
    "'",
    "http://x.example/a",
    "https://x.example/?q=1#a",
    "mailto:a@x.example",
    "file:///etc/passwd",
    "external:\\\\host\\share",
    "internal:Sheet1!A1",
    "#REF!",
    "#N/A",
    "TRUE",
    "1e5",
    "001234567890123456789",
    "1234567890123456789",
    "2026-01-02",
    "_x0041_",
    "_x000D_",
    "</t></is><f>1+1</f>",
    "a]]>b",
    "&#61;1",
    "币 \u202e鉴",
    '";=1+1;"',
    '",=1+1,"',
    "line\nline",
    "😀" * 3,
    "-",
    "=",
]
EVIDENCE = [{"field": "text", "start": 3, "end": 9, "quote": "=加微信\r\n", "weight": 1.25}]
LEADS = ["kind", "value", "account_id", "account_key", "post_id", "field", "start", "end", "checksum"]


def post_frame(texts):
    return pd.DataFrame(
        {
            "post_id": [f"p{number}" for number in range(len(texts))],
            # pandas' own text type refuses half a character, ours are plain objects.
            "title": pd.Series(texts, dtype=object),
            "verdict": pd.Series(["offer" if number % 2 else None for number in range(len(texts))], dtype=object),
            "score": [number / 7 if number % 3 else float("nan") for number in range(len(texts))],
            "evidence": pd.Series([EVIDENCE if number % 2 else [] for number in range(len(texts))], dtype=object),
            "src_row": pd.Series(range(2, len(texts) + 2), dtype="int64"),
        }
    )


def write_posts(folder, fmt, *frames, columns=None):
    with TableWriter(folder / "posts", fmt, columns or list(frames[0].columns)) as writer:
        for frame in frames:
            writer.write(frame)
    return writer


def seen_in(fmt, text):
    """What a text looks like when it comes back from *fmt*: the losses the module's docstring admits, and no other."""
    text = LONE_SURROGATE.sub("\ufffd", text)
    if fmt == "csv":
        text = text.replace("\0", "\ufffd")
    if fmt == "xlsx":
        text = fit_cell(text, "text")[0]
    return (text or None) if fmt in {"csv", "xlsx"} else text


def names_in(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def cells_of(path, *, sheet="posts"):
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    return [[unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in rows]


@given(HOSTILE)
@settings(max_examples=2000)
def test_neutralised_text_is_never_live_and_can_be_restored(text):
    cell = neutralise(text)
    blanks = " \u00a0\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    assert not cell.lstrip(blanks).startswith(tuple("=+-@\t\r＝＋－＠﹦﹢﹣﹫"))
    assert not cell.startswith("\n")
    assert restore(cell) == text


def test_ordinary_text_is_not_touched():
    for text in ("", "币鉴", "1+1=2", "a=b", "  两个空格", "《=》", "[]"):
        assert neutralise(text) == text


@pytest.mark.parametrize("fmt", FORMATS)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_format_comes_back_as_it_was(fmt, texts, tmp_path):
    posts = post_frame(texts)
    write_posts(tmp_path, fmt, posts)
    again = read_table(tmp_path, "posts")
    assert list(again.columns) == list(posts.columns)
    assert again["title"].tolist() == [seen_in(fmt, text) for text in texts]
    assert again["evidence"].tolist() == posts["evidence"].tolist()
    assert again["verdict"].tolist() == posts["verdict"].tolist()
    assert again["src_row"].tolist() == posts["src_row"].tolist()
    # A workbook keeps 16 digits.
    pd.testing.assert_series_equal(again["score"], posts["score"].astype(float), rtol=1e-15 if fmt == "xlsx" else 0)


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_pieces_do_not_show_in_the_bytes(fmt, tmp_path, monkeypatch):
    monkeypatch.setattr(ParquetWriter, "GROUP", 7)
    posts = post_frame(PAYLOADS)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = write_posts(tmp_path / "a", fmt, posts)
    pieces = write_posts(tmp_path / "b", fmt, posts[:5], posts[5:5], posts[5:25], posts[25:])
    assert whole.path.read_bytes() == pieces.path.read_bytes()
    assert whole.rows == pieces.rows == len(posts)


def test_a_group_of_texts_ends_with_the_row_that_fills_it(tmp_path, monkeypatch):
    """Each column of each group is held until the end, and so are the rows of a group: neither may be many."""
    monkeypatch.setattr(ParquetWriter, "GROUP_BYTES", 90)
    monkeypatch.setattr(ParquetWriter, "GROUP", 5)
    texts = pd.DataFrame({"post_id": list("abcdefghijk"), "text": ["字" * 20, "字" * 10, "字" * 40, *["字"] * 6, None, "字" * 30]})
    for name, cuts in (("one", [0, 11]), ("some", [0, 1, 1, 4, 9, 11])):
        (tmp_path / name).mkdir()
        with TableWriter(tmp_path / name / "texts", "parquet", list(texts.columns)) as writer:
            for begin, end in pairwise(cuts):
                writer.write(texts[begin:end])
    written = pq.ParquetFile(tmp_path / "one" / "texts.parquet")
    assert [written.metadata.row_group(n).num_rows for n in range(written.num_row_groups)] == [2, 1, 5, 3]
    assert (tmp_path / "one" / "texts.parquet").read_bytes() == (tmp_path / "some" / "texts.parquet").read_bytes()


@pytest.mark.parametrize("fmt", FORMATS)
def test_an_empty_table_keeps_its_columns(fmt, tmp_path):
    with TableWriter(tmp_path / "leads", fmt, LEADS):
        pass
    leads = read_table(tmp_path, "leads")
    assert list(leads.columns) == LEADS
    assert leads.empty


@pytest.mark.parametrize("fmt", FORMATS)
def test_lists_flags_and_missing_numbers_come_back(fmt, tmp_path):
    accounts = pd.DataFrame({"account_id": ["007", None], "n_posts": pd.array([3, None], dtype="Int64"), "categories": [["otc", "signals"], []]})
    with TableWriter(tmp_path / "accounts", fmt, list(accounts.columns)) as writer:
        writer.write(accounts)
    again = read_table(tmp_path, "accounts")
    assert again["account_id"].tolist() == ["007", None]
    assert again["n_posts"].tolist() == [3, pd.NA]
    assert again["categories"].tolist() == [["otc", "signals"], []]
    leads = pd.DataFrame([["btc", "1abc", "7", "id:7", "p", "text", 0, 4, checksum] for checksum in (True, False, None)], columns=LEADS)
    with TableWriter(tmp_path / "leads", fmt, LEADS) as writer:
        writer.write(leads)
    assert read_table(tmp_path, "leads")["checksum"].tolist() == [True, False, None]


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_table_is_read_in_pieces(fmt, tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "FRAME_ROWS", 10)
    write_posts(tmp_path, fmt, post_frame(PAYLOADS))
    whole = read_table(tmp_path, "posts")
    rows = list(iterate_rows(tmp_path, "posts"))
    assert len(whole) == len(rows) == len(PAYLOADS)
    for name in ("post_id", "title", "evidence", "src_row"):
        assert [row[name] for row in rows] == whole[name].tolist()


def test_csv_begins_with_a_byte_order_mark_and_every_text_is_quoted(tmp_path):
    path = write_posts(tmp_path, "csv", post_frame(["=1+1", 'he said "币"'])).path
    assert path.read_bytes().decode("utf-8") == (
        '\ufeff"post_id","title","verdict","score","evidence","src_row"\r\n'
        '"p0","\'=1+1",,,"[]",2\r\n'
        '"p1","he said ""币""","offer",0.14285714285714285,'
        '"[{""field"":""text"",""start"":3,""end"":9,""quote"":""=加微信\\r\\n"",""weight"":1.25}]",3\r\n'
    )


def test_csv_reads_the_same_with_another_program_reading_it(tmp_path):
    path = write_posts(tmp_path, "csv", post_frame(PAYLOADS)).path
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"].removeprefix("'") for row in rows] == PAYLOADS
    assert json.loads(rows[1]["evidence"]) == EVIDENCE
    assert pd.read_csv(path, dtype=str, keep_default_na=False)["title"].str.removeprefix("'").tolist() == PAYLOADS


def test_json_lines_and_parquet_are_raw(tmp_path):
    write_posts(tmp_path, "jsonl", post_frame(["=1+1"]))
    assert json.loads((tmp_path / "posts.jsonl").read_text("utf-8")) == {
        "post_id": "p0",
        "title": "=1+1",
        "verdict": None,
        "score": None,
        "evidence": [],
        "src_row": 2,
    }
    write_posts(tmp_path, "parquet", post_frame(["=1+1"]))
    assert pd.read_parquet(tmp_path / "posts.parquet")["title"].tolist() == ["=1+1"]


# ---------------------------------------------------------------- workbooks


@given(texts=st.lists(HOSTILE | st.sampled_from(PAYLOADS), min_size=100, max_size=100))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_workbook_holds_no_formula_and_no_link(texts, tmp_path):
    path = write_posts(tmp_path, "xlsx", post_frame(texts)).path
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            assert "externalLink" not in name
            part = book.read(name)
            for live in (b"<f>", b"<f ", b"<hyperlink", b"externalLink", b"ddeLink", b"relationships/hyperlink"):
                assert live not in part, name


def test_a_workbook_reads_the_same_with_openpyxl(tmp_path):
    posts = post_frame(PAYLOADS)
    path = write_posts(tmp_path, "xlsx", posts).path
    heading, *rows = cells_of(path)
    assert heading == list(posts.columns)
    assert [row[1] or "" for row in rows] == [fit_cell(text, "text")[0] for text in PAYLOADS]
    assert all(cell.data_type in {"s", "n", "inlineStr"} for row in openpyxl.load_workbook(path)["posts"].iter_rows() for cell in row)
    assert [row[5] for row in rows] == posts["src_row"].tolist()


def test_a_workbook_freezes_its_heading_filters_it_and_explains_it(tmp_path):
    path = write_posts(tmp_path, "xlsx", post_frame(["a", "b"])).path
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["posts", "说明"]
    assert book["posts"].freeze_panes == "A2"
    assert book["posts"].auto_filter.ref == "A1:F3"
    assert [row[0] for row in cells_of(path, sheet="说明")[1:]] == ["post_id", "title", "verdict", "score", "evidence", "src_row"]
    assert all(chinese and english for _, chinese, english in cells_of(path, sheet="说明"))


def test_a_workbook_does_not_say_when_it_was_written(tmp_path):
    path = write_posts(tmp_path, "xlsx", post_frame(["a"])).path
    with zipfile.ZipFile(path) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        core = book.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2


def test_a_number_as_text_stays_text_when_the_cell_is_edited(tmp_path):
    path = write_posts(tmp_path, "xlsx", pd.DataFrame({"post_id": ["1234567890123456789"]})).path
    cell = openpyxl.load_workbook(path)["posts"]["A2"]
    assert (cell.value, cell.number_format, cell.quotePrefix) == ("1234567890123456789", "@", True)


def test_rows_beyond_a_sheet_go_to_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(WorkbookWriter, "SHEET_ROWS", 11)
    posts = post_frame([str(number) for number in range(25)])
    path = write_posts(tmp_path, "xlsx", posts[:13], posts[13:]).path
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["posts", "说明", "posts 2", "posts 3"]
    assert [book[name].max_row for name in ("posts", "posts 2", "posts 3")] == [11, 11, 6]
    assert [book[name]["A1"].value for name in ("posts 2", "posts 3")] == ["post_id", "post_id"]
    assert read_table(tmp_path, "posts")["title"].tolist() == posts["title"].tolist()


@pytest.mark.parametrize("letter", ["a", "币", "😀"])
def test_a_cell_over_the_limit_is_cut_with_a_mark(letter, tmp_path):
    writer = write_posts(tmp_path, "xlsx", post_frame([letter * 32767 * 2, "short"]))
    title = read_table(tmp_path, "posts")["title"][0]
    assert title.startswith(letter * 1000)
    assert title.endswith(CUT_MARK)
    assert 32765 <= len(title.encode("utf-16-le")) / 2 <= 32767
    assert writer.cut == 1


def test_a_list_over_the_limit_is_cut_and_still_json(tmp_path):
    posts = post_frame(["a"]).assign(evidence=[[EVIDENCE[0] | {"quote": "币" * 200}] * 300])
    assert write_posts(tmp_path, "xlsx", posts).cut == 1
    evidence = read_table(tmp_path, "posts")["evidence"][0]
    assert evidence[0]["quote"] == "币" * 200
    assert evidence[-1]["quote"] == CUT_MARK
    assert len(evidence) > 100


def test_what_is_just_within_the_limit_is_whole():
    assert fit_cell("币" * 32767, "text") == ("币" * 32767, False)
    assert fit_cell("😀" * 16383, "text") == ("😀" * 16383, False)
    assert fit_cell("😀" * 16384, "text")[1]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_reads_the_same_with_libreoffice(tmp_path):
    path = write_posts(tmp_path, "xlsx", post_frame(PAYLOADS)).path
    # The last argument but one asks for every cell as text, -1 for every sheet.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", form, "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    with (tmp_path / "posts-posts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == [fit_cell(text, "text")[0] for text in PAYLOADS]


# ---------------------------------------------------------------- files


def test_no_file_is_there_before_the_end_and_none_stays_when_it_fails(tmp_path):
    (tmp_path / "posts.csv").write_text("older")
    older_while_writing = None
    with contextlib.suppress(ZeroDivisionError), TableWriter(tmp_path / "posts", "csv", ["post_id"]) as writer:
        writer.write(pd.DataFrame({"post_id": ["a"]}))
        older_while_writing = (tmp_path / "posts.csv").read_text()
        raise ZeroDivisionError
    assert older_while_writing == (tmp_path / "posts.csv").read_text() == "older"
    assert names_in(tmp_path) == ["posts.csv"]


@pytest.mark.parametrize("fmt", FORMATS)
def test_nothing_but_the_table_is_left_in_the_folder(fmt, tmp_path):
    write_posts(tmp_path, fmt, post_frame(["a"]))
    assert names_in(tmp_path) == [f"posts.{fmt}"]


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_table_that_cannot_be_written_is_named(fmt, tmp_path):
    with pytest.raises(RunError, match=rf"nowhere.posts\.{fmt} cannot be written"):
        write_posts(tmp_path / "nowhere", fmt, post_frame(["a"]))


def test_a_frame_that_lacks_a_column_is_refused(tmp_path):
    with pytest.raises(ValueError, match="lacks url"):
        write_posts(tmp_path, "csv", post_frame(["a"]), columns=["post_id", "url"])
    assert names_in(tmp_path) == []


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(RunError, match="holds no posts"):
        find_table(tmp_path, "posts")


def test_a_table_in_two_formats_is_refused(tmp_path):
    write_posts(tmp_path, "csv", post_frame(["a"]))
    write_posts(tmp_path, "jsonl", post_frame(["a"]))
    with pytest.raises(RunError, match=r"posts\.csv and posts\.jsonl"):
        read_table(tmp_path, "posts")


def test_of_two_formats_the_one_run_json_names_is_read(tmp_path):
    write_posts(tmp_path, "csv", post_frame(["older"]))
    write_posts(tmp_path, "jsonl", post_frame(["newer"]))
    (tmp_path / "run.json").write_text(json.dumps({"options": {"format": "jsonl"}}))
    assert read_table(tmp_path, "posts")["title"].tolist() == ["newer"]


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_damaged_table_is_named(fmt, tmp_path):
    Path(tmp_path / f"posts.{fmt}").write_bytes(b'"post_id","title"\r\n"a"\r\n')
    with pytest.raises(RunError, match=rf"posts\.{fmt} cannot be read"):
        read_table(tmp_path, "posts")
