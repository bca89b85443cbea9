"""
Turn a writer's draft into corpus records.

A draft is what a person writes: a heading line for each post, its text, and ``⟦…⟧`` around what hands the reader an
entrance, instructions or a channel.

    === offer/exchange | p01 | 2018-05 | chat | 某账号
    标题：可选
    正文……⟦注册链接和步骤⟧……
"""

from __future__ import annotations

import re
from typing import Any

from classifier.errors import LabelsError

HEADING = re.compile(r"^=== (offer|not_offer|borderline)/(\w+) \| (p\d+|-) \| (\d{4}-\d{2}) \| (\w+) \| (.+?)\s*$")
TITLE = "标题："


def read_draft(draft: str, *, writer: str, brief: str) -> list[dict[str, Any]]:
    """
    Return the posts of *draft*, in order, as corpus records numbered ``WRITER-0001`` on.

    Raises LabelsError, naming the line, for a heading that is not understood or marks that do not close.
    """
    records: list[dict[str, Any]] = []
    lines: list[str] = []
    heading: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate([*draft.split("\n"), "==="], 1):
        if not line.startswith("==="):
            lines.append(line)
            continue
        if heading is not None:
            records.append(_record(*heading, lines, number=len(records) + 1, writer=writer, brief=brief))
        found = HEADING.match(line)
        if found is None and line != "===":
            raise LabelsError(f"draft {writer}, line {number}: heading {line!r} is not '=== label/sub | pair | YYYY-MM | register | account'")
        heading, lines = ((number, found) if found else None), []
    return records


def _record(at: int, heading: re.Match[str], lines: list[str], *, number: int, writer: str, brief: str) -> dict[str, Any]:
    label, sub, pair, era, register, account = heading.groups()
    title = lines.pop(0).removeprefix(TITLE).strip() if lines and lines[0].startswith(TITLE) else None
    text, marks = split_marks("\n".join(lines).strip(), where=f"draft {writer}, post at line {at}")
    return {
        "id": f"{writer}-{number:04d}",
        "pair": None if pair == "-" else f"{writer}-{pair}",
        "writer": writer,
        "brief": brief,
        "era": era,
        "register": register,
        "account": account,
        "title": title,
        "text": text,
        "label": label,
        ("genre" if label == "not_offer" else "category"): sub,
        "marks": marks,
    }


def split_marks(marked: str, *, where: str) -> tuple[str, list[list[int]]]:
    """
    Return the text without its ``⟦…⟧`` and the half-open offsets of what stood inside.

    >>> split_marks("看完⟦加微信⟧再说", where="here")
    ('看完加微信再说', [[2, 5]])
    """
    marks: list[list[int]] = []
    start: int | None = None
    text: list[str] = []
    for character in marked:
        if character not in "⟦⟧":
            text.append(character)
        elif (character == "⟦") != (start is None):
            raise LabelsError(f"{where}: ⟦ and ⟧ do not take turns")
        elif start is None:
            start = len(text)
        else:
            marks.append([start, len(text)])
            start = None
    if start is not None:
        raise LabelsError(f"{where}: a ⟦ is never closed")
    return "".join(text), [mark for mark in marks if mark[0] < mark[1]]
