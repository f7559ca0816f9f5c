"""Recordings: what is read, what is refused, and how it sounds afterwards."""

import io
import math
import random
import sys
import wave
from array import array
from contextlib import suppress
from pathlib import Path

import pytest

from planning import sound_decoder, sound_reading
from planning.objections import Refused
from planning.sound import Sound
from planning.sound_reading import read_sound

FILES = Path(__file__).parent / "files"
RATE = 8000


def tone(seconds: float, size: float = 0.3, rate: int = RATE, hertz: float = 440) -> list[int]:
    """Samples of a tone; ``size`` is its peak, of full scale. What lies beyond is cut off."""
    step = 2 * math.pi * hertz / rate
    count = int(seconds * rate)
    return [max(-32768, min(32767, round(32767 * size * math.sin(step * n)))) for n in range(count)]


def silence(seconds: float, rate: int = RATE) -> list[int]:
    return [0] * int(seconds * rate)


def wav(samples: list[int], rate: int = RATE, channels: int = 1) -> bytes:
    """A WAV file; every channel has the same samples."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        every = samples
        if channels > 1:
            every = [sample for sample in samples for _ in range(channels)]
        file.writeframes(array("h", every))
    return content.getvalue()


def heard(found: Sound) -> "array[int]":
    """The samples of a sound; it is as a telephone plays it."""
    with wave.open(io.BytesIO(found.wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        samples = array("h", file.readframes(file.getnframes()))
    assert len(samples) / RATE == found.seconds
    return samples


def loudness(found: Sound) -> float:
    """The RMS of the middle half, in decibels below full scale."""
    samples = heard(found)
    part = samples[len(samples) // 4 : -len(samples) // 4]
    return 20 * math.log10(math.sqrt(sum(x * x for x in part) / len(part)) / 32768)


def objections(content: bytes) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_sound(content)
    return [each.code for each in refused.value.objections]


@pytest.mark.parametrize("name", ["syllables.mp3", "syllables.flac", "syllables.ogg"])
def test_each_kind_of_file_is_read_trimmed_and_as_loud_as_the_others(name: str):
    found = read_sound((FILES / name).read_bytes())
    assert found.warnings == ()
    assert found.seconds == pytest.approx(1.6, abs=0.1)  # of 2.2, the silence is gone
    assert loudness(found) == pytest.approx(-19.5, abs=1.5)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (48000, 1), (11025, 2)])
def test_any_rate_and_number_of_channels_becomes_that_of_a_telephone(rate: int, channels: int):
    found = read_sound(wav(tone(1, rate=rate), rate, channels))
    assert found.seconds == pytest.approx(1, abs=0.05)
    crossings = sum(a < 0 <= b for a, b in zip(heard(found), heard(found)[1:], strict=False))
    assert crossings == pytest.approx(440 * found.seconds, rel=0.02)  # the pitch has stayed


@pytest.mark.parametrize("size", [0.02, 0.1, 0.5, 0.99])
def test_what_is_said_softly_and_what_is_shouted_come_out_alike(size: float):
    assert loudness(read_sound(wav(tone(2, size)))) == pytest.approx(-18.8, abs=0.7)


def test_peaks_are_bent_and_never_cut_off():
    soft, loud = tone(2, 0.05), tone(0.1, 0.9)
    found = heard(read_sound(wav(soft + loud + soft)))
    assert max(map(abs, found)) <= 0.9 * 32768
    top = max(found)
    assert found.count(top) < 20  # a peak that is cut off is flat: hundreds of equal samples


def test_silence_is_trimmed_at_both_ends_and_kept_between():
    found = read_sound(wav(silence(3) + tone(1) + silence(2) + tone(1) + silence(5)))
    assert found.seconds == pytest.approx(4.4, abs=0.15)


def test_noise_between_the_words_counts_for_nothing():
    pick = random.Random(7).randint  # noqa: S311 # noise, no secret
    noise = [pick(-60, 60) for _ in range(3 * RATE)]
    found = read_sound(wav(noise + tone(1, 0.2) + noise))
    assert found.seconds == pytest.approx(1.4, abs=0.15)


def test_a_constant_offset_is_taken_away():
    found = heard(read_sound(wav([each + 6000 for each in tone(1, 0.2)])))
    assert abs(sum(found) / len(found)) < 300


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sound_empty"),
        (b"x", "sound_kind_unknown"),
        (b"%PDF-1.7 ...", "sound_kind_unknown"),
        (b"MZ\x90\0" * 500, "sound_kind_unknown"),
        (b"\xff\xf1" + b"\0" * 500, "sound_kind_unknown"),  # AAC
        (b"\0\0\0 ftypM4A \0\0" * 30, "sound_kind_other"),
        (b"\x1a\x45\xdf\xa3" * 30, "sound_kind_other"),
        (b"OggS\0" + b"\0" * 23 + b"OpusHead" + b"\0" * 90, "sound_kind_other"),
        (b"RIFF\xff\xff\xff\xffWAVE", "sound_damaged"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt " + b"\xff" * 500, "sound_damaged"),
        (b"fLaC" + b"\xff" * 5000, "sound_damaged"),
        (b"OggS" + b"\xff" * 5000, "sound_damaged"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", "sound_damaged"),
        (wav([]), "sound_damaged"),
        (wav(silence(3)), "sound_silent"),
        (wav([1, -1] * RATE), "sound_silent"),
        (wav([9000] * RATE), "sound_silent"),  # a constant is not heard
        (wav(silence(1) + tone(0.05) + silence(1)), "sound_too_short"),
        (wav(tone(1) + silence(118.5) + tone(1)), "sound_too_long"),
    ],
)
def test_what_is_no_sound_to_be_played_is_refused_with_its_reason(content: bytes, code: str):
    assert objections(content) == [code]


def test_two_minutes_are_taken():
    assert read_sound(wav(tone(1) * 120)).seconds == 120


def test_a_small_file_that_unpacks_to_hours_is_refused_without_unpacking_it():
    slow = wav([0, 20000, -20000] * 40_000, rate=1)  # 33 hours by its header, 240 kB
    assert objections(slow) == ["sound_too_long"]


BOUND = """
import os, pathlib, signal, socket, sys, time  # before: afterwards no file can be opened
sys.path.insert(0, {root!r})
import planning.sound_decoder as own
own._bound()
{deed}
sys.stdout.buffer.write(b"\\0\\x40\\0\\xc0" * 8000)
"""


@pytest.mark.parametrize(
    ("deed", "codes"),
    [
        ("pass", []),  # what it writes is a sound: the others are stopped by their bounds
        ("os.kill(os.getpid(), signal.SIGSEGV)", ["sound_damaged"]),
        ("bytearray(2**30)", ["sound_damaged"]),
        (
            "os.close(2); pathlib.Path(sys.argv[0] + '.written').write_text('x')",
            ["sound_damaged"],
        ),
        ("pathlib.Path(sys.argv[0]).read_bytes()", ["sound_damaged"]),
        ("os.close(2); socket.socket()", ["sound_damaged"]),
        ("time.sleep(60)", ["sound_damaged"]),
    ],
)
def test_a_decoder_that_a_file_has_led_astray_is_stopped_and_the_file_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str, codes: list[str]
):
    stands = tmp_path / "decoder.py"
    stands.write_text(BOUND.format(root=str(Path(__file__).parents[1]), deed=deed))
    monkeypatch.setattr(sound_decoder, "__file__", str(stands))
    monkeypatch.setattr(sound_reading, "WALL_SECONDS", 3)
    assert (objections(wav(tone(1))) if codes else read_sound(wav(tone(1))).warnings or []) == codes


def test_a_missing_decoder_is_the_fault_of_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own = Path(sound_decoder.__file__).read_text(encoding="utf-8")
    stands = tmp_path / "decoder.py"
    stands.write_text(own.replace("import miniaudio", "import no_such_decoder"))
    monkeypatch.setattr(sound_decoder, "__file__", str(stands))
    with pytest.raises(RuntimeError, match="No module named 'no_such_decoder'"):
        read_sound(wav(tone(1)))


def test_random_damage_is_refused_or_played_and_nothing_else():
    chance = random.Random(5)  # noqa: S311 # damage, no secret
    for name in ("syllables.mp3", "syllables.flac", "syllables.ogg"):
        content = bytearray((FILES / name).read_bytes())
        for _ in range(60):
            content[chance.randrange(40, len(content))] = chance.randrange(256)
        with suppress(Refused):
            heard(read_sound(bytes(content)))


@pytest.mark.parametrize(
    ("samples", "codes"),
    [
        (tone(2, 4.0), ["sound_clipped"]),
        (tone(2, 0.008), ["sound_faint"]),
        (tone(2, 0.3), []),
    ],
)
def test_what_sounds_badly_is_taken_with_a_warning(samples: list[int], codes: list[str]):
    found = read_sound(wav(samples))
    assert [each.code for each in found.warnings] == codes
    assert not any(each.hard for each in found.warnings)


def test_the_process_that_reads_a_sound_never_holds_the_decoder():
    read_sound(wav(tone(1)))
    assert "miniaudio" not in sys.modules
