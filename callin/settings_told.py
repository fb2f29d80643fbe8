"""What a station has been told so far, before it is enough to make one; asked by setup and tunnel."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from callin.settings import ENV_FILE, Settings, sentence_about


def told_settings(*, env_file: Path = ENV_FILE) -> dict[str, str]:
    """Return what the environment and `.env` say, raw, by environment name; what nobody says is left out.

    Args:
        env_file: it need not exist.
    """
    return {**DotEnvSettingsSource(Settings, env_file=env_file)(), **told_by_environment()}


def told_by_environment() -> dict[str, str]:
    """Return what the environment alone says: it wins over `.env`, so nothing written there would count."""
    return dict(EnvSettingsSource(Settings)())


def problems_with(told: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each setting that is missing or wrong, by environment name.

    Args:
        told: raw values by environment name; the environment says what they do not.
    """
    try:
        Settings(_env_file=None, **told)  # type: ignore[call-arg,arg-type]  # pydantic-settings' own argument
    except ValidationError as error:
        return {str(problem["loc"][0]): sentence_about(problem) for problem in error.errors(include_input=False)}
    return {}


def reasons() -> dict[str, str]:
    """Return why each setting exists, by environment name."""
    return {str(field.validation_alias): str(field.description) for field in Settings.model_fields.values()}
