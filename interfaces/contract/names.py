"""Qualified names as lxml, zeep and xmlschema write them: ``{namespace}local``, or ``local`` when unqualified."""

from __future__ import annotations


def local(name: str) -> str:
    """``{urn:x}order`` -> ``order``."""
    return name.rpartition("}")[2]


def namespace(name: str) -> str:
    """``{urn:x}order`` -> ``urn:x``; "" when unqualified."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""
