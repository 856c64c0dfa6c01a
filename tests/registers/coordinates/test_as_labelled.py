"""The places a register states, taken at its word."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from siteprior.core.errors import InputError
from siteprior.registers.coordinates.as_labelled import as_labelled


def grid(longitude, latitude):
    return Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True).transform(longitude, latitude)


def sites(*rows):
    table = pd.DataFrame(rows, columns=["original_x", "original_y", "coordinate_system"])
    return table.set_axis(["E1:a"] * len(table))


def test_the_label_decides_and_nothing_is_repaired():
    read = as_labelled(
        sites(
            ("-1.898575", "52.483012", "WGS84"),
            ("407000", "287000", "OSGB36"),
            ("407000", "287000", "WGS84"),
            ("52.483012", "-1.898575", "WGS84"),
            ("1.898575", "52.483012", "ETRS89"),
            ("-1.898575", "52.483012", "OSGB36"),
        )
    )
    east = read["labelled_easting"].to_numpy()
    assert east[0] == pytest.approx(grid(-1.898575, 52.483012)[0], abs=0.01)
    assert east[1] == 407_000
    assert np.isnan(east[[2, 3, 5]]).all()
    assert 650_000 < east[4] < 700_000  # off Lowestoft: the lost sign is not restored here
    assert read["stated"].all()


def test_without_a_label_small_numbers_are_degrees():
    read = as_labelled(sites(("-1.9", "52.5", None), ("407000", "287000", None)))
    assert read["labelled_northing"].tolist() == pytest.approx([grid(-1.9, 52.5)[1], 287_000], abs=0.01)


def test_blank_zero_and_text_state_no_place():
    read = as_labelled(sites((None, None, None), ("0", "0", "WGS84"), ("n/a", "52", "WGS84")))
    assert not read["stated"].any()
    assert read["labelled_easting"].isna().all()


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(InputError, match="lacks the columns original_y, coordinate_system"):
        as_labelled(pd.DataFrame({"original_x": ["1"]}))
