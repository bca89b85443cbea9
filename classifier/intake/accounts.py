"""
Which account a post belongs to: the key that joins the spellings of one account.

A WeChat account has four spellings that convert exactly: ``__biz`` (base64 of a decimal number), the number itself, and
``MP_WXS_`` before the number. ``gh_…`` and a 微信号 are other names and do not convert.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

_BASE64 = re.compile(r"[MNO][A-Za-z0-9+/]{4,}={0,2}")
_MP_WXS = re.compile(r"MP_WXS_(\d{5,})")
# What a name may hold that somebody can be written to or called by.
_HANDLE = re.compile(r"[a-z0-9_\-]{5}")
_PHONE_DIGITS = 7
_PREFIX = {"weibo": "weibo:", "xiaohongshu": "xhs:", "zhihu": "zhihu:", "telegram": "telegram:"}


@lru_cache(maxsize=65_536)
def biz_number(spelling: str) -> str | None:
    """
    The decimal number behind ``__biz``, ``fakeid`` or ``MP_WXS_…``, or None.

    >>> biz_number("MzIxNzYzODAyNw=="), biz_number("MP_WXS_3217638027"), biz_number("gh_1a2b3c")
    ('3217638027', '3217638027', None)
    """
    spelling = unquote(spelling.strip())
    named = _MP_WXS.search(spelling)
    if named is not None:
        return named[1]
    if _BASE64.fullmatch(spelling) is None:
        return None
    try:
        decoded = base64.b64decode(spelling + "=" * (-len(spelling) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.decode("ascii") if decoded.isdigit() else None


@lru_cache(maxsize=65_536)
def key_of_id(platform: str | None, account_id: str) -> str | None:
    """The key *account_id* gives on *platform*, or None where the id says nothing by itself."""
    account_id = account_id.strip()
    if not account_id or account_id == "SINGLE_ARTICLE_FAKEID":
        return None
    number = biz_number(account_id)
    if number is not None and platform in (None, "wechat", "other"):
        return f"wechat:biz:{number}"
    if platform == "wechat":
        return f"wechat:biz:{account_id}" if account_id.isdecimal() and len(account_id) >= 6 else f"wechat:{account_id}"
    if platform == "telegram":
        return "telegram:" + re.sub(r"^(?:channel|-100)(?=\d)", "", account_id)
    return _PREFIX.get(platform or "", "id:") + account_id


@lru_cache(maxsize=65_536)
def alias_of(account_key: str) -> str | None:
    """
    The key MediaCrawler gives the account of *account_key* since 2026-07, or None: ``mc:`` and 16 hex digits of the id's SHA-256.

    >>> alias_of("weibo:2803301701")
    'mc:03b7150ca270b6fc'
    """
    platform, _, account_id = account_key.partition(":")
    if platform not in ("weibo", "xhs", "zhihu") or not account_id:
        return None
    return "mc:" + sha256(account_id.encode()).hexdigest()[:16]


@lru_cache(maxsize=65_536)
def key_of_name(name: str) -> str:
    """
    The key a bare name gives: NFKC, no spaces or invisible characters, small letters.

    Two accounts of one name share it, which is why ``account_key_source`` then says ``name_only``. A name that may hold a
    contact (a run of five Latin letters, digits, ``_`` or ``-``, or seven digits in all) is not written out: its key is
    ``name#`` and 16 hex digits of the SHA-256 of the normalised name, which joins as well and can be shown to anybody.

    >>> key_of_name("链上 晨报"), key_of_name("微信abc12345")
    ('name:链上晨报', 'name#fc0a8fbc09bb4eb6')
    """
    spelled = unicodedata.normalize("NFKC", name)
    kept = "".join(c for c in spelled if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))
    plain = kept.casefold() or name
    if _HANDLE.search(plain) or sum(map(str.isdecimal, plain)) >= _PHONE_DIGITS:
        return "name#" + sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return "name:" + plain
