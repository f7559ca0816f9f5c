"""A recording as callers hear it: as loud as the others, without silence around it.

Pure: samples in (mono, 16 bit, 8 kHz), a WAV file out. Loudness is the root mean square (RMS)
of what is spoken, pauses left out, in parts of full scale; peaks that would pass the limit are
bent under it rather than cut off. Speech in a telephone lies around -19 dB of full scale
(ITU-T P.56 measures it in the same manner: active parts only).
"""

import io
import math
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from planning.objections import Objection, refuse
from planning.sound_decoder import RATE

LONGEST_SECONDS = 120
SHORTEST_SECONDS = 0.4
LOUDNESS = 0.115  # RMS of what is spoken, of full scale: -18.8 dB
KNEE, CEILING = 0.6, 0.9  # peaks above the knee are bent, and none passes the ceiling
MOST_GAIN = 20.0  # 26 dB: more would lift the noise, not the voice
FAINT_GAIN = 10.0  # from here on the noise is heard
SILENCE = 0.002  # RMS of the loudest moment: -54 dB
PAUSE = 0.03  # below this part of the spoken RMS nothing is said: -30 dB
CLIPPED_LEVEL, CLIPPED_SHARE = 0.99, 0.005
WINDOW = RATE // 50  # 20 ms
BEFORE, AFTER = 8, 15  # windows kept around what is spoken: soft beginnings, endings that ring

FULL = 32768


@dataclass(frozen=True)
class Sound:
    """A sound to be played: a WAV file (mono, 16 bit, 8 kHz), and what to know of it."""

    wav: bytes
    seconds: float
    warnings: tuple[Objection, ...] = ()


def normalised(samples: "array[int]") -> Sound:
    """Return the sound trimmed and evened.

    Raises :class:`~planning.objections.Refused` where it is too long, too short or silent.
    """
    if not samples:
        raise refuse("sound_damaged")
    if len(samples) > LONGEST_SECONDS * RATE:
        raise refuse("sound_too_long", most=LONGEST_SECONDS)
    levels = _levels(samples)
    if max(levels) < SILENCE:
        raise refuse("sound_silent")
    spoken = _spoken_level(levels)
    first, last = _spoken_span(levels, PAUSE * spoken)
    if (last - first) * WINDOW < SHORTEST_SECONDS * RATE:
        raise refuse("sound_too_short")
    kept = samples[max(first - BEFORE, 0) * WINDOW : (last + AFTER) * WINDOW]
    gain = min(LOUDNESS / spoken, MOST_GAIN)
    return Sound(_wav(_louder(kept, gain)), len(kept) / RATE, _warnings(samples, gain))


def _levels(samples: Sequence[int]) -> list[float]:
    """Return the RMS of each 20 ms around their mean, so that a constant offset counts for nothing.

    Parts of full scale.
    """
    found = []
    for start in range(0, len(samples), WINDOW):
        part = samples[start : start + WINDOW]
        mean = sum(part) / len(part)
        power = sum(each * each for each in part) / len(part) - mean * mean
        found.append(math.sqrt(max(power, 0.0)) / FULL)
    return found


def _spoken_level(levels: Sequence[float]) -> float:
    """Return the RMS over the moments that are at most 20 dB below the loudest."""
    floor = max(levels) / 10
    loud = [level for level in levels if level >= floor]
    return math.sqrt(sum(level * level for level in loud) / len(loud))


def _spoken_span(levels: Sequence[float], floor: float) -> tuple[int, int]:
    """Return the first window in which something is said, and the one after the last."""
    heard = [place for place, level in enumerate(levels) if level >= floor]
    return heard[0], heard[-1] + 1


def _louder(samples: "array[int]", gain: float) -> "array[int]":
    """Return samples times ``gain``, around their mean, no peak above the ceiling."""
    offset = round(sum(samples) / len(samples))
    bent = {value: _bent((value - offset) * gain / FULL) for value in set(samples)}
    return array("h", [bent[value] for value in samples])


def _bent(value: float) -> int:
    """Return a sample; above the knee it approaches the ceiling and never reaches it."""
    size = abs(value)
    if size > KNEE:
        room = CEILING - KNEE
        size = KNEE + room * math.tanh((size - KNEE) / room)
    return round(math.copysign(size, value) * (FULL - 1))


def _warnings(samples: Sequence[int], gain: float) -> tuple[Objection, ...]:
    limit = CLIPPED_LEVEL * FULL
    clipped = sum(abs(each) >= limit for each in samples)
    found = []
    if clipped > CLIPPED_SHARE * len(samples):
        found.append("sound_clipped")
    if gain > FAINT_GAIN:
        found.append("sound_faint")
    return tuple(Objection(code, hard=False) for code in found)


def _wav(samples: "array[int]") -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return content.getvalue()
