"""Hostile files cost one reject each, in bounded time and memory, and the run goes on."""

from __future__ import annotations

import io
import json
import os
import resource
import time
import zipfile
from pathlib import Path

import pytest

from classifier.intake.archives import refusal_of
from classifier.intake.export import stream_export
from classifier.intake.sandbox import Child
from classifier.intake.source import Source

SHEET = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def workbook(path, sheet, shared="<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'/>"):
    """A workbook put together by hand, so that what is in it can be wrong."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>')
        archive.writestr("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        archive.writestr("xl/workbook.xml", '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", shared)


def cell(at, text):
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def far_apart(path):
    """Two cells at opposite corners: 17 thousand million cells to a reader that fills the space between."""
    workbook(path, SHEET.format(f'<row r="1">{cell("A1", "标题")}</row><row r="1048576">{cell("XFD1048576", "x")}</row>'))


def one_huge_string(path):
    """600 MB of one letter in a file of 600 KB."""
    workbook(path, SHEET.format('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), "<sst><si><t>" + "a" * (600 << 20) + "</t></si></sst>")


def billion_laughs(path):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]><rss version="2.0"><channel><title>&l9;</title><item><title>&l9;</title></item></channel></rss>')


def outside_entity(path):
    path.write_text('<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>t</title><item><title>&x;</title><description>正文</description></item></channel></rss>')


def deep_json(path):
    path.write_text("[" * 100_000 + "]" * 100_000)


def deep_object(path):
    path.write_text('{"weibo":' * 50_000 + "1" + "}" * 50_000)


def deep_page(path):
    path.write_text("<!DOCTYPE html><html><body>" + "<div><span>" * 200_000 + "正文")


def many_attributes(path):
    path.write_text("<html><body " + " ".join(f'a{n}="1"' for n in range(60_000)) + ">正文</body></html>")


def unclosed_everything(path):
    path.write_bytes(b"<!DOCTYPE html><html><body>" + b"<table><tr><td>" * 100_000)


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(4):
            archive.writestr(f"{n}.csv", b"0" * (100 << 20))


def zip_in_zip(path):
    content = b"a,b\n1,2\n"
    for n in range(6):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr(f"{n}.zip" if n else "a.csv", content)
        content = held.getvalue()
    path.write_bytes(content)


def climbing_names(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../tmp/escaped.csv", "标题,正文\n甲,乙\n")
        archive.writestr("/etc/escaped.csv", "标题,正文\n甲,丙\n")


def lying_zip(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "标题,正文\n" + "甲,乙\n" * 1000)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.find(signature)
        content[at + offset : at + offset + 4] = (5).to_bytes(4, "little")
    path.write_bytes(content)


def locked_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "标题,正文\n甲,乙\n")
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def cut_database(path):
    import sqlite3

    database = sqlite3.connect(path)
    database.execute("CREATE TABLE articles (id TEXT, mp_id TEXT, title TEXT, publish_time INTEGER, content TEXT)")
    database.executemany("INSERT INTO articles VALUES (?,?,?,?,?)", [(str(n), "MP_WXS_3217638027", f"题{n}", 1749900000, "文" * 500) for n in range(500)])
    database.commit()
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def wide_csv(path):
    path.write_text("标题,正文" + ",x" * 20_000 + "\n甲,乙" + ",1" * 20_000 + "\n")


def one_long_line(path):
    path.write_bytes(b'{"text": "' + b"a" * (40 << 20) + b'"}\n{"text": "ok"}\n')


def quotes_only(path):
    path.write_text('标题,正文\n甲,"' + "乙\n" * 60_000)


def bad_parquet(path):
    path.write_bytes(b"PAR1" + os.urandom(4_000) + b"\xff\xff\xff\x7fPAR1")


def bad_ole(path):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(20_000))


def bad_warc(path):
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>" + b"x" * 100)


def nul_bytes(path):
    path.write_bytes(b"\x00" * 1_000_000)


HOSTILE = {
    "far.xlsx": far_apart,
    "laughs.xml": billion_laughs,
    "outside.xml": outside_entity,
    "deep.json": deep_json,
    "deep_object.json": deep_object,
    "deep.html": deep_page,
    "attributes.html": many_attributes,
    "unclosed.html": unclosed_everything,
    "bomb.zip": zip_bomb,
    "nested.zip": zip_in_zip,
    "climbing.zip": climbing_names,
    "lying.zip": lying_zip,
    "locked.zip": locked_zip,
    "cut.db": cut_database,
    "wide.csv": wide_csv,
    "long.jsonl": one_long_line,
    "quotes.csv": quotes_only,
    "bad.parquet": bad_parquet,
    "bad.xls": bad_ole,
    "bad.warc": bad_warc,
    "nul.csv": nul_bytes,
}


def read_with_good_neighbours(folder):
    (folder / "a_first.jsonl").write_text('{"text": "前面的好文件"}\n')
    (folder / "z_last.json").write_text(json.dumps([{"title": "后", "text": "后面的好文件"}]))
    started = time.monotonic()
    batches = list(stream_export(folder))
    assert time.monotonic() - started < 30
    texts = [text for batch in batches for text in batch.posts["text"]]
    assert {"前面的好文件", "后面的好文件"} <= set(texts)
    return batches


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_bounded_time_and_its_neighbours_are_read(name, tmp_path):
    HOSTILE[name](tmp_path / name)
    batches = read_with_good_neighbours(tmp_path)
    told = [row for batch in batches for row in [*batch.posts["src_file"], *batch.rejects["src_file"]]]
    assert any(name in one for one in told)
    assert not any("root:" in str(value) for batch in batches for value in [*batch.posts["title"], *batch.posts["text"]])


@pytest.mark.soak
def test_a_workbook_with_one_huge_string_is_refused(tmp_path):
    one_huge_string(tmp_path / "huge.xlsx")
    batches = read_with_good_neighbours(tmp_path)
    assert "huge.xlsx" in {name for batch in batches for name in batch.rejects["src_file"]}


def test_a_workbook_that_aborts_its_reader_is_one_reject_with_a_reason(tmp_path):
    far_apart(tmp_path / "far.xlsx")
    [batch] = stream_export(tmp_path / "far.xlsx")
    assert batch.rejects["reason"].tolist() == ["unreadable"]
    assert "memory" in batch.rejects["excerpt"][0]


def test_a_reader_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    path = tmp_path / "slow.json"
    path.write_text("[]")
    with Child(seconds=0.0) as child:
        [[reject]] = list(child.read(Source(path, "slow.json")))
    assert "took longer" in reject["excerpt"]


def test_rows_read_before_a_death_are_kept(tmp_path):
    """The second sheet kills the reader; the first was already given."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"title": f"题{n}", "text": f"第{n}篇"} for n in range(9_000)]))
    with Child() as child:
        chunks = child.read(Source(path, "a.json"))
        first = next(chunks)
        child._process.kill()
        rest = [record for chunk in chunks for record in chunk]
    assert "about" in first[0]
    assert rest[-1]["reason"] == "unreadable"


def test_leaving_a_file_half_read_does_not_confuse_the_next(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps([{"title": f"{name}{n}", "text": name * 50} for n in range(9_000)]))
    with Child() as child:
        chunks = child.read(Source(tmp_path / "a.json", "a.json"))
        next(chunks)
        chunks.close()
        records = [record for chunk in child.read(Source(tmp_path / "b.json", "b.json")) for record in chunk]
    assert {record["src_file"] for record in records if "about" not in record} == {"b.json"}
    assert len(records) == 9_001


def test_names_in_an_archive_are_never_paths(tmp_path):
    climbing_names(tmp_path / "climbing.zip")
    [batch] = stream_export(tmp_path / "climbing.zip")  # small files are held together
    assert set(batch.posts["text"]) == {"乙", "丙"}
    assert not Path("/tmp/escaped.csv").exists()


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path):
    zip_bomb(tmp_path / "bomb.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip") as archive:
        assert "zip bomb" in refusal_of(archive)
    [batch] = stream_export(tmp_path / "bomb.zip")
    assert "zip bomb" in batch.rejects["excerpt"][0]


def test_one_broken_row_among_many_costs_one_row(tmp_path):
    lines = [f"标题{n},正文{n}\n".encode() for n in range(20_000)]
    lines[5_000] = b"\xff\xfe\xff,\xff\n"
    (tmp_path / "a.csv").write_bytes("标题,正文\n".encode() + b"".join(lines))
    batches = list(stream_export(tmp_path / "a.csv"))
    assert sum(len(batch.posts) for batch in batches) == 19_999
    [reject] = [row for batch in batches for row in batch.rejects.itertuples()]
    assert reject.src_row == 5_002


def test_the_child_is_limited(tmp_path):
    """What the child may take is a limit of the process and not of our good will."""
    (tmp_path / "a.json").write_text("[]")
    with Child() as child:
        list(child.read(Source(tmp_path / "a.json", "a.json")))
        memory, _ = resource.prlimit(child._process.pid, resource.RLIMIT_AS)
        cpu, _ = resource.prlimit(child._process.pid, resource.RLIMIT_CPU)
    assert memory == child.memory
    assert 0 < cpu < 600
