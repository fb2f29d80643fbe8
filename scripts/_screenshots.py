"""Photograph the pages of a running station into docs/images; called by scripts/screenshots inside the environment.

An exchange and a station run as processes, as in a rehearsal; people ring and text in, the board is used as a producer
would use it, and the browser takes the pictures. Only the waiting is cut short: their times are set back.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import urllib3
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select, update

from callin.desk import sign_in, users
from callin.models import Call, Show, Text, Texter
from callin.rehearsal.stage import DJ_LINE, LISTENER_NUMBER, Stage, StageOrder
from callin.rules.call_states import CallState
from callin.rules.roles import Role

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DJ_PHONE = "+15550009999"
SETTINGS = {
    "CALLIN_DJ_NUMBERS": DJ_PHONE,
    "CALLIN_SHOW_NAME": "Friday Night Lines",
    "CALLIN_STATION_NAME": "Radio Rehearsal",
    "CALLIN_APOLOGY_AFTER_S": "86400",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE_S = 60.0

# Name, town, topic, note, how many seconds they have waited; None for nothing written yet.
CALLERS = [
    ("Hanna Lindqvist", "Malmö", "Thirty years of letters to a lighthouse keeper", "Ask about the storm of 1987", 1404),
    ("Ana Ribeiro", "Lisbon", "Why the night buses were cut, and who decided it", "Calm voice, good line", 933),
    ("Ben", "Porto", "His grandmother's radio still finds us", None, 742),
    ("Dev", "Cork", "Has rung about the same thing three weeks running", None, 541),
    (None, None, None, None, 36),
]
TEXTERS = [("Chioma", "Leeds", 871), ("Eve", None, 802)]


def main():
    """Take every picture, or say in one line why not."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("scripts/screenshots: needs Chromium. Debian: apt-get install chromium libatomic1")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        stage = Stage(StageOrder(speed=4, settings=SETTINGS), say=print)
        try:
            stage.set_up()
            with stage.station.transaction() as session:
                users.add_user(session, now=datetime.now(UTC), name="Paula", role=Role.PRODUCER, password_hash=None)
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
                take(stage, chromium)
                chromium.close()
        finally:
            stage.strike(keep_logs=False)


def take(stage, chromium):
    """Play until the show is in its middle, and take the pictures."""
    phones = stage.switchboard
    nadia = phones.dial("+15550100020", to=LISTENER_NUMBER)
    until(lambda: any(kind == "record" for kind, _ in phones.line(nadia).heard), "nobody heard the tone")
    phones.speak(nadia, "Please play the song about the lighthouse, it made my week. Thank you.")
    time.sleep(2)
    phones.press(nadia, "#")
    board = signed_in(stage, chromium)
    open_show(board)
    calls = []
    for number in range(len(CALLERS) - 1):
        calls.append(ring(stage, f"+155501001{number:02}"))
        if number == 1:
            for texter in range(len(TEXTERS)):
                text(stage, f"+1555010020{texter}", "HI")
                until(lambda n=texter: count(stage, Texter) == n + 1, "a texter never got a place")
    phones.dial(DJ_PHONE, to=DJ_LINE)
    until(lambda: state_of(stage, calls[0]) == CallState.ON_AIR, "nobody got on the air")
    calls.append(ring(stage, "anonymous"))
    text(stage, "+15550100301", "Could you play the song about the lighthouse again? My father kept that light.")
    text(stage, "+15550100200", "topic Wants to answer Ana: she drives the last bus")
    until(lambda: count(stage, Text) >= 4, "a text got lost")
    write(stage, board, calls)
    picture_board(board)
    picture("host.png", signed_in(stage, chromium, path="/board/host", size=(1280, 720)))
    status = chromium.new_context(base_url=stage.station_url, viewport={"width": 1280, "height": 720}).new_page()
    status.goto("/")
    picture("status.png", status)


def write(stage, board, calls):
    """Names and topics stand on the cards, and everybody has waited as long as the story says."""
    for call_sid, (name, town, topic, note, _) in zip(calls, CALLERS, strict=True):
        if name is None:
            continue
        card(board, f"#call-{row_id(stage, Call, Call.call_sid == call_sid)}", name, town=town, topic=topic, note=note)
    for number, (name, town, _) in enumerate(TEXTERS):
        where = Texter.phone_number == f"+1555010020{number}"
        card(board, f"#texter-{row_id(stage, Texter, where)}", name, town=town)
    now = datetime.now(UTC)
    with stage.station.transaction() as session:
        for call_sid, (*_, waited_s) in zip(calls, CALLERS, strict=True):
            since = now - timedelta(seconds=waited_s)
            session.execute(update(Call).where(Call.call_sid == call_sid).values(joined_at=since))
        session.execute(
            update(Call).where(Call.state == CallState.ON_AIR).values(on_air_at=now - timedelta(seconds=204))
        )
        for number, (*_, waited_s) in enumerate(TEXTERS):
            where = Texter.phone_number == f"+1555010020{number}"
            session.execute(update(Texter).where(where).values(joined_at=now - timedelta(seconds=waited_s)))
        opened = {"opened_at": now - timedelta(minutes=52), "ends_at": now + timedelta(minutes=68)}
        # As if there had been talks tonight from which a forecast can be made.
        session.execute(update(Show).values(talks=4, talk_s=900, revision=Show.revision + 1, **opened))


def picture_board(board):
    """Ana is next up, Dev is a caller to be careful with, and his card is open."""
    ana = board.locator(".place", has_text="Ana Ribeiro")
    ana.locator("[data-do=next_up]").click()
    ana.get_by_text("next up", exact=True).wait_for()
    dev = board.locator(".place", has_text="Dev")
    dev.locator(".name").click()
    for _ in range(2):
        board.locator("#card-actions [data-do=flag]").click()
        time.sleep(0.7)
    board.locator("#card-name").wait_for()
    board.wait_for_timeout(6000)  # until what was said of the last thing done is gone
    board.mouse.move(0, 0)
    picture("board.png", board)


def card(board, row, name, **words):
    """Write on a card, as a producer does."""
    board.locator(f"{row} .name").click()
    for field, typed in (("name", name), *words.items()):
        if typed:
            board.locator(f"#card-form [name={field}]").fill(typed)
    board.locator("#card-save").click()
    board.locator(f"{row} .name", has_text=name).wait_for()


def open_show(board):
    """By the button."""
    board.locator("#show [data-do=open]").click()
    board.get_by_role("button", name="Open the line").click()
    board.get_by_text("line open").wait_for()


def signed_in(stage, chromium, path="/board", size=(1440, 940)) -> Page:
    """Return a page of Paula's."""
    with stage.station.transaction() as session:
        token = sign_in.make_link(session, now=datetime.now(UTC), name="Paula", lasts=timedelta(minutes=10))
    context = chromium.new_context(
        base_url=stage.station_url, viewport={"width": size[0], "height": size[1]}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(f"/sign-in/once/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.goto(path)
    page.locator("#live[data-updates]").wait_for()
    return page


def picture(name, page):
    """One file of docs/images."""
    page.wait_for_timeout(800)
    page.screenshot(path=IMAGES / name)
    print(f"docs/images/{name}")


def ring(stage, number):
    """Somebody rings and waits; return the call's SID."""
    call_sid = stage.switchboard.dial(number, to=LISTENER_NUMBER)
    until(lambda: state_of(stage, call_sid) == CallState.WAITING, f"{number} never got into the line")
    return call_sid


def text(stage, number, body):
    """Somebody texts."""
    told = json.dumps({"from": number, "to": LISTENER_NUMBER, "body": body})
    reply = urllib3.request("POST", f"{stage.exchange_url}/_exchange/messages", body=told)
    if reply.status != 201:
        sys.exit(f"scripts/screenshots: the exchange took no text: {reply.data!r}")


def state_of(stage, call_sid):
    """Where a call stands."""
    with stage.station.reading() as session:
        return session.scalar(select(Call.state).where(Call.call_sid == call_sid))


def row_id(stage, model, where):
    """The id of a row."""
    with stage.station.reading() as session:
        return session.scalars(select(model.id).where(where)).one()


def count(stage, model):
    """How many rows there are."""
    with stage.station.reading() as session:
        return len(session.scalars(select(model.id)).all())


def until(is_so, miss):
    """Wait for it."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up_at:
            sys.exit(f"scripts/screenshots: {miss}")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
