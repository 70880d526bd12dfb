"""Figures of the house, each beside something it can be compared with in the same run. ``mboss bench``."""

from __future__ import annotations

from collections.abc import Mapping

FIGURES: Mapping[str, str] = {
    "accept": "adapters.bench.accept:run",
    "agreement": "adapters.bench.agreement:run",
    "amqp": "adapters.bench.amqp:run",
    "codec": "adapters.bench.codec:run",
    "mapping": "adapters.bench.mapping:run",
    "mock": "adapters.bench.mock:run",
}
"""name -> what measures it: ``run() -> Iterator[Figure]``, imported only when it is asked for."""
