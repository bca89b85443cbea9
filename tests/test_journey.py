"""The whole journey through the command: the sample export in, accounts, posts, leads, rejects and a report out."""

import csv
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifier.cli import main
from classifier.outcome.tables.read import FORMATS, read_table

OFFERING = {"小鹿教你上车", "老K换汇小铺", "朝露生活家"}
STRAY = {"阿东的副业手记"}
HONEST = {"清源晚报", "平安柳河", "链上工匠笔记", "期海观潮老郑", "巷口小灶"}
# What every table has at least: the contract.
CONTRACT = {
    "accounts": "account_id account_key account_name verdict score n_posts n_scored n_offer categories first_post last_post top_posts reason",
    "posts": "post_id account_id account_key account_key_source account_name title published_at url verdict score category evidence body_state src_file src_row notes",
    "leads": "kind value account_id account_key post_id field start end checksum",
    "rejects": "src_file src_row reason excerpt kept_post_id",
    "texts": "post_id account_key title text",
}
# As the sample invents them: lulu_yangli01, hr-yangli@example.com. Addresses of posts have no letters before the name.
HANDLE = re.compile(r"[a-z]+[_-]yangli\d*")
ORDER = ["flag", "review", "abstain", "clear"]
OFFER = "新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信 abc_yangli9 进群跟单"


def bijian(*words, stdin=None):
    """Run the command in this process; stdout and stderr apart."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def command(*words, stdin=None, cwd=None):
    """Run the command as a user does, in a process of its own with everything redirected."""
    return subprocess.run([sys.executable, "-m", "classifier", *map(str, words)], input=stdin, capture_output=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def rows(sample):
    with sample.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def folders(sample, tmp_path_factory):
    """The sample scored in every format."""
    out = {fmt: tmp_path_factory.mktemp(fmt) for fmt in FORMATS}
    for fmt, folder in out.items():
        done = bijian("score", sample, "--out", folder, "--format", fmt)
        assert (done.exit_code, done.stdout) == (0, ""), done.output
    return out


@pytest.fixture(params=FORMATS)
def scored(request, folders):
    return folders[request.param]


def run_of(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_the_sample_is_what_its_tests_need(rows):
    assert {row["公众号"] for row in rows} == OFFERING | STRAY | HONEST
    assert sum(not row["文章内容"] for row in rows) == 2
    assert len(rows) - len({row["链接"] for row in rows}) == 1
    assert sum(not row["发布时间"].startswith("20") for row in rows) == 1
    years = {row["发布时间"][:4] for row in rows}
    assert {"2018", "2026"} <= years


def test_every_row_is_a_post_or_a_reject(scored, rows):
    counts = run_of(scored)["counts"]
    assert counts["rows_read"] == len(rows) == counts["posts"] + counts["rejects"]
    posts, rejects = read_table(scored, "posts"), read_table(scored, "rejects")
    assert (len(posts), len(rejects)) == (counts["posts"], counts["rejects"])
    assert len({*posts["src_row"], *rejects["src_row"]}) == len(rows)


def test_every_table_has_the_columns_of_the_contract(scored):
    for name, columns in CONTRACT.items():
        assert set(columns.split()) <= set(read_table(scored, name).columns), name


def test_the_duplicate_says_which_post_was_kept(scored):
    reject = read_table(scored, "rejects").iloc[0]
    assert reject["reason"] == "duplicate"
    assert reject["kept_post_id"] in set(read_table(scored, "posts")["post_id"])


def test_an_unreadable_date_is_no_date(scored):
    posts = read_table(scored, "posts")
    undated = posts[posts["published_at"].isna() | (posts["published_at"] == "")]
    assert undated["title"].tolist() == ["出U"]


def test_accounts_come_worst_first(scored):
    accounts = read_table(scored, "accounts")
    places = [(ORDER.index(verdict), -score) for verdict, score in zip(accounts["verdict"], accounts["score"], strict=True)]
    assert places == sorted(places)


def test_who_offers_stands_above_who_does_not(scored):
    accounts = read_table(scored, "accounts")
    assert set(accounts["account_name"][:3]) == OFFERING
    assert set(accounts.loc[accounts["verdict"] == "flag", "account_name"]) <= OFFERING | STRAY


def test_quotes_stand_where_the_evidence_says(scored):
    """In the texts as read; a masked character is • in the quote, one for one."""
    texts = read_table(scored, "texts").set_index("post_id")
    quoted = 0
    for post_id, evidence in zip(*(read_table(scored, "posts")[name] for name in ("post_id", "evidence")), strict=True):
        for quote in evidence:
            meant = texts.loc[post_id, quote["field"]][quote["start"] : quote["end"]]
            assert len(meant) == len(quote["quote"]) <= 200
            assert all(seen in (read, "•") for seen, read in zip(quote["quote"], meant, strict=True))
            quoted += 1
    assert quoted >= len(OFFERING)


def cells(folder, name):
    """The cells of a table, column by column; a CSV cannot tell an empty text from none, a workbook keeps 16 digits of a number."""
    table = read_table(folder, name).astype(object)
    table = table.where(table.notna() & (table != ""), None)
    return table.map(lambda cell: float(f"{cell:.14g}") if isinstance(cell, float) else cell).to_dict("list")


@pytest.mark.parametrize("name", CONTRACT)
def test_every_format_says_the_same(folders, name):
    first = cells(folders["jsonl"], name)
    for fmt in FORMATS:
        assert cells(folders[fmt], name) == first, fmt


def everything_written(folder):
    """Yield the name and the text of all a person or a program may read in a scored folder, but the texts as read."""
    for path in sorted(folder.iterdir()):
        if path.name == "texts.parquet":
            continue
        if path.suffix == ".parquet":
            yield path.name, read_table(folder, path.stem).to_csv()
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                yield from ((f"{path.name}/{part}", parts.read(part).decode("utf-8")) for part in parts.namelist())
        else:
            yield path.name, path.read_text(encoding="utf-8")


def test_personal_contacts_are_masked_everywhere(scored):
    for name, content in everything_written(scored):
        assert not HANDLE.findall(content), name
    assert any("•" in content for _name, content in everything_written(scored))


@pytest.fixture(scope="module")
def revealed(sample, tmp_path_factory):
    """The sample scored with nothing masked: quotes are what the model cut, not cut anew."""
    folder = tmp_path_factory.mktemp("revealed")
    assert bijian("score", sample, "--out", folder, "--reveal", "--format", "jsonl").exit_code == 0
    return folder


def test_personal_contacts_are_shown_when_asked_for(revealed):
    assert {"lulu_yangli01", "laok_yangli66", "shufen_yangli"} <= set(read_table(revealed, "leads")["value"])


def test_unmasked_quotes_and_leads_are_the_text_letter_for_letter(revealed):
    texts = read_table(revealed, "texts").set_index("post_id").to_dict("index")
    posts, leads = read_table(revealed, "posts"), read_table(revealed, "leads")
    quotes = [(post_id, quote["field"], quote["start"], quote["end"], quote["quote"]) for post_id, evidence in zip(posts["post_id"], posts["evidence"], strict=True) for quote in evidence]
    found = list(leads[["post_id", "field", "start", "end", "value"]].itertuples(index=False, name=None))
    assert quotes
    assert found
    for post_id, field, start, end, said in quotes + found:
        assert texts[post_id][field][start:end] == said


def test_codes_and_domains_are_never_masked(scored):
    assert {"LUZI88", "haitunex.example"} <= set(read_table(scored, "leads")["value"])


def test_the_report_holds_every_account_and_nothing_from_outside(scored):
    page = (scored / "report.html").read_text(encoding="utf-8")
    assert all(name in page for name in OFFERING | STRAY | HONEST)
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


def test_the_report_is_drawn_again_as_it_was(folders):
    before = (folders["csv"] / "report.html").read_bytes()
    done = bijian("report", folders["csv"])
    assert done.stdout.strip() == str(folders["csv"] / "report.html")
    assert (folders["csv"] / "report.html").read_bytes() == before


def test_two_processes_say_what_one_says(sample, folders, tmp_path):
    assert command("score", sample, "--out", tmp_path, "--jobs", 2).returncode == 0
    for name in ("accounts.csv", "posts.csv", "leads.csv", "rejects.csv"):
        assert (tmp_path / name).read_bytes() == (folders["csv"] / name).read_bytes()


def test_a_post_of_a_scored_folder_explains_itself(folders):
    post = next(row for row in read_table(folders["csv"], "posts").to_dict("records") if row["verdict"] == "offer")
    reason = json.loads(bijian("explain", f"{folders['csv']}:{post['post_id']}", "--json").stdout)
    assert reason["score"] == pytest.approx(post["score"], abs=1e-9)
    assert reason["log_odds"] == pytest.approx(reason["constant"] + sum(word["push"] for word in reason["words"]), abs=1e-9)


def test_lines_in_are_lines_out():
    """One for one and in order; a line that cannot be read says why and stops nothing."""
    lines = [
        json.dumps({"post_id": "a", "account": "甲", "title": "加微信 abc_yangli9", "text": OFFER}),
        "not JSON",
        json.dumps({"post_id": "b", "title": "没有正文"}),
        "[1, 2]",
        json.dumps({"post_id": "c"}),
        "",
        json.dumps({"digest": "没有编号，只有摘要"}),
        json.dumps({"id": "d", "account": "乙", "text": "今天炖了一锅牛肉。", "date": "2024-05-06"}),
    ]
    done = command("score", "-", stdin="\n".join(lines).encode() + b"\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [answer.get("post_id", "error") for answer in answers] == ["a", "error", "b", "error", "error", "error", "-#7", "d"]
    assert all(answer["error"] for answer in answers if "post_id" not in answer)
    assert answers[0]["verdict"] in ("offer", "review")
    assert answers[-1]["verdict"] == "clear"
    assert (answers[-1]["account_name"], answers[-1]["published_at"]) == ("乙", "2024-05-06")
    assert "abc_yangli9" not in done.stdout.decode()
    assert json.loads(bijian("score", "-", "--reveal", stdin=lines[0]).stdout)["title"] == "加微信 abc_yangli9"


def test_lines_may_begin_with_a_mark_and_are_held_against_lists(tmp_path):
    (tmp_path / "block-terms.txt").write_text("牛肉\t试验\n", encoding="utf-8")
    line = json.dumps({"post_id": "a", "text": "今天炖了一锅牛肉。"}).encode()
    plain, listed = (json.loads(bijian("score", "-", *words, stdin=b"\xef\xbb\xbf" + line).stdout) for words in ([], ["--lists", str(tmp_path)]))
    assert (plain["post_id"], plain["verdict"]) == ("a", "clear")
    assert (listed["verdict"], listed["score"], listed["evidence"][0]["list"]) == ("offer", plain["score"], "block: 试验")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_to_explain_is_read_in_its_encoding(encoding):
    said = [bijian("explain", "-", stdin=OFFER.encode(one)).stdout for one in ("utf-8", encoding)]
    assert said[0] == said[1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_answers_that_cannot_be_written_are_an_error_in_a_line():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "classifier", "score", "-"], input=json.dumps({"text": OFFER}).encode(), stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode()) == (1, "Error: standard output: No space left on device\n")


def test_lines_are_answered_as_they_come():
    """A program that waits for each answer before it sends the next is not kept waiting."""
    line = json.dumps({"post_id": "a", "text": OFFER}).encode() + b"\n"
    with subprocess.Popen([sys.executable, "-m", "classifier", "score", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        for _ in range(2):
            running.stdin.write(line)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["post_id"] == "a"
        running.stdin.close()
        assert running.wait(timeout=60) == 0


def test_stdout_is_data_and_stderr_is_talk(sample, tmp_path):
    """And no progress bar where nobody watches."""
    done = command("score", sample, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (0, b"")
    said = done.stderr.decode()
    assert str(tmp_path / "out" / "report.html") in said
    assert "\r" not in said
    assert "it/s" not in said
    assert said.count("\n") <= 4


def test_nothing_is_written_but_the_folder_asked_for(sample, tmp_path):
    out = tmp_path / "out"
    assert command("score", sample, "--out", out, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert {path.name for path in out.iterdir()} == {"accounts.csv", "posts.csv", "leads.csv", "rejects.csv", "texts.parquet", "run.json", "report.html"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["score", "nowhere.csv", "--out", "o"], 1, "nowhere.csv"),
        (["score", "{sample}", "--out", "o", "--model", "nobody"], 1, "no model 'nobody'; there are: "),
        (["explain", "text", "--model", "nobody"], 1, "no model 'nobody'"),
        (["report", "{empty}"], 1, "{empty}"),
        (["score", "{sample}"], 2, "--out DIR is needed"),
        (["score", "{sample}", "--out", "o", "--format", "html"], 2, "'html' is not one of 'csv'"),
        (["score", "{sample}", "--out", "o", "--column", "正文"], 2, "NAME=HEADING"),
        (["score"], 2, "EXPORT"),
        (["score", "-", "{sample}", "--out", "o"], 2, "standard input) stands alone"),
        (["score", "-", "--out", "o", "--fail-on-flag"], 2, "--out, --fail-on-flag: not with -"),
        (["score", "", "--out", "o"], 2, "an empty name"),
        (["score", "{sample}", "--out", ""], 2, "an empty name"),
        (["score", "{sample}", "--out", "o", "--column", "bogus=xx"], 2, "there are: account_id, account_name"),
        (["inspect", "{sample}", "--column", "bogus=xx"], 2, "there are: account_id, account_name"),
        (["explain", "{empty}:1"], 1, "is no scored folder"),
        (["explain", "{empty}/march:1"], 1, "no such folder"),
        (["explain", "x:y"], 1, "no such folder"),
        (["explain", ""], 1, "nothing to judge"),
        (["explain", "-"], 1, "nothing to judge"),
        (["explain", " \n"], 1, "nothing to judge"),
        (["score", "{sample}", "--out", "o", "--fail-on-flag"], 3, "flag"),
        (["score", "{sample}", "--out", "o"], 0, "report.html"),
    ],
)
def test_exit_codes_say_what_happened(words, code, said, sample, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    words = [word.format(sample=sample, empty=tmp_path / "empty") for word in words]
    done = bijian(*words)
    assert done.exit_code == code, done.output
    assert said.format(empty=tmp_path / "empty") in done.stderr
    assert done.stdout == ""
    if code == 1:
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1


def test_the_demo_says_where_its_report_is(tmp_path):
    done = bijian("demo", "--out", tmp_path / "demo")
    assert done.exit_code == 0
    assert done.stdout.strip() == str(tmp_path / "demo" / "report.html")
    assert (tmp_path / "demo" / "report.html").stat().st_size > 10_000


def test_the_users_own_file_is_never_overwritten(tmp_path):
    from classifier.errors import RunError
    from classifier.outcome.run import Settings, score_export

    own = tmp_path / "posts.jsonl"
    own.write_text('{"account_name": "甲", "text": "比特币"}\n', encoding="utf-8")
    with pytest.raises(RunError, match="would be overwritten"):
        score_export([own], tmp_path, Settings("offers", "jsonl", 1, False, {}))
    assert own.read_text(encoding="utf-8").startswith('{"account_name"')
