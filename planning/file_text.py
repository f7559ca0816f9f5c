"""From bytes to text: the encodings that spreadsheets write, or a refusal, never a guess.

UTF-8 and UTF-16 prove themselves. What is neither is taken for Windows-1252, which Excel
writes in Belgium, but only while what comes out looks like words: the same bytes in a code
page of DOS or of old Macintoshes give signs inside of words ("Andr‚", "M”ller"), and that
is refused.
"""

import re
import unicodedata

from planning.file_shown import shown
from planning.objections import refuse

_LETTER = r"[^\W\d_]"
# Words of UTF-8 that some program has taken for Windows-1252: "RÃ©mi", "dâ€™Hondt".
_GARBLED = re.compile(r"[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|\ufffd")
_SUSPECT = re.compile(
    # Signs of Windows-1252 that no roster holds, and letters in all the other code pages;
    # Slavic letters too, which are "ö" and "û" of old Macintoshes.
    r"[\u0080-\u009fƒ†‡ˆ‰‹›•˜™‚„…ŠšŽž]"
    # "œ" where French has none; quotation marks and dashes inside of a word.
    r"|[œŒ](?![uieUIE])|Ÿ(?=[a-zà-ÿ])|(?<=[a-zà-ÿ])[ŒŸ]"
    rf"|(?<={_LETTER})[‘“”–—](?={_LETTER})|(?<={_LETTER})[‘“]|”(?={_LETTER})"
    # Signs of the upper half beside a letter: "£ukasz" is Polish in a Polish code page.
    rf"|(?<={_LETTER})[¡-©¬-¯±-³µ¶¸¹¼-¿×÷]|[¡-©¬-¯±-³µ¶¸¹¼-¿×÷](?={_LETTER})"
    # A word without one plain letter is Cyrillic or Greek.
    r"|(?<!\w)[À-ÿ]{3,}(?!\w)"
)
_SPACE = re.compile(r"[ ,;\t\r\n\"]")
_ALLOWED_CONTROLS = "\t\r\n"


def decode(content: bytes) -> str:
    """Return the text of a file, without its byte order mark; refuse what cannot be sure."""
    text, is_proven = _decode(content)
    text = text.removeprefix("\ufeff")
    if found := _GARBLED.search(text):
        raise refuse("file_garbled", sample=shown(_around(text, found.start())))
    if not is_proven and (found := _SUSPECT.search(text)):
        raise refuse("file_encoding", sample=shown(_around(text, found.start())))
    if any(
        unicodedata.category(sign) == "Cc" and sign not in _ALLOWED_CONTROLS for sign in set(text)
    ):
        raise refuse("file_kind_unknown")
    return text


def _decode(content: bytes) -> tuple[str, bool]:
    """Return the text, and whether its encoding is beyond doubt."""
    if encoding := _of_sixteen_bits(content):
        try:
            return content.decode(encoding), True
        except UnicodeDecodeError:
            raise refuse("file_damaged") from None
    try:
        return content.decode("utf-8"), True
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves open become the controls they are in
        # Latin-1, and are suspect below.
        return content.decode("cp1252", "replace").replace("\ufffd", "\u0081"), False


def _of_sixteen_bits(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = content[:2000]
    if b"\0" not in head:
        return None
    return "utf-16-le" if b"\0" in head[1::2] else "utf-16-be"


def _around(text: str, place: int) -> str:
    """Return the word in which something stands, for a person to find it."""
    before = _SPACE.split(text[max(place - 40, 0) : place])[-1]
    return before + _SPACE.split(text[place : place + 40])[0]
