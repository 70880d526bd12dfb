"""What a hostile request costs the hub: seconds until the answer, and MiB at the peak above what it held before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from hub.demo.hubs import pause
from hub.memory import AT_LEAST, EVERY
from interfaces.clock import monotonic
from tests.security import bodies
from tests.security.case import JSON, XML
from tests.security.hub import Hub
from tests.security.raw import ask, request

TARGET_SECONDS, TARGET_MIB = 0.1, 16.0
"""For one request of up to 1 MiB, on a machine with nothing else to do."""
BOUND_SECONDS, BOUND_MIB = 1.0, 48.0
"""What ``make conformance`` fails at: others may use the machine at the same time."""
TRIES = 3
"""Whatever misses the target is tried again, and the best counts: what is the request's fault comes again."""
LEFT_MIB = 64.0
"""What may stay with the process after thousands of attacks: caches, and up to 32 MiB of the store's pages."""
REST_SECONDS = 2 * EVERY * AT_LEAST
"""A little longer than the hub lets pass before it gives back in any case."""

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """group: the part of the attack list. size: bytes sent. cpu: seconds of the hub's processor, in ticks of 0.01."""

    group: str
    id: str
    size: int
    seconds: float
    cpu: float
    mib: float

    @property
    def within_target(self) -> bool:
        return self.seconds <= TARGET_SECONDS and self.mib <= TARGET_MIB

    @property
    def over(self) -> bool:
        return self.seconds > BOUND_SECONDS or self.mib > BOUND_MIB


class Figures:
    """All that was measured, and what the hub held before and after."""

    def __init__(self) -> None:
        self._kept: list[Figure] = []
        self._memory: list[float] = []

    def warm_up(self, hub: Hub) -> None:
        """Large honest messages: what the hub keeps of those is no attack's doing."""
        for _ in range(3):
            for path, body in ((bodies.SOAP, bodies.soap(bodies.query())), (bodies.HTTP, bodies.contract_root())):
                ask(hub.port, request(path, body.encode() + b" " * 900_000, {"Content-Type": XML}))
            ask(hub.port, request(bodies.TMF, bodies.tmf().encode() + b" " * 900_000, {"Content-Type": JSON}))
            ask(
                hub.port,
                request(bodies.EXCHANGE, bodies.wrapped(bodies.contract_root()).encode(), {"Content-Type": XML}),
            )
        self._memory.append(hub.memory())

    def measure(self, hub: Hub, group: str, id: str, make: Callable[[], bytes], send: Callable[[bytes], T]) -> T:
        """What ``send`` answers; its cost is kept. Each try has bytes of its own: an exchange id is taken once."""
        tries: list[Figure] = []
        while len(tries) < TRIES and not any(figure.within_target for figure in tries):
            data = make()
            hub.forget_peak()
            before, used, begun = hub.memory(), hub.cpu(), monotonic()
            answer = send(data)
            seconds = monotonic() - begun
            tries.append(Figure(group, id, len(data), seconds, hub.cpu() - used, max(hub.peak() - before, 0.0)))
        self._kept.append(min(tries, key=lambda figure: (figure.over, figure.seconds)))
        self._memory[1:] = [hub.memory()]
        return answer

    def rest(self, hub: Hub) -> None:
        """What stays is what is there when the hub has had time to give back."""
        pause(REST_SECONDS)
        self._memory[1:] = [hub.memory()]

    def told(self) -> dict[str, Any]:
        return {"kept": [asdict(figure) for figure in self._kept], "memory": self._memory}

    def take(self, told: dict[str, Any]) -> None:
        """Figures of another process."""
        self._kept += [Figure(**figure) for figure in told["kept"]]
        self._memory = self._memory if self.left(self._memory) > self.left(told["memory"]) else told["memory"]

    @staticmethod
    def left(memory: list[float]) -> float:
        """MiB that stayed."""
        return memory[-1] - memory[0] if memory else 0.0

    def over(self) -> list[str]:
        """What broke a bound, in words."""
        broken = [f"{figure.id}: {figure.seconds:.2f} s, {figure.mib:.0f} MiB" for figure in self._kept if figure.over]
        left = self.left(self._memory)
        return broken + ([f"{left:.0f} MiB stayed after all"] if left > LEFT_MIB else [])

    def lines(self) -> Iterator[str]:
        """The table."""
        if not self._kept:
            return
        yield f"{'attacks':24}{'requests':>9}{'worst s':>9}{'cpu s':>7}{'worst MiB':>11}{'over target':>13}   slowest"
        for group in dict.fromkeys(figure.group for figure in self._kept):
            yield _line(group, [figure for figure in self._kept if figure.group == group])
        yield _line("all", self._kept)
        yield f"target {TARGET_SECONDS} s, {TARGET_MIB:.0f} MiB; bound {BOUND_SECONDS} s, {BOUND_MIB:.0f} MiB a request"
        before, after = self._memory[0], self._memory[-1]
        yield f"resident memory: {before:.0f} MiB before the attacks, {after:.0f} MiB after"
        yield from (f"OVER THE BOUND: {words}" for words in self.over())


def _line(group: str, figures: list[Figure]) -> str:
    slowest = max(figures, key=lambda figure: figure.seconds)
    cpu = max(figure.cpu for figure in figures)
    mib, late = max(figure.mib for figure in figures), sum(not figure.within_target for figure in figures)
    return f"{group:24}{len(figures):9}{slowest.seconds:9.3f}{cpu:7.2f}{mib:11.1f}{late:13}   {slowest.id[:60]}"
