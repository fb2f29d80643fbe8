"""What `callin show` answers: tables for people and JSON for machines, with masked numbers in both."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from rich.table import Table
from rich.text import Text

from callin.cli.terminal import table
from callin.desk.closing_duty import ClosingProgress
from callin.desk.shows import ShowCard, ShowSummary
from callin.drain import ClosingReport, Fate, QueueFate
from callin.phone_number import masked


def clock_time(moment: datetime) -> str:
    """Return the time of day on this machine."""
    return moment.astimezone().strftime("%H:%M")


def waited(seconds: int) -> str:
    """Return minutes and seconds."""
    return f"{seconds // 60}:{seconds % 60:02}"


def callers_table(report: ClosingReport) -> Table:
    """Return what happened to each caller who was waiting."""
    made = table(">place", "caller", ">waited", "what happened")
    for caller in report.callers:
        made.add_row(str(caller.place), masked(caller.phone_number), waited(caller.waited_s), caller.fate.value)
    return made


def closing_in_words(report: ClosingReport, *, is_dry_run: bool) -> str:
    """Return the end of the report: how many of each, the queues, the show."""
    if is_dry_run:
        count = len(report.callers)
        name = f"«{report.show.name}» would be closed" if report.show else "Queues left behind would be cleared"
        return f"Dry run, nothing was changed. {name}; {count} waiting."
    counts = Counter(caller.fate for caller in report.callers)
    fates = [f"{counts[fate]} {fate.value}" for fate in Fate if counts[fate]]
    lines = [f"{', '.join(fates) or 'Nobody was waiting'}."]
    lines += [f"Queue {queue.name}: {queue.fate.value}." for queue in report.queues if queue.fate != QueueFate.ABSENT]
    if report.show is not None:
        lines.append(f"«{report.show.name}» is closed.")
    return "\n".join(lines)


def closing_as_json(report: ClosingReport) -> dict[str, object]:
    """Return the report for a machine."""
    return {
        "show": None if report.show is None else show_as_json(report.show),
        "callers": [
            {
                "call_sid": caller.call_sid,
                "place": caller.place,
                "caller": masked(caller.phone_number),
                "waited_s": caller.waited_s,
                "fate": caller.fate.value,
            }
            for caller in report.callers
        ],
        "queues": [{"name": queue.name, "fate": queue.fate.value} for queue in report.queues],
    }


def progress_as_json(seen: ClosingProgress) -> dict[str, object]:
    """Return for a machine how far another process has come."""
    return {
        "show": {"id": seen.show_id, "name": seen.name, "state": "closed" if seen.is_closed else "closing"},
        "closed_by": seen.owner,
        "sent_home": seen.sent_home,
        "to_send_home": seen.to_send_home,
    }


def show_as_json(card: ShowCard) -> dict[str, object]:
    """Return a show for a machine."""
    return {
        "id": card.show_id,
        "name": card.name,
        "state": card.state.value,
        "queue_name": card.queue_name,
        "next_queue_name": card.next_queue_name,
        "opened_at": card.opened_at.isoformat(),
        "ends_at": card.ends_at.isoformat() if card.ends_at else None,
        "closed_at": card.closed_at.isoformat() if card.closed_at else None,
    }


def summary_as_json(summary: ShowSummary) -> dict[str, object]:
    """Return a show of the list for a machine."""
    return show_as_json(summary.card) | {"calls": summary.calls, "aired": summary.aired}


def shows_table(summaries: list[ShowSummary]) -> Table:
    """Return the list of shows."""
    made = table(">no.", "show", "state", "opened", "closed", ">calls", ">aired")
    for summary in summaries:
        card = summary.card
        opened = card.opened_at.astimezone().strftime("%Y-%m-%d %H:%M")
        closed = clock_time(card.closed_at) if card.closed_at else "–"
        # A name is what somebody typed: brackets in it are no markup.
        name = Text(card.name)
        made.add_row(str(card.show_id), name, card.state.value, opened, closed, str(summary.calls), str(summary.aired))
    return made
