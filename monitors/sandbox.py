"""Runs functions on untrusted bytes in processes that can be killed.

Parsers are written in C, or loop on hostile input; neither can be interrupted in a
thread. A :class:`Sandbox` keeps one or two worker processes with a bound on memory and on
time, which see no secret of the environment and whose answers are unpickled into plain
values only::

    sandbox = shared()
    links = sandbox.run(find_links, body, url, subject="TASS")

A worker is never a fork of the caller, so that threads and the caller's main module do no
harm: it is forked from a nursery, a process of its own in which the parsers wait with their
models loaded (:mod:`monitors.sandboxed`). So a worker that dies or runs out of time or
memory is replaced within milliseconds. A warm call costs less than one.
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
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum, EnumType
from pathlib import Path
from typing import Any, TypeVar

from monitors.errors import TidingsError, UnsafeDocument
from monitors.sandboxed import BEGUN, HEADER

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

_START_SECONDS = 60.0  # starting and importing do not count against the wall limit
_HANDOVER_SECONDS = 1.0  # passing the document on, and its answer back
_LARGEST_ANSWER = 256 << 20
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


class Sandbox:
    """A small pool of worker processes.

    :param workers: how many calls may run at the same time; more of them wait
    :param wall: seconds that one call may take
    :param memory: bytes that a worker may have in memory, its code and models included
    """

    def __init__(self, *, workers: int = 2, wall: float = 8.0, memory: int = 512_000_000) -> None:
        self.wall = wall
        self.memory = memory
        self.peak = 0
        """The most memory that any worker had, in bytes."""
        self.replaced = 0
        """How many workers had to be killed, or had died."""
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
            if worker is None or not worker.serves(func.__module__):
                worker = _replace(worker, func.__module__)
            kind, value, last, peak = worker.ask(request, self.wall)
            self.peak = max(self.peak, peak)
            if last:
                worker.stop()
                worker = None
        except _LostError as lost:
            self.replaced += 1
            self.peak = max(self.peak, worker.peak() if worker else 0)
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


class _Nursery:
    """The process that workers are forked from, started with the first."""

    def __init__(self) -> None:
        paths = [str(Path.cwd()) if entry == "" else entry for entry in sys.path]
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(_START_SECONDS)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        with theirs:
            code = f"from monitors.sandboxed import nurse; nurse({theirs.fileno()})"
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
                [sys.executable, "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=kept | {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
            )

    @property
    def alive(self) -> bool:
        """Whether it is there, and ours: not that of a process which we are a fork of."""
        return self._owner == os.getpid() and self._process.poll() is None

    def order(self, what: str, value: object, pipes: tuple[int, ...] = ()) -> int:
        try:
            with self._lock:
                socket.send_fds(self._orders, [pickle.dumps((what, value))], pipes)
                answer = self._orders.recv(HEADER.size)
        except OSError:
            answer = b""
        if len(answer) < HEADER.size:
            self._process.kill()
            self._process.wait()
            raise _LostError("no process for parsing can be started")
        return int(HEADER.unpack(answer)[0])

    def close(self) -> None:
        self._orders.close()
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()


_nursery: _Nursery | None = None
_modules: set[str] = set()
_lock = threading.Lock()


def _nursery_for(module: str) -> _Nursery:
    """The nursery of this process; ``module`` is loaded before it forks again."""
    global _nursery  # one a process, like the interpreter itself
    with _lock:
        _modules.add(module)
        if _nursery is None or not _nursery.alive:
            if _nursery is not None:
                _nursery.close()
            else:
                atexit.register(_close_nursery)
            _nursery = _Nursery()
        return _nursery


def _close_nursery() -> None:
    if _nursery is not None:
        _nursery.close()


class _Worker:
    def __init__(self, module: str) -> None:
        self._owner = os.getpid()
        self._nursery = _nursery_for(module)
        self._modules = frozenset(_modules)
        requests, self._to = os.pipe()
        self._from, answers = os.pipe()
        try:
            self._pid = self._nursery.order("fork", sorted(self._modules), (requests, answers))
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(requests)
            os.close(answers)
        os.set_blocking(self._to, False)
        try:
            self._read(1, time.monotonic() + _START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def serves(self, module: str) -> bool:
        """Whether it lives, is ours, and has what ``module`` needs already loaded."""
        if self._owner != os.getpid():
            return False
        poll = select.poll()
        poll.register(self._from, select.POLLIN)
        known = module in self._modules or module.partition(".")[0] in sys.stdlib_module_names
        return known and not poll.poll(0)  # idle workers say nothing, dead ones hang up

    def peak(self) -> int:
        """The most memory that it had so far, in bytes; 0 where it is gone."""
        try:
            status = Path(f"/proc/{self._pid}/status").read_text("ascii")
        except OSError:
            return 0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    def ask(self, request: bytes, wall: float) -> tuple[str, Any, bool, int]:
        latest = time.monotonic() + wall + _HANDOVER_SECONDS
        self._write(HEADER.pack(len(request)) + request, latest)
        if self._read(1, latest) != BEGUN:
            raise _LostError("the parsing process answered nonsense")
        deadline = min(time.monotonic() + wall, latest)
        (size,) = HEADER.unpack(self._read(HEADER.size, deadline))
        if size > _LARGEST_ANSWER:
            raise _LostError("parsing gave more than can be taken")
        answer = _Plain(io.BytesIO(self._read(size, latest))).load()
        kind, value, last, peak = answer
        return str(kind), value, bool(last), int(peak)

    def stop(self) -> None:
        if self._owner == os.getpid():
            # Its id stays its own until the nursery has buried it.
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)
            with contextlib.suppress(_LostError):
                self._nursery.order("bury", self._pid)
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                os.close(pipe)

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


def _replace(worker: _Worker | None, module: str) -> _Worker:
    _discard(worker)
    try:
        return _Worker(module)
    except _LostError:  # the nursery itself was killed: there is a new one now
        return _Worker(module)


def _discard(worker: _Worker | None) -> None:
    if worker is not None:
        worker.stop()


class _Plain(pickle.Unpickler):
    """Accepts values only: a worker that was taken over can make us call nothing."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return _member  # how Python 3.11.0 to 3.11.3 pickle a member of an enumeration
        ours = module in ("monitors.errors", "datetime") or module.startswith("monitors.model.")
        builtin = module == "builtins" and name in ("set", "frozenset", "bytearray", "complex")
        if (ours or builtin) and name.isidentifier():
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type):
                return found
        raise _LostError(f"parsing gave a {module}.{name}, which is no plain value")


def _member(kind: object, name: object) -> Enum:
    """The member of an enumeration, and nothing else that an object may have."""
    if isinstance(kind, EnumType) and isinstance(name, str) and name in kind.__members__:
        member: Enum = kind.__members__[name]
        return member
    raise _LostError(f"parsing gave an attribute of {kind!r:.60}, which is no plain value")
