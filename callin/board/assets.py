"""Where the pages' templates and their style, scripts and pictures are; the same for everybody, hung with the doors."""

from __future__ import annotations

from callin.board.access import BoardDoor

door = BoardDoor("assets", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
