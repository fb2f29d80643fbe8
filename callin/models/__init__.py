"""Every table of the station, listed for Alembic and the desk."""

from callin.models.base import Base
from callin.models.beats import Beat
from callin.models.callers import Caller
from callin.models.calls import Call, DjCall, PinTry
from callin.models.changes import ChangeCount
from callin.models.checks import Check
from callin.models.erasures import Erasure, ErasureKind
from callin.models.messages import Message, MessageSound, MessageState, SoundState
from callin.models.number_changes import NumberChange
from callin.models.show_log import LogLine
from callin.models.shows import Show, ShowState
from callin.models.tallies import Tally
from callin.models.tape import Deed, TapeEntry
from callin.models.text_stops import TextStop
from callin.models.texters import Texter
from callin.models.texts import Picture, PictureState, Text, TextKind, TextState
from callin.models.users import SignInLink, SignInTry, User

__all__ = [
    "Base",
    "Beat",
    "Call",
    "Caller",
    "ChangeCount",
    "Check",
    "Deed",
    "DjCall",
    "Erasure",
    "ErasureKind",
    "LogLine",
    "Message",
    "MessageSound",
    "MessageState",
    "NumberChange",
    "Picture",
    "PictureState",
    "PinTry",
    "Show",
    "ShowState",
    "SignInLink",
    "SignInTry",
    "SoundState",
    "Tally",
    "TapeEntry",
    "Text",
    "TextKind",
    "TextState",
    "TextStop",
    "Texter",
    "User",
]
