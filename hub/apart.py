"""Work on strangers' files in a process of its own: it may take too long, or all the memory, without harm."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

MEMORY = 4 << 30
"""Bytes of address space of one worker."""

START = 120.0
"""Seconds until a worker must be ready; a busy machine starts a Python slowly."""


class GivenUp(Exception):
    """The work did not end: ``why`` is ``time`` or ``crash``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Worker:
    """One child process that does one job after the other; a new one takes its place when a job does not end.

    work   a function of a module, called in the child with the job
    limit  seconds for one job
    """

    def __init__(self, work: Callable[[Any], Any], limit: float) -> None:
        self._work = work
        self._limit = limit
        self._process: Any = None
        self._pipe: Any = None

    def do(self, job: Any) -> Any:
        """The result; GivenUp."""
        if self._process is None:
            self._begin()
        try:
            self._pipe.send(job)
            if not self._pipe.poll(self._limit):
                raise GivenUp("time")
            return self._pipe.recv()
        except (EOFError, OSError):
            self.close()
            raise GivenUp("crash") from None
        except GivenUp:
            self.close()
            raise

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        self._process.start()
        theirs.close()
        if not self._pipe.poll(START) or self._pipe.recv() != "ready":
            self.close()
            raise GivenUp("crash")

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


def _serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pipe.send("ready")
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            pipe.send(work(pipe.recv()))


def each(work: Callable[[Any], Any], jobs: Iterable[Any], limit: float) -> Iterator[Any]:
    """Results in the order of the jobs, a GivenUp in the place of each that did not end; as many at a time as there
    are processors, four at most."""
    todo = list(jobs)
    number = max(1, min(os.cpu_count() or 1, 4, len(todo)))
    idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    workers = [Worker(work, limit) for _ in range(number)]
    for worker in workers:
        idle.put(worker)
    try:
        with ThreadPoolExecutor(number) as threads:
            yield from threads.map(lambda job: _one(idle, job), todo)
    finally:
        for worker in workers:
            worker.close()


def _one(idle: queue.SimpleQueue[Worker], job: Any) -> Any:
    worker = idle.get()
    try:
        return worker.do(job)
    except GivenUp as given_up:
        return given_up
    finally:
        idle.put(worker)
