"""What somebody who texts the station lives through: every row of the text line's table."""

import pytest

from callin.models import Texter
from tests.stories.studio import Studio

ANA, BEN, CLEO, DAN = "+14155550111", "+14155550112", "+14155550113", "+14155550114"
JOINED = (
    "You're number {} in line for Night Owls. We'll text you when it's your turn. "
    "Text STATUS for your place, LEAVE to leave, or your topic."
)


def test_hi_takes_a_place_in_the_same_line_as_the_phone_callers(studio: Studio) -> None:
    """Behind two on the phone and before one: number three, and the fourth hears so."""
    studio.joins(ANA)
    studio.joins(BEN)
    cleo = studio.texts_in(CLEO, "Hi!")
    dan = studio.joins(DAN)
    studio.later(30)

    assert studio.texts(cleo) == [JOINED.format(3)]
    assert [heard.text for heard in dan.heard if heard.text and "number" in heard.text] == ["You are number 4 in line."]


@pytest.mark.parametrize("again", ["hi", "Hello everyone 👋"])
def test_hi_again_changes_nothing(studio: Studio, again: str) -> None:
    """Hello again, and the status."""
    studio.joins(ANA)
    ben = studio.texts_in(BEN, "hi")
    studio.texts_in(CLEO, "join")
    studio.texts_in(BEN, again)

    assert studio.texts(ben)[1:] == ["Hello again. You're number 2 of 3 in line for Night Owls."]
    assert len(studio.rows(Texter)) == 2
