"""What a station is told of its account at Twilio: who it is, how it asks and how it is asked; part of settings.py."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from callin.setting_values import AccountSid, ApiKeySid, AppSid, Contradiction, Origin, Url, setting

REAL_API = "https://api.twilio.com"


class TwilioSettings(BaseSettings):
    """The account, its secrets, and where its API is."""

    twilio_account_sid: AccountSid = setting(
        "TWILIO_ACCOUNT_SID",
        "Which Twilio account the station's numbers and queues belong to.",
        "is not an Account SID (34 characters starting AC)",
    )
    twilio_auth_token: SecretStr = setting(
        "TWILIO_AUTH_TOKEN",
        "The account's primary auth token: Twilio signs its webhooks with it.",
        "is empty",
        min_length=1,
    )
    twilio_auth_token_secondary: SecretStr | None = setting(
        "TWILIO_AUTH_TOKEN_SECONDARY",
        "While you change the auth token: the other one. Webhooks signed with either are taken; no request uses it.",
        "is empty",
        default=None,
    )
    signature: Literal["sha1", "sha256"] = setting(
        "CALLIN_SIGNATURE",
        "How Twilio signs its webhooks: sha1 with the auth token, or sha256 where your account is set so.",
        "is neither sha1 nor sha256",
        default="sha1",
    )
    signature_key: SecretStr | None = setting(
        "CALLIN_SIGNATURE_KEY",
        "The secret of the shared key that signs your webhooks, if you made one at Twilio; unset, the auth token does.",
        "is empty",
        default=None,
    )
    twilio_api_key: ApiKeySid | None = setting(
        "TWILIO_API_KEY",
        "An API key that requests to Twilio use instead of the auth token; a key can be revoked alone.",
        "is not an API key SID (34 characters starting SK)",
        default=None,
    )
    twilio_api_secret: SecretStr | None = setting(
        "TWILIO_API_SECRET",
        "The secret of that API key.",
        "is empty",
        default=None,
    )
    dj_app_sid: AppSid | None = setting(
        "CALLIN_DJ_APP_SID",
        "The TwiML app that leads a DJ's browser to the DJ line; with an API key, the host's view has a softphone.",
        "is not the SID of a TwiML app (34 characters starting AP)",
        default=None,
    )
    twilio_api_url: Origin = setting(
        "TWILIO_API_URL",
        "Where Twilio's REST API is; `callin exchange` prints another one to try things without an account.",
        "is not an absolute URL such as https://api.twilio.com",
        default=REAL_API,
    )
    fallback_url: Url | None = setting(
        "CALLIN_FALLBACK_URL",
        "A document hosted elsewhere that callers hear while this whole station is down; see docs/deploy.md.",
        "is not an absolute URL such as https://static.example.org/fallback.xml",
        default=None,
    )

    @property
    def phones_page(self) -> str | None:
        """Where pretend phones ring this station; None when its calls are real ones."""
        return None if self.twilio_api_url == REAL_API else f"{self.twilio_api_url}/"

    @property
    def has_softphone(self) -> bool:
        """Whether a DJ may talk from the browser: an app to ring, and a key to sign who rings."""
        return self.dj_app_sid is not None and self.twilio_api_key is not None and self.twilio_api_secret is not None

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """What a webhook may be signed with: the setting decides, never a header of the request."""
        known = (self.signature_key or self.twilio_auth_token, self.twilio_auth_token_secondary)
        return tuple(secret.get_secret_value() for secret in known if secret is not None)

    @field_validator("twilio_api_secret")
    @classmethod
    def _key_and_secret_together(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("twilio_api_key", secret) is not None and secret is None:
            raise Contradiction("TWILIO_API_SECRET is missing: TWILIO_API_KEY works only with it")
        if secret is not None and info.data.get("twilio_api_key", secret) is None:
            raise Contradiction("TWILIO_API_KEY is missing: TWILIO_API_SECRET works only with it")
        return secret
