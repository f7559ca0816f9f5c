"""How many examples Hypothesis makes up: a quarter of what is asked for, unless all are wanted.

They are others in each run, so that what one run does not meet another does; with
``MANY_EXAMPLES=1 ./run test`` every property gets all of them in one.
"""

import os
from typing import Any

from hypothesis import settings

ALL = bool(os.environ.get("MANY_EXAMPLES"))
USUAL = 100


def examples(number: int, **more: Any) -> settings:
    """Settings for ``number`` examples of a property."""
    return settings(max_examples=number if ALL else max(5, number // 4), **more)


def usually() -> None:
    """Make these the settings of properties that name none."""
    settings.register_profile("usual", examples(USUAL))
    settings.load_profile("usual")
