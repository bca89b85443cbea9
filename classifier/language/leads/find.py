"""
Find the contacts, payment addresses, referral codes, links and venues that a post names, each at its place in the text as read.

The text is folded first, one character to one (see `normalise`), so that ①③⑧, full-width letters and traditional characters are
read as what they mean; the places found lead back to the characters as written.
"""

from __future__ import annotations

import functools
import operator
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.language import addresses
from classifier.language.lexicon import Lexicon
from classifier.language.normalise import Codes, Places, plain_codes, to_codes
from classifier.language.words import read_list

PERSONAL_KINDS = frozenset({"wechat", "qq", "qq_group", "telegram", "phone", "email", "alipay", "bank_card"})
PUBLIC_KINDS = frozenset({"btc", "eth", "tron", "referral_code", "referral_link", "domain", "venue", "app"})


class Lead(NamedTuple):
    """
    Something a reader can write to, pay to or sign up with; ``text[start:end] == value``, as written.

    ``checksum`` is ``valid``, ``invalid`` or, where the kind carries none or none was computed, ``none``.
    """

    kind: str
    value: str
    start: int
    end: int
    checksum: str


@dataclass(eq=False)
class _Batch:
    """Texts in plain characters and lower case, each closed by a newline; ``places[i]`` is where character *i* stands in ``as_written``, the texts joined."""

    codes: Codes
    low: str
    as_written: Codes
    places: Places
    starts: Places
    written: Places

    def text(self, number: int) -> _Folded:
        first, end = int(self.starts[number]), int(self.starts[number + 1]) - 1
        return _Folded(self, self.low[first:end], first, int(self.written[number]))


@dataclass(eq=False)
class _Folded:
    """One text of a batch, in lower case; where it begins there, in plain characters and as written."""

    batch: _Batch
    low: str
    first: int
    begin: int

    @cached_property
    def cased(self) -> str:
        """The text in upper and lower case: Base58 and EIP-55 live on these, which folding gives up."""
        own = slice(self.first, self.first + len(self.low))
        codes = self.batch.as_written[self.batch.places[own]]
        wide = (codes >= 0xFF21) & (codes <= 0xFF3A)
        return _to_text(np.where(codes < 0x80, codes, np.where(wide, codes - 0xFEE0, self.batch.codes[own])))

    @cached_property
    def links(self) -> list[re.Match[str]]:
        """The URLs in it."""
        return list(_scan(URL, URL_EDGE, self.low))

    def place(self, character: int) -> int:
        """Return where a character was written in the text."""
        return int(self.batch.places[self.first + character]) - self.begin


# What a finder gives: kind, start and end in the folded text, checksum.
_Found = tuple[str, int, int, str]


def find_leads(text: str) -> list[Lead]:
    """
    Return the leads of *text* in reading order.

    Personal leads never overlap each other; a link may hold a domain and a code, which are leads of their own.
    Well-known contract and burn addresses, names that Telegram reserves, and the domains everybody links to are left out.

    >>> [(lead.kind, lead.value) for lead in find_leads("加薇❤：ｂｔｃ_①②③，飞机 @coin_desk")]
    [('wechat', 'ｂｔｃ_①②③'), ('telegram', 'coin_desk')]
    """
    return find_all_leads([text])[0]


def find_all_leads(texts: list[str]) -> list[list[Lead]]:
    """Return what `find_leads` gives for each of *texts*, at a fraction of the time."""
    batch = _fold(texts)
    hints = _hints(batch)
    venues = _venues_named(batch)
    return [_leads_of(text, batch.text(n), hint, venues.get(n, ())) if hint or n in venues else [] for n, (text, hint) in enumerate(zip(texts, hints, strict=True))]


def _leads_of(text: str, folded: _Folded, hint: int, venues: Sequence[tuple[int, int]]) -> list[Lead]:
    found, taken = _find_personal(folded, hint)
    public = [lead for hints, find in _PUBLIC_FINDERS if hint & hints for lead in find(folded)]
    links = folded.links if hint & LINK_HINT else []
    # A code that is somebody's phone number is a phone number. A link that holds one stays a link: mask it before it is shown.
    found += [lead for lead in (*public, *_find_venues(folded, venues, links)) if lead[0] in {"referral_link", "app"} or not any(taken[lead[1] : lead[2]])]
    leads = {_written(text, folded, lead) for lead in found}
    return sorted(leads, key=lambda lead: (lead.start, -lead.end, lead.kind))


def find_personal(text: str) -> list[Lead]:
    """Return the leads of *text* that are of PERSONAL_KINDS: all that is to be masked, in no order."""
    return find_all_personal([text])[0]


def find_all_personal(texts: list[str]) -> list[list[Lead]]:
    """Return what `find_personal` gives for each of *texts*, at a fraction of the time."""
    batch = _fold(texts)
    found: list[list[Lead]] = []
    for n, (text, hint) in enumerate(zip(texts, _hints(batch), strict=True)):
        folded = batch.text(n) if hint else None
        found.append([_written(text, folded, lead) for lead in _find_personal(folded, hint)[0]] if folded else [])
    return found


def _find_personal(folded: _Folded, hint: int) -> tuple[list[_Found], bytearray]:
    """Return the personal leads, and for each character of the folded text 1 where one of them stands."""
    found: list[_Found] = []
    taken = bytearray(len(folded.low))
    for hints, find in _PERSONAL_FINDERS:
        for kind, start, end, checksum in find(folded) if hint & hints else ():
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append((kind, start, end, checksum))
    return found, taken


def _written(text: str, folded: _Folded, found: _Found) -> Lead:
    kind, first, last, checksum = found
    start, end = folded.place(first), folded.place(last - 1) + 1
    # The square round a digit of a keycap belongs to the digit.
    while end < len(text) and text[end] in "\ufe0f\u20e3":
        end += 1
    return Lead(kind, text[start:end], start, end, checksum)


def _fold(texts: list[str]) -> _Batch:
    """Return *texts* with every character in its plain form and the invisible ones dropped; separators stay."""
    codes = to_codes("\n".join([*texts, ""]))
    low = plain_codes(codes)
    seen = np.flatnonzero(low)
    written = np.concatenate(([0], np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)))
    plain = low[seen]
    return _Batch(plain, _to_text(plain), codes, seen, np.searchsorted(seen, written), written)


def _to_text(codes: Codes) -> str:
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def _matches(pattern: re.Pattern[str], low: str, *hints: str) -> Iterable[re.Match[str]]:
    """Give the matches of *pattern*, which is not tried on a text that holds none of its *hints*: most texts hold few."""
    # A plain loop: any() over a generator takes twice as long, and this is asked of every text.
    for hint in hints:
        if hint in low:
            return pattern.finditer(low)
    return ()


def _scan(pattern: re.Pattern[str], edge: re.Pattern[str], low: str) -> Iterator[re.Match[str]]:
    """
    Give the matches of *pattern*, all of which begin where *edge* matches, as ``finditer`` would.

    A pattern that is a choice of words is slow to fail, and fails nearly everywhere; a set of characters is quick, with a look at the next one.
    """
    at = 0
    while begin := edge.search(low, at):
        match = pattern.match(low, begin.start())
        at = match.end() if match else begin.end()
        if match:
            yield match


# --- personal ---------------------------------------------------------------------------------------------------------

# Digits as disguises write them. A digit may be followed by at most two of these separators.
DIGITS = {"〇": "0", "零": "0", "幺": "1", **{c: str(n) for n, c in enumerate("一二三四五六七八九", 1)}, "两": "2"}
DIGITS |= {c: str(n) for n, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
LOOKS_LIKE_DIGIT = {"o": "0", "l": "1", "i": "1"}
_D = "[0-9" + "".join(DIGITS) + "]"
_DL = "[0-9oli" + "".join(DIGITS) + "]"
_SEP = r"[ .·\-*]{0,2}"

# What may stand between "微信" and the name: it says nothing of its own. Possessive, so that a long run of it is read once.
_FILLER = (
    r"(?:号码|同号|号|客服|账号|帐号|官方|群主|老师|助理|助手|咨询|联系|搜索|添加|请加|直接|备用|唯一|联络|私聊|搜|加|是|为|群"
    r"|(?:id|no)(?![a-z0-9])|[ :=\-_>→☞👉()\[\]【】「」\"“”'、/|,,;;.。~!\n]|\+(?!\d)){0,12}+"
)

_WECHAT = (
    r"(?:[微薇葳溦嶶威唯维徽][信芯心❤💗💓欣新讯]|微亻言|wei信|weixin|wechat|we chat|v[信芯心❤]|绿泡泡?|[加+十✚]\ ?(?:v|[微薇威葳](?!\w{0,3}(?:博|软|店))|wx|vx)[信芯x]?"
    r"|(?<![a-z0-9])(?:vx|wx)|(?<![a-z0-9])v(?=[ ]?[:=])|卫星(?=[ ]?(?:号|[:=+]))|🛰|💚)"
)
# The ID itself: joined, or letter by letter with a separator between all of them.
_HANDLE = r"[a-z_](?:[a-z0-9_\-]|[一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖幺]{3,20}+){5,19}+|[a-z](?:[ .·*]{1,2}[a-z0-9_\-](?![a-z0-9_\-])){5,19}+"
_NUMBER = rf"{_D}(?:{_SEP}{_D}){{4,18}}+"
_END = r"(?![a-z0-9_@]|[.](?:com|cn|net)(?![a-z]))"

WECHAT_EDGE = re.compile("[微薇葳溦嶶威唯维徽wv绿加+十✚卫🛰💚]")
WECHAT = re.compile(rf"(?P<intro>{_WECHAT})(?P<filler>{_FILLER})(?P<id>{_HANDLE}|{_NUMBER}){_END}")

# A name after a word that hands the reader over to somebody: 群满了加 xiaobi_01, 发给助理 xiaobi_02.
ADDED_EDGE = re.compile("[加找发联助客管群](?=[a-z好 :给系理手服主])")
ADDED = re.compile(rf"(?:[加找]|发给|联系|助理|助手|客服|管理员|群主)(?:好友|[ :]){{0,3}}+(?P<id>(?!qq|vx|wx|tel)(?:(?=[a-z][a-z0-9]*+[_\-])[a-z][a-z0-9_\-]{{5,19}}+|[a-z]{{2,12}}+\d{{2,8}}+)){_END}")
# What else stands there where a name is meant; not 助手 or 联系, which software has too.
ADDED_NEAR = re.compile("群满|进群|入群|拉群|拉你|好友|备注|助理|私聊|私信|微信|发给|领取|咨询")

# Latin words that follow 微信 in ordinary prose and are nobody's name.
NOT_HANDLES = frozenset(
    ["android", "iphone", "windows", "wechat", "weixin", "official", "version", "mobile", "miniprogram", "xcx", "appstore", "google", "huawei", "xiaomi", "harmony", "macbook", "facebook", "twitter", "instagram", "youtube", "tiktok", "whatsapp", "telegram", "email", "website", "https", "http", "binance", "bitcoin", "ethereum", "blockchain", "coinbase"]
)

_QQ = r"(?:(?<![a-z0-9])qq(?!\.com)|扣扣|抠抠|叩叩|蔻蔻|球球|企鹅|🐧|(?<![a-z0-9])q(?=[ ]?[:=+])|加\ ?q|\+q)"
QQ_EDGE = re.compile("[q扣抠叩蔻球企🐧加+]")
QQ = re.compile(rf"{_QQ}(?P<group>(?:交流)?[群裙]|君羊)?(?P<filler>{_FILLER})(?P<id>{_NUMBER}){_END}")
QQ_GROUP = re.compile(rf"(?:(?<![a-z])q(?:q)?|扣扣?|企鹅|交流|粉丝|福利|进|加|入|官方|用户|玩家|技术)?(?:[群裙]|君羊)(?:号码?|[:=])(?P<filler>{_FILLER})(?P<id>{_NUMBER}){_END}")
# The heart of it: the pattern itself tries every place of a text.
QQ_GROUP_NAMED = re.compile(r"(?:[群裙]|君羊)[号:=]")
QQ_LINK = re.compile(r"wpa\.qq\.com/msgrd\?[^\s]{0,60}?uin=(?P<id>[1-9]\d{4,10})(?!\d)")
QQ_GROUP_LINK = re.compile(r"(?:jq\.qq\.com/\?|qm\.qq\.com/cgi-bin/qm/qr\?)[^\s]{0,60}?k=(?P<id>[\w\-]{6,64})")

_TELEGRAM = r"(?:(?<![a-z0-9])(?:tg|tele|telegram)(?![a-z0-9])|telegram|纸飞机|小飞机|飞机|灰机|电报|电抱|✈|🛩)"
# Telegram knows no hyphen, people do: a name that goes on after one is not cut there.
_TG_NAME = r"[a-z](?=[a-z0-9_\-]{4})[a-z0-9_]{0,31}+(?:-[a-z0-9_]{1,31}+){0,3}+"
TELEGRAM_EDGE = re.compile("[t纸小飞灰电✈🛩](?:(?<=[✈🛩])|(?=[ge飞机报抱]))")
TELEGRAM = re.compile(rf"{_TELEGRAM}(?:群组?|频道|号|机器人)?(?P<filler>{_FILLER})@?(?P<id>{_TG_NAME})(?![@\-]|\.[a-z])")
TELEGRAM_AT = re.compile(rf"(?<![a-z0-9_.@/])@[ ]?(?P<id>{_TG_NAME})(?!@|\.[a-z])")
# Words that make an @name a Telegram name: of the trade, or of writing to somebody.
TELEGRAM_NEAR = re.compile(r"联系|客服|咨询|私聊|频道|商务|对接|双向|担保|飞机|电报|telegram|tg|✈|合作|公群|承兑|usdt|t\.me")
# The signature under a post: an @name with which its clause ends, where the post speaks of the trade or of writing to somebody.
TELEGRAM_SIGNED = re.compile(r"(?<![^ 。!?,;~\n])@(?P<id>[a-z][a-z0-9_\-]{4,31}+)(?=[ ]{0,3}(?:\Z|[\n。!?,;、)]))")
TELEGRAM_SIGNED_NEAR = re.compile(rf"{TELEGRAM_NEAR.pattern}|带单|喊单|社群|进群|入群|合约|币圈|炒币|买币|卖币|出币|收币|返佣|btc|交易所|私信|加我|找我|扫码|备注")
TELEGRAM_LINK = re.compile(
    r"(?:(?<![a-z0-9])(?:t|telegram)[ ]?[.点·。][ ]?(?:me|dog)/(?:s/|joinchat/)?|tg://(?:resolve\?domain|join\?invite)=)"
    r"(?P<id>\+?[a-z0-9_\-]{5,64}+)|(?<![a-z0-9.])(?P<host>[a-z][a-z0-9_]{4,31})\.t\.me(?![a-z])"
)
TELEGRAM_RESERVED = frozenset(["resolve", "join", "msg", "share", "addlist", "proxy", "socks", "joinchat", "setlanguage", "addstickers", "addemoji", "addtheme", "login", "confirmphone", "giftcode", "boost", "invoice", "iv", "bg"])

_GAP = r"[ .·\-]{1,2}"
# Joined, in the groups people write, or digit by digit; other gaps would make a phone of any row of numbers.
PHONE_EDGE = re.compile("[1壹一幺li]")
PHONE = re.compile(
    rf"(?<!{_D})(?=[1壹一幺li])(?:{_DL}{{11}}|{_D}{{3}}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|{_D}{{4}}{_GAP}{_D}{{3}}{_GAP}{_D}{{4}}|{_D}{{3}}{_GAP}{_D}{{8}}|{_D}{{3}}{_GAP}{_D}{{3}}{_GAP}{_D}{{5}}"
    rf"|{_D}{{7}}{_GAP}{_D}{{4}}|{_D}{{5}}{_GAP}{_D}{{6}}|{_D}(?:{_GAP}{_D}(?!{_D})){{10}}(?!{_GAP}{_D}))(?!{_D}|[a-z])"
)
# A number that continues a Latin word is part of a code, unless the word says whose number it is.
PHONE_WORDS = ("tel", "phone", "mobile", "mob", "call", "v", "vx", "wx", "q", "wechat")
WHATSAPP_LINK = re.compile(r"(?<![a-z0-9.\-])(?:wa[ ]?[.点·。][ ]?me/|api\.whatsapp\.com/send/?\?phone=)(?P<id>\+?\d{8,15}+)(?!\d)")
WHATSAPP = re.compile(r"(?:whats\ ?app|(?<![a-z])ws(?![a-z]))[ :号=]{0,4}(?P<id>\+?\d(?:[ \-]?\d){7,14}+)(?!\d)")

# Every choice begins with a character of its own, here and in VENUE_NEAR: where none of them stands, nothing is tried.
EMAIL_AT = re.compile(r"(?:@|#(?=qq\.|gmail|163|126|outlook|hotmail|proton)|\(at[)\]]|\[at[)\]])(?:[a-z0-9][a-z0-9\-]{0,62}\.){1,4}[a-z]{2,24}(?![a-z0-9])")
EMAIL_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")

ALIPAY_EDGE = re.compile("[支za](?=[付fl])")
ALIPAY = re.compile(
    rf"(?:支付宝|支付寳|(?<![a-z])zfb|alipay)(?P<filler>{_FILLER})(?P<id>[a-z0-9][a-z0-9._\-]{{0,40}}+@(?:[a-z0-9\-]{{1,40}}\.){{1,3}}[a-z]{{2,10}}|{_NUMBER}){_END}"
)
ALIPAY_LINK = re.compile(r"(?P<id>qr\.alipay\.com/[a-z0-9]{6,40})")

CARD = re.compile(r"(?<![0-9a-z])[2-9]\d{3}(?:[ \-]?\d){12,15}+(?![0-9a-z])")
CARD_NEAR = re.compile(r"卡号|银行卡|账号|帐号|账户|开户行|开户银行|户名|收款人|汇款|转账")
# Issuer numbers of Chinese banks' cards. Sources: field guide 5.1; the banks' own published ranges.
CARD_ISSUERS = re.compile(
    r"62166[0-3,5-9]|62148[356]|622588|622609|62215[567]|622298|623058|6228[24]\d|9559[5-9]|9558|62220[0238]|6227\d\d|621700|621226|621558|621799|"
    r"622188|621098|62226[0-2]|622568|622700|622666|622155|621288|621661|622575|622576|622577|622578|622580|622689|622690|622692|622696|622698"
)


def _digits(written: str) -> str:
    """Return the digits that *written* stands for, separators dropped."""
    plain = (DIGITS.get(c) or LOOKS_LIKE_DIGIT.get(c, c) for c in written)
    return "".join(c for c in plain if c.isdigit() and c.isascii())


def _find_wechat(folded: _Folded) -> Iterator[_Found]:
    for match in _scan(WECHAT, WECHAT_EDGE, folded.low):
        name = match["id"]
        if name[0].isalpha() and name[0].isascii():
            # Letters alone right after 微信 are prose (微信android版); a colon, 号 or 加 makes them a name.
            called = re.search(r"[:=+→>号]|id|加|搜|添", match["filler"]) or re.match(r"[加+十]", match["intro"])
            has_mark = re.search(r"[0-9_\-]", name)
            if name in NOT_HANDLES or not (called or has_mark):
                continue
        elif not 5 <= len(_digits(name)) <= 13 or _digits(name)[0] == "0":
            continue
        yield "wechat", *match.span("id"), "none"


def _find_added(folded: _Folded) -> Iterator[_Found]:
    if not ADDED_NEAR.search(folded.low):
        return
    for match in _scan(ADDED, ADDED_EDGE, folded.low):
        name = match["id"]
        if name not in NOT_HANDLES and re.search(r"\d", name) and ADDED_NEAR.search(folded.low, max(0, match.start() - 12), match.end() + 12):
            yield "wechat", *match.span("id"), "none"


def _find_qq(folded: _Folded) -> Iterator[_Found]:
    for match in _scan(QQ, QQ_EDGE, folded.low):
        digits = _digits(match["id"])
        grouped = match["group"] or re.search("[群裙]", match["filler"]) or folded.low[match.start() - 1 : match.start()] in {"群", "裙"}
        if digits[0] != "0" and 5 <= len(digits) <= 11:
            yield "qq_group" if grouped else "qq", *match.span("id"), "none"
    for match in QQ_GROUP.finditer(folded.low) if QQ_GROUP_NAMED.search(folded.low) else ():
        if _digits(match["id"])[0] != "0" and 6 <= len(_digits(match["id"])) <= 10:
            yield "qq_group", *match.span("id"), "none"
    for match in _matches(QQ_LINK, folded.low, "wpa.qq"):
        yield "qq", *match.span("id"), "none"
    for match in _matches(QQ_GROUP_LINK, folded.low, "qq.com"):
        yield "qq_group", *match.span("id"), "none"


def _find_telegram(folded: _Folded) -> Iterator[_Found]:
    low = folded.low
    for match in _matches(TELEGRAM_LINK, low, "me/", "dog/", "tg://", "t.me"):
        group = "id" if match["id"] else "host"
        if match[group] not in TELEGRAM_RESERVED:
            yield "telegram", *match.span(group), "none"
    for match in _scan(TELEGRAM, TELEGRAM_EDGE, low):
        called = (match.start("id") > 0 and low[match.start("id") - 1] in "@:=") or re.search(r"[:=@]|号|id|搜|加", match["filler"])
        # 飞机 boeing-747 is an aeroplane.
        told = called or (re.search(r"[0-9_]", match["id"]) and "-" not in match["id"])
        if match["id"] not in TELEGRAM_RESERVED | NOT_HANDLES and told:
            yield "telegram", *match.span("id"), "none"
    for match in _matches(TELEGRAM_AT, low, "@"):
        if match["id"] not in TELEGRAM_RESERVED and TELEGRAM_NEAR.search(low, max(0, match.start() - 30), match.end() + 12):
            yield "telegram", *match.span("id"), "none"
    signed = [match for match in _matches(TELEGRAM_SIGNED, low, "@") if match["id"] not in TELEGRAM_RESERVED | NOT_HANDLES]
    if signed and TELEGRAM_SIGNED_NEAR.search(low):
        yield from (("telegram", *match.span("id"), "none") for match in signed)


def _find_phone(folded: _Folded) -> Iterator[_Found]:
    for match in _scan(PHONE, PHONE_EDGE, folded.low):
        # Letters may stand for one or two digits, as in l38OO; a word of o, l and i is no number.
        digits = _digits(match[0])
        before = re.search(r"[a-z_]*\Z", folded.low[max(0, match.start() - 8) : match.start()])
        if sum(c in LOOKS_LIKE_DIGIT for c in match[0]) > 7 or digits[1] not in "3456789":
            continue
        if not before or not before[0] or before[0] in PHONE_WORDS:
            yield "phone", *match.span(), "none"


def _find_whatsapp(folded: _Folded) -> Iterator[_Found]:
    for match in _matches(WHATSAPP_LINK, folded.low, "me/", "whatsapp"):
        yield "phone", *match.span("id"), "none"
    for match in _matches(WHATSAPP, folded.low, "whats", "ws"):
        yield "phone", *match.span("id"), "none"


def _find_email(folded: _Folded) -> Iterator[_Found]:
    for match in _matches(EMAIL_AT, folded.low, "@", "#", "at)", "at]"):
        # Looked for from the sign backwards: a pattern that begins with the name would try every letter of a long text.
        first = match.start()
        while first > 0 and match.start() - first < 64 and folded.low[first - 1] in EMAIL_LETTERS:
            first -= 1
        while first < match.start() and not folded.low[first].isalnum():
            first += 1
        if first < match.start():
            yield "email", first, match.end(), "none"


def _find_alipay(folded: _Folded) -> Iterator[_Found]:
    for match in _scan(ALIPAY, ALIPAY_EDGE, folded.low):
        if "@" in match["id"] or len(_digits(match["id"])) == 11:
            yield "alipay", *match.span("id"), "none"
    for match in _matches(ALIPAY_LINK, folded.low, "qr.alipay"):
        yield "alipay", *match.span("id"), "none"


def _find_card(folded: _Folded) -> Iterator[_Found]:
    for match in CARD.finditer(folded.low):
        digits = _digits(match[0])
        right = addresses.luhn_holds(digits)
        introduced = CARD_NEAR.search(folded.low, max(0, match.start() - 20), match.start())
        if introduced or (right and CARD_ISSUERS.match(digits)):
            yield "bank_card", *match.span(), "valid" if right else "invalid"


# --- payment addresses ------------------------------------------------------------------------------------------------

BTC_LEGACY = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}")
BTC_SEGWIT = re.compile(r"[bB][cC]1[02-9ac-hj-np-zAC-HJ-NP-Z]{11,71}")
ETH = re.compile(r"0[xX][0-9a-fA-F]{40}")
TRON = re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")
ADDRESSES = (("btc", BTC_LEGACY, addresses.is_btc_legacy), ("tron", TRON, addresses.is_tron), ("btc", BTC_SEGWIT, addresses.is_btc_segwit))
# Each of the four is such a run as a whole.
LONG_CODE = re.compile(r"[0-9A-Za-z]{14,}+")
ADDRESS_NEAR = re.compile(r"地址|钱包|btc|比特币|trc|trx|usdt|波场|收款|打币|充值|转账|捐赠|打赏|address|donat")

# Everybody's contracts, burn addresses and the first block's: they lead to nobody. Lower case.
WELL_KNOWN = frozenset(
    address.lower()
    for address in (
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",  # USDT on TRON
        "TEkxiTehnzSmSe2XqrBj4w32RUN966rdz8",  # USDC on TRON
        "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",  # TRON's zero address
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",  # the first Bitcoin block
        "0xdAC17F958D2ee523a2206206994597C13D831ec7",  # USDT on Ethereum
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",  # USDC on Ethereum
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",  # wrapped ETH
        "0x55d398326f99059fF775485246999027B3197955",  # USDT on BNB chain
        "0x000000000000000000000000000000000000dEaD",
        "0x0000000000000000000000000000000000000000",
        "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",  # stands for the chain's own coin
    )
)
# A Keccak digest takes most of a millisecond: a list of thousands of addresses is not worth seconds.
CHECKED_PER_TEXT = 40


def _find_addresses(folded: _Folded) -> Iterator[_Found]:
    checked: set[str] = set()
    for code in LONG_CODE.finditer(folded.cased):
        written = code[0]
        if written.lower() in WELL_KNOWN:
            continue
        if ETH.fullmatch(written):
            known = written in checked or len(checked) < CHECKED_PER_TEXT
            checked |= {written} if known else set()
            yield "eth", *code.span(), addresses.eth_checksum(written) if known else "none"
            continue
        for kind, pattern, holds in ADDRESSES:
            if pattern.fullmatch(written):
                right = holds(written)
                # A mistyped address is told from any other long code by the words before it; Bech32 tells by its beginning.
                if right or pattern is BTC_SEGWIT or ADDRESS_NEAR.search(folded.low, max(0, code.start() - 20), code.start()):
                    yield kind, *code.span(), "valid" if right else "invalid"


# --- links, codes, venues ---------------------------------------------------------------------------------------------

_TLD = (
    "com|net|org|info|biz|xyz|vip|top|pro|app|live|tv|fun|club|site|online|shop|store|link|ltd|group|work|tech|win|bet|finance|exchange|"
    "trade|trading|money|cash|fund|market|capital|network|world|space|cloud|asia|mobi|wang|ren|ink|love|plus|run|wiki|host|global|zone|city|"
    "cn|io|me|co|cc|pw|in|us|uk|hk|tw|jp|sg|ru|ai|to|im|la|li|is|sc|pk|bo|so|bz|ws|am|fm|gg|ee|kim|red|one|ch|de|eu|kr|vc|gl|ly|sh|st|dev|page|pub|fit|fans|team|today|news|media|bid|cx|ac|nu|tk|ml|ga|cf|icu|cyou|buzz|lol|wtf"
)
_DOT = rf"(?:\.|[。点·丶](?=(?:{_TLD})(?![a-z0-9])))"
# A link begins at the start of a run of letters and digits that goes on to a dot; a name in it has at most 63 characters.
URL_EDGE = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?=[a-z0-9\-]{0,62}+(?:[.。点·丶]|://))")
URL = re.compile(
    # After https:// any ending is believed.
    rf"(?<![a-z0-9@._\-])(?P<scheme>https?://)?(?P<host>(?:[a-z0-9][a-z0-9\-]{{0,62}}+{_DOT}){{1,5}}(?(scheme)[a-z]{{2,18}}|(?:{_TLD})))(?![a-z0-9\-]|\.[a-z])"
    r"(?P<rest>(?::\d{1,5})?(?:[/?#][a-z0-9\-._~%/?#\[\]!$&()*+,;=:@]{0,500})?)"
)
# Hosts everybody links to, and picture and player hosts that exporters leave in texts.
COMMON_HOSTS = re.compile(
    r"(?:^|\.)(?:qq\.com|qpic\.cn|qlogo\.cn|weixin\.com|weibo\.(?:com|cn)|sinaimg\.cn|sina\.(?:com\.)?cn|t\.cn|url\.cn|baidu\.com|bilibili\.com|zhihu\.com|"
    r"douyin\.com|toutiao\.com|163\.com|126\.com|sohu\.com|taobao\.com|tmall\.com|jd\.com|alipay\.com|aliyun\.com|github\.com|google\.com|apple\.com|"
    r"microsoft\.com|youtube\.com|twitter\.com|x\.com|facebook\.com|wikipedia\.org|gov\.cn|edu\.cn|xinhuanet\.com|people\.com\.cn|cctv\.com|gmail\.com|"
    r"t\.me|wa\.me|telegram\.(?:me|dog|org)|w3\.org|medium\.com|xiaohongshu\.com|pgyer\.com|fir\.im|v2ex\.com|csdn\.net|jianshu\.com)$"
)
APP_LINK = re.compile(
    r"(?:https?://)?(?:testflight\.apple\.com/join/\w{4,20}|(?:apps|itunes)\.apple\.com/[\w\-/%.]{0,120}?/?id\d{6,12}|play\.google\.com/store/apps/details\?id=[\w.]{3,100}"
    r"|(?:www\.)?pgyer\.com/[\w\-]{3,40}|fir\.im/[\w\-]{3,40})"
)
APP_NAME = re.compile(r"(?:下载|安装|打开|注册|登录|登陆)[^\n。;!?]{0,8}?(?P<id>(?<![a-z0-9])[a-z][a-z0-9]{1,19})[ ]?(?:app|客户端)(?![a-z])")
NOT_APPS = frozenset(["the", "ios", "android", "apple", "pc", "web", "mobile", "app", "my", "our", "new", "official", "iphone", "windows", "mac", "id", "vpn"])

REFERRAL_PATH = re.compile(r"/(?:join|register|reg|signup|sign-up|invite|invited|referrals?|r|bg|b|share/invite|activity/referral|user/register|i_)(?:[/_](?P<code>[\w\-]{3,24}))?(?=[/.?#]|$)")
REFERRAL_KEY = re.compile(
    r"[?&#](?:ref|refer|ref_code|refer_code|refercode|referral|referralcode|ref_id|refid|r|invite|invitecode|invite_code|invitedby|inviter|inviter_id|invitation_code|"
    r"uid|aff|aff_id|affiliate_id|affid|channelid|channel_code|src|vipcode|rcode|code|a|shareid|clacckey|partner)=(?P<code>[\w\-]{2,40})"
)
# Keys that no ordinary page has: enough on a host that carries no venue's name.
REFERRAL_KEY_SURE = re.compile(r"[?&#](?:ref_code|refer_code|refercode|referralcode|invitecode|invite_code|invitation_code)=")

# On a sign-up path of a host nobody knows: keys that name a person, where the value looks like a code and not like a place (ref=nav).
REFERRAL_KEY_OWN = re.compile(r"[?&#](?:ref|refer|ref_?id|referral|invite|invited_?by|inviter|inviter_id|invite_?id|aff|aff_id)=(?P<code>[\w\-]{4,40})")

REFERRAL_EDGE = re.compile("[邀要y返推优注irp](?=[请清情a佣拥荐惠册ner])")
REFERRAL_CODE = re.compile(
    r"(?:邀请码|邀清码|邀情码|邀请马|要请码|yao请码|返佣码|返拥码|推荐码|推荐人?id|推荐人|邀请人|优惠码|邀请id|注册码|(?:invite|invitation|referral|promo)[ ]?(?:code|id))"
    r"(?P<filler>(?:填写|填|输入|请|务必|认准|专属|官方|我的|是|为|号|[ :=\-_>→☞👉()\[\]【】「」\"“”'、,;~!❤✅⬇\n]){0,12}+)(?P<id>[a-z0-9]{4,12})(?![a-z0-9_@]|\.[a-z])"
)
NOT_CODES = frozenset(["https", "http", "code", "binance", "okex", "huobi", "gate", "bybit", "bitget", "google", "wechat", "usdt", "link", "here", "this", "telegram", "with", "your", "from"])

# Words that make a link to sign up one of the trade. 人民币 and 货币 are everybody's.
CRYPTO_NEAR = re.compile(r"(?<![人民纸硬外货钱金])币(?!值)|usdt|btc|eth(?![a-z])|交易所|邀请码|返佣|区块链|挖矿|空投|代币|链上|合约交易")
# Words that make 抹茶 or OK a venue: what one does at a venue. The topic alone does not (区块链时代).
VENUE_NEAR = re.compile(r"usdt|btc|比特币|交易所|交易平台|返佣|手续费|充币|提币|买币|卖币|炒币|平台币|上币|合约|现货|法币|c2c|欧易|币安|火币|okx|okex|binance|huobi")
# Characters after which 币 ends a word and does not begin a name.
BEFORE_COIN = frozenset("特代货人民硬外纸法钱金本稳山拟平太虚炒买卖充提数")
# 萤火币 is a coin of its own.
BEFORE_FIRE = frozenset("萤荧")
REACH = 12


@cache
def _venue_names() -> tuple[Lexicon, Lexicon, frozenset[str]]:
    """Return the lexicon of Latin names, that of Han names, and the names that count only beside a crypto word."""
    names: set[str] = set()
    weak: set[str] = set()
    for chinese, english, others, _domains, _type, _ambiguous, weak_names in read_list("venues"):
        names |= {name.lower() for name in (chinese, english, *others.split("|")) if name}
        weak |= {name.lower() for name in weak_names.split("|") if name}
    latin = {name for name in names if name[0].isascii() and name.isascii()}
    # A Latin letter or digit of a name never touches another: okx is not in bokxyz, 币8网 not in 币88网.
    return Lexicon(list(latin), numbers_before=False), Lexicon(list(names - latin), numbers_before=False), frozenset(weak)


def _venues_named(batch: _Batch) -> dict[int, list[tuple[int, int]]]:
    """Return where the texts that name venues do so: Latin names first, each from where to before where in the folded text."""
    named: dict[int, list[tuple[int, int]]] = {}
    for lexicon in _venue_names()[:2]:
        hits = lexicon.find(batch.codes)
        text = np.searchsorted(batch.starts, hits.start, side="right") - 1
        first = batch.starts[text]
        for number, start, end in zip(text.tolist(), (hits.start - first).tolist(), (hits.end - first).tolist(), strict=True):
            named.setdefault(number, []).append((start, end))
    return named


@cache
def _venue_domains() -> frozenset[str]:
    return frozenset(domain for row in read_list("venues") for domain in row[3].split("|") if domain)


@cache
def _long_venue_domains() -> re.Pattern[str]:
    # Short names stand inside too many others (gate in navigate): they must be a label of their own.
    return re.compile("|".join(sorted(re.escape(domain) for domain in _venue_domains() if len(domain) >= 5)))


@cache
def carries_venue(host: str) -> bool:
    """Whether a label of *host* is a venue's second-level name, or holds one that is long enough to be told."""
    labels = re.split(r"[.\-。点·丶]", host)[:-1]
    return any(label.rstrip("0123456789") in _venue_domains() or label in _venue_domains() or _long_venue_domains().search(label) for label in labels)


def _find_links(folded: _Folded) -> Iterator[_Found]:
    low = folded.low
    for match in folded.links:
        host, rest = match["host"], match["rest"]
        end = match.end() - (len(rest) - len(rest.rstrip(".,;:!?)]*~")))
        # 1.app and 3.cc are list items; a real name holds a letter.
        if re.search(r"[a-z]", re.split(_DOT, host)[-2]) and not COMMON_HOSTS.search(re.sub(_DOT, ".", host)):
            yield "domain", *match.span("host"), "none"
        if low.startswith(".apk", end - 4):
            yield "app", match.start(), end, "none"
        yield from _find_referral(folded, match, end)
    for match in _matches(APP_LINK, low, "apple.com", "google.com", "pgyer", "fir.im"):
        yield "app", *match.span(), "none"


def _find_apps(folded: _Folded) -> Iterator[_Found]:
    for match in _matches(APP_NAME, folded.low, "app", "客户端"):
        if match["id"] not in NOT_APPS:
            yield "app", *match.span("id"), "none"


def _find_referral(folded: _Folded, link: re.Match[str], end: int) -> Iterator[_Found]:
    """Give the link and its code when it leads to a sign-up under somebody's name."""
    low = folded.low
    start = link.start("rest")
    key = REFERRAL_KEY.search(low, start, end)
    path = REFERRAL_PATH.search(low, start, end)
    ours = carries_venue(link["host"])
    sure = REFERRAL_KEY_SURE.search(low, start, end) and CRYPTO_NEAR.search(low, max(0, link.start() - 40), min(len(low), end + 40))
    own = REFERRAL_KEY_OWN.search(low, start, end) if path else None
    code_shaped = own is not None and (re.search(r"\d", own["code"]) or folded.cased[slice(*own.span("code"))].isupper())
    common = COMMON_HOSTS.search(re.sub(_DOT, ".", link["host"]))
    if not (ours and (key or path)) and not sure and not (code_shaped and not common):
        return
    yield "referral_link", link.start(), end, "none"
    code = key or path
    if code and code["code"] and not (code is path and code["code"] in {"invite", "register", "join", "code", "index"}):
        yield "referral_code", *code.span("code"), "none"


def _find_codes(folded: _Folded) -> Iterator[_Found]:
    for match in _scan(REFERRAL_CODE, REFERRAL_EDGE, folded.low):
        code = folded.cased[slice(*match.span("id"))]
        plain = match["id"]
        # 邀请码app and 邀请码 here are prose; a digit, capitals or a colon make a code.
        called = re.search(r"[:=→>是为填]", match["filler"])
        if plain not in NOT_CODES and (called or any(c.isdigit() for c in plain) or code.isupper()):
            yield "referral_code", *match.span("id"), "none"


def _find_venues(folded: _Folded, named: Iterable[tuple[int, int]], links: list[re.Match[str]]) -> Iterator[_Found]:
    """Give each venue once, where it is first *named* so that it counts: the hundredth mention tells nothing more."""
    low = folded.low
    weak = _venue_names()[2]
    inside = bytearray(len(low) if links else 0)
    for link in links:
        inside[link.start() : link.end()] = b"\1" * (link.end() - link.start())
    nearby: list[tuple[int, int]] | None = None
    given: set[str] = set()
    for start, end in named:
        name, before = low[start:end], low[start - 1 : start]
        # A host names its venue as a domain; only names that are hosts themselves (gate.io) are given again.
        if name in given or ("." not in name and links and inside[start] and inside[end - 1]):
            continue
        if (name.startswith("火币") and before in BEFORE_FIRE) or (name in weak and name[0] == "币" and before in BEFORE_COIN):
            continue
        if name in weak and nearby is None:
            nearby = [match.span() for match in VENUE_NEAR.finditer(low)]
        if name not in weak or _beside(nearby or [], start, end):
            given.add(name)
            yield "venue", start, end, "none"


def _beside(words: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of *words*, in order, stands within REACH characters of start..end without touching the inside of it."""
    first = bisect_left(words, (start - REACH, 0))
    for word_start, word_end in words[first:]:
        if word_start > end + REACH:
            return False
        if word_end <= start or word_start >= end:
            return True
    return False


# --- where to look ----------------------------------------------------------------------------------------------------

# Most texts hold few leads. What a finder looks for cannot be without two neighbours, the first of one set of characters and the
# second of another: one look-up a character tells which finders a text is given to. An empty second set is any character.
ALIPAY_HINT, EMAIL_HINT, TELEGRAM_HINT, WECHAT_HINT, ADDED_HINT, QQ_HINT, CARD_HINT, PHONE_HINT, WHATSAPP_HINT = (1 << n for n in range(9))
ADDRESS_HINT, LINK_HINT, APP_HINT, CODE_HINT = (1 << n for n in range(9, 13))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEIGHBOURS = (
    (ALIPAY_HINT, "支za", "付fl"),
    (EMAIL_HINT | TELEGRAM_HINT, "@", _LETTERS + "0123456789 "),
    (EMAIL_HINT, "#([", "qg1ohpa"),
    (TELEGRAM_HINT | WHATSAPP_HINT, "eg", "/:"),
    (TELEGRAM_HINT, ".", "m"),
    (TELEGRAM_HINT, "t", "ge"),
    (TELEGRAM_HINT, "飞灰电", "机报抱"),
    (TELEGRAM_HINT | WECHAT_HINT | QQ_HINT, "✈🛩🛰💚🐧", ""),
    (WECHAT_HINT, "微薇葳溦嶶威唯维徽v", "信芯心❤💗💓欣新讯亻"),
    (WECHAT_HINT, "w", "ex"),
    (WECHAT_HINT, "v", "x :="),
    (WECHAT_HINT, "绿卫", "泡星"),
    (WECHAT_HINT, "加+十✚", " v微薇威葳w"),
    (ADDED_HINT, "加找", _LETTERS + "好 :"),
    (ADDED_HINT, "发联助客管群", "给系理手服主"),
    (QQ_HINT, "q+", "q :=+"),
    (QQ_HINT, "扣抠叩蔻球企", "扣抠叩蔻球鹅"),
    (QQ_HINT, "加", "q "),
    (QQ_HINT, "群裙", "号:="),
    (QQ_HINT, "君", "羊"),
    (WHATSAPP_HINT, "w", "hs"),
    (LINK_HINT, ".。点·丶", _LETTERS),
    (APP_HINT, "下安打注登", "载装开册录陆"),
    (CODE_HINT, "邀要返推优注", "请清情佣拥荐惠册"),
    (CODE_HINT, "y", "a"),
    # One pair inside invite, referral and promo each.
    (CODE_HINT, "n", "v"),
    (CODE_HINT, "r", "r"),
    (CODE_HINT, "m", "o"),
)
# Likewise so many characters of a class in so long a stretch: the digits of a phone, those of one written with letters for
# some of them, the digits of a card, the letters and digits of an address.
DENSE = ((PHONE_HINT, 11, 31), (PHONE_HINT, 11, 11), (CARD_HINT, 16, 35), (ADDRESS_HINT, 14, 14))

# A name or a single post is given to every finder: looking which ones takes as long.
WORTH_A_LOOK = 1500
EVERY_HINT = -1


@cache
def _neighbour_table() -> npt.NDArray[np.uint64]:
    """Return for each code the rows of NEIGHBOURS it may begin, a bit each in the low half, and those it may end, in the high half."""
    any_end = sum(1 << 32 + n for n, (_, _, ends) in enumerate(NEIGHBOURS) if not ends)
    table = [any_end] * (max(ord(c) for _, begins, ends in NEIGHBOURS for c in begins + ends) + 2)
    for n, (_, begins, ends) in enumerate(NEIGHBOURS):
        for character in begins:
            table[ord(character)] |= 1 << n
        for character in ends:
            table[ord(character)] |= 1 << 32 + n
    return np.array(table, dtype="<u8")


@cache
def _class_table() -> npt.NDArray[np.uint8]:
    """Return for each code the rows of DENSE that count it, a bit each. The last entry is for all that come after."""
    table = np.zeros(0xA001, dtype=np.uint8)
    table[[ord(c) for c in "".join(DIGITS)]] = 1 | 2
    table[[ord(c) for c in LOOKS_LIKE_DIGIT]] = 2
    # Other scripts have digits of their own, which a pattern takes for one; Han and its neighbours have none.
    table[0x660:0x2E80] |= 4
    table[0xA000] |= 4
    table[[ord(c) for c in "0123456789"]] = 1 | 2 | 4 | 8
    table[[ord(c) for c in _LETTERS]] |= 8
    return table


@cache
def _hint_of(rows: int) -> int:
    """Return the hints of these *rows* of NEIGHBOURS, a bit each."""
    return functools.reduce(operator.or_, (hint for n, (hint, _, _) in enumerate(NEIGHBOURS) if rows >> n & 1), 0)


def _hints(batch: _Batch) -> list[int]:
    """Return for each text which finders may find something in it, a bit each; those not named find nothing."""
    if len(batch.codes) < WORTH_A_LOOK:
        return [EVERY_HINT] * (len(batch.starts) - 1)
    halves = _neighbour_table().take(batch.codes, mode="clip").view("<u4")
    both = halves[:-2:2] & halves[3::2]
    places = np.flatnonzero(both != 0)
    held = np.zeros(len(batch.starts) - 1, dtype=np.uint32)
    text = np.searchsorted(batch.starts, places, side="right") - 1
    first = np.flatnonzero(np.diff(text, prepend=-1))
    held[text[first]] = np.bitwise_or.reduceat(both[places], first) if len(first) else 0
    hints = np.array(list(map(_hint_of, held.tolist())), dtype=np.int64)
    kinds = _class_table().take(batch.codes, mode="clip")
    for n, (hint, least, length) in enumerate(DENSE):
        places = np.flatnonzero(kinds & (1 << n))
        firsts, lasts = places[: max(0, len(places) - least + 1)], places[least - 1 :]
        close = np.flatnonzero(lasts - firsts < length)
        text = np.searchsorted(batch.starts, firsts[close], side="right") - 1
        hints[text[lasts[close] < batch.starts[text + 1]]] |= hint
    found: list[int] = hints.tolist()
    return found


_Finder = Callable[[_Folded], Iterable[_Found]]
# In order of trust: what an introducer names comes before what only has the shape.
_PERSONAL_FINDERS: tuple[tuple[int, _Finder], ...] = (
    (ALIPAY_HINT, _find_alipay),
    (EMAIL_HINT, _find_email),
    (TELEGRAM_HINT, _find_telegram),
    (WECHAT_HINT, _find_wechat),
    (ADDED_HINT, _find_added),
    (QQ_HINT, _find_qq),
    (CARD_HINT, _find_card),
    (PHONE_HINT, _find_phone),
    (WHATSAPP_HINT, _find_whatsapp),
)
_PUBLIC_FINDERS: tuple[tuple[int, _Finder], ...] = (
    (ADDRESS_HINT, _find_addresses),
    (LINK_HINT, _find_links),
    (APP_HINT, _find_apps),
    (CODE_HINT, _find_codes),
)
