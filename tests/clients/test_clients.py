"""Independent SOAP clients call a real hub by the WSDL that it serves: no option set, nothing adapted."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from hub.demo.processes import house
from interfaces.failure import CODES
from tests.clients.calls import CALLS, TEXT, Answers, Call
from tests.clients.present import node_folder
from tests.clients.toolkits import TOOLKITS, run
from tests.flow.house import reserved_port

PAIRS = list(itertools.product(TOOLKITS, CALLS))


def calls_of(client: str, address: str) -> list[Call]:
    return CALLS[address](client, f"0571-8100{900 + PAIRS.index((client, address)):04d}")


CASES = [
    pytest.param(
        client, address, call, id=f"{client}-{address}-{call.name.replace(' ', '-')}", marks=pytest.mark.needs(client)
    )
    for client, address in PAIRS
    for call in calls_of(client, address)
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with reserved_port() as port, house(tmp_path_factory.mktemp("house"), port.getsockname()[1]) as running:
        yield running.url


@pytest.fixture(scope="module")
def ask(url: str, pytestconfig: pytest.Config) -> Callable[[str, str], Answers]:
    """(client, address) -> its answers; each program runs once."""
    folder = Path(pytestconfig.cache.mkdir("soap-clients"))

    @cache
    def asked(client: str, address: str) -> Answers:
        return TOOLKITS[client](folder).ask(f"{url}/soap/{address}", calls_of(client, address))

    return asked


@pytest.mark.parametrize(("client", "address", "call"), CASES)
def test_a_client_is_told_what_the_contract_promises(
    ask: Callable[[str, str], Answers], client: str, address: str, call: Call
) -> None:
    answers = ask(client, address)
    got = answers[call.name]
    for path, expected in {**call.reply, **call.fault}.items():
        if expected is None:
            assert path not in got
        elif isinstance(expected, str):
            assert got.get(path) == expected, got
        else:
            assert path in got, got
            assert expected(got[path], answers), got


@pytest.mark.parametrize("client", [pytest.param(name, marks=pytest.mark.needs(name)) for name in TOOLKITS])
def test_the_hub_understands_what_a_client_meant(ask: Callable[[str, str], Answers], url: str, client: str) -> None:
    order_id = ask(client, "hub")["an order with everything"]["result.orderId"]
    order = httpx.get(f"{url}/tmf-api/productOrderingManagement/v4/productOrder/{order_id}", trust_env=False).json()
    assert order["description"] == TEXT
    assert order["requestedCompletionDate"].startswith("2031-12-16T1")
    assert [item["productOffering"]["id"] for item in order["productOrderItem"]] == ["FTTH-300M", "VOICE-STD"]
    attributes = order["productOrderItem"][0]["product"]["productCharacteristic"]
    assert [a["value"] for a in attributes] == ["300M", f"330100-ADDR-{client}"]
    parties = {party["role"]: party for party in order["relatedParty"]}
    assert (parties["staff"]["id"], parties["customer"]["name"]) == ("0010086", "李𠮷示例")


HOWTO = (Path(__file__).parents[2] / "docs/soap.md").read_text("utf-8")
LANGUAGES = {"curl": "", "Python": "zeep", "PHP": "php", "Node": "node", "Java": "jaxws", "C": "gsoap"}
SHOWN = "http://127.0.0.1:8080"


@pytest.mark.parametrize("language", [pytest.param(n, marks=pytest.mark.needs(c)) for n, c in LANGUAGES.items()])
def test_the_how_to_works_as_it_stands(url: str, tmp_path: Path, language: str) -> None:
    file, section = re.findall(rf"^### {language}(?:: `(.+?)`)?\n(.*?)(?=^### |\Z)", HOWTO, re.M | re.S)[0]
    *code, commands = re.findall(r"^```\w+\n(.*?)^```", section.replace(SHOWN, url), re.M | re.S)
    if file:
        (tmp_path / file).write_text(code[0], "utf-8")
    paths = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NODE_PATH": f"{node_folder()}/node_modules",
    }
    assert "ord_" in run(["sh", "-e", "-c", commands], folder=tmp_path, **paths)


def test_the_how_to_has_all_codes_of_a_refusal() -> None:
    _, _, table = HOWTO.partition("send it again?")
    told = set(re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line[:1])))
    assert told == set(CODES) - {"duplicate", "too_large"}
