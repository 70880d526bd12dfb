"""Files through a whole hub: a day's file of billing becomes orders, statements for settlement, and their results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from hub.demo.hubs import Hubs
from hub.demo.processes import await_hub, child
from hub.register.kept import register, registration
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from interfaces.codec.file import FileCodec
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName
from interfaces.spec.registry import bundled_folder
from tests.files.parts import RECORDS
from tests.flow.house import LIMIT, until

COUNT = 12
LAYOUT = f'charset: gbk\nform: delimited\ndelimiter: ","\nformulas: prefix\n{RECORDS}'
SPEC = """
apiVersion: mboss/v1
kind: Interface
metadata: {id: usage-drop, version: 1.0.0, system: BILL, owner: team:test, lifecycle: production, title: {en: Usage}}
spec:
  direction: inbound
  transport:
    kind: file
    envelope: file
    contract: layout.yaml
    encoding: gbk
    settings:
      poll: 50ms
      file: {folder: in, name: "YL_{date}_{sequence:4}.csv", messages: record, flag: "{stem}.flg"}
  operations:
    submit:
      pattern: async-request-reply
      role: order
      route: {function: SETTLE, operation: daily}
      request:
        type: DailyStatement@1
        wire: MX
        mapping:
          - [externalId, DH]
          - [area, ~, const: "8330100"]
          - [date, "@file.date", date: yyyyMMdd]
          - ["item[0].id", MC]
          - ["item[0].type", ~, const: data]
          - ["item[0].amount.value", JE, money: 2]
          - ["item[0].amount.unit", ~, const: CNY]
"""


class Town:
    """A hub on ``data`` that may be killed, the folder of billing and the folder of settlement."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.billing, self.settlement = data / "billing", data / "exchange" / "settle"
        (self.billing / "in").mkdir(parents=True)
        (data / "mboss.toml").write_text(f'port = 0\n[peers.BILL]\nfile = "file://{self.billing}"\n', "utf-8")
        self.hubs = Hubs(data)
        self._running: AbstractContextManager[Any] | None = None

    def register(self, folder: Path) -> None:
        """At run time, as any spec that is not bundled."""
        store = Store(str(sqlite_url(self.data / "hub.db")))
        assert store.write(register, registration(folder)) is True
        store.close()

    def start(self, failpoint: str = "") -> Any:
        env = {"MBOSS_FAILPOINT": failpoint} if failpoint else {}
        self._running = child(["hub.cli.main", "serve", "--data", str(self.data)], self.data / "hub.log", env)
        hub = self._running.__enter__()
        await_hub(self.data, hub)
        return hub

    def close(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
        self.hubs.close()

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.hubs.get("/api/v1/orders", limit=100)["items"]
        return found

    def statements(self) -> list[Path]:
        return sorted((self.settlement / "daily").glob("*.txt"))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "usage-drop"
    folder.mkdir()
    (folder / "layout.yaml").write_text(LAYOUT, "utf-8")
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    town = Town(tmp_path / "data")
    town.register(folder)
    yield town
    town.close()


def usage(folder: Path, number: int = 1, prefix: str = "U-") -> bytes:
    codec, out = FileCodec(FileLayout.load(folder / "layout.yaml")), BytesIO()
    rows = [{"DH": f"{prefix}{n}", "ZT": "W", "MC": f"流水{n}", "JE": f"{n}.10"} for n in range(COUNT)]
    codec.write(out, (("MX", row) for row in rows), FileName("", "20261101", number), {}, {})
    return out.getvalue()


def result(number: int, key: str, state: str = "0") -> tuple[str, bytes]:
    return f"JS_MB_20261102_{number:04d}.txt", f"H|20261102|{key}|{state}|1||\r\nT|0\r\n".encode("gbk")


def test_a_days_file_survives_kill_9_and_comes_back_as_results(town: Town, tmp_path: Path) -> None:
    (town.billing / "in" / "YL_20261101_0001.csv").write_bytes(usage(tmp_path / "usage-drop"))
    (town.billing / "in" / "YL_20261101_0001.flg").touch()

    town.start(failpoint="consumer.before_ack").wait(LIMIT)  # the orders are kept, the file knows nothing of it
    hub = town.start()
    town.hubs.find()
    until(lambda: list((town.billing / "in" / "archive").glob("*.csv")), bool)
    orders = until(town.orders, lambda found: len(found) >= COUNT)
    assert sorted(order["external_id"] for order in orders) == sorted(f"U-{n}" for n in range(COUNT))

    statements = until(town.statements, lambda found: len(found) == COUNT)
    assert [path.name for path in statements] == [f"MB_JS_20261101_{n:04d}.txt" for n in range(1, COUNT + 1)]
    until(lambda: list((town.settlement / "daily").glob("*.ok")), lambda flags: len(flags) == COUNT)
    layout = bundled_folder() / "SETTLE" / "settle-daily" / "settle-daily.layout.yaml"
    trees = [FileCodec(FileLayout.load(layout)).tree(path.read_bytes()) for path in statements]
    assert {tree["MX"][0]["LSH"] for tree in trees} == {f"流水{n}" for n in range(COUNT)}

    folder = town.settlement / "result"
    folder.mkdir()
    for number, tree in enumerate(trees, start=1):
        name, body = result(number, tree["HEAD"]["DZH"], "1" if number == COUNT else "0")
        (folder / name).write_bytes(body)
        (folder / f"{name}.ok").touch()
    ended = until(town.orders, lambda found: all(order["reached"] for order in found))
    reached = [order["reached"] for order in ended]
    assert (reached.count("completed"), reached.count("failed")) == (COUNT - 1, 1)
    assert len(town.statements()) == COUNT, "no file was laid out twice"
    hub.terminate()
