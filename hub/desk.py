"""The fallout desk: hub/fallout.py's writes as calls. A refusal is raised as Failure."""

from __future__ import annotations

from hub.fallout import Action, Actions
from hub.store.writer import Store
from interfaces.failure import Failure
from interfaces.message import Body


class FalloutDesk:
    """Thread-safe; each call returns after its commit, with the order's id."""

    def __init__(self, store: Store, actions: Actions) -> None:
        self._store = store
        self._actions = actions

    def act(self, fallout_id: str, action: str, reason: str, who: str, output: Body | None = None) -> str:
        """retry | skip | complete | cancel. Failure invalid, not_found, or conflict when it was resolved before."""
        return self._do(Action(fallout_id, action, who, reason, output))

    def cancel_order(self, order_id: str, reason: str, who: str) -> str:
        """Give the order up: what was done is undone. Failure conflict when it has ended or cannot turn back."""
        return self._do(Action(order_id, "cancel", who, reason))

    def _do(self, action: Action) -> str:
        result = self._store.write(self._actions.apply, action)
        if isinstance(result, Failure):
            raise result
        return result
