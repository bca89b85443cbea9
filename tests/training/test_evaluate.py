"""An evaluation holds all figures as plain data, shows the worst errors, and its page runs nothing and asks for nothing."""

import json
import re
from dataclasses import replace

import pytest
from standin import FROZEN, OFFER

from classifier.model.points import Point
from classifier.training import corpus
from classifier.training.disguises import DEVICES
from classifier.training.evaluate import evaluate, write_evaluation
from classifier.training.labels import read_labels
from classifier.training.page import place, wrong_accounts


@pytest.fixture(scope="module")
def judging(model):
    """The shipped model at thresholds that make errors of the stand-in's wrong labels."""
    low = Point(0.5, 0.2, 0.5, 0.3)
    points = {"careful": Point(0.999, 0.9, 0.99, 0.9), "balanced": low, "wide": Point(0.3, 0.1, 0.3, 0.2)}
    return replace(model, points=points).at("balanced")


@pytest.fixture(scope="module")
def figures(judging, tmp_path_factory):
    path = tmp_path_factory.mktemp("labels") / "frozen.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in FROZEN), encoding="utf-8")
    return evaluate(judging, read_labels([path]))


@pytest.fixture(scope="module")
def page(figures, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "measured"
    write_evaluation(figures, ["frozen.jsonl"], out)
    assert json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["average_precision"] == figures["average_precision"]
    return (out / "evaluation.html").read_text(encoding="utf-8")


def test_the_worst_of_each_kind_are_found(figures):
    worst = {kind: [post["post_id"] for post in posts] for kind, posts in figures["worst"].items()}
    assert worst["protected"] == ["s50"]
    assert worst["missed"] == ["s51"]
    assert "s52" in worst["category"]
    assert worst["evidence"] == ["s52"]
    assert worst["other"] == []


def test_errors_show_their_quotes_without_contacts(figures):
    wrong = figures["worst"]["protected"][0]
    assert wrong["quotes"]
    assert all(quote in OFFER for quote in wrong["quotes"] if "•" not in quote)
    assert "coin_helper88" not in json.dumps(figures, ensure_ascii=False)


def test_every_disguise_is_applied_to_the_same_posts(figures):
    rows = figures["by_disguise"]
    assert list(rows) == list(DEVICES)
    assert len({(row["caught"], row["clear"]) for row in rows.values()}) == 1
    assert rows["zero_width"]["kept"] == 1.0
    assert all(0 <= row["to_offer"] <= row["raised"] <= 1 for row in rows.values())


def test_the_points_are_measured_side_by_side(figures, judging):
    recalls = [figures["points"][name]["offer_recall"] for name in ("careful", "balanced", "wide")]
    assert recalls == sorted(recalls)
    assert figures["points"]["balanced"]["offer_recall"] == figures["offer_recall"]
    assert figures["points"]["balanced"]["promised"] == judging.manifest["promise"]
    assert figures["points"]["wide"]["protected_offers"] == 1


def test_reliability_counts_every_sure_post_in_its_part(figures):
    assert sum(part["n"] for part in figures["reliability"]) == len(FROZEN) - 1
    assert all(part["from"] <= part["score"] <= part["to"] for part in figures["reliability"])


def test_the_curve_falls_in_recall_and_stays_in_the_frame(figures):
    recalls = [recall for recall, _ in figures["precision_recall"]]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[0] == 1.0
    assert place(0, 0)[1] > place(0, 1)[1]


def test_accounts_judged_wrongly_are_told():
    def account(verdict, *, offers):
        return {"verdict": verdict, "offers": offers}

    accounts = [account(verdict, offers=offers) for verdict in ("flag", "review", "clear", "abstain") for offers in (True, False)]
    assert wrong_accounts(accounts) == [account("flag", offers=False), account("clear", offers=True), account("abstain", offers=True)]


def test_one_label_alone_can_be_measured(judging, tmp_path, write_jsonl):
    figures = evaluate(judging, read_labels([write_jsonl([row for row in FROZEN if row["label"] == "offer"])]))
    write_evaluation(figures, ["offers"], tmp_path / "out")
    assert figures["precision_recall"] == []
    assert figures["false_offer_rate"] is None


def test_a_post_on_the_page_is_only_text(page):
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "&lt;b&gt;己&lt;/b&gt;日报" in page
    assert "default-src 'none'" in page


def test_the_page_is_one_file_in_two_languages(page):
    assert not re.search(r"<[^>]*(src|href)=|url\(|@import", page)
    assert all(said in page for said in ("工作点", "operating points", "伪装", "reliability", "<polyline"))
    assert "built-in method" not in page


def test_the_frozen_part_is_never_learned_from(tmp_path, monkeypatch, write_jsonl):
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    monkeypatch.setattr(corpus, "FROZEN", tmp_path / "frozen")
    with pytest.raises(corpus.LabelsError, match="no frozen part"):
        corpus.read_frozen()
    (tmp_path / "frozen").mkdir()
    frozen = write_jsonl(FROZEN, "frozen/f01.jsonl")
    write_jsonl(FROZEN[:1], "w01.jsonl")
    assert [row["id"] for row in corpus.read_corpus()] == ["s0"]
    assert len(corpus.read_frozen()) == len(FROZEN)
    with pytest.raises(corpus.LabelsError, match="nothing may learn from"):
        corpus.read_to_learn([frozen])
