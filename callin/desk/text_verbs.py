"""What each command of the text line does, and what is said to it; called by the text line alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from callin.desk import screening, texters, texting, turns
from callin.desk.shows import ShowCard
from callin.desk.standing import call_in_line, size_of_line, standing_of
from callin.models import Call, Caller, ShowState, Text, Texter, TextKind
from callin.rules.lineup import TexterState
from callin.rules.text_commands import Command, CommandKind


@dataclass(frozen=True, slots=True)
class Terms:
    """What the station's settings say of the text line.

    Attributes:
        turn_s: how long somebody whose turn it is has to call in.
        show_hours: when the show is on, or "".
    """

    turn_s: int
    show_hours: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """One text of somebody whose number we know.

    Attributes:
        now: aware.
        text: its row, new.
        caller_id: of the person.
        show: open or closing, or None.
        terms: the station's.
        has_pictures: whether any came with it.
        is_carriers_word: whether Twilio's Advanced Opt-Out said what it means.
    """

    now: datetime
    text: Text
    caller_id: int
    show: ShowCard | None
    terms: Terms
    has_pictures: bool = False
    is_carriers_word: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a text: words by their kind, with the facts that they name."""

    kind: TextKind
    facts: dict[str, object] = field(default_factory=dict)


def obey(session: Session, *, asking: Asking, command: Command) -> Answer | None:
    """What the text asks for is done; return what to say to it, or None for nothing.

    Args:
        asking: the text.
        command: what it asks for.
    """
    now, kind = asking.now, command.kind
    if kind == CommandKind.OPT_OUT:
        texting.stop_texting(session, now=now, phone_number=asking.text.phone_number, why="opted out", is_opt_out=True)
        _leave(session, asking=asking)
        return None
    if kind == CommandKind.OPT_IN:
        texting.resume_texting(session, now=now, phone_number=asking.text.phone_number)
    has_left = kind == CommandKind.LEAVE and _leave(session, asking=asking)
    # Somebody banned gets no answer at all: each would cost money, and tell them that texting us has an effect. The
    # sentence they are owed is spoken when they ring. What they write is on their page, and not before the producer.
    if screening.is_banned(session, now=now, caller_id=asking.caller_id):
        return None
    if texting.why_no_texts(session.get_one(Caller, asking.caller_id)) is not None:
        # Nobody can wait for a text that must not be sent. Only START helps, and Twilio has told them so.
        asking.text.is_in_inbox = kind in _FOR_PEOPLE or kind == CommandKind.JOIN
        return None
    match kind:
        case CommandKind.JOIN:
            return _join(session, asking=asking)
        case CommandKind.LEAVE if has_left:
            return Answer(TextKind.LEFT_LINE, {"show_name": asking.show.name if asking.show else ""})
        case CommandKind.STATUS | CommandKind.LEAVE | CommandKind.OPT_IN:
            return _status(session, asking=asking)
        case CommandKind.COMMANDS:
            return Answer(TextKind.COMMANDS)
        case CommandKind.HELP:
            # Twilio has answered; a station with Advanced Opt-Out is heard besides.
            return Answer(TextKind.COMMANDS) if asking.is_carriers_word else None
        case _:
            return _listen(session, asking=asking, command=command)


_FOR_PEOPLE = frozenset({CommandKind.WORDS, CommandKind.TOPIC, CommandKind.NOTHING})


def _join(session: Session, *, asking: Asking) -> Answer:
    show = asking.show
    if show is None or show.state != ShowState.OPEN:
        return _no_show(asking)
    if _holder(session, asking=asking) is not None:
        return _status(session, asking=asking, kind=TextKind.HELLO_AGAIN)
    if show.is_paused:
        return _no_show(asking, is_paused=True)
    if size_of_line(session, show_id=show.show_id) >= show.max_queue_size:
        return _no_show(asking, is_full=True)
    texter = texters.join(
        session,
        now=asking.now,
        show_id=show.show_id,
        caller_id=asking.caller_id,
        phone_number=asking.text.phone_number,
    )
    asking.text.texter_id = texter.id
    # With a DJ on an empty line the turn has come already: one text says both.
    turn_s = asking.terms.turn_s
    whose = turns.begin_turn_by_place(session, now=asking.now, turn_s=turn_s)
    if whose is not None and whose is not texter:
        turns.tell(session, now=asking.now, texter=whose, turn_s=turn_s)
    standing = standing_of(session, show_id=show.show_id, holder=texter)
    return Answer(
        TextKind.JOINED,
        {
            "show_name": show.name,
            "place": standing.place,
            "is_turn": whose is texter,
            "turn_s": turn_s,
            "turn_min": turn_s // 60,
        },
    )


def _leave(session: Session, *, asking: Asking) -> bool:
    """They hold no place by text any more; return whether they did."""
    if asking.show is None:
        return False
    texter = texters.in_line(session, show_id=asking.show.show_id, caller_id=asking.caller_id)
    if texter is None:
        return False
    asking.text.texter_id = texter.id
    texters.end(
        session, now=asking.now, texter=texter, state=TexterState.LEFT, what="left the line by text", actor="texter"
    )
    turns.notify_whoever_is_first(session, now=asking.now, turn_s=asking.terms.turn_s)
    return True


def _status(session: Session, *, asking: Asking, kind: TextKind = TextKind.STATUS) -> Answer:
    show = asking.show
    holder = _holder(session, asking=asking)
    facts: dict[str, object] = {
        "show_name": show.name if show else "",
        "is_open": show is not None and show.state == ShowState.OPEN,
        "is_turn": False,
        "was_called": False,
        "place": None,
    }
    if show is not None and holder is not None:
        standing = standing_of(session, show_id=show.show_id, holder=holder)
        is_turn = isinstance(holder, Texter) and texters.is_their_turn(holder, now=asking.now)
        facts |= {
            "is_turn": is_turn,
            "was_called": isinstance(holder, Texter) and holder.notified_at is not None and not is_turn,
            "place": standing.place,
            "size": standing.size,
            "low_min": standing.forecast.low_min if standing.forecast else None,
            "high_min": standing.forecast.high_min if standing.forecast else None,
        }
    return Answer(kind, facts)


def _listen(session: Session, *, asking: Asking, command: Command) -> Answer:
    """Words for people: a topic from somebody in line, else something for the inbox."""
    text, holder = asking.text, _holder(session, asking=asking)
    if holder is None:
        text.is_in_inbox = bool(text.body or asking.has_pictures)
        is_open = asking.show is not None and asking.show.state == ShowState.OPEN
        return Answer(TextKind.NOT_UNDERSTOOD, {"is_kept": text.is_in_inbox}) if is_open else _no_show(asking)
    text.is_in_inbox = asking.has_pictures  # a card has no room for them
    if command.argument:
        texters.keep_topic(
            session,
            now=asking.now,
            holder=holder,
            words=command.argument,
            replaces=command.kind == CommandKind.TOPIC,
        )
    elif not asking.has_pictures:
        return Answer(TextKind.COMMANDS)
    return Answer(TextKind.TOPIC_KEPT)


def _no_show(asking: Asking, *, is_paused: bool = False, is_full: bool = False) -> Answer:
    return Answer(
        TextKind.NO_SHOW,
        {
            "show_name": asking.show.name if asking.show else "",
            "show_hours": asking.terms.show_hours,
            "is_paused": is_paused,
            "is_full": is_full,
            "is_kept": asking.text.is_in_inbox,
        },
    )


def _holder(session: Session, *, asking: Asking) -> Texter | Call | None:
    """How this person stands in the line, if they do: by text, or on the phone at this moment."""
    show = asking.show
    if show is None or show.state != ShowState.OPEN:
        return None
    texter = texters.in_line(session, show_id=show.show_id, caller_id=asking.caller_id)
    if texter is not None:
        asking.text.texter_id = texter.id
        return texter
    return call_in_line(session, show_id=show.show_id, caller_id=asking.caller_id)
