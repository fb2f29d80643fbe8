"""Closing time: every waiting caller to a goodbye of their own, then the empty queues deleted.

Run by the terminal, and by the courier if it was begun at the board or its process was killed.
"""

from callin.drain.closing import close_show, look_at_closing
from callin.drain.others import finish_closing, follow_closing
from callin.drain.report import CallerFate, ClosingReport, Fate, QueueFate, QueueReport

__all__ = [
    "CallerFate",
    "ClosingReport",
    "Fate",
    "QueueFate",
    "QueueReport",
    "close_show",
    "finish_closing",
    "follow_closing",
    "look_at_closing",
]
