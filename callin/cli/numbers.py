"""`callin numbers`: where Twilio sends what happens on the station's two numbers."""

from __future__ import annotations

import click

from callin.carrier import Carrier
from callin.cli.terminal import Exit, answer, answer_json, ask_before, console, settings_for_command, table, tell
from callin.numbers import NumberPlan, apply_plan, plan_numbers


@click.group()
def numbers() -> None:
    """The station's phone numbers at Twilio."""


@numbers.command()
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def sync(*, dry_run: bool, yes: bool, as_json: bool) -> int:
    """Point both numbers' voice, text, fallback and status addresses at PUBLIC_BASE_URL."""
    settings = settings_for_command()
    account = Carrier(settings).account
    plans = plan_numbers(account, settings)
    missing = [plan for plan in plans if plan.number_sid is None]
    due = [plan for plan in plans if plan.changes]
    if not as_json:
        _show(due)
    if missing or dry_run or not due:
        if as_json:
            answer_json([_as_json(plan, is_changed=False) for plan in plans])
        return _nothing_done(missing, due=due, as_json=as_json)
    ask_before(f"Change {_count(due)} at Twilio", yes=yes)
    for plan in due:
        apply_plan(account, plan)
    if as_json:
        answer_json([_as_json(plan, is_changed=bool(plan.changes)) for plan in plans])
    else:
        answer(f"Changed {_count(due)}. Both numbers point at {settings.public_base_url}.")
    return Exit.OK


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


def _show(due: list[NumberPlan]) -> None:
    if not due:
        return
    made = table("number", "for", "what", "now", "wanted")
    for plan in due:
        for change in plan.changes:
            made.add_row(plan.phone_number, plan.role, change.target, change.now or "–", change.wanted or "–")
    console().print(made)


def _count(due: list[NumberPlan]) -> str:
    count = sum(len(plan.changes) for plan in due)
    return f"{count} {'setting' if count == 1 else 'settings'} of {len(due)} {'number' if len(due) == 1 else 'numbers'}"


def _as_json(plan: NumberPlan, *, is_changed: bool) -> dict[str, object]:
    return {
        "number": plan.phone_number,
        "for": plan.role,
        "is_in_account": plan.number_sid is not None,
        "is_changed": is_changed,
        "changes": [{"what": c.target, "now": c.now, "wanted": c.wanted} for c in plan.changes],
    }
