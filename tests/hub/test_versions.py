"""Versions of an interface: one in force, none changed, none retired under an open order; each move has a reason."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hub import journal
from hub.lifecycle import START, VERSION
from hub.register import use
from hub.register.kept import Entry, Registration, bundled, keep, register
from hub.register.moves import Move, make_moves
from hub.store import schema
from hub.store.writer import Store
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from tests.hub.rows import AT

ORDER = {"id": "o1", "state": "running", "created_at": AT, "updated_at": AT, "body": {}}
TASK = {"id": "t1", "order_id": "o1", "pos": 0, "state": "waiting", "after": [], "inputs": [], "body": {}}
FIRST = next(item for item in bundled() if item.id == "rm-resource")


def version(number: str, content: bytes = b"x") -> Registration:
    return Registration("rm-resource", number, f"hash of {content!r}", {"spec.yaml": content})


def move(event: str, number: str, **more: str) -> Move:
    return Move("rm-resource", number, event, "agreed", "anna", AT, **more)


def states(store: Store) -> dict[str, str]:
    t = schema.spec
    with store.read() as connection:
        return dict(connection.execute(sa.select(t.c.version, t.c.state).where(t.c.id == "rm-resource")).all())


def make(store: Store, event: str, number: str, **more: str) -> str:
    done = store.write(make_moves, move(event, number, **more))
    if isinstance(done, Failure):
        raise done
    return done


@pytest.fixture
def two(store: Store) -> Store:
    """1.0.0 as the package brings it, and 2.0.0 registered."""
    assert store.write(register, FIRST) is True
    assert store.write(keep, Entry(version("2.0.0"), "anna")) == "registered"
    return store


def test_activating_one_deprecates_the_other_and_both_are_in_the_audit(two: Store) -> None:
    assert make(two, "activate", "2.0.0") == "active"
    assert states(two) == {FIRST.version: "deprecated", "2.0.0": "active"}
    assert make(two, "activate", FIRST.version) == "active"
    assert states(two) == {FIRST.version: "active", "2.0.0": "deprecated"}
    with two.read() as connection:
        rows = connection.execute(sa.select(schema.audit).order_by(schema.audit.c.seq)).mappings().all()
    said = [(row["action"], row["object"], row["who"], row["reason"]) for row in rows[:2]]
    assert ("interface.activate", "rm-resource@2.0.0", "anna", "agreed") in said
    assert ("interface.supersede", f"rm-resource@{FIRST.version}", "anna", "by rm-resource@2.0.0") in said


@pytest.mark.parametrize("event", ["save", "register", "deprecate", "supersede"])
def test_what_the_table_does_not_have_is_refused(two: Store, event: str) -> None:
    assert ("registered", event) not in VERSION
    with pytest.raises(Failure) as refused:
        make(two, event, "2.0.0")
    assert refused.value.code == "conflict"
    assert states(two)["2.0.0"] == "registered"


def test_a_draft_may_change_until_it_is_registered_and_then_never_again(store: Store) -> None:
    assert (START, "save") in VERSION
    assert store.write(keep, Entry(version("3.0.0", b"a"), "anna", "save")) == "draft"
    assert store.write(keep, Entry(version("3.0.0", b"b"), "anna", "save")) == "draft"
    assert store.write(keep, Entry(version("3.0.0", b"c"), "anna")) == "registered"
    assert store.write(keep, Entry(version("3.0.0", b"c"), "anna")) == "registered"
    refused = store.write(keep, Entry(version("3.0.0", b"d"), "anna"))
    assert isinstance(refused, Failure)
    assert refused.code == "conflict"
    with store.read() as connection:
        assert connection.scalar(sa.select(schema.spec.c.hash)) == version("3.0.0", b"c").hash


@pytest.mark.parametrize("bound", ["by a task", "by what would take it back"])
def test_an_open_order_keeps_its_version_from_being_retired(two: Store, bound: str) -> None:
    make(two, "activate", "2.0.0")
    ref = f"rm-resource@{FIRST.version}"
    task = TASK | {"interface": ref, "state": "waiting"}
    if bound != "by a task":
        undo = {"interface": ref, "operation": "release"}
        task |= {"interface": "other@1.0.0", "state": "completed", "undo": undo}
    two.write(_insert, (schema.orders, ORDER))
    two.write(_insert, (schema.task, task))
    with pytest.raises(Failure) as refused:
        make(two, "retire", FIRST.version)
    assert (refused.value.code, refused.value.where) == ("conflict", "o1")
    two.write(_end, "o1")
    assert make(two, "retire", FIRST.version) == "retired"


def test_the_last_in_force_is_not_retired_over_older_ones_or_while_callbacks_are_awaited(two: Store) -> None:
    make(two, "activate", "2.0.0")
    with pytest.raises(Failure, match="older versions"):
        make(two, "retire", "2.0.0")
    make(two, "retire", FIRST.version)
    two.write(_insert, (schema.orders, ORDER))
    two.write(_insert, (schema.task, TASK | {"interface": "x@1", "state": "waiting", "peer": "RM"}))
    with pytest.raises(Failure, match="open order"):
        make(two, "retire", "2.0.0", answers="RM")
    two.write(_end, "o1")
    assert make(two, "retire", "2.0.0", answers="RM") == "retired"


def test_a_release_brings_its_version_into_force_unless_somebody_chose_another(store: Store) -> None:
    store.write(register, FIRST)
    assert store.write(register, version("1.9.0")) is True
    assert states(store)["1.9.0"] == "active"
    store.write(keep, Entry(version("2.0.0"), "anna"))
    make(store, "activate", "2.0.0")
    assert store.write(register, version("2.1.0")) is True
    assert states(store) == {
        FIRST.version: "deprecated",
        "1.9.0": "deprecated",
        "2.0.0": "active",
        "2.1.0": "registered",
    }


def test_users_are_counted_from_the_journal_once_each(store: Store) -> None:
    def said(peer: str, at: int) -> None:
        row = journal.row("in", WireMessage(b""), None, at=at, interface="rm-resource@1.0.0", peer=peer)
        store.write(journal.append, row)

    for peer, at in (("RM", 5), ("RM", 7), ("SPS", 6)):
        said(peer, at)
    use.count(store)
    use.count(store)
    said("SPS", 9)
    use.count(store)
    with store.read() as connection:
        found = use.users(connection, "rm-resource")
    assert found == {"rm-resource@1.0.0": [("SPS", 9, 2), ("RM", 7, 2)]}
    with store.read() as connection:
        assert use.users(connection, "rm") == {}


def _insert(connection: sa.Connection, batch: list[tuple[sa.Table, dict[str, object]]]) -> list[None]:
    for table, row in batch:
        connection.execute(sa.insert(table).values(row))
    return [None] * len(batch)


def _end(connection: sa.Connection, batch: list[str]) -> list[None]:
    connection.execute(sa.update(schema.orders).values(state="completed"))
    connection.execute(sa.update(schema.task).values(state="completed"))
    return [None] * len(batch)
