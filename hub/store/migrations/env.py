"""Run by Alembic: the revisions go through the connection that hub/store/migrate.py holds, in its transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
