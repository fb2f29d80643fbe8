"""Twilio's codes for failed texts, in the one table."""

import pytest

from callin.rules.text_failures import Lasting, failure_of


@pytest.mark.parametrize(
    ("code", "status", "may_try_again", "lasting"),
    [
        (21610, 400, False, Lasting.OPTED_OUT),
        (21614, 400, False, Lasting.LANDLINE),
        (30006, None, False, Lasting.LANDLINE),
        (21211, 400, False, Lasting.NO_SUCH_NUMBER),
        (21408, 400, False, Lasting.NOT_ALLOWED),
        (21606, 400, False, None),
        (20429, 429, True, None),
        (21611, 400, True, None),
        (63038, 429, True, None),
        (30003, None, False, None),
        (None, None, True, None),
        (None, 500, True, None),
        (503, 503, True, None),
        (None, 429, True, None),
        (99999, 400, False, None),
        (None, 400, False, None),
    ],
)
def test_a_code_decides_on_another_try_and_on_the_number(
    code: int | None, status: int | None, may_try_again: bool, lasting: Lasting | None
) -> None:
    """The table says whether the text may go again, and whether the number may; the status decides on the rest."""
    failure = failure_of(code, status=status)
    assert (failure.may_try_again, failure.lasting) == (may_try_again, lasting)
    assert failure.why
