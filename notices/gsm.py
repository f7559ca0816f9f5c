"""Text messages of one part: the alphabet that allows 160 characters, and the fitting into it.

One character outside the GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1) makes the whole
message UCS-2, of which 70 fit: an ê would double the price.
"""

import unicodedata

LONGEST = 160
SHORTEST_NAME = 8
"""Characters that must remain of a line's name for it to be worth cutting."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")
"""They take two places each."""

_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"',
                        "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " ",
                        "œ": "oe", "Œ": "OE", "·": ".", "•": "-"})  # fmt: skip


def length(text: str) -> int | None:
    """Return how many places ``text`` takes in the alphabet, ``None`` if it is not in it."""
    if not set(text) <= BASIC | EXTENDED:
        return None
    return len(text) + sum(mark in EXTENDED for mark in text)


def plain(text: str) -> str:
    """Return ``text`` with what the alphabet lacks replaced by what looks alike, where it can."""
    return "".join(_plain(mark) for mark in text.translate(_ALIKE))


def _plain(mark: str) -> str:
    if mark in BASIC or mark in EXTENDED:
        return mark
    base = unicodedata.normalize("NFKD", mark)[0]
    return base if base in BASIC else mark


def fitted(sentence: str, values: dict[str, str]) -> str:
    """Return ``sentence`` filled in, in one part if it can be.

    If not, the name of the ``line`` is cut, and then the ``link`` left out.
    """
    for link in (values["link"], ""):
        text = plain(sentence.format(**values | {"link": link})).strip()
        over = (length(text) or LONGEST) - LONGEST
        if over <= 0:
            return text
        line = plain(values["line"])
        kept = len(line) - over - 1
        if kept >= SHORTEST_NAME:
            cut = line[:kept].rstrip() + "."
            return plain(sentence.format(**values | {"link": link, "line": cut})).strip()
    return plain(sentence.format(**values | {"link": ""})).strip()
