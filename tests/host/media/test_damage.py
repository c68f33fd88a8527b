"""Damage: blocks cover what changed, row spans cover the rows, sharpness follows what was sent."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from beistand.host.media.damage import BLOCK, MOVING_CHANGES, Grid, Sharpness, row_spans
from beistand.host.ports import Rect

grids = st.builds(Grid, st.integers(1, 700), st.integers(1, 500))
rects = st.builds(Rect, st.integers(-50, 800), st.integers(-50, 600), st.integers(1, 300), st.integers(1, 300))


@given(grids, st.lists(rects, max_size=5))
def test_every_damaged_pixel_lies_in_a_chosen_block_and_no_block_is_idle(grid: Grid, damage: list[Rect]) -> None:
    blocks = grid.blocks(damage)
    inside = [
        (x, y)
        for rect in damage
        for x in {rect.x, rect.x + rect.width // 2, rect.x + rect.width - 1}
        for y in {rect.y, rect.y + rect.height // 2, rect.y + rect.height - 1}
        if 0 <= x < grid.width and 0 <= y < grid.height
    ]
    assert all(y // BLOCK * grid.columns + x // BLOCK in blocks for x, y in inside)
    for block in blocks:
        area = grid.rect(block)
        assert any(
            rect.x < area.x + area.width
            and area.x < rect.x + rect.width
            and rect.y < area.y + area.height
            and area.y < rect.y + rect.height
            for rect in damage
        )


@given(grids, st.data())
def test_the_active_map_marks_exactly_the_cells_of_the_blocks(grid: Grid, data: st.DataObject) -> None:
    blocks = data.draw(st.frozensets(st.integers(0, grid.count - 1), max_size=8))
    cells, lines = -(-grid.width // 16), -(-grid.height // 16)
    active = grid.active_map(blocks)
    assert len(active) == cells * lines
    for index, flag in enumerate(active):
        block = index // cells // 4 * grid.columns + index % cells // 4
        assert flag == (block in blocks)


@given(grids, st.data())
def test_the_bounds_hold_every_block_and_touch_one_at_each_side(grid: Grid, data: st.DataObject) -> None:
    blocks = data.draw(st.frozensets(st.integers(0, grid.count - 1), min_size=1, max_size=8))
    bounds, areas = grid.bounds(blocks), [grid.rect(block) for block in blocks]
    assert bounds.x == min(area.x for area in areas)
    assert bounds.y == min(area.y for area in areas)
    assert bounds.x + bounds.width == max(area.x + area.width for area in areas)
    assert bounds.y + bounds.height == max(area.y + area.height for area in areas)
    assert grid.bounds(()) == Rect(0, 0, grid.width, grid.height)


@given(st.lists(rects, max_size=8), st.integers(1, 500))
def test_row_spans_are_separate_sorted_and_cover_the_same_rows(damage: list[Rect], height: int) -> None:
    spans = row_spans(damage, height)
    rows = {row for rect in damage for row in range(max(0, rect.y), min(rect.y + rect.height, height))}
    assert {row for first, end in spans for row in range(first, end)} == rows
    assert all(left[1] < right[0] for left, right in itertools.pairwise(spans))


def test_a_block_that_changed_is_sharpened_only_after_it_stood_still() -> None:
    sharpness = Sharpness(Grid(256, 128))
    sharpness.sent(range(8), 36)
    sharpness.changed([5], now=10.0)
    assert sharpness.coarser_than(0, now=10.1, still=0.15) == [0, 1, 2, 3, 4, 6, 7]
    assert sharpness.next_still(0, 0.15, now=10.1) == 10.15
    assert sharpness.coarser_than(0, now=10.2, still=0.15)[0] == 5
    sharpness.sent(range(8), 0)
    assert sharpness.coarser_than(0, now=11.0, still=0.15) == []
    assert sharpness.next_still(0, 0.15, now=11.0) is None


def test_a_coarse_block_makes_the_edges_of_its_left_and_upper_neighbours_coarse() -> None:
    sharpness = Sharpness(Grid(256, 128))
    sharpness.sent(range(8), 0)
    sharpness.sent([5], 36)
    assert sorted(sharpness.coarser_than(0, now=1.0, still=0.15)) == [1, 4, 5]


def test_a_block_that_keeps_changing_is_a_moving_picture_until_it_rests() -> None:
    sharpness = Sharpness(Grid(128, 64))
    for step in range(MOVING_CHANGES):
        assert not sharpness.is_moving(1, step * 0.05)
        sharpness.changed([1], step * 0.05)
    end = MOVING_CHANGES * 0.05
    assert sharpness.is_moving(1, end)
    assert not sharpness.is_moving(0, end)
    assert not sharpness.is_moving(1, end + 1.0)
