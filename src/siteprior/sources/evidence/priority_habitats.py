"""Priority habitats of Natural England, open mosaic habitat among them: the share of each site on one."""

from __future__ import annotations

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of
from siteprior.sources.registry import evidence

HABITATS = (
    "main_habit", "mainhabs", "main_habitat", "mainhabitat", "main habitats", "habitat", "priority habitat", "habcodes",
    "hab_codes",
)  # fmt: skip
"""What the column with the habitat may be called."""

WANTED = Wanted(
    "priority_habitats",
    columns={"habitat": (*HABITATS, "name")},
    needs=("habitat",),
    states="the habitat",
    datasets=("priority-habitat", "priority-habitat-inventory"),
)

read_priority_habitats = evidence(
    "priority_habitats",
    title="Priority habitats",
    meaning="Priority habitats (Natural England), open mosaic habitat on previously developed land among them: the "
    "share of each site on one, a cost no register shows",
    keys=PublishedLayer,
    many=True,
    example="priority_habitats.gpkg",
    layers=[
        {
            "name": "priority_habitat", "kind": "vector", "measure": "share", "title": "Priority habitat",
            "gate": {
                "at_most": load_parameters("evidence").table("constraints").number("priority_habitat"),
                "title": "Mostly priority habitat",
            },
        },
        {
            "name": "priority_habitat_name", "kind": "vector", "measure": "names", "column": "habitat",
            "title": "Which priority habitat",
        },
    ],
)(reader_of(WANTED, {"priority_habitat": None, "priority_habitat_name": "habitat"}))  # fmt: skip
