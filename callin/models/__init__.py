"""Every table of the station, listed for Alembic and the desk."""

from callin.models.base import Base
from callin.models.callers import Caller
from callin.models.calls import Call, DjCall, PinTry
from callin.models.messages import Message, MessageSound, MessageState, SoundState
from callin.models.show_log import LogLine
from callin.models.shows import Show, ShowState
from callin.models.texts import Text, TextKind, TextState

__all__ = [
    "Base",
    "Call",
    "Caller",
    "DjCall",
    "LogLine",
    "Message",
    "MessageSound",
    "MessageState",
    "PinTry",
    "Show",
    "ShowState",
    "SoundState",
    "Text",
    "TextKind",
    "TextState",
]
