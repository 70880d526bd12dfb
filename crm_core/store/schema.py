"""Tables of the CRM. Times are BIGINT microseconds UTC, ids text; JSON columns are for display, never in WHERE."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table, text

metadata = MetaData()

party = Table(
    "crm_party",
    metadata,
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False, doc="individual | organisation"),
    Column("name", String, nullable=False),
    Column("identification_type", String),
    Column("identification_number", String),
    Column("phone", String),
    Index("crm_party_identification", "identification_number"),
)

customer = Table(
    "crm_customer",
    metadata,
    Column("id", String, primary_key=True, doc="a party in the role of customer; same id as its party"),
    Column("external_id", String),
    Column("status", String, nullable=False, doc="prospective | active | closed"),
    Column("area", String, nullable=False),
    Column("created_by", String, doc="order that brought the customer; NULL for one that was here before"),
    Index("crm_customer_external", "external_id"),
)

account = Table(
    "crm_account",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer_id", String, nullable=False),
    Index("crm_account_customer", "customer_id"),
)

product = Table(
    "crm_product",
    metadata,
    Column("id", String, primary_key=True, doc="product instance"),
    Column("customer_id", String, nullable=False),
    Column("account_id", String, nullable=False),
    Column("order_id", String, doc="order that brought it; NULL for one that was here before"),
    Column("area", String, nullable=False),
    Column("offering", String, nullable=False),
    Column("specification", String, nullable=False),
    Column("status", String, nullable=False, doc="pendingActive | active | suspended | terminated | aborted"),
    Column("service_number", String),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("characteristics", JSON, nullable=False),
    Column("places", JSON, nullable=False),
    Column("resources", JSON, nullable=False),
    Column("suspensions", JSON, nullable=False, doc="reasons in force"),
    Index("crm_product_customer", "customer_id"),
    # The database keeps the promise that one number serves one living instance of a kind.
    Index(
        "crm_product_number",
        "service_number",
        "area",
        "specification",
        unique=True,
        sqlite_where=text("status in ('pendingActive', 'active', 'suspended')"),
        postgresql_where=text("status in ('pendingActive', 'active', 'suspended')"),
    ),
)

pending = Table(
    "crm_pending",
    metadata,
    Column("instance", String, primary_key=True),
    Column("order_id", String, primary_key=True, doc="order that wants something of the instance"),
    Column("action", String, nullable=False, doc="business action"),
    Column("wanted", JSON, nullable=False, doc="columns of crm_product as they are to be"),
    Column("before", JSON, nullable=False, doc="the same columns as they were when the order came"),
    Column("done", Integer, nullable=False, doc="1 = in its place; kept, so that it can be taken back"),
)

change = Table(
    "crm_change",
    metadata,
    Column("key", String, primary_key=True, doc="externalId of the change"),
    Column("digest", String, nullable=False, doc="of its content, to tell a repeat from another change"),
    Column("result", JSON, nullable=False),
    Column("at", BigInteger, nullable=False, doc="real time it was recorded"),
)
