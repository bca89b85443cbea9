"""
A child process with limits, in which hostile formats are parsed.

Some workbooks abort their reader, some pages take gigabytes: nothing that happens in the child reaches further than one reject.
It is started once, when the first such file comes, and reads one file after the other; after a death the next file gets a new one.
Rows come back as JSON, so that nothing from the child is ever unpickled.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import orjson

from classifier.intake.posts import reject
from classifier.intake.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from classifier.intake.source import Record

MEMORY_LIMIT = 3 << 30  # bytes of address space
BASE_SECONDS = 20  # of waiting for the next rows of one file, and on top of it:
BYTES_PER_SECOND = 1 << 20  # one second for each of these
_CPU_SHARE = 4  # of that many times these seconds of computing, for the whole file
_LENGTH_BYTES = 8
_FRAME_LIMIT = 1 << 30
_DONE = {"done": True}
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[1]); from classifier.intake.sandbox import _work; _work(int(sys.argv[2]))"


class _ChildDied(Exception):  # noqa: N818 - it says what happened, and never leaves this module
    pass


class Child:
    """
    The limited child, as a context: leaving it ends the process.

    *memory* is its address space in bytes, *seconds* what the smallest file may take; raise them for larger workbooks.
    """

    def __init__(self, *, memory: int = MEMORY_LIMIT, seconds: float = BASE_SECONDS) -> None:
        self.memory = memory
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, source: Source) -> Iterator[list[Record]]:
        """Chunks of records of *source*; if the child dies of it, one reject says why, after what was read before."""
        yield from self._ask({"verb": "read", "path": str(source.path), "name": source.name, "columns": source.columns, "root": source.root}, source)

    def unpack(self, source: Source, into: Path) -> Iterator[list[Record]]:
        """What lies in the archive *source*, taken out into the folder *into*: ``{"member": [path, name]}``, and rejects."""
        yield from self._ask({"verb": "unpack", "path": str(source.path), "name": source.name, "into": str(into)}, source)

    def _ask(self, question: dict[str, Any], source: Source) -> Iterator[list[Record]]:
        allowed = self.seconds + source.path.stat().st_size / BYTES_PER_SECOND
        is_over = False
        try:
            self._send({**question, "cpu_seconds": int(_CPU_SHARE * allowed) + 1})
            while True:
                answer = self._receive(allowed)
                if answer == _DONE:
                    is_over = True
                    return
                yield answer
        except _ChildDied as death:
            self._end()
            is_over = True
            yield [reject(source.name, 1, "unreadable", f"{death} (解析此文件时超出限制，已跳过)")]
        finally:
            if not is_over:  # nobody asks for the rest: what is still on its way must not be taken for the next file's
                self._end()

    def _send(self, question: dict[str, Any]) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
                [sys.executable, "-c", _START, str(_PACKAGE_ROOT), str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(orjson.dumps(question) + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _ChildDied(f"the reading process could not start ({error})") from None

    def _receive(self, allowed: float) -> Any:
        length = int.from_bytes(self._bytes(_LENGTH_BYTES, allowed), "big")
        if length > _FRAME_LIMIT:
            raise _ChildDied("the reading process sent nonsense")
        return orjson.loads(self._bytes(length, allowed))

    def _bytes(self, n: int, allowed: float) -> bytes:
        """The next *n* bytes of the child; only the time spent waiting here counts."""
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        pieces = []
        until = time.monotonic() + allowed
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while n > 0:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise _ChildDied(f"reading it took longer than {allowed:.0f} s")
                piece = os.read(pipe, min(n, 1 << 20))
                if not piece:
                    raise _ChildDied(self._cause())
                pieces.append(piece)
                n -= len(piece)
        return b"".join(pieces)

    def _cause(self) -> str:
        assert self._process is not None
        code = self._process.wait()
        if code < 0:
            return {6: "its reader gave up: memory or a broken structure", 9: "reading it was stopped: too much memory", 24: "reading it took too much CPU time"}.get(
                -code,
                f"its reader crashed (signal {-code})",
            )
        return "reading it took too much memory" if code == _OUT_OF_MEMORY else f"its reader ended with code {code}"

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None


_OUT_OF_MEMORY = 77


def _work(memory: int) -> NoReturn:
    """The child: limits on itself, then one question a line until there are no more."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not be taken for an answer
    for line in sys.stdin.buffer:
        question = orjson.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + question["cpu_seconds"], resource.RLIM_INFINITY))
        try:
            for chunk in _answers(question):
                _write(answers, chunk)
            _write(answers, _DONE)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except BrokenPipeError:
            break
    os._exit(0)


def _answers(question: dict[str, Any]) -> Iterator[Any]:
    path, name = Path(question["path"]), question["name"]
    if question["verb"] == "unpack":
        from classifier.intake.archives import unpack

        yield from unpack(Source(path, name), Path(question["into"]))
        return
    from classifier.intake.read import read_source

    try:
        yield from read_source(Source(path, name, question["columns"], question["root"]))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's own error is this file's problem, not the run's
        yield [reject(name, 1, "unreadable", f"{type(error).__name__}: {error}")]


def _write(answers: Any, chunk: Any) -> None:
    try:
        payload = orjson.dumps(chunk)
    except TypeError:  # a lone surrogate that slipped through
        payload = orjson.dumps(_cleaned(chunk))
    answers.write(len(payload).to_bytes(_LENGTH_BYTES, "big") + payload)
    answers.flush()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value
