"""The line without its database: the people on duty are rung all the same, one by one.

Who they are is known from the last snapshot. One ``<Dial>`` rings one telephone, and whoever
picks up presses 1: were several to ring at once, the first voicemail would silence the others.
All that is to be remembered of a call stands in its addresses (ids, never numbers); what happens
is spooled.
"""

from dataclasses import dataclass
from datetime import datetime

from routing import duty
from routing.roster import Responder, Roster
from telephony import apology, farewell, paths, words
from telephony.apology import Circumstances
from telephony.desk import Desk
from telephony.hook import Hook
from telephony.replies import Forward, Gather, Hangup, Play, Redirect, Reply, Say, say
from telephony.snapshot import Snapshot

MOST = 10
"""So many people are rung for a caller at most."""

MENU_SECONDS = 5
AGAIN_SECONDS = 6

# What somebody asks for whom we rang: a responder, or a guest.
PAGES_OF_RUNG = frozenset({"answer", "key", "after", "guest", "enter"})

# How a caller came out of the queue without wanting anything of us.
GONE_FROM_QUEUE = frozenset({"hangup", "redirected", "bridged", "redirected-from-bridged"})


@dataclass(frozen=True)
class Away:
    """One request about a call of ``roster``'s line while the database cannot be asked."""

    desk: Desk
    hook: Hook
    at: datetime
    known: Snapshot
    roster: Roster

    def note(self, kind: str, **more: object) -> None:
        """Spool what happens to the caller."""
        self.of_call(self.hook.sid, kind, **more)

    def of_call(self, sid: str, kind: str, **more: object) -> None:
        """Spool it of another call than the one at hand; each line says which line it was."""
        self.desk.spool.add(sid, self.at, kind, line=self.roster.line.id, **more)

    def address(self, page: str, **more: str | int) -> str:
        """Return the address of a page of this caller's."""
        return paths.away(self.desk, page, **more)


def answer(desk: Desk, hook: Hook, where: Circumstances) -> Reply:
    """Return what to say to whoever is on the telephone; the database cannot be asked."""
    if where.page == "hold":  # in a room, where nothing but music may be heard
        return (Play(desk.url(paths.MUSIC)),)
    if hook.direction.startswith("outbound"):
        return _to_somebody_rung(desk, hook, where)
    if hook.is_final or (where.page == "left" and hook.queue_result in GONE_FROM_QUEUE):
        return ()
    if where.may_wait:
        return apology.patience(desk, where)
    this = look(desk, hook, where.language)
    if where.waits:
        return apology.out_of_the_queue(desk, where.language)
    return this if isinstance(this, tuple) else _by_page(this, where)


def _by_page(this: "Away", where: Circumstances) -> Reply:
    """Go on from where the caller was when the database went away."""
    language = _language(this.roster, where.language)
    if where.page in ("incoming", "fallback"):
        return incoming(this)
    if where.page in ("after", "forwarded"):
        return _after_a_talk(this, language)
    this.note("received")
    if where.page == "language":
        return choose_language(this, where.attempt)
    return nobody(this, language) if where.page == "forward" else begin(this, language)


def look(
    desk: Desk, hook: Hook, language: str | None, line_id: str | None = None
) -> "Away | Reply":
    """Return what is known of the line; with nobody known to ring, an apology."""
    at = desk.clock()
    known = desk.snapshots.last(at)
    book = known.book if known else desk.rosters.last_known()
    found = book.by_id.get(line_id) if book and line_id else book and book.by_number.get(hook.to)
    if known is None or not found:
        line = found.line if found else None
        return apology.sorry(line, apology.languages(line, language))
    return Away(desk, hook, at, known, found)


def plainly(desk: Desk, hook: Hook, language: str | None) -> Reply:
    """Apologise and forward: even what needs no database has failed."""
    if hook.is_final:
        return ()
    this = look(desk, hook, language)
    line = None if isinstance(this, tuple) else this.roster.line
    return apology.sorry(line, apology.languages(line, language))


def incoming(this: Away) -> Reply:
    """Greet a new caller: closed words, the languages, or straight to the people on duty."""
    line = this.roster.line
    this.note("received")
    is_open, closure = duty.opening(line, this.at)
    if not is_open:
        this.note("closed")
        return farewell.closed_in_all(line, closure, this.at)
    only = line.languages[0] if len(line.languages) == 1 else line.numbers.get(this.hook.to)
    return begin(this, only) if only else menu(this, attempt=1)


def menu(this: Away, attempt: int) -> Reply:
    """Ask for a language, each in its own."""
    line = this.roster.line
    prompts = tuple(
        say("menu", language, line=line.name, key=key)
        for key, language in enumerate(line.languages, start=1)
    )
    action = this.address("language", attempt=attempt)
    return (Gather(action, prompts, MENU_SECONDS), Redirect(action))


def choose_language(this: Away, attempt: int) -> Reply:
    """Take the key of the menu: no sensible key, the menu once more, then the first one."""
    spoken = this.roster.line.languages
    keys = {str(key): language for key, language in enumerate(spoken, start=1)}
    chosen = keys.get(this.hook.digits or "")
    if chosen is None and attempt < 2:
        return menu(this, attempt + 1)
    return begin(this, chosen or spoken[0])


def begin_anew(this: Away, language: str) -> Reply:
    """Go on with a caller whom the book knows already, and who waited."""
    this.note("received")
    return begin(this, language)


def begin(this: Away, language: str) -> Reply:
    """Say what is going on and ring the first of those on duty; closed lines ring nobody."""
    is_open, closure = duty.opening(this.roster.line, this.at)
    this.note("language", language=language)
    if not is_open:
        this.note("closed")
        return (*farewell.closed_words(this.roster.line, closure, this.at, language), Hangup())
    return ring(this, language, (), say("away_looking", language))


def ring(this: Away, language: str, tried: tuple[str, ...], first: Say) -> Reply:
    """Say ``first`` and ring the next who was not tried yet; after the last, the other number."""
    for person in candidates(this, language, tried):
        number = this.known.number_of(person.id, this.desk.cipher)
        if number is None:
            continue
        line = this.roster.line
        this.note("rang", responder=person.id)
        tried = (*tried, person.id)
        screen = {"line": line.id, "to": person.id, "lang": language}
        dial = Forward(
            number,
            line.caller_id,
            action=this.address("next", lang=language, tried=".".join(tried)),
            timeout=line.ring_seconds,
            screen=this.address("screen", **screen),
        )
        return (first, dial)
    return nobody(this, language)


def candidates(this: Away, language: str, tried: tuple[str, ...]) -> list[Responder]:
    """Return who is still to be rung, in ring order: on duty, then standing by.

    Nobody who paused; whoever was talking when the database was last asked goes last.
    """
    here = duty.on_duty(this.roster, this.at, language).responders
    behind = [one for one in duty.standing_by(this.roster, this.at) if language in one.languages]
    ring_order = list({one.id: one for one in (*here, *behind)}.values())
    ring_order.sort(key=lambda one: this.known.busy.get(one.id) == "talking")
    left = [one for one in ring_order if one.id not in tried and one.id not in this.known.paused]
    return left[: max(0, MOST - len(tried))]


def after_ring(this: Away, language: str, tried: tuple[str, ...], told: "Told") -> Reply:
    """A ``<Dial>`` is over: they have talked, or the next is rung."""
    this.note("over", responder=tried[-1] if tried else None, **told.as_event())
    if this.hook.is_final:
        return ()
    if told.talked:
        return (say("after_talk", language), Hangup())
    return ring(this, language, tried, say("away_going_on", language))


def nobody(this: Away, language: str) -> Reply:
    """All were rung in vain: the line's fallback number, if it has one."""
    line = this.roster.line
    first = (say("nobody", language), say("emergency", language))
    this.note("nobody")
    if line.fallback_number is None:
        return (*first, say("sorry_ring_again", language), Hangup())
    forward = Forward(
        line.fallback_number, line.caller_id, action=this.address("last", lang=language)
    )
    return (*first, say("sorry_forward", language), forward)


def after_fallback(this: Away, language: str, told: "Told") -> Reply:
    """The fallback number was rung: they have talked there, or can only ring again."""
    this.note("forwarded", **told.as_event())
    if this.hook.is_final:
        return ()
    return (say("after_talk" if told.talked else "sorry_ring_again", language), Hangup())


@dataclass(frozen=True)
class Told:
    """What the provider says of a ``<Dial>`` that is over."""

    status: str
    bridged: bool
    seconds: int

    @property
    def talked(self) -> bool:
        """Tell whether two people were connected: a screening that was refused completes, too."""
        return self.status == "completed" and self.bridged

    def as_event(self) -> dict[str, str | bool | int]:
        """Return it for the spool."""
        return {"status": self.status, "talked": self.talked, "seconds": self.seconds}


def _language(roster: Roster, asked: str | None) -> str:
    return asked if asked in words.LANGUAGES else roster.line.languages[0]


def _after_a_talk(this: Away, language: str) -> Reply:
    """A caller comes out of a room. Whether anybody was in there with them is not known now."""
    again = this.address("ring", lang=language)
    return (Gather(again, (say("away_after", language),), AGAIN_SECONDS), Hangup())


def _to_somebody_rung(desk: Desk, hook: Hook, where: Circumstances) -> Reply:
    """Somebody picked up whom we rang: what for is written where nobody can look."""
    if where.page in PAGES_OF_RUNG and where.language is None:
        known = desk.snapshots.last(desk.clock())
        rosters = known.book.by_id.values() if known else ()
        ours = (one.line.languages for one in rosters if one.line.caller_id == hook.sender)
        spoken = next(ours, ("fr", "nl"))
        return (*(say("away_responder", language) for language in spoken), Hangup())
    return apology.sorry(None, apology.languages(None, where.language))
