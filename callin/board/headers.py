"""What every answer tells a browser to refuse: foreign code, frames, guessing, keeping; set after each request."""

from __future__ import annotations

from flask import Response, g

# Everything comes from this station; nothing is written into a page as code or style.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def secure(reply: Response) -> Response:
    """Return the answer with its headers."""
    reply.headers["X-Content-Type-Options"] = "nosniff"
    if g.get("user") is not None:
        # Somebody's own: neither a proxy nor the back button of the next person at this desk may show it again.
        reply.headers["Cache-Control"] = "no-store"
    if reply.mimetype == "text/html":
        reply.headers["Content-Security-Policy"] = POLICY
        reply.headers["X-Frame-Options"] = "DENY"
        reply.headers["Referrer-Policy"] = "no-referrer"  # the addresses of one-time links are secrets
        reply.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        reply.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        reply.headers.setdefault("Cache-Control", "no-store")
    return reply
