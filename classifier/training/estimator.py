"""The model as a scikit-learn estimator: for cross-validation, grid search and comparison with other models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from classifier.errors import LabelsError
from classifier.model.judge import judge, probability
from classifier.training.labels import Row
from classifier.training.train import learn

Values = npt.NDArray[np.float64]
# As classes_ must stand: the offer is the second.
SPELLINGS = (["not_offer", "offer"], [False, True])


class OfferClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """
    Learns from texts and labels, and gives the probability that a text makes an offer.

    Labels are ``"offer"`` and ``"not_offer"``, or true and false (1 and 0). Borderline posts are to be left out.
    A text that does not mention the trade has the floor probability, whatever was learned.

    After ``fit``: ``classes_`` (the offer second) and ``model_`` (what `classifier.score_posts` and `classifier.explain` take).

    >>> from sklearn.model_selection import cross_val_predict
    >>> chances = cross_val_predict(OfferClassifier(), texts, labels, method="predict_proba")[:, 1]  # doctest: +SKIP
    """

    def fit(self, texts: Iterable[str], labels: Iterable[Any], *, groups: Iterable[Any] | None = None) -> Self:
        """
        Learn from *texts*; return this estimator.

        *groups* says what belongs together (writer, account, source): the thresholds are chosen on groups not learned from.
        Without it every text stands alone, which flatters the thresholds if the texts repeat one another.

        Raises LabelsError if the numbers differ, a label is not known, or too few texts of either label mention the trade; the message
        says what was found.
        """
        posts, truth = _texts(texts), list(labels)
        named = list(range(len(posts))) if groups is None else list(groups)
        if not len(posts) == len(truth) == len(named):
            raise LabelsError(f"{len(posts)} texts, {len(truth)} labels, {len(named)} groups; give one label and one group for each text")
        classes = _classes(truth)
        rows = [_row(n, text, bool(label == classes[1]), group) for n, (text, label, group) in enumerate(zip(posts, truth, named, strict=True))]
        self.model_ = learn(rows)[0]
        self.classes_ = classes
        return self

    def predict_proba(self, texts: Iterable[str]) -> Values:
        """Return a row for each text, in order: the probabilities of ``classes_``, so that the second is that of an offer."""
        check_is_fitted(self)
        chances = probability(judge(self.model_, [f"\n{text}" for text in _texts(texts)]).log_odds)
        return np.column_stack((1.0 - chances, chances))

    def predict(self, texts: Iterable[str]) -> npt.NDArray[Any]:
        """Return the label of each text: an offer from ``model_.offer_from`` on, the threshold that was learned and not one half."""
        chances = self.predict_proba(texts)[:, 1]
        labels: npt.NDArray[Any] = self.classes_[(chances >= self.model_.offer_from).astype(int)]
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.classifier_tags.multi_class = False
        return tags


def _texts(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise LabelsError("one text was given where a list of texts is needed; put it into [ ]")
    listed = list(texts)
    odd = next((n for n, text in enumerate(listed) if not isinstance(text, str)), None)
    if odd is not None:
        raise LabelsError(f"text {odd} is {type(listed[odd]).__name__}, not str; give '' where there is no text")
    return listed


def _classes(labels: list[Any]) -> npt.NDArray[Any]:
    found = sorted(set(labels), key=str)
    known = next((spelling for spelling in SPELLINGS if set(labels) == set(spelling)), None)
    if known is None:
        raise LabelsError(f"labels {', '.join(map(repr, found[:6])) or 'none'}; known are 'offer' and 'not_offer', or True and False, and both are needed")
    return np.array(sorted(set(labels)))


def _row(number: int, text: str, offers: bool, group: Any) -> Row:
    name = str(number)
    label = "offer" if offers else "not_offer"
    return {"id": name, "title": "", "text": text, "account": name, "label": label, "sub": "", "group": str(group), "marks": [], "weight": 1.0}
