"""The hold music: ours, small, pleasant to caches."""

import importlib.util
import wave
from pathlib import Path

from callin.media import HOLD_MUSIC
from tests.webhooks.ringing import Doors

MAKER = Path(__file__).parents[2] / "scripts" / "make_hold_music.py"


def test_the_script_makes_the_very_file(tmp_path: Path) -> None:
    """Made again, the loop is the same to the byte: its origin is the script and nothing else."""
    spec = importlib.util.spec_from_file_location("make_hold_music", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    maker.write(tmp_path / "again.wav")

    assert (tmp_path / "again.wav").read_bytes() == HOLD_MUSIC.read_bytes()


def test_the_loop_is_made_for_a_telephone() -> None:
    """Eight kilohertz, one channel, twenty seconds, under 200 kB, never silent and never shrill."""
    with wave.open(str(HOLD_MUSIC)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8000, 1, 160_000)
        samples = file.readframes(160_000)
    assert HOLD_MUSIC.stat().st_size < 200_000
    for start in range(0, 160_000, 4000):  # half a second
        loudest = max(abs(sample - 128) for sample in samples[start : start + 4000])
        assert 15 < loudest < 80


def test_it_is_fetched_once_and_kept(doors: Doors) -> None:
    """Caches may keep it for a day, and a second question costs no sound."""
    first = doors.client.get("/media/hold.wav")
    second = doors.client.get("/media/hold.wav", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.content_type) == (200, "audio/wav")
    assert first.data == HOLD_MUSIC.read_bytes()
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    assert (second.status_code, second.data) == (304, b"")


def test_a_part_of_it_can_be_had(doors: Doors) -> None:
    """A proxy that asks for a range gets that range."""
    part = doors.client.get("/media/hold.wav", headers={"Range": "bytes=0-3"})

    assert (part.status_code, part.data) == (206, b"RIFF")
