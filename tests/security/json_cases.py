"""Attacks 43 to 48: JSON, at the REST route, at ContractRoot's JSON form and at the console API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.security import bodies
from tests.security.bodies import CERT, HTTP, NAME, TMF
from tests.security.case import JSON, Case

Text = Callable[[], str]
FALLOUT = "/api/v1/fallout/fal_00000000000000000000000000/retry"
ORDER = "/api/v1/orders/ord_00000000000000000000000000/cancel"

BAD, BIG = "invalid", "too_large"
STATUS = {BAD: 400, BIG: 413}
ROOT = {BAD: "200 root 9242", BIG: "200 root 9043"}

# one more member of an otherwise good object
MEMBERS: list[tuple[int, str, Text, str]] = [
    (43, "depth 100000", lambda: f'"x": {"[" * 100_000}{"]" * 100_000}', BIG),
    (43, "depth 200", lambda: f'"x": {"[" * 200}{"]" * 200}', BIG),
    (43, "objects 200 deep", lambda: '"x": ' + '{"a":' * 200 + "1" + "}" * 200, BIG),
    (43, "unclosed brackets", lambda: '"x": ' + "[" * 900_000, BIG),
    (43, "10000-digit integer", lambda: f'"x": {"9" * 10_000}', BAD),
    (43, "900000-digit integer", lambda: f'"x": {"9" * 900_000}', BAD),
    (43, "900000-digit fraction", lambda: f'"x": 0.{"9" * 900_000}', BAD),
    (43, "huge exponent", lambda: '"x": 1e400', BAD),
    (43, "absurd exponent", lambda: '"x": 1e999999999999', BAD),
    (43, "NaN", lambda: '"x": NaN', BAD),
    (43, "Infinity", lambda: '"x": -Infinity', BAD),
    (43, "leading zero", lambda: '"x": 007', BAD),
    (43, "hexadecimal", lambda: '"x": 0x10', BAD),
    (44, "a name twice", lambda: f'"x": "{CERT}", "x": "{NAME}"', BAD),
    (44, "a name twice by escape", lambda: '"x": 1, "\\u0078": 2', BAD),
    (45, "NUL escape", lambda: '"x": "\\u0000"', BAD),
    (45, "lone surrogate", lambda: '"x": "\\ud800"', BAD),
    (45, "lone surrogate in a name", lambda: '"\\udc00": 1', BAD),
    (45, "control character escape", lambda: '"x": "\\u0008"', BAD),
    (45, "raw line break in a text", lambda: '"x": "a\nb"', BAD),
    (45, "unknown escape", lambda: '"x": "\\q"', BAD),
    (46, "300000 names", lambda: ",".join(f'"{n}":0' for n in range(80_000)), BIG),
    (46, "300000 elements", lambda: f'"x": [{",".join("0" * 300_000)}]', BIG),
    (46, "12 MiB", lambda: f'"x": "{"a" * (12 << 20)}"', BIG),
    (46, "900000 characters in one text", lambda: f'"x": "{"a" * 900_000}"', BIG),
    (46, "a name of 900000 characters", lambda: f'"{"a" * 900_000}": 1', BIG),
    (46, "odd backslashes", lambda: f'"x": "{chr(92) * 60_001}"', BAD),
    (44, "trailing comma", lambda: '"x": 1,', BAD),
    (44, "comment", lambda: '"x": 1 /* c */', BAD),
    (44, "single quotes", lambda: "'x': 1", BAD),
]

# whole bodies
WHOLE: list[tuple[int, str, str]] = [
    (46, "nothing", ""),
    (46, "blanks", "   \n"),
    (48, "null", "null"),
    (48, "a number", "1"),
    (48, "a text", f'"{CERT}"'),
    (48, "a list", "[]"),
    (44, "two documents", "{} {}"),
    (44, "text behind", "{} x"),
    (44, "cut", '{"a": '),
    (44, "XML", "<a/>"),
]

# valid JSON of the wrong shape
SHAPES: list[tuple[int, str, Callable[[dict[str, object]], object]]] = [
    (48, "unknown member", lambda o: {**o, "x": CERT}),
    (48, "id set by the caller", lambda o: {**o, "id": "ord_x"}),
    (48, "state set by the caller", lambda o: {**o, "state": "completed"}),
    (48, "a list for a text", lambda o: {**o, "externalId": ["a"]}),
    (48, "an object for a text", lambda o: {**o, "externalId": {"$ne": ""}}),
    (48, "a number for a text", lambda o: {**o, "externalId": 7}),
    (48, "true for a text", lambda o: {**o, "area": True}),
    (48, "null for a list", lambda o: {**o, "productOrderItem": None}),
    (48, "an empty list", lambda o: {**o, "productOrderItem": []}),
    (48, "a text for a list", lambda o: {**o, "productOrderItem": CERT}),
    (48, "__proto__", lambda o: {**o, "__proto__": {"admin": True}}),
    (48, "__class__", lambda o: {**o, "__class__": {"__init__": 1}}),
    (48, "external number of 10000 characters", lambda o: {**o, "externalId": "a" * 10_000}),
]

TYPES: list[tuple[int, str, str, str]] = [
    (47, "text/plain", "text/plain", "415 tmf invalid"),
    (47, "a form", "application/x-www-form-urlencoded", "415 tmf invalid"),
    (47, "multipart", "multipart/form-data; boundary=x", "415 tmf invalid"),
    (47, "XML type", "text/xml", "415 tmf invalid"),
    (47, "no type", "", "415 tmf invalid"),
    (47, "JSON in the parameters only", "text/plain; application/json", "415 tmf invalid"),
    (47, "upper case", "APPLICATION/JSON; CHARSET=UTF-8", "201 json"),
    (47, "merge patch", "application/merge-patch+json", "201 json"),
]


def _member(path: str, extra: Text) -> Callable[[], bytes]:
    build = bodies.tmf if path == TMF else bodies.contract_root_json
    return lambda: build(", " + extra()).encode("utf-8", "surrogatepass")


def _members() -> Iterator[Case]:
    kind = {"Content-Type": JSON}
    for number, what, extra, want in MEMBERS:
        yield Case(number, what, TMF, _member(TMF, extra), f"{STATUS[want]} tmf {want}", kind)
        yield Case(number, what, HTTP, _member(HTTP, extra), ROOT[want], kind)
        yield Case(
            number,
            what,
            FALLOUT,
            lambda e=extra: f'{{"reason": "x", {e()}}}'.encode(),
            f"{STATUS[want]} problem {want}",
            kind,
        )  # type: ignore[misc]


def _wholes() -> Iterator[Case]:
    kind = {"Content-Type": JSON}
    for number, what, body in WHOLE:
        for path in (TMF, FALLOUT, ORDER):
            want = "400 tmf invalid" if path == TMF else "400 problem invalid"
            yield Case(number, what, path, lambda b=body: b.encode(), want, kind)  # type: ignore[misc]
        root = "200 root 9242" if body.startswith("{") else f"200 root {'9006' if body == '<a/>' else '9241'}"
        yield Case(number, what, HTTP, lambda b=body: b.encode(), root, kind)  # type: ignore[misc]


def _shapes() -> Iterator[Case]:
    for number, what, change in SHAPES:
        yield Case(
            number,
            what,
            TMF,
            lambda c=change: json.dumps(c(json.loads(bodies.tmf()))).encode(),
            "400 tmf invalid",
            {"Content-Type": JSON},
        )  # type: ignore[misc]


def _times() -> Iterator[Case]:
    """Times that RFC 3339 spells and no calendar has: told at once, and not when the order is under way."""
    for time in ("0000-01-01T00:00:00Z", "2026-12-31T23:59:60Z", "9999-12-31T23:59:59-08:00", "2026-10-15t18:00:00z"):
        build = lambda t=time: bodies.tmf(f', "requestedCompletionDate": "{t}"').encode()  # noqa: E731
        yield Case(48, f"the time {time}", TMF, build, "400 tmf invalid", {"Content-Type": JSON})  # type: ignore[misc]


def _types() -> Iterator[Case]:
    for number, what, media, want in TYPES:
        yield Case(number, what, TMF, lambda: bodies.tmf().encode(), want, {"Content-Type": media})


CASES = [*_members(), *_wholes(), *_shapes(), *_times(), *_types()]
