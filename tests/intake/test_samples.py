"""Every exporter's sample is read as expected.json says: accounts, bodies, times, states, nothing lost."""

from __future__ import annotations

import json
import os
import sys

import pytest
from samples import EXPECTED, HERE, NAMES, read_sample

from classifier.intake.export import read_export, stream_export
from classifier.intake.posts import BODY_STATES, POST_COLUMNS, REJECT_COLUMNS

FIELDS = ("account_key", "account_key_source", "account_name", "post_id", "title", "text", "body_state", "published_at")


def as_written(post):
    """A post as expected.json writes one; a long body as its beginning and its length."""
    row = [post[name] for name in FIELDS]
    text = post["text"]
    if text and len(text) >= 200:
        row[FIELDS.index("text")] = f"{text[:30]}… {len(text)}"
    return row


def test_every_sample_has_an_expectation():
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_written_by_hand(name, child):
    posts, rejects = read_sample(name, child)
    expected = EXPECTED[name]
    assert [as_written(post) for post in posts] == expected["posts"]
    assert [[reject["src_row"], reject["reason"]] for reject in rejects] == expected["rejects"]
    assert not posts or posts[0]["exporter"] == expected["exporter"]


@pytest.fixture(scope="module")
def whole_folder():
    return list(stream_export(HERE))


def test_every_row_is_in_exactly_one_table(whole_folder):
    """A post and a reject of one line exist together only where the line held several articles."""
    for batch in whole_folder:
        assert list(batch.posts.columns) == POST_COLUMNS
        assert list(batch.rejects.columns) == REJECT_COLUMNS
    posts = sum(len(batch.posts) for batch in whole_folder)
    rejects = sum(len(batch.rejects) for batch in whole_folder)
    assert posts + rejects == sum(len(one["posts"]) + len(one["rejects"]) for one in EXPECTED.values()) + 2  # expected.json and write_samples.py lie there too


def test_no_credential_leaves_the_reader(whole_folder):
    for batch in whole_folder:
        assert "SECRET" not in batch.posts.to_csv()
        assert "SECRET" not in batch.rejects[~batch.rejects["src_file"].str.contains("write_samples|expected")].to_csv()


def test_readers_comments_and_personal_chats_are_never_posts(whole_folder):
    for batch in whole_folder:
        assert not batch.posts["text"].fillna("").str.contains("读者的话|私人的话|别人的话").any()


def test_text_is_text_or_none_and_never_nan(whole_folder):
    for batch in whole_folder:
        for name in POST_COLUMNS:
            if name != "src_row":
                assert all(value is None or isinstance(value, str | bool) for value in batch.posts[name]), name
        assert set(batch.posts["body_state"]) <= set(BODY_STATES)
        assert batch.posts["account_key"].notna().all()


def test_a_repost_is_said_and_its_words_stay_apart(child):
    posts, _ = read_sample("weibo/币圈早读/1669879400.csv", child)
    assert [(post["text"], post["is_repost"]) for post in posts] == [("第一条正文", False), ("转发理由一", True)]


def test_an_anonymised_account_joins_an_export_with_its_id(tmp_path):
    """MediaCrawler's creator_hash and an older export's user id are one account, whichever is read first."""
    (tmp_path / "a_search_contents.jsonl").write_text('{"note_id": "1", "content": "新", "create_time": 1780300800, "note_url": "", "creator_hash": "03b7150ca270b6fc", "nickname": "人***报", "create_date_time": ""}\n')
    (tmp_path / "2803301701.csv").write_text("id,bid,正文,头条文章url,原始图片url,视频url,位置,日期,工具,点赞数,评论数,转发数,话题,@用户\n4505527885177576,J2jNWlIVi,旧,,,,,2020-05-17,,1,2,3,,\n")
    assert set(read_export(tmp_path)["account_key"]) == {"weibo:2803301701"}


def test_a_column_can_be_named_by_hand(tmp_path):
    (tmp_path / "odd.csv").write_text("甲,乙,丙\n一,二,三\n")
    posts = read_export(tmp_path / "odd.csv", columns={"text": "乙", "account_name": "丙"})
    assert posts[["text", "account_name"]].to_dict("records") == [{"text": "二", "account_name": "三"}]


def test_a_missing_path_is_named(tmp_path):
    from classifier.errors import ExportError

    with pytest.raises(ExportError, match=r"nowhere\.csv: no such file"):
        read_export(tmp_path / "nowhere.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are those of POSIX")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    from classifier.errors import ExportError

    os.mkfifo(tmp_path / "posts.jsonl")
    with pytest.raises(ExportError, match=r"posts\.jsonl: a pipe or device.*bijian score -"):
        read_export(tmp_path / "posts.jsonl")


def test_a_long_first_line_costs_no_other(tmp_path):
    """What the file is, is read off its first lines; one of them may be longer than a block."""
    long = {"account_name": "长", "post_id": "1", "text": "字" * 700_000}
    short = {"account_name": "短", "post_id": "2", "text": "另一篇"}
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(post, ensure_ascii=False) + "\n" for post in (long, short)), encoding="utf-8")
    assert read_export(tmp_path / "posts.jsonl")["post_id"].tolist() == ["1", "2"]


def test_ids_beyond_64_bits_stay_apart(tmp_path):
    ids = [98765432109876543210981, 98765432109876543210982]
    lines = [json.dumps({"account_id": given + 1, "post_id": given, "text": "同样的正文"}, ensure_ascii=False) for given in ids]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    posts = read_export(tmp_path / "posts.jsonl")
    assert posts["post_id"].tolist() == [str(given) for given in ids]
    assert posts["account_id"].tolist() == [str(given + 1) for given in ids]


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a file's name be any bytes")
def test_a_name_that_is_no_text_is_read_and_told_apart(tmp_path):
    for name, text in ((b"\xb9\xab.jsonl", "一篇"), (b"\xb9\xac.jsonl", "又一篇")):
        (tmp_path / os.fsdecode(name)).write_text(json.dumps({"text": text}), encoding="utf-8")
    posts = read_export(tmp_path)
    assert len(set(posts["src_file"])) == 2
    assert "".join(posts["src_file"]).encode()


def test_a_folder_that_cannot_be_opened_is_said(tmp_path, monkeypatch):
    from classifier.errors import ExportError

    opened = os.scandir

    def refuse(path):
        """Root may open every folder, and tests may run as root."""
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path)

    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ExportError, match="locked: cannot be opened"):
        read_export(tmp_path)
