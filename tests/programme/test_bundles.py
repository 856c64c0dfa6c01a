"""Bundles: single linkage as scipy's, every stretch of a corridor counted by hand, unknown stays unknown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.cluster.hierarchy import fcluster, linkage

from siteprior.core.errors import InputError
from siteprior.programme import connected_bundles, corridor_bundles, join_bundles


def places(xy, **facts):
    return gpd.GeoDataFrame(facts, geometry=gpd.points_from_xy(*np.transpose(xy)), crs=27700,
                            index=[f"s{n}" for n in range(len(xy))])  # fmt: skip


def members(bundle):
    return {" ".join(sorted(labels)) for labels in bundle.groupby(bundle).groups.values()}


@pytest.mark.parametrize("seed", range(5))
def test_bundles_are_those_of_single_linkage(seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 4000, (120, 2))
    bundle = join_bundles(places(xy), within_m=250)["bundle"]
    peer = pd.Series(fcluster(linkage(xy, "single"), 250, "distance"), index=bundle.index)
    assert members(bundle) == members(peer)
    mixed = join_bundles(places(xy).sample(frac=1, random_state=seed), within_m=250)["bundle"]
    assert mixed.reindex(bundle.index).equals(bundle)


def test_the_distance_is_that_between_the_nearest_parts_and_counts_when_exact():
    squares = [shapely.box(0, 0, 100, 100), shapely.box(350, 0, 400, 100), shapely.box(651, 0, 700, 100), None]
    sites = gpd.GeoDataFrame(geometry=squares, crs=27700, index=list("abcd"))
    assert join_bundles(sites)["bundle"].tolist() == ["a", "a", "c", "d"]


def test_what_a_bundle_has_and_what_is_not_known_of_it():
    sites = places(
        [(0, 0), (200, 0), (2000, 0), (2100, 0), (9000, 0)], hectares=[1.0, 2, 3, 4, 5], homes=[10, None, 5, 6, 7],
        gap_gbp=[1e6, 2e6, None, None, 0], owner=["A", "A", "B", None, "A"],
    )  # fmt: skip
    found = connected_bundles(sites)
    assert found.index.tolist() == ["s0", "s2"]
    assert found["hectares"].tolist() == [3, 7]
    assert found["homes"].isna().tolist() == [True, False]
    assert found["homes_known"].tolist() == [10, 11]
    assert found["gap_gbp"].isna().tolist() == [False, True]
    assert found["owners"].isna().tolist() == [False, True]
    assert found["owners"].iloc[0] == 1
    assert found["site_ids"].tolist() == ["s0; s1", "s2; s3"]


def test_every_stretch_of_a_corridor_by_hand():
    rng = np.random.default_rng(2)
    number = 14
    sites = pd.DataFrame(
        {"corridor": rng.choice(["M", "N"], number), "corridor_chainage_m": rng.integers(0, 9, number) * 100.0,
         "hectares": rng.integers(1, 9, number).astype(float), "homes": rng.integers(0, 50, number).astype(float),
         "gap_gbp": rng.integers(0, 5, number) * 1e5, "owner": rng.choice(["A", "B", "C"], number)},
        index=[f"s{n:02}" for n in range(number)],
    )  # fmt: skip
    sites.loc["s03", "homes"], sites.loc["s05", "owner"], sites.loc["s07", "corridor_chainage_m"] = None, None, None
    found = corridor_bundles(sites, most_m=500)
    expected = []
    for line, rows in sites.dropna(subset="corridor_chainage_m").groupby("corridor"):
        marks = sorted(rows["corridor_chainage_m"].unique())
        for start in marks:
            for end in marks:
                inside = rows[rows["corridor_chainage_m"].between(start, end)]
                if end >= start and end - start <= 500 and len(inside) > 1:
                    owners = inside["owner"].nunique() if inside["owner"].notna().all() else None
                    homes = inside["homes"].sum(skipna=False)
                    expected.append((line, start, end, len(inside), inside["hectares"].sum(), homes,
                                     inside["homes"].sum(), owners))  # fmt: skip
    names = ["corridor", "from_m", "to_m", "sites", "hectares", "homes", "homes_known", "owners"]
    pd.testing.assert_frame_equal(found[names], pd.DataFrame(expected, columns=names), check_dtype=False)
    assert corridor_bundles(sites.sample(frac=1, random_state=1), most_m=500).equals(found)


def test_one_site_is_no_stretch_and_none_gives_an_empty_table():
    sites = pd.DataFrame({"corridor": ["M", None], "corridor_chainage_m": [1.0, 2], "homes": 1}, index=["a", "b"])
    found = corridor_bundles(sites, sums="homes", owner=None)
    assert found.empty
    assert list(found.columns) == ["corridor", "from_m", "to_m", "first", "last", "sites", "homes", "homes_known"]
    assert corridor_bundles(sites.iloc[1:], sums="homes", owner=None).empty


def test_faults():
    good = places([(0, 0)], homes=[1])
    for words, call in (
        ("needs a table with places", lambda: join_bundles(pd.DataFrame())),
        ("EPSG:27700", lambda: join_bundles(good.to_crs(4326))),
        ("more than once", lambda: join_bundles(pd.concat([good, good]))),
        ("within_m: needs", lambda: join_bundles(good, within_m=-1)),
        ("unknown column 'hectares'", lambda: connected_bundles(good)),
        ("homes needs numbers", lambda: connected_bundles(good.assign(homes="x"), sums="homes", owner=None)),
        ("unknown column 'corridor'", lambda: corridor_bundles(pd.DataFrame(good), sums="homes", owner=None)),
        ("needs a table", lambda: corridor_bundles("sites")),
        ("most_m", lambda: corridor_bundles(
            pd.DataFrame({"corridor": ["M"], "corridor_chainage_m": [1.0]}), most_m=-1, sums=[], owner=None)),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            call()
