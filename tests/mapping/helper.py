"""Rows written as in a spec, compiled."""

from pathlib import Path

from interfaces.mapping import CompiledMapping, compile_mapping
from interfaces.spec.loader import parse_spec

HEAD = """\
apiVersion: mboss/v1
kind: Interface
metadata: {id: sample, version: 1.0.0, system: RM, owner: "team:x", lifecycle: production, title: {en: Sample}}
spec:
  direction: outbound
  transport: {kind: local, envelope: local}
  codeLists:
    TYPE: {number: "1", port: "2", line: "03"}
  operations:
    do:
      pattern: request-reply
      request:
        type: ResourceOrder@1
        mapping:
"""


def compiled(rows: str, **options: object) -> CompiledMapping:
    """``- [a, b, code: TYPE]`` lines -> the mapping; errors name ``spec.yaml``."""
    lines = "\n".join("          " + line for line in rows.strip().splitlines())
    spec = parse_spec(HEAD + lines + "\n", Path("spec.yaml"))
    side = spec.operations["do"].request
    mapping = compile_mapping(
        side.mapping,
        spec.code_lists,
        file="spec.yaml",
        system="RM",
        **options,  # type: ignore[arg-type]
    )
    assert isinstance(mapping, CompiledMapping)
    return mapping
