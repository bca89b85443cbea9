"""A run leaves one set of tables and a run.json that says how it came about; what it left can be asked about."""

import json
import os
from dataclasses import replace

import pytest
from click.testing import CliRunner

from classifier.cli import main
from classifier.errors import RunError
from classifier.intake.export import read_export
from classifier.outcome import disk
from classifier.outcome.accounts import Tally, accounts_table
from classifier.outcome.columns import TALLY_COLUMNS, TOP_COLUMNS, describe_column
from classifier.outcome.run import Settings, score_export
from classifier.outcome.tables.read import FORMATS, read_table
from classifier.outcome.tables.write import write_text

OFFER = "新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_yangli9 进群跟单"
POSTS = [
    {"account_name": "甲", "post_id": "1", "title": "开户", "text": OFFER, "published_at": "2026-01-02"},
    {"account_name": "乙", "post_id": "1", "title": "晚饭", "text": "今天炖了一锅牛肉，放了萝卜和土豆，炖了两个小时才软烂，孩子吃了两碗饭。"},
    {"account_name": "丙", "post_id": "2", "title": "", "text": "", "digest": "", "url": "https://x.example/1"},
]


def bijian(*words, stdin=None):
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def score(posts, out, fmt="csv", model="offers"):
    return score_export([posts], out, Settings(model, fmt, 1, False, {}))


@pytest.fixture
def posts(write_jsonl):
    return write_jsonl(POSTS)


@pytest.fixture
def folder(posts, tmp_path):
    score(posts, tmp_path / "out")
    return tmp_path / "out"


def test_scoring_again_in_another_format_leaves_one_set_of_tables(posts, tmp_path):
    for fmt in (*FORMATS, "csv"):
        score(posts, tmp_path / "out", fmt)
        (tmp_path / "out" / "notes.txt").write_text("a person's own")
        names = {path.name for path in (tmp_path / "out").iterdir()}
        assert names == {f"{name}.{fmt}" for name in ("accounts", "posts", "leads", "rejects")} | {"texts.parquet", "run.json", "report.html", "notes.txt"}
        assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["options"]["format"] == fmt


def test_an_export_named_as_a_table_of_ours_is_never_removed(posts):
    """Neither one we did not write, nor one that is being read."""
    before = posts.read_bytes()
    score(posts, posts.parent, "csv")
    assert posts.read_bytes() == before
    own = posts.parent / "posts.csv"
    score(own, posts.parent, "xlsx")
    assert (posts.read_bytes() == before, own.exists(), (posts.parent / "leads.csv").exists()) == (True, True, False)


def test_a_run_that_fails_removes_nothing(posts, folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("classifier.outcome.run.accounts_table", lambda *_, **_named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        score(posts, folder, "jsonl")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_run_json_that_cannot_be_written_is_named_and_the_older_one_stays(folder, monkeypatch):
    older = (folder / "run.json").read_bytes()

    def refuse(_temporary, _path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "rename", refuse)
    with pytest.raises(RunError, match=r"run\.json cannot be written: No space"):
        write_text(folder / "run.json", "{}")
    assert (folder / "run.json").read_bytes() == older
    assert not list(folder.glob(".*"))


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_file_name_that_is_no_utf8_does_not_lose_the_run(posts, tmp_path):
    odd = tmp_path / os.fsdecode(b"\xb1\xd2.jsonl")
    odd.write_bytes(posts.read_bytes())
    score(odd, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["counts"]["posts"] == 3


@pytest.mark.parametrize("fmt", FORMATS)
def test_what_is_unknown_of_an_account_is_missing(fmt, posts, tmp_path):
    score(posts, tmp_path / "out", fmt)
    accounts = read_table(tmp_path / "out", "accounts").set_index("account_name")
    assert accounts["account_id"].tolist() == [None, None, None]
    assert (accounts.loc["甲", "first_post"], accounts.loc["乙", "first_post"], accounts.loc["乙", "last_post"]) == ("2026-01-02", None, None)
    assert accounts["score"].isna().to_dict() == {"甲": False, "乙": False, "丙": True}
    assert accounts.loc["丙", "verdict"] == "abstain"


def test_posts_say_where_their_account_was_read_and_what_was_noticed(write_jsonl, tmp_path):
    out = tmp_path / "out"
    score(write_jsonl([POSTS[0] | {"text": "长" * 120_000}]), out, "jsonl")
    post = read_table(out, "posts").iloc[0]
    assert post["account_key_source"]
    assert json.loads(post["notes"])
    assert all(describe_column("posts", name).chinese for name in ("account_key_source", "notes"))


def test_a_flagged_account_without_an_offer_has_a_sentence_that_fits(model):
    eager = replace(model, flag_from=0.0)
    for n_review, said in ((3, "3 篇待看"), (0, "合起来看")):
        counts = dict.fromkeys(TALLY_COLUMNS, 0) | {"account_key": "name:甲", "account_name": "甲", "n_posts": 5, "n_scored": 5, "n_review": n_review}
        tally = Tally({name: [value] for name, value in counts.items()}, dict(zip(TOP_COLUMNS, (["name:甲"], ["1"], [1.0]), strict=True)))
        account = accounts_table(tally, eager).iloc[0]
        assert (account["verdict"], account["categories"]) == ("flag", [])
        assert said in account["reason"]
        assert "优先查看" in account["reason"]
        assert "together" in account["reason_en"]


# ---------------------------------------------------------------- reading a folder with results in it


def test_results_are_not_read_as_an_export(posts, tmp_path):
    score(posts, tmp_path / "march")
    (tmp_path / "march" / "kept.jsonl").write_text("not ours, but in a folder of ours")
    run = score_export([tmp_path], tmp_path / "march", Settings("offers", "csv", 1, False, {}))
    assert run["counts"]["posts"] == 3
    assert run["counts"]["reject_reasons"] == {"not_an_export": 1}


def test_an_export_beside_its_results_is_read(write_jsonl, tmp_path):
    write_jsonl(POSTS, "wechat.jsonl")
    for _ in range(2):
        assert score(tmp_path, tmp_path)["counts"]["posts"] == 3


def test_a_run_json_of_somebody_else_hides_nothing(write_jsonl, tmp_path):
    write_jsonl(POSTS, "wechat.jsonl")
    (tmp_path / "run.json").write_text('{"model": "x", "counts": 3}')
    assert len(read_export([tmp_path])) >= 3


# ---------------------------------------------------------------- the summary


def test_the_summary_says_why_rows_were_left_out(write_jsonl, tmp_path):
    done = bijian("score", write_jsonl([*POSTS, POSTS[0]]), "--out", tmp_path / "out")
    assert "重复的帖子 duplicate 1" in done.stderr
    assert "NO POST" not in done.stderr


def test_an_export_without_a_post_is_said_loudly(tmp_path):
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    done = bijian("score", tmp_path / "odd.csv", "--out", tmp_path / "out")
    assert "NO POST WAS READ" in done.stderr
    assert "unrecognised 1" in done.stderr


# ---------------------------------------------------------------- explain


def test_a_post_id_of_several_accounts_is_asked_about(folder):
    done = bijian("explain", f"{folder}:1")
    assert done.exit_code == 1
    keys = dict(read_table(folder, "accounts")[["account_name", "account_key"]].itertuples(index=False))
    assert all(f"{name} ({keys[name]})" in done.stderr for name in "甲乙")
    scores = {name: json.loads(bijian("explain", f"{folder}:{keys[name]}/1", "--json").stdout)["score"] for name in "甲乙"}
    told = read_table(folder, "posts").set_index("account_name")["score"]
    assert scores == pytest.approx({name: told[name] for name in "甲乙"}, abs=1e-9)


def test_a_post_without_text_has_nothing_to_judge(folder):
    done = bijian("explain", f"{folder}:2")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing to judge" in done.stderr


def test_the_model_of_the_folder_explains_and_a_changed_one_is_said(folder):
    asked = f"{folder}:{read_table(folder, 'accounts')['account_key'][0]}/1"
    assert bijian("explain", asked).stderr == ""
    run = json.loads((folder / "run.json").read_text("utf-8"))
    run["model"]["digest"] = "sha256:other"
    (folder / "run.json").write_text(json.dumps(run))
    done = bijian("explain", asked)
    assert done.exit_code == 0
    assert "sha256:other then" in done.stderr
    run["options"]["model"] = "nobody"
    (folder / "run.json").write_text(json.dumps(run))
    assert "no model 'nobody'" in bijian("explain", asked).stderr
    assert bijian("explain", asked, "--model", "offers").exit_code == 0


@pytest.mark.parametrize("text", ["加微信:abc_yangli9 进群", "点https://jinghai.example/r 注册，微信:abc", "BTC / USDT 行情: 67200", "https://jinghai.example/r", "时间 12:30"])
def test_a_text_with_a_colon_is_a_text(text):
    assert bijian("explain", text).exit_code == 0


def test_the_help_names_only_commands_there_are():
    assert "merge" in bijian("--help").stdout
