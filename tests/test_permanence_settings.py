import os
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from permanence import settings_sources
from permanence.settings import Settings, load
from permanence.settings_faults import ConfigurationError

ROOT = Path(__file__).parent.parent
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in list(os.environ):
        if name.startswith("PERMANENCE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def file(text: str) -> Path:
    path = Path("some.toml")
    path.write_text(text, "utf-8")
    return path


def faults(path: Path | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    return str(caught.value)


FILE_FAULTS = {
    "an unknown table": ("[wbe]\nport = 1", "some.toml: wbe: no setting", "Did you mean web?"),
    "an unknown key": ("[web]\nprot = 1", "some.toml: web.prot: no setting", "mean web.port?"),
    "a key that resembles none": ("[web]\nzzz = 1", "web.zzz", "host, port, workers"),
    "a word for a number": ('[web]\nport = "http"', "web.port", "valid integer", "'http'", "8000"),
    "a number out of range": ("[web]\nport = 99999", "web.port", "65535", "99999"),
    "a value for a table": ("web = 3", "some.toml: web: it must be a table", "[web]"),
    "no such level": ('[log]\nlevel = "loud"', "log.level", "'warning'", "'loud'"),
    "a pace of nothing": ("[provider]\ncalls_per_second = 0", "calls_per_second", "greater than 0"),
    "an address without scheme": ('[provider]\npublic_url = "x.be"', "public_url", "http://"),
    "an address with a query": ('[provider]\npublic_url = "https://x.be/?a"', "url", "query"),
    "an address with an empty query": ('[provider]\nbase_url = "https://x.be/?"', "query"),
    "a store without scheme": ('[redis]\nurl = "localhost"', "redis.url", "unix://"),
    "no TOML": ("a = 1\n= 2", "some.toml: it is not TOML", "line 2"),
    "a token in the file": (
        '[provider]\nauth_token = ""',
        "provider.auth_token: a secret stands in the file",
        "PERMANENCE_PROVIDER__AUTH_TOKEN_FILE",
    ),
    "a key in the file": (f'[privacy]\nencryption_key = "{KEY}"', "a secret stands in the file"),
}


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_fault_in_the_file_is_one_line_that_names_key_reason_and_remedy(name: str):
    text, *wanted = FILE_FAULTS[name]
    said = faults(file(text))
    assert len(said.splitlines()) == 1
    for words in wanted:
        assert words in said


VARIABLE_FAULTS = {
    "an unknown table": ("PERMANENCE_WBE__PORT", "1", "Did you mean PERMANENCE_WEB__PORT?"),
    "an unknown key": ("PERMANENCE_WEB__PROT", "1", "Did you mean PERMANENCE_WEB__PORT?"),
    "a whole table": ("PERMANENCE_WEB", '{"port": 1}', "PERMANENCE_WEB: no setting"),
    "small letters": ("permanence_web__port", "1", "permanence_web__port: no setting"),
    "a bad value": ("PERMANENCE_WEB__PORT", "http", "PERMANENCE_WEB__PORT: input should be"),
    "a file for no secret": ("PERMANENCE_WEB__PORT_FILE", "x", "no setting has this name"),
    "a missing secret file": (
        "PERMANENCE_PROVIDER__AUTH_TOKEN_FILE",
        "nowhere",
        "PERMANENCE_PROVIDER__AUTH_TOKEN_FILE: the file it names cannot be read",
    ),
    "a missing config": ("PERMANENCE_CONFIG", "nowhere.toml", "nowhere.toml: it cannot be read"),
}


@pytest.mark.parametrize("name", VARIABLE_FAULTS)
def test_a_fault_in_the_environment_is_one_line_that_names_the_variable(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    variable, value, wanted = VARIABLE_FAULTS[name]
    monkeypatch.setenv(variable, value)
    said = faults()
    assert len(said.splitlines()) == 1
    assert wanted in said


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PERMANENCE_WEB__PORT", "0")
    said = faults(file("[log]\nlevel = 'loud'\n[provider]\ncalls_per_second = -1"))
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PERMANENCE_PRIVACY__ENCRYPTION_KEY", "hush-hush"),
        ("PERMANENCE_PROVIDER__PUBLIC_URL", "https://user:hush-hush@line.example"),
        ("PERMANENCE_REDIS__URL", "hush-hush"),
        ("PERMANENCE_PROVIDER__AUTHTOKEN", "hush-hush"),
    ],
)
def test_no_fault_repeats_what_may_be_secret(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, value)
    assert "hush" not in faults()


def test_a_password_in_the_file_is_refused_and_not_repeated():
    said = faults(file('[database]\nurl = "postgresql+psycopg://me:hush-hush@host/book"'))
    assert "a password stands in the file" in said
    assert "hush" not in said


def test_the_text_of_the_settings_holds_no_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PERMANENCE_PROVIDER__AUTH_TOKEN", "hush-hush")
    monkeypatch.setenv("PERMANENCE_DATABASE__URL", "postgresql+psycopg://me:hush-hush@host/book")
    assert "hush" not in repr(load())


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("PERMANENCE_WEB__PORT", "3000")
    read = load(file("[web]\nport = 2000\nthreads = 4"))
    assert (read.web.port, read.web.threads, read.web.workers) == (3000, 4, 1)


def test_a_secret_comes_from_a_file_without_its_last_line_break(monkeypatch: pytest.MonkeyPatch):
    Path("token").write_text("from-the-file\n")
    monkeypatch.setenv("PERMANENCE_PROVIDER__AUTH_TOKEN_FILE", "token")
    assert load().provider.auth_token.get_secret_value() == "from-the-file"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch):
    Path("token").write_text("one")
    monkeypatch.setenv("PERMANENCE_PROVIDER__AUTH_TOKEN_FILE", "token")
    monkeypatch.setenv("PERMANENCE_PROVIDER__AUTH_TOKEN", "two")
    assert "Unset one of them." in faults()


def test_without_a_file_in_the_current_directory_the_defaults_hold():
    assert load() == Settings()


def test_the_stores_live_in_the_data_dir_unless_they_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PERMANENCE_DATA_DIR", "here")
    read = load()
    assert read.data_dir == Path("here").resolve()
    assert read.database_url == f"sqlite:///{read.data_dir}/permanence.db"
    assert read.redis_url.startswith("unix://")
    assert read.embeds_redis
    monkeypatch.setenv("PERMANENCE_REDIS__URL", "redis://elsewhere:6379/0")
    assert load().redis_url == "redis://elsewhere:6379/0"


def test_addresses_lose_their_last_slash(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PERMANENCE_PROVIDER__PUBLIC_URL", "https://line.example/here/")
    assert load().provider.public_url == "https://line.example/here"


def test_serving_asks_for_the_account_and_says_how_to_give_it():
    with pytest.raises(ConfigurationError) as caught:
        load().with_provider()
    said = str(caught.value)
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "provider.account_sid",
        "provider.auth_token",
        "provider.public_url",
    ]
    assert "PERMANENCE_PROVIDER__AUTH_TOKEN_FILE" in said


def test_config_toml_holds_every_setting_with_its_default_and_a_comment():
    text = (ROOT / "config.toml").read_text("utf-8")
    data = tomllib.loads(text)
    for loc, info in settings_sources.leaves(Settings):
        key = loc[-1]
        if info.annotation is SecretStr and key != "url":
            assert f"# {key} " in text
            continue
        value = data[loc[0]][key] if len(loc) == 2 else data[key]
        default = info.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        assert value == (str(default) if loc == ("data_dir",) else default)
        [line] = [line for line in text.splitlines() if line.startswith(f"{key} =")][:1]
        assert " # " in line


def test_config_toml_can_be_loaded():
    assert load(ROOT / "config.toml") == Settings()
