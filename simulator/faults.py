"""A provider that misbehaves on its REST side, on order."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock


@dataclass
class Fault:
    """One order: the next ``times`` requests of this kind fail.

    ``status`` is the HTTP status of the answer, ``None`` for none at all (the connection is
    dropped). ``delay`` is in seconds of wall time. With ``after_doing`` the request is
    carried out and fails all the same: the unclear answer. With ``lie`` the provider answers
    as if it knew nothing: an empty list, a call that does not exist.
    """

    method: str
    resource: str
    status: int | None = 500
    times: int = 1
    after_doing: bool = False
    code: int = 20500
    delay: float = 0.0
    lie: bool = False


class Faults:
    """The orders still open, the oldest first."""

    def __init__(self) -> None:
        self._open: list[Fault] = []
        self._lock = Lock()

    def fail(
        self,
        method: str,
        resource: str,
        *,
        status: int | None = 500,
        times: int = 1,
        after_doing: bool = False,
        code: int | None = None,
        delay: float = 0.0,
        lie: bool = False,
    ) -> None:
        """Order a failure of ``method`` on ``resource``.

        ``resource`` is the path below the account without ``.json``, ``*`` matching
        anything: ``Calls`` is the list (dialling), ``Calls/*`` one call (redirect, hang up).
        ``code`` is by default the provider's for the status: 20429, 20003, 20404 or 20500.
        """
        usual = {429: 20429, 401: 20003, 404: 20404}.get(status or 0, 20500)
        number = code or usual
        fault = Fault(method.upper(), resource, status, times, after_doing, number, delay, lie)
        with self._lock:
            self._open.append(fault)

    def clear(self) -> None:
        """Behave well again."""
        with self._lock:
            self._open.clear()

    def take(self, method: str, resource: str) -> Fault | None:
        """Return the order that this request falls under and count it."""
        with self._lock:
            for fault in self._open:
                if fault.method == method and fnmatchcase(resource, fault.resource):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._open.remove(fault)
                    return fault
        return None
