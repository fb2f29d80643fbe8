"""The station's people at the desk: who they are, their passwords' limits, and links that open once."""

import threading
from datetime import timedelta

import pytest

from callin.desk import passwords, sign_in, users
from callin.desk.sign_in import Attempt
from callin.desk.users import UserCard
from callin.errors import BadUserName, NoSuchUser, UserExists
from callin.models import SignInTry
from callin.rules.roles import Role
from callin.rules.sign_in import MOST_FOR_ADDRESS, MOST_FOR_NAME, WITHIN

from .conftest import Desk

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.1"


def add(desk: Desk, name: str = "Paula", *, password_hash: str | None = "hash", role: Role = Role.PRODUCER) -> UserCard:
    return desk.do(users.add_user, now=desk.now, name=name, role=role, password_hash=password_hash)


def begin(desk: Desk, name: str = "Paula", *, address: str = HOME) -> Attempt:
    return desk.do(sign_in.begin, now=desk.now, name=name, address=address)


def guess(desk: Desk, name: str = "Paula", *, address: str = HOME, times: int = 1) -> None:
    for _ in range(times):
        attempt = begin(desk, name, address=address)
        assert attempt.wait_s == 0
        assert desk.do(sign_in.finish, attempt=attempt, is_right=False) is None


def prove(desk: Desk, name: str = "Paula", *, address: str = HOME) -> UserCard | None:
    attempt = begin(desk, name, address=address)
    assert attempt.wait_s == 0
    return desk.do(sign_in.finish, attempt=attempt, is_right=True)


def link(desk: Desk, name: str = "Paula", *, minutes: int = 10) -> str:
    return desk.do(sign_in.make_link, now=desk.now, name=name, lasts=timedelta(minutes=minutes))


@pytest.mark.parametrize("name", ["", "   ", "n" * 41, "Pau\x00la", "Paula\u202egro"])
def test_a_name_can_be_read(desk: Desk, name: str) -> None:
    """Empty, endless, or with characters that hide what follows: refused."""
    with pytest.raises(BadUserName):
        add(desk, name)
    assert desk.do(users.all_users) == []


def test_two_people_do_not_share_a_name(desk: Desk) -> None:
    """However it is written: whoever signs in as «paula» must be one person."""
    assert add(desk, "  Ana   Ölsen ").name == "Ana Ölsen"
    with pytest.raises(UserExists):
        add(desk, "ana ÖLSEN")


@pytest.mark.parametrize("verb", ["password", "role", "disable", "enable", "link", "named"])
def test_nobody_is_told_as_nobody(desk: Desk, verb: str) -> None:
    """A verb for somebody who is not there says so."""
    verbs = {
        "password": lambda: desk.do(users.set_password, name="Nobody", password_hash="x"),
        "role": lambda: desk.do(users.set_role, name="Nobody", role=Role.DJ),
        "disable": lambda: desk.do(users.disable, now=desk.now, name="Nobody"),
        "enable": lambda: desk.do(users.enable, name="Nobody"),
        "link": lambda: link(desk, "Nobody"),
        "named": lambda: desk.do(users.user_named, name="Nobody"),
    }
    with pytest.raises(NoSuchUser, match="callin user list"):
        verbs[verb]()


def test_disabling_twice_ends_sessions_once(desk: Desk) -> None:
    """The second time changes nothing, and enabling does not bring the sessions back."""
    before = add(desk)
    first = desk.do(users.disable, now=desk.now, name="paula")
    assert desk.do(users.disable, now=desk.now, name="paula") == first
    after = desk.do(users.enable, name="paula")
    assert (first.is_disabled, after.is_disabled) == (True, False)
    assert after.session_epoch == first.session_epoch == before.session_epoch + 1


def test_a_right_password_opens(desk: Desk) -> None:
    """Whoever knows it is who they say."""
    card = add(desk)
    assert prove(desk, " PAULA") == card


def test_the_sixth_guess_at_a_name_is_refused_wherever_it_comes_from(desk: Desk) -> None:
    """Five wrong ones for one name; then not even the right password opens, until a quarter of an hour has passed."""
    add(desk)
    for n in range(MOST_FOR_NAME):
        guess(desk, address=f"203.0.113.{n}")
        desk.later(60)

    refused = begin(desk, "PAULA", address=ELSEWHERE)

    assert refused == Attempt(wait_s=refused.wait_s)
    assert 0 < refused.wait_s <= WITHIN.total_seconds() - 60 * (MOST_FOR_NAME - 1)
    desk.later(refused.wait_s - 2)
    assert begin(desk).wait_s > 0
    desk.later(2)
    assert prove(desk) is not None


def test_a_name_that_is_nobodys_is_locked_all_the_same(desk: Desk) -> None:
    """Whether somebody of that name exists cannot be told from the lock."""
    guess(desk, "Nobody", times=MOST_FOR_NAME)
    assert begin(desk, "Nobody").wait_s > 0
    assert begin(desk, "Somebody").wait_s == 0


def test_one_address_does_not_try_every_name(desk: Desk) -> None:
    """Twenty wrong ones from one address, whatever the names; people elsewhere are not held up."""
    add(desk)
    for n in range(MOST_FOR_ADDRESS):
        guess(desk, f"Name {n}")
    assert begin(desk).wait_s > 0
    assert prove(desk, address=ELSEWHERE) is not None


def test_a_refused_try_does_not_make_the_lock_longer(desk: Desk) -> None:
    """Whoever keeps knocking is let in at the time that was said."""
    add(desk)
    guess(desk, times=MOST_FOR_NAME)
    wait_s = begin(desk).wait_s
    for _ in range(10):
        desk.later(60)
        assert begin(desk).wait_s > 0
    desk.later(wait_s - 600)
    assert prove(desk) is not None


def test_guesses_made_at_once_are_counted_before_they_are_checked(desk: Desk) -> None:
    """Of ten at the same moment five are looked at: a slow check gives no more tries."""
    add(desk)
    begun: list[Attempt] = []
    threads = [threading.Thread(target=lambda: begun.append(begin(desk))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(attempt.wait_s == 0 for attempt in begun) == MOST_FOR_NAME


def test_a_right_password_forgives_its_own_address_alone(desk: Desk) -> None:
    """Four mistakes at home are forgotten once it is right; those of a stranger elsewhere still count."""
    add(desk)
    guess(desk, address=ELSEWHERE, times=2)
    guess(desk, times=2)
    assert prove(desk) is not None
    with desk.sessions() as session:
        assert [row.address for row in session.query(SignInTry)] == [ELSEWHERE] * 2


def test_old_tries_are_forgotten(desk: Desk) -> None:
    """What typed names are kept for is over after a day."""
    guess(desk, times=3)
    desk.later(24 * 3600 + 1)
    begin(desk, "Ana")
    with desk.sessions() as session:
        assert [row.name for row in session.query(SignInTry)] == ["ana"]


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_what_changes_while_a_password_is_checked_counts(desk: Desk, change: str) -> None:
    """A password replaced, or a person disabled, between asking and knowing: not let in."""
    add(desk)
    attempt = begin(desk)
    if change == "password":
        desk.do(users.set_password, name="Paula", password_hash="another")
    else:
        desk.do(users.disable, now=desk.now, name="Paula")
    assert desk.do(sign_in.finish, attempt=attempt, is_right=True) is None


def test_an_outdated_hash_is_replaced_by_whoever_knows_the_password(desk: Desk) -> None:
    """The new hash is kept on success alone, and no session ends by it."""
    card = add(desk)
    attempt = begin(desk)
    assert desk.do(sign_in.finish, attempt=attempt, is_right=True, new_hash="stronger") == card
    assert begin(desk).password_hash == "stronger"


def test_a_link_opens_once_and_in_time(desk: Desk) -> None:
    """It is good until it is used, for as long as was said, and only while its owner may sign in."""
    card = add(desk, password_hash=None)
    token = link(desk)
    assert desk.do(sign_in.owner_of_link, now=desk.now, token=token) == card
    assert desk.do(sign_in.use_link, now=desk.now, token=token) == card
    assert desk.do(sign_in.use_link, now=desk.now, token=token) is None
    assert desk.do(sign_in.owner_of_link, now=desk.now, token=token) is None
    late = link(desk, minutes=10)
    desk.later(600)
    assert desk.do(sign_in.use_link, now=desk.now, token=late) is None
    assert desk.do(sign_in.use_link, now=desk.now, token="made up") is None


def test_the_token_of_a_link_is_not_on_record(desk: Desk) -> None:
    """Whoever reads the database, or a copy of it, signs in nowhere."""
    add(desk)
    token = link(desk)
    with desk.sessions() as session:
        kept = [
            str(value) for row in session.connection().exec_driver_sql("SELECT * FROM sign_in_links") for value in row
        ]
    assert kept
    assert not any(token in value for value in kept)


def test_whoever_is_disabled_gets_no_link(desk: Desk) -> None:
    """A new one is refused in words."""
    add(desk)
    desk.do(users.disable, now=desk.now, name="Paula")
    with pytest.raises(NoSuchUser, match="callin user enable"):
        link(desk)


def test_a_hash_is_made_and_known_again() -> None:
    """The right password is right, another is not, and nobody's is never right; ü is ü on every keyboard."""
    made = passwords.hash_of("für Elise, leise")
    assert passwords.is_right("fu\u0308r Elise, leise", password_hash=made)
    assert not passwords.is_right("fur Elise, leise", password_hash=made)
    assert not passwords.is_right("für Elise, leise", password_hash=None)
    assert not passwords.is_right("für Elise, leise", password_hash="no hash at all")
    assert "Elise" not in made


def test_less_work_than_today_is_outdated() -> None:
    """A hash of weaker parameters is made anew; nobody's own is as much work as one made today."""
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$9WbMlRPzVQHyOSQmz3e6XgIEIVJxGQ8gQHZCBm2S0j0"
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hash_of("seven grey herons"))
    assert not passwords.is_outdated(passwords._NOBODYS_HASH)
