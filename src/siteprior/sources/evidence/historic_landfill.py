"""Historic landfill sites of the Environment Agency: the share of each site on one, and what was tipped there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.issues import Reading
from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.project.layers import Layer
from siteprior.sources.layers.coverage import Find
from siteprior.sources.layers.published_files import Given, ReadFile, Wanted, layer_of, read_published
from siteprior.sources.registry import evidence

WASTES = {
    "inert": "inert", "industrial": "industrial", "commercial": "commercial", "household": "household",
    "special": "special", "liqsludge": "liquid or sludge", "wasteunk": "unknown",
}  # fmt: skip
"""The columns that state with Yes what was tipped, and the words for it."""

BUFFERED = "buff_point"
"""The column that states with Yes that only a point is known, and the extent is a circle about it."""

WANTED = Wanted(
    "historic_landfill",
    columns={**{column: (column,) for column in WASTES}, "liqsludge": ("liqsludge", "liquid sludge", "liq_sludge"),
             "wasteunk": ("wasteunk", "waste unknown", "unknown waste"), BUFFERED: ("buff_point", "buffer point")},
    needs=tuple(WASTES),
    states="what was tipped",
)  # fmt: skip

_NUMBERS = load_parameters("evidence").table("historic_landfill")
_YES = ("yes", "y", "true", "1")


@evidence(
    "historic_landfill",
    title="Historic landfill",
    meaning="Historic landfill sites (Environment Agency): the share of each site on one, which signals contamination",
    keys=PublishedLayer,
    many=True,
    example="Historic_Landfill_Sites.shp",
    layers=[
        {
            "name": "historic_landfill", "kind": "vector", "measure": "share", "title": "Historic landfill",
            "gate": {"at_most": _NUMBERS.number("most"), "title": "Mostly on historic landfill"},
            "signal": {
                "letter": "X", "zero": _NUMBERS.number("zero"), "full": _NUMBERS.number("full"), "grade": "B",
                "reason": "historic landfill",
            },
        },
        {
            "name": "historic_landfill_waste", "kind": "vector", "measure": "names", "column": "waste",
            "title": "Waste of historic landfill",
        },
    ],
    none={"historic_landfill": "no historic landfill"},
    described_by={"historic_landfill": "historic_landfill_waste"},
)  # fmt: skip
def read_historic_landfill(
    paths: Sequence[Path],
    files: Sequence[str],
    stated: Sequence[PublishedLayer],
    areas: gpd.GeoDataFrame,
    study_area: BaseGeometry,
    as_of: date,
    find: Find,
    cache: Path | None,
) -> Reading[Mapping[str, Layer]]:
    """Read historic landfill sites: one layer for their share, one with the waste stated of each.

    Parameters
    ----------
    paths, files, stated
        The files as the Environment Agency publishes them, what they are called, and what the project says of each.
    areas, study_area
        The LSOAs of the project, and their union: what lies about them is read.
    as_of, find, cache
        As for :class:`siteprior.sources.layers.published_files.Given`.

    Raises
    ------
    InputError
        As :func:`siteprior.sources.layers.published_files.read_published`; a file that does not state what was tipped
        is none of landfill.
    """
    read = read_published(WANTED, paths, files, stated, Given(areas, study_area, as_of, find, cache))
    described = [file._replace(table=file.table.assign(waste=waste_words(file))) for file in read.files]
    layers: Mapping[str, Layer] = {
        "historic_landfill": layer_of(described),
        "historic_landfill_waste": layer_of(described, value="waste"),
    }
    return Reading(layers, read.issues, read.provenance)


def waste_words(file: ReadFile) -> pd.Series:
    """Return in words what each landfill of a file took, from its columns that state Yes; blank where none does.

    Examples
    --------
    >>> table = gpd.GeoDataFrame({"household": ["Yes", ""], "inert": ["Yes", "No"], "buff_point": ["", ""]})
    >>> waste_words(ReadFile("a.shp", PublishedLayer(path="a.shp"), table, None, {}, ())).tolist()
    ['inert, household waste', '']
    """
    table = pd.DataFrame(file.table)
    yes = {name: table[name].str.casefold().isin(_YES) for name in (*WASTES, BUFFERED) if name in table}
    words = pd.Series("", index=table.index, dtype="str")
    for column, word in WASTES.items():
        if column in yes:
            words = words.mask(yes[column], words.where(words == "", words + ", ") + word)
    words = words.mask(words != "", words + " waste")
    if BUFFERED in yes:
        circle = "drawn as a circle about a point"
        words = words.mask(yes[BUFFERED], words.where(words == "", words + ", ") + circle)
    return words
