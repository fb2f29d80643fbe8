"""What goes wrong with a softphone is told in words, with the number to ring instead, and the next try counts."""

from playwright.sync_api import Route, expect

from tests.browser.hosting import OR_RING, Hosting, said


def test_a_refused_token_is_told(studio: Hosting) -> None:
    """In words, with Twilio's code and the number to ring instead; nothing is left half open."""
    page = studio.open()
    studio.gateway.refuses_with = 31204
    page.get_by_role("button", name="Connect").click()
    expect(said(page)).to_contain_text("its API key or the TwiML app is not right. (Twilio: 31204)")
    expect(said(page)).to_contain_text(OR_RING)
    studio.gateway.refuses_with = None
    studio.connect(page)


def test_a_refused_call_is_told(studio: Hosting) -> None:
    """Twilio ends the call before anybody has answered it."""
    page = studio.open()
    page.get_by_role("button", name="Connect").click()
    studio.gateway.wait_for("invite")
    studio.gateway.say("ringing", {"callsid": "CA" + "5" * 32})
    studio.gateway.hang_up(code=31603)
    expect(said(page)).to_contain_text("Twilio refused the call.")
    expect(said(page)).to_contain_text(OR_RING)


def test_a_refused_microphone_is_told(studio: Hosting) -> None:
    """The browser says no; the page says what to do."""
    page = studio.sign_in("dana", may_use_microphone=False)
    page.get_by_role("button", name="Open the softphone").click()
    expect(said(page)).to_contain_text("The browser may not use the microphone.")
    expect(said(page)).to_contain_text(OR_RING)


def test_a_missing_microphone_is_told(studio: Hosting) -> None:
    """The browser finds none."""
    page = studio.sign_in("dana")
    page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", "NotFoundError"));
        }"""
    )
    page.get_by_role("button", name="Open the softphone").click()
    expect(said(page)).to_contain_text("No microphone was found")


def test_signalling_out_of_reach_is_told(studio: Hosting) -> None:
    """Nobody there: told at once, and the next try counts."""
    page = studio.open()
    studio.gateway.cut()
    page.get_by_role("button", name="Connect").click()
    expect(said(page)).to_contain_text("Twilio cannot be reached from here.")
    expect(said(page)).to_contain_text(OR_RING)
    studio.gateway.mend()
    studio.connect(page)


def test_signalling_cut_in_mid_call_is_told_and_mended(studio: Hosting) -> None:
    """While it is gone the words say so, with the number; when it is back, so is the call."""
    page, _far_end = studio.talk()
    studio.gateway.cut()
    expect(said(page)).to_contain_text("The connection to Twilio broke off. Trying to get it back")
    expect(said(page)).to_contain_text(OR_RING)
    studio.gateway.mend()
    expect(said(page)).to_contain_text("Connected since")


def test_a_call_that_goes_with_the_signalling_is_told(studio: Hosting) -> None:
    """Where Twilio gave no way back, the call is over and can be begun again."""
    studio.gateway.gives_way_back = False
    page, _far_end = studio.talk()
    studio.gateway.cut()
    expect(said(page)).to_contain_text("broke off, and the call with it.")
    expect(said(page)).to_contain_text(OR_RING)
    studio.gateway.mend()
    studio.connect(page)


def test_the_far_end_hangs_up(studio: Hosting) -> None:
    """Told in words, and the page is ready again."""
    page, _far_end = studio.talk()
    studio.gateway.hang_up()
    expect(said(page)).to_have_text("The line has hung up.")
    studio.connect(page)


def test_hanging_up_early_keeps_the_call_from_coming(studio: Hosting) -> None:
    """While the station still writes the token: nobody is rung when it is there."""
    page = studio.open()
    page.evaluate(
        """() => {
          window.made = 0;
          const Device = Twilio.Device;
          const Counted = class extends Device {
            constructor(...told) { super(...told); window.made += 1; }
          };
          window.Twilio = { Device: Counted };
        }"""
    )
    held: list[Route] = []
    page.route("**/board/softphone/token", lambda route: held.append(route))  # noqa: PLW0108  Playwright marks what it is given
    with page.expect_request("**/board/softphone/token"):
        page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Hang up").click()
    with page.expect_response("**/board/softphone/token"):
        held[0].continue_()
    page.unroute_all()
    page.evaluate("fetch('/healthz').then((reply) => reply.text())")  # what the token has led to has happened by then
    expect(said(page)).to_have_text("You have hung up.")
    assert page.evaluate("made") == 0
    assert studio.gateway.heard.empty()
    studio.connect(page)
    assert page.evaluate("made") == 1
