"""Functions of the flat list with the arguments and results they had."""

from __future__ import annotations

import inspect

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import siteprior as sp
from factories.results import at_points
from siteprior.core.errors import InputError
from siteprior.pipeline import old_signatures
from siteprior.pipeline.old_names import as_it_was
from siteprior.pipeline.old_signatures import CHANGED


def test_what_changed_its_shape_keeps_it_under_the_old_name(sample_run):
    """A join gave the sites with its columns, in place of older ones, and took how walks are measured as arguments."""
    run = sp.open_run(sample_run)
    sites = run["sites"][["site_name", "organisation", "geometry"]].head(20).assign(walk_m=-1.0, lsoa_code="old")
    areas, stops = run["areas"].set_index("lsoa_code"), run["stops"].set_index("atco_code")
    joined = as_it_was("join_areas")(sites, areas)
    assert isinstance(joined, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(
        pd.DataFrame(joined[list(sp.joins.join_areas(sites, areas).columns)]), sp.joins.join_areas(sites, areas)
    )
    walked = as_it_was("join_access")(sites, stops, walk_factor=1.0)
    new = sp.access.join(sites, stops, sp.access.Walking(walk_factor=1.0))
    pd.testing.assert_frame_equal(pd.DataFrame(walked[list(new.columns)]), new)
    assert list(walked.columns) == ["site_name", "organisation", "geometry", "lsoa_code", *new.columns]
    calls = run["corridor_stops"]
    lines = sp.transit.corridor_lines(calls)
    reach = {"walk_factor": 1.3, "reach_m": 960.0}
    new = sp.corridors.join(sites, calls, lines, reach_m=960.0)
    pd.testing.assert_frame_equal(
        pd.DataFrame(as_it_was("join_corridors")(sites, calls, lines, **reach)[list(new)]), new
    )
    pd.testing.assert_frame_equal(
        as_it_was("corridor_sites")(sites, calls, lines, **reach),
        sp.corridors.sites(sites, calls, lines, reach_m=960.0),
    )
    drawn = sp.access.catchments(stops.head(1), sp.access.Walking(walk_factor=1.0), bands_m=[400])
    old = as_it_was("catchments")(None, stops.head(1), walk_factor=1.0, bands_m=[400])
    assert old.equals(drawn)
    assert as_it_was("corridor_catchments")(calls, None, bands_m=[400]).equals(
        sp.access.corridor_catchments(calls, bands_m=[400])
    )
    assert len(as_it_was("join_history")(sites, None).columns) > len(sites.columns)


def test_what_changed_is_what_stands_here():
    here = {name for name, thing in vars(old_signatures).items() if inspect.isfunction(thing) and name[0] != "_"}
    assert here == CHANGED


def test_single_arguments_make_the_walk_they_made(make_stops):
    """A stop 300 m east: 1.3 times as far by the parameters, 1.5 times by the factor given."""
    sites = at_points((400_000, 290_000)).assign(walk_m=-1.0)
    stops = make_stops(("S1", "metro", 400_300, 290_000))
    assert old_signatures.join_access(sites, stops, walk_factor=1.5)["walk_m"].to_list() == pytest.approx([450])
    assert old_signatures._walking(None, None, None, None).walk_factor == 1.3
    assert old_signatures._walking(None, None, 2.0, 99.0).max_snap_m == 99.0
    with pytest.raises(InputError):
        old_signatures.join_access(sites, stops, walk_factor=0.5)


def test_new_columns_take_the_place_of_old_ones_of_their_name():
    squares = gpd.GeoDataFrame(
        {"lsoa_name": ["Anytown 001A"], "district_code": ["E1"], "lsoa_year": [2021]},
        index=pd.Index(["E01"], name="lsoa_code"), geometry=[shapely.box(0, 0, 10, 10)], crs=27700,
    )  # fmt: skip
    sites = at_points((5, 5), (50, 5)).assign(lsoa_code="old", own=1)
    joined = old_signatures.join_areas(sites, squares)
    assert joined["lsoa_code"].fillna("").to_list() == ["E01", ""]
    assert joined["own"].to_list() == [1, 1]
    assert joined.columns.is_unique
    assert sites["lsoa_code"].to_list() == ["old", "old"]
