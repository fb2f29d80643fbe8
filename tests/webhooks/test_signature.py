"""Signatures: ours agrees with the vendor's on everything a carrier may send."""

import itertools
from typing import Literal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from callin.webhooks import SignatureCheck
from callin.webhooks.fields import pairs_of

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
FORMS = st.dictionaries(WORDS.filter(bool), st.lists(WORDS, min_size=1, max_size=3), max_size=8)
BASES = st.sampled_from(
    ["https://station.test", "http://station.test", "http://station.test:8000", "https://station.test/callin"]
)
BOTH: list[Literal["sha1", "sha256"]] = ["sha1", "sha256"]
ALGORITHMS = st.sampled_from(BOTH)
QUERIES = st.dictionaries(st.sampled_from(["stint", "again", "queue"]), WORDS, max_size=2)


@given(token=st.text(min_size=1, max_size=40), base=BASES, query=QUERIES, form=FORMS, algorithm=ALGORITHMS)
def test_agrees_with_the_vendor(
    token: str, base: str, query: dict[str, str], form: dict[str, list[str]], algorithm: Literal["sha1", "sha256"]
) -> None:
    """Whatever the vendor's code signs is accepted here, and not if a single value is added to it."""
    token = token.encode("utf-8", "replace").decode()
    encoded = urlencode(query)
    url = f"{base}/voice/listener/wait" + (f"?{encoded}" if encoded else "")
    signature = RequestValidator(token).compute_signature(url, MultiDict(form), f"HMAC_{algorithm}")
    check = SignatureCheck(secrets=[token], public_base_url=base, algorithm=algorithm)
    pairs = pairs_of(urlencode(form, doseq=True))

    assert check.accepts(signature, path="/voice/listener/wait", query=encoded, pairs=pairs)
    assert not check.accepts(signature, path="/voice/listener/wait", query=encoded, pairs=[*pairs, ("Added", "1")])


@pytest.mark.parametrize(
    ("called", "signature"),
    [
        ("+18005551212", "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        ("+18005551309", None),
    ],
)
def test_accepts_the_published_example(called: str, signature: str | None) -> None:
    """The example of the vendor's documentation is accepted, and its signature fits no other form."""
    check = SignatureCheck(secrets=["12345"], public_base_url="https://example.com")
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", called),
    ]

    accepted = check.accepts(
        signature or "L/OH5YylLD5NRKLltdqwSvS0BnU=", path="/myapp.php", query="foo=1&bar=2", pairs=form
    )

    assert accepted == (signature is not None)


@pytest.mark.parametrize("base", ["https://station.test:8443", "https://station.test", "http://station.test:4000"])
@pytest.mark.parametrize("signed_port", [True, False])
def test_the_port_may_be_signed_or_not(base: str, signed_port: bool) -> None:
    """HTTPS voice requests drop the port from the signed address and texts keep it: both are accepted."""
    scheme, _, host = base.partition("://")
    name, _, port = host.partition(":")
    port = port or "443"
    signed = f"{scheme}://{name}:{port}" if signed_port else f"{scheme}://{name}"
    signature = RequestValidator("token").compute_signature(f"{signed}/voice/status", {"CallSid": "CA1"})

    check = SignatureCheck(secrets=["token"], public_base_url=base)

    assert check.accepts(signature, path="/voice/status", query="", pairs=[("CallSid", "CA1")])


@pytest.mark.parametrize("signature", ["", "x", "ÿ", "L/OH5YylLD5NRKLltdqwSvS0BnU=", "\udc80"])
def test_refuses_any_other_signature(signature: str) -> None:
    """A signature that is none, or another's, is refused without a complaint about its shape."""
    check = SignatureCheck(secrets=["token"], public_base_url="https://station.test")

    assert not check.accepts(signature, path="/voice/status", query="", pairs=[("CallSid", "CA1")])


@pytest.mark.parametrize(("signed_by", "accepted"), [("new", True), ("old", True), ("other", False)])
def test_two_secrets_count_while_one_replaces_the_other(signed_by: str, accepted: bool) -> None:
    """During a rotation webhooks signed with either secret are taken, and with no third."""
    signature = RequestValidator(signed_by).compute_signature("https://station.test/voice/status", {"CallSid": "CA1"})
    check = SignatureCheck(secrets=["old", "new"], public_base_url="https://station.test")

    assert check.accepts(signature, path="/voice/status", query="", pairs=[("CallSid", "CA1")]) == accepted


def test_only_the_algorithm_of_the_setting_counts() -> None:
    """A station set to SHA-256 takes no SHA-1 signature, and the other way round."""
    check = {name: SignatureCheck(secrets=["t"], public_base_url="https://a.test", algorithm=name) for name in BOTH}
    for name, other in itertools.permutations(BOTH):
        signature = RequestValidator("t").compute_signature("https://a.test/x", {"A": "1"}, f"HMAC_{name}")

        assert check[name].accepts(signature, path="/x", query="", pairs=[("A", "1")])
        assert not check[other].accepts(signature, path="/x", query="", pairs=[("A", "1")])


def test_another_host_in_the_signed_address_is_refused() -> None:
    """The public address decides: a request signed for another host is not ours."""
    signature = RequestValidator("token").compute_signature("https://other.test/voice/status", {"CallSid": "CA1"})
    check = SignatureCheck(secrets=["token"], public_base_url="https://station.test")

    assert not check.accepts(signature, path="/voice/status", query="", pairs=[("CallSid", "CA1")])


def test_the_token_is_not_shown() -> None:
    """The repr of the check holds no secret."""
    assert "s3cret" not in repr(SignatureCheck(secrets=["s3cret"], public_base_url="https://station.test"))
