"""`callin show`: opening, closing and listing, as a person or a script does it."""

import io
import time

import pytest

from callin.carrier import Carrier
from callin.cli import run
from callin.desk import shows
from callin.errors import CarrierError
from callin.models import ShowState
from tests.cli.conftest import Studio

LINE, NEXT = "radio-callin-queue", "radio-callin-queue-next"


class Terminal(io.StringIO):
    """Somebody who has typed their answer already."""

    def isatty(self) -> bool:
        return True


def test_opening_makes_both_queues(studio: Studio) -> None:
    """After `show open` callers are taken, and both queues stand at Twilio in the right size."""
    said = studio.callin("show", "open", "--name", "Night Owls")
    assert said.code == 0
    assert "«Night Owls» is open" in said.out
    assert studio.show().state == ShowState.OPEN
    assert {queue.friendly_name: queue.max_size for queue in studio.exchange.queues.values()} == {LINE: 100, NEXT: 100}
    assert studio.show().queue_sid in studio.exchange.queues


def test_opening_twice_opens_once(studio: Studio) -> None:
    """The second `show open` finds the show and mends what is missing at Twilio."""
    studio.callin("show", "open")
    for queue in list(studio.exchange.queues.values()):
        studio.exchange.delete_queue(queue)
    said = studio.callin("show", "open", "--json")
    assert said.code == 0
    assert said.json["was_open"] is True
    assert studio.queue_names() == {LINE, NEXT}
    assert studio.callin("show", "list", "--json").json[1:] == []


def test_a_name_for_a_show_that_is_open_is_not_ignored_in_silence(studio: Studio) -> None:
    """Neither name nor end of an open show change, and whoever gave them is told."""
    studio.callin("show", "open")
    said = studio.callin("show", "open", "--name", "Night Owls", "--until", "22:00")
    assert said.code == 0
    assert "change nothing" in said.err
    assert studio.show().name != "Night Owls"


def test_opening_without_twilio_says_what_holds(studio: Studio) -> None:
    """When Twilio does not answer, the show is open all the same, and the command says so and what to run."""
    studio.monkeypatch.setenv("TWILIO_API_URL", "http://127.0.0.1:9")
    said = studio.callin("show", "open")
    assert said.code == 4
    assert "the show is open" in said.err
    assert "Run again: callin show open" in said.err
    assert studio.show().state == ShowState.OPEN


def test_opening_with_wrong_credentials_names_the_settings(studio: Studio) -> None:
    """A refused token is told by the names of the settings, never by its value."""
    studio.monkeypatch.setenv("TWILIO_AUTH_TOKEN", "not-the-token")
    said = studio.callin("show", "open")
    assert said.code == 3
    assert "TWILIO_AUTH_TOKEN" in said.err
    assert "not-the-token" not in said.err + said.out


def test_a_show_may_have_an_end(studio: Studio) -> None:
    """`--until` is the next time the clock shows it; nonsense is wrong usage and opens nothing."""
    assert studio.callin("show", "open", "--until", "25:99").code == 2
    with studio.station.transaction() as session:
        assert shows.last_show(session) is None
    assert studio.callin("show", "open", "--until", "22:00").code == 0
    ends_at = studio.show().ends_at
    assert ends_at is not None
    assert ends_at.astimezone().strftime("%H:%M") == "22:00"


def test_closing_tells_what_happened_to_each_caller(on_air: Studio) -> None:
    """The table has place, masked number, waiting time and outcome of everyone; the queues are gone."""
    on_air.ring(3)
    said = on_air.callin("show", "close", "--yes")
    assert said.code == 0
    assert said.out.count("thanked") == 4
    assert "+1…02" in said.out
    assert "5550010002" not in said.out + said.err
    assert "«the call-in show» is closed." in said.out
    assert on_air.queue_names() == set()
    assert on_air.show().state == ShowState.CLOSED


def test_closing_for_a_machine(on_air: Studio) -> None:
    """--json holds the show, each caller with a masked number, and the queues."""
    calls = on_air.ring(2)
    told = on_air.callin("show", "close", "--yes", "--json").json
    assert told["show"]["state"] == "closed"
    assert [(c["call_sid"], c["caller"], c["fate"]) for c in told["callers"]] == [
        (calls[0], "+1…00", "thanked"),
        (calls[1], "+1…01", "thanked"),
    ]
    assert told["queues"] == [{"name": NEXT, "fate": "deleted"}, {"name": LINE, "fate": "deleted"}]


def test_closing_twice_has_nothing_to_do(on_air: Studio) -> None:
    """The second run says that there is nothing to do, and that is success."""
    on_air.callin("show", "close", "--yes")
    said = on_air.callin("show", "close", "--yes")
    assert said.code == 0
    assert "Nothing to do" in said.out


def test_closing_asks_somebody(on_air: Studio) -> None:
    """Without --yes it asks; a no changes nothing, a yes closes."""
    on_air.ring(1)
    on_air.monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    refused = on_air.callin("show", "close")
    assert refused.code == 1
    assert "Close «the call-in show» and send 1 caller home" in refused.err
    assert on_air.show().state == ShowState.OPEN
    on_air.monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert on_air.callin("show", "close").code == 0
    assert on_air.show().state == ShowState.CLOSED


def test_closing_asks_nobody_when_nobody_is_there(on_air: Studio) -> None:
    """In a script without --yes it is wrong usage: one sentence, and nothing is changed."""
    on_air.monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    said = on_air.callin("show", "close")
    assert said.code == 2
    assert "add --yes" in said.err
    assert on_air.show().state == ShowState.OPEN


def test_a_dry_run_changes_nothing(on_air: Studio) -> None:
    """--dry-run lists who would be sent home, needs no --yes, and leaves everybody where they are."""
    on_air.ring(2)
    said = on_air.callin("show", "close", "--dry-run")
    assert said.code == 0
    assert said.out.count("+1…0") == 2
    assert "nothing was changed" in said.out
    assert on_air.show().state == ShowState.OPEN
    assert on_air.queue_names() == {LINE, NEXT}


def test_the_queues_may_stay(on_air: Studio) -> None:
    """--keep-queue sends everyone home and leaves the empty queues."""
    on_air.ring(1)
    assert on_air.callin("show", "close", "--yes", "--keep-queue").code == 0
    assert on_air.queue_names() == {LINE, NEXT}
    assert all(not queue.members for queue in on_air.exchange.queues.values())


def test_ctrl_c_says_how_to_go_on(on_air: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle ends with 130 and the command that finishes; the show is still closing."""
    on_air.ring(1)

    def stop(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Carrier, "move_member", stop)
        said = on_air.callin("show", "close", "--yes")
    assert said.code == 130
    assert "callin show close" in said.err
    assert on_air.show().state == ShowState.CLOSING
    assert on_air.callin("show", "open").code == 1
    assert on_air.callin("show", "close", "--yes").code == 0


def test_twilio_down_while_closing_says_how_to_go_on(on_air: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Twilio is gone, the exit code says so, and nobody is forgotten."""

    def down(*_args: object, **_more: object) -> None:
        raise CarrierError("No answer from Twilio.", permanent=False)

    on_air.ring(1)
    with monkeypatch.context() as patch:
        patch.setattr(Carrier, "move_member", down)
        # The closing waits for Twilio to come back; here nobody waits.
        patch.setattr(time, "sleep", lambda _seconds: None)
        said = on_air.callin("show", "close", "--yes")
    assert said.code == 4
    assert "Go on with: callin show close" in said.err


def test_no_show_is_said_to_be_closing_when_none_was_open(studio: Studio) -> None:
    """A closing that fails with no show at all speaks of the closing, not of a show."""
    studio.monkeypatch.setenv("TWILIO_AUTH_TOKEN", "not-the-token")
    said = studio.callin("show", "close", "--yes")
    assert said.code == 3
    assert "show is still closing" not in said.err


def test_the_list_is_newest_first(studio: Studio) -> None:
    """Every show with its state and its calls; what somebody typed as a name is shown as it is."""
    assert "No show yet" in studio.callin("show", "list").out
    for name in ("First", "[bold]Second[/]"):
        studio.callin("show", "open", "--name", name)
        studio.callin("show", "close", "--yes")
    said = studio.callin("show", "list")
    assert said.out.index("[bold]Second[/]") < said.out.index("First")
    assert [row["name"] for row in studio.callin("show", "list", "--json").json] == ["[bold]Second[/]", "First"]
    assert len(studio.callin("show", "list", "--json", "--limit", "1").json) == 1


def test_a_database_that_is_not_ready_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty database is told with the command that mends it, as unreachable."""
    environment.setenv("DATABASE_URL", "sqlite:///empty.db")
    assert run(["show", "list"]) == 4
    assert "callin db upgrade" in capsys.readouterr().err
