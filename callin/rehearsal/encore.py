"""After the rehearsal's show: a new show is open, time goes at life's pace, and phones are laid out; called by it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlencode

from callin.rehearsal.plots.friday import DJ_NUMBER
from callin.rehearsal.producer import way_in
from callin.rehearsal.stage import DJ_LINE, LISTENER_NUMBER, Stage

# Numbers of nobody in the cast: the person is a caller whom the station does not know yet.
LISTENERS = (("Listener", "+15550123456"), ("Another listener", "+15550123457"))


def phones_page(exchange_url: str) -> str:
    """Return the address of the phones page with listeners' phones and one that the DJ line knows laid out."""
    phones = [(name, number, LISTENER_NUMBER) for name, number in LISTENERS] + [("DJ", DJ_NUMBER, DJ_LINE)]
    # The page puts the plus signs back; in an address they would be three characters each.
    laid_out = [("phone", ",".join(phone).replace("+", "")) for phone in phones]
    return f"{exchange_url}/#{urlencode(laid_out, safe=',')}"


def stay_up(stage: Stage, *, say: Callable[[str], None]) -> None:
    """Everything runs on until somebody stops it.

    Args:
        stage: of the show that was played.
        say: tells the person one line.
    """
    stage.switchboard.go_at(1)
    stage.command("show", "open")
    say("")
    say("Everything stays up, at life's own pace, and a new show is open. Now it is your turn:")
    say(f"  ring in, with phones in your browser  {phones_page(stage.exchange_url)}")
    say(f"  the board                             {way_in(stage.station)}   (works once)")
    say(f"  listeners ring {LISTENER_NUMBER}, the DJ rings {DJ_LINE}; the station is {stage.station_url}")
    say("Ctrl-C stops everything.")
    threading.Event().wait()
