"""The hub's tables: one SQLAlchemy Core schema for SQLite and PostgreSQL.

Times are BIGINT microseconds UTC; ids are ULID text with a type prefix; JSON columns are for carrying and display,
never in a WHERE. What a WHERE needs has its own column.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

Time = sa.BigInteger
Id = sa.String(40)
Code = sa.String(64)
Json = sa.JSON(none_as_null=True)


def _text(name: str, **kw: object) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False, server_default="", **kw)  # type: ignore[arg-type]


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False, server_default="0")


LOOSE = "direction = 'in' AND in_reply_to = '' AND order_id = '' AND task_id = ''"
"""Requests that belong to no order: questions and refusals. The balance counts them; few, so their index is small."""

WAITING = "state = 'waiting' AND deadline_at > 0"
"""Tasks whose wait can run out. A query must say it literally to be served by their index."""

ACTIVE = "state = 'active'"

# The journal (EIP message store), append-only: every message in and out with its original bytes.
message = sa.Table(
    "message",
    metadata,
    # display order of the journal; never an order of arrival on a lane
    sa.Column("seq", sa.Integer().with_variant(sa.BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    sa.Column("id", Id, nullable=False, unique=True),
    sa.Column("direction", sa.String(3), nullable=False),  # in | out
    _text("endpoint"),  # door or channel: "soap:/soap/order-intake"
    _text("interface"),  # spec ref, "rm-resource@1.0.0"
    _text("operation"),
    _text("peer"),  # system instance on the other side
    _text("type"),  # canonical type
    _text("exchange_id"),
    _text("key"),  # business key in the message
    _text("correlation_id"),
    sa.Column("in_reply_to", Id, nullable=False, server_default=""),
    sa.Column("order_id", Id, nullable=False, server_default=""),
    sa.Column("task_id", Id, nullable=False, server_default=""),
    _text("area"),
    sa.Column("at", Time, nullable=False),
    _text("outcome"),  # ok | accepted | refused | a Failure code | matched | early | late | duplicate | unknown
    sa.Column("failure", Json),
    sa.Column("content_type", sa.String(200), nullable=False, server_default=""),
    sa.Column("headers", Json),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("canonical", Json),
    sa.Index("message_order", "order_id"),
    sa.Index("message_key", "key"),
    sa.Index("message_task", "task_id"),
    sa.Index("message_at", "at"),
    sa.Index("message_loose", "task_id", "outcome", sqlite_where=sa.text(LOOSE), postgresql_where=sa.text(LOOSE)),
)

# One id per exchange (TransactionID, MessageID, AMQP message_id), stored with the message it accepted.
exchange = sa.Table(
    "exchange",
    metadata,
    sa.Column("scope", sa.String(100), primary_key=True),  # source system
    sa.Column("exchange_id", sa.String(200), primary_key=True),
    sa.Column("message_id", Id, nullable=False),
    sa.Column("order_id", Id, nullable=False, server_default=""),
    sa.Column("answer", Json),  # the canonical reply, replayed where the envelope says so
    sa.Column("at", Time, nullable=False),
)

# One business key, one effect.
business_key = sa.Table(
    "business_key",
    metadata,
    sa.Column("source", sa.String(100), primary_key=True),
    sa.Column("area", sa.String(16), primary_key=True),
    sa.Column("type", Code, primary_key=True),
    sa.Column("external_id", sa.String(200), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),  # of the canonical business content
    sa.Column("order_id", Id, nullable=False),
    sa.Column("answer", Json),
    _flag("freed"),  # 1 = returned, cancelled or recycled: the number may be used for the next round
    sa.Index("business_key_order", "order_id"),
)

# Arrival order per (origin system, product instance): numbers handed out under a row lock inside accept.
lane = sa.Table(
    "lane",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False),
)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _text("type"),  # canonical type: ProductOrder, ResourceOrder ...
    _text("source"),  # system instance that ordered
    _text("channel"),  # interface id it came by
    _text("external_id"),
    _text("area"),
    sa.Column("state", sa.String(16), nullable=False),  # hub/lifecycle.py ORDER
    sa.Column("outcome", sa.String(16), nullable=False, server_default=""),  # where undoing leads: failed | cancelled
    _text("action"),
    _text("product_instance"),
    _text("product_family"),
    sa.Column("parent_order", Id, nullable=False, server_default=""),
    sa.Column("parent_task", Id, nullable=False, server_default=""),
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="5"),
    _text("reply_to"),
    _text("plan_version"),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("completed_at", Time, nullable=False, server_default="0"),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    _flag("compensated"),
    sa.Column("message_id", Id, nullable=False, server_default=""),
    sa.Column("body", Json, nullable=False),
    sa.Index("orders_external", "external_id", "source"),
    sa.Index("orders_state", "state", "created_at"),
    sa.Index("orders_parent", "parent_order"),
    sa.Index("orders_instance", "product_instance"),
)

# Whose turn it is: an order's number on each of its lanes (one per product instance it is about).
order_lane = sa.Table(
    "order_lane",
    metadata,
    sa.Column("lane", sa.String(200), primary_key=True),
    sa.Column("no", sa.BigInteger, primary_key=True),
    sa.Column("order_id", Id, nullable=False),
    sa.Index("order_lane_order", "order_id"),
)

# A task is a durable command; the plan is copied into these rows at acceptance.
task = sa.Table(
    "task",
    metadata,
    sa.Column("id", Id, primary_key=True),  # also the key the peer sees (externalId, correlation_id)
    sa.Column("order_id", Id, nullable=False),
    sa.Column("pos", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False, server_default="do"),  # do | undo | notify
    _text("name"),
    _text("function"),
    _text("operation"),
    _text("type"),
    sa.Column("state", sa.String(12), nullable=False),  # hub/lifecycle.py TASK
    sa.Column("mode", sa.String(8), nullable=False, server_default="send"),  # send | ask
    _flag("sent"),  # 1 = this attempt may have reached the peer (recorded before sending)
    sa.Column("after", Json, nullable=False),
    sa.Column("inputs", Json, nullable=False),
    sa.Column("undo", Json),
    sa.Column("undo_of", Id, nullable=False, server_default=""),
    sa.Column("point_of_no_return", sa.String(8), nullable=False, server_default=""),
    sa.Column("title", Json),
    _text("peer"),  # system instance bound at acceptance
    _text("interface"),  # spec ref bound at acceptance
    sa.Column("body", Json, nullable=False),  # canonical request; inputs are filled in when it gets ready
    sa.Column("output", Json),  # canonical reply or callback
    sa.Column("failure", Json),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
    sa.Column("priority", sa.SmallInteger, nullable=False, server_default="5"),
    sa.Column("due_at", Time, nullable=False, server_default="0"),  # business time
    sa.Column("deadline_at", Time, nullable=False, server_default="0"),  # of a wait; 0 = none
    _flag("deadline_real"),  # 1 = deadline_at is real time (AMQP time-outs)
    sa.Column("lease_owner", sa.String(80), nullable=False, server_default=""),
    sa.Column("lease_until", Time, nullable=False, server_default="0"),  # real time
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("updated_at", Time, nullable=False, server_default="0"),
    sa.Index("task_order", "order_id"),
    # in the order in which due tasks are taken; with the peer, so that a dead peer's many are skipped in the index
    sa.Index("task_due", "state", "priority", "due_at", "id", "peer"),
    sa.Index(
        "task_wait", "deadline_real", "deadline_at", sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING)
    ),
)

# A task that needs a person.
fallout = sa.Table(
    "fallout",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("order_id", Id, nullable=False),
    sa.Column("task_id", Id, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # open | resolved
    _text("category"),  # data | connectivity | unknown_outcome | refused | other
    _text("signature"),  # groups what fails alike: peer/operation/code/partner code
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("failure", Json),
    _text("owner"),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("resolved_at", Time, nullable=False, server_default="0"),
    _text("resolution"),  # retry | skip | complete | cancel
    _text("resolved_by"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Index("fallout_state", "state", "created_at"),
    sa.Index("fallout_order", "order_id"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.Integer().with_variant(sa.BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    sa.Column("at", Time, nullable=False),
    _text("who"),
    _text("action"),
    _text("object"),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("detail", Json),
)

# What the hub knows of a peer right now: breaker and hold. One row per peer that ever failed or was held.
peer_state = sa.Table(
    "peer_state",
    metadata,
    sa.Column("peer", sa.String(64), primary_key=True),
    sa.Column("breaker", sa.String(8), nullable=False, server_default="closed"),  # closed | open
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # in a row
    sa.Column("since", Time, nullable=False, server_default="0"),  # of the present breaker state
    sa.Column("probe_at", Time, nullable=False, server_default="0"),  # real time of the next try while open
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    _flag("held"),
)

# Id cross-reference: peer id <-> canonical id, per peer and local network.
xref = sa.Table(
    "xref",
    metadata,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("system", sa.String(64), primary_key=True),
    sa.Column("area", sa.String(16), primary_key=True),
    sa.Column("peer_id", sa.String(200), primary_key=True),
    sa.Column("canonical_id", sa.String(200), nullable=False),
    sa.Index("xref_canonical", "kind", "system", "area", "canonical_id"),
)

# Registered interface specs: every file of the spec's folder, by content hash.
spec = sa.Table(
    "spec",
    metadata,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("version", sa.String(32), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # hub/lifecycle.py VERSION
    sa.Column("registered_at", Time, nullable=False),
    sa.Column("files", Json, nullable=False),  # relative path -> base64
    sa.Column("since", Time, nullable=False, server_default="0"),  # of the present state
    _text("who"),  # brought it into this state
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("proof", sa.String(12), nullable=False, server_default=""),  # iso | lossy | broken; "" = not recorded
    sa.Column("report", Json),  # what its examination found, with waivers
    sa.Index("spec_active", "id", unique=True, sqlite_where=sa.text(ACTIVE), postgresql_where=sa.text(ACTIVE)),
)

# Who spoke by which interface version and when last, counted from the journal up to setting spec_use_seq.
spec_use = sa.Table(
    "spec_use",
    metadata,
    sa.Column("interface", sa.String(200), primary_key=True),  # spec ref
    sa.Column("peer", sa.String(200), primary_key=True),
    sa.Column("last_at", Time, nullable=False),
    sa.Column("messages", sa.BigInteger, nullable=False),
)

topology = sa.Table(
    "topology",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("valid_from", Time, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("data", Json, nullable=False),
    _text("who"),
)

# Small facts every process follows: clock_offset (microseconds), registry_version, spec_use_seq.
setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.String(200), nullable=False),
)

# -- identity (hub/identity) ------------------------------------------------------------------------

# Who may call what: a caller's system instance x an interface, with its limits.
subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("system", Code, nullable=False),
    sa.Column("interface", sa.String(100), nullable=False),
    sa.Column("operations", Json, nullable=False),  # canonical names; [] = all
    sa.Column("areas", Json, nullable=False),  # local networks; [] = all
    sa.Column("callbacks", Json, nullable=False),  # scheme://host:port, noted for people
    sa.Column("limits", Json, nullable=False),  # ["50/s", "10000/d"]
    sa.Column("concurrency", sa.Integer, nullable=False, server_default="0"),  # 0 = no limit
    sa.Column("state", sa.String(12), nullable=False),  # active | revoked
    sa.Column("created_at", Time, nullable=False),
    sa.Column("revoked_at", Time, nullable=False, server_default="0"),
    sa.Index(
        "subscription_pair",
        "system",
        "interface",
        unique=True,
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    ),
)

# How a subscription's caller proves who it is. Never a secret: a hash of it, or the name of where it is kept.
credential = sa.Table(
    "credential",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("subscription_id", Id, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # api-key | sign | username-token
    sa.Column("prefix", sa.String(16), nullable=False, server_default=""),  # of an API key
    sa.Column("hash", sa.String(64), nullable=False, server_default=""),  # of an API key
    _text("reference"),  # env:NAME or file:PATH of a secret that must be known in clear
    _text("recipe"),  # how a sign is computed; "" = the secret itself
    sa.Column("created_at", Time, nullable=False),
    sa.Column("expires_at", Time, nullable=False, server_default="0"),  # real time; 0 = never
    sa.Index("credential_subscription", "subscription_id"),
)

# Nonces of WS-Security tokens that were taken, so that no process takes one again.
nonce = sa.Table(
    "nonce",
    metadata,
    sa.Column("scope", sa.String(64), primary_key=True),  # who said it
    sa.Column("nonce", sa.String(64), primary_key=True),  # its hash
    sa.Column("at", Time, nullable=False),
    sa.Index("nonce_at", "at"),
)

# Flow control, shared by all processes: what was handed out in the present window of each limit.
flow = sa.Table(
    "flow",
    metadata,
    sa.Column("subscription_id", Id, primary_key=True),
    sa.Column("span", sa.Integer, primary_key=True),  # seconds of the limit's window
    sa.Column("began", Time, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
)

# Requests a process has open for a subscription that may have only so many.
flow_open = sa.Table(
    "flow_open",
    metadata,
    sa.Column("subscription_id", Id, primary_key=True),
    sa.Column("owner", Id, primary_key=True),
    sa.Column("open", sa.Integer, nullable=False),
    sa.Column("until", Time, nullable=False),  # after which a process that is gone counts no more
)

# Local users.
person = sa.Table(
    "person",
    metadata,
    sa.Column("name", Code, primary_key=True),
    sa.Column("password", sa.String(200), nullable=False),  # scrypt, with its cost and salt
    sa.Column("roles", Json, nullable=False),
    sa.Column("areas", Json, nullable=False),  # local networks; [] = all
    sa.Column("state", sa.String(12), nullable=False),  # active | disabled
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # wrong passwords in a row
    sa.Column("locked_until", Time, nullable=False, server_default="0"),
    sa.Column("created_at", Time, nullable=False),
)

# Logins; the browser holds what this is the hash of.
session = sa.Table(
    "session",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("person", Code, nullable=False),
    sa.Column("expires_at", Time, nullable=False),
    sa.Index("session_person", "person"),
)

# One row per hub process on PostgreSQL: the number of its last batch, written with the batch. Where a connection broke
# during COMMIT it tells whether the batch is there (hub/store/process.py).
process = sa.Table(
    "process",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("batch", sa.BigInteger, nullable=False),
    sa.Column("started_at", Time, nullable=False),
)
