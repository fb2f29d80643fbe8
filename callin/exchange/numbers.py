"""The account's numbers and the applications behind them; the part of `Exchange` that needs time and webhooks alone."""

from __future__ import annotations

from collections.abc import Mapping

from callin.exchange.clock import Clock
from callin.exchange.network import Network
from callin.exchange.records import Account, Number, new_sid
from callin.exchange.transport import WsgiApp


class Numbers(Network):
    """A network with numbers.

    Args: as for `Exchange`.
    """

    def __init__(
        self, *, clock: Clock, account: Account, seed: int = 0, apps: Mapping[str, WsgiApp] | None = None
    ) -> None:
        super().__init__(clock=clock, account=account, seed=seed, apps=apps)
        self.numbers: dict[str, Number] = {}

    def add_number(
        self,
        phone_number: str,
        *,
        voice_url: str = "",
        voice_method: str = "POST",
        voice_fallback_url: str = "",
        voice_fallback_method: str = "POST",
        status_callback: str = "",
        status_callback_method: str = "POST",
        sms_url: str = "",
        sms_method: str = "POST",
        sms_fallback_url: str = "",
        sms_fallback_method: str = "POST",
        friendly_name: str = "",
    ) -> Number:
        """The account has this number, with these addresses behind it."""
        with self.lock:
            now = self.now()
            number = Number(
                sid=new_sid("PN"),
                phone_number=phone_number,
                friendly_name=friendly_name or phone_number,
                date_created=now,
                date_updated=now,
                voice_url=voice_url,
                voice_method=voice_method,
                voice_fallback_url=voice_fallback_url,
                voice_fallback_method=voice_fallback_method,
                status_callback=status_callback,
                status_callback_method=status_callback_method,
                sms_url=sms_url,
                sms_method=sms_method,
                sms_fallback_url=sms_fallback_url,
                sms_fallback_method=sms_fallback_method,
            )
            self.numbers[phone_number] = number
            return number
