"""A pool of processes in which the death of one is always told.

`concurrent.futures.ProcessPoolExecutor` moves all results through one pipe: a process that is killed while it
writes leaves half a message and a lock behind, and whoever reads waits for ever. Here each process has a pipe
of its own that ends with it, and a thread that waits at its other end.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from os import _exit
from pickle import PicklingError
from threading import Event, Lock, Thread, local
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from expectations.errors import KjedeError

P = ParamSpec("P")
R = TypeVar("R")


class ProcessDied(KjedeError):
    """A process was killed or ran out of memory; nothing more comes from its pool."""


class Processes:
    """Processes, each started when first needed; used with `with`.

    They are started anew (`spawn`), never forked: a fork of a process with threads can hang.
    """

    def __init__(self, count: int, begin: Callable[..., None] | None = None, *given: object) -> None:
        """Start nothing yet.

        Args:
            count: Most processes.
            begin: Called in each process before its first task.
            given: Arguments of `begin`.
        """
        self._begin = (begin, given)
        self._threads = ThreadPoolExecutor(count)
        self._own = local()
        self._starting = Lock()
        self._started: list[tuple[Any, Connection]] = []
        self._broken = Event()

    def __enter__(self) -> "Processes":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """End all processes: with what they were given, after an error with what they have begun."""
        if self._broken.is_set():
            for process, _pipe in self._started:
                process.terminate()
        self._threads.shutdown(cancel_futures=kind is not None)
        for process, pipe in self._started:
            pipe.close()
            process.join()

    def submit(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """Call a function in one of the processes.

        Args:
            function: Function of a module.
            args: Its arguments.
            kwargs: Its named arguments.

        Returns:
            Its result or what it raised; `ProcessDied` when a process of the pool died before.
        """
        return self._threads.submit(self._in_process, function, args, kwargs)

    def _in_process(self, function: Callable[..., R], args: object, kwargs: object) -> R:
        try:
            if self._broken.is_set():
                raise EOFError
            pipe = self._pipe()
            pipe.send((function, args, kwargs))
            is_result, found = pipe.recv()
        except (EOFError, OSError):
            self._broken.set()
            raise ProcessDied(
                "a process died (killed, or out of memory): run again, with fewer processes (KJEDE_WORKERS) "
                "if memory was short"
            ) from None
        if is_result:
            return found  # type: ignore[no-any-return]
        raise found

    def _pipe(self) -> Connection:
        """The pipe to the process of this thread."""
        if not hasattr(self._own, "pipe"):
            context = get_context("spawn")
            here, there = context.Pipe()
            with self._starting:
                process = context.Process(target=_serve, args=(there, *self._begin), daemon=True)
                process.start()
                self._started.append((process, here))
            # The end of the process is to be the end of the pipe.
            there.close()
            self._own.pipe = here
        pipe: Connection = self._own.pipe
        return pipe


def _serve(pipe: Connection, begin: Callable[..., None] | None, given: tuple[object, ...]) -> None:
    """Do what comes through the pipe until it ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin(*given)
    with suppress(EOFError, OSError):
        while True:
            function, args, kwargs = pipe.recv()
            answer: tuple[bool, object]
            try:
                answer = (True, function(*args, **kwargs))
            except Exception as problem:
                answer = (False, problem)
            try:
                pipe.send(answer)
            except (PicklingError, TypeError, AttributeError) as problem:
                # What cannot be sent is found out before anything of it is.
                pipe.send((False, problem))


def _end_with_parent() -> None:
    """A process at work does not see that the one that gave it the work was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        _exit(1)
