"""97 speaks by interface tables in GBK: a row in, a row per step out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mocks.conftest import SYSTEMS, Play, until

ORDER = {"BDW": "8330300", "DZ": "A", "YWLX": "GH", "YHMC": "钱示例", "ZJDZ": "示例路97号", "CLBZ": "0"}


class Tables:
    """The other side of the interface tables."""

    def __init__(self, play: Callable[..., Play], folder: Path) -> None:
        self.world = play("97")
        self.db = sqlite3.connect(folder / "97.db", timeout=10, isolation_level=None)
        self.db.row_factory = sqlite3.Row

    def order(self, number: str, user: str = "PI-1", **more: str) -> None:
        row = {"DJH": number, "YHBH": user, **ORDER, **more}
        sql = f"INSERT INTO IF_GONGDAN ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        self.db.execute(sql, [value.encode("gbk") for value in row.values()])

    def rows(self, number: str) -> list[dict[str, Any]]:
        found = self.db.execute("SELECT * FROM IF_HUIDAN WHERE DJH = ? ORDER BY XH", (number.encode(),))
        return [{k: v.decode("gbk") for k, v in dict(row).items() if isinstance(v, bytes)} for row in found]

    def states(self, number: str) -> str:
        return "".join(row["ZT"] for row in self.rows(number))

    def mark(self, number: str) -> str:
        found = self.db.execute("SELECT CLBZ FROM IF_GONGDAN WHERE DJH = ?", (number.encode(),)).fetchone()
        return str(found[0].decode())


@pytest.fixture
def tables(play: Callable[..., Play], tmp_path: Path) -> Iterator[Tables]:
    tables = Tables(play, tmp_path)
    yield tables
    tables.db.close()


def test_an_order_goes_through_its_states_and_tells_number_and_line(tables: Tables) -> None:
    tables.order("D1", DHHM="0577-81000001")
    until(lambda: tables.states("D1") == "SZW")
    done = tables.rows("D1")[-1]
    assert (done["DHHM"], done["HJ"]) == ("0577-81000001", "竣工")
    assert done["XLBM"]
    assert len(done["WGSJ"]) == 14
    assert tables.mark("D1") == "W"
    assert tables.world.effects("97") == {("D1", "provision"): 1}


def test_without_a_wish_97_gives_a_number(tables: Tables) -> None:
    tables.order("D1", YWLX="KD")
    until(lambda: tables.states("D1") == "SZW")
    assert tables.rows("D1")[-1]["DHHM"].startswith("0577-82")
    assert tables.rows("D1")[-1]["SBBM"]


def test_a_number_in_use_is_refused(tables: Tables) -> None:
    tables.order("D1", DHHM="0577-81000001")
    tables.order("D2", "PI-2", DHHM="0577-81000001")
    until(lambda: tables.states("D2") == "J")
    assert tables.rows("D2")[0]["TDSM"] == "号码已被占用"


def test_the_field_can_return_an_order(tables: Tables) -> None:
    tables.world.fault("97", "return", "PI-1", "provision", **{"class": "customer"})
    tables.order("D1")
    until(lambda: tables.states("D1") == "SZT")
    assert tables.rows("D1")[-1]["TDLB"] == "3"
    assert tables.world.effects("97") == {}


def test_silence_leaves_the_row_taken(tables: Tables) -> None:
    tables.world.fault("97", "timeout_not_done")
    tables.order("D1")
    until(lambda: tables.mark("D1") == "S")
    assert tables.rows("D1") == []


def test_a_row_without_what_97_needs_is_put_aside(tables: Tables) -> None:
    tables.order("D1", user="")
    tables.order("D2")
    until(lambda: tables.states("D2") == "SZW")
    assert (tables.mark("D1"), tables.rows("D1")) == ("J", [])


def test_a_finished_order_is_taken_back(tables: Tables) -> None:
    tables.order("D1", DHHM="0577-81000001")
    until(lambda: tables.states("D1") == "SZW")
    tables.order("D2", DZ="Q", YDJH="D1")
    until(lambda: tables.states("D2") == "W")
    assert tables.mark("D1") == "C"
    tables.order("D3", "PI-2", DHHM="0577-81000001")
    until(lambda: tables.states("D3") == "SZW")


def test_the_tables_have_the_agreed_columns(tables: Tables) -> None:
    layout = yaml.safe_load((SYSTEMS / "97" / "order97" / "tables.yaml").read_text("utf-8"))
    for name, table in layout["tables"].items():
        columns = [row["name"] for row in tables.db.execute(f"PRAGMA table_info({name})")]
        assert columns == list(table["columns"])
