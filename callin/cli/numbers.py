"""`callin numbers`: where Twilio sends what happens on the station's two numbers."""

from __future__ import annotations

from collections.abc import Sequence

import click

from callin.carrier import TARGETS
from callin.cli.terminal import Exit, answer, answer_json, ask_before, station_for_command, tell
from callin.numbers import NumberPlan, plan_numbers, plan_undo, point_numbers
from callin.numbers import undo as put_back

WIDEST = max(map(len, TARGETS))
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group()
def numbers() -> None:
    """The station's phone numbers at Twilio."""


@numbers.command()
@_dry_run
@_yes
@_json
def sync(*, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Point both numbers' voice, text, fallback and status addresses at PUBLIC_BASE_URL."""
    station = station_for_command()
    plans = plan_numbers(station.carrier.account, station.settings)
    missing = [plan for plan in plans if plan.number_sid is None]
    due = [plan for plan in plans if plan.changes]
    if not as_json:
        show_changes(due)
    if missing or dry_run or not due:
        if as_json:
            answer_json([_as_json(plan, is_changed=False) for plan in plans])
        return _nothing_done(missing, due=due, as_json=as_json)
    ask_before(f"Change {count_of(due)} at Twilio", yes=yes)
    point_numbers(station, plans=due)
    if as_json:
        answer_json([_as_json(plan, is_changed=bool(plan.changes)) for plan in plans])
    else:
        answer(f"Changed {count_of(due)}. Both numbers point at {station.settings.public_base_url}.")
    return Exit.OK


@numbers.command()
@_dry_run
@_yes
@_json
def undo(*, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Put back what was there before the last sync; again, what was there before the one before.

    What somebody has changed since stays as it is.
    """
    station = station_for_command()
    plan = plan_undo(station)
    if plan is None:
        if as_json:
            answer_json([])
        else:
            answer("Nothing to undo: no sync of this database is left.")
        return Exit.OK
    if not as_json:
        show_changes(plan.plans)
    for change in plan.left_alone:
        tell(f"{change.target} of {change.phone_number} was changed by somebody since, or is gone: it stays as it is.")
    if not dry_run:
        if plan.plans:
            ask_before(
                f"Put {count_of(plan.plans)} at Twilio back as of {plan.at.astimezone():%Y-%m-%d %H:%M}", yes=yes
            )
        put_back(station, plan=plan)
    if as_json:
        answer_json([_as_json(each, is_changed=not dry_run) for each in plan.plans])
    elif dry_run:
        tell("Dry run: nothing was changed.")
    else:
        answer(f"Put back {count_of(plan.plans)}.")
    return Exit.OK


def show_changes(plans: Sequence[NumberPlan]) -> None:
    """Show each change of these numbers, from what to what: in lines, for addresses are too long for a table."""
    for plan in plans:
        answer(f"{plan.phone_number} ({plan.role})")
        for change in plan.changes:
            answer(f"  {change.target:<{WIDEST}}  {change.now or '–'} → {change.wanted or '–'}")


def count_of(plans: Sequence[NumberPlan]) -> str:
    """Return how much changes, in words."""
    count = sum(len(plan.changes) for plan in plans)
    settings, numbers_ = "setting" if count == 1 else "settings", "number" if len(plans) == 1 else "numbers"
    return f"{count} {settings} of {len(plans)} {numbers_}"


def _nothing_done(missing: list[NumberPlan], *, due: list[NumberPlan], as_json: bool) -> int:
    for plan in missing:
        tell(
            f"callin: {plan.setting} is {plan.phone_number}, and this Twilio account has no such number. "
            "Buy it in the Twilio console, or correct the setting in .env; then run: callin numbers sync"
        )
    if missing:
        return Exit.FAILED
    if not due and not as_json:
        answer("Nothing to do: both numbers point here.")
    elif due:
        tell("Dry run: nothing was changed.")
    return Exit.OK


def _as_json(plan: NumberPlan, *, is_changed: bool) -> dict[str, object]:
    return {
        "number": plan.phone_number,
        "for": plan.role,
        "is_in_account": plan.number_sid is not None,
        "is_changed": is_changed,
        "changes": [{"what": c.target, "now": c.now, "wanted": c.wanted} for c in plan.changes],
    }
