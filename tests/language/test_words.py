"""The word lists: well formed, sorted, without repeats, and true to what their headings say."""

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from classifier.language.segment import engine, reference
from classifier.language.words import read_list

WIDTHS = {"venues": 7, "jieba": 3, "coins": 5, "disguises": 6}
TYPES = {"CEX", "DEX", "NFT", "TOOL", "OTC", "GUAR", "WAL", "CARD", "LP", "MINE", "PYR"}
# By what a group is sorted; by its first column where nothing is said.
SORTED_BY = {"venues": lambda row: row[1].casefold()}
HAN = re.compile("[㐀-鿿]+")
FIELD_GUIDE = Path(__file__).parents[3] / "shared" / "field-guide.md"


@cache
def groups(name):
    """Rows of NAME.tsv by the heading above them."""
    found = {}
    for line in (files("classifier.language.words") / f"{name}.tsv").read_text(encoding="utf-8").split("\n"):
        if line.startswith("# == "):
            heading = line[5:].partition(":")[0]
            found[heading] = []
        elif line and not line.startswith("#"):
            found[heading].append(line.split("\t"))
    return found


@pytest.mark.parametrize("name", WIDTHS)
def test_every_row_has_the_columns_of_the_heading(name):
    assert {len(row) for row in read_list(name)} == {WIDTHS[name]}
    assert sum(map(len, groups(name).values())) == len(read_list(name))


@pytest.mark.parametrize("name", WIDTHS)
def test_no_cell_has_space_around_it_and_no_list_an_empty_item(name):
    for row in read_list(name):
        for cell in row:
            assert cell == cell.strip()
            assert "||" not in cell
            assert not cell.startswith("|")
            assert not cell.endswith("|")


@pytest.mark.parametrize("name", WIDTHS)
def test_a_group_is_sorted_and_a_list_repeats_nothing(name):
    key = SORTED_BY.get(name, lambda row: row[0])
    for heading, rows in groups(name).items():
        assert rows, heading
        assert all(key(a) <= key(b) for a, b in pairwise(rows)), heading
    names = [row[1] if name == "venues" else row[0] for row in read_list(name)]
    assert len(names) == len(set(names))


def test_there_are_215_venues_and_each_name_and_domain_belongs_to_one():
    venues = read_list("venues")
    assert len(venues) == 215
    names, domains = [], []
    for chinese, english, others, seconds, types, ambiguous, weak in venues:
        own = [name for name in (chinese, english, *others.split("|")) if name]
        names += {name.casefold() for name in own}
        domains += [domain for domain in seconds.split("|") if domain]
        assert set(types.split("/")) <= TYPES
        assert ambiguous == str(int((chinese or english) in weak.split("|")))
        assert {name for name in weak.split("|") if name} <= set(own)
    assert len(names) == len(set(names))
    assert len(domains) == len(set(domains))


@pytest.mark.skipif(not FIELD_GUIDE.exists(), reason="the field guide is not beside the repository")
def test_every_venue_of_the_field_guide_is_listed():
    listed = "\n".join("\t".join(row) for row in read_list("venues")).casefold()
    domains = {domain for row in read_list("venues") for domain in row[3].split("|")}
    for line in FIELD_GUIDE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and cells[0].isdigit():
            first = re.split(r"[ (（/→]", cells[1] if cells[1] != "—" else cells[2])[0]
            assert first.casefold() in listed, cells
            assert {domain for domain in cells[4].split(", ") if domain != "—"} <= domains, cells


def test_a_coin_says_whether_its_names_can_stand_alone():
    for symbol, chinese, _english, ambiguous, weak in read_list("coins"):
        assert symbol == symbol.upper()
        assert ambiguous in {"0", "1"}
        assert set(weak.split("|")) <= {"", *chinese.split("|")}


def test_a_disguise_is_no_plain_word_and_a_guarded_one_has_companions():
    written = {row[0] for row in read_list("disguises")}
    for form, plain, device, seen, risk, near in read_list("disguises"):
        assert form == form.lower()
        assert seen in {"wild", "slip", "given", "kind"}
        assert (risk == "keep") == (device == "keep") == (form == plain)
        assert (risk == "guard") == bool(near)
        assert risk in {"safe", "guard", "keep"}
        # A plain form that is a disguise of something else would change again when read again.
        assert risk == "keep" or plain not in written


FRAMES = ["{}", "今天聊聊{}的事情", "关于{}，大家注意", "我们做{}已经三年了"]


@pytest.mark.parametrize("cut", [reference, engine])
def test_every_jieba_word_is_cut_whole(cut):
    words = [row[0] for row in read_list("jieba") if HAN.fullmatch(row[0])]
    torn = [
        (frame, word) for word in words for frame in FRAMES if word not in cut()(" ".join(HAN.findall(frame.format(word))))
    ]
    assert torn == []


@pytest.mark.parametrize("cut", [reference, engine])
@pytest.mark.parametrize("sentence", ["现代 投资 公司", "货币 市场", "供应链 行业", "任何 一个 人", "现代 投影", "货币 网点", "热带 单车", "时代 投资"])
def test_our_words_do_not_tear_ordinary_neighbours(cut, sentence):
    ordinary = sentence.split()
    cuts = cut()("".join(ordinary))
    edges = {sum(map(len, cuts[:n])) for n in range(len(cuts) + 1)}
    assert {sum(map(len, ordinary[:n])) for n in range(len(ordinary) + 1)} <= edges


def test_mixed_words_are_a_group_of_their_own():
    for heading, rows in groups("jieba").items():
        for word, frequency, speech in rows:
            assert int(frequency) > 0
            assert speech == "nz"
            assert (HAN.fullmatch(word) is None) == (heading == "mixed"), word
            assert word == word.lower()
