"""spec.yaml -> InterfaceSpec. All faults are told at once, with file, line, path and what is allowed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs

from interfaces.failure import Failure
from interfaces.spec.checked import line_of, read_checked
from interfaces.spec.code_table import table_codes
from interfaces.spec.model import (
    CodeList,
    ErrorRow,
    ErrorTable,
    InterfaceSpec,
    Operation,
    Route,
    Row,
    Side,
    Sla,
    Transport,
)
from interfaces.spec.yaml_lines import Lines, Place

SPEC_FILE = "spec.yaml"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of spec.yaml (draft 2020-12)."""
    text = resources.files("interfaces.spec").joinpath("schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _quick() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def load_spec(path: Path | str) -> InterfaceSpec:
    """One spec from its file or its folder.

    Raises Failure(invalid) with one ``errors`` entry per fault, Failure(not_found) without such a file.
    """
    file = Path(path) / SPEC_FILE if Path(path).is_dir() else Path(path)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Failure("not_found", "there is no such spec", where=str(file), advice=f"name a {SPEC_FILE} or its folder")
    except (UnicodeDecodeError, OSError) as error:
        raise Failure(
            "invalid", "the spec cannot be read as UTF-8 text", where=str(file), reason="structure"
        ) from error
    return parse_spec(text, file)


def load_folder(path: Path | str) -> tuple[InterfaceSpec, ...]:
    """Every spec below a folder, sorted by path."""
    return tuple(load_spec(file) for file in sorted(Path(path).rglob(SPEC_FILE)))


def parse_spec(text: str, file: Path) -> InterfaceSpec:
    """A spec from its text; ``file`` names it in errors and its folder holds the contract."""
    data, lines = read_checked(text, str(file), schema(), "spec", _quick().is_valid)
    return _Filler(data, lines, file).spec()


def seconds(text: str) -> float:
    """``"5s"`` -> 5.0; units ms, s, m, h, d."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)", text)
    if match is None:
        raise ValueError(f"not a duration: {text!r}")
    return float(match[1]) * _SECONDS[match[2]]


class _Filler:
    """Fills the records from data that the schema has passed."""

    def __init__(self, data: dict[str, Any], lines: Lines, file: Path) -> None:
        self.meta: dict[str, Any] = data["metadata"]
        self.body: dict[str, Any] = data["spec"]
        self.lines = lines
        self.file = file

    def spec(self) -> InterfaceSpec:
        transport = self.transport()
        codes = {name: _code_list(name, data, self.file) for name, data in self.body.get("codeLists", {}).items()}
        return InterfaceSpec(
            **{k: self.meta[k] for k in ("id", "version", "system", "title", "owner", "lifecycle")},
            direction=self.body["direction"],
            transport=transport,
            operations={name: self.operation(name, op) for name, op in self.body["operations"].items()},
            code_lists=codes,
            masked=tuple(self.body.get("masked", ())),
            recycled_numbers=self.body.get("recycledNumbers", False),
            examples=tuple(self.body.get("examples", ())),
            sunset=self.meta.get("sunset", ""),
            sla=_sla(self.body.get("sla", {})),
            mock_delay=seconds(self.body.get("mock", {}).get("delay", "0s")),
            folder=self.file.parent,
            file=str(self.file),
            hash=_hash(self._contract_files(transport.contract), (self.meta, self.body), codes.values()),
        )

    def _contract_files(self, contract: str) -> dict[str, Path]:
        """Name -> file of what messages are checked by: all that lies beside a contract, which may take it in; without
        one the schemas that messages name."""
        folder = self.file.parent
        if contract:
            found = [path for path in folder.rglob("*") if path.suffix in _CONTRACT_FILES and path.name != SPEC_FILE]
        else:
            sides = [op.get(side, {}) for op in self.body["operations"].values() for side in ("request", "reply")]
            found = [folder / side["wire"] for side in sides if str(side.get("wire", "")).endswith(".json")]
        return {path.relative_to(folder).as_posix(): path for path in sorted(found) if path.is_file()}

    def transport(self) -> Transport:
        data = self.body["transport"]
        return Transport(
            kind=data["kind"],
            envelope=data["envelope"],
            contract=data.get("contract", ""),
            encoding=data.get("encoding", "utf-8"),
            settings=data.get("settings", {}),
        )

    def operation(self, name: str, data: dict[str, Any]) -> Operation:
        place: Place = ("spec", "operations", name)
        timing = data.get("timing", {})
        return Operation(
            name=name,
            pattern=data["pattern"],
            request=self.side(data["request"], (*place, "request")),
            reply=self.side(data["reply"], (*place, "reply")) if "reply" in data else None,
            role=data.get("role"),
            route=_route(name, data.get("route")),
            wire=data.get("wire", {}),
            timeout=seconds(timing.get("timeout", "10s")),
            reply_within=seconds(timing.get("reply", "1d")),
            reply_clock=timing.get("clock", "business"),
            timed=frozenset(timing),
            idempotent=data.get("idempotent", False),
            probe=data.get("probe", ""),
            correlate=data.get("correlate", ""),
            final=tuple(data.get("final", ())),
            volatile=tuple(data.get("volatile", ())),
            errors=_errors({**self.body.get("errors", {}), **data.get("errors", {})}),
            line=line_of(self.lines, place),
        )

    def side(self, data: dict[str, Any], place: Place) -> Side:
        mapping = data["mapping"]
        rows = None if mapping == "canonical" else self.rows(mapping, (*place, "mapping"))
        return Side(type=data["type"], wire=data.get("wire", ""), mapping=rows)

    def rows(self, data: list[list[Any]], place: Place) -> tuple[Row, ...]:
        return tuple(self.row(i, cells, (*place, i)) for i, cells in enumerate(data))

    def row(self, index: int, cells: list[Any], place: Place) -> Row:
        options: dict[str, Any] = {}
        inner: tuple[Row, ...] = ()
        for i, cell in enumerate(cells[2:], start=2):
            options |= {name: value for name, value in cell.items() if name != "each"}
            if "each" in cell:
                inner = self.rows(cell["each"], (*place, i, "each"))
        return Row(index + 1, cells[0], cells[1], options, inner, line_of(self.lines, place))


def _route(operation: str, data: Mapping[str, str] | None) -> Route | None:
    return Route(data["function"], data.get("operation", operation)) if data else None


def _sla(data: Mapping[str, Any]) -> Sla:
    p95, reply = (seconds(data[name]) if name in data else None for name in ("p95", "replyP95"))
    return Sla(data.get("availability"), p95, reply, data.get("window", ""), data.get("volume", ""))


def _code_list(name: str, data: dict[str, Any], file: Path) -> CodeList:
    if isinstance(data.get("codes"), dict):
        return CodeList(name, data["codes"], data.get("lossy", ""), data.get("also", {}))
    if {"file", "canonical", "wire"} <= data.keys():
        return CodeList(name, table_codes(file.parent, data), data.get("lossy", ""), data.get("also", {}))
    return CodeList(name, data)


def _errors(data: Mapping[str, Any]) -> ErrorTable:
    result = data.get("result", {})
    return ErrorTable(
        exchange=_error_rows(data.get("exchange", ())),
        code_path=result.get("code", ""),
        message_path=result.get("message", ""),
        ok=tuple(result.get("ok", ("0",))),
        business=_error_rows(data.get("business", ())),
    )


def _error_rows(rows: Any) -> tuple[ErrorRow, ...]:
    return tuple(ErrorRow(row["match"], row["code"], row.get("note", "")) for row in rows)


_CONTRACT_FILES = frozenset({".wsdl", ".xsd", ".json", ".yaml", ".yml"})


def _hash(files: Mapping[str, Path], data: Any, codes: Iterable[CodeList]) -> str:
    """sha256 over the spec's meaning, its code tables, and the files that its messages are checked by."""
    meaning = [*data, [[c.name, dict(c.codes)] for c in codes]]
    digest = hashlib.sha256(json.dumps(meaning, sort_keys=True, ensure_ascii=False).encode())
    for name, file in files.items():
        digest.update(name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
