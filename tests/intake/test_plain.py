"""The plain form: fast, and never different from the careful way."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.errors import ExportError
from classifier.intake import export, lines
from classifier.intake.duplicates import Duplicates
from classifier.intake.export import read_export, read_post_line, stream_export
from classifier.intake.plain import plain_chunk, records_of_chunk, settle_plain
from classifier.intake.source import Source

TEXTS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.text("\xa0\u3000\u2003 \t甲", max_size=3),
    st.sampled_from(["", " ", "标题", "获取全文失败，请重试~", "该内容已被发布者删除", "字" * 32_767, "字" * 100_001, "长文" * 90, "甲\x00乙"]),
)
IDS = st.one_of(st.none(), st.text("\xa0\u3000 \t'=甲1", max_size=3), st.just(""), st.integers(-5, 10**20), st.sampled_from(["1", " 2", "3\t", "p-4", '="5"', "MzIxNzYzODAyNw==", "gh_0a0a0a0a0a0a"]))
TIMES = st.one_of(st.none(), st.sampled_from(["2026-01-02", "2026-01-02T08:05:00+08:00", "2026-01-02 08:05", "昨天", "1767312300"]), st.integers(0, 2 * 10**9))
URLS = st.sampled_from([None, "", "http://mp.weixin.qq.com/s?__biz=MzIxNzYzODAyNw==&mid=1&idx=1", "https://weibo.com/1/a?token=t", "x"])
POSTS = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={"title": TEXTS, "post_id": IDS, "id": IDS, "account_id": IDS, "account_name": IDS, "account": IDS, "published_at": TIMES, "date": TIMES, "url": URLS, "label": st.just("offer"), "digest": TEXTS, "author": TEXTS},
)
SAME = ("platform", "account_key", "account_key_source", "account_id", "account_name", "author", "post_id", "title", "text", "body_state", "digest", "url", "published_at", "published_precision", "published_tz", "is_repost", "media", "src_file", "src_row", "exporter", "notes")


@given(st.lists(POSTS, max_size=6))
def test_fast_and_careful_agree(tmp_path_factory, objects):
    """Whole columns hold what settling one row after the other gives, duplicates included."""
    source = Source(tmp_path_factory.getbasetemp() / "x.jsonl", "x.jsonl")
    rows = list(range(1, len(objects) + 1))
    chunk = plain_chunk(objects, rows, source, may_hold_nul=True)
    careful = [settle_plain(obj, row, source) for obj, row in zip(objects, rows, strict=True)]
    if chunk is None:
        return
    fast = sorted([*records_of_chunk(chunk), *chunk.rejects], key=lambda record: record["src_row"])
    assert [{name: record.get(name) for name in SAME} for record in fast] == [{name: record.get(name) for name in SAME} for record in careful]
    posts, _ = Duplicates().sort_out(careful)
    assert len(posts) == chunk.n_rows


def test_aliases_of_the_contract_are_read(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 7, "account": "甲", "date": "2026-01-02", "text": "正文", "label": "offer", "group": "g"}\n')
    [post] = read_export(tmp_path / "a.jsonl").to_dict("records")
    assert (post["post_id"], post["account_name"], post["published_at"], post["text"]) == ("7", "甲", "2026-01-02", "正文")


def test_a_missing_id_becomes_file_and_line(tmp_path):
    (tmp_path / "a.jsonl").write_text('\n{"text": "正文"}\n')
    assert list(read_export(tmp_path / "a.jsonl")["post_id"]) == ["a.jsonl#2"]


BAD_LINES = [
    (b"{", "not JSON"),
    (b"[1]", "not an object but a list"),
    (b'{"id": 1}', "no 'text' and no 'title'; found id"),
    (b'{"text": 5}', "'text' is not text but a number"),
    (b'{"text": "x", "url": []}', "'url' is not text but a list"),
    (b'{"text": "' + "中".encode("gbk") + b'"}', "not JSON"),
    (b"[" * 5_000, "not JSON"),
    (b'{"text": "a", "n": ' + b"9" * 5_000 + b"}", None),
    (b"", "not JSON"),
]


@pytest.mark.parametrize(("line", "message"), BAD_LINES)
def test_a_bad_line_costs_one_row_and_says_why(tmp_path, line, message):
    (tmp_path / "a.jsonl").write_bytes('{"text": "one", "title": "题"}\n'.encode() + line + b'\n{"text": "two"}\n')
    [batch] = stream_export(tmp_path / "a.jsonl")
    assert {"one", "two"} <= set(batch.posts["text"])
    if message is not None and line:
        assert batch.rejects["reason"].tolist() == ["unreadable"]
        assert batch.rejects["src_row"].tolist() == [2]
        assert message in batch.rejects["excerpt"][0]
    if message is not None:
        with pytest.raises(ExportError, match=message.replace("[", r"\[")):
            read_post_line(line)


def test_one_line_in_is_one_post_out():
    post = read_post_line('{"text": "正文\\ud83d", "account_name": "甲"}'.encode())
    assert (post["text"], post["account_key"], post["post_id"]) == ("正文\ufffd", "name:甲", "-#1")


def test_a_line_without_an_id_is_named_after_its_number():
    post = read_post_line('{"text": "正文"}'.encode(), 7)
    assert (post["post_id"], post["src_row"]) == ("-#7", 7)


DIGEST_ONLY = [
    ("a.csv", "账号名称,摘要,链接\n甲,一句摘要,https://example.invalid/1\n"),
    ("a.csv", "账号名称,标题,正文,摘要,链接\n乙,题,正文,,\n甲,,,一句摘要,https://example.invalid/1\n"),
    ("a.jsonl", '{"account_name": "甲", "digest": "一句摘要", "url": "https://example.invalid/1"}\n'),
    ("a.jsonl", '{"account_name": "乙", "text": "正文"}\n{"account_name": "甲", "digest": "一句摘要", "url": "https://example.invalid/1"}\n'),
]


@pytest.mark.parametrize(("name", "content"), DIGEST_ONLY)
def test_a_row_with_only_a_digest_is_a_post(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    [batch] = stream_export(tmp_path / name)
    last = batch.posts.iloc[-1]
    assert (last["account_key"], last["text"], last["digest"], last["body_state"]) == ("name:甲", None, "一句摘要", "digest_only")
    assert len(batch.rejects) == 0


def test_a_line_with_only_a_digest_is_a_post():
    assert read_post_line('{"digest": "一句摘要"}'.encode())["body_state"] == "digest_only"


def test_a_row_with_only_a_link_is_a_post_of_a_table(tmp_path):
    (tmp_path / "a.csv").write_text("账号名称,标题,链接\n甲,,https://example.invalid/1\n")
    assert list(read_export(tmp_path / "a.csv")["body_state"]) == ["link_only"]


def test_a_file_of_gb18030_lines_is_read(tmp_path):
    (tmp_path / "a.jsonl").write_bytes("".join(json.dumps({"text": f"国标正文第{n}行", "account_name": "甲"}, ensure_ascii=False) + "\n" for n in range(30)).encode("gb18030"))
    posts = read_export(tmp_path / "a.jsonl")
    assert posts["text"].iloc[29] == "国标正文第29行"


def test_the_fullest_of_two_copies_is_kept_and_named(tmp_path):
    (tmp_path / "a.csv").write_text("公众号,ID,标题,正文\n甲,1,题,\n甲,1,题,这里才有正文\n甲,1,题,这里\n")
    [batch] = stream_export(tmp_path / "a.csv")
    assert batch.posts["text"].tolist() == ["这里才有正文"]
    assert batch.rejects[["src_row", "reason", "kept_post_id"]].values.tolist() == [[2, "duplicate", "1"], [4, "duplicate", "1"]]


def test_a_fuller_copy_in_a_later_file_wins(tmp_path):
    (tmp_path / "a_list.csv").write_text("公众号,文章ID,标题\n甲,1,题\n")
    (tmp_path / "b_full.csv").write_text("公众号,文章ID,标题,正文\n甲,1,题,正文在这里\n")
    [batch] = stream_export(tmp_path)
    assert batch.posts[["src_file", "text"]].values.tolist() == [["b_full.csv", "正文在这里"]]
    assert batch.rejects[["src_file", "reason", "kept_post_id"]].values.tolist() == [["a_list.csv", "duplicate", "1"]]


def test_one_title_in_one_minute_is_one_post_unless_the_texts_differ(tmp_path):
    lines = [
        {"account_name": "甲", "title": "题 目", "text": "同一篇", "published_at": "2026-01-02 08:05:01"},
        {"account_name": "甲", "title": "题目", "text": "同一篇", "published_at": "2026-01-02 08:05:59"},
        {"account_name": "甲", "title": "题目", "text": "另一篇", "published_at": "2026-01-02 08:05:30"},
        {"account_name": "乙", "title": "题目", "text": "同一篇", "published_at": "2026-01-02 08:05:01"},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    [batch] = stream_export(tmp_path / "a.jsonl")
    assert batch.posts["src_row"].tolist() == [1, 3, 4]
    assert batch.rejects["kept_post_id"].tolist() == ["a.jsonl#1"]


def test_duplicates_are_found_across_chunks_and_files(tmp_path):
    lines = [json.dumps({"account_id": "a", "post_id": str(n % 9_000), "text": f"正文 {n % 9_000}"}) + "\n" for n in range(10_000)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    (tmp_path / "b.jsonl").write_text("".join(lines[:10]))
    batches = list(stream_export([tmp_path / "a.jsonl", tmp_path / "b.jsonl"]))
    assert sum(len(batch.posts) for batch in batches) == 9_000
    assert sum(len(batch.rejects) for batch in batches) == 1_010


TWICE = "账号名称,标题,正文,时间\n甲,题,短,\n甲,,另一条短的,2026-01-02\n乙,题,{long},\n"


@pytest.mark.parametrize("spell", [lambda file: file, lambda file: file.parent, lambda file: file.parent / ".." / file.parent.name / file.name], ids=["itself", "its folder", "another way to it"])
def test_the_same_file_twice_gives_each_post_once(tmp_path, spell):
    file = tmp_path / "in" / "gb.csv"
    file.parent.mkdir()
    file.write_text(TWICE.format(long="很长的正文" * 10))
    [batch] = stream_export([file, spell(file)])
    assert batch.posts["post_id"].tolist() == ["gb.csv#2", "gb.csv#3", "gb.csv#4"]
    assert batch.rejects[["src_file", "src_row", "reason", "kept_post_id"]].values.tolist() == [["gb.csv", n, "duplicate", f"gb.csv#{n}"] for n in (2, 3, 4)]


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for month in ("三月", "四月"):
        (tmp_path / month).mkdir()
        (tmp_path / month / "posts.csv").write_text(f"账号名称,标题,正文\n甲,题,{month}的正文\n")
    [batch] = stream_export([tmp_path / "三月", tmp_path / "四月"])
    assert batch.posts["post_id"].tolist() == ["posts.csv#2", f"{tmp_path}/四月/posts.csv#2"]
    assert batch.posts["src_file"].nunique() == 2


def test_a_large_file_twice_gives_each_post_once(tmp_path):
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"account_name": "甲", "text": f"正文 {n}"}) + "\n" for n in range(5_000)))
    batches = list(stream_export([tmp_path / "a.jsonl", tmp_path / "a.jsonl"]))
    posts = [post_id for batch in batches for post_id in batch.posts["post_id"]]
    assert posts == [f"a.jsonl#{n}" for n in range(1, 5_001)]
    assert [kept for batch in batches for kept in batch.rejects["kept_post_id"]] == posts


def test_a_post_without_id_and_time_is_told_by_its_words(tmp_path):
    long = "同一段足够长的正文，有二十个字符以上才算数。"
    lines = [
        {"account_name": "甲", "title": "题", "text": long},
        {"account_name": "甲", "title": "题", "text": long},
        {"account_name": "乙", "title": "题", "text": long},
        {"account_name": "甲", "title": "另题", "text": long},
        {"account_name": "甲", "title": "题", "text": long + "！"},
        {"account_name": "甲", "title": "题", "text": long, "published_at": "2026-01-02"},
        {"account_name": "甲", "title": "题", "text": "早安"},
        {"account_name": "甲", "title": "题", "text": "早安"},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "b.jsonl").write_text(json.dumps(lines[0]) + "\n")
    [batch] = stream_export([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    assert batch.posts["src_row"].tolist() == [1, 3, 4, 5, 6, 7, 8]
    assert batch.rejects[["src_file", "src_row", "kept_post_id"]].values.tolist() == [["a.jsonl", 2, "a.jsonl#1"], ["b.jsonl", 1, "a.jsonl#1"]]


def test_a_heading_that_no_file_has_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("账号名称,摘要,链接\n甲,一句,https://example.invalid/1\n")
    (tmp_path / "b.csv").write_text("账号名称,说辞\n甲,一句\n")
    with pytest.raises(ExportError, match="text=没有这列; found 账号名称, 摘要, 链接 "):
        read_export(tmp_path / "a.csv", columns={"text": "没有这列"})
    with pytest.raises(ExportError, match="text=没有这列; found 账号名称, 摘要, 链接, 说辞 "):
        read_export(tmp_path, columns={"text": "没有这列"})
    assert "一句" in set(read_export(tmp_path, columns={"text": "说辞"})["text"])


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_any_bytes_in_a_line_never_break_the_reader(line):
    with suppress(ExportError):
        assert read_post_line(line)["account_key"]


def test_a_nul_written_across_two_blocks_is_found(tmp_path):
    """Blocks end anywhere, in the middle of an escape too."""
    from classifier.intake import lines

    before = '{"text": "' + "a" * 200 + '"}\n'
    fill = lines._BLOCK - 3  # the three bytes of a mark are read first
    text = before * (fill // len(before))
    for cut in range(1, 6):
        pad = fill + 3 - len(text) - len('{"text": "') - cut
        (tmp_path / "a.jsonl").write_text(text + '{"text": "' + "b" * pad + '\\u0000"}\n')
        last = list(read_export(tmp_path / "a.jsonl")["text"])[-1]
        assert last.endswith("\ufffd")


def test_the_numbers_of_lines_are_those_a_person_counts(tmp_path):
    (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "第{n}行"}}\n' if n % 7 else "\n" for n in range(1, 6_000)))
    for batch in stream_export(tmp_path / "a.jsonl"):
        assert all(f"第{row}行" == text for row, text in zip(batch.posts["src_row"], batch.posts["text"], strict=True))


def test_long_lines_go_in_smaller_chunks_and_all_arrive(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "BYTES_A_CHUNK", 5_000)
    monkeypatch.setattr(lines, "_BLOCK", 4_000)
    monkeypatch.setattr(export, "_SMALL_CHUNK", 0)
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"post_id": f"p{n}", "text": f"{n} " + "长" * 600}, ensure_ascii=False) + "\n" for n in range(40)), encoding="utf-8")
    batches = [list(batch.posts["post_id"]) for batch in stream_export([path])]
    assert [post_id for batch in batches for post_id in batch] == [f"p{n}" for n in range(40)]
    # A line has some 1,840 bytes: two wait, and a block of 4,000 with what was left of the last one brings three at most.
    assert max(map(len, batches)) <= 5
