from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import create_server, socket

import paramiko
import pytest

from adapters.folders import Folder, open_folder
from interfaces.clock import Deadline, monotonic
from interfaces.failure import Failure
from tests.conformance.folder_suite import FolderSuite, code, put, soon
from tests.folders.sftp_server import PASSWORD, USER, SftpServer, sftp_server


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "exchange"
    place.mkdir()
    return place


@pytest.fixture
def server(place: Path, host_key: paramiko.PKey, client_key: paramiko.PKey) -> Iterator[SftpServer]:
    with sftp_server(place, host_key, client_key) as server:
        yield server


@pytest.fixture
def folder(server: SftpServer, tmp_path: Path) -> Iterator[Folder]:
    folder = open_folder(server.address, {"password": PASSWORD, "known_hosts": server.known_hosts(tmp_path / "known")})
    yield folder
    folder.close()


class TestSftp(FolderSuite):
    pass


def test_a_fingerprint_and_a_private_key_do_as_well(server: SftpServer, client_key: paramiko.ECDSAKey) -> None:
    text = io.StringIO()
    client_key.write_private_key(text)
    folder = open_folder(server.address, {"key": text.getvalue(), "fingerprint": server.host_key.fingerprint})
    put(folder, "a.txt")
    assert [entry.name for entry in folder.list(".", soon())] == ["a.txt"]
    folder.close()


def test_a_host_with_another_key_is_told_no_password(server: SftpServer, place: Path) -> None:
    other = paramiko.ECDSAKey.generate()
    folder = open_folder(server.address, {"password": PASSWORD, "fingerprint": other.fingerprint})
    with pytest.raises(Failure, match="host key") as caught:
        put(folder, "a.txt")
    assert caught.value.code == "unauthenticated"
    assert list(place.iterdir()) == []


def test_a_host_nobody_knows_is_not_trusted_at_first_sight(server: SftpServer, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    folder = open_folder(server.address, {"password": PASSWORD, "known_hosts": str(tmp_path / "empty")})
    assert code(lambda: put(folder, "a.txt")) == "unauthenticated"


def test_a_wrong_password_is_told_without_it(server: SftpServer) -> None:
    folder = open_folder(server.address, {"password": "wrong-word", "fingerprint": server.host_key.fingerprint})
    with pytest.raises(Failure) as caught:
        put(folder, "a.txt")
    assert caught.value.code == "unauthenticated"
    assert "wrong-word" not in f"{caught.value}{caught.value.to_json()}"


@pytest.mark.parametrize(
    ("address", "options", "said"),
    [
        (f"sftp://{USER}@h/x", {"password": "p"}, "know the host"),
        (f"sftp://{USER}@h/x", {"fingerprint": "SHA256:x"}, "log in"),
        ("sftp://h/x", {"password": "p", "fingerprint": "SHA256:x"}, "user@host"),
        (f"sftp://{USER}:p@h/x", {"password": "p", "fingerprint": "SHA256:x"}, "without a password"),
        (f"sftp://{USER}@h/x", {"key": "no key", "fingerprint": "SHA256:x"}, "private key"),
        (f"sftp://{USER}@h/x", {"password": "p", "known_hosts": "/nowhere/known"}, "known_hosts"),
    ],
)
def test_what_is_not_configured_is_named_before_anything_is_dialled(
    address: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises(Failure, match=said) as caught:
        open_folder(address, options)
    assert caught.value.code == "invalid"


def test_a_server_that_says_nothing_ends_with_the_deadline(server: SftpServer) -> None:
    release = threading.Event()
    held: list[socket] = []
    with create_server(("127.0.0.1", 0)) as silent:
        threading.Thread(target=lambda: held.append(silent.accept()[0]), daemon=True).start()
        address = f"sftp://{USER}@127.0.0.1:{silent.getsockname()[1]}/"
        folder = open_folder(address, {"password": "p", "fingerprint": "SHA256:x"})
        began = monotonic()
        with pytest.raises(Failure) as caught:
            folder.put("a.txt", io.BytesIO(b"x"), Deadline.after(0.5))
        assert caught.value.code == "unavailable"
        assert monotonic() - began < 30  # only that it ends
    release.set()
    for one in held:
        one.close()


def test_after_a_restart_of_the_server_the_next_job_connects_again(folder: Folder, server: SftpServer) -> None:
    put(folder, "a.txt")
    server.drop()
    told = [failed for _ in range(2) if (failed := _failure_of(lambda: put(folder, "b.txt")))]
    assert told in ([], ["unavailable"], ["conflict"]), "at most one job met the dead connection"
    assert [entry.name for entry in folder.list(".", soon())] == ["a.txt", "b.txt"]


def _failure_of(call: Callable[[], None]) -> str:
    try:
        call()
    except Failure as failure:
        return failure.code
    return ""
