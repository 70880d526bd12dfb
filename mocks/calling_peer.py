"""What peers that call the hub by SOAP share: where it is, the key to it, and a caller on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mocks.caller import Caller
from mocks.outbox import Again
from mocks.peer import Peer, Setting


class CallingPeer(Peer):
    """``caller`` speaks to the hub that ``/__mock__/config`` tells of, with the API key it tells of."""

    defaults: ClassVar[Mapping[str, str]] = {"hub_url": "", "hub_key": ""}

    def __init__(self, setting: Setting, code: str = "") -> None:
        super().__init__(setting, code)
        self.caller = Caller(self._hub, self._key)

    def _hub(self) -> str:
        with self.store.look() as tx:
            url = " ".join(u.rstrip("/") for u in tx.setting("hub_url").split())
        if not url:
            raise Again("the hub's address is not configured yet")
        return url

    def _key(self) -> str:
        with self.store.look() as tx:
            return tx.setting("hub_key")

    def stop(self) -> None:
        super().stop()
        self.caller.close()
