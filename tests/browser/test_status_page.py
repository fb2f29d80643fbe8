"""The status page in a real browser, against the running server."""

import re
import time

from playwright.sync_api import Route, expect

from callin.models import Call
from tests.browser.house import House, faults_in_both, live, seen_at, tell, watch
from tests.browser.wire import Wire

# The promise is 300 ms for the board on one machine; the rest is for a machine that runs other tests as well.
SOON_S = 2.0


def test_it_shows_who_rings_while_it_is_open(house: House) -> None:
    """A caller who gets into the line is counted on the page, without anybody touching it."""
    house.open_show()
    page = house.visit("/")
    live(page)
    expect(page.get_by_text("The line is free")).to_be_visible()

    house.ring_in_line("+15550100001")

    expect(page.locator("main")).to_contain_text("1 person in line".replace("1 ", ""))
    expect(page.locator(".how-many")).to_have_text("1")
    expect(page.locator("footer")).to_contain_text(re.compile(r"Text HI to \(?555"))


def test_a_change_is_seen_soon(house: House) -> None:
    """From the commit to the page in a fraction of a second."""
    show_id = house.open_show()
    page = house.visit("/")
    live(page)
    watch(page, ".how-many")
    took = []
    for number in range(1, 6):
        house.put(house.caller(show_id, number))
        committed = time.time()
        expect(page.locator(".how-many")).to_have_text(str(number))
        took.append(seen_at(page, str(number)) - committed)

    tell(f"commit to status page: median {sorted(took)[2] * 1000:.0f} ms, most {max(took) * 1000:.0f} ms")
    assert sorted(took)[2] < SOON_S


def test_without_scripts_it_loads_itself_again(house: House) -> None:
    """The count is in the page itself, and the page comes again; half a minute is cut short here."""
    show_id = house.open_show()
    house.put(house.caller(show_id, 1))
    page = house.visit("/", java_script_enabled=False)
    expect(page.locator(".how-many")).to_have_text("1")

    def sooner(route: Route) -> None:
        reply = route.fetch()
        assert 'http-equiv="refresh" content="30"' in reply.text()
        route.fulfill(response=reply, body=reply.text().replace('content="30"', 'content="1"'))

    page.route(re.compile(r"/$"), sooner)
    page.reload()
    house.put(house.caller(show_id, 2))

    expect(page.locator(".how-many")).to_have_text("2")


def test_it_says_how_old_it_is_when_the_network_is_cut(house: House) -> None:
    """The banner tells the age while it is cut; afterwards the present stands there at once."""
    show_id = house.open_show()
    wire = Wire(house.url)
    try:
        page = house.visit(wire.url + "/")
        live(page)
        expect(page.locator("#stale")).to_be_hidden()

        wire.cut()
        expect(page.locator("#stale")).to_contain_text(re.compile(r"What you see is \d+ s old"))
        expect(page.get_by_role("status")).to_contain_text("Connection lost")
        house.put(house.caller(show_id, 1))
        wire.mend()

        expect(page.locator(".how-many")).to_have_text("1")
        expect(page.locator("#stale")).to_be_hidden()
    finally:
        page.close()
        wire.close()


def test_beyond_the_streams_pages_ask(house: House) -> None:
    """A page for which there is no stream shows the present all the same, and no banner; the phones are answered."""
    show_id = house.open_show()
    pages = [house.visit("/") for _ in range(8)]  # strangers have six of the twelve streams
    for page in pages:
        live(page)

    house.put(house.caller(show_id, 1))
    house.ring_in_line("+15550100002")

    for page in pages:
        expect(page.locator(".how-many")).to_have_text("2")
        expect(page.locator("#stale")).to_be_hidden()


def test_everybody_can_read_it(house: House) -> None:
    """In both themes, closed, empty and full, and in the shop window."""
    closed = house.visit("/")
    assert faults_in_both(closed) == []
    show_id = house.open_show()
    empty = house.visit("/")
    assert faults_in_both(empty) == []
    house.put(*(house.caller(show_id, number) for number in range(1, 13)))
    for path in ("/", "/?kiosk"):
        page = house.visit(path)
        live(page)
        assert faults_in_both(page) == []


def test_it_fits_a_small_screen_and_a_wall(house: House) -> None:
    """Nothing is cut off at 360 pixels; the count fills a third of a wall."""
    show_id = house.open_show()
    house.put(*(house.caller(show_id, number) for number in range(1, 13)))
    small = house.visit("/", viewport={"width": 360, "height": 640})
    assert small.evaluate("document.documentElement.scrollWidth") <= 360

    wall = house.visit("/?kiosk", viewport={"width": 1920, "height": 1080})
    box = wall.locator(".how-many").bounding_box()

    assert box is not None
    assert box["height"] > 1080 / 3


def test_a_name_is_nowhere_in_what_the_page_has_loaded(house: House) -> None:
    """Everything the browser got, the stream included, has neither name nor number."""
    show_id = house.open_show()
    house.put(house.caller(show_id, 1, name="Ana Ribeiro", topic="The night buses", town="Lisbon"))
    page = house.visit("about:blank")
    got: list[str] = []
    page.on("response", lambda reply: got.append(reply.url))
    page.goto("/")
    live(page)
    states = page.evaluate(
        """() => new Promise((done) => {
          const source = new EventSource("/stream");
          source.addEventListener("state", (event) => { source.close(); done(event.data); });
        })"""
    )

    seen = page.content() + states + page.request.get("/status/state").text()
    assert "Night Owls" in seen
    for secret in ("Ana", "Ribeiro", "Lisbon", "buses", "+1555", "0001", Call.__tablename__):
        assert secret not in seen
    assert {url.split("/")[2] for url in got} == {house.url.split("/")[2]}
