"""What `permanence check` says about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What was found about one thing. ``remedy`` is empty where nothing is wrong."""

    name: str
    words: str
    remedy: str = ""

    def __str__(self) -> str:
        if not self.remedy:
            return f"ok     {self.name}: {self.words}"
        return f"FAULT  {self.name}: {self.words}. {self.remedy}"
