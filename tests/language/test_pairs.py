"""Every pair of written and meant words that we know of is resolved as its table says."""

from pathlib import Path

import pytest

from classifier.language.leads.find import find_leads
from classifier.language.normalise import fold, undisguise

# Digits enough for a contact, in the same hand.
CONTACTS = {
    "㈠㈢㈧": "电话㈠㈢㈧零零零零一二三四",
    "一三八": "手机一三八零零零零一二三四",
    "壹叁捌": "电话壹叁捌零零零零一二三四",
    "幺三八零": "联系幺三八零零零零一二三四",
    "l38OO": "电话l38OOOO1234",
    "t·me/abc": "群 t·me/abcdef_group",
}


def pairs():
    for line in Path(__file__).with_name("pairs.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            number, written, meant, _device, how = line.split("\t")
            yield pytest.param(written.replace("\\u200b", "\u200b").replace("\\ufe0f", "\ufe0f"), meant, how, id=number)


def plain(text):
    return undisguise(fold([text])).text().rstrip("\n")


def test_no_pair_is_left_out():
    assert [pair.id for pair in pairs()] == [str(number) for number in range(1, 153)]


@pytest.mark.parametrize(("written", "meant", "how"), list(pairs()))
def test_a_pair_is_resolved_as_listed(written, meant, how):
    word, _, companion = how.partition(" ")
    if word == "contact":
        assert len(find_leads(CONTACTS[written])) == 1
        return
    assert (plain(meant) in plain(written)) == (word == "always")
    if word == "beside":
        assert plain(meant) in plain(f"{companion}，{written}")
    if word == "no":
        assert plain(meant) not in plain(f"加{written}进群")
