"""`callin numbers sync`: both numbers point at the station, and nothing else of theirs changes."""

from callin.carrier import Account
from callin.errors import CarrierError
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


def test_both_numbers_fall_back_on_a_document_elsewhere(studio: Studio) -> None:
    """A host of files answers GET alone; without the setting the station's own door is put back, by POST."""
    studio.monkeypatch.setenv("CALLIN_FALLBACK_URL", "https://files.test/fallback.xml")
    assert studio.callin("numbers", "sync", "--yes").code == 0
    for number in studio.exchange.numbers.values():
        assert number.voice_fallback_url == "https://files.test/fallback.xml"
        assert number.voice_fallback_method == "GET"
    studio.monkeypatch.delenv("CALLIN_FALLBACK_URL")
    assert studio.callin("numbers", "sync", "--yes").code == 0
    for number in studio.exchange.numbers.values():
        assert number.voice_fallback_url == f"{BASE}/voice/fallback"
        assert number.voice_fallback_method == "POST"


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


def targets(studio: Studio) -> dict[str, tuple[str, str, str]]:
    """Where both numbers lead."""
    return {
        phone_number: (number.voice_url, number.sms_url, number.status_callback)
        for phone_number, number in studio.exchange.numbers.items()
    }


def test_a_sync_can_be_undone(studio: Studio) -> None:
    """What was there before comes back, step by step; then there is nothing left to undo."""
    studio.exchange.numbers[LISTENERS].voice_url = "https://old.test/voice"
    before = targets(studio)
    studio.callin("numbers", "sync", "--yes")
    ours = targets(studio)
    studio.monkeypatch.setenv("PUBLIC_BASE_URL", "https://new.test")
    studio.callin("numbers", "sync", "--yes")
    said = studio.callin("numbers", "undo", "--yes")
    assert said.code == 0
    assert "https://new.test/voice/listener/answer" in said.out
    assert "Put back 7 settings of 2 numbers." in said.out
    assert targets(studio) == ours
    assert studio.callin("numbers", "undo", "--yes").code == 0
    assert targets(studio) == before
    assert "Nothing to undo" in studio.callin("numbers", "undo", "--yes").out
    assert studio.callin("numbers", "undo", "--json").json == []


def test_an_undo_is_shown_first(studio: Studio) -> None:
    """A dry run shows from what to what; so does a run that nobody confirms."""
    studio.callin("numbers", "sync", "--yes")
    ours = targets(studio)
    for words, code in ((["--dry-run"], 0), ([], 2)):
        said = studio.callin("numbers", "undo", *words)
        assert said.code == code
        assert f"{BASE}/voice/dj/answer" in said.out
        assert targets(studio) == ours
    told = studio.callin("numbers", "undo", "--yes", "--json").json
    assert {row["number"]: row["for"] for row in told} == {LISTENERS: "listeners", DJ_LINE: "DJ"}
    assert all(row["is_changed"] for row in told)


def test_what_somebody_has_changed_since_stays(studio: Studio) -> None:
    """An undo takes back our own changes alone; a number that is gone is no trouble."""
    studio.callin("numbers", "sync", "--yes")
    studio.exchange.numbers[LISTENERS].voice_url = "https://somebody.test/voice"
    del studio.exchange.numbers[DJ_LINE]
    said = studio.callin("numbers", "undo", "--yes")
    assert said.code == 0
    assert "voice_url of +15550001000 was changed by somebody since" in said.err
    assert studio.exchange.numbers[LISTENERS].voice_url == "https://somebody.test/voice"
    assert studio.exchange.numbers[LISTENERS].sms_url == ""


def test_what_was_there_is_on_record_before_it_is_changed(studio: Studio) -> None:
    """A sync that Twilio breaks off midway can be undone as far as it came."""
    before = targets(studio)
    whole, asked = Account.update_number, list[str]()

    def once(account: Account, number_sid: str, **changes: str) -> None:
        asked.append(number_sid)
        if len(asked) == 2:
            raise CarrierError("Twilio is busy", permanent=False, status=500)
        whole(account, number_sid, **changes)

    with studio.monkeypatch.context() as patch:
        patch.setattr(Account, "update_number", once)
        assert studio.callin("numbers", "sync", "--yes").code == 4
    assert targets(studio) != before
    assert studio.callin("numbers", "undo", "--yes").code == 0
    assert targets(studio) == before
