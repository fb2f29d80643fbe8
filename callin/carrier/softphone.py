"""Tokens that let one DJ's browser ring the DJ line, and nothing else; made by the carrier for the board."""

from __future__ import annotations

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from callin.settings import Settings

# Long enough for a slow evening between two of them; short enough that a stolen one is soon worth nothing.
TOKEN_LASTS_S = 600


class Softphone:
    """The station's API key, and the one application that its tokens ring."""

    def __init__(self, settings: Settings) -> None:
        """Sign with this station's key.

        Args:
            settings: account, API key and application.
        """
        self._settings = settings

    def token(self, identity: str) -> str:
        """Return a token with which a browser may ring the DJ line under this name for `TOKEN_LASTS_S`.

        It can be rung by nobody. Twilio is not asked: the key's secret signs it here.

        Args:
            identity: of `rules.softphone`.

        Source: Twilio, «Access Tokens» and «Voice JavaScript SDK: token»; `outgoing.application_sid` of the grant.
        """
        settings = self._settings
        assert settings.dj_app_sid is not None
        assert settings.twilio_api_key is not None
        assert settings.twilio_api_secret is not None
        token = AccessToken(
            settings.twilio_account_sid,
            settings.twilio_api_key,
            settings.twilio_api_secret.get_secret_value(),
            identity=identity,
            ttl=TOKEN_LASTS_S,
        )
        token.add_grant(VoiceGrant(outgoing_application_sid=settings.dj_app_sid, incoming_allow=False))
        return str(token.to_jwt())
