"""Names in messengers: WeChat, QQ, Telegram."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.language.leads.kinds import Found
from classifier.language.leads.spelling import END, FILLER, NUMBER, digits_of
from classifier.language.leads.texts import FoldedText, matches, scan

_WECHAT = (
    r"(?:[微薇葳溦嶶威唯维徽][信芯心❤💗💓欣新讯]|微亻言|wei信|weixin|wechat|we chat|v[信芯心❤]|绿泡泡?|[加+十✚]\ ?(?:v|[微薇威葳](?!\w{0,3}(?:博|软|店))|wx|vx)[信芯x]?"
    r"|(?<![a-z0-9])(?:vx|wx)|(?<![a-z0-9])v(?=[ ]?[:=])|卫星(?=[ ]?(?:号|[:=+]))|🛰|💚)"
)
# The ID itself: joined, or letter by letter with a separator between all of them.
_HANDLE = r"[a-z_](?:[a-z0-9_\-]|[一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖幺]{3,20}+){5,19}+|[a-z](?:[ .·*]{1,2}[a-z0-9_\-](?![a-z0-9_\-])){5,19}+"

WECHAT_EDGE = re.compile("[微薇葳溦嶶威唯维徽wv绿加+十✚卫🛰💚]")
WECHAT = re.compile(rf"(?P<intro>{_WECHAT})(?P<filler>{FILLER})(?P<id>{_HANDLE}|{NUMBER}){END}")

# A name after a word that hands the reader over to somebody: 群满了加 xiaobi_01, 发给助理 xiaobi_02.
ADDED_EDGE = re.compile("[加找发联助客管群](?=[a-z好 :给系理手服主])")
ADDED = re.compile(rf"(?:[加找]|发给|联系|助理|助手|客服|管理员|群主)(?:好友|[ :]){{0,3}}+(?P<id>(?!qq|vx|wx|tel)(?:(?=[a-z][a-z0-9]*+[_\-])[a-z][a-z0-9_\-]{{5,19}}+|[a-z]{{2,12}}+\d{{2,8}}+)){END}")
# What else stands there where a name is meant; not 助手 or 联系, which software has too.
ADDED_NEAR = re.compile("群满|进群|入群|拉群|拉你|好友|备注|助理|私聊|私信|微信|发给|领取|咨询")

# Latin words that follow 微信 in ordinary prose and are nobody's name.
NOT_HANDLES = frozenset(
    ["android", "iphone", "windows", "wechat", "weixin", "official", "version", "mobile", "miniprogram", "xcx", "appstore", "google", "huawei", "xiaomi", "harmony", "macbook", "facebook", "twitter", "instagram", "youtube", "tiktok", "whatsapp", "telegram", "email", "website", "https", "http", "binance", "bitcoin", "ethereum", "blockchain", "coinbase"]
)

_QQ = r"(?:(?<![a-z0-9])qq(?!\.com)|扣扣|抠抠|叩叩|蔻蔻|球球|企鹅|🐧|(?<![a-z0-9])q(?=[ ]?[:=+])|加\ ?q|\+q)"
QQ_EDGE = re.compile("[q扣抠叩蔻球企🐧加+]")
QQ = re.compile(rf"{_QQ}(?P<group>(?:交流)?[群裙]|君羊)?(?P<filler>{FILLER})(?P<id>{NUMBER}){END}")
QQ_GROUP = re.compile(rf"(?:(?<![a-z])q(?:q)?|扣扣?|企鹅|交流|粉丝|福利|进|加|入|官方|用户|玩家|技术)?(?:[群裙]|君羊)(?:号码?|[:=])(?P<filler>{FILLER})(?P<id>{NUMBER}){END}")
# The heart of it: the pattern itself tries every place of a text.
QQ_GROUP_NAMED = re.compile(r"(?:[群裙]|君羊)[号:=]")
QQ_LINK = re.compile(r"wpa\.qq\.com/msgrd\?[^\s]{0,60}?uin=(?P<id>[1-9]\d{4,10})(?!\d)")
QQ_GROUP_LINK = re.compile(r"(?:jq\.qq\.com/\?|qm\.qq\.com/cgi-bin/qm/qr\?)[^\s]{0,60}?k=(?P<id>[\w\-]{6,64})")

_TELEGRAM = r"(?:(?<![a-z0-9])(?:tg|tele|telegram)(?![a-z0-9])|telegram|纸飞机|小飞机|飞机|灰机|电报|电抱|✈|🛩)"
# Telegram knows no hyphen, people do: a name that goes on after one is not cut there.
_TG_NAME = r"[a-z](?=[a-z0-9_\-]{4})[a-z0-9_]{0,31}+(?:-[a-z0-9_]{1,31}+){0,3}+"
TELEGRAM_EDGE = re.compile("[t纸小飞灰电✈🛩](?:(?<=[✈🛩])|(?=[ge飞机报抱]))")
TELEGRAM = re.compile(rf"{_TELEGRAM}(?:群组?|频道|号|机器人)?(?P<filler>{FILLER})@?(?P<id>{_TG_NAME})(?![@\-]|\.[a-z])")
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


def find_wechat(folded: FoldedText) -> Iterator[Found]:
    """Give the WeChat names and numbers."""
    for match in scan(WECHAT, WECHAT_EDGE, folded.low):
        name = match["id"]
        if name[0].isalpha() and name[0].isascii():
            # Letters alone right after 微信 are prose (微信android版); a colon, 号 or 加 makes them a name.
            called = re.search(r"[:=+→>号]|id|加|搜|添", match["filler"]) or re.match(r"[加+十]", match["intro"])
            has_mark = re.search(r"[0-9_\-]", name)
            if name in NOT_HANDLES or not (called or has_mark):
                continue
        elif not 5 <= len(digits_of(name)) <= 13 or digits_of(name)[0] == "0":
            continue
        yield "wechat", *match.span("id"), "none"


def find_added(folded: FoldedText) -> Iterator[Found]:
    """Give the names that a reader is handed over to, WeChat names as nearly all of them are."""
    if not ADDED_NEAR.search(folded.low):
        return
    for match in scan(ADDED, ADDED_EDGE, folded.low):
        name = match["id"]
        if name not in NOT_HANDLES and re.search(r"\d", name) and ADDED_NEAR.search(folded.low, max(0, match.start() - 12), match.end() + 12):
            yield "wechat", *match.span("id"), "none"


def find_qq(folded: FoldedText) -> Iterator[Found]:
    """Give the numbers of QQ users and groups."""
    for match in scan(QQ, QQ_EDGE, folded.low):
        digits = digits_of(match["id"])
        grouped = match["group"] or re.search("[群裙]", match["filler"]) or folded.low[match.start() - 1 : match.start()] in {"群", "裙"}
        if digits[0] != "0" and 5 <= len(digits) <= 11:
            yield "qq_group" if grouped else "qq", *match.span("id"), "none"
    for match in QQ_GROUP.finditer(folded.low) if QQ_GROUP_NAMED.search(folded.low) else ():
        if digits_of(match["id"])[0] != "0" and 6 <= len(digits_of(match["id"])) <= 10:
            yield "qq_group", *match.span("id"), "none"
    for match in matches(QQ_LINK, folded.low, "wpa.qq"):
        yield "qq", *match.span("id"), "none"
    for match in matches(QQ_GROUP_LINK, folded.low, "qq.com"):
        yield "qq_group", *match.span("id"), "none"


def find_telegram(folded: FoldedText) -> Iterator[Found]:
    """Give the Telegram names: linked, introduced, after an @, or as a signature."""
    low = folded.low
    for match in matches(TELEGRAM_LINK, low, "me/", "dog/", "tg://", "t.me"):
        group = "id" if match["id"] else "host"
        if match[group] not in TELEGRAM_RESERVED:
            yield "telegram", *match.span(group), "none"
    for match in scan(TELEGRAM, TELEGRAM_EDGE, low):
        called = (match.start("id") > 0 and low[match.start("id") - 1] in "@:=") or re.search(r"[:=@]|号|id|搜|加", match["filler"])
        # 飞机 boeing-747 is an aeroplane.
        told = called or (re.search(r"[0-9_]", match["id"]) and "-" not in match["id"])
        if match["id"] not in TELEGRAM_RESERVED | NOT_HANDLES and told:
            yield "telegram", *match.span("id"), "none"
    for match in matches(TELEGRAM_AT, low, "@"):
        if match["id"] not in TELEGRAM_RESERVED and TELEGRAM_NEAR.search(low, max(0, match.start() - 30), match.end() + 12):
            yield "telegram", *match.span("id"), "none"
    signed = [match for match in matches(TELEGRAM_SIGNED, low, "@") if match["id"] not in TELEGRAM_RESERVED | NOT_HANDLES]
    if signed and TELEGRAM_SIGNED_NEAR.search(low):
        yield from (("telegram", *match.span("id"), "none") for match in signed)
