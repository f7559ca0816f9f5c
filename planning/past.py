"""What is over is read-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from routing.duty import span, zone_of

Values = Mapping[str, Any] | RowMapping


def has_ended(shift: Values, at: datetime) -> bool:
    """Tell whether a dated shift, as a row, is over at ``at``. A weekly one never is."""
    if shift["day"] is None:
        return False
    zone = zone_of(shift["zone"])
    return span(shift["day"], shift["starts"], shift["ends"], zone)[1] <= at


def has_begun(shift: Values, at: datetime) -> bool:
    """Tell whether a dated shift, as a row, has begun at ``at``."""
    if shift["day"] is None:
        return False
    zone = zone_of(shift["zone"])
    return span(shift["day"], shift["starts"], shift["ends"], zone)[0] <= at
