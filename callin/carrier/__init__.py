"""Every REST request to Twilio; the courier, the drain, the terminal and the station use what is named here."""

from callin.carrier.account import Account, client_for
from callin.carrier.cards import TARGETS, CallCard, MemberCard, Moved, NumberCard, QueueCard
from callin.carrier.carrier import Carrier

__all__ = ["TARGETS", "Account", "CallCard", "Carrier", "MemberCard", "Moved", "NumberCard", "QueueCard", "client_for"]
