"""
Settle what an exporter's module found into the canonical post: one account key, one body state, one time, one address.

This is the one place where the rules of the canonical post stand; an exporter's module only says where its values lie.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from classifier.intake.accounts import alias_of, biz_number, key_of_id, key_of_name
from classifier.intake.addresses import NOWHERE, Address, read_address
from classifier.intake.bodies import Body, clean_text, looks_like_html, read_body
from classifier.intake.duplicates import keys_of
from classifier.intake.posts import reject
from classifier.intake.times import UNKNOWN, read_time

if TYPE_CHECKING:
    from classifier.intake.source import Found, Record, Source

_NAMED_ID = re.compile(r"MP_WXS_\d{5,}|(?<![A-Za-z0-9+/])M[A-Za-z0-9+/]{5,}={0,2}(?![A-Za-z0-9+/])")
_ID_DIRT = re.compile(r"""^="?(.*?)"?$""")
_ONE_POST_A_FILE = frozenset((".html", ".htm", ".xhtml", ".shtml", ".mht", ".md", ".txt", ".docx"))
_TIMES_ASKED = ("published", "published_else")


def settle(found: Found, source: Source) -> Record:
    """
    The canonical post of *found*, a mapping of POST_COLUMNS and ``_keys``, or a reject (it has a ``reason``).

    *found* may hold ``reject``: a reason (``service``, ``unreadable``, …), with ``excerpt``.
    """
    if "reject" in found:
        return reject(source.name, found["src_row"], found["reject"], text_of(found.get("excerpt")))
    notes = list(found.get("notes", ()))
    address = read_address(text_of(found.get("url")) or "") if found.get("url") else NOWHERE
    title, text, state = _title_and_body(found, notes)
    row: dict[str, Any] = {
        "platform": found.get("platform") or address.platform or "other",
        "author": text_of(found.get("author")),
        "title": title,
        "text": text,
        "digest": _digest(found, title, text),
        "url": address.url,
        "is_repost": found.get("is_repost"),
        "media": found.get("media") or None,
        "src_file": source.name,
        "src_row": found["src_row"],
        "exporter": found["exporter"],
        "notes": notes,
    }
    _settle_account(row, found, source, address)
    _settle_time(row, found)
    given = id_of(found.get("post_id"))
    row["post_id"] = given or address.sn or _mid_and_idx(found, address) or text_of(found.get("post_id_else")) or f"{source.name}#{found['src_row']}"
    row["body_state"] = state or _state_without_body(row)
    if not (row["title"] or row["text"] or row["digest"] or row["url"] or row["media"] or given or state):
        return reject(source.name, found["src_row"], "unreadable", text_of(found.get("excerpt")) or "nothing in this row is a post")
    mid, idx = text_of(found.get("mid")) or address.mid, text_of(found.get("idx")) or address.idx
    sn = text_of(found.get("sn")) or address.sn
    row["_alias"] = alias_of(row["account_key"])
    row["_keys"] = keys_of(row, mid=mid, idx=idx, sn=sn, post_id_given=given, title_key=title_key(title))
    if found.get("join"):
        row["_keys"].append(f"{row['account_key']}\0join\0{found['join']}")
    return row


def text_of(value: Any) -> str | None:
    """*value* as text, or None where there is none: whole numbers without ``.0``, lists and objects not at all."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return clean_text(value)[0] if value.strip() else None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else None
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value == int(value) and abs(value) < 1e17 else repr(value)  # noqa: PLR0124 - NaN
    if isinstance(value, dict | list):
        return None
    return str(value)


def id_of(value: Any) -> str | None:
    """An id as text, without the tabs, quotes and ``="…"`` that keep spreadsheets from rounding it."""
    text = text_of(value)
    if text is None:
        return None
    text = text.strip().strip("\t'")
    dirty = _ID_DIRT.match(text)
    return (dirty[1] if dirty and text.startswith("=") else text) or None


def _title_and_body(found: Found, notes: list[str]) -> tuple[str | None, str | None, str | None]:
    """(title, text, body state or None); what was done to them goes to *notes*."""
    title = text_of(found.get("title"))
    state = found.get("body_state")
    raw = text_of(found.get("text"))
    if raw is None and found.get("html"):
        raw = text_of(found["html"])
        found = {**found, "is_html": True}
    if raw is not None and found.get("is_html") and looks_like_html(raw):
        from classifier.intake.markup import text_of_html

        raw = text_of_html(raw)
    body = read_body(raw, title=title) if raw is not None else Body(None, None)
    notes.extend(body.remarks)
    if body.text is None:
        return title, None, state if state not in (None, "full") else (body.state if body.state != "title_only" else None)
    return title, body.text, state or body.state


def _digest(found: Found, title: str | None, text: str | None) -> str | None:
    digest = text_of(found.get("digest"))
    return None if digest is None or digest in (title, text) else digest


def _state_without_body(row: dict[str, Any]) -> str:
    if row["text"]:
        return "full"
    if row["digest"]:
        return "digest_only"
    if row["media"] and not row["title"]:
        return "pictures_only"
    if row["title"]:
        return "title_only"
    return "link_only" if row["url"] else "empty"


def _settle_account(row: dict[str, Any], found: Found, source: Source, address: Address) -> None:
    """
    The account: from a column, else the JSON parent, else the file's name, the folder, the address, the bare name.

    An id that does not convert (``gh_…``, a 微信号) gives way to one in the address, so that spellings of one account join.
    """
    row["account_name"] = name = text_of(found.get("account_name"))
    row["account_id"] = given = id_of(found.get("account_id"))
    where = found.get("account_from", "column")
    platform = found.get("platform") or address.platform
    if given is not None:
        key = found.get("account_key") or key_of_id(platform, given)
        if key is not None and not (address.biz and key.startswith("wechat:") and ":biz:" not in key):
            row["account_key"], row["account_key_source"] = key, where
            return
    hinted = _named_in_path(source.name) if platform in {None, "wechat"} else None
    if hinted is not None:
        row["account_id"] = given or hinted[0]
        row["account_key"], row["account_key_source"] = hinted[1], hinted[2]
        return
    if platform == "telegram" and given is None and _telegram_dump(row, source):
        return
    if platform == "weibo" and given is None and _weibo_account(row, source):
        return
    number = biz_number(address.biz) if address.biz else None
    if number is not None:
        row["account_id"] = given or address.biz
        row["account_key"], row["account_key_source"] = f"wechat:biz:{number}", "url"
    elif given is not None and given != "SINGLE_ARTICLE_FAKEID":
        row["account_key"], row["account_key_source"] = f"id:{given}", where
    elif name is not None:
        row["account_key"], row["account_key_source"] = key_of_name(name), "name_only"
    else:
        _account_of_place(row, source)


@lru_cache(maxsize=256)
def _named_in_path(name: str) -> tuple[str, str, str] | None:
    """(spelling, key, filename or folder) of the WeChat account the path *name* spells, the file's name before its folders; or None."""
    *folders, file = name.split("/")
    for hint, said in ((file.rpartition(".")[0] or file, "filename"), *((folder, "folder") for folder in reversed(folders))):
        named = _NAMED_ID.search(hint)
        number = biz_number(named[0]) if named else None
        if named is not None and number is not None:
            return named[0], f"wechat:biz:{number}", said
    return None


def _telegram_dump(row: dict[str, Any], source: Source) -> bool:
    """Telethon's scrapers name the channel in the file only: ``<id>_<username>.csv``."""
    named = re.fullmatch(r"(?:-?100)?(\d{6,})(?:_(\w+))?", source.stem)
    if named is None:
        return False
    row["account_id"], row["account_key"], row["account_key_source"] = named[1], f"telegram:{named[1]}", "filename"
    row["account_name"] = row["account_name"] or named[2]
    return True


def _weibo_account(row: dict[str, Any], source: Source) -> bool:
    """Dataabc's programs name the account nowhere but in the path: ``<昵称>/<user_id>.csv``."""
    numbers = re.findall(r"(?<!\d)\d{6,}(?!\d)", source.stem)
    if not numbers:
        return False
    row["account_id"], row["account_key"], row["account_key_source"] = numbers[-1], f"weibo:{numbers[-1]}", "filename"
    if row["account_name"] is None and source.stem == numbers[-1] and source.folder not in (None, numbers[-1]):
        row["account_name"] = source.folder
    return True


def _account_of_place(row: dict[str, Any], source: Source) -> None:
    """The last resort: posts of one file (or of one folder of single posts) are one account, and say so."""
    if source.suffix in _ONE_POST_A_FILE and (source.root or source.folder):
        row["account_key"], row["account_key_source"] = f"file:{source.root or source.folder}", "folder"
    else:
        row["account_key"], row["account_key_source"] = f"file:{source.name}", "none"


def _settle_time(row: dict[str, Any], found: Found) -> None:
    when = UNKNOWN
    for asked in _TIMES_ASKED:
        if when.at is None and found.get(asked) is not None:
            when = read_time(found[asked], found.get("zone", "assumed_cst"))
    row["published_at"], row["published_precision"], row["published_tz"] = when


def _mid_and_idx(found: Found, address: Address) -> str | None:
    mid = text_of(found.get("mid")) or address.mid
    idx = text_of(found.get("idx")) or address.idx
    return f"{mid}_{idx}" if mid and idx else None


def title_key(title: str | None) -> str | None:
    """*title* as titles are compared for duplicates: without spaces, width or case."""
    if not title:
        return None
    joined = "".join(title.split())
    return (joined if unicodedata.is_normalized("NFKC", joined) else unicodedata.normalize("NFKC", joined)).casefold()
