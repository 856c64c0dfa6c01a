"""The parts of a layer's declaration: which rows count, how codes reach the sites, and what the layer serves for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from siteprior.core.schema import allowed_values
from siteprior.project.faults import choices_in
from siteprior.project.kinds import FilePath, Number, OneOf, Settings, Text, Texts, Whole, Words, key

Letter = Annotated[str, OneOf("signal", lambda _names: allowed_values("signal a layer shows"))]
"""A signal of market failure a layer may indicate: contamination, coordination, information, public good, and those
registered since that layers may indicate."""

Grade = Literal["A", "B", "C"]
GRADES: tuple[str, ...] = choices_in(Grade)  # type: ignore[assignment]  # the choices are texts

GROUP = "own layers"
"""Group of a criterion whose group is not stated."""


class Where(Settings):
    """Only the rows or features whose ``column`` holds one of ``values`` count, compared as trimmed text."""

    column: Annotated[Text, key("The column that is looked at", example="zone")]
    values: Annotated[Texts, key("The values that count; numbers are compared as text", example=["3"])]


class Lookup(Settings):
    """How the codes of a table reach the sites: a table from LSOA codes to them, or their polygons.

    With ``from`` the path is a table of LSOA codes of the census ``year`` and the codes of ``to``; without it, a vector
    file of areas whose codes stand in ``to``.
    """

    path: Annotated[FilePath, key("The table, or the file of polygons", example="msoa.geojson")]
    column_to: Annotated[Text, key("The column with the layer's codes", example="MSOA21CD"), Field(alias="to")]
    column_from: Annotated[
        str,
        key(
            "The column with the LSOA codes; without it the file holds polygons",
            example="LSOA21CD",
            needs={"year": 2021},
        ),
    ] = Field("", alias="from")
    year: Annotated[Whole | None, key("Census year of the LSOA codes: 2011 or 2021", example=2021)] = None
    layer: Annotated[Text | None, key("The layer of the file, or the sheet of the workbook", example="msoa")] = None
    crs: Annotated[Text | None, key("Of polygons: the coordinate system; before the file's", example="EPSG:27700")] = (
        None
    )


class Extent(Settings):
    """Polygons of where a vector layer was surveyed: outside them a site's value is missing, not zero."""

    path: Annotated[FilePath, key("The file of polygons", example="extent.gpkg")]
    layer: Annotated[Text | None, key("The layer of the file", example="surveyed")] = None
    crs: Annotated[Text | None, key("The coordinate system; before the file's own", example="EPSG:27700")] = None


class LayerCriterion(Settings):
    """The layer as a criterion: its group and its anchors, in the layer's unit."""

    worst: Annotated[Number, key("The value that scores 0", example=1)]
    best: Annotated[Number, key("The value that scores 1", example=0)]
    group: Annotated[
        Text, key("What it is about: transit, need, size, market failure, or a word of your own", example="need")
    ] = GROUP
    source: Annotated[Words, key("Where the anchors are from", example="own scale")] = ""
    title: Annotated[str, key("The name readers see; the layer's where none is given", example="Own layer")] = ""
    date: Annotated[Words, key("Of when the anchors are", example="2026-11-22")] = ""


class LayerGate(Settings):
    """The layer as a gate: a site passes where its value is at least, at most, or equal to what is stated."""

    at_least: Annotated[
        Number | None, key("A site passes from this value, in the layer's unit", example=0.5, needs={"at_most": None})
    ] = None
    at_most: Annotated[Number | None, key("A site passes up to this value, in the layer's unit", example=0.5)] = None
    equals: Annotated[
        Text | None,
        key("A site passes where the value is this word; yes or no for within", example="no", needs={"at_most": None}),
    ] = None
    title: Annotated[str, key("The name readers see; the layer's where none is given", example="Own layer")] = ""


class LayerSignal(Settings):
    """The layer as a signal of market failure: 0 at ``zero``, 1 at ``full``, linear between."""

    letter: Annotated[
        Letter, key("X contamination, C coordination, I information, P public good", title="signal", example="X")
    ]
    zero: Annotated[Number, key("The value at which the signal is 0", example=0)]
    full: Annotated[Number, key("The value at which the signal is 1", example=1)]
    grade: Annotated[Grade, key("How direct the evidence is, A to C", title="grade", example="B")]
    reason: Annotated[Text, key("The reason given for it, in words", example="industry on the site")]
