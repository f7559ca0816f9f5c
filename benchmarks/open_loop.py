"""Requests sent at the instants that were planned, however slow the answers are.

A closed loop asks its next question only after an answer, so a server that stalls is asked less
and looks better than it is. Here a request that had to wait for a free connection has waited
all the same: its time counts from the planned instant (G. Tene, "coordinated omission").
One thread over many sockets: it shares the processors with what it measures.
"""

import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.connections import HOST, LENGTH, LONGEST_ANSWER


@dataclass
class Answers:
    """How long each answer took from its planned instant (seconds), and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # how late each was sent
    errors: list[str] = field(default_factory=list)
    took: float = 0.0


class Line:
    """One keep-alive connection, and the answer that is arriving on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), LONGEST_ANSWER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.answer = b""

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was planned for ``due``."""
        self.due, self.answer = due, b""
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take what has come; tell whether the answer is whole. Raises ``OSError``."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionResetError("the connection was closed")
        self.answer += more
        end = self.answer.find(b"\r\n\r\n")
        if end < 0:
            return False
        found = LENGTH.search(self.answer)
        return len(self.answer) >= end + 4 + (int(found[1]) if found else 0)


class OpenLoop:
    """Many connections over which the planned requests go."""

    def __init__(self, port: int, connections: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._free: deque[Line] = deque(self._open() for _ in range(connections))
        self._busy = 0

    def run(self, requests: Sequence[bytes], rate: float, wanted: bytes) -> Answers:
        """Send ``requests``, ``rate`` a second at random instants; await all answers; close."""
        answers = Answers()
        began = time.perf_counter() + 0.05
        instants = (began + at for at in _instants(len(requests), rate))
        plan = deque(zip(instants, requests, strict=True))
        while plan or self._busy:
            self._send_due(plan, answers)
            self._take(self._patience(plan), answers, wanted)
        answers.took = time.perf_counter() - began
        for line in self._free:
            line.socket.close()
        self._selector.close()
        return answers

    def _open(self) -> Line:
        line = Line(self._port)
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        return line

    def _send_due(self, plan: deque[tuple[float, bytes]], answers: Answers) -> None:
        while plan and self._free and plan[0][0] <= time.perf_counter():
            due, request = plan.popleft()
            line = self._free.popleft()
            line.send(request, due)
            answers.late.append(time.perf_counter() - due)
            self._busy += 1

    def _patience(self, plan: deque[tuple[float, bytes]]) -> float:
        if plan and self._free:
            return max(0.0, plan[0][0] - time.perf_counter())
        return LONGEST_ANSWER

    def _take(self, patience: float, answers: Answers, wanted: bytes) -> None:
        found = self._selector.select(patience)
        if not found and self._busy and patience >= LONGEST_ANSWER:
            raise TimeoutError(f"no answer for {LONGEST_ANSWER} s")
        for key, _ in found:
            line: Line = key.data
            try:
                whole = line.receive()
            except OSError as error:
                answers.errors.append(type(error).__name__)
                self._replace(line)
                continue
            if whole:
                self._note(line, answers, wanted)

    def _note(self, line: Line, answers: Answers, wanted: bytes) -> None:
        if line.answer[9:11] == b"20" and wanted in line.answer:
            answers.seconds.append(time.perf_counter() - line.due)
        else:
            answers.errors.append(line.answer[9:12].decode("ascii", "replace"))
        self._busy -= 1
        self._free.append(line)

    def _replace(self, line: Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()
        self._busy -= line not in self._free
        if line in self._free:
            self._free.remove(line)
        self._free.append(self._open())


def _instants(count: int, rate: float) -> list[float]:
    """Return when to send, in seconds: at random, as independent callers come."""
    chance = random.Random(count)
    instants, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(rate)
        instants.append(at)
    return instants
