"""
In which encoding a text file is written: decided once per file, never per line.

A byte-order mark, else strict UTF-8, else strict GB18030. Short UTF-8 lines are often valid GB18030 by chance and the
reverse almost never, so UTF-8 is asked first and the lines vote only where neither holds for the whole file.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

from classifier.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20
_VOTING_BYTES = 16 << 20


class Encoding(NamedTuple):
    """*name* as Python spells it; *clean* is False where some lines break the rule and must be left out one by one."""

    name: str
    clean: bool

    @property
    def errors(self) -> str:
        """How Python is to treat bytes that break the rule: marked, so that their row is rejected; UTF-16 can only replace them."""
        if self.clean:
            return "strict"
        return "replace" if self.name in {"utf-16", "utf-32"} else "surrogateescape"


def decide_encoding(path: Path, name: str) -> Encoding:
    """
    The encoding of the whole file.

    Raises ExportError if it is neither UTF-8, UTF-16 with its mark, nor GB18030; the message names the file and what to do.
    """
    with path.open("rb") as file:

        def holds(encoding: str) -> bool:
            file.seek(0)
            return _holds(file, encoding)

        def lines() -> list[bytes]:
            file.seek(0)
            return file.read(_VOTING_BYTES).split(b"\n")

        return _decide(mark_of(file.read(4)), holds, lines, name)


def encoding_of_bytes(content: bytes, name: str) -> Encoding:
    """The same decision over bytes in memory."""
    return _decide(mark_of(content[:4]), lambda encoding: _decodes(content, encoding), lambda: content.split(b"\n"), name)


def _decide(marked: str | None, holds: Callable[[str], bool], lines: Callable[[], list[bytes]], name: str) -> Encoding:
    if marked is not None:
        return Encoding(marked, clean=holds(marked))
    if holds("utf-8"):
        return Encoding("utf-8", clean=True)
    # One broken byte in a UTF-8 file must not turn all of it into GB18030, which takes almost anything: the lines are asked first.
    voting = [line for line in lines() if not line.isascii()]
    if sum(1 for line in voting if _decodes(line, "utf-8")) >= 0.5 * len(voting):
        return Encoding("utf-8", clean=False)
    if holds("gb18030"):
        return Encoding("gb18030", clean=True)
    return _vote(voting, name)


def mark_of(beginning: bytes) -> str | None:
    """The encoding a byte-order mark names, or None."""
    return next((encoding for mark, encoding in _MARKS if beginning.startswith(mark)), None)


def _holds(file: object, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while block := file.read(_BLOCK):  # type: ignore[attr-defined]
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _vote(lines: list[bytes], name: str) -> Encoding:
    """The encoding most lines that are not plain ASCII keep; a handful of broken ones is left to be rejected singly."""
    voting = [line for line in lines if not line.isascii()]
    if b"\x00" not in b"".join(voting[:50]):
        for encoding, share in (("utf-8", 0.5), ("gb18030", 0.8)):
            kept = sum(1 for line in voting if _decodes(line, encoding))
            if kept >= share * len(voting):
                return Encoding(encoding, clean=False)
    raise ExportError(f"{name}: neither UTF-8 nor GB18030 text; save it again as UTF-8 (既不是 UTF-8 也不是 GB18030，请另存为 UTF-8)")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decide_lines(lines: list[bytes], name: str) -> Encoding:
    """The encoding of a file of lines, from its first ones: UTF-8 unless most of them are GB18030 only."""
    if all(_decodes(line, "utf-8") for line in lines):
        return Encoding("utf-8", clean=True)
    return _vote(lines, name)
