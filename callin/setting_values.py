"""What the value of a setting looks like once it is right: numbers, addresses, names; used by settings.py."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import phonenumbers
import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from callin.phone_number import normalised

EVERYWHERE = "*"
NEXT_QUEUE_SUFFIX = "-next"
# Twilio's error text says «less than 64»; the suffix of the next-up queue takes five of them.
LONGEST_QUEUE_NAME = 63 - len(NEXT_QUEUE_SUFFIX)


class Contradiction(ValueError):
    """Two settings, each right alone, do not go together; the text is what a person is told."""


def setting(env: str, why: str, wrong: str, **more: Any) -> Any:
    """Return a field of the settings.

    Args:
        env: its name in the environment.
        why: it exists.
        wrong: what a person is told of a bad value, after its name.
        more: default and limits, as pydantic has them.
    """
    return Field(validation_alias=env, description=why, json_schema_extra={"wrong": wrong}, **more)


def default_database_url() -> str:
    """Return the SQLite file in this person's own data folder, the same from every working directory."""
    return f"sqlite:///{platformdirs.user_data_path('callin') / 'callin.db'}"


def _as_number(text: str) -> str:
    number = normalised(text)
    if number is None:
        raise ValueError("not an international number")
    return number


def _as_url(text: str) -> str:
    url = urlsplit(text.strip())
    if url.scheme not in ("https", "http") or not url.hostname or re.search(r"[\s<>\"]", text.strip()):
        raise ValueError("not an absolute URL")
    return text.strip()


def _as_origin(text: str) -> str:
    origin = _as_url(text).rstrip("/")
    url = urlsplit(origin)
    # Twilio refuses status callbacks to a host with an underscore, and drops user info before it signs.
    if url.username or url.query or url.fragment or "_" in (url.hostname or "") or url.port == 0:
        raise ValueError("not an origin")
    return origin


def _as_database_url(text: str) -> str:
    scheme, mark, rest = text.strip().partition("://")
    if mark and scheme == "sqlite" and rest.startswith("/"):
        path = rest[1:]
        if path.partition("?")[0] in ("", ":memory:"):
            raise ValueError("a database that no second process sees, and that ends with its own")
        return "sqlite:///" + (str(Path(path).expanduser()) if path.startswith("~") else path)
    if mark and scheme in ("postgres", "postgresql", "postgresql+psycopg") and rest:
        _ = urlsplit(f"//{rest}").port  # raises ValueError for what is no port
        return "postgresql+psycopg://" + rest
    raise ValueError("not a database we know")


def _as_queue_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_QUEUE_NAME or not name.isprintable():
        raise ValueError("not a queue name")
    return name


def _as_folder(path: Path) -> Path:
    folder = path.expanduser()
    if not folder.is_dir():
        raise ValueError("not a folder")
    return folder


def _as_networks(text: str) -> str:
    for network in text.split(","):
        ip_network(network.strip(), strict=False)  # raises ValueError for what is none
    return text


def _as_pin(pin: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9]{4,12}", pin.get_secret_value(), re.ASCII):
        raise ValueError("not a PIN")
    return pin


def _listed(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    return tuple(part for part in (piece.strip() for piece in raw.split(",")) if part)


def _as_country(code: str) -> str:
    country = code.upper()
    if country != EVERYWHERE and country not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("not a country")
    return country


AccountSid = Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")]
ApiKeySid = Annotated[str, Field(pattern=r"^SK[0-9a-fA-F]{32}$")]
AppSid = Annotated[str, Field(pattern=r"^AP[0-9a-fA-F]{32}$")]
Countries = Annotated[tuple[Annotated[str, AfterValidator(_as_country)], ...], NoDecode, BeforeValidator(_listed)]
DatabaseUrl = Annotated[str, AfterValidator(_as_database_url)]
Folder = Annotated[Path, AfterValidator(_as_folder)]
Networks = Annotated[str, AfterValidator(_as_networks)]
Origin = Annotated[str, AfterValidator(_as_origin)]
PhoneNumber = Annotated[str, AfterValidator(_as_number)]
PhoneNumbers = Annotated[tuple[PhoneNumber, ...], NoDecode, BeforeValidator(_listed)]
Pin = Annotated[SecretStr, AfterValidator(_as_pin)]
QueueName = Annotated[str, AfterValidator(_as_queue_name)]
Url = Annotated[str, AfterValidator(_as_url)]
Urls = Annotated[tuple[Url, ...], NoDecode, BeforeValidator(_listed)]
