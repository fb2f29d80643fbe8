"""The web pages: sign-in, the board and what people see of a show; hung by the application."""

from callin.board import actions, assets, attachments, pages, past_shows, people, sign_in, softphone, status
from callin.board.access import BoardDoor, Visit, lock
from callin.board.live import go_live
from callin.board.refusals import page_of, wants_page

DOORS: tuple[BoardDoor, ...] = (
    assets.door,
    sign_in.door,
    status.door,
    pages.door,
    actions.door,
    softphone.door,
    attachments.door,
    people.door,
    past_shows.door,
)

__all__ = ["DOORS", "BoardDoor", "Visit", "go_live", "lock", "page_of", "wants_page"]
