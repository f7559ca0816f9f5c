"""Every address of the application: signed, public by name, or behind a log-in."""

from pathlib import Path

import pytest
from flask import Flask

from permanence.settings import Settings
from permanence.web import create_app
from telephony.desk import Desk
from tests.provider import Provider

# Whoever adds to this list says why nobody needs to log in there.
PUBLIC = {
    "/healthz": "tells a load balancer that the process lives",
    "/readyz": "tells an operator what is missing; no personal data",
    "/metrics": "counts only",
    "/media/waiting.wav": "the music that callers hear",
}


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
        if rule.rule.startswith(("/voice", "/static")):
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
