"""`callin numbers sync`: both numbers point at the station, and nothing else of theirs changes."""

from tests.cli.conftest import BASE, DJ_LINE, LISTENERS, Studio


def test_both_numbers_point_at_the_station(studio: Studio) -> None:
    """Voice, texts, fallback and status lead to PUBLIC_BASE_URL; a second run has nothing to do."""
    said = studio.callin("numbers", "sync", "--yes")
    assert said.code == 0
    listener, dj = studio.exchange.numbers[LISTENERS], studio.exchange.numbers[DJ_LINE]
    assert listener.voice_url == f"{BASE}/voice/listener/answer"
    assert listener.sms_url == f"{BASE}/sms/inbound"
    assert dj.voice_url == f"{BASE}/voice/dj/answer"
    assert dj.sms_url == ""
    for number in (listener, dj):
        assert number.voice_fallback_url == f"{BASE}/voice/fallback"
        assert number.status_callback == f"{BASE}/voice/status"
        assert number.voice_method == "POST"
    assert "Nothing to do" in studio.callin("numbers", "sync", "--yes").out


def test_the_difference_is_shown_and_nothing_done(studio: Studio) -> None:
    """A dry run shows from what to what; so does a run that nobody confirms, which is wrong usage."""
    studio.exchange.numbers[LISTENERS].voice_url = "https://old.test/voice"
    for words, code in ((["--dry-run"], 0), ([], 2)):
        said = studio.callin("numbers", "sync", *words)
        assert said.code == code
        assert "https://old.test/voice" in said.out
        assert f"{BASE}/voice/listener/answer" in said.out
        assert studio.exchange.numbers[LISTENERS].voice_url == "https://old.test/voice"


def test_only_what_differs_is_changed(studio: Studio) -> None:
    """One wrong address is one change, told as such to a machine too."""
    studio.callin("numbers", "sync", "--yes")
    studio.exchange.numbers[DJ_LINE].voice_method = "GET"
    told = studio.callin("numbers", "sync", "--yes", "--json").json
    assert [(row["number"], row["is_changed"], row["changes"]) for row in told] == [
        (LISTENERS, False, []),
        (DJ_LINE, True, [{"what": "voice_method", "now": "GET", "wanted": "POST"}]),
    ]
    assert studio.exchange.numbers[DJ_LINE].voice_method == "POST"


def test_a_number_the_account_has_not_is_named_with_the_fix(studio: Studio) -> None:
    """A missing number is told by its setting; the other one is not touched either."""
    del studio.exchange.numbers[DJ_LINE]
    said = studio.callin("numbers", "sync", "--yes")
    assert said.code == 1
    assert "CALLIN_DJ_LINE" in said.err
    assert "callin numbers sync" in said.err
    assert studio.exchange.numbers[LISTENERS].voice_url == ""
