"""Which elements and attributes TwiML has, and what may stand in what; read by the parser.

Source: twilio-python 9.13, twilio/twiml/voice_response.py and messaging_response.py; section 9 of the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_Elements = Mapping[str, frozenset[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SAY = _words("voice loop language")
_PLAY = _words("loop digits")
_PAUSE = _words("length")
_STATUS = "statusCallback statusCallbackMethod statusCallbackEvent"
_RECORDING = "recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent"
_MESSAGE = _words("to from action method statusCallback")

VERBS: Final[_Elements] = {
    "Say": _SAY,
    "Play": _PLAY,
    "Pause": _PAUSE,
    "Redirect": _words("method"),
    "Hangup": frozenset(),
    "Reject": _words("reason"),
    "Leave": frozenset(),
    "Enqueue": _words("action maxQueueSize method waitUrl waitUrlMethod workflowSid"),
    "Gather": _words(
        "input action method timeout speechTimeout maxSpeechTime profanityFilter finishOnKey numDigits "
        "partialResultCallback partialResultCallbackMethod language hints bargeIn debug actionOnEmptyResult "
        "speechModel enhanced"
    ),
    "Record": _words(
        "action method timeout finishOnKey maxLength playBeep trim transcribe transcribeCallback " + _RECORDING
    ),
    "Dial": _words(
        "action method timeout hangupOnStar timeLimit callerId record trim answerOnBridge ringTone recordingTrack "
        "sequential referUrl referMethod events " + _RECORDING
    ),
    "Sms": _MESSAGE,
    "Message": _MESSAGE,
}
"""What may stand directly in a Response, with its attributes."""

NOUNS: Final[Mapping[str, _Elements]] = {
    "Gather": {"Say": _SAY, "Play": _PLAY, "Pause": _PAUSE},
    "Dial": {
        "Number": _words(
            "sendDigits url method byoc machineDetection amdStatusCallback amdStatusCallbackMethod "
            "machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold "
            "machineDetectionSilenceTimeout " + _STATUS
        ),
        "Queue": _words("url method reservationSid postWorkActivitySid"),
        "Client": _words("url method " + _STATUS),
        "Conference": _words(
            "muted beep startConferenceOnEnter endConferenceOnExit waitUrl waitMethod maxParticipants record region "
            "coach trim eventCallbackUrl jitterBufferSize participantLabel " + _STATUS + " " + _RECORDING
        ),
    },
    "DialClient": {"Identity": frozenset(), "Parameter": _words("name value")},
    "Sms": {},
    "Message": {"Body": frozenset(), "Media": frozenset()},
}
"""What may stand inside what."""
