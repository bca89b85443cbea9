"""`bijian evaluate` measures and writes, and `bijian score --point` chooses what is promised."""

import json
import shutil

import pytest
from click.testing import CliRunner
from standin import FROZEN

from classifier.cli import main
from classifier.training import corpus


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def frozen(tmp_path, monkeypatch, write_jsonl):
    """A frozen part in a corpus of its own."""
    (tmp_path / "frozen").mkdir()
    monkeypatch.setattr(corpus, "FROZEN", tmp_path / "frozen")
    return write_jsonl(FROZEN, "frozen/f01.jsonl")


def test_labels_are_measured_and_written(small_model, tmp_path, write_jsonl):
    done = run("evaluate", write_jsonl(FROZEN, "mine.jsonl"), "--model", small_model, "--out", tmp_path / "measured")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("## small, balanced: mine.jsonl")
    assert {"| average_precision |", "| zero_width |"} <= {line[: line.index("|", 1) + 1] for line in done.stdout.splitlines() if line.startswith("| ")}
    assert json.loads((tmp_path / "measured" / "evaluation.json").read_bytes())["about"]["labels"] == ["mine.jsonl"]
    assert "mine.jsonl" in (tmp_path / "measured" / "evaluation.html").read_text(encoding="utf-8")


def test_without_labels_the_frozen_part_is_measured(small_model, frozen):
    plain, asked = run("evaluate", "--model", small_model, "--json"), run("evaluate", "--frozen", "--model", small_model, "--json")
    assert plain.exit_code == 0, plain.output
    assert plain.stdout == asked.stdout
    assert json.loads(plain.stdout)["posts"] == len(FROZEN)


def test_without_a_frozen_part_it_is_said(small_model, tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "FROZEN", tmp_path)
    done = run("evaluate", "--frozen", "--model", small_model)
    assert done.exit_code == 1
    assert "no frozen part" in done.stderr


@pytest.mark.parametrize("option", ["--frozen", "--card"])
def test_labels_and_the_frozen_part_exclude_each_other(option, write_jsonl):
    assert run("evaluate", write_jsonl(FROZEN), option).exit_code == 2


@pytest.fixture(scope="module")
def pointed(small_model, tmp_path_factory):
    """The small model with points far apart: few posts leave their thresholds together."""
    folder = tmp_path_factory.mktemp("pointed") / "pointed"
    shutil.copytree(small_model, folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for point, offer_from in (("careful", 0.97), ("balanced", 0.8), ("wide", 0.3)):
        manifest["points"][point] |= {"offer_from": offer_from, "review_from": 0.2}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def unseen():
    """Posts of writers that the small model did not learn from: of those it did it is too sure to have any between two points."""
    return list(corpus.read_corpus(corpus.corpus_files()[4:8]))


@pytest.fixture
def export(write_jsonl, unseen):
    return write_jsonl([{"account_name": row["account"], "text": row["text"]} for row in unseen], "export.jsonl")


def test_a_point_decides_verdicts_and_what_is_promised(pointed, export, tmp_path):
    offers = {}
    for point in ("careful", "balanced", "wide"):
        out = tmp_path / point
        done = run("score", export, "--out", out, "--format", "jsonl", "--model", pointed, "--point", point)
        assert done.exit_code == 0, done.output
        told = json.loads((out / "run.json").read_bytes())
        promised = json.loads((pointed / "manifest.json").read_bytes())["points"][point]["promise"]
        assert (told["operating_point"], told["promise"]) == (point, promised)
        assert point in (out / "report.html").read_text(encoding="utf-8")
        offers[point] = told["counts"]["verdicts"].get("offer", 0)
    assert offers["careful"] < offers["balanced"] < offers["wide"]


def test_the_point_is_balanced_where_none_is_named(pointed, export, tmp_path):
    run("score", export, "--out", tmp_path / "out", "--model", pointed)
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["operating_point"] == "balanced"


def test_a_post_is_explained_at_the_point_it_was_scored_at(pointed, export, tmp_path):
    run("score", export, "--out", tmp_path / "out", "--format", "jsonl", "--model", pointed, "--point", "wide")
    posts = [json.loads(line) for line in (tmp_path / "out" / "posts.jsonl").read_text(encoding="utf-8").splitlines()]
    between = next(post for post in posts if 0.3 <= post["score"] < 0.8)
    told = run("explain", f"{tmp_path / 'out'}:{between['post_id']}", "--json")
    assert json.loads(told.stdout)["verdict"] == "offer"


def test_lines_are_judged_at_the_point(pointed, unseen):
    lines = "".join(json.dumps({"text": row["text"]}, ensure_ascii=False) + "\n" for row in unseen)
    counts = []
    for point in ("careful", "wide"):
        done = CliRunner().invoke(main, ["score", "-", "--model", str(pointed), "--point", point], input=lines)
        counts.append(sum(json.loads(line)["verdict"] == "offer" for line in done.stdout.splitlines()))
    assert counts[0] < counts[1]
