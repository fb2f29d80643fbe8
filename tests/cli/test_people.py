"""`callin people`: what is known is given out whole, and forgotten when asked."""

import pytest

from callin.cli import run
from callin.models import Caller
from tests.cli.conftest import Studio

ANA = "+14155550123"


def evening(studio: Studio) -> None:
    """Ana has called, hung up while she waited, and texted."""
    ana = studio.exchange.phone(ANA)
    studio.exchange.dial(ANA, "+15550001000", caller_name="Anabelle")
    studio.exchange.advance(60)
    ana.hang_up()
    studio.exchange.advance(10)
    ana.text("+15550001000", "What do owls eat?")
    studio.exchange.advance(1)


def test_a_person_gets_what_is_known_of_them(on_air: Studio) -> None:
    """In JSON on stdout: number, calls, words, texts; of somebody unknown, a sentence and exit code 1."""
    evening(on_air)

    said, nobody = (
        on_air.callin("people", "export", "+1 415 555 0123"),
        on_air.callin("people", "export", "+14155550999"),
    )

    assert said.code == 0
    assert said.json["person"]["phone_number"] == ANA
    assert [call["name"] for call in said.json["calls"]] == ["Anabelle"]
    assert "What do owls eat?" in [text["body"] for text in said.json["texts"] if text["is_from_them"]]
    assert (nobody.code, nobody.out, nobody.err) == (1, "", "callin: Nothing is known of that number.\n")


def test_a_person_is_forgotten_here_and_at_twilio(on_air: Studio) -> None:
    """It says what it did; a second time there is nothing to do; the number is masked throughout."""
    evening(on_air)

    said, again = (on_air.callin("people", "forget", ANA, "--yes") for _ in range(2))

    assert said.code == again.code == 0
    assert "nothing is known here any more" in said.out
    assert "Twilio has none of the recordings and texts any more." in said.out
    assert "nothing was known" in again.out
    assert ANA not in said.out + said.err
    assert list(on_air.exchange.texts.inbox(ANA)) == []
    with on_air.station.reading() as session:
        assert session.query(Caller).filter(Caller.phone_number == ANA).count() == 0


def test_forgetting_says_when_twilio_lags_behind(on_air: Studio) -> None:
    """What Twilio did not delete yet is told, with who goes on."""
    evening(on_air)
    on_air.exchange.faults.change({"rest_500": 1})

    said = on_air.callin("people", "forget", ANA, "--yes")

    assert said.code == 0
    assert "the courier goes on" in said.err


def test_what_is_old_is_forgotten_by_hand(on_air: Studio) -> None:
    """Nothing is a day old: nothing is forgotten, and it says so."""
    evening(on_air)

    assert "nothing was known" in on_air.callin("people", "forget", "--older-than", "1", "--yes").out


@pytest.mark.parametrize(
    "words",
    [["forget"], ["forget", ANA, "--older-than", "3"], ["forget", "me"], ["forget", "--older-than", "0"], ["export"]],
)
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whom to forget is said in one way, and a number is a number."""
    assert run(["people", *words]) == 2
    assert "--help" in capsys.readouterr().err


def test_nobody_is_forgotten_unasked(on_air: Studio) -> None:
    """Without a terminal to ask at, and without --yes, nothing happens."""
    evening(on_air)

    assert on_air.callin("people", "forget", ANA).code == 2
    assert on_air.callin("people", "export", ANA).code == 0
