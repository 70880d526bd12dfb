"""Named places where a crash would hurt most. No-ops, unless MBOSS_FAILPOINT names one.

``MBOSS_FAILPOINT=step.after_send:3`` kills this process (SIGKILL) the third time it gets there; crash tests use it.
Tests in the same process set ``hook``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

hook: Callable[[str], None] | None = None

NAMES = (
    "accept.before_commit",
    "accept.after_commit",
    "step.after_claim",
    "step.before_send",
    "step.after_send",
    "step.after_commit",
    "event.before_commit",
    "event.after_commit",
    "consumer.before_ack",
    "undo.before_send",
)

_name, _, _count = os.environ.get("MBOSS_FAILPOINT", "").partition(":")
_left = int(_count or 1)
if _name and _name not in NAMES:
    raise SystemExit(f"MBOSS_FAILPOINT: no failpoint {_name!r}; there are {', '.join(NAMES)}")


def failpoint(name: str) -> None:
    """Stand here; do nothing in normal life."""
    global _left
    if hook is not None:
        hook(name)
    if name == _name:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
