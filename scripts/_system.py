"""What the tests need of the system beyond Python: found, installed if we are root, or asked for in one command.

Standard library only. `scripts/test` asks for all of it before a full run; in a narrowed run a test asks for what it
needs itself, by running this file: `python scripts/_system.py postgresql`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


class Trouble(Exception):
    """Something is missing and cannot be installed; the text says what is missing and what to type."""


def _is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _on_path(*names):
    # A plain user's PATH has no sbin, where `ip` is; cron's has hardly anything.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
    return any(shutil.which(name, path=path) for name in names)


def _has_file(*patterns):
    return any(next(Path("/").glob(pattern.lstrip("/")), None) for pattern in patterns)


# What a test asks for: Debian's packages for it, and whether it is there.
NEEDS = {
    "chromium": (
        ("chromium", "chromium-sandbox", "fonts-liberation"),
        lambda: _on_path("chromium", "chromium-browser", "google-chrome"),
    ),
    # A certificate for the double of Twilio's signalling, which the softphone reaches by wss.
    "openssl": (("openssl",), lambda: _on_path("openssl")),
    # The node inside Playwright's wheel is linked against it.
    "libatomic": (("libatomic1",), lambda: _has_file("/usr/lib*/libatomic.so.1", "/usr/lib*/*/libatomic.so.1")),
    # Debian keeps the server's programs off the PATH.
    "postgresql": (("postgresql",), lambda: _on_path("initdb") or _has_file("/usr/lib/postgresql/*/bin/initdb")),
    # Two hosts on one machine, in network namespaces that only root may make.
    "iproute2": (("iproute2",), lambda: _on_path("ip") or not _is_root()),
}


def provide(names):
    """Everything of these names is there.

    Raises:
        Trouble: something is not, with the command that installs it.
    """
    packages = _missing(names)
    if not packages:
        return
    wanted = " ".join(packages)
    if not _on_path("apt-get"):
        raise Trouble(
            f"the tests need what Debian calls {wanted}. Install it as this system does, then run this again."
        )
    if not _is_root():
        raise Trouble(f"the tests need more of this system. Type: sudo apt-get install -y {wanted}")
    _tell(f"installing {wanted} (once)")
    _install(packages)
    if _missing(names):
        raise Trouble(f"installed {wanted}, and still cannot find it. Look at: dpkg -L {wanted}")


def _missing(names):
    return [package for name in names for package in NEEDS[name][0] if not NEEDS[name][1]()]


def _install(packages):
    install = ["install", "-y", "--no-install-recommends", *packages]
    # A fresh machine has no lists of packages; one that has been up for long has lists that are out of date.
    for step in (install, ["update"], install):
        code, told = _apt_get(step)
        if step is install and code == 0:
            return
    sys.stderr.write(told)
    raise Trouble("could not install what the tests need (see above). It needs the network once; then run this again.")


def _apt_get(step):
    # Another worker of this run may be at it too: the second waits, and finds it done.
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Options::=--force-confold", *step]
    result = subprocess.run(
        command,
        env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


def _tell(text):
    sys.stderr.write(f"callin: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        provide(sys.argv[1:] or NEEDS)
    except Trouble as trouble:
        sys.exit(f"callin: {trouble}")
