"""Every REST answer has exactly the fields of Twilio's contract, none missing and none extra (facts 3).

The contract is Twilio's own OpenAPI file. Where it lies beside the project it is walked, values and all; the names of
its fields are written down here as well, so that the test means something anywhere.
"""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from callin.exchange.exchange import Exchange
from callin.exchange.records import Media, new_sid

CONTRACT = Path(__file__).parents[3].parent / "shared" / "specs" / "twilio_api_v2010_subset.json"
PAGING = {"end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri", "start", "uri"}
FIELDS = {
    "queue": "account_sid average_wait_time current_size date_created date_updated friendly_name max_size sid uri",
    "queue.member": "call_sid date_enqueued position queue_sid uri wait_time",
    "call": (
        "account_sid answered_by api_version caller_name date_created date_updated direction duration end_time "
        "forwarded_from from from_formatted group_sid parent_call_sid phone_number_sid price price_unit queue_time "
        "sid start_time status subresource_uris to to_formatted trunk_sid uri"
    ),
    "call.call_recording": (
        "account_sid api_version call_sid channels conference_sid date_created date_updated duration "
        "encryption_details error_code price price_unit sid source start_time status track uri"
    ),
    "message": (
        "account_sid api_version body date_created date_sent date_updated direction error_code error_message from "
        "messaging_service_sid num_media num_segments price price_unit sid status subresource_uris to uri"
    ),
    "message.media": "account_sid content_type date_created date_updated parent_sid sid uri",
    "recording": (
        "account_sid api_version call_sid channels conference_sid date_created date_updated duration "
        "encryption_details error_code media_url price price_unit sid source start_time status subresource_uris uri"
    ),
    "incoming_phone_number": (
        "account_sid address_requirements address_sid api_version beta bundle_sid capabilities date_created "
        "date_updated emergency_address_sid emergency_address_status emergency_status friendly_name identity_sid "
        "origin phone_number sid sms_application_sid sms_fallback_method sms_fallback_url sms_method sms_url status "
        "status_callback status_callback_method trunk_sid type uri voice_application_sid voice_caller_id_lookup "
        "voice_fallback_method voice_fallback_url voice_method voice_receive_mode voice_url"
    ),
}
ANSWERS = [
    ("POST", "Queues.json", 201, "queue", None),
    ("GET", "Queues.json", 200, "queue", "queues"),
    ("GET", "Queues/{queue}.json", 200, "queue", None),
    ("POST", "Queues/{queue}.json", 200, "queue", None),
    ("GET", "Queues/{queue}/Members.json", 200, "queue.member", "queue_members"),
    ("GET", "Queues/{queue}/Members/Front.json", 200, "queue.member", None),
    ("POST", "Queues/{queue}/Members/{waiting}.json", 200, "queue.member", None),
    ("POST", "Calls.json", 201, "call", None),
    ("GET", "Calls.json", 200, "call", "calls"),
    ("GET", "Calls/{waiting}.json", 200, "call", None),
    ("GET", "Calls/{over}.json", 200, "call", None),
    ("POST", "Calls/{waiting}.json", 200, "call", None),
    ("GET", "Calls/{over}/Recordings.json", 200, "call.call_recording", "recordings"),
    ("GET", "Calls/{over}/Recordings/{recording}.json", 200, "call.call_recording", None),
    ("GET", "Recordings.json", 200, "recording", "recordings"),
    ("GET", "Recordings/{recording}.json", 200, "recording", None),
    ("POST", "Messages.json", 201, "message", None),
    ("GET", "Messages.json", 200, "message", "messages"),
    ("GET", "Messages/{message}.json", 200, "message", None),
    ("POST", "Messages/{message}.json", 200, "message", None),
    ("GET", "Messages/{message}/Media.json", 200, "message.media", "media_list"),
    ("GET", "Messages/{message}/Media/{media}.json", 200, "message.media", None),
    ("POST", "IncomingPhoneNumbers.json", 201, "incoming_phone_number", None),
    ("GET", "IncomingPhoneNumbers.json", 200, "incoming_phone_number", "incoming_phone_numbers"),
    ("GET", "IncomingPhoneNumbers/{number}.json", 200, "incoming_phone_number", None),
    ("POST", "IncomingPhoneNumbers/{number}.json", 200, "incoming_phone_number", None),
]
FORMS = {
    "Queues.json": {"FriendlyName": "another"},
    "Queues/{queue}.json": {"MaxSize": "7"},
    "Queues/{queue}/Members/{waiting}.json": {"Url": "https://station.test/goodbye"},
    "Calls.json": {"To": "+15550109999", "From": "+15550100001", "Url": "https://station.test/hold"},
    "Calls/{waiting}.json": {"Url": "https://station.test/goodbye"},
    "Messages.json": {"To": "+15550109999", "From": "+15550100001", "Body": "hello"},
    "Messages/{message}.json": {"Body": ""},
    "IncomingPhoneNumbers.json": {"PhoneNumber": "+15550100077", "SmsUrl": "https://station.test/silent"},
    "IncomingPhoneNumbers/{number}.json": {"VoiceUrl": "https://station.test/hold"},
}


@pytest.fixture
def sids(exchange: Exchange, client: Client, line: str) -> dict[str, str]:
    """One of everything: somebody waiting, a call that is over and was recorded, a text with a picture."""
    number = client.incoming_phone_numbers.list()[0]
    waiting = exchange.dial("+15550101111", line)
    recorder = client.incoming_phone_numbers.create(
        phone_number="+15550100002", voice_url="https://station.test/record"
    )
    over = exchange.dial("+15550102222", recorder.phone_number)
    exchange.advance(1)
    exchange.speak(over, "hello it is me again with a question for the show")
    exchange.advance(30)
    message = exchange.receive_text("+15550103333", line, "look")
    message.media.append(Media(new_sid("ME"), "image/png", b"png", exchange.now()))
    return {
        "number": number.sid,
        "waiting": waiting.sid,
        "over": over.sid,
        "queue": next(iter(exchange.queues)),
        "recording": next(iter(exchange.recordings)),
        "message": message.sid,
        "media": message.media[0].sid,
    }


@pytest.mark.parametrize(("method", "path", "status", "schema", "key"), ANSWERS)
def test_an_answer_has_exactly_the_fields_of_the_contract(
    client: Client, sids: dict[str, str], method: str, path: str, status: int, schema: str, key: str | None
) -> None:
    """The status and the fields are the contract's, and so is every value where the contract is at hand."""
    response = client.request(
        method,
        f"https://api.twilio.com/2010-04-01/Accounts/{client.account_sid}/{path.format(**sids)}",
        data=FORMS.get(path) if method == "POST" else None,
    )

    assert response.status_code == status
    content = json.loads(response.text)
    shown = [content]
    if key is not None:
        assert set(content) == PAGING | {key}
        shown = content[key]
        assert shown
    for record in shown:
        assert set(record) == set(FIELDS[schema].split())
        _check_values(record, schema=schema)


def test_the_names_written_down_are_the_contracts() -> None:
    """The lists of fields here are those of the contract, wherever the contract is at hand."""
    for name, fields in FIELDS.items():
        contract = _schema(name)
        assert contract is None or set(contract["properties"]) == set(fields.split())


def _contract() -> dict[str, Any] | None:
    return json.loads(CONTRACT.read_text()) if CONTRACT.exists() else None


def _schema(name: str) -> dict[str, Any] | None:
    contract = _contract()
    if contract is None:
        return None
    found: dict[str, Any] = contract["components"]["schemas"][f"api.v2010.account.{name}"]
    return found


def _check_values(record: dict[str, Any], *, schema: str) -> None:
    contract = _contract()
    if contract is None:
        return
    schemas = contract["components"]["schemas"]
    for name, rule in schemas[f"api.v2010.account.{schema}"]["properties"].items():
        if "$ref" in rule:
            assert record[name] in schemas[rule["$ref"].rpartition("/")[2]]["enum"], name
            continue
        _check_value(record[name], rule=rule, name=name)


def _check_value(value: Any, *, rule: dict[str, Any], name: str) -> None:
    if value is None:
        assert rule.get("nullable"), f"{name} may not be null"
        return
    types = {"string": str, "integer": int, "boolean": bool, "object": dict, "number": (int, float)}
    if "type" in rule:
        assert isinstance(value, types[rule["type"]]), name
        assert isinstance(value, bool) == (rule["type"] == "boolean"), name
    if "pattern" in rule:
        assert re.search(rule["pattern"], value), name
    if "enum" in rule:
        assert value in rule["enum"], name
    if rule.get("format") == "date-time-rfc-2822":
        assert parsedate_to_datetime(value).tzinfo is not None, name
        assert value.endswith(" +0000"), name
    if rule.get("format") == "uri":
        assert re.match(r"https?://[^/]+", value), name
    if "properties" in rule:
        assert set(value) == set(rule["properties"]), name
