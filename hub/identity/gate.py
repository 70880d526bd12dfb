"""The gate that every request passes: who is it, and may it come in now?

A caller is known by what its transport carries: an API key in an HTTP header, SrcSysSign in ContractRoot, a WS-Security
UsernameToken in SOAP; a queue or table is the peer's own by configuration. Whatever is wrong is one Failure
``unauthenticated`` that does not tell what.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Final

import structlog

from hub.identity import apikey, nonces, sign, token
from hub.identity.book import Book
from hub.identity.flow import Flow, Leave
from hub.identity.people import People
from hub.identity.who import Credential, Subscription
from hub.store.writer import Store
from interfaces.clock import real_now
from interfaces.envelope.wsse import Token
from interfaces.failure import Failure

log = structlog.get_logger(__name__)

_NO_ONE: Final = Credential("", "", apikey.NOBODYS), None


class Gate:
    """Thread-safe; nothing here waits. ``on`` False: nobody is asked who he is (this machine only)."""

    def __init__(self, store: Store, on: bool) -> None:
        self.on = on
        self.book = Book(store)
        self.people = People(store)
        self._flow = Flow(store)
        self._store = store

    def by_key(self, key: str) -> Subscription:
        """The subscription of an API key; known and unknown prefixes cost the same."""
        prefix, secret = apikey.split(key)
        credential, subscription = self.book.now().keys.get(prefix, _NO_ONE)
        right = apikey.matches(secret, credential.hash)
        if subscription is None or not right or not credential.valid(real_now()):
            raise unknown("the API key is not known, or no longer")
        return subscription

    def by_sign(self, system: str, interface: str, header: Mapping[str, str]) -> Subscription:
        """The subscription of a ContractRoot message: the system that SrcSysID stands for, proved by SrcSysSign."""
        subscription = self.book.now().pairs.get((system, interface))
        proofs = _good(subscription, "sign")
        if subscription is None or not any(sign.matches(header, c.secret, c.recipe) for c in proofs if c.secret):
            raise unknown("SrcSysID and SrcSysSign are not those of a subscriber of this service")
        return subscription

    def by_token(self, interface: str, said: Token) -> Future[Subscription]:
        """The subscription of a UsernameToken; ``unauthenticated`` too when its nonce was seen before."""
        now, done = real_now(), Future[Subscription]()
        try:
            token.check_form(said, now)
            subscription = self._of_token(interface, said)
        except Failure as failure:
            done.set_exception(failure)
            return done
        if not (value := token.nonce_key(said)):
            done.set_result(subscription)
            return done

        def told(f: Future[bool]) -> None:
            if error := f.exception():
                done.set_exception(error)
            elif f.result():
                done.set_result(subscription)
            else:
                done.set_exception(token.refused("this UsernameToken was used before"))

        self._store.submit(nonces.take, nonces.Nonce(subscription.id, value, now)).add_done_callback(told)
        return done

    def _of_token(self, interface: str, said: Token) -> Subscription:
        subscription = self.book.now().pairs.get((said.username, interface))
        proofs = _good(subscription, "username-token")
        if subscription is None or not any(token.matches(said, c.secret) for c in proofs if c.secret):
            raise unknown("the UsernameToken is not that of a subscriber of this interface")
        return subscription

    def by_queue(self, system: str, interface: str) -> Subscription:
        """Who speaks by a queue or table that the configuration gives to ``system``; a subscription adds its limits.

        Failure ``forbidden`` when its subscription was revoked.
        """
        page = self.book.now()
        if (system, interface) in page.closed:
            raise Failure("forbidden", f"the subscription of {system} to {interface} was revoked", where=interface)
        return replace(page.pairs.get((system, interface)) or Subscription("", system, interface), family=True)

    def admit(self, subscription: Subscription) -> Future[Leave]:
        """Flow control: what to call when the request is over, or Failure ``throttled``."""
        return self._flow.admit(subscription)


def _good(subscription: Subscription | None, kind: str) -> list[Credential]:
    if subscription is None:
        return []
    now = real_now()
    return [c for c in subscription.credentials if c.kind == kind and c.valid(now)]


def unknown(why: str) -> Failure:
    return Failure("unauthenticated", why, advice="ask the hub's operator for a subscription, or for a new credential")
