"""Run every check of the house, then every test; called by scripts/test inside the environment it made."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CACHE = Path(os.environ.get("CALLIN_TOOL_CACHE", ROOT / ".tools" / "cache"))

IN_MEMORY = "/dev/shm"  # noqa: S108  every run makes a folder of its own there
ENOUGH = 4 * 1024**3

CHECKS = {
    "lint": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary"],
    "imports": ["lint-imports", "--no-cache"],
    "spelling": [
        "codespell",
        "callin",
        "twiml_templates",
        "scripts",
        "tests",
        "docs",
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ],
}


def _scratch():
    """Return where the tests' own files go: into memory where the system offers room, for each database syncs to it."""
    try:
        offered = os.statvfs(IN_MEMORY)
    except OSError:
        return tempfile.gettempdir()
    has_room = offered.f_bavail * offered.f_frsize >= ENOUGH
    fits = has_room and not offered.f_flag & os.ST_NOEXEC and os.access(IN_MEMORY, os.W_OK)
    return IN_MEMORY if fits else tempfile.gettempdir()


def main():
    """Run the checks (unless pytest arguments narrow the run) and the tests; exit non-zero if anything failed."""
    os.chdir(ROOT)
    env = dict(
        os.environ,
        RUFF_CACHE_DIR=str(CACHE / "ruff"),
        MYPY_CACHE_DIR=str(CACHE / "mypy"),
        PATH=os.pathsep.join([str(BIN), os.environ.get("PATH", "")]),
        # A checkout that another user owns takes no .pyc files; stale ones are worth less than they cost here.
        PYTHONDONTWRITEBYTECODE="1",
        TMPDIR=_scratch(),
    )
    failed = []
    narrowed = sys.argv[1:]
    for name, command in {} if narrowed else CHECKS.items():
        started = time.monotonic()
        result = subprocess.run(
            [str(BIN / command[0]), *command[1:]], env=env, capture_output=True, text=True, check=False
        )
        print(
            "{:10} {} {:5.1f} s".format(
                name, "ok    " if result.returncode == 0 else "FAILED", time.monotonic() - started
            ),
            flush=True,
        )
        if result.returncode:
            print(result.stdout + result.stderr, flush=True)
            failed.append(name)
    workers = [] if narrowed else ["-n", "auto", "--dist", "loadfile"]
    tests = subprocess.run([sys.executable, "-m", "pytest", *workers, *narrowed], env=env, check=False)
    if tests.returncode:
        failed.append("tests")
    if failed:
        sys.exit("scripts/test: failed: {}".format(", ".join(failed)))


if __name__ == "__main__":
    main()
