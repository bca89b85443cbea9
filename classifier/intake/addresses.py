"""
The address of a post without what must not travel with it: login keys, tickets, tokens, tracking.

On platforms we know, only the parameters that name the post are kept; elsewhere those that look like credentials go.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

_KEPT = {"mp.weixin.qq.com": ("__biz", "mid", "idx", "sn", "appmsgid", "itemidx")}
_NOT_KEPT = ("xiaohongshu.com", "xhslink.com", "weibo.com", "weibo.cn", "zhihu.com", "douyin.com", "bilibili.com", "t.me")
_CREDENTIAL = re.compile(
    r"(?i)^(?:.*(?:token|ticket|passw|pwd|secret|session|signature|credential|cookie|auth).*|key|uin|exportkey|openid|unionid|sid|sign|api_?key|"
    r"access|utm_.*|spm|from|isappinstalled|scene|chksm|clicktime|enterid|nsukey|ascene|devicetype|version|lang|wx_header|xsec_.*|share_.*)$",
)
_PLATFORMS = (
    ("mp.weixin.qq.com", "wechat"),
    ("weixin.qq.com", "wechat"),
    ("weibo.com", "weibo"),
    ("weibo.cn", "weibo"),
    ("zhihu.com", "zhihu"),
    ("t.me", "telegram"),
    ("telegram.me", "telegram"),
    ("xiaohongshu.com", "xiaohongshu"),
    ("xhslink.com", "xiaohongshu"),
)


class Address(NamedTuple):
    """*url* made canonical; *platform*, and WeChat's *biz*, *mid*, *idx*, *sn* where the address names them."""

    url: str | None
    platform: str | None = None
    biz: str | None = None
    mid: str | None = None
    idx: str | None = None
    sn: str | None = None


NOWHERE = Address(None)


@lru_cache(maxsize=4096)
def read_address(raw: str) -> Address:
    """The Address *raw* spells, unescaped as often as exporters escape it; an address that cannot be parsed is left out."""
    spelled = raw.strip().replace("\\/", "/").replace("\\x26", "&")
    for _ in range(3):
        if "&" not in spelled or ";" not in spelled:
            break
        spelled = html.unescape(spelled)
    if not spelled or len(spelled) > 4_000 or any(c in spelled for c in "\x00\r\n\t <>"):
        return NOWHERE
    if spelled.startswith("//"):
        spelled = "https:" + spelled
    try:
        parts = urlsplit(spelled)
        host = (parts.hostname or "").lower()
    except ValueError:
        return NOWHERE
    if parts.scheme not in ("http", "https") or not host:
        return NOWHERE
    if host == "mp.weixin.qq.com":
        return _wechat(parts.path, dict(parse_qsl(parts.query)), spelled)
    return Address(_without_credentials(parts.scheme, _host_and_port(parts.netloc), parts.path, parts.query, host), platform_of(host))


def platform_of(host: str) -> str | None:
    """The platform a host belongs to, or None."""
    for ending, platform in _PLATFORMS:
        if host == ending or host.endswith("." + ending):
            return platform
    return None


def _wechat(path: str, asked: dict[str, str], spelled: str) -> Address:
    mid = asked.get("mid") or asked.get("appmsgid")
    idx = asked.get("idx") or asked.get("itemidx")
    biz = asked.get("__biz")
    kept = {"__biz": biz, "mid": mid, "idx": idx, "sn": asked.get("sn")}
    query = "&".join(f"{name}={quote(value, safe='=+/')}" for name, value in kept.items() if value)
    scheme = "https" if spelled.startswith("https") else "http"
    return Address(urlunsplit((scheme, "mp.weixin.qq.com", path, query, "")), "wechat", biz, mid, idx, asked.get("sn"))


def _host_and_port(netloc: str) -> str:
    return netloc.rpartition("@")[2]


def _without_credentials(scheme: str, netloc: str, path: str, query: str, host: str) -> str:
    if any(host == known or host.endswith("." + known) for known in _NOT_KEPT):
        query = ""
    elif query:
        query = "&".join(part for part in query.split("&") if not _CREDENTIAL.match(part.split("=", 1)[0]))
    return urlunsplit((scheme, netloc, path, query, ""))
