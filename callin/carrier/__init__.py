"""Every REST request to Twilio; the courier, the drain, the terminal and the station use what is named here."""

from callin.carrier.cards import TARGETS, MemberCard, Moved, NumberCard, QueueCard
from callin.carrier.carrier import Carrier

__all__ = ["TARGETS", "Carrier", "MemberCard", "Moved", "NumberCard", "QueueCard"]
