"""Where a file came from: its bytes on this disk, and the name a person knows it by."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

# A post on its way: fields of the canonical post under their plain names, raw values, written by an exporter's module
# and read by settle.py. Rejects and remarks about the file travel the same way.
Found = dict[str, Any]
Record = dict[str, Any]

CHUNK_ROWS = 4_000


@dataclass(frozen=True)
class Source:
    """
    One file of an export.

    *path* is where the bytes are now (a file taken out of a zip lies in a temporary folder); *name* is what the person
    knows, relative to what was named on the command line, with ``/`` between folders. *columns* maps a field to the
    heading a person named for it by hand. *root* is the name of the folder or zip it came with, or empty.
    """

    path: Path
    name: str
    columns: dict[str, str] = field(default_factory=dict)
    root: str = ""

    @cached_property
    def stem(self) -> str:
        """The file's name without its last ending."""
        return PurePosixPath(self.name).stem

    @cached_property
    def folder(self) -> str | None:
        """The name of the folder the file lies in, or None at the top."""
        return PurePosixPath(self.name).parent.name or None

    @cached_property
    def suffix(self) -> str:
        """The ending in small letters, with its dot."""
        return PurePosixPath(self.name).suffix.lower()
