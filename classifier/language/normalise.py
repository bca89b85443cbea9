"""
Undo the disguises, so that one word has one spelling, and remember where each character stood.

Works on arrays of code points, a batch of texts at a time: every step but the last is one look-up
in a table or one comparison of neighbours, so that a whole export can pass through it.

The steps, in order (field guide, section 4): one character to one character (NFKC, look-alike and
negative letters, traditional to simplified, lower case), drop what is not seen, drop separators
inside words, and last the listed disguises, which may change length.
"""

from __future__ import annotations

import unicodedata
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import opencc

from classifier.language import words
from classifier.language.lexicon import CODE_BITS, Lexicon

Codes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

# Beyond this plane-3 bound no character has a simpler form; such characters are kept as they are.
TABLE_END = 0x32000
NEWLINE = 0x0A
SPACE = 0x20

# Seen in posts between the characters of one word: never a full stop of a sentence, never a comma.
SEPARATORS = " .·•‧∙・･*_-|~/\\^+=`'\"#&@"
# Their class (see `class_table`).
SEPARATOR = 4
# At most this many separators in a row stand inside a word; more are a layout.
LONGEST_GAP = 3

# Forms that neither NFKC nor OpenCC undoes. Sources: Unicode names (confusable shapes); field guide 4.1.
LOOK_ALIKES = {
    "圏": "圈", "収": "收", "囘": "回", "昜": "易", "內": "内", "戶": "户", "吿": "告", "啟": "启", "祕": "秘",
    "∨": "v", "ν": "v", "ѵ": "v", "✚": "+", "➕": "+", "﹢": "+", "₿": "₿",
    "А": "a", "В": "b", "С": "c", "Е": "e", "Н": "h", "К": "k", "М": "m", "О": "o", "Р": "p", "Т": "t", "Х": "x", "І": "i", "Ѕ": "s", "Ј": "j",
    "а": "a", "с": "c", "е": "e", "о": "o", "р": "p", "х": "x", "у": "y", "і": "i", "ѕ": "s", "т": "t", "в": "b", "к": "k", "м": "m", "н": "h",
    "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "i", "Κ": "k", "Μ": "m", "Ν": "n", "Ο": "o", "Ρ": "p", "Τ": "t", "Υ": "y", "Χ": "x",
    "α": "a", "ο": "o", "ι": "i", "κ": "k", "τ": "t", "υ": "u",
}  # fmt: skip


class Folded(NamedTuple):
    """
    Texts in plain spelling. ``codes`` holds all of them, one after another, each closed by a newline;
    ``source[i]`` is the place of character *i* in the joined original; ``starts`` has one entry a text and one more.
    """

    codes: Codes
    source: Places
    starts: Places

    def text(self) -> str:
        return self.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


class Sieved(NamedTuple):
    """Texts as `Folded`, but for ``dropped``: the places, in order, of what was left out of the joined original. Of most texts nobody asks where the rest stood."""

    codes: Codes
    dropped: Places
    starts: Places


def plain_character(character: str) -> str:
    """Return the one plain character that *character* stands for, or '' if it is not seen at all."""
    if character in "\n\t":
        return "\n" if character == "\n" else " "
    category = unicodedata.category(character)
    if category in {"Cf", "Cc", "Mn", "Me"} or character in "\u115f\u1160\u3164\uffa0":
        return ""
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    folded = unicodedata.normalize("NFKC", character).lower()
    if len(folded) == 1:
        return LOOK_ALIKES.get(folded, folded)
    # ㈠ is (一), ⒈ is 1.: the one letter or digit inside is what is meant. Others (…, ™) stay themselves.
    inside = [c for c in folded if c.isalnum()]
    return inside[0] if len(inside) == 1 else character


def negative_letters() -> dict[int, int]:
    """Return the white-on-black letters and digits, small capitals among them, which NFKC leaves alone."""
    table: dict[int, int] = {}
    for first in (0x1F150, 0x1F170, 0x1F1E6):
        table |= {first + n: ord("a") + n for n in range(26)}
    table |= {0x2776 + n: ord("1") + n for n in range(9)} | {0x278A + n: ord("1") + n for n in range(9)}
    table |= {0x24FF: ord("0")}
    for code in [*range(0x1D00, 0x1D26), *range(0x0250, 0x02B0), 0x0493, 0xA730, 0xA731]:
        name = unicodedata.name(chr(code), "")
        letter = name.rpartition("SMALL CAPITAL ")[2]
        if "SMALL CAPITAL" in name and len(letter) == 1:
            table[code] = ord(letter.lower())
    return table


@cache
def folding_table() -> Codes:
    """Return the code point each code point below TABLE_END becomes; 0 means it is dropped."""
    table = np.arange(TABLE_END, dtype=np.uint32)
    han = "\n".join(map(chr, range(0x3400, 0xA000)))
    table[0x3400:0xA000] = [ord(c) for c in opencc.OpenCC("t2s").convert(han).split("\n")]
    for code in _changing():
        plain = plain_character(chr(code))
        # A compatibility form of a traditional character is folded twice.
        table[code] = table[ord(plain)] if plain and 0x3400 <= ord(plain) < 0xA000 else ord(plain or "\0")
    for code, plain_code in negative_letters().items():
        table[code] = plain_code
    return table


def _changing() -> list[int]:
    """
    Return in order the code points that `plain_character` may change, Han characters left out but for look-alikes.

    Nine in ten stay as they are: telling those apart by mapped built-ins keeps the start of a run short, and so
    does passing over what is Han, Hangul or private.
    """
    codes = [*range(0x3400), *range(0xA000, 0xAC00), *range(0xD7A4, 0xD800), *range(0xF900, 0x20000), *range(0x2F800, 0x30000)]
    characters = list(map(chr, codes))
    folded = map(str.lower, map(partial(unicodedata.normalize, "NFKC"), characters))
    kinds = map(unicodedata.category, characters)
    odd = {"Cf", "Cc", "Mn", "Me", "Zs", "Zl", "Zp"}
    special = {*map(ord, LOOK_ALIKES), 0x115F, 0x1160, 0x3164, 0xFFA0}
    changing = {code for code, character, plain, kind in zip(codes, characters, folded, kinds, strict=True) if plain != character or kind in odd}
    return sorted(changing | special)


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """Return for each code point 1 (Han), 2 (Latin letter), 3 (digit), 4 (separator) or 0, after folding."""
    table = np.zeros(TABLE_END, dtype=np.uint8)
    table[0x3400:0xA000] = 1
    table[0x20000:TABLE_END] = 1
    table[ord("a") : ord("z") + 1] = 2
    table[ord("0") : ord("9") + 1] = 3
    table[[ord(c) for c in SEPARATORS]] = SEPARATOR
    kept = {form for form in words.disguises() if len(form) == 1}
    for code in [*range(0x2190, 0x2C00), *range(0x1F000, 0x1FB00), 0x3030, 0x303D]:
        # An emoji inside a word is a separator, unless it is a spelling by itself (🐧 for QQ).
        if unicodedata.category(chr(code)) in {"So", "Sm", "Sk", "Cn"} and chr(code) not in kept:
            table[code] = SEPARATOR
    return table


def classes(codes: Codes) -> npt.NDArray[np.uint8]:
    """Return the class of each code (see `class_table`)."""
    kinds: npt.NDArray[np.uint8] = class_table().take(codes, mode="clip")
    return kinds


def inside_words(kind: npt.NDArray[np.uint8]) -> Places:
    """Return the places, in order, of the separators inside a word, between two Han characters or single letters or digits, in a text of characters of these classes."""
    separators = np.flatnonzero(kind == SEPARATOR)
    if not len(separators):
        return separators
    # Runs of separators, by the characters that stand to the left and right of each.
    gaps = np.flatnonzero(np.diff(separators) > 1)
    left = separators[np.concatenate(([0], gaps + 1))] - 1
    right = separators[np.concatenate((gaps, [-1]))] + 1
    short = (left >= 0) & (right < len(kind)) & (right - left - 1 <= LONGEST_GAP)
    left, right = left[short], right[short]
    # What stands beyond either end of the text is a separator like any other.
    last = len(kind) - 1
    left_kind, right_kind = kind[left], kind[right]
    single_left = _is_latin(left_kind) & ~(_is_latin(kind[left - 1]) & (left > 0))
    single_right = _is_latin(right_kind) & ~(_is_latin(kind[np.minimum(right + 1, last)]) & (right < last))
    letter_left, letter_right = single_left & (left_kind == 2), single_right & (right_kind == 2)
    han_left, han_right = left_kind == 1, right_kind == 1
    joined = (han_left & han_right) | (single_left & single_right) | (han_left & letter_right) | (letter_left & han_right)
    left, right = left[joined], right[joined]
    inside = [place[place < right] for place in (left + offset for offset in range(1, LONGEST_GAP + 1))]
    return np.sort(np.concatenate(inside))


def _is_latin(kind: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    latin: npt.NDArray[np.bool_] = (kind == 2) | (kind == 3)
    return latin


def to_codes(text: str) -> Codes:
    """Return the code points of *text*; lone surrogates are kept."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def fold(texts: list[str]) -> Folded:
    """
    Return *texts* with every character in its plain form and separators inside words dropped.

    Length and order of the texts are kept; ``source`` leads back to the characters as read.
    Listed disguises that change a word's letters are not touched here (see `undisguise`).
    """
    codes, dropped, starts = sieve(texts)
    return Folded(codes, np.delete(np.arange(len(codes) + len(dropped)), dropped), starts)


def sieve(texts: list[str]) -> Sieved:
    """Return what `fold` does, without where everything stood."""
    original = to_codes("\n".join([*texts, ""]))
    ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)
    codes, kind = _plain_and_class(original)
    unseen = np.flatnonzero(codes == 0)
    inside = inside_words(np.delete(kind, unseen) if len(unseen) else kind)
    dropped = np.sort(np.concatenate((unseen, inside + np.searchsorted(unseen - np.arange(len(unseen)), inside, side="right"))))
    return Sieved(np.delete(codes, dropped), dropped, np.concatenate(([0], ends - np.searchsorted(dropped, ends))))


def _plain_and_class(codes: Codes) -> tuple[Codes, npt.NDArray[np.uint8]]:
    """Return what `plain_codes` gives, and the class of each of these."""
    both = _plain_and_class_table().take(codes, mode="clip")
    plain, kind = both & np.uint32((1 << CODE_BITS) - 1), (both >> np.uint32(CODE_BITS)).astype(np.uint8)
    rare = np.flatnonzero(codes >= TABLE_END)
    plain[rare] = codes[rare]
    return plain, kind


@cache
def _plain_and_class_table() -> Codes:
    """Return the folding table with the class of what each code becomes above it, so that one look-up tells both."""
    table: Codes = folding_table() | classes(folding_table()).astype(np.uint32) << np.uint32(CODE_BITS)
    return table


def plain_codes(codes: Codes) -> Codes:
    """Return the plain form of each code, one for one; 0 where it is dropped."""
    plain: Codes = folding_table().take(codes, mode="clip")
    rare = np.flatnonzero(codes >= TABLE_END)
    plain[rare] = codes[rare]
    return plain


def pick(folded: Folded, texts: Places) -> Folded:
    """Return what `fold` gives for some of the texts alone; *texts* are their numbers, in order."""
    begins, ends = folded.starts[texts], folded.starts[texts + 1]
    lengths = ends - begins
    slices = list(map(slice, begins.tolist(), ends.tolist()))
    codes, source = (np.concatenate([column[:0], *map(column.__getitem__, slices)]) for column in (folded.codes, folded.source))
    # The newline that closes a text is never dropped: it tells where the text ends as read, and the next begins.
    read_until = np.concatenate(([0], folded.source[folded.starts[1:] - 1] + 1))
    as_read = read_until[texts + 1] - read_until[texts]
    moved = np.cumsum(as_read) - as_read - read_until[texts]
    return Folded(codes, source + np.repeat(moved, lengths), np.concatenate(([0], np.cumsum(lengths))))


@cache
def _disguise_lexicon() -> Lexicon:
    return Lexicon(list(words.disguises()))


def undisguise(folded: Folded) -> Folded:
    """Return *folded* with the listed disguises in plain words; a guarded one only where one of its companions stands near."""
    lexicon = _disguise_lexicon()
    hits = lexicon.find(folded.codes)
    if not len(hits.word):
        return folded
    text = folded.text()
    listed = words.disguises()
    codes: list[Codes] = []
    source: list[Places] = []
    shift = np.zeros(len(folded.codes) + 1, dtype=np.int64)
    at = 0
    for start, end, word in zip(hits.start.tolist(), hits.end.tolist(), hits.word.tolist(), strict=True):
        plain, _device, _seen, risk, near = (*listed[lexicon.words[word]], "", "", "")[:5]
        if risk == "guard" and not _near(text, start, end, near.split("|")):
            continue
        codes += [folded.codes[at:start], to_codes(plain)]
        # Each plain character leads back to its share of the written ones, the last one to the end.
        spread = np.minimum(np.arange(len(plain)), end - start - 1)
        source += [folded.source[at:start], folded.source[start + spread]]
        shift[end] += len(plain) - (end - start)
        at = end
    if not codes:
        return folded
    codes.append(folded.codes[at:])
    source.append(folded.source[at:])
    return Folded(np.concatenate(codes), np.concatenate(source), folded.starts + np.cumsum(shift)[folded.starts])


# How far from a guarded disguise its companion may stand, in characters.
NEAR = 12


def _near(text: str, start: int, end: int, companions: list[str]) -> bool:
    around = text[max(0, start - NEAR) : start] + "\n" + text[end : end + NEAR]
    return any(word and word in around for word in companions)
