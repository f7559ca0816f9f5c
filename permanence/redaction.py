"""The last safety net: nothing that looks like a telephone number reaches the log.

Code must not log numbers in the first place. What slips through (a library's message, the
text of an exception) is masked here. In doubt it masks; what it lets through is listed.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "[number]"

# Ids and times that contain long runs of digits and are no numbers of people.
_KEPT = "|".join(
    (
        r"\b[A-Z]{2}[0-9a-f]{32}\b",  # the provider's ids
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",  # UUIDs
        r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{16,64}\b",  # hex ids
        # ISO 8601, whole …
        r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[ ]?[+-]\d\d:?\d\d)?",
        r"\b\d{8}T\d{6}Z?\b",  # … and in its basic form
        r"\b\d{1,3}(?::\d\d){2}\.\d+",  # 0:00:01.234567
        r"(?<![\d.])(?:0|[1-9]\d{0,5})\.\d{4,}(?:e[+-]?\d+)?(?![\d.])",  # 1.2345678901 (seconds)
    )
)
_NUMBER = "|".join(
    (
        # International: a plus sign, plain or in an address or in JSON, or 00.
        r"(?:\+|%2[Bb]|\\u002[Bb]|(?<!\d)00)[ ./()-]{0,2}\d(?:(?:[ ./()-]|%20){0,2}\d){6,}",
        # National: a zero, then groups with separators.
        r"(?<!\d)0\d{1,3}(?:[./ -]\d{2,3}){2,5}(?!\d)",
        # Any eight digits in a row, with spaces or slashes between them.
        r"\d(?:(?:[ /]|%20)?\d){7,}",
    )
)
_PATTERN = re.compile(f"(?P<kept>{_KEPT})|(?:{_NUMBER})")


def mask(text: str) -> str:
    """Return ``text`` with every run that looks like a telephone number masked."""
    return _PATTERN.sub(lambda found: found["kept"] or MASK, text)


def clean(value: Any) -> Any:
    """Return ``value`` for the log: containers are walked, objects become masked text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < 10**7:
        return value
    if isinstance(value, bytes):
        return mask(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {mask(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(item) for item in value]
    return mask(str(value))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Clean every value of a log event (a structlog processor).

    Keys that begin with an underscore are structlog's own and do not reach the output.
    """
    return {key: value if key[:1] == "_" else clean(value) for key, value in event.items()}
