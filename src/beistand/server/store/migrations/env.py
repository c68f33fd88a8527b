"""Alembic's entry: runs the steps on the connection that `Database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from beistand.server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
