"""The local networks that the outside systems know."""

from __future__ import annotations

from collections.abc import Mapping

DIALLING: Mapping[str, str] = {
    "8330100": "0571",
    "8330200": "0574",
    "8330300": "0577",
    "8330400": "0573",
    "8330500": "0572",
}
"""Local network -> its dialling code."""
