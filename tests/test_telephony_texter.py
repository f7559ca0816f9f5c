"""Text messages through the provider's simulator, and what its refusals mean."""

import threading
from collections.abc import Iterator

import pytest

from notices.channels import DeliveryError
from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.serve import make
from telephony.texter import TwilioTexter
from tests.permanence_kit import TOKEN, free_port, until

ACCOUNT = "AC" + "0" * 32
SENDER, TO = "+3225550100", "+32470000001"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    made = Exchange(clock=RealClock(), account_sid=ACCOUNT, auth_token=TOKEN)
    made.set_number(SENDER)
    server = make(create_app(made), 0)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    made.address = f"http://127.0.0.1:{server.port}"  # type: ignore[attr-defined]
    yield made
    server.shutdown()
    server.server_close()
    made.close()


@pytest.fixture
def texter(exchange: Exchange) -> Iterator[TwilioTexter]:
    yield TwilioTexter(ACCOUNT, TOKEN, exchange.address)  # type: ignore[attr-defined]
    exchange.faults.clear()


def refusal(texter: TwilioTexter, sender: str = SENDER) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        texter.send(TO, sender, "Rappel")
    assert TO not in str(caught.value)
    return caught.value


def test_a_text_message_arrives_on_the_telephone(exchange: Exchange, texter: TwilioTexter):
    texter.send(TO, SENDER, "Rappel : permanence")
    until(lambda: [h.text for h in exchange.phone(TO).heard if h.verb == "SMS"])
    assert exchange.phone(TO).heard[-1].text == "Rappel : permanence"


def test_a_sender_that_is_not_ours_is_refused_for_good(texter: TwilioTexter):
    error = refusal(texter, "+3225550999")
    assert error.final
    assert error.code == "provider 21606"


@pytest.mark.parametrize(
    ("status", "meaning"), [(400, "final"), (429, "away"), (401, "away"), (500, "unclear")]
)
def test_a_refusal_says_whether_the_message_may_have_been_sent(
    exchange: Exchange, texter: TwilioTexter, status: int, meaning: str
):
    exchange.faults.fail("POST", "Messages", status=status, code=20000, times=1)
    error = refusal(texter)
    said = {"final": error.final, "away": error.away, "unclear": error.unclear}
    assert said == {name: name == meaning for name in said}


def test_a_provider_that_cannot_be_reached_is_no_fault_of_the_message():
    assert refusal(TwilioTexter(ACCOUNT, TOKEN, f"http://127.0.0.1:{free_port()}")).away
