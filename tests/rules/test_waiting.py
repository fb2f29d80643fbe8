"""What a waiting caller is told, and when."""

import pytest

from callin.rules.estimate import WaitRange
from callin.rules.waiting import WaitMemory, what_to_say

HEARD_PLACE_3 = WaitMemory(place=3, at_s=10, forecast=WaitRange(3, 10))


def test_first_request_tells_place_forecast_and_keys() -> None:
    """A caller who has just joined hears where they stand and what they can press."""
    notice, memory = what_to_say(place=3, waited_s=0, memory=WaitMemory(), forecast=WaitRange(3, 10))
    assert (notice.place, notice.is_next, notice.is_first, notice.forecast) == (3, False, True, WaitRange(3, 10))
    assert memory == WaitMemory(place=3, at_s=0, forecast=WaitRange(3, 10))


@pytest.mark.parametrize(
    ("waited_s", "place", "is_spoken"),
    [
        (29, 2, False),  # changed, but 19 s after the last word
        (30, 2, True),  # changed, and 20 s have passed
        (30, 3, False),  # nothing new
        (69, 3, False),  # not yet a minute
        (70, 3, True),  # a minute
        (30, 4, True),  # somebody was put next up: honest about it
    ],
)
def test_place_is_told_when_it_changed_or_a_minute_has_passed(waited_s: int, place: int, is_spoken: bool) -> None:
    """Never two announcements within 20 s, and none without news."""
    notice, memory = what_to_say(place=place, waited_s=waited_s, memory=HEARD_PLACE_3, forecast=None)
    assert notice.place == (place if is_spoken else None)
    assert (memory is HEARD_PLACE_3) == (not is_spoken)


def test_you_are_next_is_said_once() -> None:
    """Whoever has heard that they are next hears it no more, however long it takes."""
    notice, memory = what_to_say(place=1, waited_s=40, memory=HEARD_PLACE_3, forecast=WaitRange(0, 2))
    assert notice.is_next
    assert notice.forecast is None
    for waited_s in (60, 100, 160, 1000):
        notice, memory = what_to_say(place=1, waited_s=waited_s, memory=memory, forecast=WaitRange(0, 2))
        assert notice.place is None


def test_overtaken_caller_hears_that_they_are_next_again() -> None:
    """Somebody put next up goes before them; afterwards «you are next» is news again."""
    memory = WaitMemory(place=1, at_s=40)
    notice, memory = what_to_say(place=2, waited_s=60, memory=memory, forecast=None)
    assert notice.place == 2
    notice, _ = what_to_say(place=1, waited_s=80, memory=memory, forecast=None)
    assert notice.is_next


def test_a_turn_past_the_end_of_the_show_is_told_once_and_early() -> None:
    """The message key is offered as soon as the forecast runs past the end, and not again."""
    notice, memory = what_to_say(
        place=3, waited_s=31, memory=HEARD_PLACE_3, forecast=WaitRange(20, 45), may_be_late=True
    )
    assert notice.may_be_late
    notice, _ = what_to_say(place=3, waited_s=95, memory=memory, forecast=WaitRange(20, 45), may_be_late=True)
    assert notice.place == 3
    assert not notice.may_be_late


def test_time_waited_is_told_in_whole_minutes() -> None:
    """A caller hears how long they have waited, from Twilio's seconds."""
    notice, _ = what_to_say(place=2, waited_s=179, memory=HEARD_PLACE_3, forecast=None)
    assert notice.waited_min == 2


def test_you_are_next_is_said_once_even_if_there_is_other_news() -> None:
    """Who is next and learns that it may be late hears just that."""
    memory = WaitMemory(place=1, at_s=10)

    notice, remembered = what_to_say(place=1, waited_s=60, memory=memory, forecast=None, may_be_late=True)

    assert (notice.place, notice.is_next, notice.may_be_late) == (None, False, True)
    assert remembered.told_late
