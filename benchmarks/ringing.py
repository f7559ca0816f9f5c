"""How soon a telephone rings after a caller has come to wait.

The product's web server, worker, sweep and Valkey run as processes of their own, in real
time. Callers come at random instants, as many a second as 2,000 concurrent calls of half
an hour bring. Each one presses the key of the language menu: from the sending of that
webhook to the arrival of our first request for an outbound call is what is measured. Then
the same without Redis. Callers hang up soon after, so that a responder is always free.
"""

import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks import crowd, posts
from benchmarks.connections import ask_once
from benchmarks.figures import Figure, milliseconds
from benchmarks.installation import Installation, installation
from benchmarks.provider import Provider, provider

TITLE = "From waiting to ringing"
LONGEST = 15.0  # seconds until a call counts as lost
HANG_UP_AFTER = 0.2


@dataclass(frozen=True)
class Size:
    """How many callers, and how many a second."""

    calls: int = 80
    rate: float = 1.1
    pause: float = 3.0  # seconds after Redis was stopped


def run(size: Size) -> Iterator[Figure]:
    """Measure with Redis and, with it stopped, again."""
    with provider() as rest, installation(provider=rest.address) as product:
        product.fill(crowd.federation())
        store = product.start_store()
        for name in ("web", "worker", "sweep"):
            product.start("permanence", name)
        product.wait_for_web("/readyz")
        yield from Callers(size, product, rest).figures("with Redis", "p95 < 300 ms")
        store.kill()
        store.wait()
        time.sleep(size.pause)
        yield from Callers(size, product, rest).figures("Redis stopped", "p95 < 2 s")


@dataclass
class Callers:
    """Callers who come at random, and how long each waited for a ring."""

    size: Size
    product: Installation
    rest: Provider
    seconds: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def figures(self, name: str, aim: str) -> Iterator[Figure]:
        """Let all call, and say what came of it."""
        threads = [threading.Thread(target=self._try, args=(n,)) for n in range(self.size.calls)]
        for thread in threads:
            thread.start()
            time.sleep(random.expovariate(self.size.rate))
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        rung = f"{len(self.seconds)} of {self.size.calls}"
        yield Figure(f"{name}: rung within {LONGEST:.0f} s", rung, "all")
        yield Figure(f"{name}: first ring after", milliseconds(self.seconds, 50, 95, 100), aim)

    def _try(self, number: int) -> None:
        try:
            self._call(number % crowd.LINES)  # its people are long free again
        except Exception as error:  # noqa: BLE001 # raised again when all have called
            self.errors.append(error)

    def _call(self, line: int) -> None:
        sid = posts.new_sid()
        form = posts.parameters(sid, crowd.number(line))
        menu = self._post("/voice/incoming", form, b"<Gather")
        found = re.search(rb'action="[^"]*(/voice/calls/[^"]+)"', menu)
        page = found[1].decode() if found else ""
        began = time.monotonic()
        self._post(page, form | {"Digits": "1", "CallStatus": "in-progress"}, b"<Enqueue")
        rung = self.rest.first_ring(crowd.phones(line), began, LONGEST)
        if rung is not None:
            self.seconds.append(rung - began)
        time.sleep(HANG_UP_AFTER)
        self._post("/voice/status", form | {"CallStatus": "completed"}, b"")

    def _post(self, path: str, form: dict[str, str], wanted: bytes) -> bytes:
        return ask_once(self.product.port, posts.post(path, form), wanted)
