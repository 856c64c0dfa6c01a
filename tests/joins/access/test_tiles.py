from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.joins.access.tiles import Tile, grid_over, tiles, within


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50))
def test_every_cell_is_in_one_tile(rows, columns, side):
    seen = np.zeros((rows, columns), dtype=int)
    for tile in tiles(rows, columns, side):
        seen[tile.row : tile.row + tile.rows, tile.column : tile.column + tile.columns] += 1
    assert (seen == 1).all()


def test_a_tile_lies_where_its_cells_do():
    rows, columns, transform = grid_over((400_040, 290_000, 400_510, 290_250), 100)
    assert (rows, columns, transform) == (3, 6, (100.0, 0.0, 400_000.0, 0.0, -100.0, 290_300.0))
    tile = Tile(1, 4, 2, 2)
    assert tile.bounds(transform) == (400_400, 290_000, 400_600, 290_200)
    assert tile.bounds(transform, 50) == (400_350, 289_950, 400_650, 290_250)
    assert tile.centres(transform).tolist() == [
        [400_450, 290_150], [400_550, 290_150], [400_450, 290_050], [400_550, 290_050],
    ]  # fmt: skip
    assert within(tile.centres(transform), (400_450, 290_150, 400_500, 290_200)).tolist() == [True, False, False, False]


@pytest.mark.parametrize("side", [0, -1, 2.0, float("nan"), "256", True, None])
def test_a_tile_has_a_whole_number_of_cells(side):
    with pytest.raises(InputError, match=r"^tile_cells: needs a whole number of cells from 1, such as 256, not "):
        next(tiles(3, 2, side))
