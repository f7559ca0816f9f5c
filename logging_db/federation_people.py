"""Reading the partner services and the responders of a federation file."""

from collections.abc import Sequence

from logging_db import federation_numbers as numbers
from logging_db.federation_fields import Fields, Keys, nearest, quoted
from logging_db.federation_plan import ResponderEntry, ServiceEntry

SERVICE: Keys = {
    "code": 'code = "cssbse"',
    "name": 'name = { fr = "Centre de Service Social de Bruxelles Sud-Est" }',
}
RESPONDER: Keys = {
    "name": 'name = "Alice Martin"',
    "service": 'service = "cssbse"',
    "phone": 'phone = "+32470000001"',
    "languages": 'languages = ["fr", "nl"]',
}


def read_service(service: Fields, prompts: Sequence[str]) -> ServiceEntry:
    """Return the service, noting its faults; a name without a language is for ``prompts``."""
    return ServiceEntry(service.place, service.text("code", 64), service.names("name", prompts))


def read_responder(
    responder: Fields, services: frozenset[str], ours: frozenset[str]
) -> ResponderEntry:
    """Return the responder, noting their faults.

    ``services`` are the codes of the file, ``ours`` the numbers of its lines.
    """
    phone = responder.text("phone")
    objection = numbers.responder(phone, ours) if phone else None
    if objection:
        responder.fault("phone", f"this number {objection[0]}", objection[1])
    return ResponderEntry(
        place=responder.place,
        name=responder.text("name"),
        service=known(responder, "service", services),
        phone=phone,
        languages=responder.languages("languages"),
    )


def known(fields: Fields, key: str, words: frozenset[str]) -> str:
    """Return the text under ``key``, noting it if the file does not hold such a one."""
    word = fields.text(key)
    if word and word not in words:
        named = sorted(words - {""})  # an entry whose own name is missing has no name to offer
        meant = nearest(word, named) or next(iter(named), None)
        kind = f"{key}s"
        remedy = f'write for example "{meant}"' if meant else f"add it under [[{kind}]]"
        fields.fault(key, f"{quoted(word)} is not among the {kind} of this file", remedy)
    return word
