"""The house with its real wires: mock peers, RM among them in a process of its own, and a hub that may be killed."""

from __future__ import annotations

import itertools
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hub import runfile
from hub.demo.channels import CHANNELS, Answer
from hub.demo.hubs import Hubs, pause
from hub.demo.orders import Network, Order, Product, make_order
from hub.demo.peers import Peers
from hub.demo.processes import await_hub, await_ports, child, reserved_port, secret_file, write_config
from hub.demo.scenarios import FTTH, ONE
from interfaces.clock import Deadline
from mocks.peers import PEERS

LIMIT = 60.0
"""Seconds after which a test gives up waiting; guards against hangs, measures nothing."""
LOOK_AGAIN = 0.05
COMBINED = {"97": {"provision": 1}, "BILL": {"sync": 1}}
"""What an install needs of peers where 97 does everything but billing."""
OTHERS = tuple(code for code in PEERS if code != "RM")

T = TypeVar("T")
Record = dict[str, Any]
Process = subprocess.Popen[bytes]


class House:
    """Everything on ``data``. ``settings`` (MBOSS_* variables) hold for every hub it starts; ``amqp``: RabbitMQ."""

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None, amqp: str = "") -> None:
        self.data = data
        self._amqp = amqp
        self._settings = dict(settings or {})
        self._stack = ExitStack()
        self._serial = itertools.count(1)
        self._port = self._stack.enter_context(reserved_port())
        self._rm_port = self._stack.enter_context(reserved_port())
        self.url = f"http://127.0.0.1:{self._port.getsockname()[1]}"
        data.mkdir(parents=True, exist_ok=True)
        others, self.rm = self._mocks("others", *OTHERS), self.start_rm()
        told = [await_ports(self.data / f"{n}.json", p, self.data / f"{n}.log") for n, p in (others, ("rm", self.rm))]
        urls = told[0]["peers"] | told[1]["peers"]
        write_config(data, self._port.getsockname()[1], told[0] | {"peers": urls})
        runfile.change(data, lambda run: run.update(mocks={"pid": others[1].pid, "peers": urls}))
        self.peers, self._urls = Peers(urls), urls
        self.hubs = Hubs(data)
        self.hub = self.start_hub()

    def close(self) -> None:
        self.hubs.close()
        self.peers.close()
        self._stack.close()

    # -- processes ---------------------------------------------------------------------------------------------

    def start_hub(self, failpoint: str = "") -> Process:
        """A hub on the same folder and port; with a failpoint it will kill itself there."""
        env = self._settings | ({"MBOSS_FAILPOINT": failpoint} if failpoint else {})
        self.hub = self._stack.enter_context(
            child(["hub.cli.main", "serve", "--data", str(self.data)], self.data / "hub.log", env)
        )
        await_hub(self.data, self.hub)
        self.hubs.find()
        return self.hub

    def kill_hub(self) -> None:
        """kill -9: nothing is finished, nothing is said."""
        self.hub.kill()
        self.hub.wait(LIMIT)

    def start_rm(self) -> Process:
        """RM alone, on the port it always has."""
        port = str(self._rm_port.getsockname()[1])
        return self._mocks("rm", "RM", "--port-base", port)[1]

    def stop_rm(self) -> None:
        self.rm.kill()
        self.rm.wait(LIMIT)

    def restart_rm(self) -> None:
        self.rm = self.start_rm()

    def _mocks(self, name: str, *arguments: str) -> tuple[str, Process]:
        ports = self.data / f"{name}.json"
        ports.unlink(missing_ok=True)
        where = ["--data", str(self.data / "mocks"), "--hub", self.url, "--ports-file", str(ports)]
        if self._amqp:
            where += ["--amqp", secret_file(self.data / "amqp.url", self._amqp)]
        command = ["mocks", "up", *arguments, *where]
        return name, self._stack.enter_context(child(command, self.data / f"{name}.log"))

    # -- orders ------------------------------------------------------------------------------------------------

    def order(self, network: Network = ONE, product: Product = FTTH, chosen: bool = False) -> Order:
        """A new customer's install; ``chosen``: with a number of his own."""
        serial = self.serial()
        return make_order(serial, network, product, f"{network.dial}-81{serial:06d}" if chosen else "")

    def serial(self) -> int:
        """Number of a customer who has not ordered yet."""
        return next(self._serial)

    def submit(self, order: Order, channel: str = "soap") -> Answer:
        return CHANNELS[channel](self.hubs, order)

    def taken(self, order: Order, channel: str = "soap") -> str:
        """Submit an order that has to be taken: its id."""
        answer = self.submit(order, channel)
        assert answer.taken, answer.text
        return answer.order_id

    def record(self, order_id: str) -> Record:
        """The order with its tasks, why it waits and its child orders."""
        found: Record = self.hubs.get(f"/api/v1/orders/{order_id}")
        return found

    def ended(self, order_id: str) -> Record:
        """The order once it has reached its end (or fallout)."""
        return until(lambda: self.record(order_id), lambda order: bool(order["reached"]))

    def waiting(self, order_id: str, words: str) -> str:
        """The first sentence that says why an order waits, once it holds ``words``."""

        def first() -> str:
            return next((wait["text"] for wait in self.record(order_id)["waiting"]), "")

        return until(first, lambda text: words in text)

    def sent(self, order_id: str) -> list[Record]:
        """What the hub sent for an order and its child orders: journal records, oldest first."""
        events = self.hubs.get(f"/api/v1/orders/{order_id}/timeline")["events"]
        return [e for e in events if e["kind"] == "message" and e["direction"] == "out" and not e["reply"]]

    def calls(self, order_id: str, peer: str) -> list[str]:
        """Operations asked of ``peer`` for this order, in order."""
        return [event["operation"] for event in self.sent(order_id) if event["peer"] == peer]

    # -- peers -------------------------------------------------------------------------------------------------

    def effects(self, order_id: str) -> dict[str, dict[str, int]]:
        """Peer -> step -> how often it was done for this order, as the peers count themselves."""
        keys = {event["key"] for event in self.sent(order_id)}
        done = {peer: self._steps(peer, keys) for peer in self.peers.codes}
        return {peer: dict(steps) for peer, steps in done.items() if steps}

    def _steps(self, peer: str, keys: set[str]) -> Counter[str]:
        mine = [e for e in self.peers.effects(peer)["effects"] if e["key"] in keys]
        return sum((Counter({e["step"]: e["count"]}) for e in mine), Counter())

    def told(
        self,
        peer: str,
        operation: str,
        do: str,
        value: str = "",
        *,
        times: int = 1,
        args: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell a peer what to do with the request that carries ``value``."""
        rule = {"operation": operation, "value": value, "do": do, "times": times, "args": dict(args or {})}
        self.peers.arrange(peer, [rule])

    def unmet(self) -> list[Record]:
        """Behaviours that no request has met yet."""
        answers = [httpx.get(f"{url}/__mock__/faults", trust_env=False) for url in self._urls.values()]
        return [rule for answer in answers for rule in answer.json()["rules"]]

    def verify(self, peer: str) -> list[str]:
        """What a peer finds contradictory in its own state."""
        found: list[str] = self.peers.verify(peer)
        return found

    def forget(self) -> None:
        """Every peer as new: what it did and what it was told is gone."""
        forget(self._urls)

    def instance(self, customer: str) -> list[Record]:
        """What CRM holds of a customer's products."""
        customers = self.hubs.get("/api/v1/peers/CRM/state")["customers"]
        return [i for c in customers if c["id"] == customer for i in c["instances"]]

    def remains(self, order: Record) -> Record:
        """What stands at RM, NMS, BILL and WFM for the product of an order's record: {} = nothing is left of it."""
        mine = order["product_instance"]
        stands = {
            "RM": self.peers.state("RM")["holdings"].get(mine, []),
            "NMS": self.peers.state("NMS")["services"].get(mine, {}).get("state") == "open",
            "BILL": [s for s in self.peers.state("BILL")["subscriptions"] if s["instance"] == mine],
            "WFM": [w for w in self.peers.state("WFM")["work_orders"].values() if _open_work(w, mine)],
        }
        return {peer: what for peer, what in stands.items() if what}


def _open_work(work: Record, instance: str) -> bool:
    return bool(work["owner"] == instance and work["state"] == "dispatched")


def forget(urls: Mapping[str, str]) -> None:
    """The peers at these addresses as new."""
    for url in urls.values():
        httpx.post(f"{url}/__mock__/reset", trust_env=False).raise_for_status()


def until(look: Callable[[], T], good: Callable[[T], object]) -> T:
    """What ``look`` sees as soon as it is good."""
    deadline = Deadline.after(LIMIT)
    while not good(seen := look()):
        assert not deadline.passed, f"still not there: {seen}"
        pause(LOOK_AGAIN)
    return seen


def running(data: Path) -> list[int]:
    """Hubs listed in run.json."""
    return [hub["pid"] for hub in runfile.read(data)["hubs"]]
