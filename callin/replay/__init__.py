"""Playing a recorded show again on a fresh station, and saying whether it ends the same; called by the terminal."""

from callin.replay.player import replay
from callin.replay.verdict import Difference

__all__ = ["Difference", "replay"]
