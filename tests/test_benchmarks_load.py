"""The benchmarks under load run, in a tiny size: what they measure there means nothing."""

import socket
import threading

import pytest

from benchmarks import held, load
from benchmarks.databases import SQLITE
from benchmarks.open_loop import OpenLoop


def test_a_stall_is_counted_from_the_planned_instant():
    """One connection, an answer that takes 0.3 s: whoever was planned meanwhile waited too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server, 0.3), daemon=True).start()
        loop = OpenLoop(server.getsockname()[1], 1)
        answers = loop.run([b"GET / HTTP/1.1\r\n\r\n"] * 4, rate=200, wanted=b"ok")
    assert len(answers.seconds) == 4
    assert answers.errors == []
    assert min(answers.seconds) > 0.2, "the stall was left out"


def answer(server: socket.socket, seconds: float) -> None:
    connection, _ = server.accept()
    ended = threading.Event()
    first = True
    while connection.recv(4096):
        ended.wait(seconds if first else 0)
        first = False
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.mark.long
def test_webhooks_are_sent_at_a_pace():
    size = load.Size(rates=(20,), seconds=0.5, connections=4, rounds=1, kind=SQLITE, workers=1)
    figures = {figure.what: figure.value for figure in load.run(size)}
    assert "0 errors" in figures["20 a second, product"]
    assert "product 35 rows for at least 10" in figures["rows written, of requests answered"]


@pytest.mark.long
def test_calls_are_held_and_decided_upon():
    size = held.Size(calls=6, lines=2, waiting=2, dialled=20, ends=2, kind=SQLITE)
    figures = {figure.what: figure.value for figure in held.run(size)}
    assert figures["held"] == "6, of which 4 talk"
    assert figures["responders not rung again"] == "0"
    assert figures["what went wrong"] == "nothing"
