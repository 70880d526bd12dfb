"""One SSH connection with a total deadline, to a host whose key is known."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import paramiko

from interfaces.clock import Deadline
from interfaces.failure import Failure

_KEYS = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class TimedOut(OSError):
    """The deadline has passed."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where, who, and how each side knows the other. Secrets are never shown."""

    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    key: paramiko.PKey | None = field(default=None, repr=False)
    known: paramiko.HostKeys | None = field(default=None, repr=False)
    fingerprint: str = ""

    @classmethod
    def of(cls, address: str, options: Mapping[str, str]) -> Login:
        """From ``sftp://user@host:port/path`` and a peer's options; Failure(invalid) names what is missing."""
        parts = urlsplit(address)
        if not parts.hostname or not parts.username or parts.password:
            raise _wrong("the address must be sftp://user@host:port/path, without a password")
        fingerprint, known = options.get("fingerprint", ""), options.get("known_hosts", "")
        if not fingerprint and not known:
            raise _wrong("it is not said how to know the host: set known_hosts (a file) or fingerprint (SHA256:...)")
        if not options.get("password") and not options.get("key"):
            raise _wrong("it is not said how to log in: set password or key, as env:NAME or file:PATH")
        return cls(
            parts.hostname,
            parts.port or 22,
            unquote(parts.username),
            options.get("password", ""),
            _private_key(options["key"]) if options.get("key") else None,
            _known_hosts(known) if known else None,
            fingerprint,
        )

    def trusts(self, key: paramiko.PKey) -> bool:
        if self.fingerprint:
            digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
            return hmac.compare_digest(f"SHA256:{digest}", self.fingerprint.rstrip("="))
        name = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        return self.known is not None and self.known.check(name, key)

    def unavailable(self, error: BaseException) -> Failure:
        reason = "the time ran out" if isinstance(error, TimeoutError | TimedOut) else type(error).__name__
        return Failure(
            "unavailable",
            f"the SFTP server cannot be used: {reason}",
            where=f"{self.host}:{self.port}",
            advice="see that the server is up, and that the user may write into the folder",
        )

    def refused(self, what: str, advice: str) -> Failure:
        return Failure("unauthenticated", what, where=f"{self.host}:{self.port}", advice=advice)


class Connection:
    """``client`` works until the deadline given last."""

    def __init__(self, login: Login, deadline: Deadline) -> None:
        if deadline.passed:
            raise login.unavailable(TimeoutError())
        self._transport: paramiko.Transport | None = None
        try:
            sock = socket.create_connection((login.host, login.port), timeout=deadline.left())
            self._transport = paramiko.Transport(sock)
            with _ending(self._transport, deadline):
                self._shake_hands(self._transport, login, deadline)
                channel = self._transport.open_session(timeout=deadline.left())
                channel.invoke_subsystem("sftp")
                self._clamp = _Clamp(channel, deadline)
                self.client = paramiko.SFTPClient(self._clamp)  # type: ignore[arg-type]
        except Failure:
            self.close()
            raise
        except paramiko.AuthenticationException:
            self.close()
            raise login.refused(
                f"the SFTP server does not let {login.user} in", "correct user, password or key of the peer"
            ) from None
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.close()
            raise login.unavailable(TimeoutError() if deadline.passed else error) from error

    def _shake_hands(self, transport: paramiko.Transport, login: Login, deadline: Deadline) -> None:
        transport.banner_timeout = transport.auth_timeout = max(deadline.left(), 0.001)
        transport.start_client(timeout=deadline.left())
        if not login.trusts(transport.get_remote_server_key()):
            raise login.refused(
                "the SFTP server has another host key than the agreed one",
                "ask its operator; then correct known_hosts or fingerprint of the peer",
            )
        if login.key is not None:
            transport.auth_publickey(login.user, login.key)
        else:
            transport.auth_password(login.user, login.password)

    @property
    def alive(self) -> bool:
        return self._transport is not None and self._transport.is_active()

    def until(self, deadline: Deadline) -> None:
        self._clamp.deadline = deadline

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Clamp:
    """What paramiko's client reads and writes: each step has the time that is left in all."""

    def __init__(self, channel: paramiko.Channel, deadline: Deadline) -> None:
        self._channel = channel
        self.deadline = deadline

    def recv(self, size: int) -> bytes:
        return self._clamped().recv(size)

    def send(self, data: bytes) -> int:
        return self._clamped().send(data)

    def get_name(self) -> str:
        return self._channel.get_name()

    def close(self) -> None:
        self._channel.close()

    def _clamped(self) -> paramiko.Channel:
        left = self.deadline.left()
        if left <= 0:
            raise TimedOut("no time is left")
        self._channel.settimeout(left)
        return self._channel


@contextmanager
def _ending(transport: paramiko.Transport, deadline: Deadline) -> Iterator[None]:
    """Some of paramiko's waits know no time-out; closing the transport ends them all."""
    timer = threading.Timer(deadline.left(), transport.close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _private_key(text: str) -> paramiko.PKey:
    for kind in _KEYS:
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise _wrong("key is no private key in OpenSSH or PEM form, or it has a passphrase")


def _known_hosts(path: str) -> paramiko.HostKeys:
    try:
        return paramiko.HostKeys(path)
    except (OSError, paramiko.SSHException) as error:
        raise _wrong(f"known_hosts cannot be read: {type(error).__name__}") from error


def _wrong(what: str) -> Failure:
    return Failure(
        "invalid", what, where="a file peer with an sftp:// address", advice="correct [peers.X] in mboss.toml"
    )
