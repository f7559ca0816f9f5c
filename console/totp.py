"""Codes of authenticator apps (RFC 6238), each good once, by the clock that the console has."""

from datetime import datetime

from flask_security import Totp
from passlib.exc import TokenError

# How far the clock of a telephone may be off: one code before and one after the present one.
WINDOW = 30  # seconds


class OneTimeCodes(Totp):
    """Flask-Security's authenticators; ``match`` says which code it was, to use it up."""

    def match(self, code: str, secret: str, at: datetime, last: int | None) -> int | None:
        """Return the number of the code, ``None`` where it is wrong or not after ``last``."""
        try:
            found = self._totp.verify(
                code.replace(" ", ""), secret, time=at, window=WINDOW, last_counter=last
            )
        except TokenError:
            return None
        counter: int = found.counter
        return counter

    def code(self, secret: str, at: datetime) -> str:
        """Return the code that an app shows at this instant."""
        shown: str = self._totp.from_source(secret).generate(time=at).token
        return shown
