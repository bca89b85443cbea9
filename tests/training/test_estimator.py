"""The estimator keeps scikit-learn's manners: what goes in is not changed, what comes out is as long and in the same order."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from classifier import explain
from classifier.errors import LabelsError
from classifier.training.estimator import OfferClassifier
from classifier.training.labels import full_text

OFFER = "新用户点此注册币安，填邀请码 QX88 永久返佣20%，加微信进群跟单"
PLAIN = "今天炖了一锅牛肉，香。"


@pytest.fixture(scope="module")
def labelled(few_rows):
    return [row["text"] for row in few_rows], [row["label"] for row in few_rows], [row["group"] for row in few_rows]


@pytest.fixture(scope="module")
def fitted(labelled):
    texts, labels, groups = labelled
    return OfferClassifier().fit(texts, labels, groups=groups)


def test_a_clone_has_the_parameters_and_nothing_learned(fitted):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert not hasattr(copy, "model_")


def test_probabilities_have_the_length_and_the_order_of_the_texts(fitted):
    texts = [PLAIN, OFFER, "", OFFER * 3]
    chances = fitted.predict_proba(texts)
    assert chances.shape == (4, 2)
    assert np.allclose(chances.sum(axis=1), 1)
    assert np.array_equal(fitted.predict_proba(texts[::-1]), chances[::-1])
    assert chances[1, 1] > 0.5 > chances[0, 1]


def test_the_offer_is_the_second_class(fitted):
    assert fitted.classes_.tolist() == ["not_offer", "offer"]
    assert set(fitted.predict([PLAIN, OFFER])) <= {"not_offer", "offer"}
    assert fitted.predict([PLAIN])[0] == "not_offer"


def test_one_and_zero_learn_what_the_words_learn(fitted, labelled):
    texts, labels, groups = labelled
    numbers = OfferClassifier().fit(np.array(texts, dtype=object), np.array([int(label == "offer") for label in labels]), groups=groups)
    assert numbers.classes_.tolist() == [0, 1]
    assert np.array_equal(numbers.predict_proba(texts[:20]), fitted.predict_proba(texts[:20]))


def test_what_it_learned_is_a_model_that_explains_itself(fitted):
    reason = explain(fitted.model_, OFFER)
    assert reason["score"] == pytest.approx(fitted.predict_proba([OFFER])[0, 1], abs=1e-12)


def test_learning_leaves_the_callers_lists_alone(few_rows):
    texts, labels = [row["text"] for row in few_rows], [row["label"] for row in few_rows]
    before = list(texts), list(labels)
    OfferClassifier().fit(texts, labels)
    assert (texts, labels) == before


def test_an_unfitted_one_refuses():
    with pytest.raises(NotFittedError):
        OfferClassifier().predict_proba([OFFER])


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["offer", "other"], "'offer', 'other'; known are"),
        (["offer", "borderline", "not_offer"], "'borderline'"),
        (["offer", "offer"], "both are needed"),
        ([], "none; known are"),
    ],
)
def test_labels_nobody_knows_are_named(labels, found):
    with pytest.raises(LabelsError, match=found):
        OfferClassifier().fit([OFFER] * len(labels), labels)


def test_unequal_numbers_are_named():
    with pytest.raises(LabelsError, match="1 texts, 2 labels"):
        OfferClassifier().fit([OFFER], ["offer", "not_offer"])


def test_too_few_posts_of_the_trade_are_named():
    with pytest.raises(LabelsError, match="1 mention the trade, 1 offer of 1 groups, 0 not_offer of 0 groups"):
        OfferClassifier().fit([OFFER, PLAIN], ["offer", "not_offer"])


@pytest.mark.parametrize(("texts", "message"), [(OFFER, r"put it into \[ \]"), ([None], "text 0 is NoneType")])
def test_what_is_no_list_of_texts_is_refused(fitted, texts, message):
    with pytest.raises(LabelsError, match=message):
        fitted.predict_proba(texts)


def test_title_and_text_together_score_as_they_do_alone(fitted, few_rows):
    """The estimator has no title: a post with one is given as title, newline, text, and scores as that text does."""
    row = next(row for row in few_rows if row["title"])
    assert fitted.predict_proba([full_text(row)])[0, 1] == pytest.approx(explain(fitted.model_, full_text(row))["score"], abs=1e-12)
