"""Who a caller says he is where every message has to name both sides: as an example of the spec does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

NAMES = ("SrcOrgID", "SrcSysID", "SrcSysSign", "DstOrgID", "DstSysID")


def introduced(spec: InterfaceSpec) -> InterfaceSpec:
    """A ContractRoot spec whose ``as`` settings are those of its first example, where it has none itself; any other
    spec as it is."""
    if spec.transport.envelope != "contract-root" or "as" in spec.transport.settings:
        return spec
    agreement = Agreement(spec)
    for file in (spec.folder / entry["request"] for entry in spec.examples if "request" in entry):
        with suppress(Failure, OSError):
            header = agreement.peek(WireMessage(file.read_bytes(), "text/xml")).header
            said = {name: header[name] for name in NAMES if name in header}
            return replace(spec, transport=replace(spec.transport, settings={**spec.transport.settings, "as": said}))
    return spec
