"""`callin doctor`: nothing to say of a sound station, and each fault named once with its place and the next command."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask import Flask, Response

from callin.app import create_app
from callin.carrier import Account
from callin.courier import Courier
from callin.desk import shows
from callin.doctor import Finding, Health, examine, from_outside
from callin.models import Text, TextKind, TextState
from callin.rules import text_commands
from callin.settings import load_settings
from callin.station import station_of
from tests.carrier.switchboard import settings_for_tests
from tests.cli.conftest import BASE, DJ_LINE, LISTENERS, Studio


class Quiet(WSGIRequestHandler):
    """Leaves stderr to the command."""

    def log_message(self, *_args: object) -> None:
        pass


class Front:
    """What answers at the public address: a station at first, and whatever a test puts there."""

    def __init__(self) -> None:
        self.app: Any = None
        self.server = make_server("127.0.0.1", 0, self, handler_class=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture
def front() -> Iterator[Front]:
    front = Front()
    yield front
    front.server.shutdown()
    front.server.server_close()


@pytest.fixture
def sound(studio: Studio, front: Front, tmp_path: Path) -> Studio:
    """A station that is as it should be: numbers point at it, a courier works, the address leads to it."""
    studio.monkeypatch.setenv("PUBLIC_BASE_URL", front.url)
    (tmp_path / ".env").touch(mode=0o600)
    serving = station_of(load_settings())
    front.app = create_app(serving)
    assert studio.callin("numbers", "sync", "--yes").code == 0
    Courier(studio.station).round()
    return studio


def problems(studio: Studio) -> list[dict[str, str]]:
    """What the doctor complains of; its exit code says the same."""
    said = studio.callin("doctor", "--json")
    found = [finding for finding in said.json["findings"] if finding["health"] == "problem"]
    assert said.json["problems"] == len(found)
    assert said.code == (5 if found else 0)
    return found


def the_problem(studio: Studio) -> dict[str, str]:
    """The only thing it complains of."""
    (found,) = problems(studio)
    assert found["what"][-1] in ".?"
    assert found["where"]
    assert found["do"]
    return found


def test_a_sound_station_has_no_problem(sound: Studio) -> None:
    """Exit nought, every check looked at, and the words say so."""
    findings = sound.callin("doctor", "--json").json["findings"]
    assert problems(sound) == []
    assert [f["check"] for f in findings if f["health"] == "ok"] == [
        *("env file", "settings", "words of texts", "documents", "database", "courier", "disk", "credentials", "clock"),
        *("numbers", "queues", "public address", "webhooks"),
    ]
    said = sound.callin("doctor")
    assert said.code == 0
    assert said.out.endswith("All is well.\n")


def test_every_wrong_setting_is_told_at_once(sound: Studio) -> None:
    """Each is a finding of its own, and what stands on the settings is unknown, not wrong."""
    sound.monkeypatch.setenv("PORT", "x")
    sound.monkeypatch.delenv("CALLIN_DJ_LINE")
    assert [f["what"].split()[0] for f in problems(sound)] == ["PORT", "CALLIN_DJ_LINE"]
    said = sound.callin("doctor")
    assert said.code == 5
    assert "CALLIN_DJ_LINE is missing" in said.out
    assert "–       numbers: The settings come first." in said.out
    assert said.out.endswith("2 problems.\n")


def test_an_env_file_that_others_can_read(sound: Studio, tmp_path: Path) -> None:
    """It holds secrets: the command that mends it is there to be copied."""
    (tmp_path / ".env").chmod(0o644)
    assert the_problem(sound)["do"] == "chmod 600 .env"


def test_a_name_that_is_no_setting(sound: Studio, tmp_path: Path) -> None:
    """A slip of the pen would be ignored in silence; the setting it is nearest to is named."""
    (tmp_path / ".env").write_text("CALLIN_LISTNER_NUMBER=+15550100\nTWILIO_AUTH_TOKN=x\nEDITOR=vi\n")
    assert [f["what"] for f in problems(sound)] == [
        "CALLIN_LISTNER_NUMBER is no setting. Is CALLIN_LISTENER_NUMBER meant?",
        "TWILIO_AUTH_TOKN is no setting. Is TWILIO_AUTH_TOKEN meant?",
    ]


def test_a_document_of_ones_own_that_cannot_be_read(sound: Studio, tmp_path: Path) -> None:
    """A slip in a template of the station's own is told with its line."""
    (tmp_path / "words" / "listener").mkdir(parents=True)
    (tmp_path / "words" / "listener" / "wait.xml").write_text("<Response>\n{% if %}\n</Response>")
    sound.monkeypatch.setenv("CALLIN_TWIML_DIR", str(tmp_path / "words"))
    assert "listener/wait.xml, line 2" in the_problem(sound)["what"]


def test_a_document_of_ones_own_that_a_caller_would_stumble_over(sound: Studio, tmp_path: Path) -> None:
    """A wait document without an end would be asked for without end; one that fails is told too."""
    (tmp_path / "words" / "listener").mkdir(parents=True)
    own = tmp_path / "words" / "listener" / "wait.xml"
    sound.monkeypatch.setenv("CALLIN_TWIML_DIR", str(tmp_path / "words"))
    own.write_text('<?xml version="1.0"?><Response><Say>Hold on.</Say></Response>')
    found = the_problem(sound)
    assert "neither Play nor Pause" in found["what"]
    assert found["do"] == "callin say listener/wait"
    own.write_text('<?xml version="1.0"?><Response>{{ mood }}</Response>')
    assert "'mood' is undefined" in the_problem(sound)["what"]


def test_words_in_a_language_that_we_do_not_have(sound: Studio) -> None:
    """They are English, and that is noted; it is no problem."""
    sound.monkeypatch.setenv("CALLIN_LANGUAGE", "de-DE")
    (noted,) = [f for f in sound.callin("doctor", "--json").json["findings"] if f["health"] == "note"]
    assert "de-DE" in noted["what"]
    assert problems(sound) == []


def test_a_word_that_twilio_takes_for_itself(sound: Studio) -> None:
    """Whoever texts it would be unsubscribed."""
    sound.monkeypatch.setattr(text_commands, "clashes", lambda: ["cancel"])
    assert "cancel" in the_problem(sound)["what"]


def test_an_empty_database(sound: Studio, tmp_path: Path) -> None:
    """Tables are missing: the command that makes them; courier and queues wait for it."""
    sound.monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    found = the_problem(sound)
    assert (found["check"], found["do"]) == ("database", "callin db upgrade")


def test_a_database_out_of_reach(sound: Studio, tmp_path: Path) -> None:
    """A folder is no database."""
    sound.monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}")
    found = the_problem(sound)
    assert (found["check"], found["where"]) == ("database", "DATABASE_URL")
    (tmp_path / "file").write_text("no folder")
    sound.monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/callin.db")
    assert the_problem(sound)["where"] == "DATABASE_URL"


def test_no_courier(sound: Studio) -> None:
    """A courier that was last seen two minutes ago sends nothing."""

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=70)

    found = [finding for finding in examine(clock=later) if finding.health == Health.PROBLEM]
    assert [finding.check for finding in found] == ["courier", "clock"]
    assert found[0].do == "callin serve"


def test_a_full_disk(sound: Studio) -> None:
    """Half a gigabyte is the least that a busy evening should find."""
    usage = namedtuple("usage", "total used free")
    sound.monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 9 * 10**8, 10**8))
    assert the_problem(sound)["what"] == "Only 95 MiB are free; a full disk loses calls."


def test_wrong_credentials(sound: Studio) -> None:
    """Refused credentials are one problem, not five; webhooks signed with them are refused too."""
    sound.monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another")
    assert [f["check"] for f in problems(sound)] == ["credentials", "webhooks"]


def test_an_api_key_with_a_wrong_token(sound: Studio) -> None:
    """Requests go out with the key and webhooks are signed with the token: both are tried."""
    sound.monkeypatch.setenv("TWILIO_API_KEY", "SK" + "0" * 32)
    sound.monkeypatch.setenv("TWILIO_API_SECRET", "secret")
    # The exchange knows no keys: the account's own answers stand for what a key may see.
    sound.monkeypatch.setattr(Account, "time_of_day", lambda _self: datetime.now(UTC))
    sound.monkeypatch.setattr(Account, "is_trial", lambda _self: None)
    sound.monkeypatch.setattr(Account, "takes_credentials", lambda _self: False)
    assert problems(sound)[0]["where"] == "TWILIO_AUTH_TOKEN"


def test_a_softphone_without_a_key(sound: Studio) -> None:
    """An app that browsers ring and no key to sign who rings: DJs would see nothing, so it is said."""
    sound.monkeypatch.setenv("CALLIN_DJ_APP_SID", "AP" + "0" * 32)
    found = the_problem(sound)
    assert (found["check"], found["where"].split(",")[0]) == ("softphone", "TWILIO_API_KEY")


def test_twilio_out_of_reach(sound: Studio) -> None:
    """Nobody there: one problem, and nothing more is asked."""
    sound.monkeypatch.setenv("TWILIO_API_URL", "http://127.0.0.1:9")
    assert the_problem(sound)["where"] == "TWILIO_API_URL"


def test_twilio_in_trouble(sound: Studio) -> None:
    """An answer that is an error does not keep the doctor from looking further."""
    sound.exchange.faults.change({"rest_500": 1})
    checks = {f["check"] for f in problems(sound)}
    assert checks == {"twilio", "numbers", "recordings", "queues"}


def test_a_clock_that_is_wrong(sound: Studio) -> None:
    """Half a minute and more is told, with the direction."""

    def early() -> datetime:
        return datetime.now(UTC) - timedelta(minutes=5)

    # The courier's sign of life lies in the future then, which is told as well.
    (found,) = [finding for finding in examine(clock=early) if finding.check == "clock"]
    assert (found.health, found.do) == (Health.PROBLEM, "timedatectl set-ntp true")
    assert "behind Twilio's" in found.what


def test_nothing_to_fall_back_on_is_noted(sound: Studio) -> None:
    """A station in the open has no document elsewhere for when it is down: worth knowing, and how to have one."""
    sound.monkeypatch.setenv("PUBLIC_BASE_URL", BASE)
    found = [f for f in sound.callin("doctor", "--json").json["findings"] if f["check"] == "fallback"]
    assert [(f["health"], f["where"]) for f in found] == [("note", "CALLIN_FALLBACK_URL")]
    sound.monkeypatch.setenv("CALLIN_FALLBACK_URL", "https://files.test/fallback.xml")
    assert "fallback" not in {f["check"] for f in sound.callin("doctor", "--json").json["findings"]}


def test_a_trial_account_is_noted(sound: Studio) -> None:
    """What a trial account cannot do is said before a listener finds out; it is no problem."""
    sound.monkeypatch.setattr(Account, "is_trial", lambda _self: True)
    (noted,) = [f for f in sound.callin("doctor", "--json").json["findings"] if f["health"] == "note"]
    assert "verified numbers" in noted["what"]
    assert problems(sound) == []


def test_a_number_that_the_account_does_not_have(sound: Studio) -> None:
    """The setting that names it is told."""
    del sound.exchange.numbers[DJ_LINE]
    assert the_problem(sound)["where"] == "CALLIN_DJ_LINE"


def test_a_number_that_points_elsewhere(sound: Studio) -> None:
    """Each target that `numbers sync` would change is a finding."""
    sound.exchange.numbers[LISTENERS].sms_url = ""
    sound.exchange.numbers[DJ_LINE].voice_method = "GET"
    assert [(f["what"].split()[0], f["do"]) for f in problems(sound)] == [
        ("sms_url", "callin numbers sync"),
        ("voice_method", "callin numbers sync"),
    ]


def test_a_listener_number_without_texts(sound: Studio) -> None:
    """A number that was bought for calls alone cannot serve the text line."""
    whole = Account.numbers
    sound.monkeypatch.setattr(
        Account, "numbers", lambda self: [replace(n, takes_texts=False, takes_calls=True) for n in whole(self)]
    )
    found = the_problem(sound)
    assert (found["where"], found["what"]) == ("CALLIN_LISTENER_NUMBER", f"{LISTENERS} takes no texts.")


def test_texts_that_failed_for_reasons_of_our_own(sound: Studio) -> None:
    """An unregistered number is told with where to register it; a landline is nobody's fault, old news is none."""
    now = datetime.now(UTC)
    made = {"kind": TextKind.APOLOGY_FOR_WAIT, "phone_number": "+14155550177", "body": "b", "due_at": now}
    made |= {"state": TextState.UNDELIVERED}
    with sound.station.transaction() as session:
        session.add_all(
            [
                Text(error_code=30034, created_at=now, **made),
                Text(error_code=30034, created_at=now - timedelta(days=6), **made),
                Text(error_code=21608, created_at=now - timedelta(days=8), **made),
                Text(error_code=21614, created_at=now, **made),
            ]
        )
    found = the_problem(sound)
    assert found["what"].startswith("2 texts of the last 7 days failed: our number is not registered")
    assert "A2P" in found["do"]


def test_texts_that_somebody_stopped(sound: Studio) -> None:
    """Since when, by whom, and how to start them again."""
    assert sound.callin("texts", "stop").code == 0
    found = the_problem(sound)
    assert found["what"].startswith("No text goes out since ")
    assert (found["where"], found["do"]) == ("callin texts stop", "callin texts start")


def test_a_queue_that_was_left_behind(sound: Studio) -> None:
    """No show is open, and a queue of ours is at Twilio."""
    sound.callin("show", "open")
    with sound.station.transaction() as session:
        shows.begin_closing(session, now=sound.station.clock())
        shows.finish_closing(session, now=sound.station.clock(), show_id=1)
    found = the_problem(sound)
    assert (found["check"], found["do"]) == ("queues", "callin show close")


def test_queues_of_an_open_show(sound: Studio) -> None:
    """Missing, of the wrong size, or another one of the same name: opening again mends each."""
    sound.callin("show", "open")
    assert problems(sound) == []
    queue = next(q for q in sound.exchange.queues.values() if q.friendly_name == "radio-callin-queue")
    queue.max_size = 7
    assert the_problem(sound)["do"] == "callin show open"
    del sound.exchange.queues[queue.sid]
    assert the_problem(sound)["do"] == "callin show open"
    sound.exchange.queue_book.create("radio-callin-queue", max_size=100)
    assert "made anew" in the_problem(sound)["what"]
    sound.callin("show", "open")
    assert problems(sound) == []


def test_recordings_that_anybody_can_hear(sound: Studio) -> None:
    """A message somebody left is fetched without credentials; that it comes is the finding."""
    phone = sound.exchange.phone("+15550010001")
    phone.dial(LISTENERS)
    while "after the tone" not in str(phone.heard):
        sound.exchange.advance(5)
    sound.exchange.advance(5)
    phone.say("Hello, it is me")
    sound.exchange.advance(60)
    assert problems(sound) == []
    sound.exchange.faults.change({"media_auth": False})
    assert "Enforce HTTP Auth" in the_problem(sound)["do"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response("elsewhere", 301, {"Location": "https://www.station.test/healthz"}), "sends everybody on"),
        (Response("Bad gateway", 502), "status 502"),
        (Response("<h1>It works!</h1>", 200), "status 200"),
    ],
    ids=["redirect", "gateway", "another server"],
)
def test_an_address_that_leads_elsewhere(sound: Studio, front: Front, answer: Response, said: str) -> None:
    """A redirect, a web server without a station behind it, another program."""
    front.app = answer
    assert said in the_problem(sound)["what"]


def test_an_address_where_nobody_answers(sound: Studio) -> None:
    """Nobody there, and the numbers do not point there either."""
    sound.monkeypatch.setenv("PUBLIC_BASE_URL", "http://127.0.0.1:9")
    assert "Nobody answers there" in problems(sound)[-1]["what"]


def test_an_address_that_only_this_machine_knows(sound: Studio) -> None:
    """With the real Twilio a loopback address, or plain http, is a problem of its own."""

    def found(base: str) -> Finding:
        return next(from_outside.findings(settings_for_tests(public_base_url=base)))

    assert "cannot come in" in found("http://127.0.0.1:9").what
    assert "not https" in found("http://station.invalid").what
    assert "Nobody answers" in found("https://127.0.0.1.invalid").what


def test_a_server_with_other_settings(sound: Studio, front: Front) -> None:
    """The server was not restarted: it refuses what is signed with the new token."""
    other = station_of(load_settings().model_copy(update={"public_base_url": "https://old.test"}))
    front.app = create_app(other)
    found = the_problem(sound)
    assert (found["check"], found["do"]) == ("webhooks", "restart callin serve, then: callin doctor")


def test_a_front_that_keeps_posts_out(sound: Studio, front: Front) -> None:
    """A web server that lets only GET through answers something else."""
    app = Flask("front")
    app.add_url_rule("/healthz", "healthz", lambda: {"status": "ok"})
    front.app = app
    assert "status 404" in the_problem(sound)["what"]


def test_nothing_is_changed(sound: Studio) -> None:
    """The doctor only looks: no request of its own but GET, and the numbers as they were."""
    before = sound.exchange.log.after(0)[-1].n
    sound.callin("doctor")
    asked = [entry for entry in sound.exchange.log.after(before) if entry.kind == "rest"]
    assert {entry.method for entry in asked} == {"GET"}
    assert os.environ["PUBLIC_BASE_URL"].startswith("http://127.0.0.1")
