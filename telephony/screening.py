"""A responder is rung without the database: told what waits, asked for a key, connected.

Their document may play, say, gather and hang up, nothing else; where it ends without hanging up,
the two are connected. So silence, a voicemail's above all, must end in hanging up.
"""

from telephony import words
from telephony.degraded import Away
from telephony.replies import Gather, Hangup, Reply, say

KEY_SECONDS = 10


def invite(this: Away, person: str, wanted: str, attempt: int) -> Reply:
    """Say that a call waits and ask for a key; with none, hang up."""
    line = this.roster.line
    language = _language(this, person)
    name = words.language_name(wanted, language)
    invitation = say("away_offer", language, line=line.name, language=name)
    address = this.address("key", line=line.id, to=person, lang=wanted, attempt=attempt)
    refuse = (say("offer_declined", language), Hangup())
    return (Gather(address, (invitation,), KEY_SECONDS), *refuse)


def key(this: Away, person: str, wanted: str, attempt: int, caller: str) -> Reply:
    """Take the key: 1 connects, another asks once more, all else hangs up."""
    language = _language(this, person)
    if this.hook.digits == "1":
        this.of_call(caller, "accepted", responder=person)
        return (say("offer_taken", language),)
    if this.hook.digits not in (None, "2") and attempt < 2:
        return invite(this, person, wanted, attempt + 1)
    this.of_call(caller, "declined", responder=person)
    return (say("offer_declined", language), Hangup())


def _language(this: Away, person: str) -> str:
    line_language = this.roster.line.languages[0]
    found = this.roster.responders.get(person)
    return words.spoken(found.languages, line_language) if found else line_language
