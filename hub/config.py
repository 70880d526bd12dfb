"""Configuration: flag > ``MBOSS_*`` (``__`` nests) > mboss.toml > the defaults here.

``load(data=..., port=...)`` is the only way in. What can be wrong is wrong here, in one Failure naming every
fault; ``mboss check`` prints it. Secrets never stand in the file: a value is ``env:NAME`` or ``file:PATH``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hub.secrets import open_secret, refuse_literals
from hub.store.urls import database_url, in_schema
from interfaces.amqp_address import parse
from interfaces.channel import Peer
from interfaces.codec.limits import Limits as DocumentLimits
from interfaces.failure import Failure

DEFAULT_DATA: Final = Path("mboss-data")
FILE: Final = "mboss.toml"
FIELDS_OF_A_PEER: Final = (
    "url", "channel", "spec", "auth", "amqp", "table",
    "file", "password", "key", "known_hosts", "fingerprint", "queues",
)  # fmt: skip


def _peers(value: object) -> object:
    """``{code: {url, ...}}`` -> ``{CODE: Peer}``; from the environment codes come in lower case, ``_`` for ``-``."""
    if not isinstance(value, Mapping):
        raise ValueError("expected a table [peers.CODE]")
    merged: dict[str, dict[str, str]] = {}
    for code, entry in value.items():
        if isinstance(entry, Peer):
            return value
        merged.setdefault(str(code).upper().replace("_", "-"), {}).update(_fields(str(code), entry))
    return {code: _peer(code, fields) for code, fields in merged.items()}


def _fields(code: str, entry: object) -> dict[str, str]:
    if not isinstance(entry, Mapping):
        raise ValueError(f"peers.{code}: expected a table with url")
    unknown = sorted(set(entry) - set(FIELDS_OF_A_PEER))
    if unknown:
        raise ValueError(f"peers.{code}: unknown {', '.join(unknown)}; known: {', '.join(FIELDS_OF_A_PEER)}")
    return {key: str(value) for key, value in entry.items()}


def _peer(code: str, fields: Mapping[str, str]) -> Peer:
    refuse_literals(f"peers.{code}", fields)
    options = {key: open_secret(value) for key, value in fields.items() if key != "url"}
    return Peer(code, fields.get("url", ""), options)


def _address(host: str) -> str:
    try:
        return host if host == "localhost" else str(ip_address(host))
    except ValueError:
        raise ValueError(f"{host!r} is not an address of this machine; use 127.0.0.1") from None


def _guarded(security: Security, known: ValidationInfo) -> Security:
    """Who is not asked who he is must be on this machine."""
    host = known.data.get("host", "localhost")
    if security.authentication == "off" and host != "localhost" and not ip_address(host).is_loopback:
        raise ValueError(
            f"{host} is reachable from outside, so callers must be authenticated: "
            'set [security] authentication = "on" (MBOSS_SECURITY__AUTHENTICATION), or listen on 127.0.0.1'
        )
    return security


def _database(url: str) -> str:
    refuse_literals("db", {"db": url})
    return database_url(open_secret(url))


def _broker(address: str) -> str:
    refuse_literals("amqp", {"amqp": address})
    address = open_secret(address)
    try:
        parse(address)
    except Failure as failure:
        raise ValueError(f"{failure.message}; {failure.advice}") from None
    return address


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Part):
    """What outside requests may cost; more is refused with 413, 431 (header), 408 (slow) or 503 (connections).

    connections                   open at the same time, in one process
    body_bytes, header_bytes      largest body; largest head (request line and all headers)
    headers                       most headers
    body_seconds, header_seconds  real time that a sender may take for all of it
    depth                         nested elements, objects and arrays
    elements, values              XML elements of a document; JSON members and elements
    attributes, namespaces        attributes of one element; different namespaces of one document
    text                          characters of one text or attribute
    """

    connections: Annotated[int, Field(ge=10)] = 2000
    body_bytes: Annotated[int, Field(ge=1024)] = 1 << 20
    header_bytes: Annotated[int, Field(ge=1024, le=1 << 20)] = 32 << 10
    headers: Annotated[int, Field(ge=10, le=1000)] = 100
    body_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    header_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    depth: Annotated[int, Field(ge=8, le=200)] = 64
    elements: Annotated[int, Field(ge=100)] = 20_000
    attributes: Annotated[int, Field(ge=8)] = 64
    namespaces: Annotated[int, Field(ge=8)] = 256
    text: Annotated[int, Field(ge=1024)] = 64 << 10
    values: Annotated[int, Field(ge=100)] = 50_000

    def of_document(self) -> DocumentLimits:
        """The part of them that holds for documents, whatever carried them."""
        names = ("depth", "elements", "attributes", "namespaces", "text", "values")
        return DocumentLimits(self.body_bytes, **{name: getattr(self, name) for name in names})


class Security(_Part):
    """Who is asked who he is.

    authentication  ``on``: partners by subscription, people by login; ``off``: nobody, and only this machine may call
    """

    authentication: Literal["on", "off"] = "off"


class WorkerSettings(_Part):
    """How tasks are worked. When a failure is repeated is data: tables/failure_policy.yaml.

    threads  calls open at one peer at the same time
    batch    tasks claimed in one go
    lease    seconds (real time) after which another process may take a task over; longer than any operation's timeout.
             Of a process of this machine and data folder that has died, at once (hub/presence.py)
    """

    threads: Annotated[int, Field(ge=1, le=256)] = 8
    batch: Annotated[int, Field(ge=1, le=1000)] = 64
    lease: Annotated[float, Field(gt=0)] = 30.0


class Config(BaseSettings):
    """The hub's configuration, read only.

    data        folder of everything the hub writes
    host, port  where it listens; port 0 = any free one
    public_url  how peers reach it: the address in every WSDL it serves
    db          the store: ``sqlite:////path/hub.db``, or ``postgresql://user@host:5432/name`` for several hub
                processes; a password comes from ``env:NAME``, ``file:PATH`` (of the whole URL), PGPASSWORD or ~/.pgpass
    db_schema   PostgreSQL schema of the hub's tables; those of the CRM core are in ``<db_schema>_crm``
    amqp        broker of AMQP peers: ``amqp+file:///path/queue.db`` (embedded), or RabbitMQ's address
                (interfaces/amqp_address.py); one with a password is ``env:NAME`` or ``file:PATH`` of the whole of it
    profile     topology bindings to begin with: hub/profiles/<profile>.yaml
    peers       ``[peers.RM] url, channel, spec, auth``; ``amqp``, ``table`` and ``file`` where a peer has its own;
                ``password``, ``key``, ``known_hosts``, ``fingerprint`` of an SFTP peer; ``queues``: what stands
                before every queue name of one of several instances that share a broker, ``bill-phs.``
    """

    model_config = SettingsConfigDict(
        env_prefix="MBOSS_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        DEFAULT_DATA, validate_default=True
    )
    host: Annotated[str, AfterValidator(_address)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = Field(default_factory=lambda known: _url(known["host"], known["port"]))
    db: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda known: f"sqlite:///{known['data']}/hub.db"
    )
    db_schema: str = Field("mboss", pattern=r"^[a-z][a-z0-9_]{0,40}$")
    amqp: Annotated[str, AfterValidator(_broker)] = Field(
        default_factory=lambda known: f"amqp+file://{quote(str(known['data']))}/amqp.db"
    )
    profile: str = Field("first-day", pattern=r"^[a-z0-9][a-z0-9-]*$")
    limits: Limits = Limits()
    security: Annotated[Security, AfterValidator(_guarded)] = Field(Security(), validate_default=True)
    worker: WorkerSettings = WorkerSettings()
    peers: Annotated[dict[str, Peer], BeforeValidator(_peers)] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = init_settings().get("data") or os.environ.get("MBOSS_DATA") or DEFAULT_DATA
        file = config_file(Path(folder))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file or Path(os.devnull))

    def peer(self, code: str, kind: str, interface: str = "") -> Peer:
        """Where ``code`` is reached over transport ``kind`` (soap, rest, amqp, table, file, local).

        A SOAP url without a path is the base of a system that serves each interface at ``/<interface id>``, as
        the hub itself does. Files of a peer without a folder of its own lie in DATA/exchange/<code>. The address is
        "" when the configuration does not tell.
        """
        known = self.peers.get(code, Peer(code, ""))
        own = {
            "soap": _endpoint(known.address, interface),
            "amqp": known.options.get("amqp") or self.amqp,
            "table": known.options.get("table") or known.address,
            "file": known.options.get("file") or _folder(known.address) or self._exchange(code),
            "local": known.address or self._beside(code.lower()),
        }
        # files: where all hub processes together keep what was sent and taken, and where what is in hand lies
        shared = {"ledger": self._beside("files"), "work": str(self.data / "files")} if kind == "file" else {}
        options = {**known.options, **shared}
        return Peer(code, own.get(kind, known.address), options)

    def _exchange(self, code: str) -> str:
        return (self.data / "exchange" / code.lower()).as_uri()

    @property
    def store(self) -> str:
        """Where the store's tables are: ``db``, on PostgreSQL in ``db_schema``."""
        return in_schema(self.db, self.db_schema)

    def _beside(self, name: str) -> str:
        """The database of a peer in this process: a file of its own, on PostgreSQL a schema that all hubs share."""
        file = f"sqlite:///{self.data}/{name}.db"
        return file if self.db.startswith("sqlite") else in_schema(self.db, f"{self.db_schema}_{name}")


def _folder(url: str) -> str:
    return url if urlsplit(url).scheme in ("file", "sftp") else ""


def _endpoint(url: str, interface: str) -> str:
    return f"{url.rstrip('/')}/{interface}" if url and urlsplit(url).path in ("", "/") else url


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def config_file(data: Path) -> Path | None:
    """DATA/mboss.toml, else ./mboss.toml, else None."""
    return next((file for file in (data / FILE, Path(FILE)) if file.is_file()), None)


def load(data: Path | str | None = None, **flags: Any) -> Config:
    """The configuration in force; a flag that is None was not given.

    Raises Failure(invalid) that names every fault.
    """
    given = {name: value for name, value in {"data": data, **flags}.items() if value is not None}
    try:
        return Config(**given)
    except ValidationError as error:
        raise _refused("the configuration is not usable", _faults(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise _refused(f"{FILE} is not TOML: {error}", []) from None


def _faults(error: ValidationError) -> list[dict[str, str]]:
    """One fault per value; what only follows from another fault is left out."""
    return [
        {"path": ".".join(map(str, fault["loc"])), "message": fault["msg"].removeprefix("Value error, ")}
        for fault in error.errors()
        if fault["type"] != "default_factory_not_called"
    ]


def _refused(message: str, faults: list[dict[str, str]]) -> Failure:
    return Failure(
        "invalid",
        message,
        where=f"flags, MBOSS_* and {FILE}",
        advice="correct the values named and run mboss check",
        errors=faults,
    )
