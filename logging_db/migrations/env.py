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
        connection.connection.dbapi_connection.limit = None
        connection.execute(text("SELECT pg_advisory_lock(7220352430)"))
        connection.commit()
    else:
        # SQLite changes a table by copying it and dropping the old one, which must not
        # take the rows with it that refer to it: https://www.sqlite.org/lang_altertable.html
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        orphans = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if orphans:
            raise RuntimeError(f"A migration left rows without what they refer to: {orphans[:5]}")
        connection.commit()
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")
