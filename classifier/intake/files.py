"""Which files an export consists of: the paths named, what lies in folders, what is packed in a zip."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter, deque
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from classifier.errors import ExportError
from classifier.intake.archives import BESIDE
from classifier.intake.posts import reject
from classifier.intake.recognise import Shape, recognise
from classifier.intake.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.sandbox import Child
    from classifier.intake.source import Record

# The last are what Spark leaves beside the rows it wrote.
_HIDDEN = (".", "__MACOSX", "~$", "_SUCCESS", "_committed_", "_started_", "_metadata", "_common_metadata")
_PACKED = (Shape.ZIP, Shape.GZIP)
# What `bijian score` leaves in a folder: read as an export, each post would be there twice.
_RESULTS = re.compile(r"(accounts|posts|leads|rejects)\.(csv|jsonl|parquet|xlsx)|texts\.parquet|report\.html|run\.json")


def sources_of(paths: list[Path], columns: dict[str, str], child: Child) -> Iterator[tuple[Source, Shape] | Record]:
    """
    Every file of *paths* with its shape, folders in the order of their names, archives member by member; and rejects.

    Raises ExportError if a path does not exist, cannot be opened or is no file; the message names it.
    """
    names = Counter(path.name for path in {path.resolve() for path in paths})
    called = _Names()
    for path in paths:
        if path.is_dir():
            yield from _of_folder(path, columns, child, called)
        elif path.exists() and not path.is_file():
            # It can be read once only, and must be looked at before.
            raise ExportError(f"{path}: a pipe or device, not a file; save what comes out of it, or pipe JSON Lines into `bijian score -` (这不是文件，请先存成文件)")
        elif path.exists():
            name = path.name if names[path.resolve().name] <= 1 else path.as_posix()
            yield from _of_file(Source(path, called.name(path, name), columns), child, depth=0)
        else:
            raise ExportError(f"{path}: no such file or folder (没有这个文件或文件夹)")


class _Names:
    """What files are called: one file one name however often it is read, as only by its name is a row known to be read again; and no other file that name."""

    def __init__(self) -> None:
        self._called: dict[Path, str] = {}
        self._taken: set[str] = set()

    def name(self, path: Path, name: str) -> str:
        """*name* as text, or the whole path if another file is called so, and then a number after it."""
        resolved = path.resolve()
        if resolved not in self._called:
            whole = as_text(path.as_posix())
            others = (f"{whole} ({n})" for n in count(2))
            self._called[resolved] = next(own for own in chain((as_text(name), whole), others) if own not in self._taken)
            self._taken.add(self._called[resolved])
        return self._called[resolved]


def as_text(name: str) -> str:
    """*name* with U+FFFD for each byte that is not text: names of another encoding are bytes that no table can hold."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _of_folder(folder: Path, columns: dict[str, str], child: Child, called: _Names) -> Iterator[tuple[Source, Shape] | Record]:
    beside: Counter[str] = Counter()
    # What cannot be opened is said before anything is read: `rglob` would leave it out without a word.
    deque(os.walk(folder, onerror=_refused), maxlen=0)
    # Below *folder*, all of a folder of results is left out; beside the export itself, only the results are.
    scored = {inner.parent for inner in sorted(folder.rglob("run.json")) if _is_run(inner)}
    # What a run is just writing, perhaps this one, is nothing to speak of.
    journals = {ledger.parent for ledger in folder.rglob("journal/ledger")}
    for inner in sorted(scored):
        yield reject(as_text(inner.relative_to(folder).as_posix()), 1, "not_an_export", "results of `bijian score`, not read")
    for inner in sorted(folder.rglob("*")):
        relative = inner.relative_to(folder)
        if (folder in scored and inner.parent == folder and _RESULTS.fullmatch(inner.name)) or scored.intersection(inner.parents) - {folder} or journals.intersection(inner.parents):
            continue
        if not inner.is_file() or any(part.startswith(_HIDDEN) for part in relative.parts):
            continue
        if inner.suffix.lower() in BESIDE:
            beside[as_text(relative.parent.as_posix())] += 1
            continue
        yield from _of_file(Source(inner, called.name(inner, relative.as_posix()), columns, as_text(folder.resolve().name)), child, depth=0)
    yield from _told_beside(beside, "")


def _refused(error: OSError) -> None:
    raise ExportError(f"{error.filename}: cannot be opened ({error.strerror})") from None


def _is_run(path: Path) -> bool:
    """Whether *path*, a run.json, is one that `bijian score` wrote."""
    try:
        run = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    counts = run.get("counts") if isinstance(run, dict) else None
    return isinstance(counts, dict) and "rows_read" in counts and "model" in run


def _of_file(source: Source, child: Child, *, depth: int) -> Iterator[tuple[Source, Shape] | Record]:
    try:
        shape = recognise(source)
    except OSError as error:
        raise ExportError(f"{source.path}: cannot be opened ({error.strerror})") from None
    if shape not in _PACKED:
        yield source, shape
    elif depth >= 2:
        yield reject(source.name, 1, "unreadable", "an archive inside an archive inside an archive")
    else:
        yield from _of_archive(source, child, depth=depth)


def _of_archive(source: Source, child: Child, *, depth: int) -> Iterator[tuple[Source, Shape] | Record]:
    beside: Counter[str] = Counter()
    some = False
    with tempfile.TemporaryDirectory(prefix="bijian-") as folder:
        for answer in list(child.unpack(source, Path(folder))):
            for told in answer:
                some = True
                if "member" not in told:
                    yield told
                    continue
                path, name = told["member"]
                if not path:
                    beside[str(PurePosixPath(name).parent)] += 1
                    continue
                member = Source(Path(path), f"{source.name}/{name}", source.columns, PurePosixPath(source.name).stem)
                yield from _of_file(member, child, depth=depth + 1)
                Path(path).unlink(missing_ok=True)
        yield from _told_beside(beside, f"{source.name}/")
        if not some:
            yield reject(source.name, 1, "empty", "an archive without files")


def _told_beside(beside: Counter[str], prefix: str) -> Iterator[Record]:
    """One reject a folder for the pictures, styles and scripts in it: they are no export, and there may be thousands."""
    for folder, n in sorted(beside.items()):
        yield reject(prefix + folder, 1, "not_an_export", f"{n} pictures, styles or scripts, not read")
