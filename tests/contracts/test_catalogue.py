"""The schemas that everybody imports and nobody ships: each stands on its own legs."""

from __future__ import annotations

import pytest

from interfaces.contract import catalogue
from interfaces.contract.check import check


@pytest.mark.parametrize("namespace", catalogue.namespaces())
def test_it_is_whole(namespace: str) -> None:
    path = catalogue.schema(namespace) or catalogue.wsdl(namespace)
    assert path is not None
    report = check(path)
    assert report.ok, report.findings
    assert {f.code for f in report.findings} <= {"binding-missing"}
