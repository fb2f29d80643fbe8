"""Moving within the one order of the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callin.rules.lineup import moved


@pytest.mark.parametrize(
    ("ranks", "from_index", "to_index", "expected"),
    [
        ([10, 20, 30], 2, 0, [20, 30, 10]),
        ([10, 20, 30], 0, 2, [30, 10, 20]),
        ([10, 20, 30], 1, 1, [10, 20, 30]),
        ([10, 20, 30], 1, 99, [10, 30, 20]),
        ([10, 20, 30], 1, -5, [20, 10, 30]),
        ([10, 10, 10], 0, 1, [11, 10, 12]),
        ([10], 0, 0, [10]),
    ],
)
def test_one_place_moves_and_the_others_keep_their_order(
    ranks: list[int], from_index: int, to_index: int, expected: list[int]
) -> None:
    """The ranks are handed on, so that whoever did not move stands before and behind the same people."""
    assert moved(ranks, from_index=from_index, to_index=to_index) == expected


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12).map(sorted), st.data())
def test_any_move_gives_everybody_a_place_of_their_own(ranks: list[int], data: st.DataObject) -> None:
    """After a move the ranks are all different, and sorting by them gives the old order with one place moved."""
    from_index = data.draw(st.integers(0, len(ranks) - 1))
    to_index = data.draw(st.integers(-1, len(ranks)))
    new = moved(ranks, from_index=from_index, to_index=to_index)

    order = sorted(range(len(ranks)), key=new.__getitem__)
    assert len(set(new)) == len(ranks)
    assert order.index(from_index) == max(0, min(to_index, len(ranks) - 1))
    assert [index for index in order if index != from_index] == [i for i in range(len(ranks)) if i != from_index]
