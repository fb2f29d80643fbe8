"""Where the pages' templates and their style, scripts and pictures are; the same for everybody, hung with the doors."""

from __future__ import annotations

import re

from callin.board.access import BoardDoor

A_YEAR_S = 365 * 24 * 3600
_WITH_VERSION = re.compile(r"-[0-9]+(?:\.[0-9]+)+\.min\.js")


class _Assets(BoardDoor):
    """The files of the pages."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return how long a browser may keep a file unasked: another version of it has another name, if any."""
        return A_YEAR_S if filename and _WITH_VERSION.search(filename) else None


door = _Assets("assets", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
