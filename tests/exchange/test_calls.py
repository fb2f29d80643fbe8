"""Calls coming in, going out and put through: facts 3.3, 4.5, 4.6, 15 and the verbs that are no queue's."""

from __future__ import annotations

import pytest

from callin.exchange.conversation import APPLICATION_ERROR
from callin.exchange.errors import RestError, UnknownNumber, WrongState
from callin.exchange.records import Call, CallStatus, HeardKind
from tests.exchange.script import BASE, NUMBER, Desk, Says

FAR = "+15550144444"


def place(desk: Desk, **options: object) -> Call:
    """REST rings a phone."""
    return desk.exchange.place_call(to=FAR, from_=NUMBER, **{"url": f"{BASE}/out", **options})  # type: ignore[arg-type]


def test_the_first_request_of_an_incoming_call_is_ringing() -> None:
    """Facts 4.1: the standard parameters; CallStatus ringing at first, in-progress afterwards."""
    desk = Desk({"/voice": "<Say>Hello</Say><Redirect>/on</Redirect>", "/on": "<Hangup/>"})
    call = desk.dial()
    desk.exchange.advance(5)
    first, second = desk.app.requests("/voice")[0].params, desk.app.requests("/on")[0].params
    assert {
        name: first[name] for name in ("CallSid", "From", "To", "CallStatus", "Direction", "ApiVersion", "Caller")
    } == {
        "CallSid": call.sid,
        "From": "+15550111111",
        "To": NUMBER,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        "Caller": "+15550111111",
    }
    assert first["AccountSid"] == desk.exchange.account.sid
    assert first["FromCountry"] == "US"
    assert second["CallStatus"] == "in-progress"


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "client:ann"])
def test_withheld_numbers_arrive_as_they_are(number: str) -> None:
    """Facts 4.6: the strings Twilio sends for withheld callers; those that are no number have no geography."""
    desk = Desk({"/voice": "<Say>Hello</Say>"})
    desk.dial(number)
    asked = desk.app.requests("/voice")[0].params
    assert asked["From"] == number
    assert ("FromCountry" in asked) is number.startswith("+")


@pytest.mark.parametrize(
    ("verb", "answers"),
    [
        ("<Say>Hi</Say>", True),
        ("<Play>/x.wav</Play>", True),
        ("<Gather/>", True),
        ("<Record/>", True),
        ("<Enqueue>line</Enqueue>", True),
        ("<Dial>+15550177777</Dial>", True),
        ("<Pause length='9'/>", False),
        ("<Redirect>/slow</Redirect>", False),
    ],
)
def test_what_answers_a_ringing_call(verb: str, answers: bool) -> None:
    """Facts 15: Say, Play, Gather, Record, Enqueue, Dial; not Pause, Redirect."""
    desk = Desk({"/voice": verb, "/slow": "<Pause length='9'/>"})
    call = desk.dial()
    assert call.status is (CallStatus.IN_PROGRESS if answers else CallStatus.RINGING)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("<Reject/>", "no-answer"),
        ('<Reject reason="busy"/>', "busy"),
        ("<Hangup/>", "completed"),
        ("", "completed"),
        ("<Say>Hi</Say>", "completed"),
    ],
)
def test_how_a_call_ends_by_its_document(document: str, status: str) -> None:
    """Facts 15: after Reject busy or no-answer, after Hangup completed; the status callback has CallDuration."""
    desk = Desk({"/voice": document, "/status": Says(status=204, content_type=None)})
    call = desk.dial()
    desk.exchange.advance(5)
    assert call.status == status
    told = desk.app.requests("/status")
    assert [asked.params["CallStatus"] for asked in told] == [status]
    assert told[0].params["CallDuration"] == "0"


def test_hanging_up_while_it_rings_is_no_answer() -> None:
    """Facts 15: hang-up while ringing: no-answer; one status callback."""
    desk = Desk({"/voice": "<Pause length='9'/><Say>Hello</Say>", "/status": ""})
    call = desk.dial()
    desk.exchange.hang_up(call)
    assert call.status is CallStatus.NO_ANSWER
    assert len(desk.app.requests("/status")) == 1
    desk.exchange.advance(60)
    assert [heard.kind for heard in call.heard] == [HeardKind.SILENCE]


def test_the_duration_counts_from_the_answer() -> None:
    """Facts 4.5: CallDuration in whole seconds."""
    desk = Desk({"/voice": "<Pause length='5'/><Say>a b c d e</Say><Pause length='10'/>", "/status": ""})
    desk.dial()
    desk.exchange.advance(20)
    assert desk.app.requests("/status")[0].params["CallDuration"] == "12"


def test_a_number_nobody_has_cannot_be_dialled() -> None:
    """Control API: 404 if no such number."""
    desk = Desk()
    with pytest.raises(UnknownNumber):
        desk.exchange.dial("+15550111111", "+15559999999")
    assert not desk.exchange.calls


def test_what_is_said_lasts_as_long_as_its_words() -> None:
    """Exchange rules: about 150 words a minute; SSML counts by its words; one heard item per verb."""
    desk = Desk({"/voice": '<Say loop="2">one <break time="1s"/>two <emphasis>three</emphasis></Say><Say>next</Say>'})
    call = desk.dial()
    desk.exchange.advance(2.3)
    assert desk.heard(call) == ["one two three"]
    desk.exchange.advance(0.2)
    assert desk.heard(call) == ["one two three", "next"]


def test_ssml_of_amazons_own_needs_no_declared_prefix() -> None:
    """Exchange rules: SSML inside Say is accepted, and people write Polly's tags as its manual shows them."""
    desk = Desk({"/voice": '<Say>psst: <amazon:effect name="whispered">the show begins</amazon:effect></Say>'})
    assert desk.heard(desk.dial()) == ["psst: the show begins"]
    assert desk.entry("/voice").error is None


def test_a_placed_call_rings_until_it_is_answered() -> None:
    """Facts 3.3, 4.1: queued, ringing, in-progress, completed, each told to whoever asked."""
    desk = Desk({"/out": "<Say>Your turn</Say>", "/progress": ""})
    call = place(
        desk,
        status_callback=f"{BASE}/progress",
        status_callback_events=("initiated", "ringing", "answered", "completed"),
    )
    assert call.status is CallStatus.RINGING
    assert desk.exchange.phone(FAR).state == "ringing"
    desk.exchange.advance(3)
    desk.exchange.phone(FAR).answer()
    desk.exchange.advance(3)
    assert desk.heard(call) == ["Your turn"]
    assert [asked.params["CallStatus"] for asked in desk.app.requests("/progress")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert desk.app.requests("/out")[0].params["Direction"] == "outbound-api"


@pytest.mark.parametrize(("act", "status"), [("refuse", "busy"), ("wait", "no-answer"), ("cancel", "canceled")])
def test_a_placed_call_that_is_not_answered(act: str, status: str) -> None:
    """Facts 3.3: busy, no-answer after its timeout (60 s), canceled; its document is never asked for."""
    desk = Desk({"/out": "<Say>Your turn</Say>", "/progress": ""})
    call = place(desk, status_callback=f"{BASE}/progress")
    if act == "refuse":
        desk.exchange.refuse(call)
    elif act == "cancel":
        desk.exchange.update_call(call, status="canceled")
    desk.exchange.advance(60)
    assert call.status == status
    assert [asked.params["CallStatus"] for asked in desk.app.requests("/progress")] == [status]
    with pytest.raises(WrongState):
        desk.exchange.answer(call)


def test_a_placed_call_can_carry_its_document() -> None:
    """Facts 3.3: Twiml instead of Url."""
    desk = Desk()
    call = place(desk, url=None, twiml="<Response><Say>Inline</Say></Response>")
    desk.exchange.answer(call)
    assert desk.heard(call) == ["Inline"]
    assert desk.app.asked == []


def test_only_a_ringing_phone_can_be_answered() -> None:
    """Control API: 409 unless it rings."""
    desk = Desk({"/voice": "<Pause length='60'/>"})
    call = desk.dial()
    with pytest.raises(WrongState):
        desk.exchange.answer(call)
    with pytest.raises(WrongState):
        desk.exchange.refuse(call)


@pytest.mark.parametrize(
    "change", [{"url": f"{BASE}/x"}, {"twiml": "<Response/>"}, {"status": "completed"}, {"status": "canceled"}]
)
def test_a_call_that_is_over_cannot_be_changed(change: dict[str, str]) -> None:
    """Facts 15: a terminal call updated by any of Url, Twiml, Status: 400 / 21220."""
    desk = Desk({"/voice": "<Hangup/>"})
    call = desk.dial()
    with pytest.raises(RestError) as refused:
        desk.exchange.update_call(call, **change)  # type: ignore[arg-type]
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_only_a_call_in_progress_can_be_moved() -> None:
    """Facts 3.3: 400 / 21220 while it rings; nothing of the update is kept."""
    desk = Desk({"/voice": "<Pause length='60'/>"})
    call = desk.dial()
    with pytest.raises(RestError) as refused:
        desk.exchange.update_call(call, url=f"{BASE}/x", fallback_url=f"{BASE}/fallback")
    assert refused.value.code == 21220
    assert call.fallback_url == ""


def test_completing_a_call_hangs_it_up() -> None:
    """Facts 3.3: `completed` hangs up even a call in progress; `canceled` only ringing ones."""
    desk = Desk({"/voice": "<Say>Hi</Say><Pause length='60'/>", "/status": ""})
    call = desk.dial()
    with pytest.raises(RestError):
        desk.exchange.update_call(call, status="canceled")
    desk.exchange.update_call(call, status="completed")
    assert call.status is CallStatus.COMPLETED
    assert len(desk.app.requests("/status")) == 1


def test_dialling_a_phone() -> None:
    """Facts 2.1, 2.3: the far phone rings until it answers; both are bridged; the Dial action tells how it went."""
    desk = Desk(
        {
            "/voice": f'<Dial action="/dialled"><Number>{FAR}</Number></Dial>',
            "/dialled": "<Say>Back</Say>",
            "/status": "",
        }
    )
    call = desk.dial()
    phone = desk.exchange.phone(FAR)
    assert phone.state == "ringing"
    phone.answer()
    child = phone.calls[0]
    assert (call.bridged_to, child.bridged_to, child.parent_call_sid, child.from_) == (
        child.sid,
        call.sid,
        call.sid,
        call.from_,
    )
    desk.exchange.advance(7)
    phone.hang_up()
    dialled = desk.app.requests("/dialled")[0].params
    assert (dialled["DialCallStatus"], dialled["DialCallSid"], dialled["DialCallDuration"]) == (
        "completed",
        child.sid,
        "7",
    )
    assert desk.heard(call) == ["bridge", "Back"]


@pytest.mark.parametrize(("act", "status", "child"), [("refuse", "busy", "busy"), ("wait", "no-answer", "no-answer")])
def test_a_dialled_phone_that_does_not_answer(act: str, status: str, child: str) -> None:
    """Facts 2.1, 15: timeout 30 s; nobody bridged, no DialCallSid and no DialCallDuration."""
    desk = Desk({"/voice": f'<Dial action="/dialled">{FAR}</Dial>', "/dialled": ""})
    desk.dial()
    phone = desk.exchange.phone(FAR)
    if act == "refuse":
        phone.refuse()
    desk.exchange.advance(30)
    dialled = desk.app.requests("/dialled")[0].params
    assert dialled["DialCallStatus"] == status
    assert not {"DialCallSid", "DialCallDuration"} & set(dialled)
    assert phone.calls[0].status == child


def test_hanging_up_while_a_phone_is_dialled_stops_its_ringing() -> None:
    """Facts 15: `canceled` if nobody was bridged; the far phone stops ringing."""
    desk = Desk({"/voice": f'<Dial action="/dialled">{FAR}</Dial>', "/dialled": ""})
    call = desk.dial()
    desk.exchange.hang_up(call)
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "canceled"
    assert desk.exchange.phone(FAR).calls[0].status is CallStatus.CANCELED


def test_the_first_of_several_phones_gets_the_call() -> None:
    """Twilio's Number page: all ring at once, the first to answer wins, the others stop."""
    desk = Desk({"/voice": "<Dial><Number>+15550144441</Number><Client>ann</Client></Dial>"})
    desk.dial()
    one, two = desk.exchange.phone("+15550144441"), desk.exchange.phone("client:ann")
    two.answer()
    assert (one.state, two.state) == ("idle", "bridged")


def test_the_far_phone_hears_its_own_whisper_first() -> None:
    """Twilio's Number page: Number url runs at the far end before the bridge."""
    desk = Desk(
        {"/voice": f'<Dial><Number url="/screen">{FAR}</Number></Dial>', "/screen": "<Say>A call for you</Say>"}
    )
    call = desk.dial()
    phone = desk.exchange.phone(FAR)
    phone.answer()
    assert call.bridged_to is None
    desk.exchange.advance(2)
    assert [heard.text or heard.kind.value for heard in phone.heard] == ["A call for you", "bridge"]


def test_the_star_leaves_a_dialled_phone() -> None:
    """Facts 2.1: hangupOnStar drops the other party; the initial caller goes on."""
    desk = Desk({"/voice": f'<Dial hangupOnStar="true">{FAR}</Dial><Say>Back</Say>'})
    call = desk.dial()
    phone = desk.exchange.phone(FAR)
    phone.answer()
    desk.exchange.press(call, "*")
    assert phone.state == "idle"
    assert desk.heard(call) == ["bridge", "Back"]


CONFERENCE = '<Dial action="/dialled" hangupOnStar="true"><Conference {}>room</Conference></Dial>'


def test_a_conference_starts_with_two_and_ends_answered() -> None:
    """Facts 6: starts with two participants; DialCallStatus answered, no DialCallSid or duration."""
    desk = Desk(
        {"/voice": CONFERENCE.format('waitUrl="/music"'), "/music": "<Pause length='3'/>", "/dialled": "<Say>Out</Say>"}
    )
    one = desk.dial()
    desk.exchange.advance(30)
    assert len(desk.app.requests("/music")) == 1, "the wait document of a conference is not looped"
    two = desk.dial("+15550122222")
    assert desk.heard(one) == ["silence", "bridge"]
    assert desk.heard(two) == ["bridge"]
    desk.exchange.press(two, "*")
    dialled = desk.app.requests("/dialled")[0].params
    assert dialled["DialCallStatus"] == "answered"
    assert not {"DialCallSid", "DialCallDuration"} & set(dialled)


def test_whoever_ends_the_conference_ends_it_for_all() -> None:
    """Facts 6: endConferenceOnExit drops everyone from the room; their calls go on."""
    desk = Desk(
        {
            "/voice": CONFERENCE.format(""),
            "/dj": CONFERENCE.format('endConferenceOnExit="true"'),
            "/dialled": "<Say>Out</Say>",
        }
    )
    guest, dj = desk.dial(), desk.dj()
    desk.exchange.hang_up(dj)
    assert desk.heard(guest) == ["bridge", "Out"]
    assert not desk.exchange.rooms


def test_a_conference_ended_for_all_leaves_nobody_behind_and_says_so_once() -> None:
    """Facts 6: endConferenceOnExit drops everyone, however many there are; one conference-end."""
    events = 'statusCallback="/events" statusCallbackEvent="end leave"'
    desk = Desk(
        {
            "/voice": CONFERENCE.format(events),
            "/dj": CONFERENCE.format('endConferenceOnExit="true"'),
            "/dialled": "<Say>Out</Say>",
            "/events": Says(status=204, content_type=None),
        }
    )
    guests = [desk.dial(f"+1555011111{n}") for n in range(4)]
    desk.exchange.hang_up(desk.dj())
    assert [desk.heard(guest)[-1] for guest in guests] == ["Out"] * 4
    told = [asked.params["StatusCallbackEvent"] for asked in desk.app.requests("/events")]
    assert told == ["participant-leave"] * 5 + ["conference-end"]


def test_a_conference_tells_who_is_muted_and_why_it_ended() -> None:
    """Facts 6: Muted, Hold and Coaching of a participant; ReasonConferenceEnded at the end."""
    events = 'muted="true" statusCallback="/events" statusCallbackEvent="join end"'
    desk = Desk({"/voice": CONFERENCE.format(events), "/dialled": "", "/events": Says(status=204, content_type=None)})
    guest = desk.dial()
    desk.exchange.hang_up(guest)
    joined, ended = (asked.params for asked in desk.app.requests("/events"))
    assert [joined[name] for name in ("CallSid", "Muted", "Hold", "Coaching")] == [guest.sid, "true", "false", "false"]
    assert ended["ReasonConferenceEnded"] == "last-participant-left"


def test_a_conference_waits_for_a_moderator() -> None:
    """Facts 6: starts only when one with startConferenceOnEnter is there."""
    quiet = CONFERENCE.format('startConferenceOnEnter="false"')
    desk = Desk({"/voice": quiet, "/dj": CONFERENCE.format("")})
    guests = [desk.dial(), desk.dial("+15550122222")]
    assert [call.heard for call in guests] == [[], []]
    desk.dj()
    assert [desk.heard(call) for call in guests] == [["bridge"], ["bridge"]]


def test_a_text_from_a_call_goes_out_and_the_call_goes_on() -> None:
    """Facts 10, 11: the deprecated Sms verb sends from the number called to the caller."""
    desk = Desk({"/voice": "<Sms>Thanks for calling</Sms><Say>Bye</Say>"})
    call = desk.dial()
    assert [text.body for text in desk.exchange.phone("+15550111111").inbox] == ["Thanks for calling"]
    assert desk.heard(call) == ["Bye"]


def test_a_phone_hears_over_all_of_its_calls() -> None:
    """Exchange rules: `.heard` of a phone, in order; `.state` of what it does now."""
    desk = Desk({"/voice": "<Say>Hi</Say>"})
    phone = desk.exchange.phone("+15550111111")
    for _ in range(2):
        phone.dial(NUMBER)
        assert phone.state == "talking"
        desk.exchange.advance(1)
    assert [heard.text for heard in phone.heard] == ["Hi", "Hi"]
    assert phone.state == "idle"
    with pytest.raises(WrongState):
        phone.press("1")


def test_a_verb_that_may_not_stand_in_a_conference_wait() -> None:
    """Facts 6: Play, Say, Pause, Redirect only; else 13238, and silence until the conference starts."""
    desk = Desk({"/voice": CONFERENCE.format('waitUrl="/music"'), "/music": "<Gather/>"})
    call = desk.dial()
    assert desk.entry("/music").error == 13238
    assert desk.heard(call) == ["silence"]
    assert call.status is CallStatus.IN_PROGRESS


def test_a_number_without_an_application_apologises() -> None:
    """Facts 4.3: nothing to ask is a failed request like any other, told once: trying again is no use."""
    desk = Desk()
    desk.exchange.numbers[NUMBER].voice_url = desk.exchange.numbers[NUMBER].status_callback = ""
    assert desk.heard(desk.dial()) == [APPLICATION_ERROR]
    assert [(entry.url, entry.error) for entry in desk.exchange.log.entries] == [("", 11200)]


def test_a_time_limit_set_by_rest_ends_a_call() -> None:
    """Facts 3.3: TimeLimit, from the answer of a placed call or from the update."""
    desk = Desk({"/out": "<Say>Hi</Say><Pause length='60'/>"})
    call = place(desk, time_limit_s=10)
    desk.exchange.advance(5)
    desk.exchange.answer(call)
    desk.exchange.advance(9.9)
    assert call.status is CallStatus.IN_PROGRESS
    desk.exchange.advance(0.1)
    assert call.status is CallStatus.COMPLETED


def test_phones_can_be_rung_one_after_the_other() -> None:
    """Facts 2.1: `sequential`; the next rings when the one before did not answer."""
    numbers = "<Number>+15550144441</Number><Number>+15550144442</Number>"
    desk = Desk({"/voice": f'<Dial sequential="true" action="/dialled">{numbers}</Dial>', "/dialled": ""})
    desk.dial()
    one, two = desk.exchange.phone("+15550144441"), desk.exchange.phone("+15550144442")
    assert (one.state, two.state) == ("ringing", "idle")
    one.refuse()
    two.answer()
    assert two.state == "bridged"
    two.hang_up()
    assert desk.app.requests("/dialled")[0].params["DialCallStatus"] == "completed"


def test_a_lost_action_of_a_call_that_lasts_is_a_failed_request() -> None:
    """Fault webhook_lose: the application was never asked, so the fallback is, with 11200."""
    desk = Desk({"/voice": '<Gather numDigits="1" action="/key"/>', "/fallback": "<Say>Saved</Say>"})
    desk.exchange.numbers[NUMBER].voice_fallback_url = f"{BASE}/fallback"
    desk.exchange.faults.change({"webhook_lose": {"action": 1}})
    call = desk.dial()
    desk.exchange.press(call, "1")
    assert desk.app.paths() == ["/voice", "/fallback"]
    assert desk.app.requests("/fallback")[0].params["ErrorCode"] == "11200"
    assert desk.heard(call) == ["Saved"]
