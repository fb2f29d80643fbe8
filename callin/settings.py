"""What a station is told by its environment, and its only reader; called by the terminal and `create_app`.

Each field carries two sentences: `description` (why it exists; `.env.example` repeats it) and `wrong` (what
a person is told of a bad value). No message ever holds the value itself: some of them are secrets.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from callin.errors import BadSettings
from callin.languages import voice_for
from callin.setting_values import (
    LONGEST_QUEUE_NAME,
    NEXT_QUEUE_SUFFIX,
    Contradiction,
    DatabaseUrl,
    Folder,
    Networks,
    Origin,
    PhoneNumber,
    PhoneNumbers,
    Pin,
    QueueName,
    Urls,
    default_database_url,
)
from callin.setting_values import setting as _setting
from callin.settings_of_limits import LimitSettings
from callin.settings_of_twilio import TwilioSettings

ENV_FILE = Path(".env")
LONGEST_SHOW_NAME = 100


class Settings(LimitSettings, TwilioSettings):
    """Everything a station is told; frozen, and its repr shows no secret."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        case_sensitive=True,
    )

    public_base_url: Origin = _setting(
        "PUBLIC_BASE_URL",
        "Where Twilio reaches this station; signatures are checked against it, never against Host.",
        "is not an absolute URL such as https://callin.example.org (no query, no underscore in the host)",
    )
    database_url: DatabaseUrl = _setting(
        "DATABASE_URL",
        "Where the show is kept: SQLite (a file in your data folder unless set) or PostgreSQL.",
        "is neither sqlite:///FILE nor postgresql://USER@HOST/NAME",
        default_factory=default_database_url,
        repr=False,
    )
    secret_key: SecretStr | None = _setting(
        "SECRET_KEY",
        "Signs the sessions of the board and links to messages; unset, a key made from the auth token does.",
        "is shorter than 16 characters; take the output of: openssl rand -hex 24",
        default=None,
        min_length=16,
    )
    port: int = _setting(
        "PORT",
        "The port that `callin serve` listens on.",
        "is not a port (0 to 65535)",
        default=8000,
        ge=0,
        le=65535,
    )
    forwarded_allow_ips: Networks = _setting(
        "FORWARDED_ALLOW_IPS",
        "Addresses or networks of your own proxies, separated by commas: their X-Forwarded-For says who signs in.",
        "holds something that is neither an address nor a network such as 10.0.0.0/8",
        default="127.0.0.1,::1",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "LOG_LEVEL",
        "How much the station tells in its log.",
        "is not one of DEBUG, INFO, WARNING, ERROR",
        default="INFO",
    )
    log_format: Literal["text", "json"] = _setting(
        "LOG_FORMAT",
        "Lines for people (text) or for machines (json).",
        "is neither text nor json",
        default="text",
    )
    metrics_token: SecretStr | None = _setting(
        "CALLIN_METRICS_TOKEN",
        "What a Prometheus elsewhere has to show for /metrics; unset, only this machine itself may ask.",
        "is shorter than 16 characters; take the output of: openssl rand -hex 24",
        default=None,
        min_length=16,
    )
    listener_number: PhoneNumber = _setting(
        "CALLIN_LISTENER_NUMBER",
        "The Twilio number that listeners ring and text.",
        "is not an international phone number such as +15550100",
    )
    dj_line: PhoneNumber = _setting(
        "CALLIN_DJ_LINE",
        "The Twilio number that the DJ rings.",
        "is not an international phone number such as +15550101",
    )
    dj_numbers: PhoneNumbers = _setting(
        "CALLIN_DJ_NUMBERS",
        "Phones that are let in on the DJ line without a PIN, separated by commas.",
        "holds something that is not an international phone number (separate them by commas)",
        default=(),
    )
    dj_pin: Pin | None = _setting(
        "CALLIN_DJ_PIN",
        "The digits that let any other phone in on the DJ line; unset, only the numbers above are let in.",
        "is not 4 to 12 digits",
        default=None,
    )
    queue_name: QueueName = _setting(
        "CALLIN_QUEUE_NAME",
        "The name of the line's queue at Twilio; one account can serve several stations.",
        f"is not a name of 1 to {LONGEST_QUEUE_NAME} characters",
        default="radio-callin-queue",
    )
    max_queue_size: int = _setting(
        "CALLIN_MAX_QUEUE_SIZE",
        "How many callers may wait; the next one hears an apology.",
        "is not a whole number from 1 to 5000",
        default=100,
        ge=1,
        le=5000,
    )
    apology_after_s: int = _setting(
        "CALLIN_APOLOGY_AFTER_S",
        "Seconds of waiting beyond which a caller is owed an apology by text.",
        "is not a whole number of seconds from 0 to 86400",
        default=30,
        ge=0,
        le=86400,
    )
    turn_s: int = _setting(
        "CALLIN_TURN_S",
        "Seconds that somebody who waits by text has to call in once it is their turn; the place is kept after that.",
        "is not a whole number of seconds from 30 to 3600",
        default=300,
        ge=30,
        le=3600,
    )
    show_name: str = _setting(
        "CALLIN_SHOW_NAME",
        "What callers hear the show called.",
        f"is longer than {LONGEST_SHOW_NAME} characters",
        default="the call-in show",
        max_length=LONGEST_SHOW_NAME,
    )
    station_name: str = _setting(
        "CALLIN_STATION_NAME",
        "What callers hear the station called.",
        "is longer than 100 characters",
        default="the station",
        max_length=100,
    )
    show_hours: str = _setting(
        "CALLIN_SHOW_HOURS",
        "When the show is on, as it is said to people who ring at another time: Fridays from eight to ten.",
        "is longer than 200 characters",
        default="",
        max_length=200,
    )
    hold_music: Urls = _setting(
        "CALLIN_HOLD_MUSIC",
        "Addresses of your own hold music, separated by commas; unset, a short loop of ours is played.",
        "holds something that is not an absolute URL (separate them by commas)",
        default=(),
    )
    voice: str | None = _setting(
        "CALLIN_VOICE",
        "The voice that speaks to callers, by Twilio's name for it; unset, one that speaks the language.",
        "is not the name of a voice",
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
    )
    language: str = _setting(
        "CALLIN_LANGUAGE",
        "The language of voice and words: English (en-US, en-GB …) and Spanish (es-ES, es-MX, es-US) are complete.",
        "is not a language tag such as en-US",
        default="en-US",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    )
    twiml_dir: Folder | None = _setting(
        "CALLIN_TWIML_DIR",
        "A folder of documents that replace ours, so that a station speaks its own words.",
        "is not a folder that can be read",
        default=None,
    )
    max_streams: int = _setting(
        "CALLIN_MAX_STREAMS",
        "How many pages may be kept up to date by a stream at once, in each process; the others ask every few seconds.",
        "is not a whole number from 2 to 2000",
        default=100,
        ge=2,
        le=2000,
    )
    delete_recordings: bool = _setting(
        "CALLIN_DELETE_RECORDINGS",
        "Whether a message is deleted at Twilio once it is kept here.",
        "is neither true nor false",
        default=False,
    )

    @property
    def speaking_voice(self) -> str:
        """The voice that speaks to callers."""
        return self.voice or voice_for(self.language)

    @property
    def next_queue_name(self) -> str:
        """The queue that callers put next up are moved into; the DJ line dials it first."""
        return self.queue_name + NEXT_QUEUE_SUFFIX

    @property
    def signing_key(self) -> bytes:
        """What our own links are signed with: the same over restarts and machines."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        return hmac.digest(self.twilio_auth_token.get_secret_value().encode(), b"callin: our own links", "sha256")

    @field_validator("dj_line")
    @classmethod
    def _two_numbers(cls, dj_line: str, info: ValidationInfo) -> str:
        if dj_line == info.data.get("listener_number"):
            raise Contradiction("CALLIN_DJ_LINE is CALLIN_LISTENER_NUMBER; the DJ needs another number")
        return dj_line


def load_settings(*, env_file: Path | None = ENV_FILE) -> Settings:
    """Return the settings of this process: its environment, then `.env` of the working directory.

    Args:
        env_file: a file of NAME=value lines for what the environment does not say; it need not exist.

    Raises:
        BadSettings: with every problem at once, by environment name.
    """
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as error:
        raise BadSettings(list(dict.fromkeys(map(sentence_about, error.errors(include_input=False))))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            [f"{env_file} cannot be read ({type(error).__name__}): make it a text file of yours"]
        ) from None


def sentence_about(problem: Any) -> str:
    """Return what a person is told of one problem of pydantic's."""
    contradiction = problem.get("ctx", {}).get("error")
    if isinstance(contradiction, Contradiction):
        return str(contradiction)
    env = str(problem["loc"][0])
    field = next(f for f in Settings.model_fields.values() if f.validation_alias == env)
    if problem["type"] == "missing":
        return f"{env} is missing: {field.description}"
    extra = field.json_schema_extra
    return f"{env} {extra['wrong'] if isinstance(extra, dict) else 'is wrong'}"
