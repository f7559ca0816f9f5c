"""Texts that a spreadsheet would run as a formula: guarded on the way out, known on the way in.

OWASP, "CSV Injection": a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a
carriage return may be run by whoever opens the file. An apostrophe before it makes it text.
"""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"\+[0-9]+")
# What XML 1.0 cannot hold (2.2, Char): it would make the whole workbook unreadable.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def guard(text: str) -> str:
    """Return the text as it may stand in a cell, without signs that no cell can hold.

    A telephone number in E.164 is left alone: a plus sign and digits can only ever become
    that number, and programs that read the file need it as it is.
    """
    text = _IMPOSSIBLE.sub("", text)
    return "'" + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Return what :func:`guard` was given; other texts stay as they are ("'t Hooft")."""
    return text[1:] if _GUARDED.match(text) else text
