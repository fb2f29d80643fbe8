"""The board in a real browser: two people and a host see the same, at once, and lose nothing."""

import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Route, expect

from callin.models import Call, Message, SoundState
from callin.rules.call_states import CallState
from tests.browser.house import House, faults_in_both, live, seen_at, tell, until, updates, watch
from tests.browser.wire import Wire

PROMISED_S = 0.3
# The machine of a test runs other tests as well.
SLACK = 5
NASTY = '<script>document.title = "run"</script><img src=x onerror="document.title=\'run\'"> & "quoted" \'too\''


def test_two_people_and_a_host_see_each_change_soon(house: House) -> None:
    """One writes; the other's board and the host's view say it in a fraction of a second."""
    show_id = house.open_show()
    ana, ben = house.put(house.caller(show_id, 1, name="Ana"), house.caller(show_id, 2, name="Ben"))
    paula, sam, host = house.sign_in("paula"), house.sign_in("sam"), house.sign_in("dana", "/board/host")
    watch(sam, f"#call-{ana} .topic")
    watch(host, "#host-next .point")
    took: dict[str, list[float]] = {"board": [], "host": []}
    paula.locator(f"#call-{ana} .name").click()
    for number in range(5):
        topic = f"The night buses, part {number}"
        paula.get_by_label("Topic").fill(topic)
        sent = time.time()
        paula.get_by_role("button", name="Save").click()
        expect(sam.locator(f"#call-{ana} .topic")).to_have_text(topic)
        expect(host.locator("#host-next .point")).to_have_text(topic)
        took["board"].append(seen_at(sam, topic) - sent)
        took["host"].append(seen_at(host, topic) - sent)

    for name, seconds in took.items():
        tell(
            f"click on one board to pixels of the {name}: median {sorted(seconds)[2] * 1000:.0f} ms, "
            f"most {max(seconds) * 1000:.0f} ms"
        )
        assert sorted(seconds)[2] < PROMISED_S * SLACK
    assert house.get(Call, ben).topic is None


def test_a_half_typed_note_keeps_words_caret_and_focus(house: House) -> None:
    """Whatever others do meanwhile: rows above it change, move and go."""
    show_id = house.open_show()
    ids = house.put(*(house.caller(show_id, number) for number in range(1, 6)))
    page = house.sign_in()
    page.locator(f"#call-{ids[2]} .name").click()
    note = page.get_by_label("Note")
    note.fill("half a thou")
    note.evaluate("(field) => field.setSelectionRange(4, 6)")
    before = updates(page)

    house.change(Call, ids[0], name="Somebody else")
    expect(page.locator(f"#call-{ids[0]}")).to_contain_text("Somebody else")
    house.change(Call, ids[4], rank=-1)
    expect(page.locator("#places > li").first).to_have_id(f"call-{ids[4]}")
    house.change(Call, ids[1], state=CallState.OVER)
    expect(page.locator(f"#call-{ids[1]}")).to_have_count(0)

    assert updates(page) >= before + 3
    expect(note).to_be_focused()
    expect(note).to_have_value("half a thou")
    assert note.evaluate("(field) => [field.selectionStart, field.selectionEnd]") == [4, 6]


def test_what_is_typed_survives_another_row_and_a_caller_who_goes(house: House) -> None:
    """Selecting somebody else and coming back; and when they hang up the words are still there."""
    show_id = house.open_show()
    ana, ben = house.put(house.caller(show_id, 1, name="Ana"), house.caller(show_id, 2, name="Ben"))
    page = house.sign_in()
    page.locator(f"#call-{ana} .name").click()
    page.get_by_label("Note").fill("about the buses")
    page.locator(f"#call-{ben} .name").click()
    expect(page.get_by_label("Note")).to_have_value("")
    page.locator(f"#call-{ana} .name").click()
    expect(page.get_by_label("Note")).to_have_value("about the buses")

    house.change(Call, ana, state=CallState.OVER)

    expect(page.get_by_text("This one has left the line")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("about the buses")


def test_the_later_of_two_edits_is_told_and_overwrites_nothing(house: House) -> None:
    """Both write the same field: the later one sees the other's words and decides; other fields do not clash."""
    show_id = house.open_show()
    (ana,) = house.put(house.caller(show_id, 1, name="Ana"))
    paula, sam = house.sign_in("paula"), house.sign_in("sam")
    for page, words in ((paula, "trams"), (sam, "buses")):
        page.locator(f"#call-{ana} .name").click()
        page.get_by_label("Topic").fill(words)
    sam.get_by_label("Town").fill("Lisbon")
    paula.get_by_role("button", name="Save").click()
    expect(sam.locator(f"#call-{ana} .topic")).to_have_text("trams")

    sam.get_by_role("button", name="Save").click()
    expect(sam.get_by_role("alert")).to_contain_text("somebody else wrote on this card")
    expect(sam.locator("#card-theirs")).to_contain_text("trams")
    assert (house.get(Call, ana).topic, house.get(Call, ana).town) == ("trams", None)
    expect(sam.get_by_label("Topic")).to_have_value("buses")

    sam.get_by_role("button", name="Save").click()
    expect(paula.locator(f"#call-{ana} .topic")).to_have_text("buses")
    expect(paula.get_by_label("Topic")).to_have_value("buses")
    assert house.get(Call, ana).town == "Lisbon"


def test_a_wait_ticks_and_never_begins_anew(house: House) -> None:
    """From waiting to next up to a new state of the page: the same beginning, a later second."""
    show_id = house.open_show()
    (ana,) = house.put(house.caller(show_id, 1, name="Ana"))
    page = house.sign_in()
    waited = page.locator(f"#call-{ana} .waited time")
    expect(waited).to_have_text(re.compile(r"1[45]:\d\d"))
    first = waited.inner_text()
    house.change(Call, ana, state=CallState.NEXT_UP)
    expect(page.locator(f"#call-{ana} .state")).to_have_text("next up")

    expect(waited).not_to_have_text(first)
    assert waited.inner_text() > first


def test_a_cut_network_is_told_with_its_age_and_the_present_comes_back(house: House) -> None:
    """The banner counts; what is tried meanwhile is told; after the mending everything is as it is."""
    show_id = house.open_show()
    (ana,) = house.put(house.caller(show_id, 1, name="Ana"))
    wire = Wire(house.url)
    try:
        page = house.sign_in(at=wire.url)
        page.locator(f"#call-{ana} .name").click()
        page.get_by_label("Note").fill("half a")
        wire.cut()
        expect(page.locator("#stale")).to_contain_text(re.compile(r"What you see is \d+ s old"))
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#said")).to_contain_text("connection is gone")
        house.change(Call, ana, name="Ana Ribeiro")
        wire.mend()

        expect(page.locator(f"#call-{ana}")).to_contain_text("Ana Ribeiro")
        expect(page.locator("#stale")).to_be_hidden()
        expect(page.get_by_label("Note")).to_have_value("half a")
        page.get_by_role("button", name="Save").click()
        until(lambda: house.get(Call, ana).note == "half a", "never saved")
    finally:
        page.close()
        wire.close()


def test_a_500_in_the_middle_leaves_the_board_as_it_is(house: House) -> None:
    """Its words are not put in place of the board; the banner tells the age, and the board recovers."""
    show_id = house.open_show()
    (ana,) = house.put(house.caller(show_id, 1, name="Ana"))
    wire = Wire(house.url)
    try:
        page = house.sign_in(at=wire.url)
        broken = re.compile(r"/board/(state|stream)")

        def fail(route: Route) -> None:
            route.fulfill(status=500, content_type="text/html", body="<h1>Something went wrong here.</h1>")

        page.route(broken, fail)
        wire.cut()
        wire.mend()
        expect(page.locator("#stale")).to_be_visible()
        expect(page.locator(f"#call-{ana}")).to_contain_text("Ana")
        expect(page.get_by_text("Something went wrong")).to_have_count(0)

        page.unroute(broken)
        house.change(Call, ana, name="Ana Ribeiro")
        expect(page.locator(f"#call-{ana}")).to_contain_text("Ana Ribeiro")
        expect(page.locator("#stale")).to_be_hidden()
    finally:
        page.close()
        wire.close()


def test_two_hundred_callers_and_the_page_stays_usable(house: House) -> None:
    """A change among two hundred costs the page a few milliseconds, and keys and typing go on."""
    show_id = house.open_show()
    ids = house.put(
        *(house.caller(show_id, n, topic=f"Topic number {n} of this evening", town="Lisbon") for n in range(1, 201))
    )
    page = house.sign_in()
    expect(page.locator("#places > li")).to_have_count(200)
    page.locator(f"#call-{ids[0]} .name").click()
    note = page.get_by_label("Note")
    note.focus()
    spent = []
    for number in range(12):
        before = updates(page)
        house.change(Call, ids[number * 7], name=f"Changed {number}")
        expect(page.locator(f"#call-{ids[number * 7]} .name")).to_have_text(f"Changed {number}")
        page.keyboard.type("abc ")
        assert updates(page) > before
        spent.append(float(page.locator("#live").get_attribute("data-scripting-ms") or "nan"))
    house.change(Call, ids[199], rank=0)
    expect(page.locator("#places > li").first).to_have_id(f"call-{ids[199]}")

    tell(f"scripting for a change among 200 rows: median {sorted(spent)[6]:.1f} ms, most {max(spent):.1f} ms")
    expect(note).to_have_value("abc " * 12)
    assert sorted(spent)[6] < 400  # some 15 ms on a machine that does nothing else


def test_what_is_there_stays_where_it_is(house: House) -> None:
    """Somebody new in the line and a new message touch no other row: what plays goes on playing."""
    show_id = house.open_show()
    house.put(house.caller(show_id, 5), message(1))
    page = house.sign_in()
    page.evaluate(
        """() => {
          window.moved = [];
          new MutationObserver((changes) => {
            for (const change of changes)
              for (const gone of change.removedNodes) if (gone.id) window.moved.push(gone.id);
          }).observe(document.getElementById("live"), { subtree: true, childList: true });
        }"""
    )

    house.put(house.caller(show_id, 1, rank=1), message(2))

    expect(page.locator("#places > li")).to_have_count(2)
    expect(page.locator("#messages .letter")).to_have_count(2)
    assert page.evaluate("window.moved") == []


def message(number: int) -> Message:
    """A message whose sound is here."""
    now = datetime.now(UTC)
    return Message(
        recording_sid=f"RE{number:032x}",
        recording_url="https://api.twilio.com/none",
        call_sid=f"CA{number:032x}",
        left_at=now,
        due_at=now,
        sound_state=SoundState.ABSENT,
    )


@pytest.mark.parametrize("path", ["/board", "/board/host"])
def test_what_strangers_wrote_is_words(house: House, path: str) -> None:
    """Markup and script in names, topics and notes is shown as it was typed, and nothing is run."""
    show_id = house.open_show()
    told = {"name": NASTY, "town": NASTY, "topic": NASTY, "note": NASTY}
    house.put(house.caller(show_id, 1, **told), house.caller(show_id, 2, state=CallState.ON_AIR, **told))
    page = house.sign_in("paula", path)
    live(page)

    expect(page.get_by_text("onerror").first).to_be_visible()
    if path == "/board":
        page.locator("#places .name").click()
        expect(page.get_by_label("Topic")).to_have_value(NASTY)
    assert page.evaluate("[document.title, document.images.length, document.scripts.length > 5]")[0] != "run"
    assert page.locator("img[src=x]").count() == 0


def test_signed_out_elsewhere_is_told(house: House) -> None:
    """The board says so when something is tried; nothing is changed."""
    show_id = house.open_show()
    (ana,) = house.put(house.caller(show_id, 1, name="Ana"))
    page, other = house.sign_in("pete"), house.sign_in("pete")
    other.get_by_role("button", name="Sign out everywhere").click()
    other.wait_for_url("**/sign-in")

    page.locator(f"#call-{ana} .name").click()
    page.keyboard.press("f")

    expect(page.locator("#said")).to_contain_text("signed out")
    assert house.get(Call, ana).flag is None
    expect(page.get_by_text("You are signed out.").first).to_be_visible()
    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator("#stale")).to_be_hidden()
    assert faults_in_both(page) == []
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url(re.compile("/sign-in"))
