"""The pages of the whole house: every address asks who comes, and is really asked, as each of them."""

import pytest
from werkzeug.routing import Rule

from callin.rules.roles import Right, Role, may
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import Doors

# What an address shows by default may ask for more than the address itself: here the least that it shows.
LEAST = {"/board/stream": "view=host", "/board/state": "view=host"}
Rules = list[tuple[Rule, Right]]


@pytest.fixture
def guarded(doors: Doors) -> Rules:
    """Every address that asks for a right, and which."""
    found = [
        (rule, getattr(doors.app.view_functions[rule.endpoint], "right", None))
        for rule in doors.app.url_map.iter_rules()
    ]
    return [(rule, right) for rule, right in found if right is not None]


def path_of(rule: Rule) -> str:
    """An address of this rule, of something that does not exist."""
    parts = {name: 7 if "Integer" in type(converter).__name__ else "x" for name, converter in rule._converters.items()}
    built = rule.build(parts)
    assert built is not None
    return built[1]


def asked(browser: Browser, rule: Rule, *, has_token: bool = True) -> int:
    """The status of the answer, read no further than its head."""
    is_action = "POST" in (rule.methods or ())
    form = {"csrf_token": browser.token()} if is_action and has_token else {}
    reply = browser.client.open(
        path_of(rule),
        base_url=browser.doors.base,
        method="POST" if is_action else "GET",
        data=form or None,
        query_string=LEAST.get(rule.rule, ""),
    )
    reply.close()
    return reply.status_code


def test_an_address_that_asks_for_a_right_reads_or_acts(guarded: Rules) -> None:
    """One of the two: nothing is changed by opening an address."""
    for rule, _ in guarded:
        assert rule.methods in ({"GET", "HEAD"}, {"POST"}), rule.rule


def test_every_door_of_the_board_refuses_strangers(doors: Doors, guarded: Rules) -> None:
    """Pages send them to sign in, streams and actions answer 401; nothing is changed."""
    stranger = Browser(doors)
    before = doors.contents()
    for rule, _ in guarded:
        status = asked(stranger, rule)
        assert status == 401 or (status == 303 and "GET" in (rule.methods or ())), rule.rule
    assert doors.contents() == before


@pytest.mark.parametrize("role", Role)
def test_every_door_of_the_board_refuses_roles_without_its_right(doors: Doors, guarded: Rules, role: Role) -> None:
    """Each role is let in wherever it has the right, and hears 403 everywhere else; nothing is changed by that."""
    browser = admitted(doors, role)
    before = doors.contents()
    for rule, right in guarded:
        if not may(role, right):
            assert asked(browser, rule) == 403, rule.rule
    assert doors.contents() == before
    for rule, right in guarded:
        if may(role, right):
            assert asked(browser, rule) not in (401, 403), rule.rule


def test_no_door_of_the_board_changes_anything_when_it_is_opened(doors: Doors, guarded: Rules) -> None:
    """Whatever a producer, a link in a mail or a search engine opens by GET is only read."""
    doors.open_show()
    browser = admitted(doors, Role.PRODUCER)
    before = doors.contents()
    for rule, _ in guarded:
        if "GET" in (rule.methods or ()):
            assert asked(browser, rule) < 500, rule.rule
    assert doors.contents() == before


def test_no_door_of_the_board_acts_without_the_token_of_a_page(doors: Doors, guarded: Rules) -> None:
    """A form from elsewhere comes with the cookie and without the token: 400, and nothing is changed."""
    doors.open_show()
    browser = admitted(doors, Role.PRODUCER)
    before = doors.contents()
    for rule, _ in guarded:
        if "POST" in (rule.methods or ()):
            assert asked(browser, rule, has_token=False) == 400, rule.rule
    for rule in doors.app.url_map.iter_rules():
        if rule.endpoint.startswith("sign_in.") and "POST" in (rule.methods or ()):
            assert asked(browser, rule, has_token=False) == 400, rule.rule
    assert doors.contents() == before
    assert browser.get("/sign-in").status_code == 303


def test_every_page_comes_with_its_headers(doors: Doors) -> None:
    """Pages, forms and errors alike: no foreign code, no frame, no guessing, no address told, nothing kept."""
    browser = admitted(doors, Role.PRODUCER)
    for reply in (Browser(doors).get("/sign-in"), browser.get("/sign-in/once/x"), browser.get("/nowhere")):
        assert reply.mimetype == "text/html"
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cache-Control"] == "no-store"
