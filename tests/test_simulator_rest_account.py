"""The account through the stock client: permissions to dial, verified numbers, applications."""

import json
import re
from collections.abc import Iterator

import pytest
from test_simulator_kit import LINE, Kit
from twilio.base.exceptions import TwilioRestException


@pytest.fixture
def kit() -> Iterator[Kit]:
    with Kit() as made:
        made.client.voice.base_url = made.client.api.base_url
        yield made


def permit(kit: Kit, **countries: str) -> None:
    asked = [
        {
            "iso_code": iso, "low_risk_numbers_enabled": on,
            "high_risk_special_numbers_enabled": "false",
            "high_risk_tollfraud_numbers_enabled": "false",
        }
        for iso, on in countries.items()
    ]  # fmt: skip
    permissions = kit.client.voice.v1.dialing_permissions
    permissions.bulk_country_updates.create(update_request=json.dumps(asked))


def test_a_country_is_permitted_and_forbidden_and_calls_obey(kit: Kit):
    def enabled(iso: str) -> bool:
        return (
            kit.client.voice.v1.dialing_permissions.countries(iso).fetch().low_risk_numbers_enabled
        )

    assert (enabled("BE"), enabled("FR")) == (True, False)
    permit(kit, FR="true", BE="false")
    assert (enabled("BE"), enabled("FR")) == (False, True)
    with pytest.raises(TwilioRestException) as refused:
        kit.client.calls.create(to="+32470000001", from_=LINE, url=kit.at("out"))
    assert refused.value.code == 21215


def test_what_is_no_country_or_no_list_is_refused(kit: Kit):
    countries = kit.client.voice.v1.dialing_permissions
    with pytest.raises(TwilioRestException) as unknown:
        countries.countries("XX").fetch()
    assert unknown.value.status == 404
    with pytest.raises(TwilioRestException) as senseless:
        countries.bulk_country_updates.create(update_request="[1")
    assert senseless.value.status == 400


def test_a_verified_number_is_found_by_its_number(kit: Kit):
    kit.ex.verified = re.compile(r"\+3222\d+")
    ids = kit.client.outgoing_caller_ids
    [found] = ids.list(phone_number="+3222000000")
    assert (found.phone_number, found.sid[:2]) == ("+3222000000", "PN")
    assert ids.list(phone_number="+3233000000") == []


def test_a_number_keeps_its_application_until_it_is_taken_off(kit: Kit):
    [number] = kit.client.incoming_phone_numbers.list(phone_number=LINE)
    assert number.update(voice_application_sid="AP1").voice_application_sid == "AP1"
    assert number.update(voice_url=kit.at("voice")).voice_application_sid == "AP1"
    assert number.update(voice_application_sid="").voice_application_sid == ""


def test_the_account_tells_its_token_unless_it_is_told_not_to(kit: Kit):
    fetch = kit.client.api.accounts(kit.ex.account_sid).fetch
    assert fetch().auth_token == kit.ex.auth_token
    kit.ex.tells_token = False
    assert fetch().auth_token is None
