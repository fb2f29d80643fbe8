"""docs/security.md promises nothing that no test shows."""

from tests.house.pages import ROOT, codes
from tests.house.test_documents import TESTS


def promises() -> list[list[str]]:
    """The rows of every table of the page."""
    lines = (ROOT / "docs" / "security.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in rows if row[0] != "promise"]


def test_every_promise_names_the_tests_that_show_it() -> None:
    """Each row has a test at least, and each of them exists."""
    assert len(promises()) > 20
    for promise, shown_by in promises():
        assert codes(shown_by), promise
        assert set(codes(shown_by)) <= TESTS, promise
