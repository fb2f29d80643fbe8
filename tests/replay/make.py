"""Makes the recordings beside it anew, with the commands that a station types: `python -m tests.replay.make`.

To be run when what a file holds has changed; what becomes of everybody in them must not change by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from callin import migrations
from callin.db import engine_for
from tests.replay.evenings import EVENINGS
from tests.stories.studio import Studio

RECORDINGS = Path(__file__).parent / "recordings"


def environment_of(studio: Studio) -> dict[str, str]:
    """What tells the terminal of this studio's station."""
    settings = studio.settings
    return {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "PUBLIC_BASE_URL": settings.public_base_url,
        "DATABASE_URL": settings.database_url,
        "CALLIN_LISTENER_NUMBER": settings.listener_number,
        "CALLIN_DJ_LINE": settings.dj_line,
        "CALLIN_DJ_NUMBERS": ",".join(settings.dj_numbers),
        "CALLIN_DJ_PIN": settings.dj_pin.get_secret_value() if settings.dj_pin else "",
        "CALLIN_COUNTRIES": ",".join(settings.countries),
        "LOG_LEVEL": "ERROR",
    }


def main() -> None:
    """Every recording is as this version makes it."""
    RECORDINGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, play in EVENINGS.items():
            database_url = f"sqlite:///{folder}/{name}.db"
            engine = engine_for(database_url)
            migrations.upgrade(engine)
            engine.dispose()
            studio = play(database_url)
            _callin("show", "export", "--out", str(RECORDINGS / f"{name}.jsonl"), **environment_of(studio))
            studio.close()
        _callin(
            *("rehearse", "--once", "--plot", "friday", "--port", "0"),
            *("--record", str(RECORDINGS / "friday.jsonl")),
            folder=folder,
        )


def _callin(*words: str, folder: str | None = None, **environment: str) -> None:
    subprocess.run([sys.executable, "-m", "callin", *words], check=True, cwd=folder, env=os.environ | environment)


if __name__ == "__main__":
    main()
