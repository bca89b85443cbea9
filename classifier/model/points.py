"""What an operating point is: four thresholds under a name, each with a promise in the manifest."""

from __future__ import annotations

from typing import NamedTuple

# From few verdicts that are nearly all right to many that miss little.
POINTS = ("careful", "balanced", "wide")
# The one in use where nobody asks for another.
DEFAULT_POINT = "balanced"


class Point(NamedTuple):
    """The probabilities from which on a post is an offer or is shown, and an account is flagged or looked at. Lower them and more is."""

    offer_from: float
    review_from: float
    flag_from: float
    look_from: float
