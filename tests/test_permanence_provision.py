"""`permanence provision` and `permanence check --provider`, against the simulator over HTTP."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert

from callbacks.dialler import DiallerError
from logging_db.cipher import FieldCipher, contact_place
from logging_db.columns import new_id
from logging_db.tables import contacts
from permanence import preflight, preflight_account
from permanence.call_list import ProviderCalls
from permanence.clock import now
from permanence.errors import OperatorError
from permanence.keys import field_key
from permanence.provisioning import check_address
from simulator.queues import create as create_queue
from tests.provider_account import ACCOUNT, IN_DUTCH, LINE, SHOWN, Installation, installation


@pytest.fixture
def here(tmp_path: Path, sqlite_template: Path) -> Iterator[Installation]:
    """A line whose numbers call an old address, in an account that may not dial Belgium."""
    with installation(tmp_path, sqlite_template) as made:
        made.add_number(made.add_line())
        for number in (LINE, IN_DUTCH):
            made.exchange.set_number(number, voice_url="https://old.example/voice")
        made.exchange.set_number(SHOWN)
        made.exchange.countries = ("+33",)
        yield made


def urls(here: Installation) -> set[str]:
    return {here.exchange.numbers.by_number(n).voice_url for n in (LINE, IN_DUTCH)}


# Text messages are no business of ours.
OTHER = {"kind": "number", "id": "PN1", "label": "x", "old": {"sms_url": "y"}, "new": {}}
OLD, NEW = {"https://old.example/voice"}, {"https://line.example/voice/incoming"}


def undo_file(here: Installation) -> Path:
    (path,) = here.settings.data_dir.glob("provision-*.json")
    return path


# --- provision


def test_what_will_change_is_shown_first_and_a_dry_run_changes_nothing(here: Installation):
    done = here.runs("provision", "--dry-run")
    assert done.exit_code == 0, done.output
    assert (
        "number of Allo: voice_url: https://old.example/voice -> "
        "https://line.example/voice/incoming\n"
    ) in done.output
    assert "number of Allo (nl): status_callback: (nothing) -> https://line" in done.output
    assert "dialling to BE: low_risk_numbers_enabled: no -> yes" in done.output
    assert urls(here) == OLD
    assert not list(here.settings.data_dir.glob("provision-*"))


def test_what_an_old_address_keeps_secret_is_not_shown_but_comes_back(here: Installation):
    old = "https://me:hunter2@old.example/voice?token=s3cret"
    here.exchange.set_number(LINE, voice_url=old)
    done = here.runs("provision", "--yes")
    assert "voice_url: https://…@old.example/voice?… -> https://line.example/" in done.output
    assert not {"hunter2", "s3cret"} & set(re.findall(r"\w+", done.output))
    here.runs("provision", "--undo", str(undo_file(here)), "--yes")
    assert here.exchange.numbers.by_number(LINE).voice_url == old


def test_without_a_terminal_and_without_yes_it_refuses_to_act(here: Installation):
    done = here.runs("provision")
    assert (done.exit_code, urls(here)) == (1, OLD)
    assert "with --yes" in done.output


def test_with_yes_all_is_set_and_doing_it_again_changes_nothing(here: Installation):
    done = here.runs("provision", "--yes")
    assert done.exit_code == 0, done.output
    assert (urls(here), here.exchange.countries) == (NEW, ("+33", "+32"))
    assert done.output.count("done   ") == 3
    again = here.runs("provision", "--yes")
    assert (again.exit_code, again.output) == (0, "Nothing is to be changed.\n")
    said = {str(r) for r in preflight.examine(here.settings, deep=True) if "of Allo" in r.name}
    assert all(line.startswith("ok ") for line in said), said


def test_in_a_terminal_it_asks_and_takes_no_for_an_answer(here: Installation):
    code, said = here.types("n\n", "provision")
    assert (code, urls(here)) == (1, OLD)
    assert "Change this at the provider?" in said
    code, said = here.types("y\n", "provision")
    assert (code, urls(here)) == (0, NEW), said


def test_the_way_back_restores_what_was_before(here: Installation):
    done = here.runs("provision", "--yes")
    path = undo_file(here)
    assert f"permanence provision --undo {path}" in done.output
    assert path.stat().st_mode & 0o077 == 0
    back = here.runs("provision", "--undo", str(path), "--yes")
    assert back.exit_code == 0, back.output
    assert (urls(here), here.exchange.countries) == (OLD, ("+33",))
    number = here.exchange.numbers.by_number(LINE)
    assert (number.status_callback, number.voice_fallback_url) == ("", "")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"changes": [{"kind": "number"}]}, "no file that permanence provision wrote"),
        ({"account_sid": "AC9"}, "it is of another account"),
        ({"changes": [OTHER]}, "no file that permanence provision wrote"),
    ],
)
def test_a_file_that_is_no_way_back_is_refused(here: Installation, more: dict, words: str):
    here.runs("provision", "--yes")
    path = undo_file(here)
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
    done = here.runs("provision", "--undo", str(path), "--yes")
    assert (done.exit_code, urls(here)) == (1, NEW)
    assert words in done.output


def test_a_failure_in_the_middle_says_what_is_done_and_what_not(here: Installation):
    second = here.exchange.numbers.by_number(IN_DUTCH)
    here.exchange.faults.fail("POST", f"IncomingPhoneNumbers/{second.sid}", status=400)
    done = here.runs("provision", "--yes")
    assert done.exit_code == 1
    assert "done   number of Allo\n" in done.output
    assert "FAULT  number of Allo (nl): not done; the provider refused: HTTP 400" in done.output
    assert "left   dialling to BE: not done" in done.output
    assert here.exchange.countries == ("+33",)
    again = here.runs("provision", "--yes")
    assert (again.exit_code, urls(here)) == (0, NEW)
    assert again.output.count("done   ") == 2


def test_an_unclear_answer_is_said_to_be_one_and_can_be_undone(here: Installation):
    first = here.exchange.numbers.by_number(LINE)
    order = f"IncomingPhoneNumbers/{first.sid}"
    here.exchange.faults.fail("POST", order, status=503, after_doing=True)
    done = here.runs("provision", "--yes")
    assert "number of Allo: it may be done all the same" in done.output
    assert first.voice_url in NEW
    back = here.runs("provision", "--undo", str(undo_file(here)), "--yes")
    assert (back.exit_code, urls(here)) == (0, OLD)


def test_a_number_of_another_account_is_named_and_the_others_are_set(here: Installation):
    here.exchange.numbers.remove(here.exchange.numbers.by_number(IN_DUTCH).sid)
    done = here.runs("provision", "--yes")
    assert done.exit_code == 1
    assert f"number of Allo (nl): {IN_DUTCH} is not this account's" in done.output
    assert here.exchange.numbers.by_number(LINE).voice_url in NEW


@pytest.mark.parametrize("address", ["http://line.example", ""])
def test_an_address_that_is_not_https_is_refused_with_words(here: Installation, address: str):
    done = here.runs("provision", "--yes", PERMANENCE_PROVIDER__PUBLIC_URL=address)
    assert done.exit_code != 0
    assert "provider.public_url: " in done.output
    assert urls(here) == OLD


def test_only_the_line_that_is_named_is_set(here: Installation):
    here.add_line("+3280099999", "Nuit")
    here.exchange.set_number("+3280099999", voice_url="https://old.example/voice")
    done = here.runs("provision", "--yes", "--line", "0800/99.999")
    assert done.exit_code == 0, done.output
    assert urls(here) == OLD
    assert here.exchange.numbers.by_number("+3280099999").voice_url in NEW
    unknown = here.runs("provision", "--yes", "--line", "0800/11.111")
    assert "No line has the number" in unknown.output


def test_an_application_that_goes_before_the_addresses_is_taken_off(here: Installation):
    here.runs("provision", "--yes")
    here.exchange.numbers.by_number(LINE).voice_application_sid = "AP" + "1" * 32
    assert "calls other addresses" in said(here)["number of Allo"]
    here.runs("provision", "--yes")
    assert here.exchange.numbers.by_number(LINE).voice_application_sid == ""


def test_the_way_back_goes_on_past_a_number_that_was_given_back(here: Installation):
    here.runs("provision", "--yes")
    here.exchange.numbers.remove(here.exchange.numbers.by_number(IN_DUTCH).sid)
    back = here.runs("provision", "--undo", str(undo_file(here)), "--yes")
    assert back.exit_code == 1
    assert "FAULT  number of Allo (nl): cannot be looked up there" in back.output
    assert here.exchange.numbers.by_number(LINE).voice_url in OLD


def test_the_demo_and_the_tests_may_be_called_on_loopback():
    check_address("http://127.0.0.1:8000")
    with pytest.raises(OperatorError, match="https"):
        check_address("http://127.0.0.1.example")


# --- check --provider


@pytest.fixture
def a_page_of_words() -> Iterator[str]:
    """Something that answers everything with a page for people, as a proxy does."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Please log in</html>")

        do_POST = do_GET  # noqa: N815 # the library calls it so

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_instead_of_an_answer_is_a_fault_in_words(here: Installation, a_page_of_words: str):
    assert (
        "FAULT  credentials: the provider does"
        in said(here, base_url=a_page_of_words)["credentials"]
    )
    done = here.runs("provision", "--yes", PERMANENCE_PROVIDER__BASE_URL=a_page_of_words)
    assert done.exit_code == 1
    assert "the provider gave no clear answer" in str(done.exception) + done.output
    made = here.settings.provider.model_copy(update={"base_url": a_page_of_words})
    with pytest.raises(DiallerError, match="no clear answer"):
        ProviderCalls(made).one("CA" + "1" * 32)


def said(here: Installation, **provider: object) -> dict[str, str]:
    settings = here.settings
    if provider:
        made = settings.provider.model_copy(update=provider)
        settings = settings.model_copy(update={"provider": made})
    return {result.name: str(result) for result in preflight.examine(settings, deep=True)}


def test_an_account_that_is_right_in_all_says_ok_in_every_line(here: Installation):
    here.runs("provision", "--yes")
    found = said(here)
    redis = found.pop("redis")
    assert redis
    assert all(line.startswith("ok ") for line in found.values()), found
    assert found["signatures"] == "ok     signatures: are made with our auth token"
    assert "permitted" in found["dialling to BE"]
    assert "is made with the first caller" in found["queue of Allo"]
    assert found["pace of calls"] == "ok     pace of calls: 1 a second"


def test_an_account_on_trial_is_a_fault(here: Installation):
    here.exchange.account_type = "Trial"
    assert "FAULT  account: is on trial and rings verified numbers only" in said(here)["account"]


def test_plain_check_asks_nothing_that_the_flag_is_for(here: Installation):
    plain = {result.name for result in preflight.examine(here.settings)}
    assert {"number of Allo", "number of Allo (nl)", "caller id of Allo"} <= plain
    assert not {"signatures", "dialling to BE", "account"} & plain
    done = here.runs("check", "--provider")
    assert done.exit_code == 1
    assert "FAULT  dialling to BE: is not permitted, but needed" in done.output


def test_every_country_of_a_contact_must_be_permitted(here: Installation):
    contact_id, number = new_id(), "+442079460123"
    cipher = FieldCipher(field_key(here.settings))
    with here.engine.begin() as connection:
        connection.execute(
            insert(contacts).values(
                id=contact_id, name="Interpreter", kind="interpreter", languages=["en"],
                number=cipher.seal(number, contact_place(contact_id)),
                changed_at=now(),
            )
        )  # fmt: skip
    found = said(here)
    assert found["dialling to GB"].startswith("FAULT ")
    assert "contacts" in found["dialling to GB"]
    assert not any("2079460123" in line for line in found.values())


def test_a_provider_that_keeps_no_permissions_is_no_fault(here: Installation):
    here.exchange.faults.fail("GET", "v1/DialingPermissions/*", status=404, times=9)
    assert said(here)["dialling to BE"].startswith("ok     dialling to BE: the provider does not")
    done = here.runs("provision", "--dry-run")
    assert "note   dialling to BE: cannot be looked up there" in done.output


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+3280035243", "it is a free number (0800), which no call may show"),
        ("+32470123456", "it is a mobile number"),
        ("+3278123456", "which no call may show"),
    ],
)
def test_a_caller_id_that_is_not_geographic_is_a_fault(number: str, words: str):
    assert words in str(preflight_account.geographic("Allo", number))


def test_a_number_that_was_verified_may_be_shown(here: Installation):
    here.exchange.numbers.remove(here.exchange.numbers.by_number(SHOWN).sid)
    assert "FAULT" in said(here)["caller id of Allo"]
    here.exchange.verified = re.compile(r"\+322\d+")
    assert said(here)["caller id of Allo"] == "ok     caller id of Allo: may be shown"


def test_a_token_that_is_accepted_but_does_not_sign_is_told_as_far_as_it_is_known(
    here: Installation,
):
    account = here.account
    other = preflight_account.signatures(account, ACCOUNT, ["another"], None)
    assert str(other).startswith("FAULT  signatures: are made with another auth token")
    before = preflight_account.signatures(
        account, ACCOUNT, ["a new one", "a-token-of-the-tests"], None
    )
    assert "previous auth token" in str(before)
    here.exchange.tells_token = False
    unknown = preflight_account.signatures(account, ACCOUNT, ["another"], "23 Nov 2026")
    assert "does not tell by which token; the last call with a right one came on" in str(unknown)


def test_a_queue_that_is_full_and_a_pace_that_is_not_usual_are_told(here: Installation):
    name = f"line-{here.add_line('+3280099999', 'Nuit')}"
    create_queue(here.exchange, name, 1)
    found = said(here, calls_per_second=5.0)
    assert found["queue of Nuit"] == "ok     queue of Nuit: holds 1 callers"
    assert "5 a second; more than is usual" in found["pace of calls"]
