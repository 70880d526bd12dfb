"""The clients as programs: what each needs, how it is built, and what it says, made alike.

A program is asked one job (all calls of one address) and answers them all. Programs of dynamic languages take and give
JSON; those whose classes are generated take and give XML, which their own marshalling reads and writes. What is
generated and compiled is kept by content in the cache folder, outside the tree.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
from lxml import etree

from tests.clients.calls import Answers, Call, Tree
from tests.clients.present import DRIVERS, JAXWS, node_folder

QUICK = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"}
"""Short runs: no time spent on optimising."""
LIMIT = 120
"""Seconds after which a program is taken to hang."""


class Toolkit(ABC):
    """One client. ``ask``: the answers by call name, each flat: path -> text."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    @abstractmethod
    def ask(self, url: str, calls: Sequence[Call]) -> Answers: ...

    def _built(self, wsdl: bytes, source: Path, build: Callable[[Path], None]) -> Path:
        """A folder in which ``build`` has been run once for these bytes, whoever did it first."""
        digest = hashlib.sha256(wsdl + source.read_bytes() + Path(__file__).read_bytes()).hexdigest()
        folder = self._cache / f"{source.stem}-{digest[:16]}"
        if not folder.exists():
            made = Path(tempfile.mkdtemp(dir=self._cache))
            (made / "service.wsdl").write_bytes(wsdl)
            build(made)
            try:
                made.rename(folder)
            except OSError:  # somebody else was faster
                shutil.rmtree(made)
        return folder


class Dynamic(Toolkit):
    """Reads the WSDL when it runs."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def ask(self, url: str, calls: Sequence[Call]) -> Answers:
        asked = [{"operation": call.operation, "arguments": call.arguments} for call in calls]
        said = json.loads(run(self.command(), json.dumps({"wsdl": f"{url}?wsdl", "calls": asked})))
        return {call.name: flat(answer) for call, answer in zip(calls, said, strict=True)}


class Zeep(Dynamic):
    def command(self) -> list[str]:
        return [sys.executable, str(DRIVERS / "zeep_client.py")]


class Php(Dynamic):
    def command(self) -> list[str]:
        return ["php", str(DRIVERS / "client.php")]


class Node(Dynamic):
    def command(self) -> list[str]:
        return ["node", str(DRIVERS / "node/client.js"), str(node_folder())]


class Generated(Toolkit):
    """Classes or stubs are generated from the WSDL and compiled."""

    @abstractmethod
    def program(self, wsdl: bytes, url: str) -> list[str]: ...

    def ask(self, url: str, calls: Sequence[Call]) -> Answers:
        wsdl = httpx.get(f"{url}?wsdl", trust_env=False).content
        namespace = etree.fromstring(wsdl).get("targetNamespace")
        lines = [f"{call.operation}\n{element(call.operation, call.arguments, namespace)}\n" for call in calls]
        # another port is no other contract
        said = run(self.program(wsdl.replace(url.encode(), b"http://127.0.0.1/"), url), "".join(lines))
        answers = said.split("\n.\n")[:-1]
        return {call.name: flat(answer_of(xml)) for call, xml in zip(calls, answers, strict=True)}


class JaxWs(Generated):
    """wsimport, javac, and the proxy that the classes make."""

    def program(self, wsdl: bytes, url: str) -> list[str]:
        folder = self._built(wsdl, DRIVERS / "Driver.java", self._build)
        services = [f for f in folder.rglob("*.java") if "extends Service" in f.read_text("utf-8")]
        name = ".".join(services[0].relative_to(folder).with_suffix("").parts)
        return ["java", "-cp", f"{folder}:{JAXWS}", "Driver", f"{url}?wsdl", name]

    def _build(self, folder: Path) -> None:
        run(["wsimport", "-quiet", "-Xnocompile", "-d", str(folder), str(folder / "service.wsdl")])
        sources = [str(file) for file in folder.rglob("*.java")]
        driver = str(DRIVERS / "Driver.java")
        run(["javac", "-nowarn", "-encoding", "UTF-8", "-cp", str(JAXWS), "-d", str(folder), *sources, driver])


class Gsoap(Generated):
    """wsdl2h, soapcpp2, cc."""

    def program(self, wsdl: bytes, url: str) -> list[str]:
        return [str(self._built(wsdl, DRIVERS / "driver.c", self._build) / "driver"), url]

    def _build(self, folder: Path) -> None:
        run(["wsdl2h", "-c", "-s", "-o", "service.h", "service.wsdl"], folder=folder)
        run(["soapcpp2", "-c", "-C", "-x", "-L", "-w", "service.h"], folder=folder)
        call = re.compile(r"soap_call___ns1__(\w+)\(.*?struct (\w+) \*ns1__\w+, struct (\w+) \*")
        found = set(call.findall((folder / "soapStub.h").read_text("utf-8")))
        (nsmap,) = folder.glob("*.nsmap")
        rows = " ".join(f"X({', '.join(row)})" for row in sorted(found))
        (folder / "operations.h").write_text(f'#define NSMAP "{nsmap.name}"\n#define OPERATIONS(X) {rows}\n')
        shutil.copy(DRIVERS / "driver.c", folder)
        headers = ["-include", "soapH.h", "-include", "operations.h"]
        run(["cc", "-w", "-o", "driver", *headers, "driver.c", "soapC.c", "soapClient.c", "-lgsoap"], folder=folder)


TOOLKITS: Mapping[str, type[Toolkit]] = {"zeep": Zeep, "php": Php, "node": Node, "gsoap": Gsoap, "jaxws": JaxWs}


def run(command: Sequence[str], text: str = "", folder: Path | None = None, **env: str) -> str:
    """What a program says; its own complaint when it fails."""
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=os.environ | QUICK | env,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def element(name: str, tree: Any, namespace: str = "") -> str:
    """A tree as XML, all in one namespace."""
    if isinstance(tree, list):
        return "".join(element(name, one) for one in tree)
    inside = "".join(element(*child) for child in tree.items()) if isinstance(tree, dict) else escape(tree)
    return f'<{name} xmlns="{namespace}">{inside}</{name}>' if namespace else f"<{name}>{inside}</{name}>"


def answer_of(xml: str) -> Tree:
    """An answer as XML in the form in which the others give it as JSON."""
    root = etree.fromstring(xml.strip().encode())
    said = tree_of(root)
    if root.tag != "Fault":
        return {"reply": said}
    return {"fault": {name.removeprefix("fault"): value for name, value in said.items()}}


def tree_of(node: Any) -> Any:
    if len(node) == 0:
        return node.text or ""
    found: dict[str, list[Any]] = {}
    for child in node:
        found.setdefault(etree.QName(child).localname, []).append(tree_of(child))
    return found


def flat(answer: Tree) -> Mapping[str, str]:
    """``product[1].serviceNumber`` -> text. The first of several has no index, since some clients give one alone as a
    list and others as itself; what is left out and what is null is the same."""
    (content,) = answer.values()
    return dict(_leaves("", content))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(f"{path}[{index}]" if index else path, inner)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
