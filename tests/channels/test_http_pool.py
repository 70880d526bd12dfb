from __future__ import annotations

import socket
import threading
import time

import pytest

from adapters import deadline_net
from adapters.http_pool import MAX_REPLY, HttpPool
from interfaces.clock import Deadline, monotonic
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from tests.channels.parts import Talk, free_port, http_reply, raw_peer, read_request

ASK = WireMessage(b"<ask/>", "text/xml")


def call(url: str, seconds: float = 5.0, pool: HttpPool | None = None) -> WireMessage:
    return (pool or HttpPool()).send("POST", url, ASK, Deadline.after(seconds))


def refused(url: str, seconds: float = 5.0) -> Failure:
    with pytest.raises(Failure) as caught:
        call(url, seconds)
    return caught.value


def answering(*chunks: bytes, pause: float = 0.0, forever: bytes = b"") -> Talk:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        for chunk in chunks:
            connection.sendall(chunk)
        while forever:
            connection.sendall(forever)
            time.sleep(pause)

    return talk


def test_bytes_come_back_as_they_were_sent() -> None:
    body = "<答/>".encode("gb18030")
    with raw_peer(answering(http_reply(body, "200 OK", "Content-Type: text/xml; charset=GBK"))) as url:
        reply = call(url)
    assert (reply.body, reply.content_type, reply.headers[":status"]) == (
        body,
        "text/xml; charset=GBK",
        "200",
    )


def test_a_connection_nobody_listens_to_is_unavailable_and_says_why() -> None:
    failure = refused(f"http://127.0.0.1:{free_port()}")
    assert failure.code == "unavailable"
    assert "refused" in failure.message


def test_a_name_that_nobody_knows_is_unavailable() -> None:
    assert refused("http://nobody.invalid:80/").code == "unavailable"


def test_the_next_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline_net, "_addresses", lambda host, port: ["127.0.0.2", "127.0.0.1"])
    with raw_peer(answering(http_reply(b"ok"))) as url:
        assert call(url).body == b"ok"


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"<"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n<\r\n"),
    ],
    ids=["silence", "header drip", "body drip", "chunk drip"],
)
def test_the_deadline_is_total_whatever_the_peer_drips(start: bytes, drip: bytes) -> None:
    release = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(start)
        while not release.wait(0.02):
            connection.sendall(drip)

    began = monotonic()
    with raw_peer(talk) as url:
        failure = refused(url, seconds=0.7)
    release.set()
    assert failure.code == "timeout"
    assert monotonic() - began < 30  # without the clamp it would never end


def test_a_peer_that_never_reads_ends_on_time() -> None:
    release = threading.Event()
    with raw_peer(lambda connection: _ignore(release.wait(20))) as url, pytest.raises(Failure) as caught:
        HttpPool().send("POST", url, WireMessage(b"x" * 16_000_000), Deadline.after(1.5))
    release.set()
    assert caught.value.code == "timeout"


def _ignore(_: object) -> None:
    """What a peer does with a request it never reads."""


def test_a_reply_cut_short_leaves_the_outcome_unknown() -> None:
    with raw_peer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) as url:
        assert refused(url).code == "timeout"


def test_bytes_that_are_not_http_leave_the_outcome_unknown() -> None:
    with raw_peer(answering(b"220 smtp ready\r\n\r\n")) as url:
        assert refused(url).code == "timeout"


def test_an_endless_reply_is_cut_off() -> None:
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    with raw_peer(answering(head, forever=b"x" * 65536)) as url:
        failure = refused(url)
    assert (failure.code, failure.reason) == ("timeout", "reply")
    assert str(MAX_REPLY) in failure.message


def test_a_compressed_reply_is_refused() -> None:
    with raw_peer(answering(http_reply(b"zzz", "200 OK", "Content-Encoding: gzip"))) as url:
        assert refused(url).reason == "reply"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with raw_peer(answering(http_reply(b"", "307 Temporary Redirect", "Location: http://127.0.0.1:1/"))) as url:
        assert call(url).headers[":status"] == "307"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with raw_peer(answering(http_reply(b"ok"))) as url:
        assert call(url).body == b"ok"


def test_a_connection_is_kept_and_used_again() -> None:
    connections: list[int] = []

    def talk(connection: socket.socket) -> None:
        connections.append(1)
        while read_request(connection):
            connection.sendall(http_reply(b"ok"))

    pool = HttpPool()
    with raw_peer(talk) as url:
        assert [call(url, pool=pool).body for _ in range(3)] == [b"ok"] * 3
    assert len(connections) == 1
    pool.close()
    pool.close()


def test_a_kept_connection_that_died_is_replaced_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = HttpPool()
    broken: list[int] = []

    def talk(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(http_reply(b"ok"))

    def send(sock: socket.socket, part: memoryview) -> int:
        if not broken:
            broken.append(1)
            sock.shutdown(socket.SHUT_RDWR)
        return real(sock, part)

    real = deadline_net._send
    with raw_peer(talk) as url:
        call(url, pool=pool)
        monkeypatch.setattr(deadline_net, "_send", send)
        assert call(url, pool=pool).body == b"ok"
    assert broken == [1]


def test_a_request_that_http_cannot_carry_is_invalid_and_never_sent() -> None:
    message = WireMessage(b"", headers={"x-id": "a\r\nInjected: yes"})
    with raw_peer(answering(http_reply(b""))) as url, pytest.raises(Failure) as caught:
        HttpPool().send("POST", url, message, Deadline.after(1))
    assert caught.value.code == "invalid"


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "http://\x00/", "not a url"])
def test_a_malformed_address_is_invalid(address: str) -> None:
    assert refused(address).code == "invalid"


def test_the_failure_tells_the_host_and_keeps_the_path_to_itself() -> None:
    failure = refused(f"http://user:secret@127.0.0.1:{free_port()}/customers/42")
    assert "127.0.0.1" in failure.where
    assert not any(word in str(failure) for word in ("secret", "customers"))
