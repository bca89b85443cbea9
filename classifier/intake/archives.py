"""
Zip and gzip files, taken out into a folder under limits. Runs inside the limited child.

The directory is checked before anything is taken out, and bytes are counted while they come: the directory may lie.
Names are never used as paths.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from classifier.intake.posts import reject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from classifier.intake.source import Record, Source

MEMBER_LIMIT = 2 << 30
TOTAL_LIMIT = 4 << 30
COUNT_LIMIT = 50_000
RATIO_LIMIT = 200  # past RATIO_GRACE bytes: text shrinks to a tenth, a bomb to a thousandth
RATIO_GRACE = 50 << 20
_BLOCK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)

# What a saved page or an export carries beside its posts. It is counted, not read.
BESIDE = frozenset(
    [".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".ico", ".svg", ".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".eot", ".otf", ".mp3", ".mp4", ".m4a", ".amr", ".mov", ".avi", ".webm", ".ogg", ".tgs", ".wav"],
)


def unpack(source: Source, into: Path) -> Iterator[list[Record]]:
    """``{"member": [path, name]}`` for every file in the archive *source*, in the order of their names; what is refused is a reject."""
    try:
        if source.path.open("rb").read(2) == b"\x1f\x8b":
            yield _gunzip(source, into)
        else:
            yield from _unzip(source, into)
    except _BROKEN as error:
        yield [reject(source.name, 1, "unreadable", f"a damaged or locked archive: {type(error).__name__}: {error}")]


def refusal_of(archive: zipfile.ZipFile) -> str | None:
    """Why the archive must not be taken out, told from its directory alone, or None."""
    members = archive.infolist()
    if len(members) > COUNT_LIMIT:
        return f"{len(members)} files in one archive, more than {COUNT_LIMIT}"
    total = sum(member.file_size for member in members)
    if total > TOTAL_LIMIT or any(member.file_size > MEMBER_LIMIT for member in members):
        return f"it unpacks to {total >> 20} MiB, more than we take out"
    packed = sum(member.compress_size for member in members)
    if total > RATIO_GRACE and total > RATIO_LIMIT * max(packed, 1):
        return f"it unpacks to {total // max(packed, 1)} times its size: a zip bomb"
    return None


def _unzip(source: Source, into: Path) -> Iterator[list[Record]]:
    with zipfile.ZipFile(source.path) as archive:
        refused = refusal_of(archive)
        if refused is not None:
            yield [reject(source.name, 1, "unreadable", refused)]
            return
        left = TOTAL_LIMIT
        named = sorted((_name_of(member), i, member) for i, member in enumerate(archive.infolist()) if not member.is_dir())
        for name, i, member in named:
            if any(part.startswith((".", "__MACOSX", "~$")) for part in name.split("/")):
                continue
            told: dict[str, Any]
            target = into / f"{i}"
            if any(name.lower().endswith(ending) for ending in BESIDE):
                yield [{"member": ["", name]}]
                continue
            try:
                with archive.open(member) as packed:
                    left -= _copy(packed, target, min(MEMBER_LIMIT, left))
                told = {"member": [str(target), name]}
            except _BROKEN as error:
                told = reject(f"{source.name}/{name}", 1, "unreadable", f"cannot be taken out: {error}")
            yield [told]


def _gunzip(source: Source, into: Path) -> list[Record]:
    target = into / "0"
    with gzip.open(source.path, "rb") as packed:
        _copy(packed, target, MEMBER_LIMIT)
    return [{"member": [str(target), source.name.rpartition("/")[2].removesuffix(".gz") or "0"]}]


def _copy(packed: Any, target: Path, limit: int) -> int:
    size = 0
    with target.open("wb") as file:
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise ValueError("larger than its directory says, or than we take out")
            file.write(block)
    return size


def _name_of(member: zipfile.ZipInfo) -> str:
    """The member's name; without the UTF-8 flag, Chinese Windows wrote it in GBK."""
    name = member.filename
    if not member.flag_bits & 0x800:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            return name
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in {"", ".", ".."}) or "unnamed"
