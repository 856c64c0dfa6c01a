"""The tables of a project file, declared: every key, its kind and what it means; unknown keys are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from siteprior.core.files import is_fetchable


class Settings(BaseModel):
    """A frozen table of the project file that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _web_address(url: str) -> str:
    """Refuse an address ``siteprior fetch`` would not use."""
    if url and not is_fetchable(url):
        raise ValueError("give an address that begins with https:// and holds no user name or password")
    return url


class File(Settings):
    """A file (or a glob of files) under ``data_root``, with what the user knows of its origin.

    ``url`` is where ``siteprior fetch`` downloads it from, ``sha256`` the hash of its bytes that is then insisted on;
    no other command uses either.
    """

    path: str
    url: Annotated[str, AfterValidator(_web_address)] = ""
    sha256: Annotated[str, Field(pattern="^([0-9A-Fa-f]{64})?$")] = ""
    vintage: str = ""
    publisher: str = ""
    licence: str = ""
    attribution: str = ""


class Register(File):
    """A brownfield register; ``organisation`` states whose it is (ONS code) where the file cannot be trusted."""

    organisation: str | None = None


class OwnSites(File):
    """The user's own sites: any vector file, CSV or sheet, with a map from siteprior's columns to the file's."""

    name: str
    columns: dict[str, str]
    organisation: str | None = None
    layer: str | None = None
    crs: str | None = None


class Shapes(File):
    """Polygons of sites: the column of their reference, and whose sites all are (ONS code)."""

    reference: str | None = None
    organisation: str | None = None
    layer: str | None = None
    crs: str | None = None


class Postcodes(File):
    """Where postcodes lie; with ``witness = false`` they place sales alone, and do not speak on where sites lie."""

    witness: bool = True


class Areas(File):
    """LSOA polygons: the columns that hold code, name and district code, and the census year of the codes."""

    code: str
    name: str | None = None
    district: str | None = None
    year: Literal[2011, 2021]
    layer: str | None = None


class Deprivation(File):
    """The English Indices of Deprivation of one edition."""

    edition: Literal[2019, 2025]


class Streets(File):
    """A street network: ``.osm``, ``.osm.pbf``, ``.graphml`` or lines of any vector file.

    ``private`` counts private ways as walkable. With ``osm``, ``siteprior fetch`` downloads the ways of the study
    area and its surroundings from OpenStreetMap to ``path``, which then ends in ``.graphml``.
    """

    layer: str | None = None
    crs: str | None = None
    private: bool = False
    osm: bool = False

    @model_validator(mode="after")
    def _one_way_to_fetch(self) -> Streets:
        if self.osm and self.url:
            raise ValueError("osm = true and url exclude each other; keep one")
        if self.osm and self.sha256:
            raise ValueError("what OpenStreetMap answers differs from day to day; take sha256 out, or osm = true")
        if self.osm and not self.path.endswith(".graphml"):
            raise ValueError("with osm = true the path must end in .graphml")
        return self


class Timetable(File):
    """A timetable feed in GTFS, as published: one zip archive."""


class Layer(File):
    """``[[layers]]``: a layer of the user's own; :class:`siteprior.project.layers.LayerSpec` says which keys it takes.

    They are kept as they stand, and checked whole by :func:`siteprior.project.layer_checks.parse_layers`.
    """

    model_config = ConfigDict(extra="allow")

    name: str


class Dwellings(File):
    """A table of dwellings by LSOA: the columns that hold code and count, and the census year of the codes."""

    code: str
    column: str
    year: Literal[2011, 2021]


class CorridorFile(File):
    """A corridor table (CSV of ordered stops), lines of any vector file, or routes of a timetable.

    ``name`` is the name column of the lines; ``routes`` are the routes of a GTFS feed to draw as corridors.
    """

    name: str | None = None
    kind: str | None = None
    layer: str | None = None
    routes: tuple[str, ...] = ()


def _named(value: Any) -> Any:
    """Let a bare path stand for a table with only a path."""
    return {"path": value} if isinstance(value, str) else value


def _list(value: Any) -> Any:
    """Let one entry stand for a list of one, and bare paths for tables."""
    return [_named(item) for item in (value if isinstance(value, list) else [value])]


class Head(Settings):
    """``[project]``: title, area and the three dates an analyst needs apart."""

    title: str
    area: str = ""
    data_root: str = "."
    as_of: date
    network_date: date | None = None
    price_date: date | None = None
    seed: int = 0
    illustrative: bool = False


class Sources(Settings):
    """``[sources]``: the files, by role."""

    registers: Annotated[tuple[Register, ...], BeforeValidator(_list)] = ()
    own_sites: Annotated[tuple[OwnSites, ...], BeforeValidator(_list)] = ()
    history: Annotated[tuple[Register, ...], BeforeValidator(_list)] = ()
    shapes: Annotated[tuple[Shapes, ...], BeforeValidator(_list)] = ()
    postcodes: Annotated[tuple[Postcodes, ...], BeforeValidator(_list)] = ()
    stops: Annotated[tuple[File, ...], BeforeValidator(_list)]
    openings: Annotated[tuple[File, ...], BeforeValidator(_list)] = ()
    streets: Annotated[Streets | None, BeforeValidator(_named)] = None
    timetables: Annotated[tuple[Timetable, ...], BeforeValidator(_list)] = ()
    elevation: Annotated[File | None, BeforeValidator(_named)] = None
    sales: Annotated[tuple[File, ...], BeforeValidator(_list)] = ()
    floor_areas: Annotated[tuple[File, ...], BeforeValidator(_list)] = ()
    dwellings: Annotated[Dwellings | None, BeforeValidator(_named)] = None
    areas: Annotated[Areas, BeforeValidator(_named)]
    deprivation: Annotated[Deprivation, BeforeValidator(_named)]


class Corridors(Settings):
    """``[corridors]``: where the corridors are, which of them count, and whether planned stops do."""

    paths: Annotated[tuple[CorridorFile, ...], BeforeValidator(_list)]
    only: tuple[str, ...] = ()
    count_planned: bool = False


class Access(Settings):
    """``[access]``: choices on walks and timetables; what is not given comes from the presets.

    ``service_date`` is the weekday departures are counted on (the busiest ordinary one by default), ``max_snap_m`` the
    farthest a street may lie from a site or stop, ``top_60_ttwa`` whether the area lies in one of the 60 travel-to-work
    areas of the draft NPPF's test, ``grid`` whether the run writes the access index of every cell of ``cell_m`` metres.
    """

    service_date: date | None = None
    max_snap_m: float | None = Field(default=None, gt=0)
    top_60_ttwa: bool | None = None
    grid: bool = False
    cell_m: float = Field(default=100.0, gt=0)


class ScenarioSettings(Settings):
    """``[[scenarios]]``: a supposed change of the transit supply; see the fields of a scenario in the docs."""

    name: str
    open: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    add_stops: tuple[dict[str, Any], ...] = ()
    add_lines: Annotated[tuple[File, ...], BeforeValidator(_list)] = ()
    cut: tuple[dict[str, Any], ...] = ()


class Assumptions(Settings):
    """``[assumptions]``: choices of the user's own, marked as theirs in every output.

    ``costs``, ``scheme``, ``additionality`` and ``benefits`` are tables of inputs, each a number or a range ``{low,
    central, high}`` with unit, source and date; none is assumed where none is stated. ``employment_use`` says what is
    built on which register's land, ``centres`` names the layer of town centres, ``incomes`` the layer of incomes,
    ``former_use_layers`` the layers that show former uses by class (A to D), ``funds`` the funds whose rules are
    checked. ``sales_years`` bounds the sales read, ``sales_years_held`` states how many whole years they cover.
    """

    capacity_basis: Literal["register", "rule"] = "register"
    capacity_profile: str | None = None
    centres: str | None = None
    employment_use: str | dict[str, str] | None = None
    employment_share: float = Field(default=1.0, gt=0, le=1)
    costs: dict[str, Any] = {}
    scheme: dict[str, Any] = {}
    additionality: dict[str, Any] = {}
    benefits: dict[str, Any] = {}
    optimism_class: str | None = None
    incomes: str | None = None
    former_use_layers: dict[Literal["A", "B", "C", "D"], str] = {}
    funds: tuple[str, ...] | None = None
    rules_date: date | None = None
    sales_years: int | None = Field(default=None, gt=0)
    sales_years_held: float | None = Field(default=None, ge=0)


class Publish(Settings):
    """``[publish]``: which notebooks a run leaves executed in its folder, and how many strip maps it draws.

    Any notebook can be run on a run's folder later, with ``siteprior notebooks run``.
    """

    notebooks: tuple[Literal["01_shortlist", "02_access_and_corridors", "03_market_failure_and_viability"], ...] = (
        "01_shortlist",
    )
    strips: int = Field(default=2, ge=0)


class Shortlist(Settings):
    """``[shortlist]``: how many of the ranked sites to publish as the shortlist."""

    n: int = Field(gt=0)
