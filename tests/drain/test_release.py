"""The pace of release: sixteen at once, halved on 429, grown while all goes well."""

import threading

from callin.carrier import MemberCard
from callin.drain.release import Pace, release
from callin.drain.report import Fate


def members(count: int) -> list[MemberCard]:
    return [MemberCard(f"CA{n}", position=n + 1, wait_s=0) for n in range(count)]


def test_a_refused_wave_halves_the_pace_once() -> None:
    """However many requests of a wave are refused, the pace is halved once, and the pauses double."""
    pace = Pace()
    assert pace.refused(wave=0) == 0.1
    assert pace.refused(wave=0) == 0.0
    assert pace.limit == 8
    assert pace.refused(wave=1) == 0.2
    assert pace.limit == 4


def test_the_pace_never_falls_below_one_nor_pauses_for_ever() -> None:
    """One at a time is the slowest, eight seconds the longest pause."""
    pace = Pace()
    pauses = [pace.refused(wave=wave) for wave in range(12)]
    assert pace.limit == 1
    assert pauses[-1] == 8.0


def test_the_pace_grows_again() -> None:
    """After as many successes as run at once one more may, up to forty-eight; the next refusal pauses briefly again."""
    pace = Pace()
    pace.refused(wave=0)
    for _ in range(8):
        pace.went_well()
    assert pace.limit == 9
    for _ in range(2000):
        pace.went_well()
    assert pace.limit == 48
    assert pace.refused(wave=1) == 0.1


def test_the_pace_doubles_until_the_first_refusal() -> None:
    """Each success lets one more run at once: a round doubles the pace, and nothing goes beyond forty-eight."""
    pace = Pace()
    for _ in range(16):
        pace.went_well()
    assert pace.limit == 32
    for _ in range(100):
        pace.went_well()
    assert pace.limit == 48


def test_after_a_refusal_fewer_requests_are_under_way() -> None:
    """While Twilio says that it is too much, no more begin than half of those that were under way."""
    lock = threading.Lock()
    sixteen_begun, paused = threading.Event(), threading.Event()
    pace = Pace()
    under_way = 0
    begun: list[tuple[int, int]] = []  # of each request: how many are under way with it, and the wave it belongs to

    def move(_member: MemberCard) -> Fate | None:
        nonlocal under_way
        with lock:
            under_way += 1
            begun.append((under_way, pace.wave))
            is_first = len(begun) == 1
            if len(begun) == 16:
                sixteen_begun.set()
        # However slow the machine is, all have begun before the refusal, and nothing succeeds before it.
        assert (sixteen_begun if is_first else paused).wait(10)
        with lock:
            under_way -= 1
        return None if is_first else Fate.THANKED

    told: list[MemberCard] = []
    release(members(24), move=move, pace=pace, pause=lambda _s: paused.set(), tell=lambda card, _f: told.append(card))
    assert len(told) == 24
    assert max(count for count, wave in begun if wave == 0) <= 16
    later = [count for count, wave in begun if wave == 1]
    assert len(later) == 9  # eight that had not begun, and the refused one
    assert max(later) <= 10
    assert pace.limit <= 10


def test_a_refused_caller_goes_before_those_behind() -> None:
    """Whoever was refused is asked again before anybody who stood behind them and was not asked yet."""
    asked: list[str] = []

    def move(member: MemberCard) -> Fate | None:
        asked.append(member.call_sid)
        return None if asked.count("CA0") == 1 and member.call_sid == "CA0" else Fate.THANKED

    release(members(4), move=move, pace=Pace(most=1, limit=1), pause=lambda _s: None, tell=lambda _m, _f: None)
    assert asked == ["CA0", "CA0", "CA1", "CA2", "CA3"]
