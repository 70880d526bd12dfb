"""OpenAPI and AsyncAPI documents, told apart by their first key, read, and proved with made-up documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interfaces.canonical.validation import FastValidator
from interfaces.contract import asyncapi, openapi
from interfaces.contract.api_files import SUFFIXES, Files
from interfaces.contract.api_operation import Api
from interfaces.contract.json_sample import JsonSample
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure

VERSIONS = {"swagger": ("2",), "openapi": ("3",), "asyncapi": ("2", "3")}
"""first key -> main versions that are read."""
READERS = {"swagger": openapi.read, "openapi": openapi.read, "asyncapi": asyncapi.read}


def open_api(path: Path, root: Path | None = None) -> Files | None:
    """The files of an OpenAPI or AsyncAPI document; None when it is JSON or YAML of another kind.

    Failure(invalid | too_large | not_found) when it cannot be read, or is of a version that is not.
    """
    if path.suffix.lower() not in SUFFIXES:
        return None
    files = Files(path, root or path.parent)
    data = files.main.data
    kind = next((key for key in VERSIONS if isinstance(data, Mapping) and key in data), None)
    if kind is None:
        return None
    version = str(data[kind]).strip()
    if version.partition(".")[0] not in VERSIONS[kind]:
        known = " or ".join(f"{main}.x" for main in VERSIONS[kind])
        what = f"{kind} {version[:20]} is not read, {known} is"
        raise Failure("invalid", what, where=str(path), reason="structure")
    return files


def read_api(files: Files) -> Api:
    """What the document says."""
    return READERS[next(key for key in READERS if key in files.main.data)](files)


def proof(schema: Mapping[str, Any]) -> str:
    """ "" when a made-up document is valid, else why not; NoSample when none can be made; Failure for a bad schema."""
    try:
        validator = FastValidator(schema)
    except ValueError as error:
        raise Failure("invalid", f"its schema cannot be compiled: {str(error)[:200]}") from error
    made = JsonSample(schema).make()
    faults = validator.check(made)
    return (
        f"a made-up document is refused at {faults[0]['path'] or 'the top'}: {faults[0]['message']}" if faults else ""
    )


def untested(schema: Mapping[str, Any]) -> str:
    """Why no valid document was made, "" when one was; Failure for a schema that cannot be compiled."""
    try:
        return proof(schema)
    except NoSample as reason:
        return str(reason)
