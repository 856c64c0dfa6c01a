"""Sizes are counted before memory is taken: cells of grids, cells of rasters, draws."""

from __future__ import annotations

import re
import tracemalloc

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.sizes import (
    UNCOUNTED,
    check_length,
    grid_cells,
    most,
    refuse_too_many,
    refuse_too_many_cells,
    smallest_cell_m,
)

BOUNDS = st.tuples(
    st.floats(0, 500_000), st.floats(0, 900_000), st.floats(1, 200_000), st.floats(1, 300_000)
).map(lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3]))  # fmt: skip


@pytest.mark.parametrize("length", [0, 0.0, -0.0, -50, np.nan, np.inf, -np.inf, "100", True, None, b"1", 10**400, [1]])
def test_what_is_no_length_is_refused(length):
    with pytest.raises(InputError, match=r"^cell: .* is not a length; give metres above 0"):
        check_length(length, name="cell")


@given(BOUNDS, st.floats(50, 5000))
def test_cells_are_counted_as_they_are_made(bounds, cell_m):
    west, south, east, north = (edge / cell_m for edge in bounds)
    across = len(np.arange(np.floor(west), np.ceil(east)))
    assert grid_cells(bounds, cell_m) == across * len(np.arange(np.floor(south), np.ceil(north)))


@given(BOUNDS)
def test_the_smallest_width_is_measured_and_the_next_smaller_is_not(bounds):
    smallest = smallest_cell_m(bounds)
    assert refuse_too_many_cells(bounds, smallest) == smallest
    step = 1.0 if smallest > 1 else 10.0 ** np.floor(np.log10(smallest))
    smaller = smallest - (step if smallest > step else step / 10)
    if smaller > 0:
        area = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
        assert grid_cells(bounds, smaller) > most("grid_cells") or area / smaller**2 > most("grid_cells") * 0.9


@given(BOUNDS, st.floats(1e-320, 0.01))
def test_a_refusal_names_number_limit_and_smallest_width(bounds, cell_m):
    if grid_cells(bounds, cell_m) <= most("grid_cells"):
        return
    with pytest.raises(InputError) as caught:
        refuse_too_many_cells(bounds, cell_m)
    text = str(caught.value)
    number = int(re.search(r"would be ([\d,]+)", text)[1].replace(",", ""))
    assert number == grid_cells(bounds, cell_m) <= UNCOUNTED
    assert "4,000,000 are measured at most" in text
    smallest = float(re.search(r"measured is ([\d.e+-]+) m", text)[1])
    assert smallest == pytest.approx(smallest_cell_m(bounds))


def test_nothing_is_allocated_for_what_is_refused():
    from siteprior.joins.access.ptal_grid import area_cells

    area = shapely.box(380_000, 270_000, 440_000, 310_000)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="2,400,000,000 over the area"):
            area_cells(area, 1)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_areas_that_are_not_on_the_earth_are_refused():
    with pytest.raises(InputError, match=r"^area: reaches from"):
        refuse_too_many_cells((0, 0, 1e300, 1), 100)
    with pytest.raises(InputError, match=r"^area: reaches from"):
        refuse_too_many_cells((0, 0, np.nan, 1), 100)


def test_limits_are_allowed_themselves():
    refuse_too_many(most("draws"), "draws", name="draws", fix="give fewer")
    with pytest.raises(InputError, match=r"^draws: 500,001 draws, of which 500,000 are taken at most; give fewer"):
        refuse_too_many(most("draws") + 1, "draws", name="draws", fix="give fewer")
