"""The pages of the whole house: every address asks who comes, and is really asked, as each of them."""

import itertools
from dataclasses import dataclass

import pytest
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from callin.board import BoardDoor
from callin.rules.roles import Right, Role, may
from tests.board.visiting import Browser, admitted
from tests.webhooks.ringing import Doors

# What an address shows by default may ask for more than the address itself: here the least that it shows.
LEAST = {"/board/stream": "view=host", "/board/state": "view=host"}


@dataclass(frozen=True)
class Way:
    """One address that asks for a right.

    Attributes:
        path: of something that does not exist, each word that the address may hold once.
    """

    path: str
    methods: frozenset[str]
    right: Right

    @property
    def is_action(self) -> bool:
        return "POST" in self.methods


@pytest.fixture
def guarded(doors: Doors) -> list[Way]:
    """Every address that asks for a right."""
    views = doors.app.view_functions
    return [
        Way(path, frozenset(rule.methods or ()), views[rule.endpoint].right)
        for rule in doors.app.url_map.iter_rules()
        if hasattr(views[rule.endpoint], "right")
        for path in paths_of(rule)
    ]


def paths_of(rule: Rule) -> list[str]:
    """Addresses of this rule."""
    values: dict[str, list[object]] = {
        name: sorted(converter.items)
        if isinstance(converter, AnyConverter)
        else [7 if isinstance(converter, IntegerConverter) else "x"]
        for name, converter in rule._converters.items()
    }
    built = [rule.build(dict(zip(values, chosen, strict=True))) for chosen in itertools.product(*values.values())]
    return [made[1] for made in built if made is not None]


def asked(browser: Browser, way: Way, *, has_token: bool = True) -> int:
    """The status of the answer, read no further than its head."""
    form = {"csrf_token": browser.token()} if way.is_action and has_token else {}
    reply = browser.client.open(
        way.path,
        base_url=browser.doors.base,
        method="POST" if way.is_action else "GET",
        data=form or None,
        query_string=LEAST.get(way.path, ""),
    )
    reply.close()
    return reply.status_code


def test_an_address_that_asks_for_a_right_reads_or_acts(guarded: list[Way]) -> None:
    """One of the two: nothing is changed by opening an address."""
    for way in guarded:
        assert way.methods in ({"GET", "HEAD"}, {"POST"}), way.path


def test_every_door_of_the_board_refuses_strangers(doors: Doors, guarded: list[Way]) -> None:
    """Pages send them to sign in, streams and actions answer 401; nothing is changed."""
    stranger = Browser(doors)
    before = doors.contents()
    for way in guarded:
        status = asked(stranger, way)
        assert status == 401 or (status == 303 and not way.is_action), way.path
    assert doors.contents() == before


@pytest.mark.parametrize("role", Role)
def test_every_door_of_the_board_refuses_roles_without_its_right(doors: Doors, guarded: list[Way], role: Role) -> None:
    """Each role is let in wherever it has the right, and hears 403 everywhere else; nothing is changed by that."""
    browser = admitted(doors, role)
    before = doors.contents()
    for way in guarded:
        if not may(role, way.right):
            assert asked(browser, way) == 403, way.path
    assert doors.contents() == before
    for way in guarded:
        if may(role, way.right):
            status = asked(browser, way)
            assert status not in (401, 403), way.path
            assert status < 500, way.path


def test_no_door_of_the_board_changes_anything_when_it_is_opened(doors: Doors, guarded: list[Way]) -> None:
    """Whatever a producer, a link in a mail or a search engine opens by GET is only read."""
    doors.open_show()
    browser = admitted(doors, Role.PRODUCER)
    before = doors.contents()
    for way in guarded:
        if not way.is_action:
            assert asked(browser, way) < 500, way.path
    assert doors.contents() == before


def test_no_door_of_the_board_acts_without_the_token_of_a_page(doors: Doors, guarded: list[Way]) -> None:
    """A form from elsewhere comes with the cookie and without the token: 400, and nothing is changed."""
    doors.open_show()
    browser, dj = admitted(doors, Role.PRODUCER), admitted(doors, Role.DJ)
    before = doors.contents()
    for way in guarded:
        if way.is_action:
            whoever_may = browser if may(Role.PRODUCER, way.right) else dj
            assert asked(whoever_may, way, has_token=False) == 400, way.path
    for rule in doors.app.url_map.iter_rules():
        is_ours = isinstance(doors.app.blueprints.get(rule.endpoint.rpartition(".")[0]), BoardDoor)
        is_theirs = may(Role.PRODUCER, getattr(doors.app.view_functions[rule.endpoint], "right", Right.SEE_BOARD))
        if is_ours and is_theirs and "POST" in (rule.methods or ()):
            reply = browser.client.post(paths_of(rule)[0], base_url=doors.base)
            assert reply.status_code == 400, rule.rule
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
        assert reply.headers["Permissions-Policy"] == "microphone=(), camera=(), geolocation=()"
        assert reply.headers["Cache-Control"] == "no-store"
