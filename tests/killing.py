"""A piece of Python in a process of its own, killed with -9 at a chosen moment of its work."""

import subprocess
import sys


def run_and_kill(source: str, *words: str, after_s: float) -> None:
    """It has run, and was killed unless it came to its end before.

    Args:
        source: says «ready» when it is about to begin, then waits for a line.
        words: its arguments.
        after_s: from when it began.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", source, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
