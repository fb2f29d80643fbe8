"""The tutorial's application for waiting callers: Flask and VoiceResponse; served by gunicorn in the wait benchmark.

`plain` checks nothing, as the tutorial; `checked` uses the vendor's own validator, as its security page shows.
"""

from __future__ import annotations

import os

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse


def _answer() -> Response:
    response = VoiceResponse()
    response.say(f"You are number {request.form['QueuePosition']} in line.")
    response.say(f"You have been waiting {int(request.form['QueueTime']) // 60} minutes.")
    response.say(f"The average wait is {int(request.form['AvgQueueTime']) // 60} minutes.")
    response.play("http://127.0.0.1/media/hold.wav")
    return Response(str(response), mimetype="text/xml")


plain = Flask("plain")


@plain.post("/voice/listener/wait")
def wait() -> Response:
    """Answer whoever asks."""
    return _answer()


checked = Flask("checked")
_validator = RequestValidator(os.environ.get("TWILIO_AUTH_TOKEN", ""))


@checked.post("/voice/listener/wait")
def checked_wait() -> Response:
    """Answer the vendor alone."""
    if not _validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    return _answer()
