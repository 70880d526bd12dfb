"""The pump: does a peer's durable jobs when they are due, in a few threads, again and again until they are done.

A job is a row; it is gone in the same transaction as what it changed. A killed process finds its jobs again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from interfaces.clock import SECOND, real_now
from interfaces.failure import Failure
from mocks.store import Body, Store, Tx

After = Callable[[Tx], None]
Job = Callable[[Body], After]
"""Does its work outside any transaction and returns what is to be written; raises Again to be asked later."""

FIRST, LONGEST = 0.1, 5.0
"""Seconds before the second attempt; doubled up to the longest."""


class Again(Exception):
    """Not now: the other side cannot be reached or did not take it."""


class Pump:
    """One thread that looks for due jobs, and ``workers`` threads that do them."""

    def __init__(self, store: Store, jobs: Mapping[str, Job], workers: int = 8) -> None:
        self._store = store
        self._jobs = jobs
        self._workers = workers
        self._wake = threading.Event()
        self._stopping = False
        self._busy: set[int] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._jobs:
            self._thread = threading.Thread(target=self._run, name=f"pump {self._store.path.stem}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        self._wake.set()

    def _run(self) -> None:
        with ThreadPoolExecutor(self._workers, thread_name_prefix="job") as pool:
            while not self._stopping:
                self._wake.clear()
                due, wait = self._look()
                for row in due:
                    self._busy.add(row["id"])
                    pool.submit(self._do, row)
                self._wake.wait(wait)

    def _look(self) -> tuple[list[Body], float]:
        try:
            return self._due()
        except Failure:  # the file is busy: the jobs keep
            return [], FIRST

    def _due(self) -> tuple[list[Body], float]:
        """Jobs to start now, and seconds until the next look."""
        with self._store.look() as tx:
            rows = tx.rows("SELECT * FROM job ORDER BY due LIMIT ?", len(self._busy) + 64)
        rows = [row for row in rows if row["id"] not in self._busy]
        now = real_now()
        due = [row for row in rows if row["due"] <= now]
        left = [row["due"] - now for row in rows[len(due) : len(due) + 1]]
        return due, min(1.0, *(max(0.001, us / SECOND) for us in left)) if left else 1.0

    def _do(self, row: Body) -> None:
        try:
            after = self._jobs[row["name"]](json.loads(row["payload"]))
            with self._store.tx() as tx:
                after(tx)
                tx.run("DELETE FROM job WHERE id = ?", row["id"])
        except Again as again:
            self._put_off(row, str(again))
        except Exception as error:  # a bug in a job must not stop the others; it shows in the journal
            self._put_off(row, f"{type(error).__name__}: {error}")
        finally:
            self._busy.discard(row["id"])
            self._wake.set()

    def _put_off(self, row: Body, why: str) -> None:
        wait = min(LONGEST, FIRST * 2 ** row["attempt"])
        with self._store.tx() as tx:
            tx.run(
                "UPDATE job SET attempt = attempt + 1, due = ? WHERE id = ?",
                *(real_now() + int(wait * SECOND), row["id"]),
            )
            if row["attempt"] == 0:  # once is enough to see it; a hub away for minutes must not fill the journal
                tx.journal("out", row["name"], row["key"], {}, f"failed: {why}")
