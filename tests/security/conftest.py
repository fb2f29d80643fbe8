"""A station with its doors open."""

from tests.webhooks.ringing import doors_fixture as doors

__all__ = ["doors"]
