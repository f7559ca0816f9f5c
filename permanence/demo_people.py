"""Those who log in to the console of the demo, and whom they may bring into a talk.

Run by the demo, as a program of its own.
"""

from argon2 import PasswordHasher
from sqlalchemy import Connection, select

from logging_db import contacts, users
from logging_db.cipher import FieldCipher
from logging_db.contacts import INTERPRETER, SERVICE, Entry
from logging_db.engine import write
from logging_db.tables import responders
from permanence.clock import now
from permanence.database import opened
from permanence.keys import field_key
from permanence.settings import load

PASSWORD = "ligne ouverte demain"  # noqa: S105 # printed by the demo, on this machine alone
RESPONDER = "Alice Martin"  # of the sample federation

# address, name, role, language
PEOPLE = (
    ("chloe@example.org", "Chloé Dubois", "coordinator", "fr"),
    ("alice@example.org", RESPONDER, "responder", "fr"),
    ("ada@example.org", "Ada Okafor", "administrator", "en"),
)

# Their telephones pick up by themselves: sample/cast.toml.
CONTACTS = (
    (Entry("Samira, interprète arabe", INTERPRETER, ("ar", "fr"), "En journée"), "+3225550301"),
    (Entry("Tolkendienst Oekraïens", INTERPRETER, ("uk", "nl"), "Dag en nacht"), "+3225550302"),
    (Entry("CPAS, accueil et aide urgente", SERVICE, ("fr", "nl"), "9 h – 16 h"), "+3225550303"),
)


def add(connection: Connection) -> None:
    """Add the people, with their password."""
    hashed = PasswordHasher().hash(PASSWORD)
    for email, name, role, language in PEOPLE:
        found = select(responders.c.id).where(responders.c.name == name)
        user_id = users.add(
            connection,
            email=email,
            name=name,
            role=role,
            language=language,
            at=now(),
            responder_id=connection.execute(found).scalar(),
        )
        users.change(connection, user_id, password_hash=hashed)


def main() -> None:
    """Add the people to the database of the settings."""
    settings = load()
    cipher = FieldCipher(field_key(settings))
    with opened(settings) as engine, write(engine) as connection:
        add(connection)
        for entry, number in CONTACTS:
            contacts.add(connection, cipher, entry, number, now())


if __name__ == "__main__":
    main()
