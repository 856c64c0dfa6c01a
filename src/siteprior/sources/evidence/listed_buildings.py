"""Listed buildings, as planning.data.gov.uk or Historic England publishes them: how many stand at or near each site."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "listed_buildings",
    columns={
        "grade": ("listed-building-grade", "grade"),
        "entry": ("listentry", "list entry", "listed-building", "list entry number", "nhle"),
    },
    needs=("grade", "entry"),
    states="the grade or the list entry",
    datasets=("listed-building", "listed-building-outline"),
    polygons=False,
)

_NUMBERS = load_parameters("evidence").table("constraints")

read_listed_buildings = evidence(
    "listed_buildings",
    title="Listed buildings",
    meaning="Listed buildings (Historic England): how many stand at each site or near it",
    keys=PublishedLayer,
    many=True,
    example="listed-building.csv",
    layers=[{
        "name": "listed_buildings", "kind": "vector", "measure": "count", "radius": _NUMBERS.number("listed_near_m"),
        "title": f"Listed buildings within {_NUMBERS.number('listed_near_m'):g} m",
        "gate": {"at_most": _NUMBERS.number("listed_buildings"), "title": "Listed buildings at the site"},
    }],
)(reader_of(WANTED, {"listed_buildings": None}))  # fmt: skip
