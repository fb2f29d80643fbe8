"""What the doctor sees when it comes in by the public address, as Twilio does; part of an examination."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from callin.doctor.findings import Finding, fine, problem, unknown
from callin.settings import Settings

CHECK = "public address"
SETTING = "PUBLIC_BASE_URL"
TIMEOUT_S = 10
# A callback that holds no call: whoever lets it in says that it makes no sense, and nothing is changed.
PROBE = "/voice/status"
LET_IN, REFUSED = 400, 403


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield whether Twilio would find this station and be let in."""
    base = settings.public_base_url
    yield from _scheme(settings)
    try:
        answer = requests.get(f"{base}/healthz", timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        yield problem(
            CHECK,
            "Its certificate is not one that Twilio accepts.",
            where=SETTING,
            do="let Caddy or certbot fetch one; a self-signed one is refused",
        )
    except requests.RequestException as error:
        yield problem(
            CHECK,
            f"Nobody answers there ({type(error).__name__}).",
            where=f"{SETTING} is {base}",
            do="callin serve, behind a web server or: callin tunnel",
        )
    else:
        yield from _answered(answer, settings=settings)
        return
    yield unknown("webhooks", "The public address comes first.")


def _scheme(settings: Settings) -> Iterator[Finding]:
    url, api = urlsplit(settings.public_base_url), urlsplit(settings.twilio_api_url)
    if _is_this_machine(api.hostname or ""):
        return  # the exchange: everything stays on this machine
    if _is_this_machine(url.hostname or ""):
        yield problem(
            CHECK,
            f"{settings.public_base_url} is this machine's own name for itself: Twilio cannot come in there.",
            where=SETTING,
            do="callin tunnel, or set it to the address of your web server",
        )
    elif url.scheme != "https":
        yield problem(
            CHECK,
            "It is not https: whoever is on the way can read numbers and hear messages.",
            where=SETTING,
            do="put Caddy or nginx in front (docs/deploy.md), then set it to the https address",
        )


def _answered(answer: requests.Response, *, settings: Settings) -> Iterator[Finding]:
    base = settings.public_base_url
    if answer.is_redirect:
        yield problem(
            CHECK,
            f"It sends everybody on to {answer.headers['Location']}.",
            where=f"{SETTING} is {base}",
            do="set it to the address that it leads to",
        )
    elif answer.status_code != 200 or not _is_ours(answer):
        yield problem(
            CHECK,
            f"Something else than callin answers there (status {answer.status_code}).",
            where=f"{SETTING} is {base}",
            do="look at the web server in front of it; callin serve has to run behind it",
        )
    else:
        yield fine(CHECK, f"{base} leads to a callin.")
        yield _webhook(settings)
        return
    yield unknown("webhooks", "The public address comes first.")


def _webhook(settings: Settings) -> Finding:
    """Return whether what Twilio signs is let in, after all that stands in front has had its hands on it."""
    secret = settings.webhook_secrets[0].encode()
    url = f"{settings.public_base_url}{PROBE}"
    signature = b64encode(hmac.digest(secret, url.encode(), settings.signature)).decode()
    try:
        answer = requests.post(url, headers={"X-Twilio-Signature": signature}, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        return problem("webhooks", f"No answer ({type(error).__name__}).", where=url, do="callin serve")
    if answer.status_code == LET_IN:
        return fine("webhooks", "What Twilio signs is let in.")
    if answer.status_code == REFUSED:
        return problem(
            "webhooks",
            "A webhook signed with your auth token is refused: the server runs with other settings than these, "
            "or the web server in front changes the path.",
            where=f"TWILIO_AUTH_TOKEN, {SETTING}",
            do="restart callin serve, then: callin doctor",
        )
    return problem(
        "webhooks",
        f"A webhook is answered with status {answer.status_code}.",
        where=url,
        do="look at the web server in front of it, and at the log of callin serve",
    )


def _is_ours(answer: requests.Response) -> bool:
    try:
        return bool(answer.json() == {"status": "ok"})
    except ValueError:
        return False


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
