import base64
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from permanence.keys import KeyFileError, field_key, session_key, totp_key
from permanence.settings import Privacy, Settings

PROGRAM = """
import sys
from pathlib import Path
from permanence.keys import field_key
from permanence.settings import Settings
sys.stdin.readline()
print(field_key(Settings(data_dir=Path(sys.argv[1]))).hex())
"""


def test_the_key_given_in_the_settings_is_used(tmp_path: Path):
    given = SecretStr(base64.b64encode(b"x" * 32).decode())
    settings = Settings(data_dir=tmp_path, privacy=Privacy(encryption_key=given))
    assert field_key(settings) == b"x" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    made = field_key(settings)
    assert len(made) == 32
    assert field_key(settings) == made
    [file] = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate()[0] for process in started}) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    field_key(settings)
    file = tmp_path / "keys" / "field.key"
    file.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        field_key(settings)


def test_a_damaged_key_is_refused_rather_than_replaced(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    field_key(settings)
    file = tmp_path / "keys" / "field.key"
    file.write_text("nonsense")
    with pytest.raises(KeyFileError, match="32 bytes"):
        field_key(settings)
    assert file.read_text() == "nonsense"


def test_each_purpose_has_a_key_of_its_own_that_stays(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    made = {make: make(settings) for make in (field_key, session_key, totp_key)}
    assert len(set(made.values())) == 3
    assert {make: make(settings) for make in made} == made
    names = {path.name for path in (tmp_path / "keys").iterdir()}
    assert names == {"field.key", "session.key", "totp.key"}
