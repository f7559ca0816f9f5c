"""What is written down of log-ins: who, what and by which means; never an address or a secret.

The lines go to the application's log, as JSON, with the logger ``console.audit``. Somebody
unknown is ``user=None``: what they typed may be a password in the wrong field.
"""

from typing import Any

import structlog

log = structlog.get_logger("console.audit")


def done(event: str, user: str | None, **details: Any) -> None:
    """Write down that something was done, by or to the user with this id."""
    log.info(event, user=user, **details)


def refused(event: str, user: str | None, **details: Any) -> None:
    """Write down that something was refused."""
    log.warning(event, user=user, **details)
