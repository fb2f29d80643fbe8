"""What the doctor sees at Twilio: clock, credentials, numbers, queues, recordings; part of an examination."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from callin.carrier import Account, QueueCard, client_for
from callin.desk import shows
from callin.desk.shows import ShowCard
from callin.doctor.findings import Finding, fine, note, problem, unknown
from callin.errors import CarrierError
from callin.models import ShowState
from callin.numbers import LISTENERS, NumberPlan, plan_numbers
from callin.rules.account_limits import TRIAL
from callin.station import Station

CLOCK_MAY_DIFFER_S = 30
CONSOLE = "Twilio console"


def findings(station: Station, *, is_database_fit: bool) -> Iterator[Finding]:
    """Yield what is found; a Twilio that does not answer is asked no further.

    Args:
        is_database_fit: whether it can say which show is on.
    """
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("twilio", lambda: _clock(station)),
        ("auth token", lambda: _token(station)),
        ("account", lambda: _kind(station)),
        ("numbers", lambda: _numbers(station)),
        ("recordings", lambda: _recordings(station)),
    ]
    if is_database_fit:
        looks.append(("queues", lambda: _queues(station)))
    else:
        yield unknown("queues", "The database comes first.")
    for position, (check, look) in enumerate(looks):
        try:
            yield from look()
        except CarrierError as error:
            yield _refused(check, error)
            if error.status is None or error.status in (401, 403):
                for later, _look in looks[position + 1 :]:
                    yield unknown(later, "Twilio comes first.")
                return


def _refused(check: str, error: CarrierError) -> Finding:
    if error.status in (401, 403):
        return problem(
            "credentials",
            "Twilio refuses them.",
            where="TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN (or TWILIO_API_KEY, TWILIO_API_SECRET)",
            do="callin setup",
        )
    if error.status is None:
        return problem(
            check, f"{error}", where="TWILIO_API_URL", do="check this machine's network, then: callin doctor"
        )
    return problem(check, f"{error}", where=CONSOLE, do="callin doctor (again in a minute)")


def _clock(station: Station) -> Iterator[Finding]:
    off_s = (station.clock() - station.carrier.account.time_of_day()).total_seconds()
    yield fine("credentials", "Twilio accepts them.")
    if abs(off_s) > CLOCK_MAY_DIFFER_S:
        way = "ahead of" if off_s > 0 else "behind"
        yield problem(
            "clock",
            f"This machine's clock is {abs(off_s):.0f} seconds {way} Twilio's.",
            where="this machine",
            do="timedatectl set-ntp true",
        )
    else:
        yield fine("clock", "It agrees with Twilio's.")


def _token(station: Station) -> Iterator[Finding]:
    """Requests go out with an API key, so nothing so far has tried the token that webhooks are signed with."""
    settings = station.settings
    if settings.twilio_api_key is None:
        return
    auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
    account = Account(client_for(settings.twilio_account_sid, auth=auth, api_url=settings.twilio_api_url))
    if account.takes_credentials():
        yield fine("auth token", "It is the account's: webhooks will be let in.")
    else:
        yield problem(
            "auth token",
            "It is not the account's, so every webhook would be refused.",
            where="TWILIO_AUTH_TOKEN",
            do="callin setup",
        )


def _kind(station: Station) -> Iterator[Finding]:
    if station.carrier.account.is_trial():
        yield note("account", TRIAL, where=CONSOLE, do="upgrade the account before the first real show")


def _numbers(station: Station) -> Iterator[Finding]:
    plans = plan_numbers(station.carrier.account, station.settings)
    for plan in plans:
        yield from _number(plan)
    if all(plan.number_sid is not None and not plan.changes for plan in plans):
        yield fine("numbers", "Both are the account's and point here.")
    if station.settings.fallback_url is None and station.settings.public_base_url.startswith("https:"):
        yield note(
            "fallback",
            "While this whole station is down, callers hear Twilio's own «application error» and are gone.",
            where="CALLIN_FALLBACK_URL",
            do="put docs/deploy/fallback.xml on another host (docs/deploy.md), then: callin numbers sync",
        )


def _number(plan: NumberPlan) -> Iterator[Finding]:
    if plan.number_sid is None:
        yield problem(
            "numbers",
            f"This account has no number {plan.phone_number}.",
            where=plan.setting,
            do="buy it in the Twilio console, or: callin setup",
        )
        return
    lacks = [*([] if plan.takes_calls else ["calls"])]
    if plan.role == LISTENERS and not plan.takes_texts:
        lacks.append("texts")
    if lacks:
        yield problem(
            "numbers",
            f"{plan.phone_number} takes no {' and no '.join(lacks)}.",
            where=plan.setting,
            do="buy another number in the Twilio console, then: callin setup",
        )
    for change in plan.changes:
        yield problem(
            "numbers",
            f"{change.target} of {plan.phone_number} is {change.now or 'not set'}, not {change.wanted or 'empty'}.",
            where=f"{CONSOLE}, number {plan.phone_number}",
            do="callin numbers sync",
        )


def _recordings(station: Station) -> Iterator[Finding]:
    are_open = station.carrier.account.recordings_are_open()
    if are_open is None:
        yield unknown("recordings", "There is none yet to try it with.")
    elif are_open:
        yield problem(
            "recordings",
            "Whoever knows its address can hear a message that a caller left.",
            where=f"{CONSOLE}, Voice, Settings, General",
            do="switch on: Enforce HTTP Auth on Media URLs",
        )
    else:
        yield fine("recordings", "They can be heard with your credentials alone.")


def _queues(station: Station) -> Iterator[Finding]:
    with station.reading() as session:
        show = shows.current_show(session)
    settings = station.settings
    names = (settings.queue_name, settings.next_queue_name)
    if show is not None:
        names = (show.queue_name, show.next_queue_name)
    seen = [station.carrier.find_queue(name) for name in names]
    found = [queue for queue in seen if queue is not None]
    if show is None or show.state != ShowState.OPEN:
        if found:
            left = " and ".join(f"{queue.name} ({queue.size} waiting)" for queue in found)
            yield problem(
                "queues",
                f"No show is open, and at Twilio there is still {left}.",
                where="CALLIN_QUEUE_NAME",
                do="callin show close",
            )
        else:
            yield fine("queues", "No show is open, and nothing is left over.")
        return
    yield from _queues_of(show, found=found)


def _queues_of(show: ShowCard, *, found: list[QueueCard]) -> Iterator[Finding]:
    if len(found) < 2:
        yield problem(
            "queues",
            "A show is open and its queues are not both at Twilio: a DJ who rings now finds no line.",
            where=show.queue_name,
            do="callin show open",
        )
    elif None not in (show.queue_sid, show.next_queue_sid) and {queue.sid for queue in found} != {
        show.queue_sid,
        show.next_queue_sid,
    }:
        yield problem(
            "queues",
            "A queue was deleted at Twilio and made anew: who waits in it can be neither put next up nor dropped.",
            where=show.queue_name,
            do="callin show open",
        )
    elif {queue.max_size for queue in found} != {show.max_queue_size}:
        yield problem(
            "queues",
            f"A queue at Twilio holds another number of callers than {show.max_queue_size}.",
            where="CALLIN_MAX_QUEUE_SIZE",
            do="callin show open",
        )
    else:
        yield fine("queues", f"«{show.name}» is open, and both its queues are ready.")
