"""Make this checkout runnable with nothing but Python and pip; called by the scripts beside it.

Standard library only, and written so that an old Python can still read it far enough to be refused politely.
Everything lands in the checkout (.venv, .tools); where that cannot be written, in a folder of the user's own.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
UV = "uv>=0.13,<0.14"
OLDEST_UV = (0, 13)


class Trouble(Exception):
    """The set-up cannot go on; the text says what is wrong and what to type."""


def enter(arguments, dev=False):
    """Set everything up, then become `.venv/bin/python ARGUMENTS`; never returns.

    Args:
        arguments: what follows `python` on the command line.
        dev: whether the tools of the test suite are needed too.
    """
    try:
        python = python_of_the_house(dev=dev)
    except Trouble as trouble:
        sys.exit(f"callin: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.environ.pop("VIRTUAL_ENV", None)
    os.environ.pop("PYTHONHOME", None)
    sys.stdout.flush()
    os.execv(str(python), [str(python), *arguments])


def refuse_old_python():
    """This Python is new enough.

    Raises:
        Trouble: it is not.
    """
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        raise Trouble(
            f"needs Python 3.11 or newer, and this is {found}. Install it (Debian: apt install python3), "
            f"then run this script with it: python3.11 {sys.argv[0]}"
        )


def python_of_the_house(dev=False):
    """Return the interpreter of a virtual environment that holds exactly what uv.lock says.

    A stamp beside it makes the second run instant, without network and without write access.
    """
    refuse_old_python()
    for room in _rooms():
        if _is_ready(room, dev):
            return _python_in(room)
    room = _first_writable_room()
    with _alone_in(room):
        if not _is_ready(room, dev):
            _furnish(room, dev)
    return _python_in(room)


def work_folder():
    """Return a folder that this user can write, for caches of the tools."""
    room = _first_writable_room()
    folder = room / ".tools" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _rooms():
    """The places an environment may stand: the checkout, or a folder of this user's own among the temporary files."""
    mark = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return [ROOT, Path(tempfile.gettempdir()) / f"callin-{user}-{mark}"]


def _first_writable_room():
    for room in _rooms():
        try:
            room.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if room != ROOT and hasattr(os, "getuid") and room.stat().st_uid != os.getuid():
            continue  # somebody else prepared this name: never run what they put there
        # A first run as root leaves a .venv that a plain user can use, but not mend.
        if all(os.access(str(p), os.W_OK) for p in (room, room / ".venv", room / ".tools") if p.exists()):
            return room
    rooms = " nor ".join(map(str, _rooms()))
    raise Trouble(f"can write neither {rooms}. Clone it to a folder of your own, or set TMPDIR.")


def _fingerprint(room):
    """What an environment was made from: the lock, this checkout, and the Python that it stands on.

    Not the Python that asks: cron's PATH often finds another one, and must not tear down what a server runs in.
    """
    told = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        told.update((ROOT / name).read_bytes())
    told.update(f"{ROOT} {os.path.realpath(str(_python_in(room)))}".encode())
    return told.hexdigest()


def _python_in(room):
    return room / ".venv" / "bin" / "python"


def _is_ready(room, dev):
    if room != ROOT and room.exists() and hasattr(os, "getuid") and room.stat().st_uid != os.getuid():
        return False
    try:
        stamp = (room / ".venv" / "callin-stamp").read_text().split()
    except OSError:
        return False
    # A full environment serves the rehearsal too; the reverse does not hold.
    return (
        stamp[:1] == [_fingerprint(room)] and (not dev or "dev" in stamp) and os.access(str(_python_in(room)), os.X_OK)
    )


@contextlib.contextmanager
def _alone_in(room):
    """One set-up at a time: two terminals may be started together."""
    try:
        import fcntl  # noqa: PLC0415  not on every system
    except ImportError:
        yield
        return
    (room / ".tools").mkdir(exist_ok=True)
    with (room / ".tools" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _furnish(room, dev):
    uv = _uv(room)
    _tell("setting up {} (once; about half a minute)".format(room / ".venv"))
    env = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=str(room / ".venv"))
    env.pop("VIRTUAL_ENV", None)
    if not _has_writable_home():
        env["UV_CACHE_DIR"] = str(room / ".tools" / "uv-cache")
    stamp = room / ".venv" / "callin-stamp"
    # Whoever ran the tests here keeps their tools when a newer uv.lock is installed for a rehearsal.
    dev = dev or (stamp.exists() and "dev" in stamp.read_text().split())
    stamp.unlink(missing_ok=True)
    command = [*uv, "sync", "--locked", "--quiet", "--project", str(ROOT), "--python", sys.executable]
    command += [] if dev else ["--no-dev"]
    # uv trusts its own list of certificates; behind a proxy with one of its own only the system knows it.
    for extra in ([], ["--system-certs"]):
        result = subprocess.run([*command, *extra], env=env, stderr=subprocess.PIPE, text=True, check=False)
        if result.returncode == 0:
            break
    else:
        sys.stderr.write(result.stderr)
        raise Trouble(
            "could not install what uv.lock lists (see above). It needs the network once; then run this again."
        )
    stamp.write_text("{} {}\n".format(_fingerprint(room), "dev" if dev else "run"))


def _has_writable_home():
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return False
    while not folder.exists():
        folder = folder.parent
    return os.access(str(folder), os.W_OK)


def _uv(room):
    """Return the command that runs uv: the one on PATH, or one fetched into .tools."""
    found = shutil.which("uv")
    if found and _is_new_enough(found):
        return [found]
    own = room / ".tools" / "bin" / "uv"
    if not own.exists() or not _is_new_enough(str(own)):
        if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
            raise Trouble("needs pip once, to fetch uv. Debian: apt install python3-pip. Then run this again.")
        _tell("fetching uv, which installs the rest")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-warn-script-location", "--root-user-action=ignore", "--upgrade"]
        if subprocess.run([*pip, "--target", str(room / ".tools"), UV], check=False).returncode:
            raise Trouble("could not fetch uv with pip (see above). It needs the network once; then run this again.")
    return [str(own)]


def _is_new_enough(uv):
    try:
        told = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    version = re.search(r"(\d+)\.(\d+)", told)
    return bool(version) and tuple(int(part) for part in version.groups()) >= OLDEST_UV


def _tell(text):
    sys.stderr.write(f"callin: {text}\n")
    sys.stderr.flush()
