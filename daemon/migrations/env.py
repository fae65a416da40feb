"""Alembic's entry: runs the versions on the connection that `store.database` hands over."""

from alembic import context
from sqlmodel import SQLModel

from daemon import tables  # noqa: F401  fills SQLModel.metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
