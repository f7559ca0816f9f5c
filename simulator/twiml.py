"""TwiML read strictly: what the provider's reader accepts, warns about and refuses.

Rules: https://www.twilio.com/docs/voice/twiml (content types, case-sensitive names) and
the error dictionary, https://www.twilio.com/docs/api/errors (12100, 12200, 12300).
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.transport import Answer

PARSE_ERROR, SCHEMA_WARNING, CONTENT_TYPE, RETRIEVAL = 12100, 12200, 12300, 11200
XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})

_PLAYED = "voice language loop"
_DIALLED = (
    "method url sendDigits statusCallback statusCallbackEvent statusCallbackMethod byoc "
    "machineDetection machineDetectionTimeout machineDetectionSpeechThreshold "
    "machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout amdStatusCallback "
    "amdStatusCallbackMethod username password"
)
_RECORDED = (
    "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent trim"
)
# Every verb and noun that may stand in a voice document, with its attributes.
SCHEMA: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "Say": _PLAYED,
        "Play": "loop digits",
        "Pause": "length",
        "Gather": (
            "input action method timeout speechTimeout maxSpeechTime finishOnKey numDigits "
            "partialResultCallback partialResultCallbackMethod language hints bargeIn "
            "profanityFilter speechModel enhanced debug actionOnEmptyResult"
        ),
        "Redirect": "method",
        "Hangup": "",
        "Reject": "reason",
        "Leave": "",
        "Dial": (
            "action method timeout hangupOnStar timeLimit callerId record answerOnBridge "
            "ringTone sequential recordingTrack referUrl referMethod events " + _RECORDED
        ),
        "Number": _DIALLED,
        "Sip": _DIALLED,
        "Client": _DIALLED,
        "Conference": (
            "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod "
            "maxParticipants record region coach participantLabel jitterBufferSize "
            "statusCallback statusCallbackEvent statusCallbackMethod eventCallbackUrl " + _RECORDED
        ),
        "Queue": "url method reservationSid postWorkActivitySid",
        "Enqueue": "action method maxQueueSize waitUrl waitUrlMethod workflowSid",
        "Record": (
            "action method timeout finishOnKey maxLength playBeep transcribe "
            "transcribeCallback " + _RECORDED
        ),
        "Sms": "to from action method statusCallback",
        "Message": "to from action method statusCallback",
    }.items()
}
NOUNS = frozenset({"Number", "Sip", "Client", "Conference", "Queue"})
NESTED: dict[str, frozenset[str]] = {
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": NOUNS,
}


class DocumentError(Exception):
    """A document that cannot be run; ``code`` is the provider's error code."""

    def __init__(self, code: int, url: str) -> None:
        super().__init__(f"error {code}")
        self.code = code
        self.url = url


@dataclass(frozen=True)
class Verb:
    """One element: its name, attributes, text (all of it, SSML tags dropped), children."""

    name: str
    attrs: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return an integer attribute; the default when absent, not a number, or too low."""
        text = self.attrs.get(name, "").strip()
        if not text.lstrip("-").isdigit() or int(text) < low:
            return default
        return min(int(text), high)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a ``true`` / ``false`` attribute."""
        text = self.attrs.get(name, "").strip().lower()
        return {"true": True, "false": False}.get(text, default)

    def method(self, name: str = "method", default: str = "POST") -> str:
        """Return an HTTP method attribute, ``GET`` or ``POST``."""
        text = self.attrs.get(name, default).strip().upper()
        return text if text in ("GET", "POST") else default

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words of a blank-separated attribute."""
        return tuple(self.attrs.get(name, "").split())


@dataclass(frozen=True)
class Document:
    """A document ready to run; relative addresses start from ``url``."""

    url: str
    method: str
    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...] = ()


def read(answer: Answer, method: str) -> Document:
    """Turn a webhook's answer into a document; :class:`DocumentError` when it is none."""
    if answer.error is not None:
        raise DocumentError(answer.error, answer.url)
    if answer.status is None or not 200 <= answer.status < 300:
        raise DocumentError(RETRIEVAL, answer.url)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return Document(answer.url, method, (Verb("Play", text=answer.url), Verb("Hangup")))
    if kind == "text/plain":
        return _plain(answer, method)
    if kind not in XML_TYPES:
        raise DocumentError(CONTENT_TYPE, answer.url)
    return parse(answer.body, answer.url, method)


def _plain(answer: Answer, method: str) -> Document:
    try:
        return parse(answer.body, answer.url, method)
    except DocumentError:
        text = answer.body.decode("utf-8", "replace").strip()
        return Document(answer.url, method, (Verb("Say", text=text),))


def parse(body: bytes, url: str, method: str) -> Document:
    """Parse TwiML; error 12100 for what is not a ``<Response>`` from its first byte on."""
    if body[:1].isspace() or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise DocumentError(PARSE_ERROR, url)
    try:
        root = ET.fromstring(body)  # noqa: S314 - entities were refused just above
    except (ET.ParseError, ValueError, LookupError):
        raise DocumentError(PARSE_ERROR, url) from None
    if root.tag != "Response":
        raise DocumentError(PARSE_ERROR, url)
    warnings: list[str] = []
    verbs = tuple(_verbs(root, frozenset(SCHEMA) - NOUNS, warnings))
    return Document(url, method, verbs, tuple(warnings))


def _verbs(parent: ET.Element, known: frozenset[str], warnings: list[str]) -> Iterator[Verb]:
    for element in parent:
        name = str(element.tag)
        if name not in known:
            warnings.append(f"<{name}> is not allowed in <{parent.tag}>")
            continue
        warnings.extend(
            f"attribute {key} is not allowed in <{name}>"
            for key in element.attrib
            if key not in SCHEMA[name] and not key.startswith("{")
        )
        children = tuple(_verbs(element, NESTED[name], warnings)) if name in NESTED else ()
        text = element.text or "" if name in NESTED else "".join(element.itertext())
        yield Verb(name, dict(element.attrib), " ".join(text.split()), children)
