"""A small double of Twilio's signalling for Twilio's own kit in a real browser: the words of one call, and no more.

It listens with TLS on this machine; the browser is told that all of twilio.com is here (`browser_flags`), so kit,
policy and addresses are those of a real call. The words are those that the kit (2.18.5, `lib/twilio/pstream.ts`) sends
and understands; the sound is another page's business (`far_end.py`).
"""

import contextlib
import json
import queue
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from tests.system import need

CALL_SID = "CA" + "5" * 32
WAY_BACK = "way-back"
BAD_TOKEN = 31204
BEAT_S = 5.0  # the kit takes 15 s of silence for a broken line
PATIENCE_S = 20.0


class Signalling:
    """One gateway: whom it lets in, what it heard, what it says."""

    def __init__(self, folder: Path) -> None:
        """Listen, with a certificate of our own."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*_certificate(folder))
        self._server = serve(self._talk, "127.0.0.1", 0, ssl=context, process_request=self._at_the_door)
        self._insights = ThreadingHTTPServer(("127.0.0.1", 0), type("_Reports", (_Reports,), {"gateway": self}))
        self._insights.socket = context.wrap_socket(self._insights.socket, server_side=True)
        for server in (self._server, self._insights):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.begin(secret="")

    def begin(self, *, secret: str) -> None:
        """Nothing has been heard yet; tokens count if this secret has signed them."""
        self._secret = secret
        self._open: set[ServerConnection] = set()
        self.is_cut = False
        self.gives_way_back = True
        self.refuses_with: int | None = None
        self.lasts_s: int | None = None
        self.reports = 0
        self.claims: dict[str, Any] = {}
        self.heard: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()

    @property
    def browser_flags(self) -> tuple[str, ...]:
        """What a browser has to be told to find it."""
        signals, reports = self._server.socket.getsockname()[1], self._insights.server_port
        rules = f"MAP eventgw.*twilio.com 127.0.0.1:{reports}, MAP *.twilio.com 127.0.0.1:{signals}"
        return f"--host-resolver-rules={rules}", "--ignore-certificate-errors"

    def wait_for(self, wanted: str) -> dict[str, Any]:
        """Return what the kit says with this word, next."""
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            word, payload = self.heard.get(timeout=give_up_at - time.monotonic())
            if word == wanted:
                return payload

    def say(self, word: str, payload: dict[str, Any]) -> None:
        """The gateway says something."""
        for connection in list(self._open):
            connection.send(json.dumps({"type": word, "payload": payload, "version": "1.6"}))

    def answer(self, sdp: str) -> None:
        """The call is answered, with this description of the far end."""
        told = {"callsid": CALL_SID, "sdp": sdp, "edge": "ashburn"}
        self.say("answer", told | ({"reconnect": WAY_BACK} if self.gives_way_back else {}))

    def hang_up(self, *, code: int | None = None) -> None:
        """The far end ends the call, or Twilio does, with a code."""
        error = {} if code is None else {"error": {"code": code, "message": "no"}}
        self.say("hangup", {"callsid": CALL_SID} | error)

    def cut(self) -> None:
        """Whatever is connected is torn, and nobody gets through."""
        self.is_cut = True
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        """It can be reached again."""
        self.is_cut = False

    def close(self) -> None:
        """It is gone."""
        self._server.shutdown()
        self._insights.shutdown()
        self._insights.server_close()

    def _at_the_door(self, connection: ServerConnection, request: Request) -> Response | None:
        assert request.path == "/signal"
        return connection.respond(503, "") if self.is_cut else None

    def _talk(self, connection: ServerConnection) -> None:
        self._open.add(connection)
        with contextlib.suppress(ConnectionClosed):
            while True:
                try:
                    said = connection.recv(timeout=BEAT_S)
                except TimeoutError:
                    connection.send("\n")
                    continue
                if said != "\n":
                    self._take(connection, json.loads(said))
        self._open.discard(connection)

    def _take(self, connection: ServerConnection, said: dict[str, Any]) -> None:
        word, payload = said["type"], said["payload"]
        self.heard.put((word, payload))
        if word == "listen":
            self._let_in(connection, payload["token"])
        elif word == "invite" and "reconnect" in payload:
            assert payload["reconnect"] == WAY_BACK
            self.say("answer", {"callsid": payload["callsid"], "reconnect": WAY_BACK})

    def _let_in(self, connection: ServerConnection, token: str) -> None:
        try:
            self.claims = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            self.refuses_with = self.refuses_with or BAD_TOKEN
        if self.refuses_with is not None:
            error = {"code": self.refuses_with, "message": "Invalid JWT token"}
            connection.send(json.dumps({"type": "error", "payload": {"error": error}}))
            return
        grants = self.claims["grants"]
        told = {
            "region": "US_EAST_VIRGINIA",
            "edge": "ashburn",
            "home": "us1",
            "token": {"identity": grants["identity"], "ttl": self.lasts_s or self.claims["exp"] - int(time.time())},
        }
        connection.send(json.dumps({"type": "connected", "payload": told}))


class _Reports(BaseHTTPRequestHandler):
    """Takes what the kit tells Twilio of the quality of the line."""

    gateway: Signalling

    def do_OPTIONS(self) -> None:
        self.send_response(204)
        for name in ("Origin", "Headers"):
            self.send_header(f"Access-Control-Allow-{name}", "*")
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.gateway.reports += 1
        self.do_OPTIONS()

    def log_message(self, *_args: object) -> None:
        pass


def _certificate(folder: Path) -> tuple[Path, Path]:
    need("openssl")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=twilio.com", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key
