"""What an operator can put right. It ends a command with a sentence, never a traceback."""

import os


class OperatorError(Exception):
    """Its text is one readable line for each thing to change: place, reason, remedy."""

    exit_code = 1


class NotNowError(OperatorError):
    """It may be done later, by itself: what it needs does not answer."""

    exit_code = os.EX_TEMPFAIL
