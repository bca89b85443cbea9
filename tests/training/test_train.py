"""Learning: reproducible, refused where there is too little, honest about what it did not see."""

import numpy as np
import pytest

from classifier.errors import LabelsError
from classifier.model.judge import judge
from classifier.training.labels import full_text, read_labels
from classifier.training.train import learn


@pytest.fixture(scope="module")
def few():
    from classifier.training.corpus import corpus_files, read_corpus

    return [row for row in read_corpus(corpus_files()[:6]) if row["label"] != "borderline"]


@pytest.fixture(scope="module")
def learned(few):
    return learn(few)


def test_learning_twice_gives_the_same_model(few, learned):
    model, held_out = learned
    again, again_held_out = learn(few)
    assert np.array_equal(model.weights, again.weights)
    assert model.constant == again.constant
    assert np.array_equal(held_out.log_odds, again_held_out.log_odds)


def test_what_was_held_out_is_told_apart(few, learned):
    from sklearn.metrics import roc_auc_score

    assert roc_auc_score([row["label"] == "offer" for row in few], learned[1].log_odds) > 0.7


def test_a_small_model_judges(few, learned):
    log_odds = judge(learned[0], [full_text(row) for row in few[:5]]).log_odds
    assert np.isfinite(log_odds).all()


def test_too_few_posts_are_refused(few):
    with pytest.raises(LabelsError, match="too few posts to learn from"):
        learn(few[:3])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "line 1: not JSON"),
        ("[1]", "line 1: not an object"),
        ('{"label": "offer"}', "line 1: no 'text'"),
        ('{"text": "a", "label": "spam"}', "line 1: label 'spam'"),
        *((f'{{"text": "a", "label": "offer", "weight": {weight}}}', "line 1: weight .* is not a number above 0") for weight in ("0", "-1", '"2"', "Infinity", "NaN")),
        *((f'{{"text": "abc", "label": "offer", "marks": {marks}}}', "line 1: marks .* in a text of 3 characters") for marks in ('"x"', "[[0]]", '[["a", 2]]', "[[2, 1]]", "[[-1, 2]]", "[[0, 4]]")),
        ("", "no labelled post"),
    ],
)
def test_a_bad_label_line_is_named(tmp_path, line, message):
    path = tmp_path / "labels.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(LabelsError, match=message):
        read_labels([path])


def test_a_post_counts_as_much_as_its_line_says(write_jsonl):
    rows = read_labels([write_jsonl([{"text": "甲", "label": "offer", "weight": 0.25}, {"text": "乙", "label": "offer"}])])
    assert [row["weight"] for row in rows] == [0.25, 1.0]


def test_learning_heeds_how_much_posts_count(few, learned):
    lighter = [row | {"weight": 0.1} if row["label"] == "offer" else row for row in few]
    probe = [full_text(row) for row in few[:20]]
    assert judge(learn(lighter)[0], probe).log_odds.mean() < judge(learned[0], probe).log_odds.mean()
