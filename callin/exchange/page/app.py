"""The phones page's files, as they lie in `static`; called by the server for whatever is neither REST nor control.

No framework, nothing from elsewhere, nothing to build: the browser gets the very files that are in the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from callin.exchange.http_messages import HttpAnswer, HttpRequest, json_answer

FOLDER: Final = Path(__file__).with_name("static")
PREFIX: Final = "/page/"
KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "microphone=(self)"),
    ("Cache-Control", "no-cache"),
)
FILES: Final = {path.name: path for path in FOLDER.iterdir() if path.suffix in KINDS}


def answer(request: HttpRequest) -> HttpAnswer:
    """Return the page, or one of its files; 404 for anything else, 405 unless it is only asked for."""
    path = request.path
    name = "index.html" if path == "/" else path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
    file = FILES.get(name)
    if file is None:
        return json_answer(
            404, {"error": f"nothing at {path[:100]}: phones at /, REST below /2010-04-01/, control below /_exchange/"}
        )
    if request.method not in ("GET", "HEAD"):
        return json_answer(405, {"error": "use GET"}, headers=[("Allow", "GET")])
    return HttpAnswer(200, file.read_bytes(), content_type=KINDS[file.suffix], headers=HEADERS)
