"""Decodes a sound, as a program of its own: the bytes of a file in, raw samples out.

The decoders are written in C and the files come from anywhere. So they are read by a process
that holds nothing worth having, is allowed little memory and time, and whose death hurts
nobody. It is run by its path (:mod:`planning.sound_reading`) and imports nothing of ours.
"""

import resource
import sys

RATE = 8000  # samples a second: what a telephone carries
MEMORY = 512 * 2**20  # bytes of address space
CPU_SECONDS = 10
FRAMES = 4096  # decoded at once
NOT_THERE = 3  # the exit status that is no fault of the file


def _bound() -> None:
    """Give up the right to more: memory, computing time, files and sockets, further processes.

    What is open stays open. The last does not bind the superuser, as whom nobody should serve.
    """
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(seconds: int) -> None:
    """Write the first ``seconds`` of the sound on standard input: mono, 16 bit, 8 kHz."""
    try:
        import miniaudio  # noqa: PLC0415 # here alone, so that no other process carries it
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NOT_THERE)
    _bound()
    left = seconds * RATE
    content = sys.stdin.buffer.read()
    for samples in miniaudio.stream_memory(
        content, nchannels=1, sample_rate=RATE, frames_to_read=FRAMES
    ):
        sys.stdout.buffer.write(samples[:left].tobytes())
        left -= len(samples)
        if left <= 0:
            break


if __name__ == "__main__":
    main(int(sys.argv[1]))
