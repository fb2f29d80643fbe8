"""A whole evening in which no REST request to Twilio succeeds, in each way in which one can fail."""

from collections import Counter

import pytest

from callin.errors import CallinError
from callin.models import ShowState, TextState
from callin.reconciler import reconcile
from callin.rules.call_states import CallState, Outcome
from callin.usher import put_next_up
from tests.stories.conftest import Build
from tests.stories.studio import DJ_PHONE, Studio, sentences

ANA, BEN, CLEO, DAN, EVE = (f"+1415555011{n}" for n in range(1, 6))


def open_without_twilio(studio: Studio) -> None:
    """`callin show open` says that the queues are not ready; the show is open all the same, and callers make them."""
    with pytest.raises(CallinError):
        studio.open_show()


@pytest.mark.parametrize("trouble", ["rest_429", "rest_500", "rest_timeout"])
def test_a_whole_evening_without_twilios_rest_api(build: Build, trouble: str) -> None:
    """The line works; texts and moves wait; when Twilio answers again each is made up for once, and nobody is lost."""
    studio = build()
    studio.exchange.faults.change({trouble: 1})
    open_without_twilio(studio)
    ana, ben, cleo = (studio.joins(number) for number in (ANA, BEN, CLEO))
    studio.later(45)
    ben.hang_up()
    studio.texts_in(DAN, "hi")
    with pytest.raises(CallinError):
        put_next_up(studio.station, call_sid=cleo.calls[-1].sid, actor="Paula")
    dj = studio.dj_rings(DJ_PHONE)
    studio.later(60)
    assert (ana.state, cleo.state) == ("bridged", "queued")
    # 429 is certain; after the others it may have been done, and the row says «moving» until the call speaks.
    assert studio.call(cleo).state == (CallState.WAITING if trouble == "rest_429" else CallState.MOVING)
    dj.press("*")
    studio.later(60)
    assert cleo.state == "bridged"
    dj.hang_up()
    eve = studio.joins(EVE)
    with pytest.raises(CallinError):
        studio.close_show()
    studio.rings(ANA)
    studio.later(10)
    assert "not taking calls" in sentences(ana)
    assert reconcile(studio.station)
    assert Counter(text.state for text in studio.owed() if text.kind != "inbound").keys() <= {
        TextState.OWED,
        TextState.SENDING,
    }
    assert [studio.texts(phone) for phone in (ben, studio.phone(DAN))] == [[], []]

    studio.exchange.faults.change({trouble: 0})
    report = studio.close_show()
    for _ in range(40):
        studio.later(30)

    assert report.show is not None
    assert report.show.state == ShowState.CLOSED
    assert not studio.exchange.queues
    outcomes = {phone: studio.call(phone).outcome for phone in (ben, cleo, eve)}
    assert outcomes == {ben: Outcome.ABANDONED, cleo: Outcome.AIRED, eve: Outcome.SENT_HOME}
    assert sentences(eve).count("message for the next show after the tone") == 1
    assert len([text for text in studio.texts(ben) if "sorry" in text.lower()]) == 1
    assert len(studio.texts(studio.phone(DAN))) == len(set(studio.texts(studio.phone(DAN)))) > 0
    assert studio.complaints() == []
