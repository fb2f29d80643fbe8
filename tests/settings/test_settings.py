"""Settings: read from the environment, checked all at once, silent about secrets."""

import itertools
from pathlib import Path

import pytest

from callin.errors import BadSettings
from callin.settings import Settings, load_settings

GOOD = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "a-token-nobody-may-see",
    "PUBLIC_BASE_URL": "https://station.test/",
    "CALLIN_LISTENER_NUMBER": "+1 555 0100",
    "CALLIN_DJ_LINE": "+15550101",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says exactly what a station needs, and nothing else of ours."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems_of(environment: pytest.MonkeyPatch, **changes: str) -> list[str]:
    for name, value in changes.items():
        environment.setenv(name, value)
    with pytest.raises(BadSettings) as caught:
        load_settings(env_file=None)
    return caught.value.problems


def test_five_settings_make_a_station(environment: pytest.MonkeyPatch) -> None:
    """Five values are enough; they are put into one spelling and the rest has defaults."""
    settings = load_settings(env_file=None)
    assert settings.listener_number == "+15550100"
    assert settings.public_base_url == "https://station.test"
    assert settings.queue_name == "radio-callin-queue"
    assert settings.next_queue_name == "radio-callin-queue-next"
    assert settings.max_queue_size == 100
    assert settings.apology_after_s == 30
    assert settings.database_url.startswith("sqlite:////")


def test_own_links_are_signed_with_a_key_that_survives_restarts(environment: pytest.MonkeyPatch) -> None:
    """Unset, the key comes from the auth token; set, it is the station's own."""
    made = load_settings(env_file=None).signing_key
    assert made == load_settings(env_file=None).signing_key
    assert b"a-token-nobody-may-see" not in made
    environment.setenv("SECRET_KEY", "a-secret-key-nobody-may-see")
    assert load_settings(env_file=None).signing_key == b"a-secret-key-nobody-may-see"


def test_every_missing_setting_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    """An empty environment yields one sentence for each value that must be set."""
    for name in GOOD:
        environment.delenv(name)
    problems = problems_of(environment)
    assert [problem.split()[0] for problem in problems] == list(GOOD)
    assert all("is missing: " in problem for problem in problems)


WRONG = [
    ("TWILIO_ACCOUNT_SID", "AC123", "TWILIO_ACCOUNT_SID is not an Account SID (34 characters starting AC)"),
    ("TWILIO_ACCOUNT_SID", "AC" + "0" * 32 + "\n", "TWILIO_ACCOUNT_SID is not an Account SID"),
    ("TWILIO_API_SECRET", "lonely", "TWILIO_API_KEY is missing"),
    ("TWILIO_API_KEY", "SK" + "0" * 32, "TWILIO_API_SECRET is missing"),
    ("CALLIN_DJ_APP_SID", "SK" + "0" * 32, "CALLIN_DJ_APP_SID is not the SID of a TwiML app"),
    ("CALLIN_SIGNATURE", "md5", "CALLIN_SIGNATURE is neither sha1 nor sha256"),
    ("TWILIO_API_URL", "api.twilio.com", "TWILIO_API_URL is not an absolute URL"),
    ("CALLIN_FALLBACK_URL", "fallback.xml", "CALLIN_FALLBACK_URL is not an absolute URL"),
    ("PUBLIC_BASE_URL", "https://my_host.test", "PUBLIC_BASE_URL is not an absolute URL"),
    ("PUBLIC_BASE_URL", "https://u:p@host.test", "PUBLIC_BASE_URL is not an absolute URL"),
    ("PUBLIC_BASE_URL", "https://host.test/?a=1", "PUBLIC_BASE_URL is not an absolute URL"),
    ("PUBLIC_BASE_URL", "https://[oops", "PUBLIC_BASE_URL is not an absolute URL"),
    ("DATABASE_URL", "mysql://me:hush@host/db", "DATABASE_URL is neither sqlite:///FILE nor"),
    ("DATABASE_URL", "callin.db", "DATABASE_URL is neither sqlite:///FILE nor"),
    ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL is neither sqlite:///FILE nor"),
    ("DATABASE_URL", "sqlite:///", "DATABASE_URL is neither sqlite:///FILE nor"),
    ("DATABASE_URL", "postgresql://me:hush@host:port/db", "DATABASE_URL is neither sqlite:///FILE nor"),
    ("SECRET_KEY", "short", "SECRET_KEY is shorter than 16 characters"),
    ("PORT", "65536", "PORT is not a port"),
    ("PORT", "http", "PORT is not a port"),
    ("LOG_LEVEL", "chatty", "LOG_LEVEL is not one of"),
    ("LOG_FORMAT", "xml", "LOG_FORMAT is neither"),
    ("CALLIN_LISTENER_NUMBER", "5550100", "CALLIN_LISTENER_NUMBER is not an international phone number"),
    ("CALLIN_DJ_LINE", "+15550100", "CALLIN_DJ_LINE is CALLIN_LISTENER_NUMBER"),
    ("CALLIN_DJ_NUMBERS", "+15550102,you,me", "CALLIN_DJ_NUMBERS holds something"),
    ("CALLIN_DJ_PIN", "12a4", "CALLIN_DJ_PIN is not 4 to 12 digits"),
    ("CALLIN_QUEUE_NAME", "q" * 59, "CALLIN_QUEUE_NAME is not a name of 1 to 58 characters"),
    ("CALLIN_MAX_QUEUE_SIZE", "0", "CALLIN_MAX_QUEUE_SIZE is not a whole number from 1 to 5000"),
    ("CALLIN_MAX_QUEUE_SIZE", "5001", "CALLIN_MAX_QUEUE_SIZE is not a whole number"),
    ("CALLIN_APOLOGY_AFTER_S", "-1", "CALLIN_APOLOGY_AFTER_S is not a whole number of seconds"),
    ("CALLIN_TURN_S", "29", "CALLIN_TURN_S is not a whole number of seconds from 30 to 3600"),
    ("CALLIN_HOLD_MUSIC", "song.mp3", "CALLIN_HOLD_MUSIC holds something"),
    ("CALLIN_COUNTRIES", "US,Ruritania", "CALLIN_COUNTRIES holds something that is not the ISO code"),
    ("CALLIN_TEXTS_PER_SHOW", "-1", "CALLIN_TEXTS_PER_SHOW is not a whole number from 0"),
    ("CALLIN_TEXTS_PER_NUMBER", "lots", "CALLIN_TEXTS_PER_NUMBER is not a whole number from 0"),
    ("CALLIN_RETENTION_DAYS", "0", "CALLIN_RETENTION_DAYS is not a whole number of days from 1"),
    ("CALLIN_VOICE", "a <voice>", "CALLIN_VOICE is not the name of a voice"),
    ("CALLIN_LANGUAGE", "English!", "CALLIN_LANGUAGE is not a language tag"),
    ("CALLIN_TWIML_DIR", "/no/such/folder", "CALLIN_TWIML_DIR is not a folder"),
    ("CALLIN_MAX_STREAMS", "1", "CALLIN_MAX_STREAMS is not a whole number from 2 to 2000"),
    ("CALLIN_DELETE_RECORDINGS", "perhaps", "CALLIN_DELETE_RECORDINGS is neither true nor false"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_value_is_told_by_its_name(
    environment: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """A value that cannot be is answered with one sentence, which names the setting and not the value."""
    problems = problems_of(environment, **{name: value})
    assert len(problems) == 1
    assert problems[0].startswith(sentence)


def test_all_wrong_values_are_told_together(environment: pytest.MonkeyPatch) -> None:
    """Several wrong values are told in one go, so that nobody mends them one run at a time."""
    problems = problems_of(environment, PORT="x", CALLIN_DJ_PIN="1", CALLIN_DJ_LINE="+15550100")
    assert len(problems) == 3


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "SECRET_KEY", "CALLIN_DJ_PIN", "DATABASE_URL"])
def test_a_message_never_holds_the_value(environment: pytest.MonkeyPatch, name: str) -> None:
    """What was typed into the wrong place may be a secret: no message repeats it."""
    assert "hush-hush" not in " ".join(problems_of(environment, **{name: "hush-hush"}))


def test_a_repr_shows_no_secret(environment: pytest.MonkeyPatch) -> None:
    """Printing the settings shows neither token, key, PIN nor the database's password."""
    environment.setenv("DATABASE_URL", "postgres://me:swordfish@host/callin")
    environment.setenv("CALLIN_DJ_PIN", "90210")
    shown = repr(load_settings(env_file=None))
    for secret in ("nobody-may-see", "swordfish", "90210"):
        assert secret not in shown


def test_lists_are_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    """Lists allow spaces and a comma too many."""
    environment.setenv("CALLIN_DJ_NUMBERS", " +15550102, +1 555 0103,")
    environment.setenv("CALLIN_HOLD_MUSIC", "https://a.test/1.mp3?v=2")
    settings = load_settings(env_file=None)
    assert settings.dj_numbers == ("+15550102", "+15550103")
    assert settings.hold_music == ("https://a.test/1.mp3?v=2",)


def test_an_empty_value_counts_as_unset(environment: pytest.MonkeyPatch) -> None:
    """`PORT=` in a copied example means the default, not an error."""
    environment.setenv("PORT", "")
    assert load_settings(env_file=None).port == 8000


def test_the_environment_wins_over_the_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`.env` fills in what the environment leaves open."""
    file = tmp_path / ".env"
    file.write_text("PORT=1234\nCALLIN_LISTENER_NUMBER=+15550199\nUNRELATED=1\n")
    settings = load_settings(env_file=file)
    assert (settings.port, settings.listener_number) == (1234, "+15550100")


def test_a_file_that_is_no_text_is_told(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken `.env` is one sentence, not a traceback."""
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(BadSettings, match="cannot be read"):
        load_settings(env_file=file)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgres_urls_name_their_driver(environment: pytest.MonkeyPatch, scheme: str) -> None:
    """Every spelling that hosting companies hand out leads to the one driver we ship."""
    environment.setenv("DATABASE_URL", f"{scheme}://me@host/callin")
    assert load_settings(env_file=None).database_url == "postgresql+psycopg://me@host/callin"


def test_the_example_lists_every_setting_with_its_reason() -> None:
    """`.env.example` names each setting once, in order, under the sentence that says why it exists."""
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    listed = {
        line.lstrip("#").partition("=")[0]: reason.removeprefix("# ")
        for reason, line in itertools.pairwise(lines)
        if "=" in line and line.lstrip("#")[:1].isupper()
    }
    expected = {str(f.validation_alias): f.description for f in Settings.model_fields.values()}
    assert listed == expected


def test_the_example_shows_the_defaults() -> None:
    """A line that is commented out shows what holds when nothing is said; the others must be filled in."""
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        if field.is_required():
            assert values[name] == ""
        elif field.default_factory is None:
            default = "" if field.default in (None, ()) else str(field.default)
            assert values[f"#{name}"].lower() == default.lower()
