"""The whole exchange under random schedules: callers, keys, DJs, REST and faults, and what must hold whatever happens.

Exchange rules, How it proves itself: nobody is bridged twice, order is first come first served, each enqueue ends in
exactly one action request, positions are 1 to n without gaps, nothing is left waiting after a drain.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from callin.exchange import Exchange, ManualClock
from callin.exchange.records import Call, CallStatus, Queue
from tests.exchange.script import BASE, DJ_NUMBER, NUMBER, Asked, Says, Script

WAIT_DOCUMENTS = (
    "<Pause length='10'/>",
    "<Say>You are number one</Say><Play>/gone.wav</Play>",
    '<Gather numDigits="1" action="/key" timeout="3"><Say>Press one to leave</Say></Gather><Pause length="2"/>',
    "<Redirect>/more</Redirect>",
)
DJ_DOCUMENT = '<Dial hangupOnStar="true" timeout="20" action="/dj"><Queue url="/whisper">line</Queue></Dial>'


class Line(RuleBasedStateMachine):
    """Callers in one line, DJs who take them, and a producer at the REST API."""

    callers = Bundle("callers")
    djs = Bundle("djs")

    def __init__(self) -> None:
        super().__init__()
        self.wait_document = WAIT_DOCUMENTS[0]
        self.whisper: str | Says = "<Say>You are on</Say>"
        self.app = Script(
            {
                "/voice": '<Enqueue waitUrl="/wait" action="/left">line</Enqueue>',
                "/wait": self.answer_wait,
                "/more": "<Pause length='4'/>",
                "/key": lambda asked: "<Leave/>" if asked.params["Digits"] == "1" else "<Pause/>",
                "/left": "<Pause length='3'/>",
                "/whisper": self.answer_whisper,
                "/dj": DJ_DOCUMENT,
                "/goodbye": "<Say>Goodbye</Say>",
                "/again": "<Enqueue waitUrl='/wait' action='/left'>line</Enqueue>",
            }
        )
        self.exchange = Exchange(clock=ManualClock(), apps={BASE: self.app}, seed=1)
        self.exchange.add_number(NUMBER, voice_url=f"{BASE}/voice", status_callback=f"{BASE}/status")
        self.exchange.add_number(DJ_NUMBER, voice_url=f"{BASE}/dj", status_callback=f"{BASE}/status")
        self.calls = 0
        self.tickets: dict[str, int] = {}  # the place in the order of arrival that each caller was last seen with
        self.jumps: list[str] = []  # callers whom a DJ took before somebody who had come earlier

    @initialize(
        late=st.sampled_from([{}, {"webhook_delay_s": {"status": 3, "action": 2}}, {"webhook_reorder_s": 5}]),
        star_drops=st.booleans(),
        whisper=st.sampled_from(["<Say>You are on</Say>", "<Pause length='6'/>", Says(status=500), ""]),
    )
    def open_the_line(self, late: dict[str, object], star_drops: bool, whisper: str | Says) -> None:
        self.exchange.create_queue("line", max_size=4)
        self.exchange.faults.change({**late, "star_drops_caller": star_drops})
        self.whisper = whisper

    def answer_wait(self, asked: Asked) -> str:
        self.tickets.update((member.call.sid, member.ticket) for member in self.queue.members)
        return self.wait_document

    def answer_whisper(self, asked: Asked) -> str | Says:
        taken = self.tickets.get(asked.params["CallSid"], 0)
        if any(member.ticket <= taken for member in self.queue.members):
            self.jumps.append(asked.params["CallSid"])
        return self.whisper

    @property
    def queue(self) -> Queue:
        return next(iter(self.exchange.queues.values()))

    def number(self) -> str:
        self.calls += 1
        return f"+1555{1000000 + self.calls}"

    @rule(target=callers)
    def a_caller_rings(self) -> Call:
        return self.exchange.dial(self.number(), NUMBER)

    @rule(target=djs)
    def a_dj_rings(self) -> Call:
        return self.exchange.dial(self.number(), DJ_NUMBER)

    @rule(call=consumes(callers))
    def a_caller_hangs_up(self, call: Call) -> None:
        if not call.status.is_over:
            self.exchange.hang_up(call)

    @rule(call=consumes(djs))
    def a_dj_hangs_up(self, call: Call) -> None:
        if not call.status.is_over:
            self.exchange.hang_up(call)

    @rule(call=callers, digits=st.sampled_from(["1", "2", "*"]))
    def a_caller_presses(self, call: Call, digits: str) -> None:
        if not call.status.is_over:
            self.exchange.press(call, digits)

    @rule(call=djs)
    def a_dj_presses_the_star(self, call: Call) -> None:
        if not call.status.is_over:
            self.exchange.press(call, "*")

    @rule(call=st.one_of(callers, djs), path=st.sampled_from(["/goodbye", "/again", "/nowhere"]))
    def the_producer_moves_a_call(self, call: Call, path: str) -> None:
        if call.status is CallStatus.IN_PROGRESS:
            self.exchange.update_call(call, url=BASE + path)

    @rule(call=callers)
    def the_producer_ends_a_call(self, call: Call) -> None:
        if not call.status.is_over:
            self.exchange.update_call(call, status="completed")

    @rule(which=st.sampled_from(["Front", "back"]))
    def the_producer_takes_one_out(self, which: str) -> None:
        if self.queue.members:
            member = self.queue.members[-1]
            self.exchange.dequeue(self.queue, which if which == "Front" else member.call.sid, url=f"{BASE}/goodbye")

    @rule(document=st.sampled_from(WAIT_DOCUMENTS))
    def the_wait_document_changes(self, document: str) -> None:
        self.wait_document = document

    @rule()
    def a_wait_document_fails_for_a_while(self) -> None:
        self.wait_document = "<Record/>"

    @rule()
    def twilio_stumbles(self) -> None:
        self.exchange.faults.change({"system_error_enqueues": 1})

    @rule(seconds=st.sampled_from([0, 0.5, 1, 5, 12, 31]))
    def time_passes(self, seconds: float) -> None:
        self.exchange.advance(seconds)

    @rule(targets=(callers,))
    def the_line_is_drained(self) -> object:
        """Everybody is moved away, front first: the queue is empty, and could be deleted but for DJs who wait on it."""
        waiting = [member.call for member in self.queue.members]
        for call in waiting:
            assert self.exchange.dequeue(self.queue, "Front", url=f"{BASE}/goodbye").call is call
        assert not self.queue.members
        assert all(call.queue_sid is None for call in waiting)
        return multiple()

    @invariant()
    def bridges_are_pairs(self) -> None:
        """Whoever is bridged is bridged to one other, who is bridged back, and neither waits."""
        for call in self.exchange.calls.values():
            if call.bridged_to is not None:
                partner = self.exchange.calls[call.bridged_to]
                assert partner.bridged_to == call.sid
                assert call.queue_sid is None
                assert not call.status.is_over

    @invariant()
    def the_queue_is_in_order(self) -> None:
        """Members are in the order of arrival, each once, all of them calls that last; DJs wait only if none do."""
        for queue in self.exchange.queues.values():
            tickets = [member.ticket for member in queue.members]
            assert tickets == sorted(set(tickets))
            assert len(queue.members) <= queue.max_size
            assert all(member.call.queue_sid == queue.sid for member in queue.members)
            assert not any(member.call.status.is_over for member in queue.members)
            assert not (queue.members and queue.waiting_djs)
        waiting = [call.sid for call in self.exchange.calls.values() if call.queue_sid is not None]
        assert len(waiting) == sum(len(queue.members) for queue in self.exchange.queues.values())

    @invariant()
    def first_come_is_first_served(self) -> None:
        """No DJ was ever given somebody while anybody who came earlier waited."""
        assert self.jumps == []

    @invariant()
    def positions_have_no_gaps(self) -> None:
        """The places told to those who wait now are 1 to n."""
        for queue in self.exchange.queues.values():
            told = [dict(self.exchange.queue_book.parameters(queue, member)) for member in queue.members]
            assert [each["QueuePosition"] for each in told] == [str(i + 1) for i in range(len(told))]
            assert {each["CurrentQueueSize"] for each in told} <= {str(len(told))}

    def teardown(self) -> None:
        """In the end everybody hangs up, and the books balance."""
        for call in list(self.exchange.calls.values()):
            if not call.status.is_over:
                self.exchange.hang_up(call)
        self.exchange.advance(60)
        assert all(call.status.is_over for call in self.exchange.calls.values())
        assert not any(queue.members or queue.waiting_djs for queue in self.exchange.queues.values())
        self.each_stay_was_told_once()
        ends = Counter(asked.params["CallSid"] for asked in self.app.requests("/status"))
        assert ends == Counter(list(self.exchange.calls)), "one status callback for each call"

    def each_stay_was_told_once(self) -> None:
        """As many actions as Enqueues carried out: one for each document with an Enqueue that was answered."""
        told = Counter(asked.params["CallSid"] for asked in self.app.requests("/left"))
        enqueued = Counter(asked.params["CallSid"] for asked in self.app.asked if asked.path in ("/voice", "/again"))
        assert told == enqueued


LineTest = Line.TestCase
LineTest.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
