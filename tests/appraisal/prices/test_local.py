"""The local price over the council's median: by a surface known to the pound, and what is not known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from siteprior.appraisal.prices.local import local_price_ratio


class Plane:
    """A price surface that rises by £1/m² per metre east, and knows nothing west of 0."""

    asked: dict

    def estimate(self, places, **home):
        self.asked = home
        east = places.geometry.centroid.x
        return pd.DataFrame({"value_gbp_per_m2": (2_000 + east).where(east >= 0)}, index=places.index)


def sites(*rows):
    table = {"district_code": pd.array([code for _, code in rows], dtype="str")}
    return gpd.GeoDataFrame(table, index=pd.Index([f"s{n}" for n in range(len(rows))], name="site_id"),
                            geometry=[Point(x, 5) for x, _ in rows], crs=27700)  # fmt: skip


AREAS = gpd.GeoDataFrame(
    {"district_code": ["A", "A", "A", "B", None]}, index=pd.Index([f"E{n}" for n in range(5)], name="lsoa_code"),
    geometry=[box(x - 5, 0, x + 5, 10) for x in (100, 200, 600, 1_000, 9_000)], crs=27700,
)  # fmt: skip


def test_the_price_at_a_site_over_the_median_of_its_councils_areas():
    surface = Plane()
    ratio = local_price_ratio(sites((200, "A"), (420, "A"), (1_000, "B"), (400, "B")), AREAS, surface)
    assert ratio.tolist() == pytest.approx([1, 2_420 / 2_200, 1, 2_400 / 3_000])
    assert surface.asked == {"property_type": "terraced", "new_build": False, "floor_area_m2": 80}


def test_no_site_changes_the_ratio_of_another():
    alone = local_price_ratio(sites((420, "A")), AREAS, Plane())
    among = local_price_ratio(sites((420, "A"), *[(5_000, "A")] * 40), AREAS, Plane())
    assert alone.iloc[0] == among.iloc[0]


def test_without_a_council_a_price_or_areas_it_is_missing():
    ratio = local_price_ratio(sites((200, None), (200, "C"), (-50, "A")), AREAS, Plane())
    assert ratio.isna().all()
    assert local_price_ratio(sites((200, "A")), AREAS.assign(district_code=None), Plane()).isna().all()
    assert np.isnan(local_price_ratio(sites((200, "A")), AREAS.iloc[:0], Plane()).iloc[0])
