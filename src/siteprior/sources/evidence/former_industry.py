"""Former industrial land, a layer of the user's own: the share of each site on it, and its use."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

WANTED = Wanted(
    "former_industry",
    columns={"use": ("use", "former use", "previous use", "land use", "industry", "trade", "name", "description")},
    spans=None,
)

_NUMBERS = load_parameters("evidence").table("former_industry")

read_former_industry = evidence(
    "former_industry",
    title="Former industrial land",
    meaning="Former industrial land, the user's own layer: the share of each site on it, which signals contamination",
    keys=PublishedLayer,
    many=True,
    example={"path": "former_industry.gpkg", "publisher": "Example Council"},
    layers=[
        {
            "name": "former_industry", "kind": "vector", "measure": "share", "title": "Former industry",
            "signal": {
                "letter": "X", "zero": _NUMBERS.number("zero"), "full": _NUMBERS.number("full"), "grade": "B",
                "reason": "former industrial land",
            },
        },
        {
            "name": "former_industry_use", "kind": "vector", "measure": "names", "column": "use",
            "title": "Which former industry",
        },
    ],
    none={"former_industry": "no former industry mapped"},
    described_by={"former_industry": "former_industry_use"},
)(reader_of(WANTED, {"former_industry": None, "former_industry_use": "use"}))  # fmt: skip
