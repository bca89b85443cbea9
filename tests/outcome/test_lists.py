"""The user's own lists decide verdicts, never the scores of posts, and say so."""

import json

import pytest
from click.testing import CliRunner

from classifier.cli import main
from classifier.errors import RunError
from classifier.outcome.lists import read_lists
from classifier.outcome.run import Settings, score_export
from classifier.outcome.tables.read import FORMATS, read_table

OFFER = "新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_yangli9 进群跟单"
DINNER = "今天炖了一锅牛肉，放了萝卜和土豆，炖了两个小时才软烂，孩子吃了两碗饭。"
POSTS = [
    {"account_name": "甲", "post_id": "offer", "title": "", "text": OFFER},
    {"account_name": "乙", "post_id": "dinner", "title": "周末", "text": DINNER},
    {"account_name": "丙", "post_id": "term", "title": "", "text": DINNER + "鲸 海 营 最后三个名额"},
    {"account_name": "丁", "post_id": "longer", "title": "鲸海营地开放", "text": DINNER + "周末露营"},
    {"account_name": "戊", "post_id": "nothing", "title": "", "text": ""},
]


@pytest.fixture
def lists(tmp_path):
    """Return a function that writes lists and returns their folder."""

    def write(**files):
        folder = tmp_path / "lists"
        folder.mkdir(exist_ok=True)
        for name, lines in files.items():
            (folder / f"{name.replace('_', '-')}.txt").write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        read_lists.cache_clear()
        return str(folder)

    return write


def scored(write_jsonl, tmp_path, folder, fmt="jsonl"):
    out = tmp_path / "out"
    score_export([write_jsonl(POSTS)], out, Settings("offers", fmt, 1, False, {}, lists=folder))
    return read_table(out, "posts").set_index("post_id"), read_table(out, "accounts").set_index("account_name")


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_blocked_term_is_found_through_its_disguise_and_said_in_the_evidence(fmt, lists, write_jsonl, tmp_path):
    plain, _ = scored(write_jsonl, tmp_path, None, fmt)
    posts, accounts = scored(write_jsonl, tmp_path, lists(block_terms="鲸海营\t诈骗, 2026\n"), fmt)
    text = POSTS[2]["text"]
    first = posts.loc["term", "evidence"][0]
    assert (posts.loc["term", "verdict"], first["list"], first["quote"]) == ("offer", "block: 诈骗, 2026", "鲸 海 营")
    assert text[first["start"] : first["end"]] == first["quote"]
    assert accounts.loc["丙", "n_offer"] == 1
    assert accounts.loc["丙", "verdict"] != "clear"
    assert accounts.loc["丙", "top_posts"] == ["term"]
    assert "其中 1 篇依您的名单" in accounts.loc["丙", "reason"]
    assert "1 of them by your list" in accounts.loc["丙", "reason_en"]
    assert posts["score"].fillna(-1).tolist() == plain["score"].fillna(-1).tolist()
    assert all("list" not in passage for name in ("offer", "dinner") for passage in posts.loc[name, "evidence"])


def test_the_longer_term_counts_and_allow_wins(lists, write_jsonl, tmp_path):
    posts, _ = scored(write_jsonl, tmp_path, lists(block_terms="鲸海营\n", allow_terms="鲸海营地\n"))
    assert posts["verdict"].to_dict() == {"offer": "offer", "dinner": "clear", "term": "offer", "longer": "clear", "nothing": ""}
    assert posts.loc["longer", "evidence"][0] == {"field": "title", "start": 0, "end": 4, "quote": "鲸海营地", "weight": 0.0, "list": "allow"}
    posts, _ = scored(write_jsonl, tmp_path, lists(block_terms="鲸海营\n", allow_terms="鲸海营\n"))
    assert posts.loc["term", "verdict"] == "clear"


def test_an_allowed_post_does_not_count_against_its_account(lists, write_jsonl, tmp_path):
    posts, accounts = scored(write_jsonl, tmp_path, lists(allow_terms="永久返佣\t内部测试\n"))
    assert (posts.loc["offer", "verdict"], accounts.loc["甲", "verdict"], accounts.loc["甲", "n_offer"]) == ("clear", "clear", 0)
    assert posts.loc["offer", "evidence"][0]["list"] == "allow: 内部测试"


def test_listed_accounts_say_so_and_stand_where_they_belong(lists, write_jsonl, tmp_path):
    _, accounts = scored(write_jsonl, tmp_path, lists(allow_accounts="甲\t合作媒体\n", block_accounts="乙  # 2026 年查实\n甲\n"))
    assert accounts["verdict"].to_dict() | {"丙": "", "丁": ""} == {"乙": "flag", "甲": "clear", "戊": "abstain", "丙": "", "丁": ""}
    assert accounts.index[0] == "乙"
    assert "放行名单中（合作媒体）" in accounts.loc["甲", "reason"]
    assert "On your block list. The model:" in accounts.loc["乙", "reason_en"]
    assert accounts.loc["甲", "score"] > 0.5


def test_lists_may_be_written_with_notepad(lists):
    told = read_lists(lists(block_terms="代投\t暗语\r\n".encode("gb18030"), allow_terms="\ufeff白名单\r\n# 注释\r\n\r\n"))
    assert {term: entry.kind for term, entry in told.terms.items()} == {"代投": "block", "白名单": "allow"}


@pytest.mark.parametrize(("files", "said"), [({}, "holds no list"), ({"block_terms": "好的\n币\n"}, r"block-terms.txt, line 2: '币' is too short"), ({"block_terms": b"\xff\xff\n"}, "neither UTF-8 nor GB18030")])
def test_lists_that_cannot_be_used_are_named(files, said, lists):
    with pytest.raises(RunError, match=said):
        read_lists(lists(**files))


def test_the_command_takes_lists_and_the_report_says_when_they_acted(lists, write_jsonl, tmp_path):
    folder = lists(block_terms="鲸海营\t诈骗\n")
    done = CliRunner().invoke(main, ["score", str(write_jsonl(POSTS)), "--out", str(tmp_path / "run"), "--lists", folder])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "您的名单" in page
    assert "block: 诈骗" in page
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["options"]["lists"] == folder
