"""The terminal door: the `callin` command, its endings and their exit codes; `main` is the installed script."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from callin import __version__
from callin.cli.courier import courier
from callin.cli.database import database
from callin.cli.doctor import doctor
from callin.cli.exchange import exchange
from callin.cli.numbers import numbers
from callin.cli.people import people
from callin.cli.rehearse import rehearse
from callin.cli.say import say
from callin.cli.serve import serve
from callin.cli.setup import setup
from callin.cli.show import show
from callin.cli.terminal import Declined, Exit, tell
from callin.cli.texts import texts
from callin.cli.tunnel import tunnel
from callin.cli.user import user
from callin.errors import BadDocument, BadSettings, CallinError, CarrierError, DatabaseUnfit
from callin.logs import without_numbers

_log = logging.getLogger(__name__)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 ok, 1 the job failed, 2 wrong usage, 3 bad settings, 4 Twilio or the database unreachable, "
    "5 a check found problems, 130 Ctrl-C.",
)
@click.version_option(__version__, prog_name="callin")
def callin() -> None:
    """An open call-in line for live radio.

    Settings come from the environment and from .env here (see .env.example).
    """


COMMANDS = (
    *(setup, tunnel, serve, courier, show, user, numbers, texts, say),
    *(people, database, doctor, exchange, rehearse),
)
for command in COMMANDS:
    callin.add_command(command)


def run(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one command; what went wrong has been said in a sentence on stderr.

    Args:
        arguments: what follows `callin`; None takes the process's own.
    """
    try:
        words = None if arguments is None else list(arguments)
        result = callin.main(args=words, prog_name="callin", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        tell("callin: stopped.")
        return Exit.INTERRUPTED
    except Declined:
        tell("Nothing was changed.")
        return Exit.FAILED
    except BadSettings as error:
        for problem in error.problems:
            tell(f"callin: {problem}")
        is_document = isinstance(error, BadDocument)
        tell(f"{'Mend it' if is_document else 'Edit .env (.env.example explains each line)'}, then run it again.")
        return Exit.SETTINGS
    except CallinError as error:
        tell(f"callin: {error}{_way_out_of(error)}")
        return _ending_of(error)
    except DatabaseError as error:
        # Only these two are the database's own state; their kin (a constraint, a wrong statement) are defects of ours.
        if type(error) not in (DatabaseError, OperationalError):
            return _unexpected(error)
        reason = str(error.__cause__ or error).splitlines()[0]
        tell(f"callin: the database does not answer ({without_numbers(reason)}). Check DATABASE_URL in .env.")
        return Exit.UNREACHABLE
    except BrokenPipeError:
        # Whoever read our answer has seen enough (`callin show list | head`); Python would complain at the very end.
        sys.stdout = None
        return Exit.OK
    except Exception as error:
        return _unexpected(error)
    return result if isinstance(result, int) else Exit.OK


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run())


def _unexpected(error: Exception) -> Exit:
    # Ours to mend, not the reader's: the trace is for whoever asks for it.
    _log.debug("unexpected", exc_info=error)
    tell(f"callin: this should not happen: {type(error).__name__}: {without_numbers(str(error))}")
    tell("Please report it, with what LOG_LEVEL=DEBUG shows of the same command.")
    return Exit.FAILED


def _way_out_of(error: CallinError) -> str:
    if isinstance(error, CarrierError) and error.status is None:
        return " Check this machine's network (and TWILIO_API_URL, if .env has it), then run it again."
    return ""


def _ending_of(error: CallinError) -> Exit:
    if isinstance(error, DatabaseUnfit):
        return Exit.UNREACHABLE
    if isinstance(error, CarrierError):
        if error.status in (401, 403):
            return Exit.SETTINGS
        return Exit.FAILED if error.permanent else Exit.UNREACHABLE
    return Exit.FAILED
