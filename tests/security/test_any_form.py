"""Every webhook's form, by property: whatever a signed form holds, it is answered as its door promises."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.range import Hit, Range
from tests.security.shots import NAMES, NASTY, USUAL, Shot

VALUES = st.one_of(
    st.sampled_from(NASTY),
    st.sampled_from(USUAL).map(str.encode),
    st.text(max_size=20).map(lambda words: words.encode("utf-8", "surrogatepass")),
    st.binary(max_size=20),
    st.integers().map(lambda number: str(number).encode()),
).map(quote_from_bytes)
FORMS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=10).map(tuple)
ANY_EXAMPLES = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(ANY_EXAMPLES, max_examples=400)
@given(which=st.integers(0, 999), value=VALUES)
def test_any_value_of_what_is_read_is_answered_as_its_door_promises(target: Range, which: int, value: str) -> None:
    """In a form that is otherwise as usual, whatever a parameter says that its webhook reads."""
    read = target.what_is_read
    where, name = read[which % len(read)]

    assert_promise(target.take(Shot(where=where, odd=(name, value))))


@settings(ANY_EXAMPLES, max_examples=100)
@given(where=st.integers(0, 99), form=FORMS)
def test_any_form_is_answered_as_its_door_promises(
    target: Range, where: int, form: tuple[tuple[str, str], ...]
) -> None:
    """Whatever it holds, things twice and bytes that are no text among it."""
    where = target.webhooks[where % len(target.webhooks)]

    assert_promise(target.take(Shot(where=where, form=form, at_home=False)))


def assert_promise(hit: Hit) -> None:
    """A document or 204, or 400 for nonsense in a callback; nonsense changes nothing; no defect."""
    events = {line["event"] for line in hit.lines}
    assert hit.status in (200, 204, 400), hit
    assert "webhook failed" not in events, hit
    if hit.status == 400 or "webhook not served" in events:
        assert not hit.has_changed, hit
