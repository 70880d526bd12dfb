"""VAS's REST API as its vendor wrote it down, and the services it offers (all invented)."""

from __future__ import annotations

from mocks.rest_side import RestService

_CHANGE = (
    "subscriptionId!64 requestId!40 lanId!16 serviceId64 accNbr32 origRequestId64 barLevel reasonCode64 reasonText400"
)

SERVICE = RestService(
    id="vas-subscription",
    base="/vsop/v1",
    types={"Param": "name!64 value!1000"},
    operations={
        "subscribe": (
            "POST /subscriptions",
            "requestId!40 lanId!16 subscriptionId!64 serviceId!64 offerId64 accNbr!32 custId64 custName200 "
            "origRequestId64 param*Param",
        ),
        "suspend": ("POST /subscriptions/{subscriptionId}/suspension", _CHANGE),
        "resume": ("POST /subscriptions/{subscriptionId}/resumption", _CHANGE),
        "cancel": ("POST /subscriptions/{subscriptionId}/cancellation", _CHANGE),
        "queryRequest": ("GET /requests/{requestId}", "requestId!40 lanId!16"),
        "querySubscriptions": ("GET /subscriptions", "lanId!16 accNbr32 subscriptionId64"),
    },
)

OFFERED = ("VAS-RINGTONE", "VAS-MAILBOX", "VAS-VIDEO")
"""Service ids that the platform knows."""
