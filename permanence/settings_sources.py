"""Reading config.toml, the environment and the files that secrets lie in."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from permanence.settings_check import holds_password
from permanence.settings_faults import Fault

PREFIX = "PERMANENCE_"
CONFIG = PREFIX + "CONFIG"
DEFAULT_FILE = Path("config.toml")


@dataclass
class Layers:
    """What was found below the environment, and what was wrong with it.

    ``origins`` gives the place that a fault names for each key that was set.
    """

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str, ...], str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    file: str = str(DEFAULT_FILE)


def variable(*loc: str) -> str:
    """Return the environment variable of a key."""
    return PREFIX + "__".join(loc).upper()


def leaves(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every key with its pydantic field, in the order of config.toml."""
    for name, info in model.model_fields.items():
        table = info.annotation
        if isinstance(table, type) and issubclass(table, BaseModel):
            yield from (((name, *rest), leaf) for rest, leaf in leaves(table))
        else:
            yield (name,), info


def read(model: type[BaseModel], path: Path | None, environ: Mapping[str, str]) -> Layers:
    """Read every source; a fault does not hide the next one."""
    layers = Layers()
    _read_file(layers, path, environ)
    known = dict(leaves(model))
    secret = {loc for loc, info in known.items() if info.annotation is SecretStr}
    _refuse_secrets(layers, secret)
    _refuse_unknown_variables(layers, known, secret, environ)
    for loc in known:
        if variable(*loc) in environ:
            layers.origins[loc] = variable(*loc)
    for loc in secret:
        _read_secret(layers, loc, environ)
    return layers


def _read_file(layers: Layers, path: Path | None, environ: Mapping[str, str]) -> None:
    named = path or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
    file = named or DEFAULT_FILE
    layers.file = str(file)
    if named is None and not file.exists():
        return
    try:
        layers.values = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        _fault(layers, f"it cannot be read: {error.strerror}", "Name a file that can.")
    except UnicodeDecodeError:
        _fault(layers, "it is not UTF-8 text", "Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        _fault(layers, f"it is not TOML: {error}", "Correct the line.")


def _fault(layers: Layers, reason: str, remedy: str) -> None:
    layers.faults.append(Fault(layers.file, reason, remedy))


def _refuse_secrets(layers: Layers, secret: set[tuple[str, ...]]) -> None:
    for table, key in sorted(secret):
        holder = layers.values.get(table)
        if not isinstance(holder, dict) or key not in holder:
            continue
        if key == "url" and not holds_password(holder[key]):
            continue
        del holder[key]
        reason = "a password stands in the file" if key == "url" else "a secret stands in the file"
        layers.faults.append(
            Fault(
                f"{layers.file}: {table}.{key}",
                reason,
                f"Take it out and set {variable(table, key)}, or {variable(table, key)}_FILE.",
            )
        )


def _refuse_unknown_variables(
    layers: Layers,
    known: Mapping[tuple[str, ...], Any],
    secret: set[tuple[str, ...]],
    environ: Mapping[str, str],
) -> None:
    names = {variable(*loc) for loc in known} | {CONFIG}
    names |= {variable(*loc) + "_FILE" for loc in secret}
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name not in names:
            layers.faults.append(Fault(name, "no setting has this name", suggest(name, names)))


def suggest(name: str, names: set[str]) -> str:
    """Return the remedy for a name that does not exist."""
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else "Remove it."


def _read_secret(layers: Layers, loc: tuple[str, ...], environ: Mapping[str, str]) -> None:
    name = variable(*loc)
    file = environ.get(name + "_FILE")
    if file is None:
        return
    if name in environ:
        layers.faults.append(Fault(name, f"{name}_FILE is set too", "Unset one of them."))
        return
    layers.origins[loc] = name + "_FILE"
    try:
        text = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        layers.faults.append(
            Fault(name + "_FILE", "the file it names cannot be read", "Name one that can.")
        )
        return
    table = layers.values.setdefault(loc[0], {})
    if isinstance(table, dict):
        table[loc[1]] = text
