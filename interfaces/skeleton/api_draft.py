"""From an OpenAPI or AsyncAPI document to the files of a spec."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interfaces.contract.api import read_api, untested
from interfaces.contract.api_files import Files
from interfaces.contract.api_operation import Api, ApiOperation
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure
from interfaces.skeleton.json_rows import json_side
from interfaces.skeleton.parts import Draft, Options, canonical_name, finished, slug
from interfaces.skeleton.rows import Side
from interfaces.skeleton.text import DraftOperation, DraftSpec


def draft_api(files: Files, options: Options) -> Draft:
    """The files of a spec; Failure(invalid) when no operation can be drafted."""
    api = read_api(files)
    main, bodies = _contract_files(files)
    operations, schemas, todos = _operations(api, options)
    if not operations:
        why = "; ".join([*todos, *(f.message for f in api.findings)][:3]) or "it declares none"
        raise Failure("invalid", f"no operation can be drafted: {why}", where=str(files.main.path))
    title = api.title or files.main.path.stem
    settings = {"settings": api.settings} if api.settings else {}
    spec = DraftSpec(
        id=options.id or slug(title),
        system=options.system or "TODO",
        title=title,
        direction=options.direction,
        transport={"kind": api.kind, "envelope": api.kind, "contract": main, **settings},
        files={name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()},
        operations=tuple(operations),
    )
    notes = [f"operation {o.name}: {note}" for o in operations for note in o.notes]
    notes += [f"operation {o.name}: {note}" for o in operations for s in (o.request, o.reply) if s for note in s.todos]
    return finished(spec, bodies | schemas, [*todos, *notes, *map(str, api.findings)])


def _contract_files(files: Files) -> tuple[str, dict[str, bytes]]:
    """(name of the main file, name -> bytes): as they lie to each other, so that their references still hold."""
    top = Path(os.path.commonpath([path.parent for path in files.paths]))
    names = {path: path.relative_to(top).as_posix() for path in files.paths}
    main = files.main.path
    names[main] = main.relative_to(top).with_suffix(".json" if main.suffix.lower() == ".json" else ".yaml").as_posix()
    return names[main], {name: path.read_bytes() for path, name in sorted(names.items())}


def _operations(api: Api, options: Options) -> tuple[list[DraftOperation], dict[str, bytes], list[str]]:
    made: list[DraftOperation] = []
    schemas: dict[str, bytes] = {}
    todos: list[str] = []
    taken: set[str] = set()
    for read in api.operations:
        if options.only and not {read.name, read.unit} & set(options.only):
            continue
        name = canonical_name(read.name, taken)
        try:
            untested(read.request), untested(read.reply or {})
            request = _side(read.request, f"schemas/{name}.request.json", schemas, options)
            reply = None if read.reply is None else _side(read.reply, f"schemas/{name}.reply.json", schemas, options)
        except (NoSample, Failure) as reason:
            todos.append(f"operation {read.name}: no example can be made: {reason}")
            continue
        made.append(DraftOperation(name, read.wire, request, reply, {}, read.notes, _in_path(read)))
    return made, schemas, todos


def _side(schema: Mapping[str, Any], file: str, schemas: dict[str, bytes], options: Options) -> Side:
    made = json_side(schema, file, options.wanted)
    schemas[file] = (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode()
    return made


def _in_path(read: ApiOperation) -> bool:
    outside = {"query", "headers", "body"} & read.wire.keys() or "{" in str(read.wire.get("path", ""))
    return bool(outside) or read.wire.get("method") in ("GET", "DELETE")
