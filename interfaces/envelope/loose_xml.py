"""XML without a contract <-> wire tree: what repeats is a list, everything else as interfaces/wire.py says.

Only for content whose form is agreed by mapping rows alone (SvcCont without an XSD).
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from interfaces.wire import NIL

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def parse(element: Any) -> Any:
    """Element -> text for a leaf, NIL, or a dict of its attributes and children."""
    if element.get(XSI_NIL) in ("true", "1"):
        return NIL
    found: dict[str, Any] = {f"@{local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        _add(found, local(child.tag), parse(child))
    text = element.text or ""
    if not found:
        return text
    return found | {"#text": text} if text.strip() and not len(element) else found


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def build(parent: Any, tree: Any) -> None:
    """Write a tree into an element: children in the order of the tree."""
    if tree is NIL:
        parent.set(XSI_NIL, "true")
    elif not isinstance(tree, dict):
        parent.text = str(tree)
    else:
        for name, value in tree.items():
            _write(parent, name, value)


def _write(parent: Any, name: str, value: Any) -> None:
    if name.startswith("@"):
        parent.set(name[1:], str(value))
    elif name == "#text":
        parent.text = str(value)
    else:
        for item in value if isinstance(value, list) else [value]:
            build(etree.SubElement(parent, name), item)


def local(tag: Any) -> str:
    """``{urn:x}name`` -> ``name``."""
    return str(tag).rpartition("}")[2]
