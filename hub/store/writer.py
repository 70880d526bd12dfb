"""The store: one way to write (group commit by one thread), many ways to read.

``Store.submit(apply, item)`` queues a write. The writer thread takes everything queued, groups it by ``apply``, runs
each ``apply(connection, items) -> results`` in **one** transaction, commits, and only then completes the futures:
who sees a result sees a committed one. A failing write is run again alone, so that its neighbours commit. On PostgreSQL
a batch may be run several times (hub/store/errors.py says when), so ``apply`` starts from its items as they are.

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
from hub.store import migrate
from hub.store.engine import open_engine
from hub.store.errors import commit_unknown, meaning, patiently, translate, unusable
from hub.store.process import Listener, Process
from interfaces.clock import monotonic
from interfaces.failure import Failure

T = TypeVar("T")
R = TypeVar("R")
Apply = Callable[[sa.Connection, Sequence[Any]], Sequence[Any]]
Write = tuple[Apply, Any, "Future[Any]"]

BATCH = 500  # most writes in one transaction


log = structlog.get_logger(__name__)


class Store:
    """The hub's database. Thread-safe. ``measured(writes, seconds)`` is told of every transaction."""

    def __init__(self, url: str | URL, measured: Callable[[int, float], None] = lambda writes, seconds: None) -> None:
        self._measured = measured
        self._writer_engine: Engine = open_engine(url, writes=True)
        try:
            self._process = patiently(self._opened)
        except sa.exc.SQLAlchemyError as error:
            raise unusable(error) from error
        self._reader_engine: Engine = open_engine(url, writes=False)
        self._queue: queue.SimpleQueue[list[Write] | None] = queue.SimpleQueue()
        self._listeners: list[tuple[Callable[[], None], frozenset[Any]]] = []
        self._closing = threading.Lock()
        self._closed = False
        self._numbers = 0
        self.batches = 0
        self.writes = 0
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()
        self._others = Listener(self._reader_engine, self._process.id, self._wake_all) if self._process else None

    def _opened(self) -> Process | None:
        """The schema is brought to this release; on PostgreSQL other processes may be at work on it."""
        migrate.upgrade(self._writer_engine)
        return Process(self._writer_engine) if self._writer_engine.dialect.name == "postgresql" else None

    def submit(self, apply: Callable[[sa.Connection, Sequence[T]], Sequence[R]], item: T) -> Future[R]:
        """Queue one write; the future holds its result after the commit, or the error that undid it."""
        return self.submit_all(apply, [item])[0]

    def submit_all(
        self, apply: Callable[[sa.Connection, Sequence[T]], Sequence[R]], items: Sequence[T]
    ) -> list[Future[R]]:
        """``submit`` for each of ``items``, in one go: the writer wakes up once and finds them all."""
        futures: list[Future[R]] = [Future() for _ in items]
        for future in futures:
            future.set_running_or_notify_cancel()  # a caller who walks away cannot cancel a write
        with self._closing:
            if not self._closed:
                self._queue.put([(apply, item, future) for item, future in zip(items, futures, strict=True)])
                return futures
        for future in futures:
            future.set_exception(Failure("unavailable", "the hub is stopping and takes no writes"))
        return futures

    def write(self, apply: Callable[[sa.Connection, Sequence[T]], Sequence[R]], item: T) -> R:
        """``submit`` and wait. Never call it from an event loop."""
        return self.submit(apply, item).result()

    def on_commit(self, listener: Callable[[], None], quiet: frozenset[Any] = frozenset()) -> None:
        """``listener()`` is called by the writer thread after each commit of writes that are not all ``quiet``, and
        when another hub process hints at one; it must not block.
        """
        self._listeners.append((listener, quiet))

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection with one consistent view, for reading only. Failure ``unavailable`` when there is none."""
        try:
            with self._reader_engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise translate(error) from error

    def close(self) -> None:
        """Write what is queued, then stop. May be called twice."""
        with self._closing:  # nothing is queued behind the end, where nobody would ever look
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()
        if self._process and self._others:
            self._others.close(wake=self._process.leave)
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    # -- the writer thread -------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going and (writes := self._queue.get()) is not None:
            going = self._take_queued(writes)
            self._commit(writes)

    def _take_queued(self, writes: list[Write]) -> bool:
        """Add what else is queued; False when the end was among it."""
        while len(writes) < BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return False
            writes += more
        return True

    def _commit(self, writes: list[Write]) -> None:
        self.batches += 1
        self.writes += len(writes)
        try:
            done = patiently(lambda: self._transaction(writes))
        except Exception as error:
            if len(writes) > 1 and meaning(error) in ("ours", "again"):
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
            done = patiently(lambda: self._transaction([write]))
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
        begun = monotonic()
        with self._writer_engine.connect() as connection, connection.begin() as transaction:
            for apply, group in groups.items():
                results = apply(connection, [item for _, item, _ in group])
                done += zip((future for *_, future in group), results, strict=True)
            self._end(connection, transaction, set(groups))
        self._measured(len(writes), monotonic() - begun)
        return done

    def _end(self, connection: sa.Connection, transaction: sa.RootTransaction, kinds: set[Apply]) -> None:
        """COMMIT. One that broke off may be kept or not: the database is asked before anything is written again."""
        process, number = self._process, self._numbers + 1
        if process is None:
            transaction.commit()
            return
        self._numbers = number
        process.mark(connection, number, loud=any(kinds - quiet for _, quiet in self._listeners))
        try:
            transaction.commit()
        except sa.exc.SQLAlchemyError as error:
            if meaning(error) != "away" or not self._kept(process, number):
                raise

    def _kept(self, process: Process, number: int) -> bool:
        try:
            return patiently(lambda: process.committed(number))
        except sa.exc.SQLAlchemyError as error:
            raise commit_unknown() from error

    def _fail(self, write: Write, error: Exception) -> None:
        apply, _, future = write
        if not isinstance(error, Failure):
            log.error("write failed", write=getattr(apply, "__name__", "?"), at=place_of(error))
        future.set_exception(translate(error))

    def _tell(self, writes: list[Write]) -> None:
        kinds = {apply for apply, *_ in writes}
        for listener, quiet in self._listeners:
            if kinds - quiet:
                listener()

    def _wake_all(self) -> None:
        for listener, _ in self._listeners:
            listener()
