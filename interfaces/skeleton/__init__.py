"""The beginning of a spec, drafted from a contract: it loads, maps and has valid examples; lint says what is to do."""

from __future__ import annotations

from interfaces.skeleton.draft import drafts
from interfaces.skeleton.examples import renewed
from interfaces.skeleton.parts import Draft, Options

__all__ = ["Draft", "Options", "drafts", "renewed"]
