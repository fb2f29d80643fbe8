"""Closing time: every waiting caller to a goodbye of their own, then the empty queues deleted; run by the terminal."""

from callin.drain.closing import close_show, look_at_closing
from callin.drain.report import CallerFate, ClosingReport, Fate, QueueFate, QueueReport

__all__ = ["CallerFate", "ClosingReport", "Fate", "QueueFate", "QueueReport", "close_show", "look_at_closing"]
