"""What a station allows itself: where texts may go, how many, and how long it remembers; part of settings.py."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from callin.setting_values import Countries, setting


class LimitSettings(BaseSettings):
    """Limits that keep a fraud cheap and a memory short."""

    countries: Countries = setting(
        "CALLIN_COUNTRIES",
        "Countries that texts go to, by ISO code, separated by commas, or * for all; unset, those of your two numbers.",
        "holds something that is not the ISO code of a country, such as US (separate them by commas)",
        default=(),
    )
    texts_per_show: int = setting(
        "CALLIN_TEXTS_PER_SHOW",
        "How many texts one show may send, or one day outside shows; the rest are withheld.",
        "is not a whole number from 0 to 1000000",
        default=5000,
        ge=0,
        le=1_000_000,
    )
    texts_per_number: int = setting(
        "CALLIN_TEXTS_PER_NUMBER",
        "How many texts one number may get within a day; the rest are withheld.",
        "is not a whole number from 0 to 10000",
        default=100,
        ge=0,
        le=10_000,
    )

    retention_days: int | None = setting(
        "CALLIN_RETENTION_DAYS",
        "After how many days numbers, names, words and sounds are forgotten, here and at Twilio; unset, never.",
        "is not a whole number of days from 1 to 36500",
        default=None,
        ge=1,
        le=36_500,
    )
