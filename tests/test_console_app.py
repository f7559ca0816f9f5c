"""The console around its pages: faults, languages, static files, what is loaded where."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_console_kit import EXTENSION, SETTINGS, Console, house
from werkzeug.test import TestResponse

from console import assets, catalogue, passwords
from console.places import inside
from logging_db.engine import make_engine

__all__ = ["house"]  # fixtures


def words(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


# Faults


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Cette page n’existe pas"), ("nl", "Deze pagina bestaat niet"),
     ("en", "There is no such page")],
)  # fmt: skip
def test_a_page_that_is_not_there_says_so_in_the_visitors_language(
    house: Console, language: str, said: str
):
    answer = house.client().get("/nowhere", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert said in words(answer)
    assert f'<html lang="{language}">' in answer.text


def test_a_form_is_not_taken_where_there_is_none(house: Console):
    assert house.client("responder").get("/logout").status_code == 405


def test_what_is_too_large_is_refused_with_a_page(house: Console):
    client = house.client("responder")
    answer = client.post("/account", data={"name": "x" * 7_000_000})
    assert answer.status_code == 413
    assert "That is too large" in words(answer)


def test_a_mistake_of_ours_is_a_calm_page_without_a_trace(house: Console):
    def fails() -> str:
        raise RuntimeError("the secret of the machine")

    house.alone().add_url_rule("/fails", view_func=fails)
    answer = house.client("administrator").get("/fails")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_without_the_database_the_page_says_that_nothing_is_lost(house: Console, tmp_path: Path):
    client = house.client("responder")
    away = make_engine(f"sqlite:///{tmp_path}/no/such/folder/book.db")
    house.app.extensions[EXTENSION] = replace(house.app.extensions[EXTENSION], engine=away)
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Nothing is lost" in words(answer)
    assert client.get("/login/forgotten").status_code == 503  # it asks who that is
    assert house.client().get("/login").status_code == 200


def test_a_flood_of_passwords_takes_neither_memory_nor_threads(
    house: Console, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    for _ in range(passwords.AT_ONCE):
        passwords._turns.acquire()
    try:
        answer = house.client().send("/login", email="a@example.org", password="x")
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._turns.release()
    assert answer.status_code == 429
    assert "Too many attempts" in words(answer)


def test_a_form_of_another_log_in_is_explained(house: Console):
    client = house.client("responder")
    typed = {"csrf_token": "old", "name": "A long <name>", "password": "not this"}
    answer = client.post("/account", data=typed)
    assert answer.status_code == 400
    assert "This form has lain open too long" in words(answer)
    assert "A long &lt;name&gt;" in answer.text
    assert "not this" not in answer.text
    stranger = house.client().post("/login", data={"email": "text of another site"})
    assert "another site" not in stranger.text


# Languages


def test_the_language_of_the_person_goes_before_that_of_the_browser(house: Console):
    client = house.client("responder")
    assert 'lang="en"' in client.get("/", headers={"Accept-Language": "fr"}).text
    client.send("/language", language="nl", back="/account")
    assert 'lang="nl"' in client.get("/").text
    assert 'lang="nl"' in client.get("/login/forgotten").text


def test_a_choice_made_before_the_log_in_is_kept_in_the_browser(house: Console):
    client = house.client()
    answer = client.send("/language", language="nl", back="/login")
    assert answer.location == "/login"
    assert 'lang="nl"' in client.get("/login", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_language_switch_leads_nowhere_else(house: Console, away: str):
    answer = house.client().send("/language", language="nl", back=away)
    assert answer.location == "/"


def test_no_page_holds_a_word_of_another_language(house: Console):
    """Every sentence of the code is translated: an English one is one that was forgotten."""
    house.change("administrator", language="fr")
    client = house.client("administrator")
    for path in ("/account", "/users", "/users/add", "/account/second-factor", "/account/log-ins"):
        text = words(client.get(path))
        assert not re.search(r"\b(the|your|with|this|log in)\b", text), path


# Translations


@pytest.fixture
def translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A room with one sentence, and folders for its translations."""
    (tmp_path / "page.py").write_text('_("Hello, %(name)s")\n', "utf-8")
    for language in catalogue.LANGUAGES:
        (tmp_path / "translations" / language).mkdir(parents=True)
    monkeypatch.setattr(catalogue, "ROOM", tmp_path)
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path / "translations")
    write(tmp_path, "nl", "base", "Dag %(name)s")
    yield tmp_path
    catalogue.translations.cache_clear()


def write(room: Path, language: str, area: str, said: str, asked: str = "Hello, %(name)s") -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    entry = f'msgid "{asked}"\nmsgstr "{said}"\n'
    path = room / "translations" / language / f"{area}.po"
    path.write_text(head + entry, "utf-8")


def test_a_complete_translation_has_no_fault(translated: Path):
    write(translated, "fr", "base", "Bonjour %(name)s")
    assert catalogue.faults() == []


def test_a_missing_translation_is_found(translated: Path):
    [fault] = catalogue.faults()
    assert "translations/fr: 'Hello, %(name)s' is missing (console/page.py, line 1)" in fault


@pytest.mark.parametrize(
    ("said", "fault"),
    [("", "has no translation"), ("Bonjour %(nom)s", "other values"), ("Bonjour", "other values")],
)
def test_an_empty_translation_and_other_places_for_values_are_found(
    translated: Path, said: str, fault: str
):
    write(translated, "fr", "base", said)
    assert re.search(fault, " ".join(catalogue.faults()))


def test_a_fuzzy_an_unused_and_a_contradicting_translation_are_found(translated: Path):
    write(translated, "fr", "base", "Bonjour %(name)s")
    write(translated, "fr", "other", "Salut %(name)s")
    write(translated, "fr", "old", "Adieu", asked="Farewell")
    path = translated / "translations" / "fr" / "base.po"
    path.write_text(path.read_text("utf-8").replace('msgid "Hello', '#, fuzzy\nmsgid "Hello'))
    found = " ".join(catalogue.faults())
    assert "is fuzzy" in found
    assert "is translated otherwise" in found
    assert "'Farewell' is not used" in found


# Static files


def test_a_static_file_is_kept_for_a_year_under_an_address_of_its_content(house: Console):
    text = house.client().get("/login").text
    [address] = re.findall(r"/static/[0-9a-f]{16}/console\.css", text)
    answer = house.client().get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


def test_an_older_address_of_a_static_file_still_works_but_is_not_kept(house: Console):
    answer = house.client().get(f"/static/{'0' * 16}/console.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../app.py", "..%2fapp.py", ".hidden", "nothing.css", ""])
def test_nothing_else_is_served_as_a_static_file(house: Console, path: str):
    assert house.client().get(f"/static/{assets.age()}/{path}").status_code == 404


# What is loaded where


def test_neither_the_worker_nor_the_sweep_loads_the_console():
    program = (
        "import sys, permanence.commands.worker, permanence.commands.sweep\n"
        "assert not {'console', 'flask_security', 'flask_babel'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_console_behind_a_proxy_counts_attempts_by_the_visitors_address(house: Console):
    behind = house.beside(proxies=1)
    client, other = behind.client(), behind.client()
    for number in range(100):
        client.post(
            "/login",
            data={"csrf_token": client.token(), "email": f"n{number}@x.be", "password": "x"},
            headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.1"},
        )
    house.give_password("responder", "lantern bicycle sixteen")
    data = {"csrf_token": other.token(), "email": "bram@example.org",
            "password": "lantern bicycle sixteen"}  # fmt: skip
    refused = other.post("/login", data=data, headers={"X-Forwarded-For": "192.0.2.1"})
    assert "Try again in" in words(refused)
    entered = other.post("/login", data=data, headers={"X-Forwarded-For": "192.0.2.2"})
    assert entered.location == "/"


def test_a_path_of_ours_is_followed_and_nothing_else():
    assert inside("/week?from=2026-11-23") == "/week?from=2026-11-23"
    for away in ("", "week", "//x", "/\\x", "http://x", "/\nx", "javascript:alert(1)"):
        assert inside(away, "/home") == "/home"


def test_the_settings_of_the_tests_are_cheap_and_those_of_the_product_are_not():
    assert SETTINGS.password_memory < 1000 < type(SETTINGS)(b"", b"", "").password_memory
