"""The conflict table: open action x stage x new action -> verdict, as data (tables/conflict.yaml)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, cast

import yaml

Verdict = Literal["refuse", "queue", "pass"]


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The bundled table."""
    data = yaml.safe_load(files("hub").joinpath("tables/conflict.yaml").read_text("utf-8"))
    return tuple(data["rows"])


@cache
def decide(order_type: str, open_action: str, stage: str, new_action: str, source: str) -> Verdict:
    """What the new order may do; the table's last row matches everything. ``BILL-PHS`` is a ``BILL``."""
    seen = {
        "type": order_type,
        "open": open_action,
        "stage": stage,
        "new": new_action,
        "from": source.partition("-")[0],
    }
    row = next(r for r in rows() if all(r[k] in ("*", v) for k, v in seen.items()))
    return cast(Verdict, row["verdict"])
