"""What a DJ lives through on the DJ line before the first caller: the door, and the messages."""

import pytest

from callin.desk import users
from callin.models import Call, DjCall, LogLine, Message, Text
from callin.rules.roles import Role
from callin.rules.softphone import identity_for
from tests.stories.conftest import Build
from tests.stories.studio import BEEP, DJ_LINE, MESSAGE, Studio, sentences, spoken

ANA, BEN = "+14155550111", "+14155550112"
STRANGER = "+14155550999"


def leaves_message(studio: Studio, number: str, words: str) -> None:
    """Somebody waits, presses 1 and speaks."""
    phone = studio.joins(number)
    studio.later(12)
    phone.press("1")
    studio.until(phone, BEEP)
    phone.say(words)
    studio.settle()


def test_a_known_dj_is_let_in_without_a_word(studio: Studio) -> None:
    """A number on the list: in at once, no PIN."""
    dj = studio.dj_rings()
    studio.later(20)

    assert spoken(dj)[0] == "Hello, you are on the DJ line."
    assert "PIN" not in sentences(dj)


def test_a_stranger_with_the_pin_is_let_in(studio: Studio) -> None:
    """Any other number is asked for the PIN; with it, the first caller is theirs."""
    ana = studio.joins(ANA)
    dj = studio.dj_rings(STRANGER)
    dj.press("4711#")
    studio.later(60)

    assert spoken(dj)[:2] == ["Please enter your PIN, then press pound.", "Hello, you are on the DJ line."]
    assert (dj.state, ana.state) == ("bridged", "bridged")


def test_a_stranger_without_the_pin_is_refused_after_three_tries(studio: Studio) -> None:
    """Three wrong PINs end the call, and the line stays where it is."""
    ana = studio.joins(ANA)
    dj = studio.dj_rings(STRANGER)
    for _ in range(3):
        dj.press("0000#")
        studio.later(8)
    studio.later(20)

    assert spoken(dj)[-2:] == ["Sorry, this line is for the station's DJs.", "Goodbye."]
    assert (dj.state, ana.state) == ("idle", "queued")


def test_guessing_is_slow_over_many_calls(studio: Studio) -> None:
    """After ten wrong PINs nobody gets in by PIN for a quarter of an hour; then the right one counts again."""
    for call in range(4):
        guesser = studio.dj_rings(f"+1415555090{call}")
        for _ in range(3):
            if guesser.state != "idle":
                guesser.press("1234#")
                studio.later(8)
        studio.later(20)
    dj = studio.dj_rings(STRANGER)
    studio.later(20)
    assert spoken(dj)[0] == "Sorry, this line is for the station's DJs."
    studio.later(16 * 60)
    studio.dj_rings(STRANGER)
    dj.press("4711#")
    studio.later(20)

    assert "Hello, you are on the DJ line." in spoken(dj)


def test_a_dj_in_the_browser_is_let_in_by_name(build: Build) -> None:
    """The name we gave the browser of a DJ is enough; star takes the next caller, and the log says who it was."""
    studio = with_softphone(build)
    ana, ben = studio.joins(ANA), studio.joins(BEN)
    dana = studio.rings(f"client:{identity_for(hired(studio, 'Dana', Role.DJ))}", to=DJ_LINE)
    studio.later(60)
    assert spoken(dana)[0] == "Hello, you are on the DJ line."
    assert (dana.state, ana.state) == ("bridged", "bridged")
    dana.press("*")
    studio.later(60)
    assert (ana.state, ben.state) == ("idle", "bridged")
    assert [row.actor for row in studio.rows(LogLine) if row.what == "DJ on the line"] == ["Dana"]
    dana.hang_up()
    studio.later(60)
    assert [row.ended_at is None for row in studio.rows(DjCall)] == [False]
    assert [text for text in studio.rows(Text) if "dj_" in text.phone_number] == []


def test_any_other_browser_is_a_stranger(build: Build) -> None:
    """Nobody's name, a producer's, or that of a DJ who was let go: asked for the PIN like anybody."""
    studio = with_softphone(build)
    paula, dana = hired(studio, "Paula", Role.PRODUCER), hired(studio, "Dana", Role.DJ)
    with studio.station.transaction() as session:
        users.disable(session, now=studio.exchange.now(), name="Dana")
    for name in ("studio", "dj_99", identity_for(paula), identity_for(dana)):
        stranger = studio.rings(f"client:{name}", to=DJ_LINE)
        studio.later(5)
        assert spoken(stranger) == ["Please enter your PIN, then press pound."], name
        stranger.hang_up()


def test_a_browser_is_nobody_at_a_station_without_a_softphone(studio: Studio) -> None:
    """Where no token was ever given, no name is believed."""
    stranger = studio.rings(f"client:{identity_for(hired(studio, 'Dana', Role.DJ))}", to=DJ_LINE)
    studio.later(5)

    assert spoken(stranger) == ["Please enter your PIN, then press pound."]


def test_a_browser_at_the_listener_line_is_a_withheld_caller(build: Build) -> None:
    """Served like anyone, and never texted: there is no number."""
    studio = with_softphone(build)
    phone = studio.joins("client:dj_1")
    studio.later(60)
    phone.hang_up()
    studio.later(60)

    assert [row.phone_number for row in studio.rows(Call)] == [None]
    assert studio.rows(Text) == []


def with_softphone(build: Build) -> Studio:
    """A station whose DJs may talk from the browser, with the show open."""
    key, secret = "SK" + "1" * 32, "s" * 32
    studio = build(twilio_api_key=key, twilio_api_secret=secret, dj_app_sid="AP" + "2" * 32)
    studio.exchange.account.api_keys[key] = secret
    studio.open_show()
    return studio


def hired(studio: Studio, name: str, role: Role) -> int:
    """Somebody works at the station; return their id."""
    with studio.station.transaction() as session:
        return users.add_user(session, now=studio.exchange.now(), name=name, role=role, password_hash=None).user_id


def test_without_a_pin_only_known_numbers_are_let_in(build: Build) -> None:
    """A station without a PIN does not ask for one."""
    studio = build(dj_pin=None)
    studio.open_show()
    stranger = studio.dj_rings(STRANGER)
    studio.later(20)

    assert spoken(stranger) == ["Sorry, this line is for the station's DJs.", "Goodbye."]


def test_a_dj_who_types_nothing_is_let_go(studio: Studio) -> None:
    """Silence instead of a PIN ends with a goodbye."""
    stranger = studio.dj_rings(STRANGER)
    studio.later(60)

    assert spoken(stranger)[-2:] == ["We did not get a PIN.", "Goodbye."]
    assert stranger.state == "idle"


def test_the_messages_are_heard_repeated_kept_and_deleted(studio: Studio) -> None:
    """Three messages: the first twice and then kept, the second deleted, the third just heard; then the callers."""
    for number, words in ((ANA, "First"), (BEN, "Second of them"), (ANA, "Third and last of them")):
        leaves_message(studio, number, words)
    dj = studio.dj_rings()
    studio.until(dj, "Press 1 to hear them, or hold for your first caller.")
    assert "You have 3 new messages." in spoken(dj)
    for number, key in enumerate(("1", "2", "3", "4"), start=1):
        dj.press(key)
        studio.until(dj, MESSAGE, times=number)
    dj.press("1")
    studio.later(20)

    played = [heard.url for heard in dj.heard if heard.kind == "play"]
    assert len(played) == 4
    assert played[0] == played[1]
    assert len(set(played)) == 3
    assert [message.state for message in studio.rows(Message)] == ["kept", "deleted", "heard"]
    assert sentences(dj).count("Press 4 to delete it.") <= 2
    assert [line for line in spoken(dj) if line in ("Kept.", "Deleted.", "There are no more messages.")] == [
        "Kept.",
        "Deleted.",
        "There are no more messages.",
    ]


def test_holding_leads_to_the_first_caller_and_leaves_the_messages_new(studio: Studio) -> None:
    """Whoever presses nothing gets their caller; the message waits for another time."""
    leaves_message(studio, ANA, "Later is fine")
    ben = studio.joins(BEN)
    dj = studio.dj_rings()
    studio.later(60)

    assert "You have one new message." in spoken(dj)
    assert (dj.state, ben.state) == ("bridged", "bridged")
    assert [message.state for message in studio.rows(Message)] == ["new"]


def test_any_other_key_than_one_leads_to_the_callers_too(studio: Studio) -> None:
    """Only 1 opens the messages: whoever presses something else gets their caller."""
    leaves_message(studio, ANA, "Later is fine")
    ben = studio.joins(BEN)
    dj = studio.dj_rings()
    studio.until(dj, "Press 1 to hear it, or hold for your first caller.")
    dj.press("3")
    studio.later(60)

    assert (dj.state, ben.state) == ("bridged", "bridged")
    assert [message.state for message in studio.rows(Message)] == ["new"]


def test_the_star_leaves_the_messages_for_the_callers(studio: Studio) -> None:
    """Star in the middle of the messages: on to the callers, the rest stay new."""
    for words in ("First", "Second"):
        leaves_message(studio, ANA, words)
    ben = studio.joins(BEN)
    dj = studio.dj_rings()
    studio.until(dj, "Press 1 to hear them, or hold for your first caller.")
    dj.press("1")
    studio.later(5)
    dj.press("*")
    studio.later(60)

    assert (dj.state, ben.state) == ("bridged", "bridged")
    assert [message.state for message in studio.rows(Message)] == ["heard", "new"]


def test_an_early_dj_waits_for_the_show_to_open(build: Build) -> None:
    """Before the show: one sentence, then silence; when it opens and somebody rings, they are connected."""
    studio = build()
    dj = studio.dj_rings()
    studio.later(90)
    assert sentences(dj).count("No show is open yet.") == 1
    studio.open_show()
    ana = studio.joins(ANA)
    studio.later(90)

    assert (dj.state, ana.state) == ("bridged", "bridged")


@pytest.mark.parametrize("digits", ["4711#4711#", "#", "*", "00004711#"])
def test_odd_ways_of_typing_a_pin_do_no_harm(studio: Studio, digits: str) -> None:
    """Nothing typed, too much typed, the star alone: in or asked again, never silence."""
    dj = studio.dj_rings(STRANGER)
    dj.press(digits)
    studio.later(30)

    assert spoken(dj)[1:]
    assert len(studio.rows(DjCall)) == 1
    assert dj.calls[0].to == DJ_LINE
