"""Phone numbers, those of WhatsApp among them, and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.language.leads.kinds import Found
from classifier.language.leads.spelling import DIGIT, DIGIT_OR_LETTER, LOOKS_LIKE_DIGIT, digits_of
from classifier.language.leads.texts import FoldedText, matches, scan

_GAP = r"[ .·\-]{1,2}"
# Joined, in the groups people write, or digit by digit; other gaps would make a phone of any row of numbers.
PHONE_EDGE = re.compile("[1壹一幺li]")
PHONE = re.compile(
    rf"(?<!{DIGIT})(?=[1壹一幺li])(?:{DIGIT_OR_LETTER}{{11}}|{DIGIT}{{3}}{_GAP}{DIGIT}{{4}}{_GAP}{DIGIT}{{4}}|{DIGIT}{{4}}{_GAP}{DIGIT}{{3}}{_GAP}{DIGIT}{{4}}|{DIGIT}{{3}}{_GAP}{DIGIT}{{8}}|{DIGIT}{{3}}{_GAP}{DIGIT}{{3}}{_GAP}{DIGIT}{{5}}"
    rf"|{DIGIT}{{7}}{_GAP}{DIGIT}{{4}}|{DIGIT}{{5}}{_GAP}{DIGIT}{{6}}|{DIGIT}(?:{_GAP}{DIGIT}(?!{DIGIT})){{10}}(?!{_GAP}{DIGIT}))(?!{DIGIT}|[a-z])"
)
# A number that continues a Latin word is part of a code, unless the word says whose number it is.
PHONE_WORDS = ("tel", "phone", "mobile", "mob", "call", "v", "vx", "wx", "q", "wechat")
WHATSAPP_LINK = re.compile(r"(?<![a-z0-9.\-])(?:wa[ ]?[.点·。][ ]?me/|api\.whatsapp\.com/send/?\?phone=)(?P<id>\+?\d{8,15}+)(?!\d)")
WHATSAPP = re.compile(r"(?:whats\ ?app|(?<![a-z])ws(?![a-z]))[ :号=]{0,4}(?P<id>\+?\d(?:[ \-]?\d){7,14}+)(?!\d)")

# Every choice begins with a character of its own, here and in `venues.VENUE_NEAR`: where none of them stands, nothing is tried.
EMAIL_AT = re.compile(r"(?:@|#(?=qq\.|gmail|163|126|outlook|hotmail|proton)|\(at[)\]]|\[at[)\]])(?:[a-z0-9][a-z0-9\-]{0,62}\.){1,4}[a-z]{2,24}(?![a-z0-9])")
EMAIL_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")


def find_phone(folded: FoldedText) -> Iterator[Found]:
    """Give the mobile numbers of the mainland."""
    for match in scan(PHONE, PHONE_EDGE, folded.low):
        # Letters may stand for one or two digits, as in l38OO; a word of o, l and i is no number.
        digits = digits_of(match[0])
        before = re.search(r"[a-z_]*\Z", folded.low[max(0, match.start() - 8) : match.start()])
        if sum(c in LOOKS_LIKE_DIGIT for c in match[0]) > 7 or digits[1] not in "3456789":
            continue
        if not before or not before[0] or before[0] in PHONE_WORDS:
            yield "phone", *match.span(), "none"


def find_whatsapp(folded: FoldedText) -> Iterator[Found]:
    """Give the numbers of WhatsApp."""
    for match in matches(WHATSAPP_LINK, folded.low, "me/", "whatsapp"):
        yield "phone", *match.span("id"), "none"
    for match in matches(WHATSAPP, folded.low, "whats", "ws"):
        yield "phone", *match.span("id"), "none"


def find_email(folded: FoldedText) -> Iterator[Found]:
    """Give the e-mail addresses."""
    for match in matches(EMAIL_AT, folded.low, "@", "#", "at)", "at]"):
        # Looked for from the sign backwards: a pattern that begins with the name would try every letter of a long text.
        first = match.start()
        while first > 0 and match.start() - first < 64 and folded.low[first - 1] in EMAIL_LETTERS:
            first -= 1
        while first < match.start() and not folded.low[first].isalnum():
            first += 1
        if first < match.start():
            yield "email", first, match.end(), "none"
