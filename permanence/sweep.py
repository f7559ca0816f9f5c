"""The sweep: twice a second it finds every row whose bell was lost. It needs no Redis.

Beside it, in threads of their own, people are told what there is to tell them, and once a
night the book is compared with the provider's list of calls.
"""

import signal
import time
from collections.abc import Callable

import structlog

from logging_db.engine import is_away
from permanence.beat import Beat
from permanence.call_list import ProviderCalls
from permanence.nightly import Nightly
from permanence.runtime import open_desk
from permanence.settings import Settings
from permanence.telling import Teller, open_post
from telephony.desk import Desk
from telephony.sweep import tick

log = structlog.get_logger(__name__)

ROUND_SECONDS = 0.5
NAP_SECONDS = 0.1


class Sweep:
    """Goes round until it is asked to stop; an error costs one round."""

    def __init__(
        self,
        go_round: Callable[[], None],
        beat: Callable[[], None],
        every: float = ROUND_SECONDS,
    ) -> None:
        self._go_round = go_round
        self._beat = beat
        self._every = every
        self._away = False
        self.stopping = False

    def stop(self, *_signal: object) -> None:
        """Stop after the round at hand."""
        self.stopping = True

    def run(self) -> None:
        """Go round, twice a second."""
        while not self.stopping:
            began = time.monotonic()
            self._once()
            while not self.stopping and time.monotonic() - began < self._every:
                time.sleep(NAP_SECONDS)

    def _once(self) -> None:
        try:
            self._go_round()
            self._away = False
            self._beat()
        except Exception as error:
            # Twice a second for a weekend, tracebacks would fill the disk that calls are kept on.
            if not is_away(error):
                log.exception("A round of the sweep failed; the next one follows")
            elif not self._away:
                self._away = True
                log.warning("database_away", reason=type(error).__name__)


def main(settings: Settings, go_round: Callable[[Desk], None] = tick) -> None:
    """Sweep until SIGTERM or SIGINT."""
    desk = open_desk(settings)
    sweep = Sweep(lambda: go_round(desk), Beat(settings).give)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, sweep.stop)
    teller = Teller(open_post(settings, desk))
    teller.start()
    nightly = Nightly(desk, ProviderCalls(settings.provider))
    nightly.start()
    log.info("Sweeping")
    sweep.run()
    teller.stop()
    nightly.stop()
