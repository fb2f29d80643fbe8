"""What the pages load: ours, or vendored and as it was published."""

import hashlib
import re
from pathlib import Path

from tests.webhooks.ringing import Doors

STATIC = Path(__file__).parents[2] / "callin" / "board" / "static"
TEMPLATES = STATIC.parent / "templates"


def test_what_is_vendored_is_as_it_was_published() -> None:
    """Each file's sum is the one in VENDOR.md, and no other file stands there."""
    told = dict(
        re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", (STATIC / "vendor" / "VENDOR.md").read_text(), re.M)
    )
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").glob("*.js")}

    assert told == found != {}


def test_nothing_comes_from_elsewhere_and_nothing_is_written_into_a_page() -> None:
    """No address of another host, no code and no style in a page: the policy of the headers holds."""
    for path in [*TEMPLATES.glob("*.html"), *STATIC.glob("*.*s")]:
        text = path.read_text()
        assert not re.search(r"(?:https?:)?//[a-z]+\.", text), path.name
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", text), path.name


def test_everything_a_page_names_is_there(doors: Doors) -> None:
    """Styles, scripts, and the pictures of the sprite."""
    client = doors.app.test_client()
    text = "".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    named = set(re.findall(r"filename='([^']+)'", text)) | set(re.findall(r"root \}\}/static/([^\"#{]+)", text))
    assert named
    for name in named:
        with client.get(f"/static/{name}") as reply:
            assert reply.status_code == 200, name
    sprite = (STATIC / "icons.svg").read_text()
    for icon in set(re.findall(r'icon\("([a-z-]+)"', text)):
        assert f'id="{icon}"' in sprite, icon
