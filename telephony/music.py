"""What is heard while waiting: a short loop of soft tones, made here, nobody's property.

Slow broken chords with a bell-like envelope: quiet, so that the voice stands out, and
changing often enough that the caller hears that the line is alive.
"""

import io
import math
import wave
from array import array
from functools import cache

RATE = 8000  # samples a second: what a telephone carries
NOTE_SECONDS = 0.75
LOUDNESS = 0.16
# F major, D minor, B flat major, C major: notes in hertz, three an arpeggio.
CHORDS = (
    (349.23, 440.00, 523.25),
    (293.66, 349.23, 440.00),
    (233.08, 293.66, 349.23),
    (261.63, 329.63, 392.00),
)
PATTERN = (0, 1, 2, 1, 0, 1)


def _note(frequency: float) -> list[float]:
    count = int(RATE * NOTE_SECONDS)
    step = 2 * math.pi * frequency / RATE
    return [
        min(1.0, i / 160)  # a soft start, so that it does not click
        * math.exp(-3.2 * i / count)
        * (1 - i / count)
        * (math.sin(step * i) + 0.25 * math.sin(2 * step * i))
        for i in range(count)
    ]


@cache
def loop() -> bytes:
    """Return the loop as a WAV file: mono, 16 bit, 8 kHz, 18 seconds."""
    samples = array("h")
    for chord in CHORDS:
        notes = [_note(frequency) for frequency in chord]
        for index in PATTERN:
            samples.extend(int(32767 * LOUDNESS * value) for value in notes[index])
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return sound.getvalue()
