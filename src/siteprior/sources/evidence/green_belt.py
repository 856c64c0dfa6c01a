"""Green belt, as planning.data.gov.uk or the ministry publishes it: the share of each site in it."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "green_belt", columns={"name": ("name", "gb_name", "greenbelt name", "la_name", "lad_name")},
    datasets=("green-belt",), spans="green_belt",
)  # fmt: skip

read_green_belt = evidence(
    "green_belt",
    title="Green belt",
    meaning="Green belt: the share of each site in it",
    keys=PublishedLayer,
    many=True,
    example="green-belt.csv",
    layers=[{
        "name": "green_belt", "kind": "vector", "measure": "share", "title": "Green belt",
        "gate": {
            "at_most": load_parameters("evidence").table("constraints").number("green_belt"),
            "title": "Mostly in the green belt",
        },
    }],
)(reader_of(WANTED, {"green_belt": None}))  # fmt: skip
