"""A sound out of an uploaded file: what kind it is, and its samples. Files may be hostile.

Read are WAV, MP3, FLAC and OGG Vorbis. What a file is, is told by its first bytes; its name
is never looked at. Decoding happens in a process apart (:mod:`planning.sound_decoder`), which
stops at the longest sound that is taken: a small file may unpack to hours.
"""

import subprocess
import sys
from array import array
from pathlib import Path

from planning import sound_decoder
from planning.objections import refuse
from planning.sound import LONGEST_SECONDS, Sound, normalised
from planning.sound_decoder import NOT_THERE

WALL_SECONDS = 30  # for a busy machine; the computing itself is bounded more closely

_REFUSED = (
    (4, b"ftyp", "M4A"),
    (0, b"\x1a\x45\xdf\xa3", "WebM"),
    (0, b"#!AMR", "AMR"),
    (0, b"FORM", "AIFF"),
    (0, b"\x30\x26\xb2\x75", "WMA"),
)
"""Sounds that the decoders do not know, by a mark and where it stands: named in the refusal."""


def read_sound(content: bytes) -> Sound:
    """Return the sound of a file as a telephone plays it.

    Raises :class:`~planning.objections.Refused`, which says what to do, for anything that is
    no sound, is too long or has nothing to be heard in it.
    """
    _refuse_other_kinds(content)
    return normalised(_decode(content))


def _refuse_other_kinds(content: bytes) -> None:
    if not content:
        raise refuse("sound_empty")
    for place, mark, kind in _REFUSED:
        if content[place : place + len(mark)] == mark:
            raise refuse("sound_kind_other", kind=kind)
    if content[:4] == b"OggS" and b"OpusHead" in content[:64]:
        raise refuse("sound_kind_other", kind="Opus")
    if not _known(content):
        raise refuse("sound_kind_unknown")


def _known(content: bytes) -> bool:
    """Tell whether the first bytes are those of WAV, FLAC, OGG or MP3.

    An MP3 file begins with a tag or with a frame: eleven bits set, a layer that is not 0.
    """
    if content[:4] in (b"fLaC", b"OggS") or content[:3] == b"ID3":
        return True
    if content[:4] in (b"RIFF", b"RF64"):
        return content[8:12] == b"WAVE"
    return len(content) > 1 and content[0] == 0xFF and content[1] >= 0xE0 and bool(content[1] & 6)


def _decode(content: bytes) -> "array[int]":
    """Return the samples, at most a second more than the longest sound that is taken.

    Raises ``RuntimeError`` where the decoder is not installed: no file is at fault then.
    """
    command = [sys.executable, "-I", str(Path(sound_decoder.__file__)), str(LONGEST_SECONDS + 1)]
    try:
        done = subprocess.run(  # noqa: S603 # our own program; the file goes in as its input
            command, input=content, capture_output=True, timeout=WALL_SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise refuse("sound_damaged") from None
    if done.returncode == NOT_THERE:
        raise RuntimeError(f"Sounds cannot be decoded here: {done.stderr.decode()}")
    if done.returncode:
        raise refuse("sound_damaged")
    samples = array("h")
    samples.frombytes(done.stdout[: len(done.stdout) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
