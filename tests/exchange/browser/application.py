"""Somebody's Twilio application for the phones page to ring: phone-in, menu, mailbox, texts, and hostile words."""

import io
import wave
from collections import Counter

from flask import Flask, Response, request
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

app = Flask(__name__)
asked: Counter[str] = Counter()
refusing: list[str] = []  # paths answered 500


@app.before_request
def count() -> Response | None:
    asked[request.path] += 1
    return Response("broken", status=500) if request.path in refusing else None


def twiml(response: VoiceResponse | MessagingResponse) -> Response:
    return Response(str(response), mimetype="text/xml")


@app.post("/listener")
def listener() -> Response:
    response = VoiceResponse()
    response.say("welcome to the show")
    response.enqueue("line", wait_url="/wait", action="/left")
    return twiml(response)


@app.post("/wait")
def wait() -> Response:
    response = VoiceResponse()
    response.say(f"you are number {request.form['QueuePosition']} of {request.form['CurrentQueueSize']}")
    response.play("/music.wav")
    return twiml(response)


@app.get("/music.wav")
def music() -> Response:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8_000)
        writer.writeframes(bytes(2 * 8_000 * 20))
    return Response(file.getvalue(), mimetype="audio/wav", headers={"ETag": '"music"'})


@app.post("/left")
def left() -> Response:
    response = VoiceResponse()
    response.say(f"goodbye after {request.form['QueueResult']}")
    return twiml(response)


@app.post("/dj")
def dj() -> Response:
    dial = Dial(action="/next", hangup_on_star=True)
    dial.queue("line")
    response = VoiceResponse()
    response.append(dial)
    return twiml(response)


@app.post("/next")
def after_a_caller() -> Response:
    response = VoiceResponse()
    response.say("that was a caller")
    response.pause(length=60)
    return twiml(response)


@app.post("/menu")
def menu() -> Response:
    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/chosen", timeout=60)
    gather.say("press one to be told the time")
    response.append(gather)
    return twiml(response)


@app.post("/chosen")
def chosen() -> Response:
    response = VoiceResponse()
    response.say(f"you chose {request.form['Digits']}")
    response.pause(length=60)
    return twiml(response)


@app.post("/mailbox")
def mailbox() -> Response:
    response = VoiceResponse()
    response.record(action="/kept", timeout=60)
    return twiml(response)


@app.post("/kept")
def kept() -> Response:
    response = VoiceResponse()
    response.say(f"kept {request.form['RecordingDuration']} seconds")
    response.pause(length=60)
    return twiml(response)


@app.post("/connect")
def connect() -> Response:
    response = VoiceResponse()
    response.dial(request.args["to"], timeout=60)
    return twiml(response)


@app.post("/hostile")
def hostile() -> Response:
    response = VoiceResponse()
    response.say(HOSTILE)
    response.pause(length=60)
    return twiml(response)


@app.post("/sms")
def sms() -> Response:
    response = MessagingResponse()
    response.message(f"you wrote: {request.form['Body']}")
    return twiml(response)


@app.post("/status")
def status() -> tuple[str, int]:
    return "", 204
