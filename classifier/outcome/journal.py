"""
The journal of a run: what is scored so far, so that a run that is killed goes on where it was and loses or doubles nothing.

    journal/heading     what the run was asked for; a journal of another run is never continued
    journal/ledger      a line for each piece scored: its number, where its bytes lie in each table, their checksum
    journal/posts …     the pieces of each table, one after another

Pieces are appended; then the tables are flushed to the disk, then the ledger's lines are written and flushed. So what the
ledger names is there, and what lies beyond it is cut off when the run is taken up again. Only when all pieces
are there do they become tables, each under its name at once (see `run.assemble`), and the journal is removed.
"""

from __future__ import annotations

import json
import shutil
import time
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from filelock import FileLock, Timeout

from classifier.errors import RunError
from classifier.outcome import disk
from classifier.outcome.disk import DiskFile, disk_errors

FOLDER = "journal"
# A crash costs at most the work of this many seconds; flushing more often would cost more than it saves.
COMMIT_SECONDS = 2.0


class Piece(NamedTuple):
    """Where the bytes of a piece lie in its table's file: first byte, number of bytes, CRC-32; and the rows they hold."""

    start: int
    length: int
    checksum: int
    rows: int


class Entry(NamedTuple):
    """A line of the ledger: the number of a batch of the export, the rows read in it, its pieces by table, and what was counted in it."""

    number: int
    rows: int
    pieces: dict[str, Piece]
    counts: dict[str, dict[str, int]]


class Journal:
    """
    The journal in *folder* of a run asked for as *heading*, of the tables *names*.

    Use it in a ``with`` block: it is locked from beginning to end. ``entries`` are those on the disk and those added since;
    ``batches`` is the number of batches of the whole export once it is known, else None.
    """

    def __init__(self, folder: Path, heading: Mapping[str, Any], names: Iterable[str]) -> None:
        self.folder = folder
        self.heading = dict(heading)
        self.entries: list[Entry] = []
        self.batches: int | None = None
        self._names = tuple(names)
        self._waiting: list[bytes] = []
        self._committed = time.monotonic()
        self._files: dict[str, DiskFile] = {}
        self._ledger: DiskFile | None = None
        self._readers: dict[str, BinaryIO] = {}
        self._lock = FileLock(folder.with_name(f".{folder.name}.lock"))

    # ------------------------------------------------------------ opening

    def __enter__(self) -> Self:
        try:
            self._lock.acquire(blocking=False)
        except Timeout as error:
            raise RunError(f"{self.folder.parent}: another run is writing here; wait for it, or name another folder with --out") from error
        except OSError as error:
            raise RunError(f"{self.folder.parent} cannot be written: {error.strerror or error}; name another folder with --out") from error
        return self

    def begin(self) -> None:
        """Begin anew, whatever an older run left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with disk_errors(self.folder):
            self.folder.mkdir()
            self._write_heading()
            self._open("w")

    def resume(self) -> bool:
        """
        Take up what an older run with the same heading left; return whether there was one.

        Raises RunError if it was asked for something else, or what the ledger names is not there.
        """
        if not (self.folder / "ledger").is_file() or not (self.folder / "heading").is_file():
            return False
        self._same_heading()
        end = self._read_ledger()
        with disk_errors(self.folder):
            self._open("r+")
            for name, file in [*self._files.items(), ("ledger", self._ledger)]:
                assert file is not None
                whole = end if name == "ledger" else max((_end(entry.pieces[name]) for entry in self.entries), default=0)
                file.truncate(whole)
                file.seek(whole)
        self.verify()
        return True

    def load(self) -> None:
        """Read a journal that is only merged. Raises RunError if it is not complete or not whole."""
        if not (self.folder / "ledger").is_file():
            raise RunError(f"{self.folder.parent} has no journal: give folders that `bijian score --shard I/N` wrote")
        self.heading = read_heading(self.folder)
        self._read_ledger()
        if self.batches is None:
            raise RunError(f"{self.folder.parent} is not finished: {len(self.entries)} batches so far; go on with --resume first")
        self.verify()

    def _write_heading(self) -> None:
        with DiskFile(self.folder / "heading", "w") as file:
            disk.write(file, json.dumps(self.heading, ensure_ascii=True, indent=1).encode())
            disk.sync(file)

    def _same_heading(self) -> None:
        older = read_heading(self.folder)
        then, now = flat(older), flat(self.heading)
        differing = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
        if differing:
            said = "; ".join(f"{name}: {_short(then.get(name))}, now {_short(now.get(name))}" for name in differing[:3])
            raise RunError(f"{self.folder.parent}: the unfinished run there was asked for something else ({said}); leave --resume out to begin anew, or ask for the same")

    def _open(self, mode: str) -> None:
        self._files = {name: DiskFile(self.folder / name, mode) for name in self._names}
        self._ledger = DiskFile(self.folder / "ledger", mode)

    def _read_ledger(self) -> int:
        """Read the ledger's whole lines; return where the last one ends. A torn last line is what a crash leaves, and is no line."""
        end = 0
        for line in (self.folder / "ledger").read_bytes().splitlines(keepends=True):
            content, _, checksum = line.rstrip(b"\n").rpartition(b"\t")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(content):
                break
            found = json.loads(content)
            if "batches" in found:
                self.batches = found["batches"]
            else:
                self.entries.append(Entry(found["number"], found["rows"], {name: Piece(*piece) for name, piece in found["pieces"].items()}, found["counts"]))
            end += len(line)
        return end

    def verify(self) -> None:
        """Raise RunError unless every piece the ledger names is there as it was written."""
        for name in self._names:
            at = 0
            for entry in self.entries:
                piece, content = entry.pieces[name], self.piece(name, entry)
                if piece.start != at or len(content) != piece.length or zlib.crc32(content) != piece.checksum:
                    raise RunError(f"{self.folder / name} was changed or damaged at byte {piece.start}; score again without --resume")
                at = _end(piece)

    # ------------------------------------------------------------ writing

    def append(self, number: int, rows: int, pieces: Mapping[str, tuple[bytes, int]], counts: dict[str, dict[str, int]]) -> None:
        """Add batch *number* of the export, of which *rows* rows were read: for each table its bytes and rows. It is safe once committed."""
        placed = {}
        for name in self._names:
            content, held = pieces[name]
            file = self._files[name]
            with disk_errors(self.folder / name):
                placed[name] = Piece(file.tell(), len(content), zlib.crc32(content), held)
                disk.write(file, content)
        entry = Entry(number, rows, placed, counts)
        self.entries.append(entry)
        self._waiting.append(_line(entry._asdict()))
        if time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def finish(self, batches: int) -> None:
        """Say that the export has *batches* batches and this run did its share of them."""
        self.batches = batches
        self._waiting.append(_line({"batches": batches}))
        self.commit()

    def commit(self) -> None:
        """Make what was appended safe: the tables first, the ledger after them."""
        if not self._waiting:
            return
        assert self._ledger is not None
        with disk_errors(self.folder):
            for file in self._files.values():
                disk.sync(file)
            disk.write(self._ledger, b"".join(self._waiting))
            disk.sync(self._ledger)
        self._waiting = []
        self._committed = time.monotonic()

    # ------------------------------------------------------------ reading and closing

    def piece(self, name: str, entry: Entry) -> bytes:
        """Return the bytes of the piece of table *name* in *entry*."""
        place = entry.pieces[name]
        with disk_errors(self.folder / name):
            if name not in self._readers:
                self._readers[name] = (self.folder / name).open("rb")
            self._readers[name].seek(place.start)
            return self._readers[name].read(place.length)

    def remove(self) -> None:
        """Remove the journal: its tables are under their own names now."""
        self._close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _close(self) -> None:
        for file in [*self._files.values(), *self._readers.values(), *([self._ledger] if self._ledger else [])]:
            file.close()

    def __exit__(self, *_: object) -> None:
        self._close()
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def read_heading(folder: Path) -> dict[str, Any]:
    """Return the heading of the journal in *folder*. Raises RunError if it cannot be read."""
    try:
        heading = json.loads((folder / "heading").read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / 'heading'} cannot be read: {error}; score again without --resume") from error
    if not isinstance(heading, dict):
        raise RunError(f"{folder / 'heading'} is not what a run writes; score again without --resume")
    return heading


def _line(content: dict[str, Any]) -> bytes:
    written = json.dumps(content, separators=(",", ":")).encode()
    return written + b"\t%08x\n" % zlib.crc32(written)


def _end(piece: Piece) -> int:
    return piece.start + piece.length


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Return what a heading says, one thing each, under names like ``options format`` and ``exports posts.csv size``."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        value = {str(one.get("name", n)): one for n, one in enumerate(value)}
    if not isinstance(value, dict):
        return {name: value}
    return {key: leaf for inner, one in value.items() for key, leaf in flat(one, f"{name} {inner}".strip()).items()}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"
