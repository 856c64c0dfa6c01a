"""Conservation areas, as planning.data.gov.uk publishes them: the share of each site in one, and its name."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "conservation_areas", columns={"name": ("name", "ca_name", "conservation area", "title")},
    datasets=("conservation-area",), spans=None,
)  # fmt: skip

read_conservation_areas = evidence(
    "conservation_areas",
    title="Conservation areas",
    meaning="Conservation areas: the share of each site in one; not all councils are in the national file, so state "
    "coverage where it is whole",
    keys=PublishedLayer,
    many=True,
    example={"path": "conservation-area.csv", "vintage": "2026"},
    layers=[
        {
            "name": "conservation_area", "kind": "vector", "measure": "share", "title": "Conservation area",
            "gate": {
                "at_most": load_parameters("evidence").table("constraints").number("conservation_area"),
                "title": "Mostly in a conservation area",
            },
        },
        {
            "name": "conservation_area_name", "kind": "vector", "measure": "names", "column": "name",
            "title": "Name of the conservation area",
        },
    ],
)(reader_of(WANTED, {"conservation_area": None, "conservation_area_name": "name"}))  # fmt: skip
