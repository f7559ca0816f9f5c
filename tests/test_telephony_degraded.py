"""What callers and responders hear while the database cannot be asked, and how soon."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from logging_db import migrate, pauses
from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine, read, write
from logging_db.federation import import_federation
from logging_db.live import busy
from telephony import snapshot
from telephony.desk import Desk
from telephony.snapshot import Snapshots
from telephony.spool import Spool
from tests.doubles import START, CountingBell, RecordingDialler, StillClock
from tests.kept_books import imported
from tests.own_postgres import own_server
from tests.provider import SID, Provider, document, said, telephone, verbs
from tests.stories.cast import FEDERATION

PROVIDER_WAITS = 5.0
CHILD = "CA" + "9" * 32


class Line:
    """The usual line, its database away, its snapshot kept; the provider is in our hands."""

    def __init__(self, folder: Path, cipher: FieldCipher, engine: Engine, federation: str) -> None:
        self.clock = StillClock()
        self.folder = folder
        self.desk = Desk(
            engine=engine,
            clock=self.clock,
            dialler=RecordingDialler(),
            bell=CountingBell(),
            cipher=cipher,
            public_url="https://voice.example.org",
            tokens=("the-auth-token",),
            snapshots=Snapshots(folder / "snapshot.json"),
            spool=Spool(folder / "spool"),
        )
        imported(engine, cipher, federation)
        with read(engine) as connection:
            book = self.desk.rosters.load(connection, START)
            self.desk.snapshots.keep(connection, book, START)
            (roster,) = book.by_id.values()
        self.people = {one.name.split()[0]: one.id for one in roster.responders.values()}
        self.provider = self.serve(self.desk)

    def serve(self, desk: Desk) -> Provider:
        return Provider(telephone(), desk)

    def without_database(self, **more: Any) -> Provider:
        """What another process serves, which has nothing but the disk."""
        nowhere = make_engine(f"sqlite:///{self.folder}/no/such/folder/x.db")
        fresh = Snapshots(self.folder / "snapshot.json")
        self.provider = self.serve(
            replace(self.desk, **({"engine": nowhere, "snapshots": fresh} | more))
        )
        return self.provider

    def kept(self, **more: Any) -> None:
        """Change what the snapshot says."""
        snapshots = self.desk.snapshots
        snapshots._write(replace(snapshots._latest, **more))


@pytest.fixture
def line(tmp_path: Path, cipher: FieldCipher, sqlite_template: Path) -> Line:
    return made(tmp_path, cipher, sqlite_template)


def made(tmp_path: Path, cipher: FieldCipher, template: Path, federation: str = FEDERATION) -> Line:
    file = tmp_path / "permanence.db"
    file.write_bytes(template.read_bytes())
    return Line(tmp_path, cipher, make_engine(f"sqlite:///{file}"), federation)


@contextmanager
def quiet() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


def rung(answer: Any) -> str:
    return str(document(answer).find("Dial/Number").text)


def begun(provider: Provider) -> Any:
    """French was chosen, and the first telephone is to ring."""
    return provider.follow(provider.post("/voice/incoming"), "Gather", Digits="1")


def goes_on(provider: Provider, answer: Any, **told: str) -> Any:
    return provider.follow(answer, "Dial", CallStatus="in-progress", **told)


IN_VAIN = {"DialCallStatus": "no-answer", "DialBridged": "false"}


def test_people_are_rung_one_by_one_each_screened_and_no_address_holds_a_number(line: Line):
    provider = line.without_database()
    with quiet():
        answer = begun(provider)
        numbers = []
        for _ in range(3):
            dial = document(answer).find("Dial")
            assert dial.get("callerId") == "+3225550100"
            assert dial.get("timeout") == "20"
            (number,) = dial.findall("Number")
            numbers.append(number.text)
            addresses = [dial.get("action"), number.get("url")]
            assert not [one for one in addresses if "3247" in one or "%2B" in one or "+" in one]
            answer = goes_on(provider, answer, **IN_VAIN)
            assert "Personne" in said(answer) or "Nous continuons" in said(answer)
        assert numbers == ["+32470000001", "+32470000002", "+32470000003"]
        assert rung(answer) == "+3225550199"
        assert document(answer).find("Dial/Number").get("url") is None
        last = goes_on(provider, answer, **IN_VAIN)
        assert "formez le 112" in said(last)
        assert verbs(last)[-1] == "Hangup"


def test_a_screening_ends_in_hanging_up_but_for_the_one_key(line: Line):
    provider = line.without_database()
    leg = {"CallSid": CHILD, "ParentCallSid": SID, "Direction": "outbound-dial",
           "From": "+3225550100", "To": "+32470000002", "CallStatus": "in-progress"}  # fmt: skip
    with quiet():
        first = goes_on(provider, begun(provider), **IN_VAIN)
        invited = provider.follow(first, "Number", "url", **leg)
        assert "Een oproep in het Frans" in said(invited)  # in the language of who is rung
        assert verbs(invited) == ["Gather", "Say", "Hangup"]
        assert verbs(provider.follow(invited, "Gather", Digits="2", **leg))[-1] == "Hangup"
        again = provider.follow(invited, "Gather", Digits="7", **leg)
        assert verbs(again) == ["Gather", "Say", "Hangup"]
        assert verbs(provider.follow(again, "Gather", Digits="7", **leg))[-1] == "Hangup"
        assert verbs(provider.follow(invited, "Gather", Digits="1", **leg)) == ["Say"]


def test_completed_without_a_bridge_is_no_talk(line: Line):
    provider = line.without_database()
    with quiet():
        told = {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "12"}
        assert rung(goes_on(provider, begun(provider), **told)) == "+32470000002"
        told["DialBridged"] = "true"
        talked = goes_on(provider, begun(provider), **told)
        assert verbs(talked) == ["Say", "Hangup"]


def test_whoever_was_talking_goes_last_and_whoever_pauses_is_left_out(line: Line):
    people = line.people
    line.kept(busy={people["Alice"]: "talking"}, paused=frozenset({people["Bram"]}))
    provider = line.without_database()
    with quiet():
        first = begun(provider)
        second = goes_on(provider, first, **IN_VAIN)
        third = goes_on(provider, second, **IN_VAIN)
    assert [rung(one) for one in (first, second, third)] == [
        "+32470000003", "+32470000001", "+3225550199"
    ]  # fmt: skip


def test_what_the_snapshot_says_of_busy_people_is_what_the_book_says(line: Line):
    with read(line.desk.engine) as connection:
        book = line.desk.rosters.load(connection, START)
        looked = snapshot.look(connection, book, START)
        assert looked.busy == busy(connection) == {}


def test_the_snapshot_is_written_again_when_something_has_changed_and_after_a_while(line: Line):
    alice = line.people["Alice"]

    def written_after(seconds: float) -> dict[str, Any]:
        at = START + timedelta(seconds=seconds)
        with read(line.desk.engine) as connection:
            line.desk.snapshots.keep(connection, line.desk.rosters.load(connection, at), at)
        kept: dict[str, Any] = json.loads((line.folder / "snapshot.json").read_text())
        return kept

    assert written_after(10)["at"] == "2026-11-23T09:00:00Z"  # nothing new
    assert written_after(130)["at"] == "2026-11-23T09:02:10Z"
    with write(line.desk.engine) as connection:
        pauses.begin(connection, alice, pauses.OWN, START)
    assert written_after(140)["paused"] == [alice]
    import_federation(line.desk.engine, line.desk.cipher, FEDERATION.replace("17:00", "18:00"))
    assert "18:00" in str(written_after(150)["book"]["by_id"])


def test_at_most_ten_are_rung(tmp_path: Path, cipher: FieldCipher, sqlite_template: Path):
    names = [f"Person {n}" for n in range(12)]
    more = "".join(
        f'[[responders]]\nname = "{name}"\nservice = "caw"\nphone = "+324700001{n:02}"\n'
        'languages = ["fr"]\n'
        for n, name in enumerate(names)
    )
    crowd = FEDERATION.replace('["Bram Peeters"]', str([*names]).replace("'", '"'))
    line = made(
        tmp_path, cipher, sqlite_template, crowd.replace("[[shifts]]", more + "[[shifts]]", 1)
    )
    provider = line.without_database()
    with quiet():
        answer, count = begun(provider), 0
        while rung(answer) != "+3225550199":
            answer, count = goes_on(provider, answer, **IN_VAIN), count + 1
    assert count == 10


def test_a_number_that_stands_for_a_language_asks_for_none(
    tmp_path: Path, cipher: FieldCipher, sqlite_template: Path
):
    another = 'caller_id = "+3225550100"\nnumbers = { nl = "+3280035244" }'
    federation = FEDERATION.replace('caller_id = "+3225550100"', another)
    line = made(tmp_path, cipher, sqlite_template, federation)
    provider = line.without_database()
    with quiet():
        answer = provider.post("/voice/incoming", To="+3280035244")
    assert "één voor één" in said(answer)
    assert rung(answer) == "+32470000002"


def test_a_stale_snapshot_is_better_than_none_and_the_log_says_how_old_it_is(line: Line):
    provider = line.without_database()
    line.clock.forward(timedelta(days=2).total_seconds())
    with quiet() as logs:
        assert rung(begun(provider)) == "+32470000001"
    assert {"event": "snapshot_stale", "hours": 48, "log_level": "warning"} in logs


def test_without_a_snapshot_the_caller_is_forwarded_or_told_what_to_do(line: Line):
    provider = line.without_database(snapshots=Snapshots(), rosters=line.desk.rosters)
    with quiet():
        forwarded = provider.post("/voice/incoming")
        nothing_known = line.without_database(
            snapshots=Snapshots(), rosters=type(line.desk.rosters)()
        )
        told = nothing_known.post("/voice/incoming")
    assert rung(forwarded) == "+3225550199"
    assert "112" in said(forwarded)
    for words in ("formez le 112", "noodgevallen 112", "dial 112"):
        assert words in said(told)


def test_a_damaged_snapshot_is_as_good_as_none(line: Line):
    (line.folder / "snapshot.json").write_text('{"at": "now"}')
    provider = line.without_database(rosters=line.desk.rosters)
    with quiet() as logs:
        assert rung(provider.post("/voice/incoming")) == "+3225550199"
    assert "snapshot_not_read" in [entry["event"] for entry in logs]


def test_a_disk_that_takes_nothing_costs_the_caller_nothing(line: Line):
    (line.folder / "spool").write_text("a file where the folder should be")
    provider = line.without_database()
    with quiet() as logs:
        assert rung(begun(provider)) == "+32470000001"
        assert provider.post("/voice/status", CallStatus="completed").status_code == 503
    assert "spool_not_written" in [entry["event"] for entry in logs]


def test_a_talk_that_ends_leads_to_a_choice_and_not_to_another_telephone(line: Line):
    provider = line.without_database()
    with quiet():
        after = provider.post(f"/voice/calls/{'0' * 32}/after?lang=nl", CallStatus="in-progress")
        assert "Het gesprek is afgelopen" in said(after)
        assert verbs(after) == ["Gather", "Hangup"]
        assert "één voor één" in said(provider.follow(after, "Gather", Digits="1"))


def test_a_caller_who_is_held_goes_on_hearing_music(line: Line):
    provider = line.without_database()
    with quiet():
        held = provider.post(f"/voice/rooms/{'0' * 32}/hold", CallStatus="in-progress")
    assert verbs(held) == ["Play"]


def test_a_responder_who_presses_1_for_an_older_offer_hears_an_apology_in_words(line: Line):
    provider = line.without_database()
    leg = {"CallSid": CHILD, "Direction": "outbound-api", "From": "+3225550100",
           "To": "+32470000002", "CallStatus": "in-progress"}  # fmt: skip
    with quiet():
        told = provider.post(f"/voice/legs/{'0' * 32}/key?attempt=1", Digits="1", **leg)
    assert "nous empêche de vous mettre en communication" in said(told)
    assert verbs(told)[-1] == "Hangup"


def test_what_is_broken_without_a_database_leads_to_the_plainest_words(line: Line):
    provider = line.without_database()
    with quiet():
        answer = provider.post("/voice/fallback", ErrorUrl="https://voice.example.org/voice/away/x")
    assert rung(answer) == "+3225550199"
    assert "Gather" not in verbs(answer)


def test_what_breaks_even_without_a_database_is_said_in_words(line: Line):
    def no_time() -> Any:
        raise RuntimeError("whatever else may break")

    provider = line.without_database(clock=no_time)
    with quiet() as logs:
        told = provider.post("/voice/incoming")
    assert "formez le 112" in said(told)
    assert verbs(told)[-1] == "Hangup"
    assert "nothing_works" in [entry["event"] for entry in logs]


# --- five seconds


def every_kind_of_webhook(provider: Provider) -> Iterator[float]:
    """Yield how long each took."""
    nobody = "0" * 32
    for path, told in (
        ("/voice/incoming", {}),
        (f"/voice/calls/{nobody}/language?attempt=1", {"Digits": "1"}),
        (f"/voice/calls/{nobody}/wait?lang=fr", {}),
        (f"/voice/legs/{nobody}/answer", {"Direction": "outbound-api"}),
        (f"/voice/rooms/{nobody}/events", {"StatusCallbackEvent": "conference-end"}),
        ("/voice/status", {"CallStatus": "completed"}),
    ):
        began = time.monotonic()
        answer = provider.post(path, **({"CallStatus": "in-progress"} | told))
        yield time.monotonic() - began
        assert answer.status_code in (200, 204), path
        time.sleep(0.4)


def test_with_a_locked_file_every_webhook_answers_in_time(line: Line):
    holder = sqlite3.connect(line.folder / "permanence.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with quiet():
        assert max(every_kind_of_webhook(line.provider)) < PROVIDER_WAITS
    holder.close()


@pytest.mark.parametrize("how", ["hanging", "stopped"])
def test_with_a_server_that_hangs_or_is_gone_every_webhook_answers_in_time(
    tmp_path: Path, cipher: FieldCipher, how: str
):
    with own_server() as server:
        migrate.upgrade(server.url)
        line = Line(tmp_path, cipher, make_engine(server.url), FEDERATION)
        with getattr(server, how)(), quiet():
            took = list(every_kind_of_webhook(line.provider))
            assert rung(begun(line.provider)) == "+32470000001"
        line.desk.engine.dispose()
    assert max(took) < PROVIDER_WAITS
