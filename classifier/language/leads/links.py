"""Links: the domains they lead to, apps, sign-ups under somebody's name, and the codes of these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.language.leads.kinds import Found
from classifier.language.leads.texts import FoldedText, matches, scan
from classifier.language.leads.urls import DOT
from classifier.language.leads.venues import carries_venue

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

REFERRAL_CODE_EDGE = re.compile("[邀要y返推优注irp](?=[请清情a佣拥荐惠册ner])")
REFERRAL_CODE = re.compile(
    r"(?:邀请码|邀清码|邀情码|邀请马|要请码|yao请码|返佣码|返拥码|推荐码|推荐人?id|推荐人|邀请人|优惠码|邀请id|注册码|(?:invite|invitation|referral|promo)[ ]?(?:code|id))"
    r"(?P<filler>(?:填写|填|输入|请|务必|认准|专属|官方|我的|是|为|号|[ :=\-_>→☞👉()\[\]【】「」\"“”'、,;~!❤✅⬇\n]){0,12}+)(?P<id>[a-z0-9]{4,12})(?![a-z0-9_@]|\.[a-z])"
)
NOT_CODES = frozenset(["https", "http", "code", "binance", "okex", "huobi", "gate", "bybit", "bitget", "google", "wechat", "usdt", "link", "here", "this", "telegram", "with", "your", "from"])

# Words that make a link to sign up one of the trade. 人民币 and 货币 are everybody's.
CRYPTO_NEAR = re.compile(r"(?<![人民纸硬外货钱金])币(?!值)|usdt|btc|eth(?![a-z])|交易所|邀请码|返佣|区块链|挖矿|空投|代币|链上|合约交易")


def find_links(folded: FoldedText) -> Iterator[Found]:
    """Give the domains, apps and sign-ups that links lead to."""
    low = folded.low
    for match in folded.links:
        host, rest = match["host"], match["rest"]
        end = match.end() - (len(rest) - len(rest.rstrip(".,;:!?)]*~")))
        # 1.app and 3.cc are list items; a real name holds a letter.
        if re.search(r"[a-z]", re.split(DOT, host)[-2]) and not COMMON_HOSTS.search(re.sub(DOT, ".", host)):
            yield "domain", *match.span("host"), "none"
        if low.startswith(".apk", end - 4):
            yield "app", match.start(), end, "none"
        yield from _find_referral(folded, match, end)
    for match in matches(APP_LINK, low, "apple.com", "google.com", "pgyer", "fir.im"):
        yield "app", *match.span(), "none"


def find_apps(folded: FoldedText) -> Iterator[Found]:
    """Give the apps that a reader is to install."""
    for match in matches(APP_NAME, folded.low, "app", "客户端"):
        if match["id"] not in NOT_APPS:
            yield "app", *match.span("id"), "none"


def _find_referral(folded: FoldedText, link: re.Match[str], end: int) -> Iterator[Found]:
    """Give the link and its code when it leads to a sign-up under somebody's name."""
    low = folded.low
    start = link.start("rest")
    key = REFERRAL_KEY.search(low, start, end)
    path = REFERRAL_PATH.search(low, start, end)
    ours = carries_venue(link["host"])
    sure = REFERRAL_KEY_SURE.search(low, start, end) and CRYPTO_NEAR.search(low, max(0, link.start() - 40), min(len(low), end + 40))
    own = REFERRAL_KEY_OWN.search(low, start, end) if path else None
    code_shaped = own is not None and (re.search(r"\d", own["code"]) or folded.cased[slice(*own.span("code"))].isupper())
    common = COMMON_HOSTS.search(re.sub(DOT, ".", link["host"]))
    if not (ours and (key or path)) and not sure and not (code_shaped and not common):
        return
    yield "referral_link", link.start(), end, "none"
    code = key or path
    if code and code["code"] and not (code is path and code["code"] in {"invite", "register", "join", "code", "index"}):
        yield "referral_code", *code.span("code"), "none"


def find_codes(folded: FoldedText) -> Iterator[Found]:
    """Give the referral codes that are named as such."""
    for match in scan(REFERRAL_CODE, REFERRAL_CODE_EDGE, folded.low):
        code = folded.cased[slice(*match.span("id"))]
        plain = match["id"]
        # 邀请码app and 邀请码 here are prose; a digit, capitals or a colon make a code.
        called = re.search(r"[:=→>是为填]", match["filler"])
        if plain not in NOT_CODES and (called or any(c.isdigit() for c in plain) or code.isupper()):
            yield "referral_code", *match.span("id"), "none"
