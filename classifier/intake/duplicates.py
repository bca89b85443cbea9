"""
Which rows are the same post again.

Only short hashes of what names a post are kept, never its text (see `remembered`).
Of copies that arrive together the fullest is kept. Of copies that arrive after a batch was given out the first is kept,
unless the later one has a body and the first had none: then both stay and the later one says so.
"""

from __future__ import annotations

from hashlib import blake2b
from sys import intern
from typing import TYPE_CHECKING, Any
from zlib import crc32

from classifier.intake.posts import fullness, reject
from classifier.intake.remembered import Remembered, hashed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.intake.source import Record

Given = str
"""What was kept under a key, in one short text: two digits of rank, eight of its opening (for title keys), its post_id."""

_TITLE = "\0title\0"
_OPENING = 24
_TELLING = 20  # characters: two posts of one account may well say 早安 without being one


def title_key_of(account: str, title_key: str, published_at: str) -> str:
    """The key of (account, title, minute); *title_key* is the title as titles are compared."""
    return f"{account}{_TITLE}{title_key}\0{published_at[:16]}"


def id_key_of(account: str, post_id: str) -> str:
    """The key of (account, id)."""
    return f"{account}\0id\0{post_id}"


def self_key_of(account: str, title_key: str | None, text: str | None, post_id: str, *, body_state: str, published_at: str | None) -> str:
    """
    The key of a post that no id names; *post_id* is then its file and row.

    Without a time either, a full text that is long enough is what names it: (account, title, text). Otherwise it is the same
    post only where it is the same row of the same file, read again.
    """
    words = f"{title_key or ''}\0{blake2b((text or '').encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
    if published_at is None and body_state == "full" and len(text or "") >= _TELLING:
        return f"{account}\0words\0{words}"
    return f"{account}\0row\0{words}\0{post_id}"


def opening(text: str | None) -> int | None:
    """A short digest of how a text begins, spaces aside; None without a text."""
    return crc32("".join(text[: 2 * _OPENING].split())[:_OPENING].encode("utf-8", "surrogatepass")) if text else None


def given_for(key: str, rank: int, post_id: str, text: str | None) -> Given:
    """What to remember of a post kept under *key*, as little as will do."""
    if _TITLE in key:
        return given_text(rank, opening(text), post_id)
    # Where the key ends with the post_id it is not stored again, and all such keys share one value.
    return intern(given_text(rank, None, "")) if key.endswith("\0" + post_id) else given_text(rank, None, post_id)


def given_text(rank: int, opening_of_text: int | None, post_id: str) -> Given:
    """The short text that remembers these three."""
    return f"{rank:02d}{'--------' if opening_of_text is None else f'{opening_of_text:08x}'}{post_id}"


class Duplicates:
    """Which posts were given out so far, and which accounts are known under another key."""

    def __init__(self) -> None:
        self.given = Remembered()
        self.accounts: dict[str, str] = {}

    def sort_out(self, records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
        """*records* as (posts, rejects), in the order read; every record is in exactly one."""
        self._join_accounts(records)
        fullest = _fullest(records)
        named = {key for record in records for key in record.get("_keys", ())}
        given = dict(zip(named, self.given.look_up(hashed(named)), strict=True))
        posts: list[Record] = []
        rejects: list[Record] = []
        for i, record in enumerate(records):
            if "reason" in record:
                rejects.append(record)
                continue
            kept_post_id = _given_before(record, given) if fullest[i] == i else records[fullest[i]]["post_id"]
            if kept_post_id is None:
                posts.append(record)
            else:
                said = record["title"] or record["text"]
                rejects.append(reject(record["src_file"], record["src_row"], "duplicate", said, kept_post_id))
        kept: dict[str, Given] = {}
        for record in posts:
            rank = fullness(record["body_state"])
            for key in record["_keys"]:
                kept.setdefault(key, given_for(key, rank, record["post_id"], record["text"]))
        self.given.add(hashed(kept), list(kept.values()))
        return posts, rejects

    def _join_accounts(self, records: Sequence[Record]) -> None:
        """Give anonymised accounts (``mc:…``) the key of the same account where an export with its id is there too."""
        self.accounts.update((record["_alias"], record["account_key"]) for record in records if record.get("_alias"))
        for record in records:
            known = self.accounts.get(record.get("account_key", ""))
            if known is not None:
                record["_keys"] = [known + key.removeprefix(record["account_key"]) for key in record["_keys"]]
                record["account_key"] = known


def _given_before(record: Record, given: dict[str, Given | None]) -> str | None:
    """The post_id of a copy already *given* out, or None; a fuller copy than that is let through with a note."""
    for key in record["_keys"]:
        kept = given[key]
        if kept is None or (_TITLE in key and not _agree(None if kept[2] == "-" else int(kept[2:10], 16), opening(record["text"]))):
            continue
        rank, post_id = int(kept[:2]), kept[10:] or record["post_id"]
        if rank < fullness("excerpt") <= fullness(record["body_state"]):
            record["notes"] = [*record["notes"], f"fuller copy of {post_id}"]
            return None
        return str(post_id)
    return None


def _fullest(records: Sequence[Record]) -> list[int]:
    """For each of *records* the place of the fullest copy of the same post among them; of equals, the first."""
    joined = list(range(len(records)))

    def root(i: int) -> int:
        while joined[i] != i:
            joined[i] = joined[joined[i]]
            i = joined[i]
        return i

    holder: dict[str, int] = {}
    for i, record in enumerate(records):
        for key in record.get("_keys", ()):
            j = holder.setdefault(key, i)
            # The same title in the same minute over another text is another post.
            if j != i and (_TITLE not in key or _agree(opening(records[j]["text"]), opening(record["text"]))):
                joined[root(i)] = root(j)
    best: dict[int, int] = {}
    for i, record in enumerate(records):
        if "reason" not in record and (root(i) not in best or _worth(record) > _worth(records[best[root(i)]])):
            best[root(i)] = i
    return [best.get(root(i), i) for i in range(len(records))]


def _agree(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _worth(record: Record) -> tuple[int, int]:
    return fullness(record["body_state"]), len(record["text"] or "")


def keys_of(row: dict[str, Any], *, mid: str | None, idx: str | None, sn: str | None, post_id_given: str | None, title_key: str | None) -> list[str]:
    """
    What names this post among others: (account, mid, idx), (account, sn), (account, id), and (account, title, minute).

    The last is used only for a time known to the minute; *title_key* is the title as titles are compared.
    Where no id names it, its own words or its row do (`self_key_of`).
    """
    account = row["account_key"]
    keys = []
    if mid and idx:
        keys.append(f"{account}\0mid\0{mid}_{idx}")
    if sn:
        keys.append(f"{account}\0sn\0{sn}")
    if post_id_given:
        keys.append(id_key_of(account, post_id_given))
    if not keys:
        keys.append(self_key_of(account, title_key, row["text"], row["post_id"], body_state=row["body_state"], published_at=row["published_at"]))
    if title_key and row["published_precision"] in ("second", "minute"):
        keys.append(title_key_of(account, title_key, row["published_at"]))
    return keys
