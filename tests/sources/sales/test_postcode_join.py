"""Postcodes of sales beside the list of postcodes: met, few, none near, none at all."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import shapely

from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import InputError
from siteprior.sources.sales.area_sales import area_medians
from siteprior.sources.sales.reader import read_sales
from siteprior.sources.sales.store import sales_store

DAY = date(2025, 1, 1)


def read(path, postcodes, **limits):
    with recorded_joins() as joins:
        sales = read_sales(path, postcodes=postcodes, postcode_files=["cp.csv"], price_date=DAY, **limits).table
    (join,) = joins
    return join, sales


def test_spellings_meet_and_few_met_is_stated(published, sale, postcodes):
    stood = ["b1  1aa", "B11AB", "WV1 1AA", "B1 9ZX", "B1 9ZY", "B1 9ZY", ""]
    join, sales = read(published(*(sale(str(n), postcode=text) for n, text in enumerate(stood))), postcodes)
    assert (join.codes, join.met, join.unmet, len(sales)) == (5, 3, ("B1 9ZX", "B1 9ZY"), 7)
    assert join.sentence == (
        "places of sales: 3 of the 5 postcodes of sales found in cp.csv (not B1 9ZX, for example): "
        "their sales have no place and are not used"
    )


def test_postcodes_of_another_place_are_refused_with_one_of_each_side(published, sale, postcodes):
    path = published(sale("1", postcode="M1 1AA"), sale("2", postcode="M1 1AB"))
    with pytest.raises(InputError) as raised:
        read(path, postcodes)
    assert raised.value.faults == (
        "cp.csv: has a row for none of the 2 postcodes of sales; it has codes such as B1 1AA, the postcodes of sales "
        "such as M1 1AA; give the postcodes of the place the sales are of",
    )
    near = shapely.Point(406_600, 286_700).buffer(90)
    with pytest.raises(InputError, match="such as M1 1AA"):
        read(path, postcodes, within=near)


def test_sales_elsewhere_are_no_fault_and_are_stated(published, sale, postcodes):
    join, sales = read(published(sale("1", postcode="WV1 1AA")), postcodes, within=shapely.Point(0, 0).buffer(90))
    assert (join.codes, join.met, len(sales)) == (0, 0, 0)
    assert join.sentence.endswith("no sale lies within reach of the areas, so nothing is known of the market")


def test_without_postcodes_nothing_is_joined(published, sale, postcodes):
    assert read(published(sale("1", postcode="")), postcodes)[0].codes == 0
    with recorded_joins() as joins:
        read_sales(published(sale("1")), price_date=DAY)
    assert joins == []


def test_the_whole_store_is_asked_by_postcodes_of_its_place(published, sale):
    lookup = pd.Series({"M1 1AA": "E1"}).rename_axis("postcode")
    with sales_store([published(sale("1"))]) as store:
        with pytest.raises(
            InputError, match=r"areas: has a row for none of the 1 postcodes of sales; .* such as M1 1AA"
        ):
            area_medians(store, lookup, price_date=DAY)
        none = area_medians(store, lookup.rename({"M1 1AA": "B1 1AA"}), price_date=date(2001, 1, 1))
    assert none.empty
