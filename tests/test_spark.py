"""A run on Spark gives what a run on one machine gives, to the last digit, whoever dies on the way."""

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from classifier.cli import main
from classifier.intake import export
from classifier.outcome.columns import ACCOUNT_COLUMNS, LEAD_COLUMNS, POST_COLUMNS, REJECT_COLUMNS
from classifier.outcome.run import Settings, score_export
from classifier.training.corpus import read_corpus

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed; `make test` installs it")
pytestmark = pytest.mark.skipif(not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java, which is not installed")

CLUSTER = "local-cluster[2,1,1024]"
TABLES = {"posts": POST_COLUMNS, "accounts": ACCOUNT_COLUMNS, "leads": LEAD_COLUMNS, "rejects": REJECT_COLUMNS}
COLUMNS = ("account_id", "account_name", "post_id", "title", "text", "published_at", "url")
# Formulas, controls, marks that turn text round, what lies beyond the first plane, and what JSON, CSV or SQL would trip over.
HOSTILE = ["=cmd|'/c calc'!A0", "\x00\x01\x1b[31m", "\u202e\u2066abc\u200b\ufeff", "𠮷野家🚀👨‍👩‍👧", "a\r\nb\tc\u2028d\u0085", '"";--\\`', "%s%20{}$1", "Å\u0301\u0327ﬁ①Ⅷ"]


def posts_of_corpus(n, accounts=60):
    """*n* posts of our corpus, again from the first one where they end; one account has half of them."""
    rows = sorted(read_corpus(), key=lambda row: row["id"])
    posts = []
    for number in range(n):
        row, again = rows[number % len(rows)], number // len(rows)
        name = "占了一半的号" if number % 2 else f"号 {number % accounts}"
        at = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d} {number % 24:02d}:{number // 24 % 60:02d}:00"
        posts.append((None, name, f"{row['id']}-{again}", row["title"], row["text"], at if number % 3 else None, None))
    return posts


def with_oddities(posts):
    """*posts* with copies of every kind among them, near and far, bodies that are none, and texts that break programs."""
    drawn = random.Random(7)
    odd = list(posts)
    for number in range(0, len(posts), 7):
        account_id, name, post_id, title, text, at, url = posts[number]
        far = drawn.randrange(len(odd))
        copies = [
            (account_id, name, post_id, title, text, at, url),  # the same again
            (account_id, name, post_id, title, text + "（更新）" * 3, at, url),  # a longer text under the same id
            (account_id, name, post_id, title, None, at, url),  # only the title
            (account_id, name, f"{post_id}-new", title, text, at or "2026-01-01 08:00", url),  # the same title and minute under another id
            (account_id, name, f"{post_id}-new", "另一个标题", text, None, url),  # and that id again: a chain
            (account_id, name, post_id, title, "开头不同，" + text, at, url),
            (None, name.replace(" ", ""), None, title, text, None, None),  # no id: its words are its name
            (f"id{number % 5}", name + "（改名）", post_id, title, text, at, f"https://mp.weixin.qq.com/s?__biz=MzIxNzYzODAyNw==&mid={number}&idx=1&sn={number:032x}"),
        ]
        odd[far:far] = drawn.sample(copies, drawn.choice((1, 2, len(copies))))
    for n, said in enumerate(HOSTILE):
        # A title without a body before its full copy, far away.
        odd.insert(n, (None, "早先没有正文", f"later-{n}", f"标题 {n} {said}", None, None, None))
        odd.append((None, "早先没有正文", f"later-{n}", f"标题 {n} {said}", f"邀请码 {said} 注册币安返佣 40%，加微信 abc{n}2345 {said}", None, None))
        odd.append((said, said, f"hostile-{n}", said, f"{said}出U收U，承兑秒到，加飞机 @seller{n}{said}", said, said))
    odd += [(None, "空", f"empty-{n}", None, said, None, None) for n, said in enumerate([None, "", "  \n ", "该内容已被发布者删除"])]
    odd += [(None,) * len(COLUMNS), ("", "", "", "", "", "", "")]
    odd.insert(len(odd) // 2, (None, "长", "long", "十万字", ("新用户点此注册币安，填邀请码永久返佣。" + "今天天气很好，" * 20) * 800, None, None))
    return odd


def write_folder(posts, folder, files=5):
    """Write *posts* as a Parquet folder as programs leave them: files in folders, small row groups, one empty, and Spark's own mark."""
    (folder / "dt=2026-11-22" / "深处").mkdir(parents=True)
    share = -(-len(posts) // files)
    for n in range(files):
        some = posts[n * share : (n + 1) * share]
        place = folder / ("dt=2026-11-22" if n % 2 else ".") / f"part {n} 50%+#.parquet"
        pq.write_table(pa.table({name: pa.array([post[i] for post in some], pa.string()) for i, name in enumerate(COLUMNS)}), place, row_group_size=max(50, share // 4))
    nothing = pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
    pq.write_table(nothing, folder / "dt=2026-11-22" / "深处" / "nothing.parquet")
    (folder / "_SUCCESS").touch()
    return folder


def rows_of(place, name):
    rows = pq.read_table(place / f"{name}.parquet", partitioning=None).to_pylist()
    assert not rows or list(rows[0]) == list(TABLES[name])
    # Leads come account by account; the others in the order they are promised.
    return sorted(rows, key=json.dumps) if name == "leads" else rows


def assert_same(spark, local):
    for name in TABLES:
        ours, theirs = rows_of(spark, name), rows_of(local, name)
        assert len(ours) == len(theirs), name
        assert next(((one, other) for one, other in zip(ours, theirs, strict=True) if one != other), None) is None, name
    ours, theirs = (json.loads((place / "run.json").read_text()) for place in (spark, local))
    assert ours["counts"] == theirs["counts"]
    assert {name: ours[name] for name in ("version", "model", "promise")} == {name: theirs[name] for name in ("version", "model", "promise")}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder of some hundreds of posts, a few under Chinese headings, columns that are not text; a folder of lists."""
    base = tmp_path_factory.mktemp("spark")
    write_folder(with_oddities(posts_of_corpus(500)), base / "导 出")
    more = [(f"{n}0000000000000000", f"号 {n % 4}", row["title"], row["text"], n) for n, row in enumerate(read_corpus()[:40])]
    pq.write_table(pa.table(dict(zip(("文章ID", "公众号", "标题", "正文", "odd"), map(list, zip(*more, strict=True)), strict=True))), base / "more.parquet")
    typed = {"account_name": ["甲", "乙"], "post_id": pa.array([17, 2**40]), "text": pa.array(["出U收U，承兑秒到".encode(), b"\xff"]), "idx": pa.array([1.5, None]), "is_repost": [True, None]}
    moments = [dt.datetime(2026, 1, 2, 3, 4, 5, 6789), dt.datetime(1969, 1, 2)]
    for zone in (None, "UTC"):
        pq.write_table(pa.table(typed | {"published_at": pa.array(moments, pa.timestamp("us", zone))}), base / f"typed {zone}.parquet")
    (base / "lists").mkdir()
    (base / "lists" / "block-terms.txt").write_text("承兑秒到\t黑话\n", encoding="utf-8")
    (base / "lists" / "allow-accounts.txt").write_text("号 2\n", encoding="utf-8")
    return base


@pytest.fixture(scope="module")
def asked(exported):
    """What is asked for here and there, as the command says it."""
    names = ("导 出", "more.parquet", "typed None.parquet", "typed UTC.parquet", "more.parquet")
    return [*(str(exported / name) for name in names), "--lists", str(exported / "lists"), "--format", "parquet"]


@pytest.fixture(scope="module", autouse=True)
def several_batches():
    """Small batches on one machine, so that copies come together and apart; Spark has to find where."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_HELD_ROWS", 250)
        yield


@pytest.fixture(scope="module")
def scored_here(exported, asked):
    """What a run on one machine makes of it."""
    bijian("score", *asked, "--out", exported / "here")
    return exported / "here"


@pytest.fixture(scope="module", autouse=True)
def quick_spark(tmp_path_factory):
    """
    A JVM that compiles little, as most of what a short run costs is getting ready for a long one, and a session that cuts
    what little there is: into parts of files, and into parts that are not put together again.
    """
    asked = {"sql.shuffle.partitions": 4, "sql.adaptive.coalescePartitions.enabled": "false", "sql.files.maxPartitionBytes": "200k", "sql.files.openCostInBytes": 1, "ui.enabled": "false"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patch.setenv("PYSPARK_SUBMIT_ARGS", " ".join([*(f"--conf spark.{name}={value}" for name, value in asked.items()), "pyspark-shell"]))
        # A cluster on this machine leaves its work in its home, which would be the environment's own pyspark.
        home = tmp_path_factory.mktemp("spark")
        for entry in Path(pyspark.__file__).parent.iterdir():
            (home / entry.name).symlink_to(entry)
        patch.setenv("SPARK_HOME", str(home))
        # Whatever the name of this machine resolves to.
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield


@pytest.fixture(scope="module")
def session():
    """A session of two threads, which every run in this module that asks for one uses."""
    from classifier.spark.session import session as spark_session

    with spark_session("local[2]") as spark:
        yield spark


def bijian(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


def on_spark(*words, master="local[2]", code=0):
    return bijian("score", *words, "--engine", "spark", "--master", master, code=code)


def assert_everything_was_met(out):
    """What was hard in the export did come up."""
    posts = rows_of(out, "posts")
    assert {row["reason"] for row in rows_of(out, "rejects")} >= {"duplicate", "empty"}
    assert any("fuller copy of" in (row["notes"] or "") for row in posts)
    assert {row["body_state"] for row in posts} >= {"full", "truncated", "title_only", "empty", "deleted"}
    assert max(row["n_posts"] for row in rows_of(out, "accounts")) > len(posts) * 0.4
    assert not (out / ".unfinished").exists()


def test_a_cluster_gives_what_one_machine_gives(asked, scored_here, tmp_path):
    on_spark(*asked, "--out", tmp_path / "out", master=CLUSTER)
    assert_same(tmp_path / "out", scored_here)
    assert_everything_was_met(tmp_path / "out")


def test_threads_give_what_one_machine_gives(asked, scored_here, session, tmp_path):
    said = on_spark(*asked, "--out", tmp_path / "out")
    assert_same(tmp_path / "out", scored_here)
    assert f"表格 tables: {tmp_path / 'out'}" in said


def test_a_second_run_takes_the_place_of_the_first(exported, session, tmp_path):
    few, out = exported / "more.parquet", tmp_path / "out"
    on_spark(few, "--out", out)
    first = {name: rows_of(out, name) for name in TABLES}
    on_spark(few, "--out", out)
    assert {name: rows_of(out, name) for name in TABLES} == first


def test_what_cannot_be_read_is_said_in_a_line(session, tmp_path):
    strange, plain = tmp_path / "strange.parquet", tmp_path / "plain"
    plain.mkdir()
    pq.write_table(pa.table({"a": [1], "b": [2]}), strange)
    pq.write_table(pa.table({"text": ["出U收U"]}), plain / "posts.parquet")
    assert "no column of this table is known" in on_spark(strange, "--out", tmp_path / "out", code=1)
    assert "cannot be read as Parquet" in on_spark(tmp_path / "nowhere", "--out", tmp_path / "out", code=1)
    assert "no column for title=题目; found text" in on_spark(plain, "--column", "title=题目", "--out", tmp_path / "out", code=1)
    assert "the export lies in" in on_spark(plain, "--out", plain, code=1)
    (plain / "notes.csv").write_text("text\n好")
    assert "notes.csv is not a Parquet file" in on_spark(plain, "--out", tmp_path / "out", code=1).splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_bytes_that_are_no_text_cost_their_row(session, tmp_path):
    wrong = pa.StringArray.from_buffers(3, pa.array([0, 6, 8, 14], pa.int32()).buffers()[1], pa.py_buffer("好的".encode() + b"\xff\xfe" + "晚安".encode()))
    pq.write_table(pa.table({"text": wrong}), tmp_path / "posts.parquet")
    on_spark(tmp_path / "posts.parquet", "--out", tmp_path / "out")
    assert [row["src_row"] for row in rows_of(tmp_path / "out", "posts")] == [1, 3]
    assert [(row["src_row"], row["reason"], row["excerpt"]) for row in rows_of(tmp_path / "out", "rejects")] == [(2, "unreadable", "bytes that are not text")]


def test_no_java_is_said_in_a_line(exported, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bash").symlink_to(shutil.which("bash"))
    words = [sys.executable, "-m", "classifier", "score", exported / "more.parquet", "--out", tmp_path / "out", "--engine", "spark", "--master", "local[1]"]
    without = {name: value for name, value in os.environ.items() if "JAVA" not in name} | {"PATH": str(tmp_path / "bin")}
    done = subprocess.run(words, env=without, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Java 17" in done.stderr.splitlines()[-1]


def kill_workers(times, over, killed):
    """Kill *times* Python workers of ours while they work, one now and then until the run is *over*; what was killed is added to *killed*."""
    psutil = pytest.importorskip("psutil")
    drawn = random.Random(11)
    while len(killed) < times and not over.wait(drawn.uniform(1, 6)):
        workers = []
        for process in psutil.Process().children(recursive=True):
            try:
                if process.status() == psutil.STATUS_RUNNING and all("pyspark.daemon" in one.cmdline() for one in (process, process.parent())):
                    workers.append(process)
            except (psutil.Error, AttributeError):
                continue
        if workers:
            chosen = drawn.choice(workers)
            chosen.kill()
            killed.append(chosen.pid)


@pytest.mark.soak
def test_workers_that_are_killed_lose_and_double_nothing(tmp_path, monkeypatch):
    from classifier.spark import score_on_spark

    monkeypatch.setattr(export, "_HELD_ROWS", 10_000)
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.sql.files.maxPartitionBytes=2m --conf spark.ui.enabled=false pyspark-shell")
    folder = write_folder(with_oddities(posts_of_corpus(140_000)), tmp_path / "posts", files=12)
    score_export([folder], tmp_path / "here", Settings("offers", "parquet", 2, False, {}))
    over, killed = threading.Event(), []
    killer = threading.Thread(target=kill_workers, args=(10, over, killed))
    killer.start()
    try:
        run = score_on_spark([str(folder)], str(tmp_path / "out"), Settings("offers", "parquet", 1, False, {}), master=CLUSTER)
    finally:
        over.set()
        killer.join()
    assert len(killed) == 10
    assert run["counts"]["rows_read"] > 200_000
    assert_same(tmp_path / "out", tmp_path / "here")
