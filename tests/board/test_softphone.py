"""The softphone at the board: who is offered it, what the page may do for it, and who gets a token."""

from collections.abc import Iterator

import jwt
import pytest

from callin.board.assets import A_YEAR_S
from callin.models import DjCall
from callin.rules.roles import Role
from callin.rules.softphone import identity_for, person_behind
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import Doors

ACCOUNT, KEY, SECRET, APP = "AC" + "0" * 32, "SK" + "1" * 32, "s" * 32, "AP" + "2" * 32
SOFTPHONE = {"twilio_api_key": KEY, "twilio_api_secret": SECRET, "dj_app_sid": APP}
MISSING = "A DJ can talk from this page once CALLIN_DJ_APP_SID and an API key are set."
TOKEN = "/board/softphone/token"


@pytest.fixture
def talking(doors: Doors) -> Iterator[Doors]:
    """A station with a softphone."""
    made = Doors(doors.database_url, settings=SOFTPHONE)
    yield made
    made.station.engine.dispose()


@pytest.mark.parametrize("role", Role)
def test_only_a_dj_is_offered_the_softphone(talking: Doors, role: Role) -> None:
    """On the page, in the policy of the page, and in what devices it may use."""
    page = admitted(talking, role).get("/board/host")

    is_dj = role == Role.DJ
    assert ('id="softphone"' in page.text) == is_dj
    assert ("wss://*.twilio.com" in page.headers["Content-Security-Policy"]) == is_dj
    assert page.headers["Permissions-Policy"].startswith("microphone=(self)" if is_dj else "microphone=()")
    assert MISSING not in page.text


def test_no_other_page_may_reach_twilio(talking: Doors) -> None:
    """The policy is that of the host's view alone, also for a DJ; and nothing in it is unsafe."""
    dj = admitted(talking, Role.DJ)
    for path in ("/", "/nowhere", "/board"):
        assert "twilio" not in dj.get(path).headers["Content-Security-Policy"], path
    policy = dj.get("/board/host").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("role", "is_told"), [(Role.DJ, False), (Role.PRODUCER, True), (Role.SCREENER, False)])
def test_a_station_without_it_says_what_it_needs(doors: Doors, role: Role, is_told: bool) -> None:
    """In one line, to whoever runs the show; a DJ on the air has no use for it. The phone line is named beside it."""
    page = admitted(doors, role).get("/board/host")

    assert (MISSING in page.text) == is_told
    assert ("The DJ line works without: 555-0101" in page.text) == is_told
    assert "twilio" not in page.headers["Content-Security-Policy"]
    assert 'id="softphone"' not in page.text


def test_a_dj_gets_a_token_of_their_own(talking: Doors) -> None:
    """Of our account and key, for our app, under the name of whoever is signed in, for ten minutes; and never kept."""
    dj = admitted(talking, Role.DJ)
    reply = dj.post(TOKEN)

    assert reply.headers["Cache-Control"] == "no-store"
    claims = jwt.decode(reply.get_json()["token"], SECRET, algorithms=["HS256"])
    assert (claims["sub"], claims["iss"]) == (ACCOUNT, KEY)
    assert claims["grants"] == {"identity": identity_for(1), "voice": {"outgoing": {"application_sid": APP}}}
    assert claims["exp"] - claims.get("nbf", claims["exp"] - 600) == 600


def test_a_call_to_the_app_is_the_djs(talking: Doors) -> None:
    """As Twilio asks for the document of an app: from a client, to nothing, under the SID of the app."""
    admitted(talking, Role.DJ)
    asked = {
        "CallSid": "CA" + "d" * 32,
        "From": "client:dj_1",
        "To": "",
        "CallStatus": "ringing",
        "ApplicationSid": APP,
    }

    assert "you are on the DJ line" in talking.post("/voice/dj/answer", asked).said
    assert [(dj.phone_number, dj.admitted_at) for dj in talking.rows(DjCall)] == [(None, talking.now)]


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.SCREENER])
def test_nobody_else_gets_a_token(talking: Doors, role: Role) -> None:
    """Whoever talks on the air is signed in as a DJ; strangers hear that they are strangers."""
    assert admitted(talking, role).post(TOKEN).status_code == 403
    assert Browser(talking).client.post(TOKEN, base_url=talking.base).status_code == 401


def test_a_station_without_it_gives_no_token(doors: Doors) -> None:
    """Without app or key there is nothing to sign, and the words say what works instead."""
    reply = admitted(doors, Role.DJ).post(TOKEN)

    assert reply.status_code == 404
    assert "The DJ line works." in reply.text


def test_the_name_of_a_browser_is_known_again() -> None:
    """What the board gives, the DJ line understands, and nothing else."""
    assert person_behind(f"client:{identity_for(7)}") == 7
    for other in (
        "dj_7",
        "client:dj_",
        "client:dj_07",
        "client:dj_7x",
        "client:dj_-7",
        "sip:dj_7",
        "+15550100",
        "client:DJ_7",
    ):
        assert person_behind(other) is None, other
    assert set(identity_for(7)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")


def test_a_file_with_its_version_is_kept(doors: Doors) -> None:
    """The kit is large and its name says which one it is: browsers need not ask again. For our own files they do."""
    client = doors.app.test_client()
    with client.get("/static/vendor/twilio-voice-2.18.5.min.js") as kit, client.get("/static/live.js") as ours:
        assert kit.cache_control.max_age == A_YEAR_S
        assert ours.cache_control.max_age is None
