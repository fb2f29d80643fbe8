"""The DJ in the browser: Twilio's own kit in a real Chromium, against a double of Twilio's signalling."""

import re
import time

import pytest
from playwright.sync_api import expect

from callin.rules.softphone import identity_for
from tests.browser.hosting import APP, Hosting, said
from tests.browser.house import faults_in_both, until

KIT = re.compile(r"twilio-voice-[0-9.]+\.min\.js")


def test_a_dj_opens_connects_and_hangs_up(studio: Hosting) -> None:
    """Loading, ready, connecting, connected and over, each in words; the kit is loaded when it is opened."""
    page = studio.sign_in("dana")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload()
    assert not [url for url in loaded if KIT.search(url)]
    page.get_by_role("button", name="Open the softphone").click()
    expect(said(page)).to_have_text("Ready. Nobody hears you yet.")
    assert [url for url in loaded if KIT.search(url)]
    page.get_by_role("button", name="Connect").click()
    expect(said(page)).to_have_text("Connecting to the DJ line.")
    far_end = studio.far_end()
    studio.gateway.answer(far_end.answer(studio.gateway.wait_for("invite")["sdp"]))
    expect(said(page)).to_have_text(re.compile(r"Connected since \d\d?:\d\d.*\."))
    until(lambda: far_end.loudest_db > -60, "nothing was heard of the DJ")
    page.get_by_role("button", name="Hang up").click()
    expect(said(page)).to_have_text("You have hung up.")
    assert studio.gateway.wait_for("hangup")["callsid"].startswith("CA")


def test_the_token_is_for_this_dj_and_the_dj_line_alone(studio: Hosting) -> None:
    """Signed by our key, under the DJ's own name, for one application, for ten minutes, and rung by nobody."""
    studio.talk()
    claims = studio.gateway.claims
    assert claims["grants"] == {
        "identity": identity_for(1),
        "voice": {"outgoing": {"application_sid": APP}},
    }
    assert 0 < claims["exp"] - time.time() <= 600


def test_next_sends_a_star(studio: Hosting) -> None:
    """The far end hears the key and nothing else; nobody else has to be put through for that."""
    page, far_end = studio.talk()
    page.get_by_role("button", name="Next caller").click()
    until(lambda: far_end.keys == "*", "the star was never heard")
    page.get_by_role("button", name="Next caller").click()
    until(lambda: far_end.keys == "**", "the second star was never heard")


def test_next_sends_a_star_where_keys_do_not_travel_with_the_voice(studio: Hosting) -> None:
    """A far end that knows no key events is told by the signalling."""
    page = studio.open()
    page.get_by_role("button", name="Connect").click()
    offer = studio.gateway.wait_for("invite")["sdp"]
    answer = studio.far_end().answer(re.sub(r"a=rtpmap:\d+ telephone-event.*\r\n", "", offer))
    studio.gateway.answer(answer)
    expect(said(page)).to_contain_text("Connected since")
    page.get_by_role("button", name="Next caller").click()
    assert studio.gateway.wait_for("dtmf")["dtmf"] == "*"


def test_mute_is_pressed_and_said(studio: Hosting) -> None:
    """Silence at the far end, and words and a mark in the page; the next call begins unmuted."""
    page, _far_end = studio.talk()
    mute = page.locator("#softphone-mute")
    mute.focus()
    page.keyboard.press("Space")
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(said(page)).to_contain_text("Muted: nobody hears you.")
    page.keyboard.press("Space")
    expect(mute).to_have_attribute("aria-pressed", "false")
    expect(said(page)).not_to_contain_text("Muted")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Hang up").click()
    expect(mute).to_have_attribute("aria-pressed", "false")


def test_devices_are_listed_and_kept(studio: Hosting) -> None:
    """By their names; what was chosen is chosen again when the page comes back."""
    page = studio.open()
    page.get_by_text("Microphone and speaker").click()
    microphones = page.get_by_label("Microphone", exact=True)
    names = microphones.locator("option").all_text_contents()
    assert len(names) > 1
    assert all("Fake" in name for name in names)
    assert page.get_by_label("Speaker", exact=True).locator("option").count() > 0
    microphones.select_option(label=names[-1])
    until(lambda: page.evaluate("localStorage.length") > 0, "the choice was never kept")
    page.reload()
    page.get_by_role("button", name="Open the softphone").click()
    expect(said(page)).to_have_text("Ready. Nobody hears you yet.")
    expect(microphones.locator("option:checked")).to_have_text(names[-1])


def test_the_level_moves_before_anybody_is_rung(studio: Hosting) -> None:
    """The pretend microphone beeps, and the meter shows it while nobody hears it yet."""
    page = studio.open()
    until(lambda: float(page.locator("#softphone-level").evaluate("it => it.value")) > 0, "the level never moved")


def test_a_changed_show_does_not_touch_the_call(studio: Hosting) -> None:
    """The view takes in what is new; call, focus and buttons stay as they are."""
    show_id = studio.open_show()
    page, far_end = studio.talk()
    page.locator("#softphone-mute").focus()
    studio.waits(show_id, "Ana")
    expect(page.locator("#host-next .name")).to_have_text("Ana")
    expect(said(page)).to_contain_text("Connected since")
    assert page.evaluate("document.activeElement.id") == "softphone-mute"
    page.get_by_role("button", name="Next caller").click()
    until(lambda: far_end.keys == "*", "the star was never heard")


def test_leaving_in_mid_call_asks_first(studio: Hosting) -> None:
    """While connected, and only then."""
    page, _far_end = studio.talk()
    page.close(run_before_unload=True)
    until(lambda: page.evaluate("1") and studio.dialogs == ["beforeunload"], "nobody asked")
    page.get_by_role("button", name="Hang up").click()
    expect(said(page)).to_have_text("You have hung up.")
    page.goto("/board/host")
    assert studio.dialogs == ["beforeunload"]


@pytest.mark.parametrize("name", ["paula", "sam"])
def test_nobody_else_is_offered_it(studio: Hosting, name: str) -> None:
    """Producer and screener see no softphone and get no token, and their page may neither listen nor reach Twilio."""
    page = studio.sign_in(name)
    expect(page.locator("#softphone")).to_have_count(0)
    status = page.evaluate(
        """async () => {
          const csrf = document.querySelector('[name="csrf_token"]').value;
          const headers = { "X-CSRFToken": csrf };
          return (await fetch("/board/softphone/token", { method: "POST", headers })).status;
        }"""
    )
    assert status == 403
    refused = page.evaluate("navigator.mediaDevices.getUserMedia({ audio: true }).then(() => '', (why) => why.name)")
    assert refused == "NotAllowedError"


def test_everybody_can_use_it(studio: Hosting) -> None:
    """Axe finds nothing in any state and both themes; at 360 pixels nothing is cut off; keys reach every control."""
    page = studio.sign_in("dana", viewport={"width": 360, "height": 740})
    assert faults_in_both(page) == []
    page.get_by_role("button", name="Open the softphone").press("Enter")
    expect(said(page)).to_have_text("Ready. Nobody hears you yet.")
    assert page.evaluate("document.activeElement.id") == "softphone-connect"
    page.get_by_text("Microphone and speaker").click()
    assert faults_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    studio.connect(page)
    page.keyboard.press("Tab")
    page.locator("#softphone-mute").press("Enter")
    expect(said(page)).to_contain_text("Muted")
    assert faults_in_both(page) == []
    studio.gateway.cut()
    expect(said(page)).to_contain_text("Trying to get it back")
    assert faults_in_both(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_twilio_hears_how_good_the_line_is(studio: Hosting) -> None:
    """The policy of the page lets the kit's reports through, so that Twilio's Voice Insights can tell of a bad line."""
    studio.talk()
    until(lambda: studio.gateway.reports > 0, "no report ever came")


def test_a_token_is_renewed_before_it_ends(studio: Hosting) -> None:
    """A minute before, in the middle of a call, and nobody notices."""
    studio.gateway.lasts_s = 61
    page, _far_end = studio.talk()
    first = studio.gateway.claims["exp"]
    until(lambda: studio.gateway.wait_for("listen") and studio.gateway.claims["exp"] > first, "never renewed")
    expect(said(page)).to_contain_text("Connected since")
