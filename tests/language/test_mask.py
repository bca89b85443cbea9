"""Masking hides what is personal, in place, and nothing else. All contacts are invented."""

import pytest
from contacts import PERSONAL, PIECES
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.language.leads.find import find_leads
from classifier.language.leads.kinds import PERSONAL_KINDS, Lead
from classifier.language.mask import BULLET, mask_personal, mask_spans


@pytest.mark.parametrize(("text", "kind", "value"), PERSONAL)
def test_every_contact_format_is_masked_but_for_its_first_character(text, kind, value):
    at = text.index(value)
    assert mask_personal(text) == text[: at + 1] + BULLET * (len(value) - 1) + text[at + len(value) :]


def test_codes_domains_and_addresses_stay_readable():
    text = "官网 okx.com，邀请码：ABC123，充值 bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert mask_personal(text) == text


def test_a_number_within_a_link_is_masked_in_place():
    assert mask_personal("https://www.okx.com/join?ref=13800001234") == "https://www.okx.com/join?ref=1••••••••••"


def test_only_the_leads_that_are_given_are_masked():
    text = "微信：abc_12345，电话13800001234"
    phones = [lead for lead in find_leads(text) if lead.kind == "phone"]
    assert mask_spans(text, phones) == "微信：abc_12345，电话1••••••••••"


def test_a_public_lead_is_not_masked_even_when_given():
    assert mask_spans("币安", [Lead("venue", "币安", 0, 2, "none")]) == "币安"


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_masking_keeps_the_length(text):
    masked = mask_personal(text)
    assert len(masked) == len(text)
    assert all(new in (old, BULLET) for old, new in zip(text, masked, strict=True))


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_masking_twice_changes_nothing_more(text):
    once = mask_personal(text)
    assert mask_personal(once) == once
    assert not any(len(lead.value) > 1 for lead in find_leads(once) if lead.kind in PERSONAL_KINDS)
