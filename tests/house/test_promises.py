"""docs/security.md promises nothing that no test shows, and docs/faults.md tells of no fault that was not tried."""

import pytest

from tests.house.pages import ROOT, codes
from tests.house.test_documents import TESTS

HEADS = ("promise", "fault")


def rows(name: str) -> list[list[str]]:
    """The rows of every table of the page: what is said, which tests show it, and more."""
    lines = (ROOT / "docs" / name).read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if row[0] not in HEADS]


@pytest.mark.parametrize("name", ["security.md", "faults.md"])
def test_every_promise_names_the_tests_that_show_it(name: str) -> None:
    """Each row has a test at least, and each of them exists."""
    assert len(rows(name)) > 20
    for said, shown_by, *_more in rows(name):
        named = {code for code in codes(shown_by) if not (ROOT / code).is_dir()}
        assert codes(shown_by), said
        assert named <= TESTS, said
