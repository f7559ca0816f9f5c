"""Alembic's entry: runs the migrations over the engine that ``logging_db.migrate`` gives."""

from alembic import context
from sqlalchemy import text

from logging_db.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # A migration may take longer than a webhook is allowed to; and two processes that
        # start together must not both migrate.
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(7220352430)"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
