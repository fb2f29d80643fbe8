"""Callin: an open call-in line for live radio."""

__version__ = "0.1.0"
