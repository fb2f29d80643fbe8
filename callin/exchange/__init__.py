"""A telephone exchange in a box: it stands in for Twilio; for tests, rehearsals and anybody's own application."""

from callin.exchange.clock import ManualClock, RealClock
from callin.exchange.exchange import Exchange
from callin.exchange.phone import Phone

__all__ = ["Exchange", "ManualClock", "Phone", "RealClock"]
