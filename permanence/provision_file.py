"""The way back from `permanence provision`: the former values, in a file under ``data_dir``."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from permanence import places
from permanence.errors import OperatorError
from permanence.provisioning import COUNTRY, LOW_RISK, NUMBER, Change

KEYS = {
    NUMBER: frozenset(
        {
            "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method",
            "status_callback", "status_callback_method", "voice_application_sid",
        }
    ),
    COUNTRY: frozenset({LOW_RISK}),
}  # fmt: skip


def keep(data_dir: Path, account_sid: str, changes: Sequence[Change], at: datetime) -> Path:
    """Write down what is about to be changed, and return the file."""
    places.make_data_dir(data_dir)
    content = {
        "made_at": at.isoformat(),
        "account_sid": account_sid,
        "changes": [asdict(change) for change in changes],
    }
    path = data_dir / f"provision-{at:%Y%m%dT%H%M%S.%fZ}.json"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OperatorError(
            f"Nothing was changed: {path} cannot be written ({error.strerror}), and without "
            "the former values there would be no way back."
        ) from None
    return path


def read(path: Path, account_sid: str) -> list[Change]:
    """Return the changes of such a file; :class:`OperatorError` where it is none of ours."""
    try:
        content = json.loads(path.read_text("utf-8"))
        of_account = content["account_sid"]
        changes = [_change(one) for one in content["changes"]]
    except OSError as error:
        raise OperatorError(f"{path}: it cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError):
        raise OperatorError(f"{path}: it is no file that permanence provision wrote.") from None
    if of_account != account_sid:
        raise OperatorError(f"{path}: it is of another account, {of_account}.")
    return changes


def _change(one: dict[str, Any]) -> Change:
    made = Change(one["kind"], one["id"], one["label"], dict(one["old"]), dict(one["new"]))
    kinds = (str, bool)
    fit = (
        all(isinstance(text, str) for text in (made.kind, made.id, made.label))
        and set(made.old) <= KEYS[made.kind]
        and all(isinstance(value, kinds) for value in made.old.values())
    )
    if not fit:
        raise ValueError(made.kind)
    return made
