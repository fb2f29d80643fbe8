"""`callin serve` as a process of its own, for tests of how it starts, works and ends."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

WITHIN_S = 120


class Serving:
    """One `callin serve` of several workers."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callin", "serve", "--port", "0", *words],
            env=os.environ | {"LOG_LEVEL": "INFO"},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        self.said, found = "", None
        while found is None:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
            found = re.search(r"listening on (http://[0-9.:]+) ", line)
        self.url = found.group(1)

    def answers(self, *, within_s: float = 10) -> bool:
        """Whether a new connection is answered, by whichever worker."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=within_s) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False

    def workers(self) -> set[int]:
        """The processes that answer; Linux says which were forked by the parent."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(child) for child in children}

    def stop(self, number: int = signal.SIGTERM) -> str:
        os.killpg(self.process.pid, number)
        _, rest = self.process.communicate(timeout=WITHIN_S)
        return self.said + rest


def until(is_so: Callable[[], bool]) -> None:
    """It has become so, in good time."""
    give_up_at = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
