"""After the rehearsal's show: a new one is open, at life's own pace, for the person to ring in; called by it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from callin.rehearsal.producer import way_in
from callin.rehearsal.stage import DJ_LINE, EARLY_BIRD, LISTENER_NUMBER, Stage


def stay_up(stage: Stage, *, say: Callable[[str], None]) -> None:
    """Everything runs on until somebody stops it.

    Args:
        stage: of the show that was played.
        say: tells the person one line.
    """
    invite(stage, say=say)
    say("Ctrl-C stops everything.")
    threading.Event().wait()


def invite(stage: Stage, *, say: Callable[[str], None]) -> None:
    """A new show is open, somebody waits already, and the person knows where to ring in.

    Args:
        stage: as for `stay_up`.
        say: tells the person one line.
    """
    stage.switchboard.go_at(1)
    stage.command("show", "open")
    _name, number, line = EARLY_BIRD
    stage.switchboard.dial(number, to=line)
    say("")
    say("Everything stays up, at life's own pace, and a new show is open. Now it is your turn:")
    say(f"  ring in, with phones in your browser  {stage.exchange_url}/")
    say(f"  the board                             {way_in(stage.station)}   (works once)")
    say("  Robin waits in line already: whoever rings in now is number two.")
    say(f"  listeners ring {LISTENER_NUMBER}, the DJ rings {DJ_LINE}; the station is {stage.station_url}")
