"""A piece of work in a thread of its own, which can be waited for, and is stopped when it takes more than it may.

The thread is a daemon, so that it holds up no process that ends. Its stack is deep, as SQL that programs write is nested deeply. What is
over its time or memory is stopped where it only computes (`interruptible`): nothing that holds a lock or a connection is interrupted.
"""

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from typing import Generic, TypeVar

STACK = 256 * 2**20  # bytes of address space, of which a thread gets what it uses
DEPTH = 20_000  # Python calls: some dozens for each level that is nested
SECONDS = 60.0  # of work beside a task
MEGABYTES = 400  # by which the process may grow meanwhile
_EVERY = 0.05  # seconds between two looks at them

T = TypeVar("T")


class Stopped(BaseException):
    """Raised in the thread of a work that is stopped; no Exception, as those are reported and passed over."""


class Work(Generic[T]):
    """What `do` gives; begun at once. Raises RuntimeError where no thread is to be had."""

    def __init__(self, do: Callable[[], T], megabytes: float = MEGABYTES) -> None:
        self.stopped = ""
        """Why it was stopped, in words."""
        self._do = do
        self._most = megabytes
        self._outcome: tuple[T | None, BaseException | None] | None = None
        self._lock = threading.Lock()
        self._computes = False
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), name="sql-lineage", daemon=True)
        _start(self._thread)
        try:
            threading.Thread(target=self._watch, name="sql-lineage-watch", daemon=True).start()
        except RuntimeError:
            self.stop("nothing watches it")
            raise

    def finished(self, seconds: float = 0) -> bool:
        """Whether it has come to its end, for which this waits so long. Never so in a process that was forked before that."""
        self._thread.join(max(seconds, 0))
        return self._outcome is not None

    @property
    def alive(self) -> bool:
        """Whether it is still at work, or done; not so in a process that was forked meanwhile."""
        return self._thread.is_alive() or self._outcome is not None

    @property
    def failed(self) -> bool:
        """Whether it has raised something, or was stopped."""
        return self._outcome is None or self._outcome[1] is not None

    def result(self) -> T:
        """Of what is finished. Raises what `do` raised, and Stopped."""
        value, error = self._outcome or (None, Stopped(self.stopped))
        if error is not None:
            raise error
        return value  # type: ignore[return-value]

    def stop(self, why: str) -> None:
        """Let it end as soon as it only computes."""
        with self._lock:
            if self.stopped or self._outcome is not None:
                return
            self.stopped = why
            if self._computes and self._thread.ident:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident), ctypes.py_object(Stopped))

    def _run(self) -> None:
        _here.work = self
        try:
            with _deep():
                self._outcome = self._do(), None
        except BaseException as error:  # whoever asks for the result gets it
            self._outcome = None, error.with_traceback(None)

    def _watch(self) -> None:
        begun, size = time.monotonic(), _megabytes()
        while self._thread.is_alive():
            self._thread.join(_EVERY)
            if time.monotonic() - begun > SECONDS:
                self.stop(f"it took more than {SECONDS:g} s")
            elif _megabytes() - size > self._most:
                self.stop(f"it took more than {self._most:g} MB of memory")

    def computes(self, begins: bool) -> None:
        """Say whether it may be interrupted from now on. Raises Stopped where it should have ended already."""
        with self._lock:
            self._computes = begins
            if begins and self.stopped:
                raise Stopped(self.stopped)


def within(seconds: float, do: Callable[[], T]) -> T:
    """What `do` gives, if that takes no longer. Raises TimeoutError, and what `do` raises."""
    work = Work(do)
    if not work.finished(seconds):
        raise TimeoutError
    return work.result()


_here = threading.local()
_depth = threading.Lock()
_deep_threads = 0
_usual_depth = sys.getrecursionlimit()


@contextmanager
def interruptible() -> Iterator[None]:
    """What this thread does within may be interrupted, if it is the thread of a Work."""
    work: Work[object] | None = getattr(_here, "work", None)
    if work is None:
        yield
        return
    work.computes(True)
    try:
        yield
    finally:
        work.computes(False)


def _start(thread: threading.Thread) -> None:
    """With a deep stack, where the system gives one."""
    with _depth:
        for size in (STACK, 0):
            usual = threading.stack_size(size)
            try:
                thread.start()
            except RuntimeError:
                if not size:
                    raise
            else:
                return
            finally:
                threading.stack_size(usual)


@contextmanager
def _deep() -> Iterator[None]:
    """Python's limit belongs to the whole process, so it is raised only while such a thread works."""
    global _deep_threads, _usual_depth  # noqa: PLW0603 - as the limit itself is
    with _depth:
        if not _deep_threads:
            _usual_depth = sys.getrecursionlimit()
        _deep_threads += 1
        sys.setrecursionlimit(max(DEPTH, _usual_depth))
    try:
        yield
    finally:
        with _depth:
            _deep_threads -= 1
            if not _deep_threads:
                sys.setrecursionlimit(_usual_depth)


def _after_fork() -> None:
    """No thread but the forking one is there, whatever the others held."""
    global _depth, _deep_threads  # noqa: PLW0603
    _depth = threading.Lock()
    if _deep_threads:
        _deep_threads = 0
        sys.setrecursionlimit(_usual_depth)


os.register_at_fork(after_in_child=_after_fork)


def _megabytes() -> float:
    """That this process has in memory; 0 where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0
