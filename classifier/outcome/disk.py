"""
Bytes that are there after a crash: every write, every flush to the disk and every renaming of a run goes through here.

A file is either under its final name and whole, or not there; tests make each of these steps fail in turn.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.errors import RunError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class DiskFile(io.FileIO):
    """An unbuffered file whose writes go through `write`: for libraries that want a file of their own to write to."""

    def write(self, data: Buffer) -> int:
        return write(self, data)


def write(file: io.FileIO, data: Buffer) -> int:
    """Write all of *data*, also when the system takes it in parts."""
    left = memoryview(data).cast("B")
    length = len(left)
    while left:
        left = left[os.write(file.fileno(), left) :]
    return length


def sync(file: io.FileIO) -> None:
    """Wait until the bytes of *file* are on the disk. After an error nobody knows which are: do not try again, begin anew."""
    os.fsync(file.fileno())


def rename(temporary: Path, path: Path) -> None:
    """Give *temporary*, whose bytes are on the disk, the name *path*: whoever looks finds the old file or the whole new one."""
    temporary.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn an error of the disk into a RunError that names *path*."""
    try:
        yield
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}; look at the folder's rights and the space left") from error
