"""The corpus keeps its rules, and each rule sees its breach."""

import pytest

from classifier.training.checks import (
    FROZEN_ACCOUNTS,
    FROZEN_POSTS,
    PROBE_AUC,
    WRITER_FALL,
    check_frozen,
    check_rows,
    probe_auc,
    writer_fall,
)
from classifier.training.corpus import accounts_of, read_corpus, read_frozen, summary
from classifier.training.labels import BANDS, PROTECTED


def row(number, label="offer", text=None, **fields):
    text = text or f"第{number}篇写的是完全不同的话" + chr(0x4E00 + number) * 9
    marks = [(0, 4)] if label == "offer" else []
    sub = "exchange" if label == "offer" else "news"
    return {
        "id": f"w-{number}", "writer": "w", "group": "w", "brief": "b", "era": "2018-01", "register": "chat", "account": f"a{number}",
        "title": "", "text": text, "label": label, "sub": sub, "marks": marks, "pair": None, **fields,
    }  # fmt: skip


GOOD = [row(n, "offer" if n % 2 else "not_offer", text=f"{chr(0x5000 + 31 * n)}{chr(0x6000 + 17 * n)}号说第{n}件事，" + chr(0x7000 + 13 * n) * 12) for n in range(10)]
BREACHES = {
    "id": [GOOD[0], GOOD[1] | {"id": GOOD[0]["id"]}],
    "label": [row(1, sub="news")],
    "register": [row(1, register="poem")],
    "fields": [row(1, brief="")],
    "marks": [row(1, marks=[(0, 999)]), row(2, "not_offer", marks=[(0, 2)])],
    "pair": [row(1, pair="p"), row(2, pair="p")],
    "shared sentence": [row(1, text="甲，" + "一" * 16 + "。"), row(2, text="乙，" + "一" * 16 + "。")],
    "near-duplicate": [row(1, text="这是同一段话，写得一模一样。" * 4), row(2, text="这是同一段话，写得一模一样。" * 4)],
    "offer share": [row(n) for n in range(5)],
    "opening": [row(n, text=f"同一个开头也{chr(0x5000 + n) * 20}") for n in range(4)],
}


def test_good_rows_break_no_rule():
    assert check_rows(GOOD) == []


@pytest.mark.parametrize("rule", BREACHES)
def test_a_breach_is_seen(rule):
    assert rule in {problem.rule for problem in check_rows(BREACHES[rule])}


def test_twins_may_share_a_sentence():
    shared = "一" * 16
    twins = [row(1, text=f"甲，{shared}。", pair="p"), row(2, "not_offer", text=f"乙，{shared}。", pair="p")]
    assert "shared sentence" not in {problem.rule for problem in check_rows(twins)}


def test_the_probe_sees_what_only_punctuation_tells():
    rows = [row(n, "offer" if n % 2 else "not_offer", text="话" * 30 + ("！" * 9 if n % 2 else "。"), writer=f"w{n % 7}") for n in range(140)]
    assert probe_auc(rows) > 0.95


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"writer": "w"}, "writer 'w' stands in both parts"),
        ({"account": "a1"}, "account 'a1' stands in both parts"),
        ({"text": "甲，" + "一" * 16 + "。"}, "一一一"),
        ({}, f"1 posts, at least {FROZEN_POSTS} are needed"),
        ({}, f"0 accounts, at least {FROZEN_ACCOUNTS} are needed"),
    ],
)
def test_a_frozen_part_that_is_not_apart_is_seen(changed, said):
    frozen = [row(500, writer="f", account="other") | {"id": "f-1"} | changed]
    learned = [*GOOD, row(900, text="乙，" + "一" * 16 + "。")]
    assert any(said in problem.what for problem in check_frozen(learned, frozen))


@pytest.fixture(scope="module")
def corpus():
    return read_corpus()


def test_the_corpus_that_ships_keeps_its_rules(corpus):
    assert check_rows(corpus) == []


def test_the_frozen_part_keeps_its_rules_and_is_apart(corpus):
    frozen = read_frozen()
    assert check_rows(frozen) == []
    assert check_frozen(corpus, frozen) == []
    # By account and by time: half of it is later than anything learned from.
    last = max(post["era"] for post in corpus)
    assert sum(post["era"] > last for post in frozen) >= len(frozen) / 2


def test_surface_alone_does_not_tell_its_labels_apart(corpus):
    assert probe_auc(corpus) <= PROBE_AUC


def test_a_new_writer_is_judged_about_as_well_as_a_known_one(corpus):
    assert writer_fall(corpus) <= WRITER_FALL


def test_the_corpus_covers_what_it_must(corpus):
    counts = summary(corpus)
    assert sum(counts["label"].values()) >= 4000
    assert len(accounts_of(corpus)) >= 300
    assert len(counts["offer"]) == 5
    assert set(PROTECTED) <= set(counts["not_offer"])
    assert len(counts["not_offer"]) == 12
    assert set(counts["length"]) == {name for name, _, _ in BANDS}
    assert {str(year) for year in range(2013, 2027)} <= set(counts["era"])
    paired = sum(bool(post.get("pair")) for post in corpus)
    assert paired >= len(corpus) / 2
