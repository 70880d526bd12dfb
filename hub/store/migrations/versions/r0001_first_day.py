"""The first day's tables. Whatever is there already stays: a file made before there were revisions is taken over."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_table = partial(op.create_table, if_not_exists=True)
_index = partial(op.create_index, if_not_exists=True)


def upgrade() -> None:
    for make in TABLES:
        make()


def _audit() -> None:
    _table(
        "audit",
        sa.Column("seq", sa.Integer().with_variant(sa.BigInteger, "postgresql"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(200), server_default="", nullable=False),
        sa.Column("action", sa.String(200), server_default="", nullable=False),
        sa.Column("object", sa.String(200), server_default="", nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("seq"),
    )


def _business_key() -> None:
    _table(
        "business_key",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True)),
        sa.Column("freed", sa.SmallInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("source", "area", "type", "external_id", "round"),
    )
    _index("business_key_order", "business_key", ["order_id"])


def _credential() -> None:
    _table(
        "credential",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("prefix", sa.String(16), server_default="", nullable=False),
        sa.Column("hash", sa.String(64), server_default="", nullable=False),
        sa.Column("reference", sa.String(200), server_default="", nullable=False),
        sa.Column("recipe", sa.String(200), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("credential_subscription", "credential", ["subscription_id"])


def _exchange() -> None:
    _table(
        "exchange",
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("exchange_id", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("order_id", sa.String(40), server_default="", nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True)),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "exchange_id"),
    )


def _fallout() -> None:
    _table(
        "fallout",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("task_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("category", sa.String(200), server_default="", nullable=False),
        sa.Column("signature", sa.String(200), server_default="", nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("failure", sa.JSON(none_as_null=True)),
        sa.Column("owner", sa.String(200), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("resolved_at", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("resolution", sa.String(200), server_default="", nullable=False),
        sa.Column("resolved_by", sa.String(200), server_default="", nullable=False),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("fallout_order", "fallout", ["order_id"])
    _index("fallout_state", "fallout", ["state", "created_at"])


def _flow() -> None:
    _table(
        "flow",
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("span", sa.Integer, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "span"),
    )


def _flow_open() -> None:
    _table(
        "flow_open",
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("open", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", "owner"),
    )


def _lane() -> None:
    _table(
        "lane",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _message() -> None:
    _table(
        "message",
        sa.Column("seq", sa.Integer().with_variant(sa.BigInteger, "postgresql"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("endpoint", sa.String(200), server_default="", nullable=False),
        sa.Column("interface", sa.String(200), server_default="", nullable=False),
        sa.Column("operation", sa.String(200), server_default="", nullable=False),
        sa.Column("peer", sa.String(200), server_default="", nullable=False),
        sa.Column("type", sa.String(200), server_default="", nullable=False),
        sa.Column("exchange_id", sa.String(200), server_default="", nullable=False),
        sa.Column("key", sa.String(200), server_default="", nullable=False),
        sa.Column("correlation_id", sa.String(200), server_default="", nullable=False),
        sa.Column("in_reply_to", sa.String(40), server_default="", nullable=False),
        sa.Column("order_id", sa.String(40), server_default="", nullable=False),
        sa.Column("task_id", sa.String(40), server_default="", nullable=False),
        sa.Column("area", sa.String(200), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(200), server_default="", nullable=False),
        sa.Column("failure", sa.JSON(none_as_null=True)),
        sa.Column("content_type", sa.String(200), server_default="", nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True)),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("canonical", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    _index("message_at", "message", ["at"])
    _index("message_key", "message", ["key"])
    _index(
        "message_loose",
        "message",
        ["task_id", "outcome"],
        sqlite_where=sa.text("direction = 'in' AND in_reply_to = '' AND order_id = '' AND task_id = ''"),
        postgresql_where=sa.text("direction = 'in' AND in_reply_to = '' AND order_id = '' AND task_id = ''"),
    )
    _index("message_order", "message", ["order_id"])
    _index("message_task", "message", ["task_id"])


def _nonce() -> None:
    _table(
        "nonce",
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "nonce"),
    )
    _index("nonce_at", "nonce", ["at"])


def _order_lane() -> None:
    _table(
        "order_lane",
        sa.Column("lane", sa.String(200), nullable=False),
        sa.Column("no", sa.BigInteger, nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("lane", "no"),
    )
    _index("order_lane_order", "order_lane", ["order_id"])


def _orders() -> None:
    _table(
        "orders",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("type", sa.String(200), server_default="", nullable=False),
        sa.Column("source", sa.String(200), server_default="", nullable=False),
        sa.Column("channel", sa.String(200), server_default="", nullable=False),
        sa.Column("external_id", sa.String(200), server_default="", nullable=False),
        sa.Column("area", sa.String(200), server_default="", nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), server_default="", nullable=False),
        sa.Column("action", sa.String(200), server_default="", nullable=False),
        sa.Column("product_instance", sa.String(200), server_default="", nullable=False),
        sa.Column("product_family", sa.String(200), server_default="", nullable=False),
        sa.Column("parent_order", sa.String(40), server_default="", nullable=False),
        sa.Column("parent_task", sa.String(40), server_default="", nullable=False),
        sa.Column("priority", sa.SmallInteger, server_default="5", nullable=False),
        sa.Column("reply_to", sa.String(200), server_default="", nullable=False),
        sa.Column("plan_version", sa.String(200), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("completed_at", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("compensated", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("message_id", sa.String(40), server_default="", nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("orders_external", "orders", ["external_id", "source"])
    _index("orders_instance", "orders", ["product_instance"])
    _index("orders_parent", "orders", ["parent_order"])
    _index("orders_state", "orders", ["state", "created_at"])


def _peer_state() -> None:
    _table(
        "peer_state",
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("breaker", sa.String(8), server_default="closed", nullable=False),
        sa.Column("failures", sa.Integer, server_default="0", nullable=False),
        sa.Column("since", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("probe_at", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("held", sa.SmallInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("peer"),
    )


def _person() -> None:
    _table(
        "person",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("areas", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("failures", sa.Integer, server_default="0", nullable=False),
        sa.Column("locked_until", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _session() -> None:
    _table(
        "session",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    _index("session_person", "session", ["person"])


def _process() -> None:
    _table(
        "process",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _setting() -> None:
    _table(
        "setting",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _spec() -> None:
    _table(
        "spec",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("registered_at", sa.BigInteger, nullable=False),
        sa.Column("files", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )


def _subscription() -> None:
    _table(
        "subscription",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("interface", sa.String(100), nullable=False),
        sa.Column("operations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("areas", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("callbacks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("limits", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("concurrency", sa.Integer, server_default="0", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index(
        "subscription_pair",
        "subscription",
        ["system", "interface"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def _task() -> None:
    _table(
        "task",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("order_id", sa.String(40), nullable=False),
        sa.Column("pos", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), server_default="do", nullable=False),
        sa.Column("name", sa.String(200), server_default="", nullable=False),
        sa.Column("function", sa.String(200), server_default="", nullable=False),
        sa.Column("operation", sa.String(200), server_default="", nullable=False),
        sa.Column("type", sa.String(200), server_default="", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(8), server_default="send", nullable=False),
        sa.Column("sent", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("undo", sa.JSON(none_as_null=True)),
        sa.Column("undo_of", sa.String(40), server_default="", nullable=False),
        sa.Column("point_of_no_return", sa.String(8), server_default="", nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True)),
        sa.Column("peer", sa.String(200), server_default="", nullable=False),
        sa.Column("interface", sa.String(200), server_default="", nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("output", sa.JSON(none_as_null=True)),
        sa.Column("failure", sa.JSON(none_as_null=True)),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("attempt", sa.Integer, server_default="0", nullable=False),
        sa.Column("priority", sa.SmallInteger, server_default="5", nullable=False),
        sa.Column("due_at", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("deadline_at", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("deadline_real", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("lease_owner", sa.String(80), server_default="", nullable=False),
        sa.Column("lease_until", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("fence", sa.Integer, server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _index("task_due", "task", ["state", "priority", "due_at", "id", "peer"])
    _index("task_order", "task", ["order_id"])
    _index(
        "task_wait",
        "task",
        ["deadline_real", "deadline_at"],
        sqlite_where=sa.text("state = 'waiting' AND deadline_at > 0"),
        postgresql_where=sa.text("state = 'waiting' AND deadline_at > 0"),
    )


def _topology() -> None:
    _table(
        "topology",
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("who", sa.String(200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )


def _xref() -> None:
    _table(
        "xref",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("peer_id", sa.String(200), nullable=False),
        sa.Column("canonical_id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("kind", "system", "area", "peer_id"),
    )
    _index("xref_canonical", "xref", ["kind", "system", "area", "canonical_id"])


TABLES = (
    _audit,
    _business_key,
    _credential,
    _exchange,
    _fallout,
    _flow,
    _flow_open,
    _lane,
    _message,
    _nonce,
    _order_lane,
    _orders,
    _peer_state,
    _person,
    _session,
    _process,
    _setting,
    _spec,
    _subscription,
    _task,
    _topology,
    _xref,
)
"""In the order in which they are made."""
