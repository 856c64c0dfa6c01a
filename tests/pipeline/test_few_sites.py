"""A few sites reach as far as all; columns without values are as declared."""

from __future__ import annotations

import pandas as pd

from factories.results import at_points, small_result
from siteprior.pipeline import few_sites
from siteprior.pipeline.few_sites import few, stands_in, with_blank_columns
from siteprior.pipeline.stand_ins import STANDS_IN


def result_of(count):
    sites = at_points(*((400_000 + (7 * n) % count, 290_000 + (5 * n) % count) for n in range(count)))
    shapes = sites[["reference"]].assign(geometry=None)
    done = small_result(sites, shapes=shapes)
    return done.with_columns("area", pd.DataFrame({"lsoa_code": "E01000001"}, index=sites.index))


def test_the_outermost_are_among_the_few_and_all_tables_are_of_them(monkeypatch):
    monkeypatch.setattr(few_sites, "FEW_SITES", 3)
    every = result_of(23)
    some = few(every)
    assert 3 <= len(some.sites_merged) <= 3 + 1 + 4
    assert some.sites_merged.total_bounds.tolist() == every.sites_merged.total_bounds.tolist()
    assert some.shapes.index.equals(some.sites_merged.index)
    assert some.columns["area"].index.equals(some.sites_merged.index)


def test_all_are_taken_where_there_are_no_more():
    assert few(result_of(5)).sites_merged.index.tolist() == ["a", "b", "c", "d", "e"]


def test_blank_columns_are_as_declared():
    done = with_blank_columns(result_of(3), "walks", ["walk_m", "walk_basis", "<layer>", "<registered>"])
    walks = done.columns["walks"]
    assert {"walk_m", "walk_basis"} <= set(walks.columns)
    assert walks.isna().all().all()
    assert walks["walk_m"].dtype == "float64"


def test_what_is_made_up_is_known():
    sites = at_points((400_000, 290_000))
    assert not stands_in(small_result(sites, areas=sites, sites_read=sites))
    made_up = sites.set_axis(pd.Index([f"{STANDS_IN}:0"], name="site_id"))
    assert stands_in(small_result(sites, areas=sites, sites_read=made_up))
