"""The product's own worker, with nothing changed but the clock. Run as a process of its own."""

import dataclasses
import sys
from pathlib import Path

from permanence import worker
from permanence.logs import set_up
from permanence.runtime import open_desk
from permanence.settings import load
from tests.stories.clock import ReadClock

if __name__ == "__main__":
    settings = load()
    set_up(settings.log, service="worker")
    desk = dataclasses.replace(open_desk(settings), clock=ReadClock(Path(sys.argv[1])))
    worker.main(settings, desk)
