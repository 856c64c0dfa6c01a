"""Conservation areas, as planning.data.gov.uk publishes them: the share of each site in one, and its name."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import Published, evidence

WANTED = Wanted(
    "conservation_areas", columns={"name": ("name", "ca_name", "conservation area", "title")},
    datasets=("conservation-area",), spans=None,
)  # fmt: skip

read_conservation_areas = evidence(
    "conservation_areas",
    title="Conservation areas",
    meaning="Conservation areas: the share of each site in one; not all councils are in the national file, so state "
    "coverage where it is whole",
    published=Published(
        "Conservation areas",
        publisher="Ministry of Housing, Communities and Local Government, Historic England and councils",
        licence="Open Government Licence v3.0",
        attribution="Contains public sector information licensed under the Open Government Licence v3.0 (conservation "
        "areas). © Historic England.",
        page="https://www.planning.data.gov.uk/dataset/conservation-area",
        file="https://files.planning.data.gov.uk/dataset/conservation-area.csv",
        note="CSV with the shapes as text, or GeoJSON; councils that have not provided theirs are not in it.",
    ),
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
