from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from logging_db import migrate
from logging_db.tables import metadata


def test_the_head_of_the_migrations_equals_the_tables(engine: Engine):
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    assert migrate.current(engine) == migrate.head()


def test_every_migration_goes_down_and_up_again(engine: Engine, database_url: str):
    migrate.downgrade(database_url, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate.upgrade(database_url)
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
