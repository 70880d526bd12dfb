"""Peer: the one behaviour core of every mock. SOAP, AMQP and table shells only carry wire trees in and out.

A peer is a table of acts (what it can be asked), a table of jobs (what it does later by itself) and a store.
Every request, its effects and its answer are committed together before the answer goes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from interfaces.failure import Failure
from mocks import rules
from mocks.outbox import Job, Pump
from mocks.rest_side import RestService
from mocks.root_side import RootService
from mocks.rules import NOT_DONE, Answer, Rule
from mocks.spyne_side import Service
from mocks.store import Body, Store, Tx

NOT_UNDERSTOOD = "1400"


class Refused(Exception):
    """A business refusal in the peer's own codes."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class Act:
    """One thing a peer can be asked.

    name      canonical operation name, for rules
    key       request field with the caller's key
    do        ``do(tx, request, rule) -> reply``; raises Refused
    repeats   True: the same key again is carried out again (queries; peers without idempotency)
    """

    name: str
    key: str
    do: Callable[[Tx, Body, Rule], Body]
    repeats: bool = False


@dataclass(frozen=True)
class Setting:
    """Where a peer lives. ``data`` = folder of all stores; ``hub`` = base URL of the hub, "" = not yet known.

    ``amqp``: broker of peers on queues, "" = the embedded one in the folder.
    """

    data: Path
    hub: str = ""
    seed: int = 1
    amqp: str = field(default="", repr=False)

    @property
    def broker(self) -> str:
        return self.amqp or f"amqp+file://{quote(str(self.data / 'amqp.db'))}"


class Peer:
    """Base of all peers. Subclasses fill the class tables and the hooks below."""

    code: str = ""
    """Of the system; an instance among several has its own: ``BILL-PHS``."""
    title: str = ""
    services: ClassVar[tuple[Service, ...]] = ()
    apis: ClassVar[tuple[RestService, ...]] = ()
    roots: ClassVar[tuple[RootService, ...]] = ()
    defaults: ClassVar[Mapping[str, str]] = {}
    """Settings of this peer and their first values, e.g. how long its work takes (seconds, real time)."""

    def __init__(self, setting: Setting, code: str = "") -> None:
        self.setting = setting
        self.code = code or self.code
        self.store = Store(setting.data / f"{self.code}.db")
        self.acts: Mapping[str, Act] = self.make_acts()
        self.pump = Pump(self.store, self.make_jobs())
        with self.store.tx() as tx:
            if setting.hub:
                tx.set("hub_url", setting.hub)
            self._begin(tx)

    # -- hooks -------------------------------------------------------------------------------------------------

    def make_acts(self) -> Mapping[str, Act]:
        """Wire operation -> act."""
        return {}

    def make_jobs(self) -> Mapping[str, Job]:
        """Job name -> what it does; see mocks/outbox.py."""
        return {}

    def furnish(self, tx: Tx) -> None:
        """First contents: pools, accounts."""

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        """A business refusal in the peer's own reply."""
        raise NotImplementedError

    def replied(self, tx: Tx, request: Body, reply: Body, rule: Rule) -> None:
        """An answer, good or refusing, is about to be committed: peers on queues send it from here."""

    def state(self, tx: Tx) -> Body:
        """What stands in the peer now, for people and checks."""
        return {}

    def findings(self, tx: Tx) -> list[str]:
        """The peer's own contradictions, beyond effects done twice."""
        return []

    def offers(self) -> Mapping[str, Callable[[Any], Body]]:
        """More that people can post to ``/__mock__/``: name -> ``do(data) -> record``; raises Failure."""
        return {}

    def place(self) -> dict[str, str]:
        """Where it is reached beside its port, in the words of the hub's configuration: ``table``, ``queues``."""
        return {}

    # -- life --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work on what is due."""
        self.pump.start()

    def stop(self) -> None:
        self.pump.stop()
        self.store.close()

    def reset(self) -> None:
        """As new: journal, effects, rules, orders gone; settings kept."""
        self.store.wipe()
        with self.store.tx() as tx:
            tx.set("furnished", "")
            self._begin(tx)

    def _begin(self, tx: Tx) -> None:
        for name, value in self.defaults.items():
            tx.set(name, tx.setting(name, value))
        if not tx.setting("furnished"):
            self.furnish(tx)
            tx.set("furnished", "yes")

    # -- work --------------------------------------------------------------------------------------------------

    def receive(self, operation: str, request: Body, delivery: str = "", again: bool = False) -> Answer:
        """One request in the wire's own words -> the answer, committed. Unknown operation: Failure(not_found).

        ``delivery`` names a broker's message: one delivered ``again`` because its acknowledgement was lost is
        ignored. One that was sent twice is not: it has the same name and is delivered for the first time.
        """
        act = self.acts.get(operation)
        if act is None:
            known = ", ".join(sorted(self.acts))
            raise Failure("not_found", f"{self.code} has no operation {operation!r}", advice=f"it has: {known}")
        with self.store.tx() as tx:
            if delivery and again and tx.recall(delivery) is not None:
                return Answer(None)
            if delivery:
                tx.remember(delivery, "delivery", {})
            answer = self._answer(tx, operation, act, request)
        self.pump.wake()
        return answer

    def _answer(self, tx: Tx, operation: str, act: Act, request: Body) -> Answer:
        key = str(request.get(act.key) or "")
        rule = rules.take(tx, (operation, act.name), request)
        body, outcome = self._carry_out(tx, operation, act, request, rule, key)
        tx.journal("in", operation, key, request, outcome)
        if body is not None:
            self.replied(tx, request, body, rule)
        return Answer(body, rule.manner(key))

    def _carry_out(
        self, tx: Tx, operation: str, act: Act, request: Body, rule: Rule, key: str
    ) -> tuple[Body | None, str]:
        if rule.do in NOT_DONE:
            return None, f"fault: {rule.do}"
        known = bool(key) and not act.repeats
        if known and (first := tx.recall(key, operation)) is not None:
            return first, "again"
        try:
            with part(tx):
                if rule.do == "refuse":
                    raise Refused(str(rule.args.get("code", "1001")), str(rule.args.get("text", "refused")))
                reply = act.do(tx, request, rule)
        except (KeyError, ValueError, TypeError) as error:  # a value the contract allows and the peer cannot read
            refused = Refused(NOT_UNDERSTOOD, f"not understood: {type(error).__name__}")
            return self.refusal(operation, request, refused), f"refused: {NOT_UNDERSTOOD}"
        except Refused as refused:
            return self.refusal(operation, request, refused), f"refused: {refused.code}"
        if known:
            tx.remember(key, operation, reply)
        return reply, "done"

    def settled(self, key: str) -> bool:
        """Nothing is left to be done or sent for this key."""
        with self.store.look() as tx:
            return tx.run("SELECT 1 FROM job WHERE key = ? LIMIT 1", key).fetchone() is None


@contextmanager
def part(tx: Tx) -> Iterator[Any]:
    """A piece of a transaction that is taken back alone when it raises."""
    tx.run("SAVEPOINT part")
    try:
        yield tx
    except BaseException:
        tx.run("ROLLBACK TO part")
        raise
    finally:
        tx.run("RELEASE part")
