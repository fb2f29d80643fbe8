"""What the board says, rendered from lineups made by hand."""

from datetime import timedelta

import pytest

from callin.desk.lineup import LastCheck
from tests.board.lineups import EIGHT, lineup, place
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
    page = template.render(lineup=lineup(place(), check=check), can=lambda _place: "", may_write=True, may_run=True)
    assert expected in page
