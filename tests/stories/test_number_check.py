"""A responder proves a new number: asked for on the screen, proved on the telephone."""

import pytest
from sqlalchemy import select, text

from logging_db import number_checks as checks
from logging_db.cipher import phone_place
from logging_db.engine import read, write
from logging_db.tables import metadata, responders
from tests.files_searched import files_that_hold
from tests.stories.cast import Cast
from tests.stories.world import Person

NEW = "+32471234567"
CANARY = "471234567"


class Screen:
    """What Alice sees: the code, and how far the check is."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.world = cast, cast.world
        with read(self.world.engine) as connection:
            found = select(responders.c.id).where(responders.c.name == "Alice Martin")
            self.alice = connection.execute(found).scalar_one()
        self.phone: Person = self.world.person(NEW)

    def asks(self, number: str = "0471/23.45.67") -> None:
        with write(self.world.engine) as connection:
            _, self.code = checks.ask(
                connection, self.world.desk.cipher, self.alice, number, "fr", self.world.now
            )

    @property
    def wrong(self) -> str:
        return "000000" if self.code != "000000" else "000001"

    @property
    def state(self) -> str:
        with read(self.world.engine) as connection:
            found = checks.state(connection, self.alice, self.world.now)
        return found.state if found else ""

    @property
    def number(self) -> str:
        with read(self.world.engine) as connection:
            query = select(responders.c.phone).where(responders.c.id == self.alice)
            sealed = connection.execute(query).scalar_one()
        return str(self.world.desk.cipher.open(sealed, phone_place(self.alice)))

    def shows(self, state: str, within: float = 120) -> None:
        self.world.until(lambda: self.state == state, within, f"the screen shows {self.state}")


@pytest.fixture
def screen(cast: Cast) -> Screen:
    made = Screen(cast)
    made.asks()
    return made


def test_the_telephone_rings_the_code_is_keyed_in_and_the_number_is_proved(screen: Screen):
    screen.phone.rings(within=3)
    assert screen.state == "ringing"
    assert screen.phone.phone.caller_id_shown == "+3225550100"
    screen.phone.answers()
    screen.phone.hears("Bonjour, ici Allo ? Aide sociale. Pour confirmer votre numéro")
    screen.phone.presses(screen.code)
    screen.phone.hears("votre numéro est confirmé")
    screen.phone.is_idle()
    assert (screen.state, screen.number) == ("proved", NEW)

    screen.cast.nadia.dials()  # and it is there that calls come from now on
    screen.cast.nadia.presses("1")
    screen.phone.rings()


def test_a_code_wrong_thrice_proves_nothing_and_one_may_begin_again(screen: Screen):
    screen.phone.rings()
    screen.phone.answers()
    for _ in range(2):
        screen.phone.presses(screen.wrong)
        screen.phone.hears("Ce n'est pas le bon code")
        screen.phone.listens_anew()
    screen.phone.presses(screen.wrong)
    screen.phone.hears("Le numéro n'est pas confirmé")
    screen.phone.is_idle()
    assert (screen.state, screen.number) == ("failed", "+32470000001")
    screen.asks()
    screen.phone.rings()
    screen.phone.answers()
    screen.phone.presses(screen.code)
    screen.shows("proved")


@pytest.mark.parametrize("behaviour", ["busy", "no-answer", "unreachable", "voicemail"])
def test_a_telephone_that_nobody_answers_proves_nothing(screen: Screen, behaviour: str):
    screen.phone.phone.behaviour = behaviour
    screen.shows("failed", within=200)
    assert screen.number == "+32470000001"


def test_whoever_hangs_up_proves_nothing(screen: Screen):
    screen.phone.rings()
    screen.phone.answers()
    screen.phone.hangs_up()
    screen.shows("failed")


def test_somebody_who_keys_in_nothing_is_asked_once_more(screen: Screen):
    screen.phone.rings()
    screen.phone.answers()
    screen.phone.hears("Nous n'avons reçu aucun code")
    assert screen.phone.heard.count("tapez le code à six chiffres") == 2
    screen.shows("failed")


def test_when_the_provider_never_tells_the_end_the_check_expires(screen: Screen):
    screen.phone.rings()
    with screen.world.engine.begin() as connection:  # no webhook will know its call
        connection.execute(text("UPDATE number_checks SET provider_sid = 'CA0'"))
    screen.phone.declines()
    screen.world.pass_time(60)
    assert screen.state == "ringing"
    screen.shows("expired", within=600)


def test_the_new_number_and_the_code_can_be_read_nowhere(
    screen: Screen, capfd: pytest.CaptureFixture[str]
):
    screen.phone.rings()
    screen.phone.answers()
    screen.phone.presses(screen.wrong)
    screen.phone.hears("Ce n'est pas le bon code")
    _is_nowhere(screen, capfd)
    screen.phone.presses(screen.code)
    screen.shows("proved")
    _is_nowhere(screen, capfd)


def _is_nowhere(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    world = screen.world
    with read(world.engine) as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608
            values = [str(value) for row in rows for value in row]
            assert not any(CANARY in value or value == screen.code for value in values)
    assert files_that_hold(world.folder, CANARY) == []
    written = files_that_hold(world.folder, screen.code)
    assert [path for path in written if path.suffix == ".log"] == []
    for key in world.redis.scan_iter("*"):
        assert CANARY.encode() not in (world.redis.dump(key) or b"")
    out, err = capfd.readouterr()
    assert CANARY not in out + err
