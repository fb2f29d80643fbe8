"""What the board says, rendered from lineups made by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from callin.board.live import _Rows
from callin.desk.lineup import LastCheck
from callin.rules.roles import Role
from tests.board.lineups import EIGHT, lineup, place
from tests.board.visiting import admitted
from tests.webhooks.ringing import Doors


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (LastCheck(at=EIGHT, trouble=None, found=None), "checked with Twilio"),
        (LastCheck(at=EIGHT, trouble=None, found="2 already over"), "put right: 2 already over"),
        (LastCheck(at=EIGHT - timedelta(minutes=3), trouble="no answer", found=None), "not compared with Twilio since"),
        (LastCheck(at=None, trouble="no answer", found=None), "not compared with Twilio: no answer"),
    ],
)
def test_the_board_says_how_far_it_agrees_with_twilio(doors: Doors, check: LastCheck, expected: str) -> None:
    """When it was compared, what had to be put right, and since when nobody could."""
    template = doors.app.jinja_env.get_template("_board.html")
    page = template.render(lineup=lineup(check=check), may_write=True, may_run=True)
    assert expected in page


@pytest.mark.parametrize("since", [None, EIGHT])
def test_the_board_says_when_no_text_goes_out(doors: Doors, since: datetime | None) -> None:
    """Somebody pulled the kill switch: since when, and how texts are started again."""
    template = doors.app.jinja_env.get_template("_board.html")
    page = template.render(lineup=lineup(no_texts_since=since), may_write=True, may_run=True)
    assert ("no text goes out since" in page) is (since is not None)


@pytest.mark.parametrize(("api_url", "is_linked"), [("http://127.0.0.1:4010", True), ("https://api.twilio.com", False)])
def test_the_board_links_to_pretend_phones_when_there_are_some(doors: Doors, api_url: str, is_linked: bool) -> None:
    """One click from the board in a rehearsal; on the real network there is no such page."""
    rehearsed = Doors(doors.database_url, {"twilio_api_url": api_url})

    page = admitted(rehearsed, Role.PRODUCER).get("/board").text

    assert ('<a href="http://127.0.0.1:4010/">Phones</a>' in page) is is_linked


def test_a_row_is_made_again_only_when_it_has_changed(doors: Doors) -> None:
    """When one of hundreds gets a note, the others stand as they stood; whoever has gone is kept nowhere."""
    rows = _Rows(doors.app.jinja_env, role=Role.PRODUCER)
    ana, bob, eve = place(place_id=1), place(place_id=2, name="Bob"), place(place_id=3)
    before = rows.of((ana, bob, eve))(ana)
    noted = replace(bob, note="first caller tonight")
    row_of = rows.of((ana, noted))

    assert row_of(ana) is before
    assert "first caller tonight" in row_of(noted)
    assert list(rows._rendered) == [ana, noted]
    assert "next_up" in before
    assert "next_up" not in _Rows(doors.app.jinja_env, role=Role.DJ).of((ana,))(ana)
