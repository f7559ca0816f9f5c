"""Mails: their headers, and what a mail server may do to them."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from notices.channels import DeliveryError
from notices.mail import MOST_FILES, FileMailer, SmtpMailer, compose
from tests.mail_server import MailServer, certificate, mail_server

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENDER = "Allo ? Aide sociale <noreply@aide.example>"


def mail(name: str = "Zoë Noël", email: str = "zoe@example.org", subject: str = "Où ?", **more):
    body = more.pop("body", "Ça va.\n.\n..deux points\n")
    return compose(SENDER, name, email, subject, body, AT, more.pop("notice_id", "a" * 32))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


@pytest.fixture
def mailer(server: MailServer) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", server.port, "none", "", "", "aide.example", seconds=0.3)


def refused(mailer: SmtpMailer) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        mailer.send(mail())
    return caught.value


def test_a_mail_says_who_to_whom_when_and_that_no_person_wrote_it(mailer, server):
    mailer.send(mail())
    ((sender, to, got),) = server.taken
    assert "<noreply@aide.example>" in sender
    assert "<zoe@example.org>" in to
    assert got["From"].addresses[0].display_name == "Allo ? Aide sociale"
    assert got["To"].addresses[0].display_name == "Zoë Noël"
    assert got["Subject"] == "Où ?"
    assert got["Date"].datetime == AT
    assert got["Message-ID"] == f"<{'a' * 32}@aide.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    assert got.get_content().replace("\r\n", "\n") == "Ça va.\n.\n..deux points\n"
    assert server.said[-1].upper() == "QUIT"


@pytest.mark.parametrize("evil", ["Eve\r\nBcc: all@example.org", "Eve\nBcc: all@example.org"])
def test_a_line_break_in_a_name_or_subject_makes_no_header(mailer, server, evil: str):
    mailer.send(mail(name=evil, subject=evil))
    ((_, _, got),) = server.taken
    assert got["Bcc"] is None
    assert got["To"].addresses[0].addr_spec == "zoe@example.org"
    assert got["Subject"] == "Eve Bcc: all@example.org"
    assert len([line for line in server.said if line.upper().startswith("RCPT")]) == 1


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b\r\nBcc: c@d.example", "a b@example.org", "a@b.example, c@d.example", "@"],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(email: str):
    with pytest.raises(DeliveryError) as caught:
        mail(email=email)
    assert caught.value.final


CLEAR = {
    "hang at hello": "away",
    "refuse the sender": "away",
    "drop at recipient": "later",
    "refuse the recipient for now": "later",
    "refuse the recipient": "final",
    "refuse the text": "final",
    "hang at text": "unclear",
    "drop at text": "unclear",
}


@pytest.mark.parametrize("failure", CLEAR)
def test_a_failure_says_whether_the_mail_may_have_been_taken(mailer, server, failure: str):
    server.fails(failure)
    error = refused(mailer)
    said = {"unclear": error.unclear, "final": error.final, "away": error.away}
    assert said == {name: name == CLEAR[failure] for name in said}
    assert "zoe" not in error.code
    assert bool(server.taken) == error.unclear


def test_a_server_that_is_not_there_is_no_fault_of_the_mail():
    error = refused(SmtpMailer("127.0.0.1", 9, "none", "", "", "aide.example", seconds=0.3))
    assert error.away


def test_without_encryption_on_offer_nothing_is_said_at_all(mailer, server):
    error = refused(replace(mailer, security="starttls", user="me", password="hush"))
    assert error.away
    assert [line.split()[0].lower() for line in server.said] == ["ehlo"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(mailer, server, tmp_path: Path):
    server.context, _ = certificate(tmp_path)
    assert refused(replace(mailer, security="starttls", seconds=5)).away
    assert server.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_over_tls_we_log_in_and_hand_over(mailer, server, tmp_path: Path, security):
    server.context, trusting = certificate(tmp_path)
    server.tls_at_once = security == "tls"
    encrypted = replace(
        mailer, security=security, user="me", password="hush", seconds=5, context=trusting
    )
    encrypted.send(mail())
    assert len(server.taken) == 1
    assert any(line.startswith("AUTH PLAIN") for line in server.said)
    assert isinstance(trusting, ssl.SSLContext)


def test_a_log_in_that_is_refused_is_no_fault_of_the_mail(mailer, server):
    server.fails("refuse the log-in")
    with pytest.raises(DeliveryError, match="smtp 535") as caught:
        replace(mailer, user="me", password="hush").probe()
    assert caught.value.away


class TestFolder:
    def test_a_mail_becomes_a_file_that_only_we_can_read(self, tmp_path: Path):
        folder = tmp_path / "mail"
        FileMailer(folder).send(mail())
        (path,) = folder.iterdir()
        assert path.name == f"20261123T090000-{'a' * 32}.eml"
        assert path.stat().st_mode & 0o077 == 0
        assert folder.stat().st_mode & 0o077 == 0
        assert message_from_bytes(path.read_bytes(), policy=default)["Subject"] == "Où ?"

    def test_the_same_mail_again_is_the_same_file(self, tmp_path: Path):
        for _ in range(2):
            FileMailer(tmp_path).send(mail())
        assert len(list(tmp_path.iterdir())) == 1

    def test_the_folder_does_not_grow_for_ever(self, tmp_path: Path):
        for n in range(MOST_FILES + 2):
            (tmp_path / f"20250101T000000-{n:032x}.eml").touch()
        FileMailer(tmp_path).send(mail())
        left = sorted(path.name for path in tmp_path.iterdir())
        assert len(left) == MOST_FILES
        assert left[-1].startswith("20261123")

    def test_a_folder_that_cannot_be_written_is_no_fault_of_the_mail(self, tmp_path: Path):
        (tmp_path / "mail").touch()
        with pytest.raises(DeliveryError) as caught:
            FileMailer(tmp_path / "mail").send(mail())
        assert caught.value.away
