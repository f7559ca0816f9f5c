"""Passwords: checked when somebody logs in, and judged when one is chosen.

Checking costs memory and time on purpose (argon2id). Few are checked at a time, so that a
flood of attempts takes neither the memory nor the threads that answer calls.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import abort
from flask_babel import gettext as _
from flask_security import hash_password
from flask_security.proxies import _security
from sqlalchemy import select

from console.accounts import Account
from console.office import office
from logging_db.tables import lines

SHORTEST, LONGEST = 12, 256  # characters
LEAST_SCORE = 3  # of 4: more than 10^8 guesses
JUDGED = 72  # characters that the estimate looks at, as it is slow for long texts
AT_ONCE, PATIENCE = 2, 3.0  # seconds that a request waits for its turn

# What people at a helpline think of first. docs/security.md lists where else words come from.
WORDS = ("permanence", "console", "helpline", "accueil", "onthaal", "ecoute", "allo", "aide",
         "sociale", "social", "sociaal", "hulp", "bruxelles", "brussel", "brussels", "fdss",
         "responder", "coordinator", "administrator", "welkom", "bienvenue", "motdepasse",
         "wachtwoord", "azerty", "azertyuiop", "0800", "35243")  # fmt: skip

_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        abort(429)
    try:
        yield
    finally:
        _turns.release()


def normal(password: str) -> str:
    """Return the text as it is hashed: in one Unicode form, otherwise untouched."""
    text: str = _security._password_util.normalize(password)
    return text


def is_right(account: Account | None, password: str) -> bool:
    """Check a password. Without an account, or without a hash, it takes as long."""
    text = normal(password[:LONGEST])
    with _turn():
        if account is None or not account.password:
            hash_password(text)
            return False
        return bool(account.verify_and_update_password(text))


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    with _turn():
        return str(hash_password(normal(password)))


def fault(password: str, name: str, email: str) -> str | None:
    """Return what is wrong with a password that somebody has chosen, or ``None``."""
    if len(password) < SHORTEST:
        return str(_("Use at least %(count)s characters; several words make a good password.",
                     count=SHORTEST))  # fmt: skip
    if len(password) > LONGEST:
        return str(_("Use at most %(count)s characters.", count=LONGEST))
    import zxcvbn  # noqa: PLC0415 # 12 MB that only this needs, a few times a year

    found = zxcvbn.zxcvbn(password[:JUDGED], user_inputs=[*WORDS, *_words_of(name, email)])
    if found["score"] < LEAST_SCORE:
        return str(
            _(
                "This is too easy to guess: it is a known password, a name, or follows a pattern. "
                "Put together several words that have nothing to do with each other."
            )
        )
    return None


def _words_of(*texts: str) -> list[str]:
    """Return these texts and the lines' names: whole, without spaces, and word by word."""
    with office().read() as connection:
        names = connection.execute(select(lines.c.name)).scalars().all()
    whole = [form for text in (*texts, *names) for form in (text, re.sub(r"\W", "", text)) if form]
    return whole + [word for text in whole for word in re.findall(r"\w{3,}", text)]
