"""What a run states of its sites: no council, no homes, no usable sale, weights that rest on nothing known."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from factories.results import at_points, plain_project, small_result
from siteprior.core.code_join import share_enough
from siteprior.pipeline.ranking_notices import site_notices, weight_notices
from siteprior.pipeline.read_market import Market
from siteprior.project.layer_checks import parse_layer
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.user_layers import user_criteria

KNOWN = {"organisation": "E08000027", "capacity_dwellings": 40.0}


def sites_of(count, **columns):
    places = [(400_000 + place, 290_000) for place in range(count)]
    return at_points(*places, **{**KNOWN, **columns})


def of_sites(sites, **made):
    return list(site_notices(small_result(sites, sites=sites, **made)))


def test_one_site_with_a_council_and_homes_is_enough():
    assert of_sites(sites_of(2, organisation=["E08000027", None], capacity_dwellings=[None, 0.0])) == []


def test_no_council_and_no_homes_are_stated():
    council, homes = of_sites(sites_of(2, organisation=None, capacity_dwellings=None))
    assert council.startswith("no council was found for any site: none is stated")
    assert homes.startswith("no site has a number of homes: none is stated that can be read; map minimum_net_dwellings")


def test_a_council_most_of_whose_sites_have_no_place_is_named():
    def of(*reasons, code="E08000010"):
        sites = sites_of(len(reasons), organisation=code, gate_reasons=list(reasons))
        return of_sites(sites)

    (sentence,) = of("too_small; no_location", "no_location", None)
    assert sentence.startswith("2 of 3 sites of Wigan have no usable place (67%) and cannot be ranked: ")
    assert len(of("no_location", None)) == 1  # half is enough
    assert of("no_location", None, "too_small") == []
    assert of(None, "too_small") == []
    assert of("no_location", "no_location", code=[None, "E08000010"])[0].startswith("1 of 1 site of Wigan ")


def test_many_councils_without_places_have_one_sentence_with_those_of_most_sites():
    of = {"E08000010": 2, "E08000025": 4, "E08000026": 3, "E06000044": 1, "E08000018": 1}
    codes = [code for code, count in of.items() for _ in range(count)]
    placed = ["E08000010", "E08000027", "E08000027"]  # one of Wigan, and two of a council all of whose sites have one
    reasons = ["no_location"] * len(codes) + [None] * 3
    (sentence,) = of_sites(sites_of(len(reasons), organisation=codes + placed, gate_reasons=reasons))
    assert sentence.startswith(
        "11 of the 12 sites of 5 councils have no usable place and cannot be ranked (Birmingham 4 of 4, Coventry 3 of "
        "3, Wigan 2 of 3 and 2 more): "
    )
    three = of_sites(sites_of(9, organisation=codes[:9], gate_reasons=reasons[:9]))
    assert [each.partition(" have")[0] for each in three] == [
        "2 of 2 sites of Wigan",
        "4 of 4 sites of Birmingham",
        "3 of 3 sites of Coventry",
    ]


def sales_of(*rows):
    table = pd.DataFrame(list(rows), columns=["used", "left_out"])
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([4e5] * len(rows), [29e4] * len(rows)), crs=27700)


def test_no_usable_sale_is_stated_with_the_commonest_reason():
    late, low = ("no", "after the price date"), ("no", "price below £15,000; after the price date")
    (sentence,) = of_sites(sites_of(1), market=Market(sales_of(late, late, low)))
    assert sentence == (
        "no sale is usable: of the 3 read none counts up to price_date 2025-12-31: most are left out for: after the "
        "price date; prices and what rests on them stay missing"
    )
    (sentence,) = of_sites(sites_of(1), market=Market(sales_of()))
    assert "of the 0 read none counts up to price_date 2025-12-31: none lies about the areas" in sentence
    assert of_sites(sites_of(1), market=Market(sales_of(late, ("yes", None)))) == []


LAYER = {"name": "mine", "path": "a.gpkg", "kind": "vector", "measure": "nearest",
         "criterion": {"worst": 1000, "best": 0}}  # fmt: skip


def of_weights(values, *, weights, ranks=None):
    spec = parse_layer(LAYER)
    ranks = range(1, len(values) + 1) if ranks is None else ranks
    sites = sites_of(len(values), rank=pd.array(list(ranks), dtype="Int64"), corridor_walk_m=500.0)
    sites["mine"] = pd.Series(values, index=sites.index, dtype="float64")
    project = plain_project(layers=(spec,))
    criteria = {**CRITERIA, **user_criteria((spec,))}
    made = {"sites": sites, "weights": weights, "criteria_known": criteria}
    return list(weight_notices(small_result(sites, project=project, **made)))


def test_a_weight_on_what_no_ranked_site_has_is_stated_with_its_share_and_its_layer():
    (sentence,) = of_weights([None] * 4, weights={"mine": 3, "corridor_access": 1})
    assert sentence == (
        "Mine (mine) carries 75% of the weight, and 0 of the 4 ranked sites have a value of it: it raises no score; "
        "layer 'mine' (a.gpkg) has no value where they lie: check its column, or drop the weight"
    )


def test_a_value_at_a_site_that_is_not_ranked_helps_none():
    (sentence,) = of_weights([None, 5.0], weights={"mine": 1, "corridor_access": 1}, ranks=[1, None])
    assert "0 of the 1 ranked sites" in sentence


def test_few_are_fewer_than_the_parameter_says():
    enough = share_enough("criteria")
    values = [1.0, *[None] * (int(1 / enough) - 1)]  # exactly the share
    assert of_weights(values, weights={"mine": 1}) == []
    (sentence,) = of_weights([*values, None], weights={"mine": 1})
    assert "1 of the 11 ranked sites have a value of it: it raises the score of few" in sentence


def test_no_weight_no_sentence_and_a_blank_column_is_named():
    assert of_weights([None] * 2, weights={"mine": 0, "corridor_access": 1}) == []
    (sentence,) = of_weights([1.0, 2.0], weights={"mine": 1, "deprivation": 1})
    assert sentence.startswith(f"{CRITERIA['deprivation'].title} (deprivation) carries 50% of the weight")
    assert f"the columns {', '.join(CRITERIA['deprivation'].needs)} are blank throughout: give the source" in sentence


def test_nothing_ranked_or_no_weights_yet():
    assert of_weights([None], weights={"mine": 1}, ranks=[None]) == []
    sites = sites_of(1, rank=pd.array([1], dtype="Int64"))
    assert list(weight_notices(small_result(sites, sites=sites))) == []
