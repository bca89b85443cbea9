"""An account is judged by what share of its posts are offers, at every size alike."""

import numpy as np
import pandas as pd
import pytest

from classifier.model.points import STEPS
from classifier.outcome.accounts import account_ratios, account_scores, gather_accounts, merge_tallies, tally_posts

SURE, PLAIN = 0.995, 0.03


def posts(model, **accounts):
    """A table of scored posts: for each account, the scores of its posts."""
    rows = [(key, f"{key}{n}", score) for key, scores in accounts.items() for n, score in enumerate(scores)]
    keys, names, scores = (list(column) for column in zip(*rows, strict=True))
    table = {"account_key": keys, "account_id": keys, "account_name": keys, "post_id": names, "score": scores, "category": "exchange", "published_at": None}
    return pd.DataFrame(table | {"verdict": [model.verdict(score) for score in scores], "title": "", "text": "字" * 50, "body_state": "full"})


def verdict(model, scores):
    return gather_accounts(posts(model, a=scores), model).loc[0, "verdict"]


@pytest.mark.parametrize("others", [30, 100, 300])
def test_one_post_in_many_that_looks_like_an_offer_is_looked_at_and_flags_nobody(model, others):
    assert verdict(model, [SURE] + [PLAIN] * others) == "review"


def test_the_reason_says_when_offers_are_a_small_part(model):
    row = gather_accounts(posts(model, a=[SURE] + [PLAIN] * 30), model).loc[0]
    assert "其中 1 篇" in row["reason"]
    assert "只占少数" in row["reason"]
    assert "a small part" in row["reason_en"]


@pytest.mark.parametrize(("offers", "others"), [(1, 0), (2, 2), (10, 20), (100, 200)])
def test_an_account_that_offers_in_a_third_of_its_posts_is_flagged(model, offers, others):
    assert verdict(model, [SURE] * offers + [PLAIN] * others) == "flag"


def test_more_offers_and_fewer_others_make_a_higher_score(model):
    scored = posts(model, a=[SURE] * 4 + [PLAIN] * 6, b=[SURE] * 3 + [PLAIN] * 6, c=[SURE] * 3 + [PLAIN] * 9)
    a, b, c = account_scores(model, tally_posts(scored, model))
    assert a > b > c


def test_what_posts_say_together_is_the_mean_over_shares_of_their_product(model):
    ratios = np.linspace(-2, 5, len(STEPS) + 1)
    tally = tally_posts(posts(model, a=[SURE, PLAIN]), model)
    likelier = np.exp(ratios[np.searchsorted(STEPS, np.log([SURE / (1 - SURE), PLAIN / (1 - PLAIN)]), side="right")])
    shares = np.arange(0.05, 1.01, 0.05)
    expected = np.log(np.mean([np.prod(1 - share + share * likelier) for share in shares]))
    assert account_ratios(ratios, tally)[0] == pytest.approx(expected)


def test_an_account_gathered_in_parts_has_the_same_score_to_the_last_digit(model):
    whole = posts(model, a=[SURE, PLAIN] * 7, b=[PLAIN] * 5)
    parts = merge_tallies(tally_posts(part, model) for part in (whole[:3], whole[3:9], whole[9:]))
    assert account_scores(model, parts).tolist() == account_scores(model, tally_posts(whole, model)).tolist()
