"""Runs functions on untrusted bytes in processes that can be killed.

Parsers are written in C, or loop on hostile input; neither can be interrupted in a
thread. A :class:`Sandbox` keeps one or two worker processes with a bound on memory and on
time, which see no secret of the environment and whose answers are unpickled into plain
values only::

    sandbox = shared()
    links = sandbox.run(find_links, body, url, subject="TASS")

A worker is a fresh interpreter, never a fork, so that threads and the caller's main
module do no harm. It starts with the first call, is used again, and is replaced when it
dies or runs out of time or memory. A warm call costs less than a millisecond.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import importlib
import io
import logging
import os
import pickle
import queue
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from monitors.errors import TidingsError, UnsafeDocument

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

_HEADER = struct.Struct(">Q")
_READY, _BEGUN = b"R", b"B"
_START_SECONDS = 60.0  # starting and importing do not count against the wall limit
_LARGEST_ANSWER = 256 << 20
_CALLS = 1000  # then the worker is replaced, so that no leak of a C library adds up
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


class Sandbox:
    """A small pool of worker processes.

    :param workers: how many calls may run at the same time; more of them wait
    :param wall: seconds that one call may take
    :param memory: bytes of address space that one call may add to what the worker has
    """

    def __init__(self, *, workers: int = 2, wall: float = 10.0, memory: int = 1 << 30) -> None:
        self.wall = wall
        self.memory = memory
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._size = workers
        for _ in range(workers):
            self._idle.put(None)

    def run(self, func: Callable[..., _T], *args: object, subject: str = "a document") -> _T:
        """Call ``func(*args)`` in a worker; blocks. May be called from any thread.

        :param func: a function at the top level of an importable module
        :param args: anything that can be pickled
        :param subject: what is parsed, for error texts; holds no secret
        :returns: its result: plain containers, dates, and values of ``monitors.model``
        :raises TidingsError: the one that ``func`` raised
        :raises UnsafeDocument: it took too long, too much memory, crashed, or failed with
            any other exception
        """
        request = pickle.dumps((func, args, self.wall, self.memory))
        worker = self._idle.get()
        try:
            if worker is None or not worker.alive:
                worker = _replace(worker)
            kind, value, last = worker.ask(request, self.wall)
            if last:
                worker.stop()
                worker = None
        except _LostError as lost:
            _discard(worker)
            worker = None
            raise UnsafeDocument(subject, str(lost), _REMEDY) from None
        except BaseException:
            _discard(worker)
            worker = None
            raise
        finally:
            self._idle.put(worker)
        if kind == "result":
            return value  # type: ignore[no-any-return]
        if kind == "error" and isinstance(value, TidingsError):
            raise value
        summary, trace = value
        if trace:
            _log.warning("parsing %s failed: %s\n%s", subject, summary, trace)
        raise UnsafeDocument(subject, summary, _REMEDY)

    async def run_async(
        self, func: Callable[..., _T], *args: object, subject: str = "a document"
    ) -> _T:
        """Like :meth:`run`, without blocking the event loop."""
        return await asyncio.to_thread(self.run, func, *args, subject=subject)

    def close(self) -> None:
        """End the workers, after the calls that are running. A later call starts new ones."""
        for worker in [self._idle.get() for _ in range(self._size)]:
            if worker is not None:
                worker.stop()
        for _ in range(self._size):
            self._idle.put(None)


@functools.cache
def shared() -> Sandbox:
    """The sandbox that all rooms of this process share; closed when the process ends."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


_REMEDY = "Nothing was read from it; if it is not hostile, please report it as a bug"


# --- the caller's end --------------------------------------------------------------------


class _LostError(Exception):
    """The worker is of no more use."""


class _Worker:
    def __init__(self) -> None:
        paths = [str(Path.cwd()) if entry == "" else entry for entry in sys.path]
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        code = "from monitors.sandbox import serve; serve()"
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=kept | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101  (for the type checker)
        assert self._process.stdout is not None  # noqa: S101
        self._pipes = (self._process.stdin, self._process.stdout)
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        try:
            self._read(1, time.monotonic() + _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, wall: float) -> tuple[str, Any, bool]:
        opening = time.monotonic() + _START_SECONDS
        self._write(_HEADER.pack(len(request)) + request, opening)
        if self._read(1, opening) != _BEGUN:
            raise _LostError("the parsing process answered nonsense")
        deadline = time.monotonic() + wall
        (size,) = _HEADER.unpack(self._read(_HEADER.size, deadline))
        if size > _LARGEST_ANSWER:
            raise _LostError("parsing gave more than can be taken")
        kind, value, last = _Plain(io.BytesIO(self._read(size, deadline + wall))).load()
        return str(kind), value, bool(last)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            with contextlib.suppress(OSError):
                pipe.close()

    def _write(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._to, select.POLLOUT, deadline)
            try:
                view = view[os.write(self._to, view) :]
            except BrokenPipeError:
                raise _LostError("the parsing process died") from None

    def _read(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self._from, select.POLLIN, deadline)
            chunk = os.read(self._from, min(size - len(data), 1 << 20))
            if not chunk:
                raise _LostError("the parsing process died")
            data += chunk
        return bytes(data)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _LostError("parsing took too long and was stopped")


def _replace(worker: _Worker | None) -> _Worker:
    _discard(worker)
    return _Worker()


def _discard(worker: _Worker | None) -> None:
    if worker is not None:
        worker.stop()


class _Plain(pickle.Unpickler):
    """Accepts values only: a worker that was taken over can make us call nothing."""

    def find_class(self, module: str, name: str) -> Any:
        ours = module in ("monitors.errors", "datetime") or module.startswith("monitors.model.")
        builtin = module == "builtins" and name in ("set", "frozenset", "bytearray", "complex")
        if (ours or builtin) and name.isidentifier():
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type):
                return found
        raise _LostError(f"parsing gave a {module}.{name}, which is no plain value")


# --- the worker's end --------------------------------------------------------------------


def serve() -> None:
    """Answer requests on standard input until it ends. Only for worker processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_RDWR)
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)  # a parser that prints must not disturb the answers
        answers.write(_READY)
        answers.flush()
        for call in range(1, _CALLS + 1):
            header = requests.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return
            answer, last = _answer(requests.read(_HEADER.unpack(header)[0]), answers)
            last = last or call == _CALLS
            data = _pickled(answer, last)
            answers.write(_HEADER.pack(len(data)) + data)
            answers.flush()
            if last:
                return


def _answer(request: bytes, answers: io.BufferedWriter) -> tuple[tuple[str, Any], bool]:
    try:
        func, args, wall, memory = pickle.loads(request)  # noqa: S301  (from our own parent)
        _limit(wall, memory)
    except Exception as error:
        func, args, failure = None, (), error
    answers.write(_BEGUN)
    answers.flush()
    try:
        if func is None:
            raise failure
        return ("result", func(*args)), False
    except MemoryError:
        return ("failure", ("parsing took too much memory and was stopped", "")), True
    except TidingsError as error:
        return ("error", error), False
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return ("failure", (f"the parser failed ({text})", traceback.format_exc())), False


def _pickled(answer: tuple[str, Any], last: bool) -> bytes:
    try:
        return pickle.dumps((*answer, last))
    except Exception as error:
        return pickle.dumps(("failure", (f"its result cannot be passed on ({error})", ""), last))


def _limit(wall: float, memory: int) -> None:
    """Bound this call: address space, and processor time should the parent be gone."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    size = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + 2 * wall + 10)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
