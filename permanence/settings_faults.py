"""A line for each thing that is wrong with the settings: place, reason, remedy."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError

from permanence.errors import OperatorError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from permanence.settings_sources import Layers


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. ``place`` is a file and key, or an environment variable."""

    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}. {self.remedy}"


class ConfigurationError(OperatorError):
    """The settings cannot be used. Its text is a readable line for each fault."""

    exit_code = 2

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def explain(error: ValidationError, layers: Layers, model: type[BaseModel]) -> list[Fault]:
    """Turn pydantic's findings into faults."""
    return [_explain(found, layers, model) for found in error.errors(include_url=False)]


def _explain(found: ErrorDetails, layers: Layers, model: type[BaseModel]) -> Fault:
    loc = tuple(str(part) for part in found["loc"])
    key = ".".join(loc)
    place = layers.origins.get(loc, f"{layers.file}: {key}")
    if found["type"] == "extra_forbidden":
        return Fault(place, "no setting has this name", _nearest(loc, model))
    reason = found["msg"].removeprefix("Value error, ")
    reason = reason[0].lower() + reason[1:]
    default, secret = _default(loc, model)
    # An address may hold a password, and it is our own checks that refuse addresses.
    may_show = not secret and found["type"] != "value_error"
    if may_show and isinstance(found["input"], str | int | float):
        reason += f" (it is {found['input']!r})"
    if found["type"] in ("model_type", "dict_type"):
        return Fault(place, "it must be a table", f"Write it as [{key}] with keys below.")
    return Fault(place, reason, f"Correct it, or remove it: the default is {default}.")


def _fields(loc: tuple[str, ...], model: type[BaseModel]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(model.model_fields)
    for part in loc[:-1]:
        table = fields[part].annotation
        fields = dict(table.model_fields)
    return fields


def _nearest(loc: tuple[str, ...], model: type[BaseModel]) -> str:
    names = list(_fields(loc, model))
    near = difflib.get_close_matches(loc[-1], names, n=1)
    if near:
        return f"Did you mean {'.'.join((*loc[:-1], near[0]))}?"
    return f"Remove it; what stands there is: {', '.join(names)}."


def _default(loc: tuple[str, ...], model: type[BaseModel]) -> tuple[str, bool]:
    """Return the default as text, and whether the key is a secret."""
    info = _fields(loc, model).get(loc[-1])
    if info is None or info.annotation is SecretStr:
        return "empty", True
    return (f"{info.default}" if info.default != "" else "empty"), False
