"""Attack 40, the endless ones of 42, and callers with odd manners: time and connections, over real sockets.

The impatient hub gives a head and a body one second each; nothing here measures time, every wait ends by what the hub
does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hub.demo.hubs import pause
from tests.flow.house import until
from tests.security import bodies
from tests.security.answers import told
from tests.security.bodies import CERT, EXCHANGE, HTTP, SOAP, TMF
from tests.security.hub import INCIDENT, Hub, serving
from tests.security.raw import Wire, ask, request
from tests.security.test_attacks import check_refusal
from tests.security.transport_cases import CHUNKED, CLOSE, HOST, head, honest

LATE = {SOAP: "408 fault Server", EXCHANGE: "200 root 9016", HTTP: "200 root 9016", TMF: "408 tmf invalid"}
MOST = 350
"""Connections at the same time."""
KEPT = {"Content-Type": "text/xml; charset=utf-8", "Connection": "keep-alive"}


def drip(wire: Wire, part: bytes, stop: threading.Event) -> None:
    """A few bytes now and then, for as long as the hub lets us."""
    while not stop.wait(0.1):
        try:
            wire.raw.sendall(part)
        except OSError:
            return


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    limits = f"[limits]\nheader_seconds = 1.0\nbody_seconds = 1.0\nconnections = {MOST}\n"
    with serving(tmp_path_factory.mktemp("impatient"), limits) as served:
        yield served


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_head_that_drips_is_ended(impatient: Hub, stop: threading.Event) -> None:
    with Wire(impatient.port) as wire:
        wire.send(b"POST /soap/order-intake HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        threading.Thread(target=drip, args=(wire, b"X-A: b\r\n", stop), daemon=True).start()
        answer = wire.answer()
        assert told(answer) == "408 problem timeout"
        check_refusal(impatient, answer)
        assert wire.ended()


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"\r\n\r\n\r\n"])
def test_who_says_nothing_is_let_go(impatient: Hub, begun: bytes) -> None:
    with Wire(impatient.port) as wire:
        wire.send(begun)
        assert wire.answer().status == 0


def test_line_ends_that_drip_are_no_head(impatient: Hub, stop: threading.Event) -> None:
    with Wire(impatient.port) as wire:
        threading.Thread(target=drip, args=(wire, b"\r\n", stop), daemon=True).start()
        assert wire.answer().status in (0, 408)
        assert wire.ended()


def test_the_second_head_of_a_connection_is_awaited_no_longer_than_the_first(impatient: Hub) -> None:
    with Wire(impatient.port) as wire:
        wire.send(request(SOAP, honest(), KEPT), b"POST /soap")
        assert told(wire.answer()) == "200 reply"
        assert told(wire.answer()) == "408 problem timeout"
        assert wire.ended()


@pytest.mark.parametrize("begun", [b"", b"<"])
def test_a_body_that_stops_coming_is_answered(impatient: Hub, begun: bytes) -> None:
    """At every door, at the same time: each waits for its own caller."""
    with at_every_door(impatient) as wires:
        for path, wire in wires.items():
            wire.send(head(HOST, "Content-Length: 500", path=path), begun)
        answers = {path: wire.answer() for path, wire in wires.items()}
        assert {path: told(answer) for path, answer in answers.items()} == LATE
        for answer in answers.values():
            check_refusal(impatient, answer)
        assert all(wire.ended() for wire in wires.values())


def test_a_body_that_drips_is_answered(impatient: Hub, stop: threading.Event) -> None:
    with at_every_door(impatient) as wires:
        for path, wire in wires.items():
            wire.send(head(HOST, CHUNKED, path=path))
            threading.Thread(target=drip, args=(wire, b"1\r\n \r\n", stop), daemon=True).start()
        assert {path: told(wire.answer()) for path, wire in wires.items()} == LATE
        assert all(wire.ended() for wire in wires.values())


@contextmanager
def at_every_door(hub: Hub) -> Iterator[dict[str, Wire]]:
    """A connection for each path of LATE."""
    with ExitStack() as stack:
        yield {path: stack.enter_context(Wire(hub.port)) for path in LATE}


def test_hundreds_of_slow_callers_keep_nobody_waiting(impatient: Hub) -> None:
    wires = [Wire(impatient.port) for _ in range(300)]
    try:
        for number, wire in enumerate(wires):
            wire.send(head(HOST, "Content-Length: 500") if number % 2 else b"POST /soap/order-intake HTTP/1.1\r\nHost")
        assert told(ask(impatient.port, request(SOAP, honest(), {"Content-Type": "text/xml"}))) == "200 reply"
        assert all(wire.answer().status == 408 for wire in wires)
    finally:
        for wire in wires:
            wire.close()


def test_more_connections_than_allowed_are_told_so_until_others_end(impatient: Hub) -> None:
    until(lambda: told(ask(impatient.port, request("/healthz", method="GET"))), lambda said: said == "200 json")
    wires = [Wire(impatient.port) for _ in range(MOST)]
    try:
        with Wire(impatient.port) as one_more:
            answer = one_more.answer()
        assert told(answer) == "503 problem unavailable"
        until(
            lambda: told(ask(impatient.port, request(SOAP, honest(), {"Content-Type": "text/xml"}))), "200 reply".__eq__
        )
        check_refusal(impatient, answer)
    finally:
        for wire in wires:
            wire.close()


def test_files_are_no_tighter_than_the_system_has_them(hub: Hub) -> None:
    (line,) = [
        line for line in Path(f"/proc/{hub.process.pid}/limits").read_text().splitlines() if "open files" in line
    ]
    soft, hard = line.split()[3:5]
    assert soft == hard


@pytest.mark.parametrize("path", [SOAP, HTTP, TMF])
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_an_endless_body_is_answered_and_cut_off(hub: Hub, path: str, connection: str) -> None:
    """Whoever goes on sending can read why he was refused; and is not listened to for ever."""
    with Wire(hub.port) as wire:
        wire.send(head(HOST, f"Connection: {connection}", CHUNKED, path=path))
        ended = threading.Event()

        def flood() -> None:
            part = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
            try:
                while True:
                    wire.raw.sendall(part)
            except OSError:
                ended.set()

        threading.Thread(target=flood, daemon=True).start()
        assert told(wire.answer()) in ("413 fault Client", "200 root 9043", "413 tmf too_large")
        assert ended.wait(30), "the hub has closed the connection"


def test_a_refused_body_may_be_sent_to_its_end_and_the_connection_used_again(hub: Hub) -> None:
    with Wire(hub.port) as wire:
        wire.send(request(SOAP, b" " * (3 << 20), KEPT))
        assert told(wire.answer()) == "413 fault Client"
        wire.send(request(SOAP, honest(), KEPT))
        assert told(wire.answer()) == "200 reply"


@pytest.mark.parametrize("path", [SOAP, EXCHANGE, HTTP, TMF])
def test_who_ends_his_side_after_the_request_is_answered(hub: Hub, path: str) -> None:
    kind = "application/json" if path == TMF else "text/xml"
    with Wire(hub.port) as wire:
        wire.send(request(path, honest(path), {"Content-Type": kind, "Connection": "keep-alive"}))
        wire.end()
        assert told(wire.answer())[:2] == "20"
        assert wire.ended()


def test_who_ends_his_side_within_the_request_is_let_go(hub: Hub) -> None:
    with Wire(hub.port) as wire:
        wire.send(head(HOST, "Content-Length: 500"), b"<a")
        wire.end()
        assert wire.answer().status == 0


def test_who_hangs_up_leaves_the_hub_as_it_was(hub: Hub) -> None:
    for cut in (10, 60, 200, len(request(SOAP, honest()))):
        with Wire(hub.port) as wire:
            wire.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # reset
            wire.send(request(SOAP, honest(), KEPT)[:cut])
    assert told(ask(hub.port, request(SOAP, honest(), {"Content-Type": "text/xml"}))) == "200 reply"
    assert "Traceback" not in hub.log()


def test_expect_continue_is_told_to_go_on(hub: Hub) -> None:
    body = honest()
    with Wire(hub.port) as wire:
        wire.send(head(HOST, CLOSE, f"Content-Length: {len(body)}", "Expect: 100-continue"))
        assert wire.raw.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(body)
        assert told(wire.answer()) == "200 reply"


def test_expect_continue_is_refused_before_the_body_is_sent(hub: Hub) -> None:
    with Wire(hub.port) as wire:
        wire.send(head(HOST, CLOSE, f"Content-Length: {50 << 20}", "Expect: 100-continue"))
        assert told(wire.answer()) == "413 fault Client"


def test_a_body_cut_into_single_bytes_is_put_together(hub: Hub) -> None:
    data = request(SOAP, bodies.soap(bodies.query()).encode(), {"Content-Type": "text/xml"})
    with Wire(hub.port) as wire:
        wire.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(len(data)):
            wire.send(data[number : number + 1])
            if number % 100 == 0:
                pause(0.01)  # so that they come one by one, and not all together
        assert told(wire.answer()) == "200 reply"


def test_a_query_of_an_attacker_is_in_no_log_line(hub: Hub) -> None:
    answer = ask(hub.port, f"GET /{CERT}\r\n\x1b[31m HTTP/1.1\r\nX: {CERT}\0\r\n\r\n".encode())
    (incident,) = set(INCIDENT.findall(answer.text))
    (line,) = [line for line in hub.log().splitlines() if incident in line]
    assert "request refused" in line
    assert CERT not in hub.log()
    assert "\x1b" not in hub.log()
