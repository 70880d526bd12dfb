"""Mapping (EIP message translator): rows as small lenses, compiled into two functions."""

from interfaces.mapping.compile import CompiledMapping, Identity, MessageMapping, bare, compile_mapping, is_masked
from interfaces.mapping.lookup import Context, IdLookup, InMemoryLookup

__all__ = [
    "CompiledMapping",
    "Context",
    "IdLookup",
    "Identity",
    "InMemoryLookup",
    "MessageMapping",
    "bare",
    "compile_mapping",
    "is_masked",
]
