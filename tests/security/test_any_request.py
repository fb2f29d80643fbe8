"""Any request at all, to any address: an answer in words, never a defect, and nothing changed by what was refused.

Some hundreds of requests, always the same ones; `ANY_REQUESTS=20000 ./scripts/test tests/security` makes as
many as that, in rounds. `ANY_SEED` throws other dice.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from urllib.parse import quote_from_bytes

import pytest

from tests.conftest import POSTGRES, SQLITE
from tests.security.range import Hit, Range
from tests.security.shots import NAMES, NASTY, Shot, shot

ROUND = 500
ROUNDS = -(-int(os.environ.get("ANY_REQUESTS", ROUND)) // ROUND)
SEED = int(os.environ.get("ANY_SEED", "1"))
# What databases, numbers and headers stumble over.
MOST_TELLING = (b"\x00\r\nA: b", b"9" * 30, b"\xff\xfe")
# Twilio refused what somebody at the board asked for, or too much is asked at once: answers in words, no defect.
BUSY = (502, 503)
# Whoever guesses is counted; nothing else that is refused leaves a trace.
COUNTS_TRIES = ("/sign-in", "/sign-in/once/<token>")


@pytest.mark.parametrize("database_url", [SQLITE, POSTGRES], indirect=True)
@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_no_request_is_answered_by_a_defect(target: Range, seed: int) -> None:
    """Signed or not, signed in or not, well-formed or not: an answer below 500, no traceback, no way out of here."""
    dice = random.Random(seed)
    hits: Counter[tuple[str, int]] = Counter()
    for number in range(ROUND):
        one = shot(dice, where=number)
        hit = target.take(one)
        hits[hit.rule, hit.status] += 1
        assert_is_sound(hit, about=f"request {number} of seed {seed}: {one}")

    assert {rule for rule, _status in hits} == {rule.rule for rule in target.rules}
    assert sum(count for (_rule, status), count in hits.items() if status < 400) > ROUND // 4


@pytest.mark.parametrize("database_url", [SQLITE, POSTGRES], indirect=True)
def test_any_value_in_every_field_of_every_page_is_taken(target: Range) -> None:
    """Each form and query of the board, with the same oddity in every field it may have: words, not a defect."""
    for value in NASTY if ROUNDS > 1 else MOST_TELLING:
        fields = tuple((name, quote_from_bytes(value)) for name in NAMES if name != "csrf_token")
        for where, rule in enumerate(target.rules):
            if where not in target.webhooks:
                one = Shot(where=where, who="producer", form=fields, query=fields)
                assert_is_sound(target.take(one), about=f"{rule}: {value!r}")


def assert_is_sound(hit: Hit, *, about: str) -> None:
    complaints = [line for line in hit.lines if line["log_level"] in ("error", "critical") or "exc_info" in line]
    assert complaints == [], about
    assert hit.status < 500 or (hit.status in BUSY and not hit.is_webhook), (hit, about)
    assert not hit.location.startswith(("//", "http")) or hit.location.startswith("https://station.test/"), (hit, about)
    if hit.is_webhook and not hit.is_signed:
        assert hit.status in (403, 404, 405, 413, 308), (hit, about)
        assert not hit.has_changed, (hit, about)
    was_refused = hit.status >= 400 or any(line["event"] == "webhook not served" for line in hit.lines)
    if (was_refused and hit.rule not in COUNTS_TRIES and hit.status not in BUSY) or hit.method in (
        "GET",
        "HEAD",
        "OPTIONS",
    ):
        assert not hit.has_changed, (hit, about)
