"""The one tree of errors; raised where a fact is known, caught at a door where a person can be told.

Every message names the thing and the fix, and holds neither secrets nor phone numbers.
"""

from __future__ import annotations


class CallinError(Exception):
    """Something a person can be told in the words of this error."""


class BadSettings(CallinError):
    """The environment does not make a station.

    Attributes:
        problems: one sentence for each wrong setting, by environment name, with the fix.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BadDocument(BadSettings):
    """A document in the station's own folder (`CALLIN_TWIML_DIR`) cannot be spoken."""


class BadForm(CallinError):
    """A signed webhook says something that cannot be so; nothing was changed."""


class BadSignature(CallinError):
    """A request does not come from our carrier."""


class CarrierError(CallinError):
    """Twilio did not do what was asked.

    Attributes:
        permanent: whether asking again is useless; this bit alone decides on a retry.
        status: the HTTP status, or None when there was no answer.
        code: Twilio's error code, or None.
    """

    def __init__(self, message: str, *, permanent: bool, status: int | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status
        self.code = code


class MemberGone(CarrierError):
    """The call is no longer in that queue: hung up, taken or moved already."""


class QueueNotEmpty(CarrierError):
    """Twilio will not delete the queue yet."""


class DeskError(CallinError):
    """The desk refuses a verb; the words can be shown as they are."""


class NoOpenShow(DeskError):
    """There is no open show."""


class ShowAlreadyOpen(DeskError):
    """A show is open or closing; one at a time."""


class NotWaiting(DeskError):
    """The call is not in the line (any more)."""


class NoSuchUser(DeskError):
    """Nobody of the station has that name."""


class UserExists(DeskError):
    """Somebody of the station has that name."""


class BadUserName(DeskError):
    """This cannot be anybody's name."""


class NotThere(DeskError):
    """What somebody asks about is not there (any more), or belongs to another show."""


class CannotText(DeskError):
    """This person cannot be texted."""


class StillHere(DeskError):
    """Somebody is in the line or on the air, and cannot be forgotten now."""


class CannotBan(DeskError):
    """There is nobody to ban: a withheld number is shared by strangers."""


class EditedMeanwhile(DeskError):
    """Somebody else has written there since; nothing was overwritten.

    Attributes:
        theirs: what stands there now, by field.
    """

    def __init__(self, message: str, *, theirs: dict[str, str | None]) -> None:
        super().__init__(message)
        self.theirs = theirs


class DatabaseUnfit(CallinError):
    """The database cannot be reached, or its tables are not those of this version."""


class BackupRefused(CallinError):
    """A backup cannot be taken, or not be put back; the words say why, and nothing has changed."""


class RecordingUnfit(CallinError):
    """This is no recorded show, or none that this version can play."""


class ClosingStuck(CallinError):
    """The show cannot be closed yet; running it again goes on where it stopped."""


class ClosingUnderWay(CallinError):
    """Another process is closing the show.

    Attributes:
        show_id: of the show.
    """

    def __init__(self, message: str, *, show_id: int) -> None:
        super().__init__(message)
        self.show_id = show_id


class NotAtOnce(Exception):
    """Somebody would have to be waited for; nothing was changed. Whoever may wait asks again in a thread."""
