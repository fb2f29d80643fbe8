"""Evenings to be recorded: everything that can be on a tape, in the worst of weathers; used by the tests and `make`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from callin.desk import inbox, lineup, places, shows, turns
from callin.models import Call, Text, TextKind
from callin.reconciler import reconcile
from callin.usher import drop, put_next_up
from tests.stories.studio import DJ_PHONE, Studio

ANA, BEN, CLEO, DAN, EVE, FAY, GUS, HAL = (f"+1415555030{n}" for n in range(8))
IVY, JUN = "+14165550311", "+447700900123"  # from Canada, and from Britain
LANDLINE = "+14155550399"
OTHER_PHONE = "+14155550777"
PIN = "4711"
PAULA = "Paula Producer"
STORM: dict[str, Any] = {"webhook_reorder_s": 8, "webhook_duplicate": 0.5}

# Whatever of this stood in a file would tell who somebody is.
SECRETS = (
    *(ANA, BEN, CLEO, DAN, EVE, FAY, GUS, HAL, IVY, JUN, LANDLINE, OTHER_PHONE, DJ_PHONE),
    *("Anabelle", "Springfield", "owls", "Paula", "dinosaurs", "come to the studio", "rude", PIN, "Night Owls"),
)


def stormy(database_url: str) -> Studio:
    """Callers on an evening of doubled, late and lost callbacks, with a producer who bans and drops, and two DJs."""
    studio = Studio(database_url, weather=STORM, countries=("*",))
    studio.rings(GUS)
    studio.settle()
    studio.open_show(minutes=60)
    ana, ben, cleo, dan, eve = (studio.joins(number, name=name) for number, name in _named(ANA, BEN, CLEO, DAN, EVE))
    studio.later(40)
    ana.press("1")
    studio.later(10)
    ana.say("Why do owls not freeze?")
    studio.later(10)
    put_next_up(studio.station, call_sid=dan.calls[-1].sid, actor=PAULA)
    drop(studio.station, call_sid=eve.calls[-1].sid, from_the_air=False, actor=PAULA)
    studio.later(5)
    dj = studio.dj_rings(OTHER_PHONE)
    for digits in ("1234#", f"{PIN}#", "1", "3"):
        studio.later(10)
        dj.press(digits)
    studio.later(60)
    dj.press("*")
    studio.later(15)
    ben.hang_up()
    dj.hang_up()
    _ban(studio, cleo.calls[-1].sid)
    studio.later(5)
    ivy, jun = studio.joins(IVY), studio.joins(JUN)
    with studio.station.transaction() as session:
        place_id = session.scalars(select(Call.id).where(Call.call_sid == jun.calls[-1].sid)).one()
        places.move_before(
            session,
            now=studio.station.clock(),
            kind=lineup.PlaceKind.CALL,
            place_id=place_id,
            other=None,
            actor=PAULA,
        )
    studio.exchange.faults.change({"webhook_lose": {"action": 1, "status": 1}})
    ivy.hang_up()
    studio.later(90)
    studio.exchange.faults.change({"webhook_lose": {}})
    reconcile(studio.station)
    studio.rings(CLEO)
    studio.later(20)
    studio.joins(FAY)
    studio.later(40)
    studio.dj_rings(DJ_PHONE)
    studio.later(30)
    with studio.station.transaction() as session:
        shows.pause(session, now=studio.station.clock(), is_paused=True, actor=PAULA)
    studio.rings(HAL)
    studio.later(30)
    studio.close_show()
    studio.settle()
    return studio


def by_text(database_url: str) -> Studio:
    """The text line: joining, topics, turns by place and by hand, writing back, opting out, and a landline."""
    studio = Studio(database_url, weather=STORM)
    studio.open_show(max_queue_size=6)
    for number in (ANA, BEN, CLEO, DAN):
        studio.texts_in(number, "Hi there!")
    studio.texts_in(ANA, "topic: owls in winter")
    studio.texts_in(BEN, "my uncle saw dinosaurs")
    studio.texts_in(EVE, "Do you take requests about owls?")
    studio.exchange.faults.change({"landlines": [LANDLINE]})
    studio.texts_in(LANDLINE, "hello")
    _reply(studio, EVE)
    with studio.station.moving_line() as session:
        now = studio.station.clock()
        turns.notify(session, now=now, texter_id=2, actor=PAULA, turn_s=300)
        turns.remove(session, now=now, texter_id=3, actor=PAULA)
        places.move_by(session, now=now, kind=lineup.PlaceKind.TEXTER, place_id=4, steps=-1, actor=PAULA)
    studio.later(20)
    studio.joins(BEN)
    studio.texts_in(CLEO, "STOP")
    studio.texts_in(CLEO, "hi")
    dj = studio.dj_rings(DJ_PHONE)
    studio.later(60)
    studio.texts_in(ANA, "status")
    dj.press("*")
    studio.later(120)
    studio.texts_in(DAN, "leave")
    studio.texts_in(FAY, "join")
    studio.later(400)
    studio.close_show()
    studio.settle()
    return studio


EVENINGS = {"stormy": stormy, "by_text": by_text}


def _named(*numbers: str) -> list[tuple[str, str | None]]:
    return [(number, "Anabelle" if number == ANA else None) for number in numbers]


def _ban(studio: Studio, call_sid: str) -> None:
    with studio.station.transaction() as session:
        place_id = session.scalars(select(Call.id).where(Call.call_sid == call_sid)).one()
        now = studio.station.clock()
        until = now + timedelta(days=7)
        kind = lineup.PlaceKind.CALL
        places.ban(session, now=now, kind=kind, place_id=place_id, reason="rude", until=until, actor=PAULA)
    drop(studio.station, call_sid=call_sid, from_the_air=False, actor=PAULA)


def _reply(studio: Studio, number: str) -> None:
    with studio.station.transaction() as session:
        text_id = session.scalars(
            select(Text.id).where(Text.phone_number == number, Text.kind == TextKind.INBOUND)
        ).first()
        assert text_id is not None
        inbox.reply(session, now=studio.station.clock(), text_id=text_id, words="come to the studio", actor=PAULA)
