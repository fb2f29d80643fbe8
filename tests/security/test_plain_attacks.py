"""Plain attacks on the web side: paths that lead out, guesses that are timed, files with names of their own."""

import hmac

import pytest

from tests.webhooks.ringing import DJ, Doors

UPWARDS = [
    "/static/../settings.py",
    "/static/..%2fsettings.py",
    "/static/%2e%2e/%2e%2e/settings.py",
    "/static/..%5c..%5csettings.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/style.css%00.png",
    "/media/../settings.py",
    "/media/%2e%2e/settings.py",
    "/voice/messages/1/../../../settings.py",
]


@pytest.mark.parametrize("path", UPWARDS)
def test_no_path_leads_out_of_its_folder(doors: Doors, path: str) -> None:
    """Dots, escapes, backslashes and zero bytes in a path find nothing."""
    reply = doors.client.get(path, follow_redirects=True)  # two slashes are sent on to one

    assert reply.status_code in (404, 405)
    assert b"import" not in reply.data


@pytest.mark.parametrize("typed", ["4711", "4712", "1", "", "4" * 120, "4711#", "é"])
def test_every_pin_is_the_same_work(database_url: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right, wrong, short or long: one comparison in constant time, of values of one length."""
    doors = Doors(database_url, settings={"dj_pin": "4711"})
    compared = []
    real = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    stranger = {**DJ, "From": "+14155550777"}
    doors.post("/voice/dj/answer", stranger)
    monkeypatch.setattr(hmac, "compare_digest", counted)
    reply = doors.post("/voice/dj/pin", stranger, Digits=typed)

    assert reply.status == 200
    assert compared == [(28, 28), (32, 32)]  # the signature, then the PIN
    doors.station.engine.dispose()
