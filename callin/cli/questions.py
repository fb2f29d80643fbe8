"""The questions of `callin setup`: each is asked until its answer can be used, and checked with Twilio at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import click

from callin.carrier import Account, NumberCard, client_for
from callin.cli.terminal import tell
from callin.errors import CallinError, CarrierError
from callin.rules.account_limits import TRIAL, UNREGISTERED, needs_registration
from callin.settings_told import problems_with

SID, TOKEN, KEY, SECRET = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"
API_URL, PUBLIC = "TWILIO_API_URL", "PUBLIC_BASE_URL"
LISTENERS, DJ_LINE = "CALLIN_LISTENER_NUMBER", "CALLIN_DJ_LINE"
DJ_NUMBERS, DJ_PIN = "CALLIN_DJ_NUMBERS", "CALLIN_DJ_PIN"
ASKED = frozenset({SID, TOKEN, PUBLIC, LISTENERS, DJ_LINE, DJ_NUMBERS, DJ_PIN})
TWILIO = "https://api.twilio.com"
HOW_TO_BUY = "Buy one in the Twilio console (Phone Numbers, Buy a number: Voice, for listeners SMS too)."


class NotEnough(CallinError):
    """The set-up cannot go on; the words say what is missing."""


@dataclass(slots=True)
class Answers:
    """What is known so far.

    Attributes:
        told: raw values by environment name, from the environment, from `.env` and from the person.
        new: those that the person gave just now; they belong into `.env`.
        may_ask: whether there is a person.
    """

    told: dict[str, str]
    may_ask: bool
    new: dict[str, str] = field(default_factory=dict)

    def take(self, values: Mapping[str, str]) -> None:
        """The person has said so."""
        self.told |= values
        self.new |= values

    def lacks(self, name: str) -> bool:
        """Return whether a setting still has to be asked for: nobody has given it, or what was given is wrong."""
        return name not in self.told or name in problems_with(self.told)

    def refuse(self, name: str) -> None:
        """End here if nobody can be asked.

        Raises:
            NotEnough: with what is missing.
        """
        if not self.may_ask:
            raise NotEnough(f"{problems_with(self.told).get(name, f'{name} is missing')}. Put it into .env.")


def account_of(answers: Answers) -> Account:
    """Return the account behind the credentials, which Twilio accepts; they are asked for until it does.

    Raises:
        CarrierError: Twilio cannot be asked.
        NotEnough: they are missing or refused, and nobody can be asked.
    """
    while True:
        for name, question in ((SID, "Account SID (console.twilio.com, starts with AC)"), (TOKEN, "Auth token")):
            if answers.lacks(name):
                _ask_for(answers, name, question, is_secret=name == TOKEN)
        if _takes(answers, (answers.told[SID], answers.told[TOKEN])):
            break
        tell("Twilio does not know this account SID with this auth token.")
        for name in (SID, TOKEN):
            answers.refuse(name)
            del answers.told[name]
    if KEY in answers.told and not _takes(answers, (answers.told[KEY], answers.told.get(SECRET, ""))):
        raise NotEnough(f"Twilio refuses {KEY}. Correct it and {SECRET} in .env, or take both out.")
    account = _account(answers, (answers.told[SID], answers.told[TOKEN]))
    tell("Twilio accepts the credentials.")
    if account.is_trial():
        tell(TRIAL)
    return account


def choose_numbers(answers: Answers, *, numbers: list[NumberCard]) -> None:
    """It is known which of the account's numbers is for listeners, and which for the DJ.

    Args:
        numbers: of the account.

    Raises:
        NotEnough: there are too few, or nobody can be asked.
    """
    owned = {number.phone_number for number in numbers}
    for name, who in ((LISTENERS, "do listeners ring and text"), (DJ_LINE, "does the DJ ring")):
        if not answers.lacks(name) and answers.told[name] in owned:
            continue
        if name in answers.told:
            tell(f"{name} is none of this account's numbers, or not a number.")
        answers.refuse(name)
        fit = sorted(
            number.phone_number
            for number in numbers
            if number.takes_calls
            and (number.takes_texts if name == LISTENERS else number.phone_number != answers.told[LISTENERS])
        )
        if not fit:
            raise NotEnough(f"No number of this account is left that is fit for {name}. {HOW_TO_BUY}")
        answers.take({name: _choice(f"Which number {who}?", fit)})
    if needs_registration(answers.told[LISTENERS]):
        tell(UNREGISTERED)


def choose_dj_door(answers: Answers) -> None:
    """Somebody can get in on the DJ line: known phones, or a PIN."""
    for name in (DJ_NUMBERS, DJ_PIN):
        if name in answers.told and not answers.lacks(name):
            return
    if not answers.may_ask:
        tell(f"callin: nobody is let in on the DJ line yet: set {DJ_NUMBERS} or {DJ_PIN} in .env.")
        return
    pin = f"{secrets.randbelow(10**6):06}"
    question = "The DJ's own phone, with its country code (none: a PIN is asked for)"
    given = _until_right(answers, DJ_NUMBERS, lambda: click.prompt(question, default="", show_default=False, err=True))
    if given:
        answers.take({DJ_NUMBERS: given})
    else:
        answers.take({DJ_PIN: pin})
        tell(f"The DJ's PIN is {pin}.")


def choose_address(answers: Answers) -> None:
    """It is known where Twilio reaches this station.

    Raises:
        NotEnough: it is not, and nobody can be asked.
    """
    if answers.lacks(PUBLIC):
        tell(
            "Twilio has to reach this machine by https. No address yet? Type http://127.0.0.1:8000 now; `callin tunnel`"
        )
        tell("gets you one later and puts it in its place.")
        _ask_for(answers, PUBLIC, "Public address, such as https://callin.example.org")


def _account(answers: Answers, auth: tuple[str, str]) -> Account:
    return Account(client_for(answers.told[SID], auth=auth, api_url=answers.told.get(API_URL, TWILIO)))


def _takes(answers: Answers, auth: tuple[str, str]) -> bool:
    try:
        return _account(answers, auth).takes_credentials()
    except CarrierError as error:
        # An account SID that is none is not found rather than refused.
        if error.status == 404:
            return False
        raise


def _ask_for(answers: Answers, name: str, question: str, *, is_secret: bool = False) -> None:
    answers.refuse(name)
    if name in answers.told:
        tell(f"{problems_with(answers.told).get(name, name)}.")

    def ask() -> str:
        return str(click.prompt(question, hide_input=is_secret, err=True))

    answers.take({name: _until_right(answers, name, ask)})


def _until_right(answers: Answers, name: str, ask: Callable[[], str]) -> str:
    while True:
        given = ask().strip()
        problem = problems_with({**answers.told, name: given}).get(name) if given else None
        if problem is None:
            return given
        tell(f"{problem}.")


def _choice(question: str, numbers: list[str]) -> str:
    for position, number in enumerate(numbers, start=1):
        tell(f"  {position}  {number}")
    chosen = click.prompt(question, type=click.IntRange(1, len(numbers)), default=1, err=True)
    return numbers[chosen - 1]
