"""The sandbox's own end: the nursery, and the workers that are forked from it.

The nursery is a fresh interpreter that reads no untrusted byte. It imports the parsers and
lets them load their models, once; a worker is a fork of it, so that a new one costs
milliseconds where it would cost seconds. Only for processes that
:mod:`monitors.sandbox` starts.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import pickle
import resource
import signal
import socket
import struct
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from monitors.errors import TidingsError

HEADER = struct.Struct(">Q")
READY, BEGUN = b"R", b"B"
_CALLS = 1000  # then the worker is replaced, so that no leak of a C library adds up
_LEAST = 64 << 20
_LONGEST_ORDER = 1 << 16


def nurse(descriptor: int) -> None:
    """Fork workers on order until the other end hangs up.

    An order is ``("fork", modules)`` with the worker's two pipes, answered by its process
    id, or ``("bury", pid)`` for one that was killed, which frees its id.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # a parser that prints must not disturb anybody
    warm: set[str] = set()
    with socket.socket(fileno=descriptor) as orders:
        while True:
            data, pipes, _, _ = socket.recv_fds(orders, _LONGEST_ORDER, 2)
            if not data:
                return
            what, value = pickle.loads(data)  # noqa: S301  (from our own parent)
            if what == "bury":
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(value, 0)
                orders.send(HEADER.pack(value))
                continue
            _warm_up(set(value) - warm)
            warm |= set(value)
            gc.freeze()  # what is shared stays shared
            pid = os.fork()
            if pid == 0:
                orders.close()
                _work(*pipes)
            for pipe in pipes:
                os.close(pipe)
            orders.send(HEADER.pack(pid))


def _warm_up(modules: Iterable[str]) -> None:
    """Import modules, and let those that have a ``warm_up`` load what they will need."""
    for name in sorted(modules):
        # A module that fails here fails again in the worker, where it is reported.
        with contextlib.suppress(Exception):
            getattr(importlib.import_module(name), "warm_up", lambda: None)()


def _work(requests: int, answers: int) -> None:
    """A worker's whole life. Never returns: the nursery's code is not for it."""
    status = 1
    try:
        with os.fdopen(requests, "rb") as source, os.fdopen(answers, "wb") as target:
            _serve(source, target)
        status = 0
    finally:
        os._exit(status)


def _serve(requests: io.BufferedReader, answers: io.BufferedWriter) -> None:
    loaded = _resident()  # the parsers themselves are no growth, however many they are
    answers.write(READY)
    answers.flush()
    for call in range(1, _CALLS + 1):
        header = requests.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        answer, last, memory = _answer(requests.read(HEADER.unpack(header)[0]), answers)
        grown = _resident() - loaded > max(memory - loaded, _LEAST) // 2
        last = last or call == _CALLS or grown
        data = _pickled(answer, last)
        answers.write(HEADER.pack(len(data)) + data)
        answers.flush()
        if last:
            return


def _answer(request: bytes, answers: io.BufferedWriter) -> tuple[tuple[str, Any], bool, int]:
    memory = 1 << 62
    try:
        func, args, wall, memory = pickle.loads(request)  # noqa: S301  (from our own parent)
        _limit(wall, memory)
    except Exception as error:
        func, args, failure = None, (), error
    answers.write(BEGUN)
    answers.flush()
    try:
        if func is None:
            raise failure
        return ("result", func(*args)), False, memory
    except MemoryError:
        return ("failure", ("parsing took too much memory and was stopped", "")), True, memory
    except TidingsError as error:
        return ("error", error), False, memory
    except Exception as error:
        text = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        shown = (f"the parser failed ({text})", traceback.format_exc())
        return ("failure", shown), False, memory


def _pickled(answer: tuple[str, Any], last: bool) -> bytes:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    try:
        return pickle.dumps((*answer, last, peak))
    except MemoryError:
        failure = ("parsing took too much memory and was stopped", "")
        return pickle.dumps(("failure", failure, True, peak))
    except Exception as error:
        failure = (f"its result cannot be passed on ({error})", "")
        return pickle.dumps(("failure", failure, last, peak))


def _limit(wall: float, memory: int) -> None:
    """Bound this call: memory, and processor time should the parent be gone.

    The kernel bounds address space, of which the parsers map more than they use. What a
    call may map anew is what it may still have in memory.
    """
    mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    size = mapped + max(memory - _resident(), _LEAST)
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + 2 * wall + 10)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()
