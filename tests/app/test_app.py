"""The application: made from the environment or from a station, alive, ready, and polite when asked for nothing."""

import os
import subprocess
import sys

import callin
from callin import migrations
from callin.app import create_app
from callin.desk import beats
from tests.webhooks.ringing import Doors

ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "s3cret-token",
    "PUBLIC_BASE_URL": "https://station.test",
    "SECRET_KEY": "k" * 32,
    "CALLIN_LISTENER_NUMBER": "+15550100",
    "CALLIN_DJ_LINE": "+15550101",
}


def flask(*arguments: str, cwd: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Flask's own command on a station described by the environment alone."""
    base = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    root = os.path.dirname(os.path.dirname(callin.__file__))
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "callin", *arguments],
        env=base | {"PYTHONPATH": root} | environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_flask_finds_the_application(tmp_path) -> None:
    """`flask --app callin routes` lists the doors of the station that the environment describes."""
    told = flask("routes", cwd=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/callin.db", **ENVIRONMENT)

    assert (told.returncode, told.stderr) == (0, "")
    assert "/voice/listener/wait" in told.stdout


def test_flask_says_which_settings_are_wrong(tmp_path) -> None:
    """Without settings: every missing one by name, no traceback."""
    told = flask("run", cwd=str(tmp_path))

    assert told.returncode != 0
    assert "TWILIO_ACCOUNT_SID is missing" in told.stderr
    assert "PUBLIC_BASE_URL is missing" in told.stderr
    assert "Traceback" not in told.stderr


def test_the_package_offers_the_application_lazily() -> None:
    """`callin.create_app` is the application's maker, and nothing else is made up."""
    assert callin.create_app is create_app
    assert not hasattr(callin, "no_such_name")


def test_alive_and_ready(doors: Doors) -> None:
    """With a database of this version and a courier at work the station is alive and ready."""
    with doors.station.transaction() as session:
        beats.record_beat(session, now=doors.now)
    assert doors.client.get("/healthz").json == {"status": "ok"}
    ready = doors.client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ok", "reasons": []})


def test_not_ready_says_why(doors: Doors) -> None:
    """With the tables of another version: alive, but 503 and the command that mends it."""
    migrations.downgrade(doors.station.engine, revision="base")

    ready = doors.client.get("/readyz")

    assert doors.client.get("/healthz").status_code == 200
    assert ready.status_code == 503
    assert "callin db upgrade" in ready.json["reasons"][0]


def test_without_a_courier_it_is_not_ready(doors: Doors) -> None:
    """One that never worked, and one that has not been seen for a minute: 503 and the command that helps."""
    assert doors.client.get("/readyz").status_code == 503
    with doors.station.transaction() as session:
        beats.record_beat(session, now=doors.now)
    doors.later(beats.FRESH_FOR_S)
    assert doors.client.get("/readyz").status_code == 200
    doors.later(1)

    ready = doors.client.get("/readyz")

    assert ready.status_code == 503
    assert "callin courier" in ready.json["reasons"][0]


def test_an_address_that_is_none_is_answered_in_one_sentence(doors: Doors) -> None:
    """404 in plain text, no page, no traceback."""
    reply = doors.client.get("/voice/nowhere")

    assert (reply.status_code, reply.mimetype) == (404, "text/plain")
    assert "<" not in reply.text


def test_a_fault_outside_the_phone_doors_is_one_sentence(doors: Doors) -> None:
    """What nobody foresaw ends in 500 with one sentence; the log has the rest."""
    doors.app.add_url_rule("/boom", "boom", lambda: 1 / 0)

    reply = doors.client.get("/boom")

    assert (reply.status_code, reply.text) == (500, "Something went wrong here. The log says what.\n")


def test_a_browser_gets_a_page_in_words(doors: Doors) -> None:
    """What is not there, not allowed so, or broken: a page with words and a way back, and never a trace."""

    def boom() -> str:
        raise RuntimeError("odd, with a secret")

    doors.app.add_url_rule("/boom", "boom", boom)
    accept = {"Accept": "text/html,application/xhtml+xml"}
    for path, status, words in (
        ("/nowhere", 404, "Nothing is here"),
        ("/sign-out", 405, "That could not be done"),
        ("/boom", 500, "Something went wrong here. The log says what."),
    ):
        reply = doors.client.get(path, headers=accept)
        assert (reply.status_code, reply.mimetype) == (status, "text/html")
        assert words in reply.text
        assert "Go to the board" in reply.text
        assert "RuntimeError" not in reply.text
        assert "secret" not in reply.text
    assert doors.client.get("/sign-out", headers=accept).headers["Allow"] == "POST"


def test_a_webhook_is_answered_in_text_whoever_asks(doors: Doors) -> None:
    """The phone doors have no pages, whatever the request says that it accepts."""
    reply = doors.client.post("/voice/listener/answer", headers={"Accept": "text/html"})

    assert (reply.status_code, reply.mimetype) == (403, "text/plain")
