"""What every answer tells a browser to refuse: foreign code, frames, guessing, keeping; set after each request."""

from __future__ import annotations

from flask import Response, g

# Everything comes from this station; nothing is written into a page as code or style.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {whence}" for what, whence in _POLICY.items())
# Where the softphone speaks to Twilio (wss), and tells how good the line is (https). Its edges have names of their own.
_TALKING = _POLICY | {"connect-src": "'self' wss://*.twilio.com https://*.twilio.com"}
TALKING_POLICY = "; ".join(f"{what} {whence}" for what, whence in _TALKING.items())

DEVICES = "microphone=(), camera=(), geolocation=()"
TALKING_DEVICES = "microphone=(self), camera=(), geolocation=()"


def let_talk(reply: Response) -> Response:
    """Return the page with leave to use the microphone and to reach Twilio; no other page has it."""
    reply.headers["Content-Security-Policy"] = TALKING_POLICY
    reply.headers["Permissions-Policy"] = TALKING_DEVICES
    return reply


def secure(reply: Response) -> Response:
    """Return the answer with its headers."""
    reply.headers["X-Content-Type-Options"] = "nosniff"
    if g.get("user") is not None:
        # Somebody's own: neither a proxy nor the back button of the next person at this desk may show it again.
        reply.headers["Cache-Control"] = "no-store"
    if reply.mimetype == "text/html":
        reply.headers.setdefault("Content-Security-Policy", POLICY)
        reply.headers.setdefault("Permissions-Policy", DEVICES)
        reply.headers["X-Frame-Options"] = "DENY"
        reply.headers["Referrer-Policy"] = "no-referrer"  # the addresses of one-time links are secrets
        reply.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        reply.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        reply.headers.setdefault("Cache-Control", "no-store")
    return reply
