"""What the patterns of several kinds share: digits as disguises write them, numbers, and what stands between an introduction and a name."""

from __future__ import annotations

# Digits as disguises write them. A digit may be followed by at most two of these separators.
DIGITS = {"〇": "0", "零": "0", "幺": "1", **{c: str(n) for n, c in enumerate("一二三四五六七八九", 1)}, "两": "2"}
DIGITS |= {c: str(n) for n, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
LOOKS_LIKE_DIGIT = {"o": "0", "l": "1", "i": "1"}
DIGIT = "[0-9" + "".join(DIGITS) + "]"
DIGIT_OR_LETTER = "[0-9oli" + "".join(DIGITS) + "]"
_SEP = r"[ .·\-*]{0,2}"

# What may stand between "微信" and the name: it says nothing of its own. Possessive, so that a long run of it is read once.
FILLER = (
    r"(?:号码|同号|号|客服|账号|帐号|官方|群主|老师|助理|助手|咨询|联系|搜索|添加|请加|直接|备用|唯一|联络|私聊|搜|加|是|为|群"
    r"|(?:id|no)(?![a-z0-9])|[ :=\-_>→☞👉()\[\]【】「」\"“”'、/|,,;;.。~!\n]|\+(?!\d)){0,12}+"
)

NUMBER = rf"{DIGIT}(?:{_SEP}{DIGIT}){{4,18}}+"
END = r"(?![a-z0-9_@]|[.](?:com|cn|net)(?![a-z]))"


def digits_of(written: str) -> str:
    """Return the digits that *written* stands for, separators dropped."""
    plain = (DIGITS.get(c) or LOOKS_LIKE_DIGIT.get(c, c) for c in written)
    return "".join(c for c in plain if c.isdigit() and c.isascii())
