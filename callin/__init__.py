"""Callin: an open call-in line for live radio."""

import importlib
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Give `create_app` when asked for it: `flask --app callin` finds it here, and `import callin` stays cheap."""
    if name == "create_app":
        return importlib.import_module("callin.app").create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
