"""A run on Spark gives what a run on one machine gives, to the last digit, whoever dies on the way."""

import json
import os
import random
import shutil
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier.errors import ExportError, RunError
from classifier.intake import export
from classifier.outcome.columns import ACCOUNT_COLUMNS, LEAD_COLUMNS, POST_COLUMNS, REJECT_COLUMNS
from classifier.outcome.run import Settings, score_export
from classifier.training.corpus import read_corpus

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install 'bijian[spark]'")
pytestmark = pytest.mark.skipif(not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs Java, which is not installed")

MASTERS = ("local[2]", "local-cluster[2,1,1024]")
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
    for number in range(0, len(posts), 9):
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
        odd[far:far] = drawn.sample(copies, drawn.randint(1, 3))
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
    return sorted(rows, key=lambda row: json.dumps(row)) if name == "leads" else rows


def assert_same(spark, local):
    for name in TABLES:
        ours, theirs = rows_of(spark, name), rows_of(local, name)
        assert len(ours) == len(theirs), name
        assert next(((one, other) for one, other in zip(ours, theirs, strict=True) if one != other), None) is None, name
    ours, theirs = (json.loads((place / "run.json").read_text()) for place in (spark, local))
    assert ours["counts"] == theirs["counts"]
    assert {name: ours[name] for name in ("version", "model", "promise")} == {name: theirs[name] for name in ("version", "model", "promise")}


def settings(**asked):
    return Settings("offers", "parquet", 1, False, {}, **asked)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A folder of some two thousand posts, and another with a few under Chinese headings; a folder of lists."""
    base = tmp_path_factory.mktemp("spark")
    folder = write_folder(with_oddities(posts_of_corpus(1600)), base / "导 出")
    more = [(f"{n}0000000000000000", f"号 {n % 4}", row["title"], row["text"], n) for n, row in enumerate(read_corpus()[:40])]
    pq.write_table(pa.table(dict(zip(("文章ID", "公众号", "标题", "正文", "odd"), map(list, zip(*more, strict=True)), strict=True))), base / "more.parquet")
    (base / "lists").mkdir()
    (base / "lists" / "block-terms.txt").write_text("承兑秒到\t黑话\n", encoding="utf-8")
    (base / "lists" / "allow-accounts.txt").write_text("号 2\n", encoding="utf-8")
    return base


@pytest.fixture(scope="module")
def scored_here(exported):
    """What a run on one machine makes of it; several batches, so that copies come together and apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_HELD_ROWS", 700)
        asked = settings(lists=str(exported / "lists"))
        score_export([exported / "导 出", exported / "more.parquet"], exported / "here", asked)
    return exported / "here"


@pytest.mark.parametrize("master", MASTERS)
def test_spark_gives_what_one_machine_gives(master, exported, scored_here, tmp_path, monkeypatch):
    from classifier.outcome.spark import score_on_spark

    monkeypatch.setattr(export, "_HELD_ROWS", 700)
    paths = [str(exported / "导 出"), str(exported / "more.parquet")]
    score_on_spark(paths, str(tmp_path / "out"), settings(lists=str(exported / "lists")), master=master)
    assert_same(tmp_path / "out", scored_here)
    reasons = {row["reason"] for row in rows_of(tmp_path / "out", "rejects")}
    assert {"duplicate", "empty"} <= reasons
    assert any("fuller copy of" in (row["notes"] or "") for row in rows_of(tmp_path / "out", "posts"))
    assert not (tmp_path / "out" / ".unfinished").exists()
