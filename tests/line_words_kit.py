"""Lines with words of their own, as the console writes them down."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from logging_db.columns import new_id
from logging_db.engine import write
from logging_db.tables import calls, counters, line_words, lines, offers, recordings, responders
from telephony import music

MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)


def give_words(engine: Engine, number: str, key: str, language: str, text: str) -> None:
    """Have the line say ``text``; what it said before for that key is gone."""
    _write(engine, number, key, language, text=text)


def give_recording(
    engine: Engine, number: str, key: str, language: str, seconds: float = 18.0, says: str = ""
) -> str:
    """Have the line play a recording, said to last so long; return its id."""
    recording_id = new_id()
    with write(engine) as connection:
        connection.execute(
            insert(recordings).values(
                id=recording_id,
                line_id=connection.execute(_line_id(number)).scalar_one(),
                name="bienvenue.wav",
                sound=music.loop(),
                seconds=seconds,
                transcript=says,
                made_at=MADE_AT,
            )
        )
    _write(engine, number, key, language, recording_id=recording_id)
    return recording_id


def _line_id(number: str):
    return select(lines.c.id).where(lines.c.number == number)


def _write(engine: Engine, number: str, key: str, language: str, **said: str) -> None:
    with write(engine) as connection:
        line_id = connection.execute(_line_id(number)).scalar_one()
        connection.execute(
            line_words.delete().where(
                line_words.c.line_id == line_id,
                line_words.c.key == key,
                line_words.c.language == language,
            )
        )
        connection.execute(
            insert(line_words).values(
                id=new_id(),
                line_id=line_id,
                key=key,
                language=language,
                changed_at=MADE_AT,
                **said,
            )
        )
        connection.execute(
            update(counters).where(counters.c.name == "roster").values(value=counters.c.value + 1)
        )


def write_answers(engine: Engine, now: datetime, every: int, language: str = "fr") -> None:
    """Write down that people who had waited for five minutes were answered, one by one."""
    with write(engine) as connection:
        line_id = connection.execute(select(lines.c.id)).scalar_one()
        people = connection.execute(select(responders.c.id)).scalars().all()
        for n in range(12):
            at = now - timedelta(seconds=every * n)
            since, call_id, offer_id = at - timedelta(minutes=5), new_id(), new_id()
            connection.execute(
                insert(calls).values(
                    id=call_id, provider_sid=f"CA{n + 100:032x}", line_id=line_id,
                    language=language, state="ended", place="words", outcome="answered",
                    offer_id=offer_id, received_at=since, waiting_at=since, answered_at=at,
                    ended_at=at, seen_at=at,
                )
            )  # fmt: skip
            connection.execute(
                insert(offers).values(
                    id=offer_id, line_id=line_id, call_id=call_id, state="taken", open=False,
                    responder_id=people[n % len(people)], offered_at=at, closed_at=since,
                )
            )  # fmt: skip
