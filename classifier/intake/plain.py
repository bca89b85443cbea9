"""
The plain form, JSON Lines of ``account_id?, account_name, post_id?, title?, text, published_at?, url?``, and fast.

Whole columns are built from whole chunks of lines. A row with anything unusual about it is settled by itself and put back
in its place, so that fast and careful never differ.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

from classifier.errors import ExportError
from classifier.intake.addresses import NOWHERE, read_address
from classifier.intake.bodies import EXCEL_CELL_LIMIT, PLACEHOLDERS
from classifier.intake.duplicates import Given, given_for, given_text, keys_of, opening, self_key_of, title_key_of
from classifier.intake.layout import Exporter, Layout, Row, found_in, normalised, understand
from classifier.intake.posts import POST_COLUMNS, TEXT_LIMIT, fullness
from classifier.intake.remembered import Keys, hashed
from classifier.intake.settle import settle, title_key
from classifier.intake.source import Source
from classifier.intake.times import read_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from classifier.intake.source import Record

PLAIN = Exporter(
    "plain",
    (),
    {
        "post_id": ("postid", "id"),
        "account_id": ("accountid",),
        "account_name": ("accountname", "account"),
        "title": ("title",),
        "text": ("text",),
        "published": ("publishedat", "date"),
        "url": ("url",),
        "author": ("author",),
        "digest": ("digest",),
        "platform": ("platform",),
    },
)
PLAIN_LAYOUT = Layout(PLAIN, {name: list(headings) for name, headings in PLAIN.fields.items()})
_HEADINGS = frozenset(heading for headings in PLAIN.fields.values() for heading in headings)
_TEXT_FIELDS = ("text", "title")
_WORDS = (*_TEXT_FIELDS, "digest")
# In ids joined by NULs: one that is empty, or has space or a quote at an end, or a leading =, as spreadsheets guard them.
_GUARDED = re.compile(r"(?:^|\0)(?:[=\s']|\0|$)|[\s'](?:\0|$)")
_SIDE_FIELDS = ("author", "digest", "platform", "media", "is_repost", "notes")
_FULL = fullness("full")
_KEPT: Given = intern(given_text(_FULL, None, ""))


class PlainChunk(NamedTuple):
    """Posts as whole columns, rejects as records; *hashes* stand for what names each post, *kept* is what to remember under them."""

    columns: dict[str, list[Any]]
    constants: dict[str, Any]
    n_rows: int
    hashes: Keys
    kept: list[Given]
    rejects: list[Record]


def is_plain(keys: Iterable[str]) -> bool:
    """Whether objects with *keys* are the plain form: no key of theirs means something the plain form does not know."""
    spelled = {normalised(key) for key in keys}
    if not spelled & set(_TEXT_FIELDS):
        return False
    return all(heading in _HEADINGS for headings in understand(spelled, (), {}).fields.values() for heading in headings)


def settle_plain(obj: Any, src_row: int, source: Source, exporter: str = "plain") -> Record:
    """One post of the plain form, or a reject that says what is wrong with it."""
    problem = problem_of(obj)
    if problem is not None:
        return settle({"reject": "unreadable", "excerpt": problem, "src_row": src_row}, source)
    row: Row = {normalised(key): value for key, value in obj.items()}
    found = found_in(row, PLAIN_LAYOUT)
    found["src_row"], found["exporter"] = src_row, exporter
    return settle(found, source)


def problem_of(obj: Any) -> str | None:
    """Why *obj* is not a post of the plain form, in one line, or None if it is one."""
    if not isinstance(obj, dict):
        return f"not an object but {_kind(obj)}"
    if not any(key in obj for key in _WORDS):
        return f"no 'text' and no 'title'; found {', '.join(map(str, list(obj)[:8])) or 'nothing'}"
    for key in _TEXT_FIELDS:
        if not isinstance(obj.get(key), str | None):
            return f"'{key}' is not text but {_kind(obj[key])}"
    for key in ("post_id", "id", "account_id", "account_name", "account", "url"):
        if isinstance(obj.get(key), list | dict | bool):
            return f"'{key}' is not text but {_kind(obj[key])}"
    return None


def _kind(value: Any) -> str:
    return {list: "a list", dict: "an object", str: "a text", bool: "true or false", int: "a number", float: "a number"}.get(type(value), "null")


def plain_chunk(objects: Sequence[Any], rows: Sequence[int], source: Source, *, may_hold_nul: bool, exporter: str = "plain") -> PlainChunk | None:
    """
    *objects* as columns, or None where the careful way must be taken (wrong types, or a duplicate inside the chunk).

    *rows* are their line numbers. Rows with no body, a placeholder, a cut or an address are settled one by one.
    """
    if {*map(type, objects)} != {dict}:
        return None
    texts = [obj.get("text") for obj in objects]
    titles = [obj.get("title") or None for obj in objects]
    ids = _first_of(objects, "post_id", "id")
    account_ids = [obj.get("account_id") for obj in objects]
    names = _first_of(objects, "account_name", "account")
    times = _first_of(objects, "published_at", "date")
    textual = {str, type(None)}
    if not ({*map(type, texts)} | {*map(type, titles)}) <= textual:
        return None
    if not ({*map(type, ids)} | {*map(type, account_ids)} | {*map(type, names)} | {*map(type, times)}) <= {*textual, int}:
        return None
    odd = {i for i, text in enumerate(texts) if not text or len(text) <= 120 or len(text) > TEXT_LIMIT or len(text) == EXCEL_CELL_LIMIT}
    odd = {i for i in odd if not _is_ordinary(texts[i], titles[i])}
    odd |= {i for i, title in enumerate(titles) if title is not None and (title.isspace() or len(title) > 100)}
    odd |= _unusual(objects, ids, account_ids, names)
    if may_hold_nul:
        odd |= {i for i, obj in enumerate(objects) if any(type(value) is str and "\x00" in value for value in obj.values())}
    return _fast(objects, rows, source, exporter, (texts, titles, ids, account_ids, names, times), odd)


def _first_of(objects: Sequence[dict[str, Any]], name: str, alias: str) -> list[Any]:
    """The values under *name*, and where there is none those under *alias*."""
    values = [obj.get(name) for obj in objects]
    return values if all(values) else [obj.get(alias) if value is None or value == "" else value for value, obj in zip(values, objects, strict=True)]


def _unusual(objects: Sequence[dict[str, Any]], *id_columns: list[Any]) -> set[int]:
    """Rows whose ids are numbers, empty or dirty, or that carry an address or more than the plain form."""
    side = {"url", *_SIDE_FIELDS}
    unusual = {i for i, obj in enumerate(objects) if not side.isdisjoint(obj)}
    for column in id_columns:
        if {*map(type, column)} == {str} and _are_clean(column):
            continue
        unusual |= {i for i, value in enumerate(column) if value is not None and (type(value) is not str or _GUARDED.search(value))}
    return unusual


def _are_clean(ids: list[str]) -> bool:
    """Whether none of *ids* is empty or guarded."""
    joined = "\0".join(ids)
    # Nearly always none of these stands anywhere in them, which is seen many times sooner than where it stands.
    without = all(ids) and "'" not in joined and "=" not in joined and len(joined.split()) == 1
    return without or _GUARDED.search(joined) is None


def _is_ordinary(text: str | None, title: str | None) -> bool:
    """Whether `read_body` would say "full" and change nothing: text of ordinary length that is no placeholder and not the title."""
    if not text or len(text) > TEXT_LIMIT or len(text) == EXCEL_CELL_LIMIT:
        return False
    stripped = text.strip()
    return bool(stripped) and not stripped.startswith(PLACEHOLDERS) and (title is None or stripped != title.strip())


def _fast(objects: Sequence[Any], rows: Sequence[int], source: Source, exporter: str, lists: tuple[list[Any], ...], odd: set[int]) -> PlainChunk | None:
    texts, titles, ids, account_ids, names, times = lists
    n = len(objects)
    pairs = list(zip(account_ids, names, strict=True))
    known = {pair: _account(*pair, source.name) for pair in set(pairs)}
    accounts = [known[pair] for pair in pairs]
    whens = [read_time(raw) for raw in times] if any(times) else None
    columns: dict[str, list[Any]] = {
        "account_key": [key for key, _ in accounts],
        "account_key_source": [said for _, said in accounts],
        "account_id": account_ids,
        "account_name": names,
        "post_id": ids if all(ids) else [given or f"{source.name}#{row}" for given, row in zip(ids, rows, strict=True)],
        "title": titles,
        "text": texts,
        "src_row": list(rows),
    }
    if whens is not None:
        columns["published_at"] = [when.at for when in whens]
        columns["published_precision"] = [when.precision for when in whens]
        columns["published_tz"] = [when.zone for when in whens]
    constants = {"platform": "other", "body_state": "full", "src_file": source.name, "exporter": exporter}
    rejects: list[Record] = []
    gone: list[int] = []
    odd_keys: list[tuple[str, Given]] = []
    if odd:
        for name in POST_COLUMNS:
            columns.setdefault(name, [constants.get(name)] * n)
    for i in sorted(odd):
        record = settle_plain(objects[i], rows[i], source, exporter)
        if "reason" in record:
            rejects.append(record)
            gone.append(i)
            continue
        odd_keys.extend((key, given_for(key, fullness(record["body_state"]), record["post_id"], record["text"])) for key in record["_keys"])
        record["notes"] = notes_text(record["notes"])
        for name in POST_COLUMNS:
            columns[name][i] = record[name]
    keys = [(f"{key}\0id\0{given}", _KEPT) for (key, _), given in zip(accounts, ids, strict=True) if given]
    if odd:
        keys = [(f"{accounts[i][0]}\0id\0{ids[i]}", _KEPT) for i in range(n) if ids[i] and i not in odd]
    keys += _self_keys(columns, ids, odd)
    keys += _title_keys(columns, odd) if whens is not None else []
    keys += odd_keys
    for i in reversed(gone):
        for column in columns.values():
            del column[i]
    hashes = hashed([key for key, _ in keys])
    if len(np.unique(hashes)) != len(hashes):
        return None
    return PlainChunk(columns, {} if odd else constants, n - len(gone), hashes, [kept for _, kept in keys], rejects)


def _self_keys(columns: dict[str, list[Any]], ids: list[Any], odd: set[int]) -> list[tuple[str, Given]]:
    """Keys of the ordinary rows that no id names: by their words, or by file and row."""
    if all(ids):
        return []
    keys = []
    at = columns.get("published_at", [None] * len(ids))
    told = zip(ids, columns["account_key"], columns["title"], columns["text"], at, columns["post_id"], strict=True)
    for i, (given, account, title, text, published_at, post_id) in enumerate(told):
        if not given and i not in odd:
            key = self_key_of(account, title_key(title), text, post_id, body_state="full", published_at=published_at)
            keys.append((key, given_for(key, _FULL, post_id, text)))
    return keys


def _title_keys(columns: dict[str, list[Any]], odd: set[int]) -> list[tuple[str, Given]]:
    """Keys of (account, title, minute) of the ordinary rows that have a title and a time known to the minute."""
    keys = []
    told = zip(columns["title"], columns["published_precision"], columns["account_key"], columns["published_at"], columns["post_id"], columns["text"], strict=True)
    for i, (title, precision, account, at, post_id, text) in enumerate(told):
        if title and precision in ("second", "minute") and i not in odd:
            keys.append((title_key_of(account, title_key(title) or "", at), given_text(_FULL, opening(text), post_id)))
    return keys


@lru_cache(maxsize=65_536)
def _account(account_id: str | None, name: str | None, src_file: str) -> tuple[str, str]:
    """(account_key, account_key_source), as settle.py gives them for a row of the plain form without an address."""
    nowhere = Source(Path(src_file), src_file)
    record = settle({"account_id": account_id, "account_name": name, "title": "x", "src_row": 0, "exporter": "plain"}, nowhere)
    return record["account_key"], record["account_key_source"]


def notes_text(notes: list[str]) -> str | None:
    """The notes as the JSON list they are in the table, or None."""
    return orjson.dumps(notes).decode() if notes else None


def post_of_line(line: bytes, number: int, source: Source) -> Record:
    """
    One post of one line of JSON in the plain form; *number* is its line's.

    Raises ExportError if the line is not JSON, not an object, or holds no post; the message says which.
    """
    from classifier.intake.lines import parse_line

    obj = parse_line(line)
    problem = problem_of(obj)
    if problem is not None:
        raise ExportError(problem)
    record = settle_plain(obj, number, source)
    if "reason" in record:
        raise ExportError(record["excerpt"] or "no post in this line")
    return record


def records_of_chunk(chunk: PlainChunk) -> list[Record]:
    """The posts of *chunk* one by one, as settle.py gives them: for the chunk in which a duplicate was found."""
    records = []
    for i in range(chunk.n_rows):
        record: Record = {name: chunk.columns[name][i] if name in chunk.columns else chunk.constants.get(name) for name in POST_COLUMNS}
        record["notes"] = orjson.loads(record["notes"]) if record["notes"] else []
        own = record["post_id"] != f"{record['src_file']}#{record['src_row']}"
        address = read_address(record["url"]) if record["url"] else NOWHERE
        given = record["post_id"] if own else None
        record["_keys"] = keys_of(record, mid=address.mid, idx=address.idx, sn=address.sn, post_id_given=given, title_key=title_key(record["title"]))
        records.append(record)
    return records
