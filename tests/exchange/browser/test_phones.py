"""Pretend phones in a real browser: dial, hear, press, say, text, ring (docs/exchange.md, «The phones page»)."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable

import urllib3
from playwright.sync_api import Browser, Page, expect

from callin.exchange.exchange import ACCOUNT_SID, AUTH_TOKEN
from tests.exchange.browser.conftest import PATIENCE_MS, Application, ServedExchange, card

LISTENER, DJ = "Listener phone", "DJ phone"


def _ring(page: Page, exchange: ServedExchange, url: str, *, name: str = "Front desk") -> None:
    """Attach one more number and let a new phone ring it."""
    exchange.ask("PUT", "numbers/+15550100003", {"name": name, "voice_url": url})
    expect(card(page, f"{name} phone")).to_be_visible()
    card(page, f"{name} phone").get_by_role("button", name="Call", exact=True).click()


def test_two_phones_are_laid_out_and_one_click_is_heard(page: Page) -> None:
    """A listener's phone and a DJ's stand ready; after Call its captions say what the application says, live."""
    expect(page.get_by_role("article")).to_have_count(2)
    listener = card(page, LISTENER)
    expect(listener.locator(".state")).to_contain_text("choose a number and press Call")

    listener.get_by_role("button", name="Call", exact=True).click()

    expect(listener.locator(".captions")).to_contain_text("welcome to the show")
    expect(listener.locator(".captions")).to_contain_text("you are number 1 of 1")
    expect(listener.locator(".state")).to_contain_text("waiting in «line», number 1")
    expect(listener.locator(".captions")).to_contain_text("♪ plays music.wav")


def test_words_are_marked_as_they_are_said(page: Page, phone_in: ServedExchange) -> None:
    """On a clock that stands still the words to come stay to come."""
    phone_in.ask("PUT", "clock", {"speed": 0})
    listener = card(page, LISTENER)
    listener.get_by_role("button", name="Call", exact=True).click()
    expect(listener.locator(".caption.say .to-come")).to_have_text(["to", "the", "show"])

    page.get_by_role("button", name="Go on").click()

    expect(listener.locator(".caption.say .to-come").first).to_be_hidden()


def test_keys_are_pressed_with_the_pointer_and_typed(
    page: Page, phone_in: ServedExchange, application: Application
) -> None:
    """The application gets the key; the captions tell both."""
    _ring(page, phone_in, f"{application.url}/menu")
    desk = card(page, "Front desk phone")
    expect(desk.locator(".captions")).to_contain_text("press one")

    desk.get_by_role("button", name="1", exact=True).click()
    expect(desk.locator(".captions")).to_contain_text("You pressed 1")
    expect(desk.locator(".captions")).to_contain_text("you chose 1")

    desk.get_by_role("button", name="Hang up").click()
    desk.get_by_role("button", name="Call", exact=True).click()
    expect(desk.locator(".state")).to_contain_text("on the phone")
    desk.locator(".captions").press("7")
    expect(desk.locator(".captions")).to_contain_text("you chose 7")


def test_two_phones_are_put_through_and_hear_each_other(page: Page) -> None:
    """The DJ takes the listener out of the line; what one says the other hears; a star ends it."""
    listener, dj = card(page, LISTENER), card(page, DJ)
    listener.get_by_role("button", name="Call", exact=True).click()
    expect(listener.locator(".state")).to_contain_text("waiting")

    dj.get_by_role("button", name="Call", exact=True).click()
    expect(listener.locator(".state")).to_contain_text("talking with DJ phone")
    expect(dj.locator(".state")).to_contain_text("talking with Listener phone")

    listener.get_by_label("Say").fill("good evening")
    listener.get_by_role("button", name="Say it").click()
    expect(dj.locator(".captions")).to_contain_text("Listener phone: good evening")
    expect(listener.locator(".captions")).to_contain_text("You: good evening")

    dj.get_by_role("button", name="star").click()
    expect(listener.locator(".captions")).to_contain_text("goodbye after bridged")
    expect(dj.locator(".captions")).to_contain_text("that was a caller")


def test_a_text_is_sent_and_answered(page: Page) -> None:
    """The thread has both, and the count tells of what came in while it was shut."""
    listener = card(page, LISTENER)
    listener.get_by_text("Texts", exact=False).first.click()
    listener.get_by_role("textbox", name="Text").fill("hello there")
    listener.get_by_role("button", name="Send").click()

    expect(listener.locator(".thread .out")).to_contain_text("hello there")
    expect(listener.locator(".thread .in")).to_contain_text("you wrote: hello there")
    expect(listener.get_by_role("textbox", name="Text")).to_have_value("")


def test_a_text_to_a_shut_thread_is_counted(page: Page, phone_in: ServedExchange) -> None:
    """«1 new», until it is opened."""
    phone_in.ask("POST", "messages", {"from": "+15550101001", "to": "+15550100001", "body": "hi"})

    count = card(page, LISTENER).locator(".texts .count")
    expect(count).to_have_text("1 new")
    count.click()
    expect(count).to_have_text("(2)")


def test_a_phone_rings_and_is_answered_or_refused(
    page: Page, phone_in: ServedExchange, application: Application
) -> None:
    """A leg that a Dial rings shows who calls; answered, both are put through; refused, it is busy."""
    listener, desk = card(page, LISTENER), card(page, "Front desk phone")
    for how, state in (("Answer", "talking with Listener phone"), ("Refuse", "choose a number")):
        _ring(page, phone_in, f"{application.url}/connect?to=%2B15550101001")
        expect(listener.get_by_role("alert").first).to_contain_text("It rings: Front desk phone calls.")

        listener.get_by_role("button", name=how).click()

        expect(listener.locator(".rings")).to_be_hidden()
        if how == "Answer":
            expect(desk.locator(".state")).to_contain_text(state)
            desk.get_by_role("button", name="Hang up").click()
            expect(listener.locator(".state")).to_contain_text("over")


def _recorded(exchange: ServedExchange) -> wave.Wave_read:
    entry = next(e for e in reversed(exchange.ask("GET", "log")) if e["url"].endswith("/kept"))
    headers = urllib3.make_headers(basic_auth=f"{ACCOUNT_SID}:{AUTH_TOKEN}")
    return wave.open(io.BytesIO(urllib3.request("GET", entry["params"]["RecordingUrl"], headers=headers).data))


def test_a_message_is_left_with_the_microphone(page: Page, phone_in: ServedExchange, application: Application) -> None:
    """Time stands still while one speaks; the exchange's recording then has that very sound."""
    _ring(page, phone_in, f"{application.url}/mailbox")
    desk = card(page, "Front desk phone")
    expect(desk.locator(".captions")).to_contain_text("beep")

    desk.get_by_role("button", name="Use the microphone").click()
    expect(page.locator(".clock .speed")).to_have_text("stands still")
    page.wait_for_timeout(1_200)  # as long as it is spoken into
    desk.get_by_role("button", name="Stop, and say it").click()
    expect(desk.locator(".captions")).to_contain_text("You: (a sound)")
    expect(page.locator(".clock .speed")).to_have_text("real time")
    phone_in.ask("PUT", "clock", {"speed": 50})

    desk.get_by_role("button", name="pound").click()
    expect(desk.locator(".captions")).to_contain_text(re.compile(r"kept \d+ seconds"))
    with _recorded(phone_in) as file:
        assert file.getnframes() >= 8_000
        assert max(file.readframes(file.getnframes())) > 0


def test_a_message_is_left_with_a_clip(page: Page, phone_in: ServedExchange, application: Application) -> None:
    """Its seconds and its sound are those of the clip."""
    _ring(page, phone_in, f"{application.url}/mailbox")
    desk = card(page, "Front desk phone")
    expect(desk.locator(".captions")).to_contain_text("beep")

    desk.get_by_label("or a clip").select_option("a scale, four seconds")
    expect(desk.locator(".captions")).to_contain_text("You: (a sound)")
    phone_in.ask("PUT", "clock", {"speed": 20})

    expect(desk.locator(".captions")).to_contain_text("kept 4 seconds")
    with _recorded(phone_in) as file:
        assert file.getnframes() == 4 * 8_000
        assert len(set(file.readframes(4_000))) > 100


def test_a_phone_is_added_kept_and_removed(open_page: Callable[..., Page], phone_in: ServedExchange) -> None:
    """It stands in the address, so that a reload has it; a number twice is refused in words."""
    page = open_page(phone_in.url)
    page.get_by_role("button", name="Add a phone").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Its own number").fill("+15550101001")
    dialog.get_by_role("button", name="Add it").click()
    expect(dialog.get_by_role("alert")).to_have_text("That phone stands here already.")

    dialog.get_by_label("Name").fill("Withheld")
    dialog.get_by_label("Its own number").fill("anonymous")
    dialog.get_by_role("button", name="Add it").click()
    page.reload()
    withheld = card(page, "Withheld, anonymous")
    withheld.get_by_role("button", name="Call", exact=True).click()
    expect(withheld.locator(".captions")).to_contain_text("welcome to the show")

    page.get_by_role("button", name="Remove Withheld").click()
    expect(page.get_by_role("article")).to_have_count(2)
    assert all(call["status"] == "completed" for call in _calls(phone_in, "anonymous"))


def _calls(exchange: ServedExchange, number: str) -> list[dict[str, str]]:
    return [exchange.ask("GET", f"calls/{sid}") for sid in exchange.ask("GET", f"phones/{number}")["calls"]]


def test_the_address_says_which_phones_there_are(open_page: Callable[..., Page], phone_in: ServedExchange) -> None:
    """Name, own number and number to ring, so that a rehearsal can lay them out."""
    page = open_page(f"{phone_in.url}/#phone=Ada,%2B15550107777,%2B15550100002")

    ada = card(page, "Ada, +1 555 010 7777")
    expect(ada.get_by_label("Number")).to_have_value("+15550100002")
    expect(page.get_by_role("article")).to_have_count(1)


def test_html_is_shown_and_never_run(page: Page, phone_in: ServedExchange, application: Application) -> None:
    """In what is said, in texts, in names and on the wire alike."""
    hostile = application.module.HOSTILE
    _ring(page, phone_in, f"{application.url}/hostile", name="<b>Front</b>")
    desk = card(page, "<b>Front</b> phone")
    expect(desk.locator(".caption.say")).to_contain_text(hostile)

    desk.get_by_text("Texts", exact=False).first.click()
    desk.get_by_role("textbox", name="Text").fill(hostile)
    desk.get_by_label("Number").select_option("+15550100001")
    desk.get_by_role("button", name="Send").click()
    expect(desk.locator(".thread .in .body")).to_have_text(f"you wrote: {hostile}")
    for line in page.locator("#wire .line summary").all():
        line.click()
    expect(page.locator("#wire .entry pre").first).to_be_visible()

    expect(page).to_have_title("Phones")
    assert page.locator(".phone img, .phone script, #wire img, #wire script").count() == 0


def test_sound_is_heard_through_the_exchange(page: Page) -> None:
    """Off at first; on, the music at the ear plays from the exchange's own address."""
    expect(page.get_by_role("switch", name="Sound")).to_have_attribute("aria-checked", "false")
    page.get_by_role("switch", name="Sound").click()

    with page.expect_response(lambda response: "/sounds/h" in response.url and response.ok) as heard:
        card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()

    assert heard.value.headers["content-type"] == "audio/wav"
    assert heard.value.url.startswith(page.url.split("/#")[0].rstrip("/"))


def test_words_are_spoken_by_the_browsers_voice_when_it_has_one(browser: Browser, phone_in: ServedExchange) -> None:
    """Once sound is on, and those of the phone at the ear alone."""
    context = browser.new_context()
    context.add_init_script(
        """globalThis.spoken = [];
        Object.defineProperty(globalThis, "speechSynthesis", { value: {
            getVoices: () => [{}], speak: (words) => spoken.push(words.text), cancel() {}, addEventListener() {},
        } });"""
    )
    page = context.new_page()
    page.goto(phone_in.url)
    page.get_by_role("switch", name="Sound").click()
    expect(page.locator("#sound-how")).to_have_text("on: words in your browser's voice")

    card(page, LISTENER).get_by_role("button", name="Call", exact=True).click()
    page.wait_for_function("() => spoken.includes('you are number 1 of 1')", timeout=PATIENCE_MS)
    card(page, DJ).get_by_role("button", name="Hear this one").click()
    page.get_by_role("switch", name="Sound").click()

    assert page.evaluate("spoken") == ["welcome to the show", "you are number 1 of 1"]
    context.close()
