"""Voice dialing permissions: which countries may be rung.

https://www.twilio.com/docs/voice/api/dialingpermissions-country-resource and
.../dialingpermissions-bulkcountryupdate-resource; there on an address of their own, here
beside the rest. High-risk numbers are never permitted.
"""

import json
from typing import Any

import phonenumbers
from flask import Response, jsonify, request

from simulator.exchange import Exchange
from simulator.rest.common import Json, api, exchange, invalid, not_found

BASE = "/v1/DialingPermissions"


@api.get(f"{BASE}/Countries/<iso>")
def fetch_country(iso: str) -> Response:
    """Return one country."""
    return jsonify(_shape(exchange(), iso))


@api.post(f"{BASE}/BulkCountryUpdates")
def update_countries() -> tuple[Response, int]:
    """Permit countries, or no longer; all of them or none."""
    text, ex = request.form.get("UpdateRequest", ""), exchange()
    changes = dict(_change(one) for one in _asked(text))
    with ex.engine.entered():
        kept = [prefix for prefix in ex.countries if prefix not in changes]
        ex.countries = (*kept, *(prefix for prefix, on in changes.items() if on))
    return jsonify({"update_count": len(changes), "update_request": text}), 201


def _asked(text: str) -> list[Any]:
    try:
        asked = json.loads(text)
    except ValueError:
        asked = None
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise invalid("UpdateRequest")
    return asked


def _change(one: dict[str, Any]) -> tuple[str, bool]:
    return _prefix(str(one.get("iso_code"))), str(one.get("low_risk_numbers_enabled")) == "true"


def _prefix(iso: str) -> str:
    code = phonenumbers.country_code_for_region(iso)
    if not code:
        raise not_found()
    return f"+{code}"


def _shape(ex: Exchange, iso: str) -> Json:
    prefix = _prefix(iso)
    return {
        "iso_code": iso,
        "name": iso,
        "continent": "",
        "country_codes": [prefix],
        "low_risk_numbers_enabled": prefix in ex.countries,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": f"{request.host_url.rstrip('/')}{BASE}/Countries/{iso}",
        "links": {"highrisk_special_prefixes": f"{request.url}/HighRiskSpecialPrefixes"},
    }
