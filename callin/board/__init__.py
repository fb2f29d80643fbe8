"""The web pages: sign-in, the board and what people see of a show; hung by the application."""

from callin.board import assets, sign_in
from callin.board.access import BoardDoor, Visit, lock
from callin.board.refusals import page_of, wants_page

DOORS: tuple[BoardDoor, ...] = (assets.door, sign_in.door)

__all__ = ["DOORS", "BoardDoor", "Visit", "lock", "page_of", "wants_page"]
