#!/usr/bin/env python3
"""Close the show from this checkout, with the options of `callin show close`; for a producer's shortcut or cron."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _boot

if __name__ == "__main__":
    # Cron starts anywhere: .env and a database named relative to it are the checkout's, unless there is one here.
    if not Path(".env").exists():
        os.chdir(str(_boot.ROOT))
    _boot.enter(["-m", "callin", "show", "close", *sys.argv[1:]])
