"""A federation of many lines, always open, each with people of its own.

So a ring says by its number which line, and thereby which call, it is for.
"""

LINES = 30
PEOPLE = 3  # a line: as many as ring at once
DAYS = 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
SPAN = 'from = "00:00"', 'to = "00:00"'  # the whole day

SERVICE = """
[[services]]
code = "bench"
name = { fr = "Service", nl = "Dienst" }
"""

LINE = """
[[lines]]
number = "{number}"
name = "Line {line}"
languages = ["fr", "nl"]
timezone = "Europe/Brussels"
caller_id = "+3225550100"
ring_seconds = 20
max_wait_seconds = 600
wrap_up_seconds = 0
{more}
hours = [{{ {hours} }}]

[[shifts]]
line = "{number}"
service = "bench"
{shift}
needed = 1
responders = {names!r}
"""

RESPONDER = """
[[responders]]
name = "{name}"
service = "bench"
phone = "{phone}"
languages = ["fr", "nl"]
"""


def number(line: int) -> str:
    """Return the number of a line."""
    return f"+32800352{line:02}"


def phones(line: int) -> str:
    """Return how the numbers of the line's people begin."""
    return f"+324700{line:03}"


def phone_of(name: str) -> str:
    """Return the number of the person of this name."""
    _, line, place = name.split()
    return f"{phones(int(line))}{int(place):02}"


def federation(lines: int = LINES, people: int = PEOPLE, more: str = "") -> str:
    """Return the federation file; ``more`` is written into every line."""
    return SERVICE + "".join(_line(line, people, more) for line in range(lines))


def _line(line: int, count: int, more: str) -> str:
    names = [f"Responder {line} {place}" for place in range(count)]
    people = [
        RESPONDER.format(name=name, phone=f"{phones(line)}{place:02}")
        for place, name in enumerate(names)
    ]
    shape = {"hours": ", ".join((DAYS, *SPAN)), "shift": "\n".join((DAYS, *SPAN))}
    return "".join(people) + LINE.format(
        line=line, number=number(line), names=names, more=more, **shape
    )
