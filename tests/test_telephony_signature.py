import hashlib
import hmac
import logging
from base64 import b64encode
from urllib.parse import quote

import pytest

from tests.provider import CALLER, Provider, params, said

pytestmark = pytest.mark.one_database  # what is refused never comes to the database


def by_hand(token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """The signature as the documentation describes it, without the library."""
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_a_webhook_signed_as_documented_is_let_in(provider: Provider):
    url = "https://voice.example.org/voice/incoming"
    form = params(CallerCity="São Paulo")
    signed = by_hand("the-auth-token", url, list(form.items()))
    body = "&".join(f"{name}={quote(value)}" for name, value in form.items())
    assert provider.raw("/voice/incoming", body, signed).status_code == 200


def test_the_previous_token_is_accepted_while_rotating(provider: Provider):
    assert provider.post("/voice/incoming", token="the-previous-token").status_code == 200


@pytest.mark.parametrize("signed", [None, "", "nonsense", "é", b64encode(b"x" * 20).decode()])
def test_an_unsigned_or_wrongly_signed_webhook_is_refused(
    provider: Provider, signed: str | None, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    refused = provider.raw("/voice/incoming", f"From={quote(CALLER)}", signed)
    assert refused.status_code == 403
    assert CALLER.encode() not in refused.data


def test_another_token_is_refused(provider: Provider):
    assert provider.post("/voice/incoming", token="somebody-else's").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["?", "?a=%7E", "?a=%C3%A9", "?u=http%3A%2F%2Fx", "?a=b&a=c", "?a=%20b", "?a=b+c", "?a=~é"],
)
def test_the_raw_address_counts_not_the_decoded_one(provider: Provider, query: str):
    assert provider.post("/voice/incoming" + query).status_code == 200


def test_the_host_header_plays_no_part(provider: Provider):
    provider.client.environ_base["HTTP_HOST"] = "attacker.example"
    provider.client.environ_base["HTTP_X_FORWARDED_HOST"] = "attacker.example"
    assert provider.post("/voice/incoming").status_code == 200


def test_the_address_with_its_port_is_accepted_too(provider: Provider):
    url = "https://voice.example.org:443/voice/incoming"
    form = params()
    signed = by_hand("the-auth-token", url, list(form.items()))
    body = "&".join(f"{name}={quote(value)}" for name, value in form.items())
    assert provider.raw("/voice/incoming", body, signed).status_code == 200


def test_a_signature_of_one_address_opens_no_other(provider: Provider):
    form = params()
    signed = by_hand(
        "the-auth-token", "https://voice.example.org/voice/incoming", list(form.items())
    )
    body = "&".join(f"{name}={quote(value)}" for name, value in form.items())
    assert provider.raw("/voice/status", body, signed).status_code == 403


def test_a_repeated_parameter_is_signed_with_all_its_values(provider: Provider):
    form = [*params().items(), ("CallerCity", "a"), ("CallerCity", "b"), ("CallerCity", "a")]
    signed = by_hand("the-auth-token", "https://voice.example.org/voice/incoming", form)
    body = "&".join(f"{name}={quote(value)}" for name, value in form)
    assert provider.raw("/voice/incoming", body, signed).status_code == 200


def test_a_json_body_is_bound_by_its_digest(provider: Provider):
    body = '{"property": "value"}'
    digest = hashlib.sha256(body.encode()).hexdigest()
    path = f"/voice/status?bodySHA256={digest}"
    signed = by_hand("the-auth-token", "https://voice.example.org" + path, [])
    fine = provider.raw(path, body, signed, "application/json")
    assert fine.status_code == 204
    forged = provider.raw(path, body + " ", signed, "application/json")
    assert forged.status_code == 403


def test_a_get_is_answered_in_words_not_with_a_page(provider: Provider):
    answer = provider.client.get("/voice/incoming")
    assert answer.status_code in (403, 405)
    assert b"<html" not in answer.data


def test_a_body_of_megabytes_is_refused_in_words(provider: Provider):
    answer = provider.raw("/voice/incoming", "a=" + "x" * 3_000_000, "whatever")
    assert answer.status_code == 413
    assert b"<Say" in answer.data


def test_an_unknown_line_hears_that_it_is_none(provider: Provider):
    assert "pas en service" in said(provider.post("/voice/incoming"))


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml"],
)
@pytest.mark.parametrize("body", [b'{"a": 1}', b"\xff\xfe", b"", b"--x\r\n"])
def test_a_body_of_another_kind_with_a_wrong_signature_is_refused(provider, content_type, body):
    refused = provider.raw("/voice/incoming", body, "AAAA", content_type)
    assert refused.status_code == 403
