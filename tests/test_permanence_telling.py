"""Telling people beside the sweep: never in the way of a call."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from logging_db.cipher import FieldCipher
from logging_db.engine import make_engine, read, write
from logging_db.tables import notices
from notices import requests
from notices.mail import FileMailer, SmtpMailer
from permanence import places, preflight_mail, settings_check
from permanence.settings import Mail, Settings
from permanence.telling import Teller, open_mailer
from tests.doubles import StillClock
from tests.mail_server import MailServer, mail_server
from tests.notices_kit import Office
from tests.permanence_kit import environment, running, until


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


def settings(tmp_path: Path, **mail: object) -> Settings:
    return Settings(data_dir=tmp_path, mail=Mail.model_validate(mail))


class Installation:
    """A database with one mail to send, and the environment of a sweep beside it."""

    def __init__(self, folder: Path, template: Path, **more: str) -> None:
        self.folder = folder
        shutil.copy(template, folder / "permanence.db")
        self.engine = make_engine(Settings(data_dir=folder).database_url)
        self.cipher = FieldCipher(b"k" * 32)
        self.office = Office(self.engine, self.cipher, StillClock(datetime.now(UTC)))
        self.office.only_dated()  # nobody is to be reminded, at whatever hour this runs
        self.env = environment(
            folder,
            PERMANENCE_REDIS__URL="redis://127.0.0.1:9/0",
            PERMANENCE_PRIVACY__ENCRYPTION_KEY="a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            **more,
        )

    def reset(self, who: str) -> None:
        at = datetime.now(UTC)
        with write(self.engine) as connection:
            requests.reset(
                connection, self.cipher, self.office.users[who], "https://x/link", at,
                at + timedelta(hours=1),
            )  # fmt: skip

    def sent(self) -> bool:
        """Whether the reset has gone out; what the sweep noticed by itself may be due later."""
        query = select(notices.c.sent_at).where(notices.c.kind == "reset")
        with read(self.engine) as connection:
            return all(connection.execute(query).scalars())


def test_without_a_mail_server_mails_are_files_in_the_data_dir(
    tmp_path: Path, sqlite_template: Path
):
    installation = Installation(tmp_path, sqlite_template)
    installation.reset("bram")
    with running("sweep", env=installation.env, log=tmp_path / "sweep.log"):
        until(installation.sent)
    (mail,) = places.mail_folder(tmp_path).glob("*.eml")
    assert b"https://x/link" in mail.read_bytes()
    assert "Traceback" not in (tmp_path / "sweep.log").read_text()


def test_a_mail_server_that_hangs_delays_no_round_of_the_sweep(
    tmp_path: Path, sqlite_template: Path, server: MailServer
):
    server.fails("hang at hello")
    installation = Installation(
        tmp_path,
        sqlite_template,
        PERMANENCE_MAIL__SMTP_HOST="127.0.0.1",
        PERMANENCE_MAIL__SMTP_PORT=str(server.port),
        PERMANENCE_MAIL__SMTP_SECURITY="none",
    )
    installation.reset("bram")
    beat = places.sweep_beat(tmp_path)
    with running("sweep", env=installation.env, log=tmp_path / "sweep.log") as process:
        until(lambda: server.connections and beat.exists())
        beats, longest = set(), 0.0
        end = time.monotonic() + 4
        while time.monotonic() < end:  # the server says nothing all this while
            beats.add(beat.stat().st_mtime_ns)
            longest = max(longest, time.time() - beat.stat().st_mtime)
            time.sleep(0.02)
        process.terminate()
        assert process.wait(8) == 0
    assert len(beats) >= 4
    assert longest < 3  # where the server alone takes ten seconds
    assert server.connections == 1


def test_the_mail_server_of_the_settings_is_used(
    tmp_path: Path, sqlite_template: Path, server: MailServer
):
    installation = Installation(
        tmp_path,
        sqlite_template,
        PERMANENCE_MAIL__SMTP_HOST="127.0.0.1",
        PERMANENCE_MAIL__SMTP_PORT=str(server.port),
        PERMANENCE_MAIL__SMTP_SECURITY="none",
        PERMANENCE_MAIL__SENDER="Allo <noreply@aide.example>",
    )
    installation.reset("bram")
    log = tmp_path / "sweep.log"
    with running("sweep", env=installation.env, log=log):
        until(installation.sent)
    ((sender, to, _),) = server.taken
    assert ("<noreply@aide.example>" in sender, "<bram@example.org>" in to) == (True, True)
    assert "example.org" not in log.read_text()


def test_an_error_costs_one_round_only(engine: Engine, cipher: FieldCipher, clock: StillClock):
    office = Office(engine, cipher, clock)
    with write(engine) as connection:
        bram, at = office.users["bram"], clock()
        requests.reset(connection, cipher, bram, "https://x/", at, at + timedelta(hours=1))
    fails = iter([True, False])

    def ticking() -> datetime:
        if next(fails, False):
            raise RuntimeError("the first look fails")
        return at

    teller = Teller(type(office.post)(**{**vars(office.post), "clock": ticking}), every=0.01)
    teller.start()
    until(lambda: office.mailbox.mails)
    teller.stop()
    assert not teller.is_alive()


def test_an_empty_host_means_files(tmp_path: Path):
    assert open_mailer(settings(tmp_path)) == FileMailer(tmp_path / "mail")
    mailer = open_mailer(settings(tmp_path, smtp_host="mx", sender="Allo <a@aide.example>"))
    assert isinstance(mailer, SmtpMailer)
    assert (mailer.domain, mailer.security) == ("aide.example", "starttls")


@pytest.mark.parametrize("given", ["a@b.example", "Allo ? Aide <a@b.example>", "a@localhost"])
def test_a_sender_is_an_address_with_or_without_words(given: str):
    assert settings_check.mailbox(given) == given


@pytest.mark.parametrize("given", ["", "nobody", "a@b\nBcc: c@d", "@", "a@", "é@b.example"])
def test_what_is_no_address_is_no_sender(given: str):
    with pytest.raises(ValueError, match="must be an e-mail address"):
        settings_check.mailbox(given)


class TestPreflight:
    def test_files_are_said_to_be_files(self, tmp_path: Path):
        said = str(preflight_mail.mail(settings(tmp_path)))
        assert said.startswith("ok")
        assert str(tmp_path / "mail") in said

    def test_a_server_that_takes_us_is_ok(self, tmp_path: Path, server: MailServer):
        given = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        assert str(preflight_mail.mail(settings(tmp_path, **given))).startswith("ok")
        assert server.taken == []

    def test_a_server_that_does_not_is_a_fault(self, tmp_path: Path, server: MailServer):
        given = {"smtp_host": "127.0.0.1", "smtp_port": server.port}  # offers no encryption
        said = str(preflight_mail.mail(settings(tmp_path, **given)))
        assert said.startswith("FAULT")
        assert "smtp_security" in said

    def test_clear_text_over_a_network_is_a_fault(self, tmp_path: Path):
        given = {"smtp_host": "mx.example", "smtp_security": "none"}
        assert "in clear" in str(preflight_mail.mail(settings(tmp_path, **given)))
