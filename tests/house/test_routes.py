"""Every address of both applications: signed, public by name, or behind a log-in."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from test_console_kit import Client, Console, house
from werkzeug.routing import Rule
from werkzeug.test import Client as WsgiClient

from console.headers import HEADERS
from permanence.settings import Settings
from permanence.web import create_app, create_wsgi
from telephony.desk import Desk
from tests.provider import Provider

__all__ = ["house"]  # fixtures
pytestmark = pytest.mark.one_database  # who may come where is decided before it is asked

# Whoever adds to this list says why nobody needs to log in there.
PUBLIC = {
    "/healthz": "tells a load balancer that the process lives",
    "/readyz": "tells an operator what is missing; no personal data",
    "/metrics": "counts only",
    "/media/waiting.wav": "the music that callers hear",
    "/media/recordings/<recording_id>.wav": "what a line says to every caller",
}


# Pages of the console that need no log-in. Whoever adds one says why, here and at the view.
OPEN = {
    "static": "styles and scripts of the log-in page",
    "language.choose": "the log-in page can be read in three languages",
    "login.page": "here people log in",
    "login.forgotten": "whoever has forgotten the password cannot log in",
    "second.page": "the second proof follows the first",
    "second.code": "the same",
    "second.recover": "the same",
    "passkeys.ask": "here people log in",
    "passkeys.use": "here people log in",
    "choosing.follow": "a one-time link is the proof",
    "choosing.page": "a one-time link is the proof",
    "calendars_feed.feed": "calendar programs cannot log in: the address is the secret",
}


NOTHING = "0" * 32
EXAMPLES: dict[str, Any] = {"IntegerConverter": 1}


@pytest.fixture
def app(tmp_path: Path, desk: Desk) -> Flask:
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "redis": {"url": f"unix://{tmp_path}/nowhere.sock"}}
    )
    return create_app(settings, desk)


def test_every_voice_route_takes_posts_only_and_refuses_what_is_not_signed(app: Flask):
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/voice")]
    assert len(routes) >= 15
    client = app.test_client()
    for rule in routes:
        assert rule.methods == {"POST", "OPTIONS"}, rule
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "0" * 32)
        assert client.post(path, data={"CallSid": "CA" + "0" * 32}).status_code == 403, rule


def test_every_other_route_is_public_by_name_or_needs_a_log_in(app: Flask):
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/voice"):
            continue
        if rule.rule in PUBLIC:
            continue
        answer = client.get(rule.rule)
        assert answer.status_code in (302, 401, 403), f"{rule.rule} is open to everybody"


def test_the_board_of_the_demo_is_shut_without_its_token(tmp_path: Path, desk: Desk):
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "redis": {"url": f"unix://{tmp_path}/nowhere.sock"},
         "web": {"board_token": "secret"}}
    )  # fmt: skip
    client = create_app(settings, desk).test_client()
    assert client.get("/board.json").status_code == 403
    assert client.get("/board.json?token=wrong").status_code == 403
    assert client.get("/board.json?token=secret").status_code == 200


def test_without_a_token_there_is_no_board(app: Flask):
    assert app.test_client().get("/board.json?token=").status_code == 404


def test_a_signed_answer_never_holds_a_stack_trace(app: Flask, desk: Desk):
    provider = Provider(app, desk)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/voice"):
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", "' OR 1=1 --")
            answer = provider.post(path.replace(" ", "%20"))
            assert "Traceback" not in answer.text
            assert "sqlalchemy" not in answer.text.lower()


# The console


def address(rule: Rule) -> str:
    """An address of the rule, of something that does not exist."""
    values = {name: EXAMPLES.get(type(kind).__name__, NOTHING) for name, kind in kinds(rule)}
    for name, kind in kinds(rule):
        if hasattr(kind, "items"):  # one word of a list
            values[name] = min(kind.items)
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def kinds(rule: Rule) -> list[tuple[str, Any]]:
    return list(rule._converters.items())  # the public way does not tell


def ask(client: Client, rule: Rule, method: str, **values: Any) -> Any:
    return client.open(address(rule), method=method, **values)


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def test_every_page_of_the_console_says_who_may_see_it(house: Console):
    for endpoint, view in house.app.view_functions.items():
        reason = getattr(view, "open_because", None)
        assert (reason is not None) == (endpoint in OPEN), endpoint
        assert reason or getattr(view, "needs", None), f"{endpoint} says nothing"


def test_every_other_page_of_the_console_sends_visitors_to_the_log_in(house: Console):
    client = house.client()
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint in OPEN:
            continue
        for method in methods(rule):
            answer = ask(client, rule, method)
            assert answer.status_code == 303, (rule, method)
            assert answer.location.startswith("/login"), (rule, method)


def test_a_page_that_says_nothing_is_for_administrators(house: Console):
    house.alone().add_url_rule("/forgotten", view_func=lambda: "here")
    assert house.client().get("/forgotten").status_code == 303
    assert house.client("coordinator").get("/forgotten").status_code == 403
    assert house.client("administrator").get("/forgotten").text == "here"


def test_nobody_sees_a_page_of_a_stronger_role(house: Console):
    ranks = {"responder": 0, "coordinator": 1, "administrator": 2}
    for role in ("responder", "coordinator"):
        client = house.client(role)
        for rule in house.app.url_map.iter_rules():
            wanted = getattr(house.app.view_functions[rule.endpoint], "needs", None)
            if wanted and ranks[wanted] > ranks[role]:
                for method in methods(rule):
                    assert ask(client, rule, method).status_code == 403, (rule, method)


def test_every_form_of_the_console_is_refused_without_its_token(house: Console):
    for role in (None, "administrator"):
        client = house.client(role)
        for rule in house.app.url_map.iter_rules():
            view = house.app.view_functions[rule.endpoint]
            if role is None and not getattr(view, "open_because", None):
                continue
            for method in methods(rule) - {"GET"}:
                answer = ask(client, rule, method, data={"language": "fr"})
                assert answer.status_code == 400, (rule, method)
                assert "Traceback" not in answer.text


def test_every_answer_of_the_console_carries_the_headers(house: Console):
    seen = set()
    for client in (house.client(), house.client("administrator")):
        paths = [address(rule) for rule in house.app.url_map.iter_rules()]
        for path in (*paths, "/no/such/page", "/static/x/console.css", "/static/x/../app.py"):
            for method in ("GET", "POST"):
                answer = client.open(path, method=method)
                seen.add(answer.status_code)
                for name, value in HEADERS.items():
                    if name == "Referrer-Policy" and answer.headers[name] == "no-referrer":
                        continue  # stricter, where the address itself is a secret
                    assert answer.headers[name] == value, (method, path)
                assert answer.headers["Cache-Control"] in ("no-store", "no-cache"), path
                assert "Server" not in answer.headers
                answer.close()  # a stream goes on else, and looks at the next test's database
    assert seen >= {200, 303, 400, 404, 405}


def test_no_page_of_the_console_holds_a_script_or_a_style_of_its_own(house: Console):
    client = house.client("administrator")
    for rule in house.app.url_map.iter_rules():
        if "GET" not in methods(rule):
            continue
        answer = ask(client, rule, "GET")
        if answer.mimetype != "text/html":
            answer.close()
            continue  # a workbook, a calendar, a stream
        text = answer.text
        assert "<style" not in text, rule
        assert " style=" not in text, rule
        assert " onclick=" not in text, rule
        assert text.count("<script") == text.count('<script type="module" src="/static/'), rule


# Both behind one port


@pytest.fixture
def both(tmp_path: Path, desk: Desk) -> WsgiClient:
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "redis": {"url": f"unix://{tmp_path}/nowhere.sock"},
         "console": {"public_url": "https://console.example"}}
    )  # fmt: skip
    return WsgiClient(create_wsgi(settings, desk))


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/media/waiting.wav"])
def test_the_telephone_answers_beside_the_console_without_a_cookie(both: WsgiClient, path: str):
    answer = both.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_a_webhook_never_meets_the_console(both: WsgiClient):
    answer = both.post("/voice/incoming", data={"CallSid": "CA" + "0" * 32})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "Content-Security-Policy" not in answer.headers


def test_behind_https_the_cookies_are_bound_to_host_and_line(both: WsgiClient):
    answer = both.get("/login", base_url="https://console.example")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert word in cookie
        assert "Domain" not in cookie
    assert both.get("/").headers["Location"] == "/login"
