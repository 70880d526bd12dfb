"""The demo's port: the one asked for, 0 for any free one."""

from hub.cli.demo import _port


def test_the_port_asked_for_is_taken() -> None:
    assert _port(18080) == 18080


def test_port_0_takes_a_free_one() -> None:
    assert 0 < _port(0) < 65536
