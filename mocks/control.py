"""``/__mock__/`` on a peer's own port: look inside it, tell it how to behave.

GET  journal[?key=&limit=], state, effects, verify, faults, config
POST scenario | faults   one rule or a list of rules (mocks/rules.py)
POST config              {"hub_url": ..., "clock_offset": microseconds, or any setting of the peer}
                         hub_key: our API key at the hub
POST reset
and what a peer offers beside (``Peer.offers``): POST call of a generic one
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from interfaces.failure import Failure
from mocks import rules
from mocks.peer import Peer
from mocks.store import Body, Tx

PREFIX = "/__mock__"
STATUS = {"invalid": 400, "not_found": 404}


def effects(tx: Tx) -> Body:
    """``{"effects": [{"key", "step", "subject", "count"}], "calls", "effects_total", "duplicates"}``."""
    rows = tx.rows("SELECT key, step, subject, count FROM effect ORDER BY key, step")
    calls = tx.run("SELECT count(*) FROM journal WHERE direction = 'in'").fetchone()[0]
    total = sum(row["count"] for row in rows)
    return {"effects": rows, "calls": calls, "effects_total": total, "duplicates": total - len(rows)}


def journal(tx: Tx, key: str, limit: int) -> Body:
    """``{"items": [rows]}``: the newest ``limit`` requests and calls of one key ("" = all), the oldest first."""
    rows = tx.rows("SELECT * FROM journal WHERE key = ? OR ? = '' ORDER BY id DESC LIMIT ?", key, key, limit)
    return {"items": [row | {"body": json.loads(row["body"])} for row in reversed(rows)]}


def verify(peer: Peer, tx: Tx) -> Body:
    """``{"ok", "findings", "unused_rules", "open_jobs"}``: what the peer itself finds wrong."""
    twice = [row for row in effects(tx)["effects"] if row["count"] > 1]
    found = [f"{row['step']} of {row['key']} was done {row['count']} times" for row in twice] + peer.findings(tx)
    jobs = tx.run("SELECT count(*) FROM job").fetchone()[0]
    return {"ok": not found, "findings": found, "unused_rules": rules.pending(tx), "open_jobs": jobs}


def settings(tx: Tx) -> Body:
    """Name -> value, all text; a key is not shown."""
    found = {row["name"]: row["value"] for row in tx.rows("SELECT * FROM setting")}
    return found | {name: "***" for name in found.keys() & {"hub_key"} if found[name]}


def configure(peer: Peer, data: Any) -> Body:
    """Change settings; Failure(invalid) for one that this peer has not."""
    known = {"hub_url", "clock_offset", *peer.defaults}
    if not isinstance(data, dict) or (set(data) - known):
        raise Failure("invalid", "unknown setting", where="config", advice=f"known: {sorted(known)}")
    if "clock_offset" in data:
        peer.store.shift(int(data["clock_offset"]))
    with peer.store.tx() as tx:
        for name, value in data.items():
            tx.set(name, str(value))
        return settings(tx)


def teach(peer: Peer, data: Any) -> Body:
    """Add one rule or a list of them; Failure(invalid) when one is wrong, and none is added."""
    new = [rules.read(item) for item in (data if isinstance(data, list) else [data])]
    with peer.store.tx() as tx:
        for rule in new:
            rules.add(tx, rule)
        return {"rules": rules.pending(tx)}


def build(peer: Peer) -> Starlette:
    """The control API of one peer as an ASGI app."""

    def look(make: Callable[[Tx, Request], Body]) -> Callable[[Request], JSONResponse]:
        def show(request: Request) -> JSONResponse:
            with peer.store.look() as tx:
                return JSONResponse(make(tx, request))

        return show

    def act(do: Callable[[Any], Body]) -> Callable[[Request], Any]:
        async def post(request: Request) -> JSONResponse:
            try:
                return JSONResponse(do(json.loads(await request.body() or b"null")))
            except (ValueError, TypeError) as error:
                return JSONResponse({"code": "invalid", "message": f"not understood: {error}"}, 400)
            except Failure as failure:
                return JSONResponse(failure.to_json(), STATUS.get(failure.code, 500))

        return post

    def reset(_: Any) -> Body:
        peer.reset()
        return {"reset": True}

    def get(name: str, make: Callable[[Tx, Request], Body]) -> Route:
        return Route(f"{PREFIX}/{name}", look(make), methods=["GET"])

    def post(name: str, do: Callable[[Any], Body]) -> Route:
        return Route(f"{PREFIX}/{name}", act(do), methods=["POST"])

    return Starlette(
        routes=[
            get("journal", lambda tx, r: journal(tx, r.query_params.get("key", ""), _limit(r))),
            get("state", lambda tx, _: peer.state(tx)),
            get("effects", lambda tx, _: effects(tx)),
            get("verify", lambda tx, _: verify(peer, tx)),
            get("faults", lambda tx, _: {"rules": rules.pending(tx), "known": dict(rules.DO)}),
            get("config", lambda tx, _: settings(tx)),
            post("scenario", lambda data: teach(peer, data)),
            post("faults", lambda data: teach(peer, data)),
            post("config", lambda data: configure(peer, data)),
            post("reset", reset),
            *(post(name, do) for name, do in peer.offers().items()),
        ]
    )


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "1000")
    return int(text) if text.isdigit() else 1000
