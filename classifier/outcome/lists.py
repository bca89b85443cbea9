"""
The lists a user keeps: terms and accounts that are allowed or blocked, whatever the model says.

A folder with any of four files, one entry a line, UTF-8 or GB18030; tags may follow after a tab, ``#`` begins a remark:

    allow-terms.txt  block-terms.txt  allow-accounts.txt  block-accounts.txt

A term is found through disguises, as the model reads. Where two terms overlap the longer one counts (币安县 over 币安); a term in both
lists is allowed, and a post or account that matches both kinds is allowed. An allowed post is ``clear``, a blocked one an ``offer``; an allowed
account is ``clear``, a blocked one is ``flag``. The scores of posts stay the model's, and the evidence or the reason says which entry acted; to its account a
blocked post is a sure offer and an allowed one none.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from classifier.errors import RunError
from classifier.language.lexicon import Lexicon
from classifier.language.normalise import fold, undisguise
from classifier.outcome.score import text_column

KINDS = ("allow", "block")
POST_VERDICTS = {"allow": "clear", "block": "offer"}
ACCOUNT_VERDICTS = {"allow": "clear", "block": "flag"}
SHORTEST_TERM = 2
ACCOUNT_FIELDS = ("account_key", "account_id", "account_name")


class Entry(NamedTuple):
    """An entry of a list: its *kind* (allow or block), as it is written, and its tags."""

    kind: str
    written: str
    tags: tuple[str, ...]

    def told(self) -> str:
        """Return how evidence names it: ``block: 代投, 2024``."""
        return self.kind + (f": {', '.join(self.tags)}" if self.tags else "")


class Lists(NamedTuple):
    """What a folder of lists says: terms by folded spelling, accounts by key, id or name, and the digest of the files."""

    terms: dict[str, Entry]
    accounts: dict[str, Entry]
    digest: str


@cache
def read_lists(folder: str) -> Lists:
    """
    Return the lists in *folder*.

    Raises RunError if it holds none, or a line cannot be used; the message names file and line.
    """
    files = [(kind, what, Path(folder) / f"{kind}-{what}.txt") for what in ("terms", "accounts") for kind in reversed(KINDS)]
    there = [(kind, what, path) for kind, what, path in files if path.is_file()]
    if not there:
        raise RunError(f"{folder} holds no list; it needs one of {', '.join(path.name for _, _, path in files)}（没有名单文件）")
    found: dict[str, dict[str, Entry]] = {"terms": {}, "accounts": {}}
    digest = hashlib.sha256()
    for kind, what, path in there:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}") from error
        digest.update(path.name.encode() + b"\0" + content)
        for number, line in enumerate(_decoded(path, content).splitlines(), 1):
            written, *tags = (part.strip() for part in line.partition("#")[0].split("\t"))
            if not written:
                continue
            spelled = _folded(written) if what == "terms" else written
            if what == "terms" and len(spelled) < SHORTEST_TERM:
                raise RunError(f"{path}, line {number}: {written!r} is too short for a term, it would match everywhere; at least {SHORTEST_TERM} characters")
            # Block lists are read first: an entry in both is allowed.
            found[what][spelled] = Entry(kind, written, tuple(tag for part in tags for tag in map(str.strip, part.replace("，", ",").split(",")) if tag))
    return Lists(found["terms"], found["accounts"], digest.hexdigest())


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RunError(f"{path} is neither UTF-8 nor GB18030 text; save it as UTF-8")


def _folded(term: str) -> str:
    return undisguise(fold([term])).text().rstrip("\n")


def apply_to_posts(scored: pd.DataFrame, lists: Lists) -> pd.DataFrame:
    """
    Return *scored* posts with the verdict the lists give where a term stands in title or text, and the term as the first piece of evidence.

    A column ``listed`` says of each post allow, block or None; it is only there if a term was found.
    """
    titles, texts = ([words or "" for words in text_column(scored, name)] for name in ("title", "text"))
    found = _terms_in(titles, texts, lists) if lists.terms else {}
    if not found:
        return scored
    verdicts, evidence = scored["verdict"].tolist(), scored["evidence"].tolist()
    for post, (entry, quote) in found.items():
        if verdicts[post]:
            verdicts[post] = POST_VERDICTS[entry.kind]
            evidence[post] = [quote | {"weight": 0.0, "list": entry.told()}, *evidence[post]]
    changed = {"verdict": verdicts, "evidence": evidence, "listed": [found[n][0].kind if n in found else None for n in range(len(scored))]}
    return scored.assign(**{name: pd.Series(values, index=scored.index, dtype=object) for name, values in changed.items()})


def _terms_in(titles: list[str], texts: list[str], lists: Lists) -> dict[int, tuple[Entry, dict[str, Any]]]:
    """Return by post's number the entry that decides, allowed ones before blocked ones and then the first, and its place as evidence says it."""
    lexicon = _lexicon(tuple(lists.terms))
    joined = [f"{title}\n{text}" for title, text in zip(titles, texts, strict=True)]
    folded = undisguise(fold(joined))
    hits = lexicon.find(folded.codes)
    begins = np.concatenate(([0], np.cumsum([len(post) + 1 for post in joined])))
    found: dict[int, tuple[Entry, dict[str, Any]]] = {}
    for start, end, word in zip(folded.source[hits.start].tolist(), (folded.source[hits.end - 1] + 1).tolist(), hits.word.tolist(), strict=True):
        post = int(np.searchsorted(begins, start, side="right")) - 1
        entry = lists.terms[lexicon.words[word]]
        if post in found and (found[post][0].kind == entry.kind or entry.kind == "block"):
            continue
        at, until = start - int(begins[post]), end - int(begins[post])
        in_title = at < len(titles[post])
        shift = 0 if in_title else len(titles[post]) + 1
        whole = titles[post] if in_title else texts[post]
        place = {"field": "title" if in_title else "text", "start": at - shift, "end": min(until - shift, len(whole))}
        found[post] = entry, place | {"quote": whole[place["start"] : place["end"]]}
    return found


@cache
def _lexicon(terms: tuple[str, ...]) -> Lexicon:
    return Lexicon(list(terms))


def apply_to_account(row: dict[str, Any], lists: Lists) -> dict[str, Any]:
    """Return *row* of the accounts table with the verdict the lists give an account they name by key, id or name, and the reason saying so; its score stays."""
    entries = [lists.accounts[row[name]] for name in ACCOUNT_FIELDS if row[name] in lists.accounts]
    if not entries:
        return row
    entry = min(entries, key=lambda entry: KINDS.index(entry.kind))
    chinese, english = {"allow": ("放行", "allow"), "block": ("拦截", "block")}[entry.kind]
    tags, tags_en = (f"（{'、'.join(entry.tags)}）", f" ({', '.join(entry.tags)})") if entry.tags else ("", "")
    said = {"reason": f"在您的{chinese}名单中{tags}。模型：{row['reason']}", "reason_en": f"On your {english} list{tags_en}. The model: {row['reason_en']}"}
    return row | said | {"verdict": ACCOUNT_VERDICTS[entry.kind]}
