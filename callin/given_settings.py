"""Settings of a station that is told everything by its maker; used by the rehearsal and the benchmark suite."""

from __future__ import annotations

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from callin.settings import Settings


class OnlyThese(Settings):
    """Settings from what is given alone: neither the person's environment nor their .env."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  pydantic's own protocol
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but the arguments."""
        return (init_settings,)
