"""One contract taken as far as it goes: judged, drafted, used. For a process of its own, which may hang or die."""

from __future__ import annotations

import traceback
from contextlib import suppress
from pathlib import Path

from interfaces.codec.xml import XmlContract
from interfaces.contract.check import check
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure
from interfaces.skeleton import Options, drafts

Job = tuple[Path, bool]
"""(main file, whether it is drafted too)."""


def tried(job: Job) -> str:
    """What went wrong that is no Failure and no finding; "" when nothing did."""
    path, draft_too = job
    try:
        report = check(path)
        named = [finding for finding in report.findings if finding.code.startswith("operation-")]
        if report.declared != report.operations + len(named):
            return f"{report.declared} declared, {report.operations} read, {len(named)} named"
        report.to_json()
        if path.suffix in (".wsdl", ".xsd", ".xml"):
            with suppress(Failure):
                _use(XmlContract.load(path))
        for kind in ("soap", "rest", "amqp") if draft_too else ():
            with suppress(Failure):
                drafts(path, path.parent, Options(kind=kind))
    except Exception:  # whatever it is, the reader should have said it in its own words
        return traceback.format_exc()
    return ""


def _use(contract: XmlContract) -> None:
    """What a caller does with a contract, whatever the check said."""
    for name in contract.model.elements:
        with suppress(Failure, NoSample):
            contract.validate(contract.element(name).build(contract.sample(name)))
