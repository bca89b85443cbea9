"""The thresholds of verdicts, and of what an account is judged by."""

from __future__ import annotations

from typing import NamedTuple

# From few verdicts that are nearly all right to many that miss little.
POINTS = ("careful", "balanced", "wide")
# The one in use where nobody asks for another.
DEFAULT_POINT = "balanced"
# The log-odds at which posts are counted apart for their account, at every point alike. Nearly all posts without a word of the trade are below the first.
# Models are learned with these: other ones are another FORMAT.
STEPS = (-6.0, -3.0, -1.5, 0.0, 1.0, 2.0, 3.0, 4.5)


class Point(NamedTuple):
    """The probabilities from which on a post is an offer or is shown, and an account is flagged or looked at. Lower them and more is."""

    offer_from: float
    review_from: float
    flag_from: float
    look_from: float
