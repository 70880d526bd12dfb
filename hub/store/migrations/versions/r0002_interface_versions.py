"""Interface versions have states, with who, why and since when; one at most is active. Who uses which is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEWEST_ONLY = """
UPDATE spec SET state = 'deprecated' WHERE state = 'active' AND EXISTS (
    SELECT 1 FROM spec AS later WHERE later.id = spec.id AND later.state = 'active' AND (
        later.registered_at > spec.registered_at
        OR (later.registered_at = spec.registered_at AND later.version > spec.version)))
"""
"""Until now the version registered last was in force, whatever the state said."""


def upgrade() -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("spec")}
    for column in (
        sa.Column("since", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("who", sa.String(200), server_default="", nullable=False),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("proof", sa.String(12), server_default="", nullable=False),
        sa.Column("report", sa.JSON(none_as_null=True)),
    ):
        if column.name not in there:
            op.add_column("spec", column)
    op.execute(sa.text("UPDATE spec SET since = registered_at, who = 'bundled' WHERE since = 0"))
    op.execute(sa.text(NEWEST_ONLY))
    active = sa.text("state = 'active'")
    op.create_index(
        "spec_active", "spec", ["id"], unique=True, sqlite_where=active, postgresql_where=active, if_not_exists=True
    )
    op.create_table(
        "spec_use",
        sa.Column("interface", sa.String(200), nullable=False),
        sa.Column("peer", sa.String(200), nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("messages", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("interface", "peer"),
        if_not_exists=True,
    )
