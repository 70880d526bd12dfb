"""What one document from outside may cost, for every codec that reads one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """size        bytes of the document
    depth       nested elements, objects and arrays
    elements    XML elements
    attributes  of one element, namespace declarations included
    namespaces  different ones in one XML document
    text        characters of one text, attribute value or JSON name
    values      JSON members and elements in all
    instructions  processing instructions are let in, and dropped
    """

    size: int = 1 << 20
    depth: int = 64
    elements: int = 20_000
    attributes: int = 64
    namespaces: int = 256
    text: int = 64 << 10
    values: int = 50_000
    instructions: bool = False


DEFAULT = Limits()
