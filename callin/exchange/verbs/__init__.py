"""The verbs of TwiML, one file for each kind; the exchange calls `install` once, so that documents know them."""

from callin.exchange.documents import PERFORMERS
from callin.exchange.verbs.control import hangup, leave, redirect, reject
from callin.exchange.verbs.dial import dial
from callin.exchange.verbs.enqueue import enqueue
from callin.exchange.verbs.gather import gather
from callin.exchange.verbs.record import record
from callin.exchange.verbs.sound import pause, play, say
from callin.exchange.verbs.text import text


def install() -> None:
    """Documents know how to perform every verb."""
    PERFORMERS.update(
        Say=say,
        Play=play,
        Pause=pause,
        Redirect=redirect,
        Hangup=hangup,
        Reject=reject,
        Leave=leave,
        Gather=gather,
        Record=record,
        Enqueue=enqueue,
        Dial=dial,
        Sms=text,
        Message=text,
    )
