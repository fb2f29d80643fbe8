"""Sounds that come with Callin, and their door, hung by the application; scripts/make_hold_music.py makes them."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, request

from callin.twiml import HOLD_MUSIC_PATH

HOLD_MUSIC = Path(__file__).with_name("hold.wav")
# `<Play>` is cached by proxies near Twilio when they may: five thousand callers need not fetch it every 20 s.
CACHE_CONTROL = "public, max-age=86400"

door = Blueprint("media", __name__)


@door.get(HOLD_MUSIC_PATH)
def hold() -> Response:
    """The hold music."""
    reply = Response(HOLD_MUSIC.read_bytes(), content_type="audio/wav")
    reply.headers["Cache-Control"] = CACHE_CONTROL
    reply.add_etag()
    reply.make_conditional(request, accept_ranges=True, complete_length=HOLD_MUSIC.stat().st_size)
    return reply
