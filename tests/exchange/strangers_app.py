"""A phone-in that is not callin's: twenty lines of Flask that know nothing of the exchange; run by its test."""

from flask import Flask, Response, request
from twilio.twiml.voice_response import Dial, VoiceResponse

app = Flask(__name__)


def answer(*verbs: str) -> Response:
    response = VoiceResponse()
    for words in verbs:
        response.say(words)
    return Response(str(response), mimetype="text/xml")


@app.post("/listener")
def listener() -> Response:
    response = VoiceResponse()
    response.enqueue("strangers", wait_url="/wait", action="/left")
    return Response(str(response), mimetype="text/xml")


@app.post("/wait")
def wait() -> Response:
    response = VoiceResponse()
    response.say(f"you are number {request.form['QueuePosition']} of {request.form['CurrentQueueSize']}")
    response.pause(length=10)
    return Response(str(response), mimetype="text/xml")


@app.post("/left")
def left() -> Response:
    return answer(f"goodbye after {request.form['QueueResult']}")


@app.post("/dj")
def dj() -> Response:
    dial = Dial(action="/next", hangup_on_star=True)
    dial.queue("strangers", url="/whisper")
    response = VoiceResponse()
    response.append(dial)
    return Response(str(response), mimetype="text/xml")


@app.post("/whisper")
def whisper() -> Response:
    return answer("you are going on the air")


@app.post("/next")
def after_a_caller() -> Response:
    return answer(f"that call was {request.form['DialCallStatus']}")
