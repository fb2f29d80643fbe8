"""A show run from the board in a real browser, with people on the phone at the exchange."""

import json
import re
from typing import Any

import urllib3
from playwright.sync_api import Page, expect
from sqlalchemy import select

from callin.models import Call, LogLine, Message, Text, Texter
from callin.rules.call_states import CallState
from tests.browser.house import LISTENER_NUMBER, House, live, until

ANA, BEN, CLEO = "+15550100001", "+15550100002", "+15550100003"


def faults(house: House, **settings: Any) -> None:
    """The exchange misbehaves, or no longer."""
    reply = urllib3.request("PUT", f"{house.stage.exchange_url}/_exchange/faults", body=json.dumps(settings))
    assert reply.status == 200, reply.data


def place_of(house: House, call_sid: str) -> str:
    """The row of a call, as a selector."""
    with house.stage.station.reading() as session:
        return f"#call-{session.scalars(select(Call.id).where(Call.call_sid == call_sid)).one()}"


def heard_by(house: House, call_sid: str) -> str:
    """What a phone has heard."""
    return " ".join(words for _, words in house.stage.switchboard.line(call_sid).heard)


def said(page: Page) -> Any:
    """Where the board answers in words."""
    return page.locator("#said")


def logged(house: House) -> list[str]:
    """What the show's log says."""
    with house.stage.station.reading() as session:
        return list(session.scalars(select(LogLine.what).order_by(LogLine.id)))


def test_a_caller_goes_next_up_on_the_air_and_off_it(house: House) -> None:
    """Put before another by one press, moving until Twilio has done it, talked with, and dropped after being asked."""
    house.open_show()
    ana, ben = house.ring_in_line(ANA), house.ring_in_line(BEN)
    board, host = house.sign_in(), house.sign_in("dana", "/board/host")
    row = board.locator(place_of(house, ben))
    row.locator(".name").click()
    board.locator("#card-form [name=name]").fill("Ben")
    board.locator("#card-save").click()
    expect(row.locator(".name")).to_have_text("Ben")

    board.keyboard.press("Escape")
    board.keyboard.press("n")
    expect(row.locator(".state")).to_contain_text("next up")
    expect(board.locator("#places > li").first).to_have_id(re.compile(row.get_attribute("id") or ""))
    expect(host.locator("#host-next .name")).to_have_text("Ben")

    house.dj()
    expect(board.locator("#on-air .name")).to_have_text("Ben")
    expect(host.locator("#host-air .name")).to_have_text("Ben")
    expect(said(board)).to_have_text("Ben is on the air.")
    expect(board.locator("#on-air .timer time")).to_have_text(re.compile(r"0:0[1-9]"))

    board.locator("#on-air .name").click()
    board.locator("#card-actions [data-do=drop]").click()
    expect(board.get_by_role("dialog")).to_contain_text("Drop Ben from the air?")
    board.get_by_role("button", name="Stay on the air").click()
    assert house.state_of(ben) == CallState.ON_AIR
    board.locator("#card-actions [data-do=drop]").click()
    board.get_by_role("button", name="Drop from the air").click()
    until(lambda: house.state_of(ben) != CallState.ON_AIR, "stayed on the air")
    until(lambda: house.state_of(ana) == CallState.ON_AIR, "the next one never came")


def test_twilio_out_of_reach_is_told_and_trying_again_works(house: House) -> None:
    """Words instead of silence; the caller keeps the place."""
    house.open_show()
    ana = house.ring_in_line(ANA)
    board = house.sign_in()
    row = board.locator(place_of(house, ana))
    faults(house, rest_429=1.0)
    try:
        row.get_by_role("button", name="Next up").click()
        expect(said(board)).to_contain_text("Twilio")
        expect(row.locator(".trouble")).to_contain_text("Could not be put next up")
        expect(row.locator(".state")).to_have_text("waiting")
    finally:
        faults(house, rest_429=0.0)

    row.get_by_role("button", name="Next up").click()
    expect(said(board)).to_have_text("This caller is on the way to next up.")
    expect(row.locator(".state")).to_have_text("next up")
    expect(row.locator(".trouble")).to_have_count(0)
    row.locator(".name").click()
    expect(board.locator("#card-name")).to_have_text("No name yet")


def test_somebody_who_texts_is_moved_told_and_rings(house: House) -> None:
    """One line for voice and text: a texter is dragged to the front, told, and goes next up by ringing in time."""
    house.open_show()
    house.ring_in_line(ANA)
    board = house.sign_in()
    house.stage.switchboard.text(BEN, to=LISTENER_NUMBER, body="Hi!")
    row = board.locator("#places .place", has_text="text").last
    expect(row.locator(".kind")).to_have_text("text")
    expect(row.locator(".number")).to_contain_text("2")

    grip = row.locator(".grip").bounding_box()
    first = board.locator("#places .place").first.bounding_box()
    assert grip is not None
    assert first is not None
    board.mouse.move(grip["x"] + 5, grip["y"] + 5)
    board.mouse.down()
    board.mouse.move(grip["x"] + 5, first["y"] + 20, steps=4)
    board.mouse.move(grip["x"] + 5, first["y"] + 4, steps=4)
    board.mouse.up()
    expect(board.locator("#places .place").first.locator(".kind")).to_have_text("text")
    assert "moved in the line" in logged(house)

    texter = board.locator("#places .place").first
    texter.get_by_role("button", name="Your turn").click()
    expect(texter.locator(".state")).to_have_text(re.compile(r"told, [45]:\d\d left"))
    until(lambda: any("turn" in body for body in house.stage.switchboard.inbox(BEN)), "was never told")

    house.ring(BEN)
    expect(board.locator("#places .place").first.locator(".kind")).to_have_text("phone")
    expect(board.locator("#places .place").first.locator(".state")).to_have_text("next up")


def test_a_texter_who_arrived_and_one_who_is_removed(house: House) -> None:
    """By key: one is thanked, the other is told; both are gone from the line."""
    numbers = ("+15550100021", "+15550100022")
    house.open_show()
    board = house.sign_in()
    for number in numbers:
        house.stage.switchboard.text(number, to=LISTENER_NUMBER, body="HI")
        until(lambda n=number: house.stage.switchboard.inbox(n), "no answer")
    expect(board.locator("#places .place")).to_have_count(2)

    board.keyboard.press("j")
    board.keyboard.press("a")
    expect(board.locator("#places .place")).to_have_count(1)
    board.keyboard.press("j")
    board.keyboard.press("r")
    expect(board.locator("#places .place")).to_have_count(0)

    with house.stage.station.reading() as session:
        assert list(session.scalars(select(Texter.state).order_by(Texter.id))) == ["arrived", "removed"]
    for number in numbers:
        until(lambda n=number: len(house.stage.switchboard.inbox(n)) == 2, "was not told")


def test_a_text_is_answered_from_the_inbox(house: House) -> None:
    """Words for people land there; the answer reaches the phone, and the text is dealt with."""
    house.open_show()
    board = house.sign_in()
    house.stage.switchboard.text(CLEO, to=LISTENER_NUMBER, body="<b>Could you</b> play the lighthouse song?")
    letter = board.locator("#inbox .letter")
    expect(letter.locator(".words")).to_have_text("<b>Could you</b> play the lighthouse song?")

    letter.locator(".words").click()
    board.keyboard.press("x")
    board.get_by_label("From the station").fill("After the news.")
    expect(board.locator("#text-window")).to_contain_text("as one text")
    board.keyboard.press("Control+Enter")

    expect(letter).to_have_count(0)
    until(lambda: any("After the news." in body for body in house.stage.switchboard.inbox(CLEO)), "never came")


def test_an_answer_half_written_is_there_again(house: House) -> None:
    """Closed by accident, opened again: the words are still there; nothing was sent."""
    house.open_show()
    house.ring_in_line(ANA)
    board = house.sign_in()
    board.keyboard.press("j")
    board.keyboard.press("x")
    board.keyboard.type("You are on s")
    board.keyboard.press("Escape")
    board.keyboard.press("x")

    expect(board.get_by_label("From the station")).to_have_value("You are on s")
    with house.stage.station.reading() as session:
        assert "from_station" not in session.scalars(select(Text.kind))


def test_a_message_is_played_kept_and_deleted(house: House) -> None:
    """Its sound plays in the page, from anywhere in it; deleting asks first."""
    phones = house.stage.switchboard
    call_sid = house.ring(ANA)
    until(lambda: any(kind == "record" for kind, _ in phones.line(call_sid).heard), "no tone")
    phones.speak(call_sid, "Please play the song about the lighthouse, it made my whole week.")
    phones.press(call_sid, "#")
    board = house.sign_in()
    letter = board.locator("#messages .letter")
    expect(letter.locator("audio")).to_be_attached()

    heard = letter.locator("audio").evaluate(
        """(sound) => new Promise((done, fail) => {
          sound.onerror = () => fail(new Error("no sound"));
          sound.onloadedmetadata = () => { sound.currentTime = sound.duration / 2; };
          sound.onseeked = () => done([sound.duration, sound.currentTime]);
          sound.preload = "auto";
          sound.load();
        })"""
    )
    assert heard[0] > 0
    assert heard[1] > 0

    letter.get_by_role("button", name="Keep").click()
    expect(letter).to_contain_text("kept")
    letter.get_by_role("button", name="Delete").click()
    board.get_by_role("button", name="Keep it").click()
    expect(letter).to_have_count(1)
    letter.get_by_role("button", name="Delete").click()
    board.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(letter).to_have_count(0)
    with house.stage.station.reading() as session:
        assert session.scalars(select(Message.state)).one() == "deleted"


def test_a_show_is_opened_paused_and_closed_from_the_board(house: House) -> None:
    """By keys and windows; whoever waits when it closes is thanked, and the page says how far it is."""
    board = house.sign_in()
    board.keyboard.press("o")
    board.get_by_label("What callers hear it called").fill("Late Owls")
    board.get_by_label("Planned end").fill("23:30")
    board.get_by_role("button", name="Open the line").click()
    expect(board.get_by_role("heading", name="Late Owls")).to_be_visible()
    expect(board.locator("#show")).to_contain_text("until 23:30")
    calls = [house.ring_in_line(number) for number in (ANA, BEN, CLEO)]

    board.keyboard.press("p")
    expect(board.locator("#show")).to_contain_text("line paused")
    late = house.ring("+15550100009")
    until(lambda: house.stage.switchboard.line(late).is_over, "was let in")
    board.keyboard.press("p")
    expect(board.locator("#show")).to_contain_text("line open")

    board.keyboard.press("c")
    expect(board.get_by_role("dialog")).to_contain_text("3 people wait.")
    board.get_by_role("dialog").get_by_role("button", name="Close the show").click()
    expect(board.locator("#show")).to_contain_text(re.compile("closing|No show is open"))
    expect(board.get_by_role("heading", name="No show is open")).to_be_visible()
    for call_sid in calls:
        until(lambda c=call_sid: "The show is over" in heard_by(house, c), "was never thanked")


def test_a_ban_and_the_number_behind_it(house: House) -> None:
    """A reason and an end; the caller leaves the line; the person's page knows it, and who looked at the number."""
    house.open_show()
    ana = house.ring_in_line(ANA)
    board = house.sign_in()
    board.locator(place_of(house, ana)).locator(".name").click()
    board.locator("#card-actions [data-do=reveal]").click()
    expect(board.locator("#card-number")).to_have_text(ANA)
    assert "looked at the number" in logged(house)
    person = board.get_by_role("link", name="All calls and texts").get_attribute("href")
    board.locator("#card-actions [data-do=ban]").click()
    board.get_by_label("Why, for your colleagues").fill("Shouts at everybody")
    board.get_by_role("dialog").get_by_role("button", name="Ban", exact=True).click()

    expect(board.locator("#places .place")).to_have_count(0)
    page = house.sign_in("paula", str(person))
    expect(page.get_by_text("Shouts at everybody")).to_be_visible()
    page.get_by_role("button", name="Lift the ban").click()
    expect(page.get_by_role("status")).to_have_text("The ban is lifted.")


def test_a_screener_is_offered_what_a_screener_may(house: House) -> None:
    """Cards, order and texts; neither closing nor dropping from the air nor banning, by button or by key."""
    show_id = house.open_show()
    on_air, waiting = house.put(house.caller(show_id, 1, state=CallState.ON_AIR), house.caller(show_id, 2))
    page = house.sign_in("sam")
    live(page)
    expect(page.locator("#show button")).to_have_count(0)
    page.locator(f"#call-{waiting} .name").click()
    expect(page.locator("#card-actions [data-do=drop]")).to_be_visible()
    expect(page.locator("#card-actions [data-do=ban]")).to_be_hidden()
    page.locator(f"#call-{on_air} .name").click()
    expect(page.locator("#card-actions [data-do=drop]")).to_be_hidden()
    for key in ("c", "p", "o"):
        page.locator(f"#call-{waiting} .name").focus()
        page.keyboard.press(key)
        expect(said(page)).to_contain_text("There is nothing like that now")
