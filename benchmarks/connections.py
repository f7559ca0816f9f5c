"""Keep-alive connections that cost the two processors next to nothing."""

import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

HOST = "127.0.0.1"
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
LONGEST_ANSWER = 10.0  # seconds


class UnexpectedAnswerError(Exception):
    """A server said something else than what was to be measured."""


class Connection:
    """One keep-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), LONGEST_ANSWER)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, request: bytes, wanted: bytes = b"") -> bytes:
        """Send a request and return the whole answer: a success that holds ``wanted``."""
        self._socket.sendall(request)
        answer = self._receive(b"")
        while b"\r\n\r\n" not in answer:
            answer = self._receive(answer)
        found = LENGTH.search(answer)
        size = answer.index(b"\r\n\r\n") + 4 + (int(found[1]) if found else 0)
        while len(answer) < size:
            answer = self._receive(answer)
        if answer[9:11] != b"20" or wanted not in answer:
            raise UnexpectedAnswerError(answer.decode("utf-8", "replace"))
        return answer

    def _receive(self, before: bytes) -> bytes:
        more = self._socket.recv(65536)
        if not more:
            raise UnexpectedAnswerError("the connection was closed")
        return before + more


def ask_once(port: int, request: bytes, wanted: bytes = b"") -> bytes:
    """Ask over a connection of its own, as the provider does after a pause."""
    with Connection(port) as connection:
        return connection.ask(request, wanted)


@dataclass(frozen=True)
class Block:
    """What a block of requests came to: how many a second, and how long each took."""

    rate: float
    seconds: list[float]


class ClosedLoop:
    """A few connections; each asks its next question as soon as it has its answer."""

    def __init__(self, port: int, requests: Sequence[bytes], connections: int) -> None:
        self._port = port
        self._shares = [requests[n::connections] for n in range(connections)]
        self._seconds: list[float] = []
        self._errors: list[Exception] = []
        self._start = threading.Barrier(connections + 1)

    def run(self, wanted: bytes) -> Block:
        """Ask everything and wait for the last answer."""
        threads = [threading.Thread(target=self._ask, args=(s, wanted)) for s in self._shares]
        for thread in threads:
            thread.start()
        self._start.wait(LONGEST_ANSWER)
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - began
        if self._errors:
            raise self._errors[0]
        return Block(len(self._seconds) / taken, self._seconds)

    def _ask(self, share: Sequence[bytes], wanted: bytes) -> None:
        seconds = []
        try:
            with Connection(self._port) as connection:
                self._start.wait(LONGEST_ANSWER)
                for request in share:
                    began = time.perf_counter()
                    connection.ask(request, wanted)
                    seconds.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 # raised again where the block is awaited
            self._errors.append(error)
        self._seconds += seconds
