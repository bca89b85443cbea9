"""An operating point moves verdicts and promises, never a score; a model from before there were several has the one it was made with."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import ModelFileError
from classifier.model.bundle import load_model
from classifier.model.points import DEFAULT_POINT, Point
from classifier.outcome.accounts import gather_accounts
from classifier.outcome.explain import explain
from classifier.outcome.score import score_posts
from classifier.training.measure import tabulate

CAREFUL, WIDE = Point(0.9999, 0.99, 0.999, 0.99), Point(0.3, 0.01, 0.3, 0.05)


@pytest.fixture
def pointed(model):
    """The shipped model with a narrow and a wide point beside its own."""
    own = Point(model.offer_from, model.review_from, model.flag_from, model.look_from)
    about = {"careful": {"promise": ["little"]}, DEFAULT_POINT: {"promise": ["some"]}, "wide": {"promise": ["much"]}}
    return replace(model, points={"careful": CAREFUL, DEFAULT_POINT: own, "wide": WIDE}, manifest=model.manifest | {"points": about})


@pytest.fixture
def old_model(model, tmp_path):
    """A function that gives the folder of the shipped model with other points in its manifest; None is none."""

    def write(points):
        folder = tmp_path / "old"
        shutil.copytree(Path(model.folder), folder)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest.pop("points", None)
        manifest |= {"points": points} if points else {}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder

    return write


def test_a_verdict_begins_at_its_threshold(model):
    at = replace(model, offer_from=0.9, review_from=0.4)
    assert [at.verdict(chance) for chance in (1.0, 0.9, 0.8999, 0.4, 0.3999, 0.0)] == ["offer", "offer", "review", "review", "clear", "clear"]


def test_a_point_moves_verdicts_and_never_a_score(pointed, few_rows):
    posts = tabulate(few_rows)
    scored = {name: score_posts(pointed.at(name), posts) for name in pointed.points}
    accounts = {name: gather_accounts(posts, pointed.at(name)).set_index("account_key") for name, posts in scored.items()}
    offers = [(posts["verdict"] == "offer").sum() for posts in scored.values()]
    flags = [set(found.index[found["verdict"] == "flag"]) for found in accounts.values()]
    assert offers[0] < offers[1] < offers[2]
    assert flags[0] < flags[1] < flags[2]
    for name in ("careful", "wide"):
        assert scored[name]["score"].equals(scored[DEFAULT_POINT]["score"])
        assert accounts[name]["score"].sort_index().equals(accounts[DEFAULT_POINT]["score"].sort_index())


def test_an_explanation_has_the_verdict_of_the_post(pointed, few_rows):
    for name in pointed.points:
        at = pointed.at(name)
        scored = score_posts(at, tabulate(few_rows[:20]))
        assert [explain(at, row["text"], title=row["title"])["verdict"] for row in few_rows[:20]] == scored["verdict"].tolist()


def test_a_point_brings_its_promise(pointed):
    assert [pointed.at(name).manifest["promise"] for name in pointed.points] == [["little"], ["some"], ["much"]]
    assert pointed.at("wide").manifest["operating_point"] == "wide"


def test_a_point_nobody_made_is_refused(pointed):
    with pytest.raises(ModelFileError, match=r"no operating point 'bold'; it has: careful, balanced, wide"):
        pointed.at("bold")


def test_a_model_from_before_there_were_points_has_one(old_model, model):
    old = load_model(str(old_model(None)))
    assert old.points == {DEFAULT_POINT: Point(model.offer_from, model.review_from, model.flag_from, model.look_from)}
    assert old.at(DEFAULT_POINT).manifest["promise"] == model.manifest["promise"]
    with pytest.raises(ModelFileError, match="has no operating point 'careful'"):
        old.at("careful")


def test_points_come_from_careful_to_wide(old_model):
    loaded = load_model(str(old_model({"wide": WIDE._asdict(), "mine": WIDE._asdict(), "careful": CAREFUL._asdict()})))
    assert list(loaded.points) == ["careful", "wide", "mine"]
    assert loaded.points["careful"] == CAREFUL


def test_a_point_without_a_threshold_is_refused(old_model):
    with pytest.raises(ModelFileError, match="an operating point lacks a threshold"):
        load_model(str(old_model({"careful": {"offer_from": 0.9}})))
