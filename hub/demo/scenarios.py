"""The day as data: who orders what, where, by which channel, what goes wrong, and how it has to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.demo import desks, plays
from hub.demo.orders import Network, Order, Product, make_order

ONE: Final = Network("8330100", "330100", "0571")
TWO: Final = Network("8330200", "330200", "0574")
OLD: Final = Network("8330300", "330300", "0577")
"""The network that still lives on 97."""
FOUR: Final = Network("8330400", "330400", "0573")
"""Also on 97, its data services on a second one; a local CRM stays for now."""
FIVE: Final = Network("8330500", "330500", "0572")
"""The province's provisioning over resource management and field work of its own."""

FTTH: Final = Product("FTTH", "FTTH-300M", (("SPEED", "300M"),), family="BROADBAND")
GIGABIT: Final = Product("FTTH", "FTTH-1000M", (("SPEED", "1000M"),), family="BROADBAND")
VOICE: Final = Product("VOICE", "VOICE-STD", family="VOICE")
ADSL: Final = Product("ADSL", "ADSL-4M", (("SPEED", "4M"),), family="BROADBAND")
PHS: Final = Product("PHS", "PHS-STD", family="PHS")
RINGTONE: Final = Product("VAS-RINGTONE", "RINGTONE-MONTHLY", (("TONE", "春江花月夜"),), "subscribe", placed=False)

Needs = dict[str, dict[str, int]]
"""Function (or a peer's own code) -> step -> how often it has to happen, no more and no less."""

NOTHING: Final[Needs] = {}
FIBRE: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"allot": 1, "occupy": 1},
    "WFM": {"dispatch": 1},
    "NMS": {"activate": 1},
    "BILL": {"sync": 1},
}
LINE: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"hold": 1, "reserve": 1, "allot": 1, "occupy": 1},
    "NMS": {"activate": 1},
    "BILL": {"sync": 1},
}
SUBSCRIPTION: Final[Needs] = {"VAS": {"subscribe": 1}, "BILL": {"sync": 1}}
COPPER: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"reserve": 1, "allot": 1, "occupy": 1},
    "WFM": {"dispatch": 1},
    "NMS": {"activate": 1},
    "BILL": {"sync": 1},
    "LOCALCRM": {"sync": 1},
}
SWITCHED: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"reserve": 1, "allot": 1, "occupy": 1},
    "NMS": {"activate": 1},
    "BILL": {"sync": 1},
    "LOCALCRM": {"sync": 1},
}
UNSUBSCRIBED: Final[Needs] = {"VAS": {"cancel": 1}, "BILL": {"sync": 1}}
SUSPENDED: Final[Needs] = {"VAS": {"suspend": 1, "resume": 1}, "BILL": {"sync": 2}}
TICKET: Final[Needs] = {"FAULT": {"create": 1}, "CC": {"complain": 1, "told": 1}}
URGED: Final[Needs] = {"FAULT": {"create": 1, "urge": 1}, "CC": {"complain": 1, "urge": 1, "told": 2}}
DESK: Final = {"order": 1, "told": 1}
TOLD: Final[Needs] = LINE | {"RM": {"reserve": 1, "allot": 1, "occupy": 1}}
"""A line whose customer names his number without holding it first."""
WITHOUT: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"preRelease": 1, "release": 1},
    "WFM": {"dispatch": 1},
    "NMS": {"deactivate": 1},
    "BILL": {"sync": 1},
}
"""What a removal of fibre needs beyond the install before it; the field recovers the terminal."""
CHANGE: Final[Needs] = {"SPS": {"provision": 1}, "NMS": {"change": 1}, "BILL": {"sync": 1}}
MOVE: Final[Needs] = {
    "SPS": {"provision": 1},
    "RM": {"allot": 1, "occupy": 1, "preRelease": 1, "release": 1},
    "WFM": {"dispatch": 1},
    "NMS": {"change": 1},
}
LINE_MOVE: Final[Needs] = {peer: steps for peer, steps in MOVE.items() if peer != "WFM"}
NEW_NUMBER: Final[Needs] = CHANGE | {"RM": {"reserve": 1, "occupy": 1, "preRelease": 1, "release": 1}}
TRANSFER: Final[Needs] = {"SPS": {"provision": 1}, "BILL": {"sync": 1}}
GONE: Final[Needs] = {peer: steps for peer, steps in WITHOUT.items() if peer != "WFM"}
"""Voice has nothing at the customer's that the field would fetch."""


def both(*needs: Needs) -> Needs:
    """What all of them need together."""
    total: dict[str, Counter[str]] = {}
    for one in needs:
        for peer, steps in one.items():
            total.setdefault(peer, Counter()).update(steps)
    return {peer: dict(steps) for peer, steps in total.items()}


@dataclass(frozen=True)
class Mishap:
    """What a peer is told beforehand: do this to the request that carries ``value`` of the order.

    ``times`` -1 = always: a hub that died before it kept a refusal asks again, and must be refused again.
    """

    peer: str
    operation: str
    do: str
    value: Callable[[Order], str]
    args: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1

    def rule(self, order: Order) -> dict[str, Any]:
        """As posted to the peer's ``/__mock__/faults``."""
        rule = {"operation": self.operation, "value": self.value(order), "do": self.do, "times": self.times}
        return {**rule, "args": dict(self.args)}


@dataclass(frozen=True)
class Scenario:
    """One kind of order. ``chosen``: the customer wants a number of his own."""

    name: str
    channel: str
    network: Network
    expected: str
    play: plays.Play
    needs: Needs
    product: Product = FTTH
    chosen: bool = False
    mishaps: tuple[Mishap, ...] = ()

    def order(self, serial: int) -> Order:
        """The ``serial``-th order of the day; its number follows from the serial, in every run the same."""
        number = f"{self.network.dial}-81{serial:06d}" if self.chosen else ""
        return make_order(serial, self.network, self.product, number)


def _number(order: Order) -> str:
    return order.number


def _address(order: Order) -> str:
    return order.address


def _customer(order: Order) -> str:
    return order.customer


def _faster(order: Order) -> Product:
    return Product("FTTH", "FTTH-500M", (("SPEED", "500M"),), family="BROADBAND")


def _other_number(order: Order) -> str:
    """A number of the same network that no install asks for."""
    network, _, number = order.number.partition("-81")
    return f"{network}-81{int(number) + 3000:06d}"


def _other_address(order: Order) -> str:
    return f"{order.address}-N"


def _taker(order: Order) -> str:
    return f"3{order.customer[1:]}"


def _owing(reason: str) -> Mapping[str, Callable[[Order], Any]]:
    """What billing says when it orders."""
    said = (("SUSPENSION_REASON", reason),)
    return {"sender": lambda order: "BILL", "product": lambda order: Product(order.product.code, "", said)}


# fmt: off
SCENARIOS: Final = (
    Scenario("ftth-install", "soap", ONE, "completed", plays.install, FIBRE),
    Scenario("voice-number-choice", "soap", TWO, "completed", plays.choose_and_install, LINE, VOICE, True),
    Scenario("voice-97", "tmf622", OLD, "completed", plays.install, SWITCHED, VOICE, True),
    Scenario("adsl-data-97", "tmf622", FOUR, "completed", plays.install, COPPER, ADSL, True),
    Scenario("phs-97", "soap", FOUR, "completed", plays.install, SWITCHED, PHS, True),
    Scenario("cross-region-ftth", "group", TWO, "completed", plays.install, FIBRE | {"CRM-GROUP": {"told": 1}}),
    Scenario("cross-region-voice-local-crm", "group", FOUR, "completed", plays.install,
             SWITCHED | {"CRM-GROUP": {"told": 1}}, VOICE, True),
    Scenario("adsl-local-systems", "soap", FIVE, "completed", plays.install, COPPER, ADSL, True),
    Scenario("rm-refusal", "soap", TWO, "failed", plays.install, NOTHING, VOICE, True,
             (Mishap("RM", "reserve", "refuse", _number, {"code": "1001"}, times=-1),)),
    Scenario("duplicate-submit", "soap", TWO, "completed", plays.install_twice, FIBRE),
    Scenario("wfm-returns-once", "tmf622", ONE, "completed", plays.install,
             FIBRE | {"RM": {"allot": 2, "release": 1, "occupy": 1}, "WFM": {"dispatch": 2}}, mishaps=(
             Mishap("WFM", "dispatch", "return", _address, {"class": "noFacility"}),)),
    Scenario("bill-does-it-and-times-out", "soap", ONE, "completed", plays.install, FIBRE, mishaps=(
             Mishap("BILL", "sync", "timeout_but_done", _customer),)),
    Scenario("arrears-query", "soap", ONE, "answered", plays.ask_arrears, NOTHING),
    Scenario("customer-query", "soap-exchange", ONE, "answered", plays.ask_customer, NOTHING),
    Scenario("ftth-contractroot", "http-exchange", ONE, "completed", plays.install, FIBRE),
    Scenario("vas-subscribe", "soap", OLD, "completed", plays.install, SUBSCRIPTION, RINGTONE, True),
    Scenario("vas-refuses", "soap", ONE, "failed", plays.install, NOTHING, RINGTONE, True,
             (Mishap("VAS", "subscribe", "refuse", _number, {"code": "5002"}, times=-1),)),
    Scenario("vas-does-it-and-is-cut-off", "soap", TWO, "completed", plays.install, SUBSCRIPTION, RINGTONE, True,
             (Mishap("VAS", "subscribe", "timeout_but_done", _number, {"seconds": 0.2}),)),
    Scenario("vas-suspend-and-resume", "soap", OLD, "completed", plays.then("suspend", "resume"),
             both(SUBSCRIPTION, SUSPENDED), RINGTONE, True),
    Scenario("vas-unsubscribe", "tmf622", TWO, "completed", plays.then("unsubscribe"),
             both(SUBSCRIPTION, UNSUBSCRIBED), RINGTONE, True),
    Scenario("cc-asks-who-calls", "soap", ONE, "answered", desks.ask_by_phone, NOTHING),
    Scenario("cc-orders-twice", "soap", ONE, "completed", desks.install_by_phone, FIBRE | {"CC": DESK}),
    Scenario("ka-one-stop", "soap", TWO, "completed", desks.install_for_company, FIBRE | {"KA": DESK}, GIGABIT),
    Scenario("cc-complains", "soap", OLD, "completed", desks.complain, TICKET, VOICE, True),
    Scenario("crm-counter-complains", "soap", FIVE, "completed", desks.complain_at_the_counter,
             {"FAULT": {"create": 1}}, VOICE, True),
    Scenario("fault-late-and-urged", "soap", ONE, "completed", desks.complain_and_urge, URGED, VOICE, True,
             (Mishap("FAULT", "create", "late_callback", _number, {"seconds": 300}),)),
    Scenario("fault-nobody-home", "soap", TWO, "failed", desks.complain, TICKET, VOICE, True,
             (Mishap("FAULT", "create", "return", _number, {"class": "customer"}),)),
    Scenario("ftth-remove", "soap", TWO, "completed", plays.then("remove"), both(FIBRE, WITHOUT)),
    Scenario("voice-remove", "tmf622", ONE, "completed", plays.then("remove"), both(TOLD, GONE), VOICE, True),
    Scenario("voice-97-remove", "soap", OLD, "completed", plays.then("remove"), both(TOLD, GONE), VOICE, True),
    Scenario("ftth-change-speed", "soap", ONE, "completed", plays.then("changeSpeed", product=_faster),
             both(FIBRE, CHANGE)),
    Scenario("voice-change-number", "soap", TWO, "completed", plays.then("changeNumber", number=_other_number),
             both(TOLD, NEW_NUMBER), VOICE, True),
    Scenario("voice-remove-local-crm", "soap", FOUR, "completed", plays.then("remove"),
             both(TOLD, GONE, {"LOCALCRM": {"sync": 1, "withdraw": 1}}), VOICE, True),
    Scenario("voice-97-change-number", "tmf622", OLD, "completed", plays.then("changeNumber", number=_other_number),
             both(TOLD, NEW_NUMBER), VOICE, True),
    Scenario("ftth-move", "soap", ONE, "completed", plays.then("move", address=_other_address), both(FIBRE, MOVE)),
    Scenario("voice-97-move", "soap", OLD, "completed", plays.then("move", address=_other_address),
             both(TOLD, LINE_MOVE), VOICE, True),
    Scenario("ftth-transfer", "tmf622", TWO, "completed",
             plays.then("transfer", customer=_taker, customer_name=lambda order: f"受让{order.customer_name}"),
             both(FIBRE, TRANSFER)),
    Scenario("voice-suspend-and-resume", "soap", ONE, "completed", plays.then("suspend", "resume"),
             both(TOLD, CHANGE, CHANGE), VOICE, True),
    Scenario("ftth-suspend", "http-exchange", TWO, "completed", plays.then("suspend"), both(FIBRE, CHANGE)),
    Scenario("voice-97-suspend", "soap", OLD, "completed", plays.then("suspend"),
             both(TOLD, CHANGE), VOICE, True),
    Scenario("arrears-and-payment", "soap", TWO, "completed",
             plays.after_install(("suspend", _owing("arrearsOneWay")), ("resume", _owing("arrears"))),
             both(TOLD, CHANGE, CHANGE), VOICE, True),
    Scenario("payment-lifts-no-stop", "soap", ONE, "completed",  # the customer's own 报停 stays
             plays.after_install(("suspend", {}), ("suspend", _owing("arrearsTwoWay")), ("resume", _owing("arrears"))),
             both(TOLD, CHANGE, CHANGE, CHANGE), VOICE, True),
    Scenario("resume-of-what-is-in-use", "soap", OLD, "failed", plays.then("resume"), TOLD, VOICE, True),
    Scenario("crm-to-nms-refused", "soap", ONE, "rejected", plays.bypass_provisioning, NOTHING),
)
# fmt: on
