"""Two hosts on one machine, in network namespaces that only root may make, and a balancer before them.

Outside are Twilio (the exchange) and PostgreSQL, at an address that each host reaches by a cable of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import urllib3

PORT = 8000
STARTS_WITHIN_S = 60
# What a balancer gives a host that does not answer, and for how long it leaves it alone then.
CONNECT_S, READ_S, LEFT_ALONE_S = 0.5, 12, 5


def ip(*words: str) -> None:
    """Configure the network, or say what it needs."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr.strip()} (root and CAP_NET_ADMIN are needed)"


@dataclass
class Host:
    """One machine of the station's: a namespace with one cable to the outside, and `callin serve` in it."""

    name: str
    cable: str  # our end of it
    address: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.address}:{PORT}"

    def serve(self, environment: Mapping[str, str], *, log: IO[bytes]) -> None:
        """Answer Twilio's webhooks, with a courier."""
        command = ["ip", "netns", "exec", self.name, sys.executable, "-m", "callin", "serve", "--host", "0.0.0.0"]
        self.process = subprocess.Popen(
            command, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True
        )

    def is_ready(self) -> bool:
        """Whether a balancer would send anybody here."""
        try:
            timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
            return urllib3.request("GET", f"{self.url}/readyz", retries=False, timeout=timeout).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def cut_off(self) -> None:
        """Nothing comes through the cable, in either direction, and nobody is told."""
        ip("link", "set", self.cable, "down")

    def plug_in(self) -> None:
        """The cable is whole again."""
        ip("link", "set", self.cable, "up")
        ip("addr", "replace", f"{gateway_of(self.address)}/30", "dev", self.cable)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def gateway_of(address: str) -> str:
    """Return the address at our end of a host's cable."""
    head, _, last = address.rpartition(".")
    return f"{head}.{int(last) - 1}"


@contextmanager
def two_hosts() -> Iterator[tuple[str, list[Host]]]:
    """Give the address of the outside, and two hosts that reach it; nothing of them is left afterwards."""
    mark = os.getpid() % 250 + 1  # another run on this machine has another
    outside = f"10.213.{mark}.254"
    with ExitStack() as afterwards:
        ip("addr", "add", f"{outside}/32", "dev", "lo")
        afterwards.callback(ip, "addr", "del", f"{outside}/32", "dev", "lo")
        hosts = [Host(f"callin{mark}-{n}", f"callin{mark}-{n}", f"10.213.{mark}.{4 * n + 2}") for n in range(2)]
        for host in hosts:
            ip("netns", "add", host.name)
            afterwards.callback(ip, "netns", "del", host.name)  # its cable goes with it
            afterwards.callback(host.stop)
            ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
            ip("-n", host.name, "addr", "add", f"{host.address}/30", "dev", "eth0")
            for end in ("lo", "eth0"):
                ip("-n", host.name, "link", "set", end, "up")
            host.plug_in()
            ip("-n", host.name, "route", "add", "default", "via", gateway_of(host.address))
        yield outside, hosts


@dataclass
class Balancer:
    """A WSGI application that asks the hosts in turn, and the other one when one does not answer."""

    hosts: list[Host]
    asked: dict[str, int] = field(default_factory=dict)  # host → requests it answered
    left_alone_until: dict[str, float] = field(default_factory=dict)
    turn: int = 0

    def __post_init__(self) -> None:
        self.pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), retries=False)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass a webhook on, as Twilio sent it."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].replace("_", "-"): str(value) for name, value in environ.items() if name[:5] == "HTTP_"}
        headers["Content-Type"] = environ.get("CONTENT_TYPE", "")
        path = environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        self.turn += 1
        for host in self.hosts[self.turn % 2 :] + self.hosts[: self.turn % 2]:
            if time.monotonic() < self.left_alone_until.get(host.name, 0):
                continue
            try:
                reply = self.pool.request(environ["REQUEST_METHOD"], host.url + path, body=body, headers=headers)
            except urllib3.exceptions.HTTPError:
                self.left_alone_until[host.name] = time.monotonic() + LEFT_ALONE_S
                continue
            self.asked[host.name] = self.asked.get(host.name, 0) + 1
            told = [
                (name, value) for name, value in reply.headers.items() if name.lower() in ("content-type", "location")
            ]
            start_response(f"{reply.status} {reply.reason}", told)
            return [reply.data]
        start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"no host answers\n"]


def ready(hosts: list[Host], *, folder: Path) -> None:
    """Every host answers and says that it is ready, or the test ends with its log."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    for host in hosts:
        while not host.is_ready():
            logs = "\n".join(path.read_text() for path in folder.glob("*.log"))
            assert time.monotonic() < give_up_at, logs
            time.sleep(0.1)
