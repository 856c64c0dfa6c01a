"""Listed buildings, as planning.data.gov.uk or Historic England publishes them: how many stand at or near each site."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import Published, evidence

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
    published=Published(
        "Listed buildings",
        publisher="Historic England",
        licence="Open Government Licence v3.0",
        attribution="© Historic England. Contains Ordnance Survey data © Crown copyright and database right.",
        page="https://www.planning.data.gov.uk/dataset/listed-building",
        file="https://files.planning.data.gov.uk/dataset/listed-building.csv",
        note="CSV of all England with points as text, or GeoJSON; Historic England's own points and polygons, too.",
    ),
    keys=PublishedLayer,
    many=True,
    example="listed-building.csv",
    layers=[{
        "name": "listed_buildings", "kind": "vector", "measure": "count", "radius": _NUMBERS.number("listed_near_m"),
        "title": f"Listed buildings within {_NUMBERS.number('listed_near_m'):g} m",
        "gate": {"at_most": _NUMBERS.number("listed_buildings"), "title": "Listed buildings at the site"},
    }],
)(reader_of(WANTED, {"listed_buildings": None}))  # fmt: skip
