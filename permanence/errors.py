"""What an operator can put right. It ends a command with a sentence, never a traceback."""


class OperatorError(Exception):
    """Its text is one readable line for each thing to change: place, reason, remedy."""

    exit_code = 1
