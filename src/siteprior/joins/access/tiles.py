"""A grid in square tiles: what is measured by itself, and written where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from siteprior.core.errors import InputError
from siteprior.walking.network import Flags, Floats

Transform = tuple[float, float, float, float, float, float]
"""``(cell, 0, west, 0, -cell, north)`` in metres."""

Bounds = tuple[float, float, float, float]
"""West, south, east and north in metres."""


class Tile(NamedTuple):
    """Part of a grid: its first row (from the north) and column, and how many there are."""

    row: int
    column: int
    rows: int
    columns: int

    def bounds(self, transform: Transform, margin_m: float = 0) -> Bounds:
        """Return its edges in metres, with a margin about it."""
        cell_m, _, west, _, _, north = transform
        west, north = west + self.column * cell_m, north - self.row * cell_m
        east, south = west + self.columns * cell_m, north - self.rows * cell_m
        return west - margin_m, south - margin_m, east + margin_m, north + margin_m

    def centres(self, transform: Transform) -> Floats:
        """Return the centres of its cells in metres, row by row from the north-west."""
        cell_m, _, west, _, _, north = transform
        x = west + (self.column + np.arange(self.columns) + 0.5) * cell_m
        y = north - (self.row + np.arange(self.rows) + 0.5) * cell_m
        return np.column_stack([np.tile(x, self.rows), np.repeat(y, self.columns)])


def grid_over(bounds: Bounds, cell_m: float) -> tuple[int, int, Transform]:
    """Return rows, columns and transform of the grid over a rectangle, aligned to whole multiples of the cell (m).

    Examples
    --------
    >>> grid_over((150, 0, 400, 100), 100)
    (1, 3, (100.0, 0.0, 100.0, 0.0, -100.0, 100.0))
    """
    west, south, east, north = np.array(bounds) / cell_m
    west, south, east, north = np.floor(west), np.floor(south), np.ceil(east), np.ceil(north)
    transform = (float(cell_m), 0.0, float(west * cell_m), 0.0, -float(cell_m), float(north * cell_m))
    return int(north - south), int(east - west), transform


def tiles(rows: int, columns: int, side: int) -> Iterator[Tile]:
    """Yield the tiles of a grid, ``side`` cells wide and high but for the last of each, row by row.

    Raises
    ------
    InputError
        When ``side`` is no whole number from 1.

    Examples
    --------
    >>> [tuple(tile) for tile in tiles(3, 2, 2)]
    [(0, 0, 2, 2), (2, 0, 1, 2)]
    """
    if not isinstance(side, int) or isinstance(side, bool) or side < 1:
        raise InputError(f"tile_cells: needs a whole number of cells from 1, such as 256, not {side!r}")
    for row in range(0, rows, side):
        for column in range(0, columns, side):
            yield Tile(row, column, min(side, rows - row), min(side, columns - column))


def within(places: Floats, bounds: Bounds) -> Flags:
    """Return which places lie in a rectangle (metres); on its edge counts.

    Examples
    --------
    >>> within(np.array([[0.0, 0.0], [5.0, 9.0]]), (0, 0, 5, 5)).tolist()
    [True, False]
    """
    return np.asarray(((places >= bounds[:2]) & (places <= bounds[2:])).all(axis=1))
