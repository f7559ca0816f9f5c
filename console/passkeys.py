"""Passkeys (WebAuthn): logging in with what unlocks one's telephone or computer.

A passkey that has checked its owner (a finger, a face, a PIN) is two factors in one and logs
in alone. One that has not counts as the second factor after the password.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import session
from sqlalchemy import Connection
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from console.office import office
from console.person import Person
from logging_db import log_in
from logging_db.log_in import Passkey

CHALLENGE = "passkey_challenge"
GOOD_FOR = timedelta(minutes=5)
REFUSED = (WebAuthnException, ValueError, KeyError, TypeError)


def possible() -> bool:
    """Tell whether passkeys work here: they are bound to a name, never to a number."""
    name = _name()
    return bool(name) and not name.replace(".", "").isdigit() and ":" not in name


def _name() -> str:
    return urlsplit(office().settings.public_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(office().settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _keep(challenge: bytes, purpose: str) -> None:
    at = office().clock().timestamp()
    session[CHALLENGE] = {"is": bytes_to_base64url(challenge), "for": purpose, "at": at}


def _challenge(purpose: str) -> bytes:
    """Return the challenge that was asked, once; raise ``ValueError`` where there is none."""
    kept = session.pop(CHALLENGE, None)
    if not isinstance(kept, dict) or kept["for"] != purpose:
        raise ValueError("nothing was asked")
    at = office().clock()
    if at - datetime.fromtimestamp(kept["at"], tz=at.tzinfo) >= GOOD_FOR:
        raise ValueError("it was asked too long ago")
    return base64url_to_bytes(kept["is"])


def _known(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {each.value: each for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[known[each] for each in key.transports if each in known] or None,
        )
        for key in keys
    ]


def making(person: Person, handle: str, keys: list[Passkey]) -> dict[str, Any]:
    """Return what the browser needs to make a passkey for this person."""
    options = webauthn.generate_registration_options(
        rp_id=_name(),
        rp_name="Permanence",
        user_id=handle.encode(),
        user_name=person.email,
        user_display_name=person.name,
        exclude_credentials=_known(keys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    _keep(options.challenge, "making")
    return _as_json(webauthn.options_to_json(options))


def made(answer: str) -> dict[str, Any]:
    """Check what the browser made and return the row to keep; raise one of ``REFUSED``."""
    credential = json.loads(answer)
    found = webauthn.verify_registration_response(
        credential=credential,
        expected_challenge=_challenge("making"),
        expected_rp_id=_name(),
        expected_origin=_origin(),
    )
    said = credential.get("response", {}).get("transports") or []
    return {
        "credential_id": found.credential_id,
        "public_key": found.credential_public_key,
        "sign_count": found.sign_count,
        "transports": [str(each)[:32] for each in said[:8]],
    }


def asking(purpose: str, keys: list[Passkey] | None) -> dict[str, Any]:
    """Return what the browser needs to use a passkey: one of ``keys``, or whichever it has."""
    alone = purpose == "alone"
    options = webauthn.generate_authentication_options(
        rp_id=_name(),
        allow_credentials=_known(keys) if keys is not None else None,
        user_verification=UserVerificationRequirement.REQUIRED
        if alone
        else UserVerificationRequirement.PREFERRED,
    )
    _keep(options.challenge, purpose)
    return _as_json(webauthn.options_to_json(options))


def used(connection: Connection, answer: str, purpose: str, at: datetime) -> Passkey:
    """Check what the browser answered and return whose passkey it was; or raise ``REFUSED``."""
    credential = json.loads(answer)
    key = log_in.passkey(connection, base64url_to_bytes(credential["rawId"]))
    if key is None:
        raise ValueError("nobody has this passkey")
    found = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=_challenge(purpose),
        expected_rp_id=_name(),
        expected_origin=_origin(),
        credential_public_key=key.public_key,
        credential_current_sign_count=key.sign_count,
        require_user_verification=purpose != "second",
    )
    log_in.use_passkey(connection, key.id, found.new_sign_count, at)
    return key


def _as_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
