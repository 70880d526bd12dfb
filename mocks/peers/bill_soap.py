"""BILL's query service as BILL's vendor wrote it down, and the accounts it starts with (all invented)."""

from __future__ import annotations

from mocks.spyne_side import Service

SERVICE = Service(
    id="bill-query",
    namespace="http://bill.example.cn/bill-query/v1",
    types={"BillItem": "bill_cycle! bill_amount! currency! paid_flag"},
    operations={
        "qryArrears": (
            "request_id40 lan_id!16 acct_id64 cust_id64 acc_nbr32",
            "request_id40 result_code!16 result_msg400 acct_id64 owe_amount currency owe_since owe_flag",
        ),
        "qryBalance": (
            "request_id40 lan_id!16 acct_id64 cust_id64 bill_cycle",
            "request_id40 result_code!16 result_msg400 acct_id64 balance currency bill*BillItem",
        ),
        "qrySyncResult": (
            "request_id!40 lan_id!16 prod_inst_id64",
            "request_id!40 result_code!16 result_msg400 sync_state! bill_seq64 fail_code64 fail_msg400",
        ),
    },
)

ACCOUNTS = (
    ("8330100", "200000000042", "0.00", "", "35.50"),
    ("8330100", "200000000101", "86.40", "2026-09-01", "0.00"),
    ("8330100", "200000000102", "0.00", "", "1200.00"),
    ("8330200", "200000000201", "129.00", "2026-08-01", "0.00"),
    ("8330200", "200000000202", "0.00", "", "0.00"),
    ("8330300", "200000000301", "45.00", "2026-10-01", "0.00"),
    ("8330300", "200000000302", "0.00", "", "8.00"),
)
"""(area, customer, owed, since, balance); the account of customer n is ``A<n>``."""
