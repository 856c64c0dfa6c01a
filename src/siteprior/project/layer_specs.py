"""Layers of the user's own: what to read, what to measure, and what it serves for, each kind with the keys it takes.

Nothing stated is evaluated as code: a filter names a column and the values that count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from siteprior.core.errors import unknown
from siteprior.core.other_names import OTHER_NAMES, own_name
from siteprior.core.schema import CONTRIBUTION, SITES
from siteprior.project.faults import Fault, annotation_of, choices_in, keys_of, refuse, several
from siteprior.project.files import NODATA, File
from siteprior.project.gates_weights import SET
from siteprior.project.kinds import AsStated, Flag, Number, Stated, Text, Whole, key
from siteprior.project.layer_parts import Extent, LayerCriterion, LayerGate, LayerSignal, Lookup, Where
from siteprior.project.registered_keys import REGISTERED_KEYS

LONGEST = 50
"""Letters a layer's name may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = {SITES.index, "geometry", "geom", "fid"}
_NEED = re.compile(r"(^|[\W_])(imd|idaci|idaopi|iod|depriv\w*|poverty|income\w*)([\W_\d]|$)", re.IGNORECASE)

UNITS = {"share": "0-1", "share_above": "0-1", "nearest": "m", "count": "features", "within": ""}
"""Units the measure itself decides on."""

Area = Literal["lsoa_code", "msoa_code", "ward_code", "district_code"]
AREAS: tuple[str, ...] = choices_in(Area)  # type: ignore[assignment]  # the choices are texts
"""What a table's codes may be of; of these the sites themselves carry the first and the last."""

OWN_AREAS = ("lsoa_code", "district_code")

CENSUS_YEARS = (2011, 2021)


def _column_name(name: str) -> str:
    """Refuse what cannot be the name of a column of the user's own."""
    if not _NAME.fullmatch(name):
        raise refuse(f"'{name}' is no name for a column; give small letters, digits and _")
    if len(name) > LONGEST:
        raise refuse(f"'{name}' is {len(name)} letters long; a column's name has {LONGEST} at most: shorten it")
    if name == SET:
        raise refuse(f"'{name}' names a set of weights in [weights], so no such layer could be weighted; give another")
    of_evidence = next((key.name for key in REGISTERED_KEYS["evidence"].values() if name in key.layers), None)
    if of_evidence is not None:
        raise refuse(
            f"'{name}' is the column of [evidence] {of_evidence}; name the file there, or give the layer another name"
        )
    if name in {*_RESERVED, *SITES.names} or name.startswith(CONTRIBUTION):
        raise refuse(f"'{name}' is a column of siteprior's own; give another")
    if name in OTHER_NAMES:
        meant = own_name(name, SITES.names) or OTHER_NAMES[name][0]
        raise refuse(
            f"'{name}' is what many call {meant}, which every site has; give a name that says what the layer measures"
        )
    return name


class LayerSpec(File, AsStated):
    """One layer of the user's own, checked: what all kinds of layer state.

    ``unit`` is the measure's own where that decides on one; ``title`` is the name with spaces where none is stated.
    """

    FOR_KINDS: ClassVar[str] = "layers"

    name: Annotated[
        Text,
        AfterValidator(_column_name),
        key("Name of the column it becomes: small letters, digits and _", example="town_centre"),
    ]
    kind: Annotated[str, key("What the file is", title="kind of layer")]
    measure: Annotated[str, key("What is measured at each site")]
    layer: Annotated[Text | None, key("The layer of the file, or the sheet of the workbook", example="areas")] = None
    crs: Annotated[
        Text | None,
        key(
            "The coordinate system; of vectors it goes before the file's own, of rasters it is for those without one",
            example="EPSG:27700",
        ),
    ] = None
    unit: Annotated[str, key("The unit of the values; shares, counts and distances have their own", example="%")] = ""
    title: Annotated[str, key("The name readers see; the column's with spaces by default", example="Green belt")] = ""
    criterion: Annotated[
        LayerCriterion | None, key("Makes it a criterion, which weights can name", example={"worst": 1, "best": 0})
    ] = None
    gate: Annotated[LayerGate | None, key("Makes it a gate", example={"at_most": 0.5})] = None
    signal: Annotated[
        LayerSignal | None,
        key(
            "Makes it a signal of market failure",
            example={"letter": "X", "zero": 0, "full": 1, "grade": "B", "reason": "industry on the site"},
        ),
    ] = None

    @classmethod
    def completed(cls, stated: dict[str, Stated]) -> dict[str, Stated]:
        """Return what was stated with the unit of the measure, and a title."""
        measure, name = stated.get("measure"), stated.get("name")
        decided = isinstance(measure, str) and measure in UNITS and isinstance(stated.get("unit", ""), str)
        unit = {"unit": UNITS[str(measure)]} if decided else {}
        title = {"title": name.replace("_", " ").capitalize()} if isinstance(name, str) else {}
        return {**title, **stated, **unit}

    def as_stated(self) -> dict[str, Stated]:
        """Return the layer as the user stated it, with the blanks of what it does not state of its file."""
        return {**{name: getattr(self, name) for name in File.model_fields}, **self._stated}

    @classmethod
    def key_of_another(cls, name: str) -> str | None:
        """Say of which kinds of layer a key is that this kind does not take; nothing where no kind takes it."""
        kinds = [model.FOR_KINDS for model in (TableSpec, VectorSpec, RasterSpec) if name in keys_of(model)]
        return f"{name} is for {' and '.join(kinds)} only; leave it out" if kinds else None

    @property
    def value_kind(self) -> str:
        """The kind of its column: ``flag`` (yes or no) of ``within``, ``text`` of words, else ``number``."""
        return "flag" if self.measure == "within" else "text" if self.holds_text else "number"

    @property
    def holds_text(self) -> bool:
        """Whether its values are words."""
        return False

    @property
    def attribute(self) -> str | None:
        """The attribute whose values are taken; ``None`` where something else is measured."""
        return None

    @property
    def joined_by(self) -> str:
        """The code of the sites a table joins on: ``lsoa_code``, ``district_code``, or none where it is by place."""
        return ""

    @property
    def lsoa_year(self) -> int | None:
        """The census year of the LSOA codes it joins on; ``None`` where it joins on others, or by place."""
        return None

    @property
    def search_radius_m(self) -> float | None:
        """Metres about the site within which features are counted; ``None`` where those that meet it are."""
        return None

    @property
    def cell_threshold(self) -> float | None:
        """The value above which cells of a raster count; ``None`` where all do."""
        return None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        wrong = [*self.contradictions(), *_use_contradictions(self)]
        if wrong:
            raise several(Fault((name,), f"{self.name}: {words}", ()) for name, words in wrong)
        return self

    def contradictions(self) -> list[tuple[str, str]]:
        """Return what does not go together in keys that are right one by one: the key, and what is wrong."""
        return []

    def _of_values(self) -> list[tuple[str, str]]:
        """Return what is wrong with the column whose values are taken."""
        valued = self.measure in ("value", "names")
        checks = [
            ("measure", valued and self.attribute is None, "say with column which attribute is taken"),
            ("column", not valued and self.attribute is not None,
             f"takes no column: the measure is {self.measure} of a {self.kind}"),
            ("text", self.holds_text and not valued, "text is for the values of a column only"),
        ]  # fmt: skip
        return [(name, words) for name, wrong, words in checks if wrong]


class TableSpec(LayerSpec):
    """A table of values by area: CSV, Excel or Parquet."""

    FOR_KINDS: ClassVar[str] = "tables"

    kind: Annotated[Literal["table"], key("What the file is", title="kind of layer", example="table")]
    measure: Annotated[
        Literal["value"],
        key(
            "What is measured: the value of the area the site lies in",
            title="measure of a table layer",
            example="value",
        ),
    ]
    column: Annotated[Text | None, key("The column whose values are taken", example="share")] = None
    text: Annotated[Flag, key("Whether the values are words", example=True)] = False
    by: Annotated[Area | None, key("What its codes are of", title="by", example="lsoa_code")] = None
    code: Annotated[Text | None, key("The column that holds the codes", example="LSOA21CD")] = None
    year: Annotated[Whole | None, key("Year of the codes; of LSOAs the census year, 2011 or 2021", example=2021)] = None
    lookup: Annotated[
        Lookup | None,
        key(
            "How codes that sites do not carry (MSOA, ward) reach them",
            example={"path": "msoa.geojson", "to": "MSOA21CD"},
            needs={"by": "msoa_code"},
        ),
    ] = None
    where: Annotated[Where | None, key("Only these rows count", example={"column": "measure", "values": ["total"]})] = (
        None
    )

    @property
    def holds_text(self) -> bool:
        """Whether its values are words."""
        return self.text

    @property
    def attribute(self) -> str | None:
        """The column whose values are taken."""
        return self.column

    @property
    def joined_by(self) -> str:
        """The code of the sites it joins on: ``lsoa_code``, ``district_code``, or none where it is by place."""
        if self.lookup is None:
            return str(self.by)
        return "lsoa_code" if self.lookup.column_from else ""

    @property
    def lsoa_year(self) -> int | None:
        """The census year of the LSOA codes it joins on; ``None`` where it joins on others, or by place."""
        if self.joined_by != "lsoa_code":
            return None
        return self.year if self.lookup is None else self.lookup.year

    def contradictions(self) -> list[tuple[str, str]]:
        """Return what does not go together: what the codes are of, and how they reach the sites."""
        look = self.lookup
        by_lookup = self.by is not None and self.by not in OWN_AREAS
        checks = [
            ("kind", self.by is None, f"say with by what its codes are of: {', '.join(AREAS)}"),
            ("kind", self.code is None, "say with code which column holds the codes"),
            ("year", self.by == "lsoa_code" and self.year not in CENSUS_YEARS,
             "year: say whether its LSOAs are of 2011 or 2021"),
            ("by", by_lookup and look is None,
             f"{self.by}: sites carry none; give lookup = {{path, from, to, year}} from LSOA codes, or lookup = "
             "{path, to} of polygons"),
            ("lookup", look is not None and not by_lookup,
             "lookup is for codes the sites do not carry (MSOA, ward) only"),
            ("lookup", look is not None and bool(look.column_from) and look.year not in CENSUS_YEARS,
             "lookup.year: say whether the LSOA codes it starts from are of 2011 or 2021"),
        ]  # fmt: skip
        return [*self._of_values(), *((name, words) for name, wrong, words in checks if wrong)]


class VectorSpec(LayerSpec):
    """Features of a vector file: polygons, lines or points."""

    FOR_KINDS: ClassVar[str] = "vectors"

    kind: Annotated[Literal["vector"], key("What the file is", title="kind of layer", example="vector")]
    measure: Annotated[
        Literal["within", "share", "nearest", "count", "value", "names"],
        key("What is measured; see the table of measures", title="measure of a vector layer", example="share"),
    ]
    column: Annotated[
        Text | None, key("The attribute whose values are taken", example="zone", needs={"measure": "value"})
    ] = None
    text: Annotated[
        Flag, key("Whether the values are words", example=True, needs={"measure": "value", "column": "zone"})
    ] = False
    radius: Annotated[
        Annotated[Number, Field(gt=0)] | None,
        key(
            "Features this near to the site are counted; without it those that meet it", unit="m", example=800,
            needs={"measure": "count"},
        ),
    ] = None  # fmt: skip
    where: Annotated[Where | None, key("Only these features count", example={"column": "zone", "values": ["3"]})] = None
    extent: Annotated[
        Extent | None,
        key("Where the layer was surveyed: outside it a value is missing", example={"path": "extent.gpkg"}),
    ] = None

    @property
    def holds_text(self) -> bool:
        """Whether its values are words."""
        return self.text or self.measure == "names"

    @property
    def attribute(self) -> str | None:
        """The attribute whose values are taken."""
        return self.column

    @property
    def search_radius_m(self) -> float | None:
        """Metres about the site within which features are counted; ``None`` where those that meet it are."""
        return self.radius

    def contradictions(self) -> list[tuple[str, str]]:
        """Return what does not go together."""
        misplaced = self.radius is not None and self.measure != "count"
        return [*self._of_values(), *([("radius", "radius is for the measure count only")] if misplaced else [])]


class RasterSpec(LayerSpec):
    """A raster, such as a GeoTIFF."""

    FOR_KINDS: ClassVar[str] = "rasters"

    kind: Annotated[Literal["raster"], key("What the file is", title="kind of layer", example="raster")]
    measure: Annotated[
        Literal["mean", "max", "share_above", "value"],
        key("What is measured; see the table of measures", title="measure of a raster layer", example="mean"),
    ]
    threshold: Annotated[
        Number | None,
        key("The value above which cells count", example=55, needs={"measure": "share_above"}),
    ] = None
    band: Annotated[Whole, Field(ge=1), key("The band, from 1", example=2)] = 1
    nodata: Annotated[Number | None, NODATA] = None

    @property
    def cell_threshold(self) -> float | None:
        """The value above which cells count."""
        return self.threshold

    def contradictions(self) -> list[tuple[str, str]]:
        """Return what does not go together."""
        above = self.measure == "share_above"
        checks = [
            ("measure", above and self.threshold is None, "say with threshold above which value cells count"),
            ("threshold", not above and self.threshold is not None, "threshold is for share_above only"),
        ]
        return [(name, words) for name, wrong, words in checks if wrong]


MEASURES: Mapping[str, tuple[str, ...]] = {
    str(choices_in(annotation_of(model, "kind"))[0]): tuple(
        str(choice) for choice in choices_in(annotation_of(model, "measure"))
    )
    for model in (TableSpec, VectorSpec, RasterSpec)
}
"""What can be measured of each kind of layer."""


def _use_contradictions(spec: LayerSpec) -> list[tuple[str, str]]:
    """Return what is wrong with criterion, gate and signal: the key, and what is wrong."""
    scale, gate, signal = spec.criterion, spec.gate, spec.signal
    checks = []
    if scale is not None:
        checks += [
            ("criterion", spec.holds_text, "criterion: words have no worst and best; take numbers, or make it a gate"),
            ("criterion", scale.worst == scale.best, "criterion: worst and best need to be two different numbers"),
        ]
    if gate is not None:
        stated = [name for name in ("at_least", "at_most", "equals") if getattr(gate, name) is not None]
        words = spec.value_kind != "number"
        checks += [
            ("gate", len(stated) != 1, "gate: give one of at_least, at_most, equals"),
            ("gate", words and stated != ["equals"] and len(stated) == 1, "gate: its values are words; give equals"),
            ("gate", not words and stated == ["equals"], "gate: its values are numbers; give at_least or at_most"),
            ("gate", spec.measure == "within" and gate.equals not in (None, "yes", "no"), "gate: equals is yes or no"),
        ]
    if signal is not None:
        described = " ".join(filter(None, (spec.name, spec.title, spec.attribute, signal.reason)))
        checks += [
            ("signal", signal.zero == signal.full, "signal: zero and full need to be two different numbers"),
            ("signal", spec.holds_text, "signal: words have no zero and full; take numbers"),
            ("signal", spec.kind == "table" and signal.grade == "A",
             "signal: an area's value is a proxy for the site; B or C"),
            ("signal", bool(_NEED.search(described)),
             "signal: need is no market failure; make deprivation and income a criterion"),
        ]  # fmt: skip
    return [(name, text) for name, wrong, text in checks if wrong]


def kind_fault(stated: Mapping[str, Stated]) -> Fault | None:
    """Return what is wrong with the kind of a layer; nothing where it is one of those there are."""
    if "kind" not in stated:
        return Fault(("kind",), "the key 'kind' is missing; add it", ())
    kind = stated["kind"]
    if not isinstance(kind, str) or kind not in MEASURES:
        return Fault(("kind",), unknown("kind of layer", str(kind), MEASURES))
    return None
