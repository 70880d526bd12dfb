"""The desk where interfaces are registered and put into force: for the API, and for the command line without a hub."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from hub import wiring
from hub.apart import GivenUp, Worker
from hub.register.kept import Entry, Registration, content_hash, keep, other_content
from hub.register.moves import EVENTS, Move, make_moves
from hub.register.replay import replay
from hub.registry import StoreRegistry, unpack
from hub.store.schema import spec as kept
from hub.store.writer import Store
from interfaces.admission import Examination, Rollout, Waiver, examine, judge
from interfaces.admission.waivers import refused
from interfaces.clock import Clock, real_now
from interfaces.failure import Failure
from interfaces.proof.certificate import ERROR, Finding
from interfaces.spec.archive import checked
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.registry import contract_roots

EXAMINATION: Final = 120.0
"""Real seconds for one examination."""
REASON: Final = 400

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """draft: keep it unexamined. activate: bring it into force at once. waivers: for both."""

    rollout: Rollout = "hub-first"
    waivers: tuple[Waiver, ...] = ()
    draft: bool = False
    activate: bool = False
    reason: str = ""


class Registrar:
    """Each call returns after its commit, with the version's report; Failure ``rejected`` with every finding that
    stands in the way.

    follow  called after a change: this process must see it at once
    unfit   what else is wrong with a spec that is to come into force here (leases)
    """

    def __init__(
        self,
        store: Store,
        registry: StoreRegistry,
        clock: Clock,
        follow: Callable[[], object],
        unfit: Callable[[Mapping[str, InterfaceSpec]], Iterable[Failure]],
    ) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._follow = follow
        self._unfit = unfit

    def register(self, content: Mapping[str, bytes], wish: Wish, who: str) -> Record:
        """Examine and keep the spec in these files (relative path -> bytes); the same again changes nothing."""
        content = checked(content)
        with tempfile.TemporaryDirectory(prefix="mboss-") as scratch:
            folder = unpack(Path(scratch), Registration("spec", "0", "new", content))
            report = self._draft(folder) if wish.draft else self._examined(folder, wish)
        item = Registration(report["id"], report["version"], content_hash(content), content)
        if self._state_of(item) in ("", "draft"):
            self._must_pass(report, wish)
            event = "save" if wish.draft else "register"
            entry = Entry(item, who, event, wish.reason, str(report.get("proof", "")), report)
            self._done(keep, entry)
        done = report | {"hash": item.hash, "state": self._state_of(item)}
        if wish.activate and done["state"] != "active":
            done |= self.move(item.id, item.version, "activate", wish.reason, who, wish.waivers)
        return done

    def move(self, id_: str, version: str, event: str, reason: str, who: str, waivers: Sequence[Waiver] = ()) -> Record:
        """activate, deprecate or retire: ``{"id", "version", "state", "replay"}``."""
        if event not in EVENTS:
            raise Failure("not_found", "there is no such action", advice=f"there are {', '.join(EVENTS)}")
        if not reason.strip():
            raise Failure(
                "invalid", f"{event} needs a reason", where="reason", advice="say why; it is kept in the audit"
            )
        found: list[Record] = self._tried(id_, version, waivers) if event == "activate" else []
        answers = self._answers(id_, version)
        move = Move(id_, version, event, reason.strip()[:REASON], who, self._clock.now(), answers)
        state = self._done(make_moves, move)
        return {"id": id_, "version": version, "state": state, "replay": found}

    # -- inside ------------------------------------------------------------------------------------------------

    def _draft(self, folder: Path) -> Record:
        spec = load_spec(folder)
        return {"id": spec.id, "version": spec.version, "findings": []}

    def _examined(self, folder: Path, wish: Wish) -> Record:
        active = self._in_force(folder)
        found = _apart(folder, active.folder if active else None, wish.rollout)
        id_, _, version = found.spec.partition("@")
        findings = [*found.findings, *(self._taken(load_spec(folder)) if found.spec else [])]
        records = judge(findings, wish.waivers, real_now())
        said: Record = {name: getattr(found, name) for name in ("proof", "against", "step", "needed")}
        head = {"id": id_, "version": version, "rollout": wish.rollout}
        return head | said | {"findings": records, "waivers": [asdict(waiver) for waiver in wish.waivers]}

    def _in_force(self, folder: Path) -> InterfaceSpec | None:
        """The version that the new one is compared with: what is in force of its interface, unless it is that."""
        try:
            new = load_spec(folder)
        except Failure:
            return None
        return next(
            (spec for spec in self._registry.specs() if spec.id == new.id and spec.version != new.version), None
        )

    def _taken(self, spec: InterfaceSpec) -> Iterable[Finding]:
        """Codes by which another interface is called already."""
        others = contract_roots([other for other in self._registry.specs() if other.id != spec.id])
        for codes in contract_roots([spec]).keys() & others.keys():
            told = f"BusCode {codes[0]}, ServiceCode {codes[1]} are those of {others[codes][0]}"
            yield Finding("address-taken", ERROR, "operations", told, "agree on codes of its own")

    def _must_pass(self, report: Record, wish: Wish) -> None:
        if found := refused(report["findings"]):
            name = f"{report['id']}@{report['version']}" if report["id"] else "the spec"
            raise rejected(f"{name} is not registered: {len(found)} finding(s) stand in the way", found)

    def _tried(self, id_: str, version: str, waivers: Sequence[Waiver]) -> list[Record]:
        """Open orders through the version that is to come into force."""
        new = self._registry.get(id_, version)
        for failure in self._unfit({id_: new.spec}):
            raise failure
        records = judge(replay(self._store, self._registry, new), waivers, real_now())
        if found := refused(records):
            raise rejected(f"{new.spec.ref} is not activated: open orders would meet {len(found)} difference(s)", found)
        return records

    def _answers(self, id_: str, version: str) -> str:
        if f"{id_}@{version}" not in self._registry.spoken():
            return ""
        spec = self._registry.get(id_, version).spec
        return spec.system if any(op.role == "event" for op in spec.operations.values()) else ""

    def _state_of(self, item: Registration) -> str:
        """ "" = not kept; Failure ``conflict`` when its content is another."""
        query = sa.select(kept.c.state, kept.c.hash).where(kept.c.id == item.id, kept.c.version == item.version)
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return ""
        if row.state != "draft" and row.hash != item.hash:
            raise other_content(item)
        return str(row.state)

    def _done(self, apply: Callable[..., Sequence[str | Failure]], write: object) -> str:
        done = self._store.write(apply, write)
        if isinstance(done, Failure):
            raise done
        self._follow()
        return str(done)


def unexplained(event: str) -> Failure:
    return Failure("invalid", f"{event} needs a reason", where="reason", advice="say why; it is kept in the audit")


def rejected(message: str, found: Sequence[Mapping[str, Any]]) -> Failure:
    """The refusal with each finding: place, rule, what, and what to do."""
    errors = [
        {"path": one["where"], "message": f"{one['rule']}: {one['message']}", "rule": one["rule"], "fix": one["fix"]}
        for one in found
    ]
    advice = "correct them; what can be accepted for a while: --waive RULE=reason@YYYY-MM-DD"
    return Failure("rejected", message, advice=advice, errors=errors)


def _apart(folder: Path, active: Path | None, rollout: Rollout) -> Examination:
    """In a process of its own: a stranger's contract may cost any time and memory, and the hub goes on."""
    worker = Worker(_examine, EXAMINATION)
    try:
        found: Examination = worker.do((folder, active, rollout))
        return found
    except GivenUp as given_up:
        told = "it took too long" if given_up.why == "time" else "it took too much memory, or broke the reader"
        fix = "make the contract smaller, or see what `mboss interface import-wsdl --check` says of it"
        return Examination("", "broken", (Finding("examination-not-ended", ERROR, "the contract", told, fix),))
    finally:
        worker.close()


def _examine(job: tuple[Path, Path | None, Rollout]) -> Examination:
    found = examine(*job)
    if found.proof == "broken":
        return found
    return replace(found, findings=(*found.findings, *_smoked(load_spec(job[0]))))


def _smoked(spec: InterfaceSpec) -> Iterator[Finding]:
    """Every operation is asked of the spec's own mock, in memory."""
    fix = "correct the example it answers with, or the rows of the reply"
    for one in wiring.named(wiring.SMOKE)(spec):
        if one.failure is not None:
            faults = "; ".join(f"{e.get('path', '')} {e.get('message', '')}".strip() for e in one.failure.errors[:3])
            told = f"its mock cannot be asked: {one.failure.message}{': ' if faults else ''}{faults}"
            yield Finding("mock-smoke", ERROR, f"operation {one.operation}", told, fix)
