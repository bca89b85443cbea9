"""The card is written from the manifest: every figure of it stands there, and the model stays whole."""

import json
import re
import shutil

import pytest
from standin import FROZEN

from classifier.errors import ModelFileError
from classifier.model.bundle import load_model
from classifier.model.golden import check_golden
from classifier.model.points import POINTS
from classifier.training.card import write_card
from classifier.training.evaluate import evaluate
from classifier.training.labels import read_labels
from classifier.training.release import renew_card


@pytest.fixture(scope="module")
def about(small_model):
    return load_model(str(small_model)).manifest


def test_the_card_of_a_trained_model_is_what_its_manifest_says(small_model, about):
    assert (small_model / "card.md").read_text(encoding="utf-8") == write_card(about)


def test_a_figure_of_the_card_changes_with_the_manifest(about):
    other = json.loads(json.dumps(about))
    other["counts"]["not_offer"]["court"] = 77_001
    other["second_reader"] = {"posts": 77_002, "agreement": 0.77003, "kappa": 0.77004}
    other["points"]["wide"]["promise"][1]["precision"] = 0.77005
    other["points"]["careful"]["flag_from"] = 0.77106
    other["figures"]["by_category_or_genre"]["not_offer/news"]["seen"] = 0.77206
    changed = {word.strip(",") for word in set(write_card(other).split()) - set(write_card(about).split())}
    assert {"77,001", "77,002", "0.770", "77.0%", "0.771", "0.772"} <= changed


def test_the_card_holds_points_promises_and_limits(about):
    card = write_card(about)
    for name in POINTS:
        assert len(re.findall(rf"^\| {name} \|", card, re.MULTILINE)) == 1 + len(about["points"][name]["promise"])
    assert "Few posts to learn from" in card
    assert "has not been measured on" in card


def test_an_evaluation_on_the_frozen_part_goes_into_the_card(small_model, tmp_path, write_jsonl):
    folder = tmp_path / "mine"
    shutil.copytree(small_model, folder)
    model = load_model(str(folder))
    path = renew_card(model, evaluate(model, read_labels([write_jsonl(FROZEN)])))
    again = load_model(str(folder))
    card = path.read_text(encoding="utf-8")
    assert "On the frozen part" in card
    assert "| zero_width |" in card
    assert again.manifest["frozen"]["posts"] == len(FROZEN)
    assert "coin_helper" not in json.dumps(again.manifest["frozen"])
    assert check_golden(again)[1] == 0.0
    assert (folder / "weights.npz").read_bytes() == (small_model / "weights.npz").read_bytes()


def test_a_model_without_what_a_card_is_made_of_is_refused(model):
    from dataclasses import replace

    with pytest.raises(ModelFileError, match=r"lacks counts.*train it again"):
        renew_card(replace(model, manifest={"points": {}, "figures": {}, "second_reader": {}}), {})
