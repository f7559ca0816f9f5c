"""The addresses in our TwiML: built here, routed in ``telephony.webhooks``.

They carry ids, and the caller's language so that even an apology can be spoken in it.
"""

from logging_db.columns import is_id
from telephony.desk import Desk

MUSIC = "/media/waiting.wav"
RECORDINGS = "/media/recordings/"
INCOMING = "/voice/incoming"
STATUS = "/voice/status"
FALLBACK = "/voice/fallback"
AWAY = "/voice/away/"


def call(desk: Desk, call_id: str, page: str, language: str | None = None, **more: int) -> str:
    """Return the address of a ``page`` of the call."""
    pairs = ([("lang", language)] if language else []) + [(k, str(v)) for k, v in more.items()]
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return desk.url(f"/voice/calls/{call_id}/{page}" + (f"?{query}" if query else ""))


def recording(desk: Desk, recording_id: str) -> str:
    """Return the address of a recording."""
    return desk.url(f"{RECORDINGS}{recording_id}.wav")


def recording_in(url: str) -> str | None:
    """Return the id of the recording that ``url`` is the address of, if it is one."""
    name = url.partition(RECORDINGS)[2].partition("?")[0].removesuffix(".wav")
    return name if is_id(name) else None


def room(desk: Desk, offer_id: str, page: str) -> str:
    """Return the address of a ``page`` of a room, which bears the id of its offer."""
    return desk.url(f"/voice/rooms/{offer_id}/{page}")


def leg(desk: Desk, leg_id: str, page: str, **more: int) -> str:
    """Return the address of a ``page`` of an outbound leg."""
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return desk.url(f"/voice/legs/{leg_id}/{page}" + (f"?{query}" if query else ""))


def check(desk: Desk, check_id: str, page: str, language: str, **more: int) -> str:
    """Return the address of a ``page`` of the call that proves a number."""
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return desk.url(f"/voice/verify/{check_id}/{page}?lang={language}") + (query and f"&{query}")


def away(desk: Desk, page: str, **more: str | int) -> str:
    """Return the address of a ``page`` that needs no database: all it has to know is in it."""
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return desk.url(f"{AWAY}{page}?{query}")
