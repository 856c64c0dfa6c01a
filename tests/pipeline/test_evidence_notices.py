"""A run states at its end of which evidence it is not known where it looked."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from factories.published import STUDY, frame, square
from siteprior.pipeline.evidence_notices import evidence_notices, fact_notices, household_notices
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import NOT_YET
from siteprior.project.layers import VectorLayer
from siteprior.registers.site_facts import OF_NO_SITE
from siteprior.sources.registry import EVIDENCE, discover

discover()


def notices(name, **extents):
    specs = EVIDENCE[name].specs
    layers = tuple(VectorLayer(frame([square(0, 0)]), extents.get(spec.name), "cut.gpkg") for spec in specs)
    return list(evidence_notices(SimpleNamespace(registered=Registered({}, layers, specs))))


def test_a_layer_without_coverage_is_named_with_what_to_state():
    [sentence] = notices("green_belt")
    assert sentence == (
        "green_belt (cut.gpkg): it is not stated where it looked, so a site it does not meet has no value of "
        'green_belt, and not none; state coverage: "England", a box [west, south, east, north], a file of polygons, or '
        "ONS codes of councils"
    )


def test_of_flood_zones_one_may_be_open():
    [sentence] = notices("flood_zones", flood_zone_2=STUDY)
    assert "it is not stated where it looked for a part of it" in sentence
    assert "has no value of flood_zone_3, and not none" in sentence


@pytest.mark.parametrize("name", ["historic_landfill", "coal"])
def test_what_states_its_coverage_is_not_named(name):
    covered = {spec.name: STUDY for spec in EVIDENCE[name].specs}
    assert notices(name, **covered) == []


def test_before_anything_is_read_there_is_nothing_to_state():
    assert list(evidence_notices(SimpleNamespace(registered=NOT_YET))) == []


def issues_of(*actions):
    return SimpleNamespace(
        issues=pd.DataFrame({"action": list(actions), "value": [f"R{n}" for n in range(len(actions))]})
    )


def test_facts_of_no_site_are_counted_and_named():
    lost = f"{OF_NO_SITE}: no site read has it"
    assert list(fact_notices(issues_of("taken in the place of 2, which its list states"))) == []
    (sentence,) = fact_notices(issues_of(*[lost] * 5))
    assert sentence.startswith("site_facts: 5 rows not used (R0, R1, R2 and 2 more), for no one site has that name")


def with_households(*, named=True, sales=("pp.csv",), years=None, measured=None):
    sites = pd.DataFrame({"sales_per_1000_private_households": [measured], "sales_years_covered": [years]}, dtype=float)
    evidence = SimpleNamespace(named=lambda name: (name,) if named else ())
    project = SimpleNamespace(evidence=evidence, sources=SimpleNamespace(sales=sales))
    return list(household_notices(SimpleNamespace(project=project, sites=sites)))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"sales": ()}, "no sales are given; add sources.sales"),
        ({"years": 0.0}, "the sales cover no whole year before price_date; give whole years of them"),
        ({}, "the sales cover no whole year before price_date; give whole years of them"),
        ({"years": 3.0}, "no sale lies near a site with households"),
    ],
)
def test_households_no_sale_was_counted_against_say_why(given, why):
    (sentence,) = with_households(**given)
    assert sentence == f"households: read, and a thin market (T) is measured on no site with them, for {why}"


def test_households_that_are_used_or_not_given_are_not_named():
    assert with_households(measured=12.0, years=3.0) == []
    assert with_households(named=False) == []
