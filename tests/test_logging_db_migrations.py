from datetime import date

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, inspect, select, table, text

from logging_db import migrate
from logging_db.engine import read
from logging_db.rosters import read_book
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


# A roster and a person as revision 0001 kept them.
OLD_ROWS: dict[str, dict[str, object]] = {
    "lines": {
        "id": "l" * 32, "number": "+3280035243", "name": "Allo", "languages": '["fr", "nl"]',
        "timezone": "Europe/Brussels", "caller_id": "+3225550100", "ring_seconds": 20,
        "max_wait_seconds": 600, "wrap_up_seconds": 30, "callback_when_closed": False,
    },
    "opening_hours": {
        "id": "h" * 32, "line_id": "l" * 32, "weekday": 0, "opens": "09:00:00",
        "closes": "17:00:00",
    },
    "closures": {
        "id": "c" * 32, "line_id": "l" * 32, "day": "2026-12-25", "names": '{"fr": "Noël"}',
    },
    "partner_services": {"id": "s" * 32, "code": "caw", "names": '{"nl": "CAW"}'},
    "responders": {
        "id": "r" * 32, "service_id": "s" * 32, "name": "Alice", "phone": b"sealed",
        "languages": '["fr"]', "active": True,
    },
    "shifts": {
        "id": "a" * 32, "line_id": "l" * 32, "service_id": "s" * 32, "position": 1,
        "weekday": 0, "starts": "09:00:00", "ends": "13:00:00", "needed": 1,
    },
    "assignments": {
        "id": "b" * 32, "shift_id": "a" * 32, "responder_id": "r" * 32, "position": 0,
    },
    "users": {
        "id": "u" * 32, "email": "anne@example.org", "name": "Anne", "role": "coordinator",
        "language": "fr", "active": True, "created_at": "2026-11-23 09:00:00+00:00",
    },
}  # fmt: skip


def put(connection: Connection, name: str, row: dict[str, object]) -> None:
    """Insert a row of text and numbers as they are, whatever the tables are by now."""
    columns, places = ", ".join(row), ", ".join(f":{column}" for column in row)
    statement = f"INSERT INTO {name} ({columns}) VALUES ({places})"  # noqa: S608 # all names are ours
    connection.execute(text(statement), row)


def kept(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in OLD_ROWS
        }


def test_data_survives_every_migration_up_and_down(engine: Engine, database_url: str):
    migrate.downgrade(database_url, "0001")
    with engine.begin() as connection:
        for name, row in OLD_ROWS.items():
            put(connection, name, row)
    one_of_each = dict.fromkeys(OLD_ROWS, 1)
    migrate.upgrade(database_url)
    assert kept(engine) == one_of_each
    with engine.begin() as connection:
        zone = connection.execute(text("SELECT zone, languages, version FROM shifts")).one()
    assert zone[0] == "Europe/Brussels"
    with read(engine) as connection:
        roster = read_book(connection, date(2026, 11, 23), date(2026, 11, 30)).by_id["l" * 32]
    assert [shift.responders for shift in roster.shifts] == [("r" * 32,)]
    migrate.downgrade(database_url, "0001")
    assert kept(engine) == one_of_each
    migrate.upgrade(database_url)
    assert kept(engine) == one_of_each


def test_going_back_drops_only_what_the_older_shape_cannot_say(engine: Engine, database_url: str):
    """Occurrences that were called off and weeks kept by name go; dated shifts stay."""
    migrate.downgrade(database_url, "0002")
    with engine.begin() as connection:
        for name, row in OLD_ROWS.items():
            if name not in ("users", "closures", "opening_hours"):
                more = {"zone": "Europe/Brussels"} if name == "shifts" else {}
                put(connection, name, row | more)
        for n, cancelled in enumerate((False, True)):
            dated = OLD_ROWS["shifts"] | {
                "id": str(n) * 32, "weekday": None, "day": f"2026-11-{23 + 7 * n}",
                "zone": "Europe/Brussels", "weekly_id": "a" * 32,
                "weekly_day": f"2026-11-{23 + 7 * n}", "cancelled": cancelled,
            }  # fmt: skip
            put(connection, "shifts", dated)
    migrate.downgrade(database_url, "0001")
    with engine.begin() as connection:
        ids = set(connection.execute(text("SELECT id FROM shifts")).scalars())
    assert ids == {"a" * 32, "0" * 32}
    assert kept(engine)["assignments"] == 1
    migrate.upgrade(database_url)


def test_whoever_had_proved_a_number_is_marked_as_no_files_any_more(
    engine: Engine, database_url: str
):
    migrate.downgrade(database_url, "0003")
    with engine.begin() as connection:
        put(connection, "partner_services", OLD_ROWS["partner_services"])
        proved = {"verified_at": "2026-11-23 09:00:00+00:00"}
        put(connection, "responders", OLD_ROWS["responders"] | proved)
        put(connection, "responders", OLD_ROWS["responders"] | {"id": "q" * 32, "name": "Bram"})
    migrate.upgrade(database_url)
    with engine.begin() as connection:
        columns = "name, by_hand, file_service, file_name"
        rows = connection.execute(text(f"SELECT {columns} FROM responders ORDER BY name")).all()  # noqa: S608 # all names are ours
    assert [(row[0], bool(row[1]), *row[2:]) for row in rows] == [
        ("Alice", True, "caw", "Alice"),
        ("Bram", False, None, None),
    ]
    migrate.downgrade(database_url, "0003")
    assert "by_hand" not in {each["name"] for each in inspect(engine).get_columns("responders")}
    migrate.upgrade(database_url)
