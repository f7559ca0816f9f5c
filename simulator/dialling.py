"""Outbound legs: paced, rung, answered or not."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from simulator import legs, progress
from simulator.calls import Call

if TYPE_CHECKING:
    from simulator.exchange import Exchange
    from simulator.phones import Phone

ANSWER_AFTER, VOICEMAIL_AFTER, VOICEMAIL_GREETING, VOICEMAIL_STAYS = 2.0, 4.0, 6.0, 60.0
GREETING = "You have reached the voicemail of this number. Leave a message after the tone."

E164 = re.compile(r"\+[1-9]\d{6,14}")
SEPARATORS = str.maketrans("", "", " ().-/")
NOT_PERMITTED = 13227


def e164(text: str) -> str:
    """Return a number as ``<Dial>`` understands it: separators dropped, plus sign added.

    Ten digits alone are a number of the United States, as at the provider.
    """
    digits = text.translate(SEPARATORS)
    if not digits.isdigit():
        return digits
    return f"+1{digits}" if len(digits) == 10 else f"+{digits}"


def pace(ex: "Exchange") -> float:
    """Reserve the next place in the account's queue of API calls; return seconds to wait."""
    now = ex.clock.now()
    slot = max(now, ex.next_slot)
    if ex.calls_per_second:
        ex.next_slot = slot + timedelta(seconds=1 / ex.calls_per_second)
    return (slot - now).total_seconds()


def place(
    ex: "Exchange", call: Call, timeout: float, delay: float = 0.0, *, queued: bool = False
) -> None:
    """Dial ``call`` in ``delay`` seconds and let it ring for ``timeout`` seconds.

    A ``queued`` call is never dialled before the REST request that asked for it is answered.
    """
    ex.calls[call.sid] = call
    call.queue_ms = int(delay * 1000)
    if queued or delay > 0:
        call.timers.append(ex.engine.later(delay, lambda: _dial(ex, call, timeout)))
    else:
        _dial(ex, call, timeout)


def _dial(ex: "Exchange", call: Call, timeout: float) -> None:
    if call.over:
        return
    call.status = "initiated"
    call.started_at = ex.clock.now()
    progress.announce(ex, call, "initiated")
    phone = _phone(ex, call)
    if phone is None or phone.behaviour == "unreachable":
        ex.end(call, "failed")
    elif phone.behaviour == "busy" or phone.call is not None:
        ex.end(call, "busy")
    else:
        _ring(ex, call, phone, timeout)


def _phone(ex: "Exchange", call: Call) -> "Phone | None":
    """Return the telephone at the other end, if it is one and its country is permitted."""
    if not E164.fullmatch(call.to):
        return None
    if not call.to.startswith(ex.countries):
        ex.notice(NOT_PERMITTED, "", call.sid, "the country is not permitted")
        return None
    return ex.phone(call.to)


def _ring(ex: "Exchange", call: Call, phone: "Phone", timeout: float) -> None:
    call.status = "ringing"
    phone.take(call, call.from_)
    phone.hear("Ringing")
    progress.announce(ex, call, "ringing")
    call.timers.append(ex.engine.later(timeout, lambda: ex.end(call, "no-answer")))
    after = {"answer": ANSWER_AFTER, "voicemail": VOICEMAIL_AFTER}.get(phone.behaviour)
    if after is not None:
        call.timers.append(ex.engine.later(after, lambda: pick_up(ex, call)))


def pick_up(ex: "Exchange", call: Call) -> None:
    """Answer the ringing ``call`` at the other end and start its script."""
    if call.status != "ringing" or call.phone is None:
        return
    for timer in call.timers:
        timer.cancel()
    call.timers.clear()
    call.status = "in-progress"
    call.answered_at = ex.clock.now()
    machine = call.phone.behaviour == "voicemail"
    if call.detect:
        call.answered_by = "machine_start" if machine else "human"
    progress.announce(ex, call, "answered")
    if machine:
        _play_greeting(ex, call)
    if call.time_limit is not None:
        call.timers.append(ex.engine.later(call.time_limit, lambda: ex.end(call, "completed")))
    if call.send_digits:
        call.phone.hear("Digits", call.send_digits)
    ex.engine.poke(call.parent.task if call.parent else None)
    _open(ex, call, machine=machine)


def _play_greeting(ex: "Exchange", call: Call) -> None:
    now = ex.clock.now()
    call.spoken.append((now, now + timedelta(seconds=VOICEMAIL_GREETING), GREETING))
    leave = ex.engine.later(VOICEMAIL_STAYS, lambda: ex.end(call, "completed"))
    call.timers.append(leave)


def _open(ex: "Exchange", call: Call, *, machine: bool) -> None:
    opening = call.opening
    if opening is None:
        return
    if machine and call.detect == "DetectMessageEnd":
        call.answered_by = "machine_end_beep"  # the document is asked for after the greeting
        wait = VOICEMAIL_GREETING
        call.timers.append(ex.engine.later(wait, lambda: legs.begin(ex, call, opening())))
    else:
        legs.begin(ex, call, opening())
