"""The store: one way to write (group commit by one thread), many ways to read.

``Store.submit(apply, item)`` queues a write. The writer thread takes everything queued, groups it by ``apply``, runs
each ``apply(connection, items) -> results`` in **one** transaction, commits, and only then completes the futures:
who sees a result sees a committed one. A failing write is run again alone, so that its neighbours commit.

Writes queued together are taken as concurrent: their order is kept within one ``apply`` only. Whoever needs an
order waits for the first future before submitting the second write.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import URL, Engine

from hub.logs import place_of
from hub.store.engine import create_tables, open_engine
from interfaces.failure import Failure

T = TypeVar("T")
R = TypeVar("R")
Apply = Callable[[sa.Connection, Sequence[Any]], Sequence[Any]]
Write = tuple[Apply, Any, "Future[Any]"]

BATCH = 500  # most writes in one transaction


log = structlog.get_logger(__name__)


class Store:
    """The hub's database. Thread-safe."""

    def __init__(self, url: str | URL) -> None:
        self._writer_engine: Engine = open_engine(url, writes=True)
        create_tables(self._writer_engine)
        self._reader_engine: Engine = open_engine(url, writes=False)
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._listeners: list[Callable[[set[Apply]], None]] = []
        self._closing = threading.Lock()
        self._closed = False
        self.batches = 0
        self.writes = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, apply: Callable[[sa.Connection, Sequence[T]], Sequence[R]], item: T) -> Future[R]:
        """Queue one write; the future holds its result after the commit, or the error that undid it."""
        future: Future[R] = Future()
        future.set_running_or_notify_cancel()  # a caller who walks away cannot cancel a write
        with self._closing:
            if self._closed:
                future.set_exception(Failure("unavailable", "the hub is stopping and takes no writes"))
            else:
                self._queue.put((apply, item, future))
        return future

    def write(self, apply: Callable[[sa.Connection, Sequence[T]], Sequence[R]], item: T) -> R:
        """``submit`` and wait. Never call it from an event loop."""
        return self.submit(apply, item).result()

    def on_commit(self, listener: Callable[[set[Apply]], None]) -> None:
        """``listener(kinds of writes)`` is called by the writer thread after each commit; it must not block."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection with one consistent view, for reading only."""
        with self._reader_engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Write what is queued, then stop. May be called twice."""
        with self._closing:  # nothing is queued behind the end, where nobody would ever look
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    # -- the writer thread -------------------------------------------------------------------------

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            writes = [first, *self._queued()]
            stop = writes[-1] is None
            self._commit([w for w in writes if w is not None])
            if stop:
                return

    def _queued(self) -> Iterator[Write | None]:
        for _ in range(BATCH - 1):
            try:
                write = self._queue.get_nowait()
            except queue.Empty:
                return
            yield write
            if write is None:
                return

    def _commit(self, writes: list[Write]) -> None:
        self.batches += 1
        self.writes += len(writes)
        try:
            done = self._transaction(writes)
        except Exception as error:
            if len(writes) > 1 and not takes_nothing(error):
                log.warning("batch undone, writing one by one", writes=len(writes), at=place_of(error))
                for write in writes:
                    self._commit_alone(write)
                self._tell(writes)
                return
            for write in writes:
                self._fail(write, error)
            return
        # listeners first: a woken worker finds the rows, and nobody waits for a callback
        self._tell(writes)
        for future, result in done:
            future.set_result(result)

    def _commit_alone(self, write: Write) -> None:
        try:
            done = self._transaction([write])
        except Exception as error:
            self._fail(write, error)
        else:
            for future, result in done:
                future.set_result(result)

    def _transaction(self, writes: list[Write]) -> list[tuple[Future[Any], Any]]:
        groups: dict[Apply, list[Write]] = {}
        for write in writes:
            groups.setdefault(write[0], []).append(write)
        done: list[tuple[Future[Any], Any]] = []
        with self._writer_engine.begin() as connection:
            for apply, group in groups.items():
                results = apply(connection, [item for _, item, _ in group])
                done += zip((future for *_, future in group), results, strict=True)
        return done

    def _fail(self, write: Write, error: Exception) -> None:
        apply, _, future = write
        if not isinstance(error, Failure):
            log.error("write failed", write=getattr(apply, "__name__", "?"), at=place_of(error))
        future.set_exception(translate(error))

    def _tell(self, writes: list[Write]) -> None:
        kinds = {apply for apply, *_ in writes}
        for listener in self._listeners:
            listener(kinds)


# locked by another, read-only, input/output error, full, cannot be opened: sqlite.org/rescode.html
_DOWN = frozenset({5, 6, 8, 10, 13, 14})


def takes_nothing(error: Exception) -> bool:
    """The database itself is in trouble: no write of the batch would fare better, and each would wait as long."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _DOWN


def translate(error: Exception) -> Exception:
    """The one door for SQLAlchemy's errors; everything else passes as it is."""
    if isinstance(error, sa.exc.OperationalError):
        return Failure(
            "unavailable", "the hub's database did not take the write", advice="try again; see the hub's log"
        )
    if isinstance(error, sa.exc.SQLAlchemyError):
        return Failure("internal", f"the hub's database refused the write ({type(error).__name__})")
    return error
