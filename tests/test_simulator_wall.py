"""The phone wall as a server sees it: its page, its words, and what it tells its scripts."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from simulator import wall
from simulator.app import create_app
from simulator.clock import RealClock
from simulator.exchange import Exchange
from simulator.phones import BEHAVIOURS

SIMULATOR = Path(wall.__file__).parent
LINE, MARIE, ALICE = "+3280035243", "+32470000101", "+32470000001"
CAST = [
    {"number": MARIE, "name": "Marie", "role": "caller", "language": "fr"},
    {"number": ALICE, "name": "Alice Martin", "role": "responder", "language": "fr"},
]
VIEW: dict[str, Any] = {
    "at": "2026-11-23T09:00:00+00:00", "callbacks": [], "calls": [{"id": n} for n in range(30)],
    "lines": [{"number": LINE, "name": "Allo ? Aide sociale", "languages": ["fr", "nl"]}],
}  # fmt: skip


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    ex = Exchange(clock=RealClock(), account_sid="AC" + "0" * 32, auth_token="not-a-secret")
    yield ex
    ex.close()


@pytest.fixture
def app(exchange: Exchange) -> Flask:
    return create_app(exchange, cast=CAST)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Product:
    """A web server that answers the watch address with whatever it is told."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, json.dumps(VIEW), 0
        product = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                product.asked += 1
                self.send_response(product.status)
                self.end_headers()
                self.wfile.write(product.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/watch.json"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def product() -> Iterator[Product]:
    one = Product()
    yield one
    one.server.shutdown()
    one.server.server_close()


def flat(words: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{table}.{name}": text for table in words for name, text in words[table].items()}


# Words


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_every_language_has_the_same_words_and_placeholders(language: str) -> None:
    english, other = flat(wall.words_of("en")), flat(wall.words_of(language))
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert text.strip(), key
        slots = set(re.findall(r"\{\w+\}", text))
        assert slots == set(re.findall(r"\{\w+\}", english[key])), key


def test_no_sentence_was_left_in_another_language() -> None:
    sentences = [flat(wall.words_of(language)) for language in wall.LANGUAGES]
    for key in sentences[0]:
        texts = [words[key] for words in sentences]
        if len(texts[0]) > 25:
            assert len(set(texts)) == 3, key


def test_every_word_that_a_script_or_template_names_exists() -> None:
    known = flat(wall.words_of("en"))
    scripts = "".join(path.read_text() for path in (SIMULATOR / "static").glob("*.js"))
    pages = "".join(path.read_text() for path in (SIMULATOR / "templates").glob("wall*.html"))
    named = set(re.findall(r'\bt\("(\w+\.[\w-]+)"', scripts))
    named |= set(re.findall(r"\bwords\.(\w+\.\w+) ", pages))
    named |= {f"hint.{key}" for key in re.findall(r'step\("\w*", "(\w+)"', scripts)}
    for stem in re.findall(r'counted\("(\w+\.\w+)"', scripts):
        named |= {f"{stem}_{form}" for form in ("none", "one", "many")}
    assert len(named) > 60
    assert named <= known.keys()


def test_what_a_phone_can_do_by_itself_has_words() -> None:
    assert tuple(wall.words_of("en")["behaviour"]) == BEHAVIOURS


# The page


def test_the_page_speaks_the_language_of_the_browser(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "nl-BE,nl;q=0.9,en;q=0.5"})
    assert '<html lang="nl">' in page.text
    assert "De telefoonmuur" in page.text


def test_a_language_nobody_offers_falls_back_to_french(client: FlaskClient) -> None:
    assert '<html lang="fr">' in client.get("/", headers={"Accept-Language": "ja"}).text
    assert '<html lang="fr">' in client.get("/?lang=ja").text


def test_a_chosen_language_is_remembered(client: FlaskClient) -> None:
    dutch = {"Accept-Language": "nl"}
    assert '<html lang="en">' in client.get("/?lang=en", headers=dutch).text
    assert '<html lang="en">' in client.get("/", headers=dutch).text


def test_nothing_of_the_page_is_inline_or_comes_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/?lang=fr")
    assert "script-src 'self'; style-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page.text)
    assets = re.findall(r'(?:src|href)="([^"#?]+)"', page.text)
    assert len(assets) >= 6
    for asset in assets:
        assert asset.startswith("/wall/"), asset
        assert client.get(asset).status_code == 200, asset


def test_no_stylesheet_or_script_names_another_host() -> None:
    for path in (SIMULATOR / "static").iterdir():
        found = set(re.findall(r"https?://[^\s\"')]+", path.read_text()))
        assert found <= {"http://www.w3.org/2000/svg"}, path.name


# What it tells its scripts


def test_the_wall_tells_what_the_phones_tell(client: FlaskClient) -> None:
    told = client.get("/wall.json").get_json()
    phones = client.get("/phones").get_json()["phones"]
    for phone in told["phones"]:
        del phone["call_started_at"]
    assert told["phones"] == phones
    assert [phone["name"] for phone in told["phones"]] == ["Marie", "Alice Martin"]


def test_a_phone_tells_since_when_its_call_is(exchange: Exchange, client: FlaskClient) -> None:
    exchange.set_number(LINE, voice_url="http://127.0.0.1:9/none")
    exchange.phone(MARIE).dial(LINE)
    marie = client.get("/wall.json").get_json()["phones"][0]
    assert marie["call_started_at"] <= marie["heard"][0]["at"]


def test_without_a_watch_the_numbers_that_go_somewhere_are_the_lines(
    exchange: Exchange, client: FlaskClient
) -> None:
    exchange.set_number(LINE, voice_url="http://127.0.0.1:9/none", friendly_name="Allo")
    exchange.set_number("+3225550100")
    told = client.get("/wall.json").get_json()
    assert told["lines"] == [{"number": LINE, "name": "Allo"}]
    assert (told["watch"], told["watch_state"]) == (None, "none")


def test_the_watch_is_passed_on_and_its_lists_are_limited(
    exchange: Exchange, product: Product
) -> None:
    told = create_app(exchange, watch_url=product.url).test_client().get("/wall.json").get_json()
    assert told["watch_state"] == "seen"
    assert told["watch"]["lines"] == VIEW["lines"]
    assert [call["id"] for call in told["watch"]["calls"]] == list(range(20))


def test_many_walls_ask_the_product_twice_a_second_at_most(product: Product) -> None:
    now = [100.0]
    watch = wall.Watch(product.url, clock=lambda: now[0])
    for _ in range(20):
        assert watch.look() is not None
    assert product.asked == 1
    now[0] += 0.6
    watch.look()
    assert product.asked == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "{}"), (200, "not json"), (200, "[]"), (200, '{"lines": 3}'), (302, json.dumps(VIEW))],
)
def test_a_product_that_answers_nonsense_is_called_unreachable(
    product: Product, status: int, body: str
) -> None:
    product.status, product.body = status, body
    watch = wall.Watch(product.url)
    assert watch.look() is None
    assert watch.state == "unreachable"


def test_a_product_that_comes_back_is_seen_again(product: Product) -> None:
    now = [100.0]
    watch = wall.Watch(product.url, clock=lambda: now[0])
    product.status = 503
    assert watch.look() is None
    product.status = 200
    now[0] += 2.1
    assert watch.look() is not None
    assert watch.state == "seen"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/watch", "ftp://127.0.0.1/watch", "nowhere"])
def test_an_address_without_a_product_is_called_unreachable(url: str) -> None:
    watch = wall.Watch(url)
    assert watch.look() is None
    assert watch.state == "unreachable"


def test_a_slow_product_holds_up_one_request_only(product: Product) -> None:
    watch = wall.Watch(product.url)
    with watch._asking:
        assert watch.look() is None
    assert product.asked == 0
