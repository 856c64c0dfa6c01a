"""The tables of a project file, declared: every key, its kind and what it means; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from siteprior.core.errors import unknown
from siteprior.core.random_streams import LARGEST_SEED
from siteprior.core.renamed import renamed, warn_renamed
from siteprior.project.faults import Fault, refuse, several
from siteprior.project.files import (
    Areas,
    CorridorFile,
    Deprivation,
    Elevation,
    File,
    OwnSites,
    Postcodes,
    Register,
    Shapes,
    Streets,
    Timetable,
)
from siteprior.project.inputs import (
    AdditionalityTable,
    BenefitTable,
    CostTable,
    SchemeTable,
    validated,
    validated_scheme,
)
from siteprior.project.kinds import Day, Flag, Number, OneOf, Settings, Stated, Text, Whole, entries, entry, key
from siteprior.project.names import (
    capacity_profiles,
    employment_uses,
    fund_names,
    optimism_classes,
    profile_funds,
    profiles,
    remediation_classes,
)
from siteprior.project.registered import TakesRegistered
from siteprior.project.scenarios import AddedStop, Cut, ScenarioSettings
from siteprior.project.toml_lines import Path

__all__ = [
    "Access", "AddedStop", "Areas", "Assumptions", "CorridorFile", "Corridors", "Cut", "Deprivation",
    "File", "Head", "Opportunities", "OwnSites", "Postcodes", "Publish", "Ranking", "Register",
    "ScenarioSettings", "Settings", "Shapes", "Shortlist", "Sources", "Streets", "Timetable",
]  # fmt: skip

RemediationClass = Annotated[str, OneOf("class of remediation", lambda _names: remediation_classes())]
LayerName = Annotated[str, OneOf("layer", lambda names: names.layers)]


class Head(Settings):
    """What the project is called, and the days an analyst needs apart."""

    title: Annotated[Text, key("The title of report and maps", example="Brownfield along the corridors")]
    area: Annotated[str, key("What the study area is called", example="West Midlands")] = ""
    data_root: Annotated[
        Text,
        key(
            "The folder the paths stand under, from the project file; SITEPRIOR_DATA_ROOT overrides it; a file that is "
            "not there may stand beside the project file",
            example="data",
        ),
    ] = "."
    as_of: Annotated[
        Day,
        key(
            "The day on which what the registers say is judged; not much later than they are of",
            example=date(2026, 1, 31),
        ),
    ]
    network_date: Annotated[
        Day | None, key("The day whose open stops count; as_of by default", example=date(2026, 10, 2))
    ] = None
    price_date: Annotated[
        Day | None, key("Sales up to this day count; needed with sales", example=date(2025, 12, 31))
    ] = None
    seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED), key("Where the random draws begin", example=2026)] = 0
    illustrative: Annotated[Flag, key("Marks a project of invented sites; every output then says so", example=True)] = (
        False
    )


class Sources(TakesRegistered):
    """The files, by role; one entry may stand for a list, a bare path for a table with only a path."""

    TABLE = "sources"

    registers: Annotated[
        tuple[Register, ...],
        BeforeValidator(entries),
        key("Brownfield registers: CSV or Excel, of any vintage", example=["registers/*.csv"]),
    ] = ()
    own_sites: Annotated[
        tuple[OwnSites, ...],
        BeforeValidator(entries),
        key(
            "Sites of your own, points or polygons: public estate, call for sites, employment land",
            example=[{"path": "estate.csv", "name": "public estate", "columns": {"reference": "Asset ID"}}],
        ),
    ] = ()
    site_facts: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key(
            "Facts of yours about sites of any list, by site_id, or reference and organisation: previous_use, "
            "derelict_since, owner_count, parcel_count, cleaned_by (owner or public)",
            example=["facts.csv"],
        ),
    ] = ()
    decisions: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key(
            "Decisions of the team, applied last: site_id, field (a fact to override, or decision), value (of a "
            "decision: exclude, already ours, in pipeline), reason, who, date",
            example=["decisions.csv"],
        ),
    ] = ()
    history: Annotated[
        tuple[Register, ...],
        BeforeValidator(entries),
        key("Older registers: each site gets its age, edits and disappearances", example=["older/*.csv"]),
    ] = ()
    shapes: Annotated[
        tuple[Shapes, ...],
        BeforeValidator(entries),
        key("Polygons of sites read elsewhere, matched by reference or place", example=["shapes.gpkg"]),
    ] = ()
    postcodes: Annotated[
        tuple[Postcodes, ...],
        BeforeValidator(entries),
        key("OS Code-Point Open: places sales, and checks where sites lie", example=["codepoint.csv"]),
    ] = ()
    stops: Annotated[tuple[File, ...], BeforeValidator(entries), key("NaPTAN stops", example=["naptan.csv"])]
    openings: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key("Dated statements of which stops are open or planned", example=["openings.csv"]),
    ] = ()
    streets: Annotated[
        Streets | None,
        BeforeValidator(entry),
        key("The streets to walk on; straight lines times a factor without it", example="streets.gpkg"),
    ] = None
    timetables: Annotated[
        tuple[Timetable, ...],
        BeforeValidator(entries),
        key("GTFS feeds; without one there is no access index", example=["gtfs.zip"]),
    ] = ()
    elevation: Annotated[
        Elevation | None,
        BeforeValidator(entry),
        key("A raster of heights: walks then count the slope", example="dtm.tif"),
    ] = None
    sales: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key(
            "HM Land Registry price paid data, monthly changes too; needs postcodes and price_date",
            example=["price_paid.csv"],
        ),
    ] = ()
    floor_areas: Annotated[
        tuple[File, ...],
        BeforeValidator(entries),
        key("Floor areas of the homes sold, by transaction: prices are then per m²", example=["floor_areas.csv"]),
    ] = ()
    areas: Annotated[
        Areas,
        BeforeValidator(entry),
        key("The LSOAs of the study area", example={"path": "lsoa21.geojson", "code": "LSOA21CD", "year": 2021}),
    ]
    deprivation: Annotated[
        Deprivation,
        BeforeValidator(entry),
        key("The English Indices of Deprivation", example={"path": "iod2025.csv", "edition": 2025}),
    ]


class Corridors(Settings):
    """Where the corridors are, which of them count, and whether planned stops do."""

    paths: Annotated[
        tuple[CorridorFile, ...],
        BeforeValidator(entries),
        key(
            "Corridor tables, lines, or feeds with routes; none where the gate beyond_corridor_walk is off",
            example=["corridors.csv"],
        ),
    ] = ()
    only: Annotated[tuple[Text, ...], key("The corridors that count; all by default", example=["Metro Line 1"])] = ()
    count_planned: Annotated[Flag, key("Whether stops not yet open count, too", example=True)] = False
    within_area: Annotated[
        Flag | None,
        key(
            "Whether only what lies in and about the study area is read; by default where areas has districts",
            example=True,
        ),
    ] = None


class Access(Settings):
    """Choices on walks and timetables; what is not given comes from the parameters."""

    service_date: Annotated[
        Day | None,
        key("The weekday departures are counted on; the busiest ordinary one by default", example=date(2026, 10, 2)),
    ] = None
    max_snap_m: Annotated[
        Annotated[Number, Field(gt=0)] | None,
        key("The farthest a street may lie from a site or stop", unit="m", example=150),
    ] = None
    top_60_ttwa: Annotated[
        Flag | None,
        key("Whether the area lies in one of the 60 travel-to-work areas of the draft NPPF's test", example=True),
    ] = None
    grid: Annotated[Flag, key("Whether the run writes the access index of every cell", example=True)] = False
    cell_m: Annotated[Number, Field(gt=0), key("How wide a cell of that grid is", unit="m", example=250)] = 100.0


def _employment_use(stated: Stated) -> str | dict[str, str]:
    """Check the use of all land, or of each register's."""
    if isinstance(stated, str):
        uses: dict[Path, Stated] = {(): stated}
    elif isinstance(stated, Mapping):
        uses = {(register,): use for register, use in stated.items()}
    else:
        raise refuse(f"needs a use, or a table of register = use, not {stated!r}")
    known = employment_uses()
    faults = [Fault(at, unknown("employment use", str(use), known)) for at, use in uses.items() if use not in known]
    if faults:
        raise several(faults)
    return stated if isinstance(stated, str) else {register: str(use) for register, use in stated.items()}


EmploymentUse = Annotated[str | dict[str, str], PlainValidator(_employment_use)]


class Assumptions(Settings):
    """Choices of the user's own, marked as theirs in every output; no cost or value is assumed where none is stated."""

    capacity_basis: Annotated[
        Literal["register", "rule"],
        key("Homes are the register's, or by rule: hectares × density, for all sites", example="rule"),
    ] = "register"
    capacity_profile: Annotated[
        Annotated[str, OneOf("capacity profile", lambda _names: capacity_profiles())] | None,
        key("The policy the densities come from", example="nppf-draft-2025"),
    ] = None
    centres: Annotated[
        LayerName | None, key("The layer of town centres: measure within, or words yes and no", example="own_layer")
    ] = None
    employment_use: Annotated[
        EmploymentUse | None,
        key("What is built on employment land: one use, or a table of register = use", example="warehouse"),
    ] = None
    employment_share: Annotated[
        Number, Field(gt=0, le=1), key("The share of such a site that is for employment", unit="share", example=0.5)
    ] = 1.0
    costs: Annotated[CostTable, key("Costs of building")] = Field(default_factory=lambda: validated({}, "costs"))
    scheme: Annotated[SchemeTable, key("The scheme")] = Field(default_factory=lambda: validated_scheme({}))
    additionality: Annotated[AdditionalityTable, key("What public money adds")] = Field(
        default_factory=lambda: validated({}, "additionality")
    )
    benefits: Annotated[BenefitTable, key("Benefits and when they come")] = Field(
        default_factory=lambda: validated({}, "benefits")
    )
    optimism_class: Annotated[
        Annotated[str, OneOf("optimism class", lambda _names: optimism_classes())] | None,
        key("The class of works whose optimism bias the public cost carries", example="standard-civil"),
    ] = None
    incomes: Annotated[
        LayerName | None,
        key("The layer of incomes in £ a year, for welfare weights: measure value, mean or max", example="own_layer"),
    ] = None
    former_use_layers: Annotated[
        dict[RemediationClass, LayerName],
        key(
            "The layers that show former uses, by class of remediation: shares of the site, 0-1",
            example={"B": "own_layer"},
        ),
    ] = Field(default_factory=dict)
    profile: Annotated[
        Annotated[str, OneOf("profile", lambda _names: profiles())] | None,
        key("The part of the country whose funds apply; none by default", example="wmca"),
    ] = None
    funds: Annotated[
        tuple[Annotated[str, OneOf("fund", lambda _names: fund_names())], ...] | None,
        key(
            "The funds whose rules are checked; those of the profile by default, [] for none", example=["gap-fund-8000"]
        ),
    ] = None
    rules_date: Annotated[
        Day | None, key("The day whose fund rules hold; network_date by default", example=date(2026, 11, 22))
    ] = None
    sales_years: Annotated[
        Annotated[Whole, Field(gt=0)] | None,
        key("The years before price_date whose sales are read", unit="years", example=5),
    ] = None
    sales_years_covered: Annotated[
        Annotated[Number, Field(ge=0)] | None,
        key("How many whole years the files of sales cover", unit="years", example=3),
    ] = None

    @property
    def funds_checked(self) -> tuple[str, ...]:
        """The funds whose rules are checked: those stated, else those of the profile, else none."""
        return profile_funds(self.profile) if self.funds is None else self.funds


NOTEBOOKS = (
    "00_quick_start", "01_shortlist", "02_access", "03_market_failure", "04_ranking", "05_programme", "06_publish",
    "07_monitoring",
)  # fmt: skip


def _new_notebooks(names: Stated) -> Stated:
    """Read notebooks by their old names, with a warning; what is no list of texts is left to be refused."""
    old = renamed().notebooks
    if not isinstance(names, list | tuple):
        return names
    changed = {name: old[name] for name in names if isinstance(name, str) and name in old}
    if changed:
        warn_renamed("[publish] notebooks", changed)
    return [changed.get(name, name) if isinstance(name, str) else name for name in names]


class Publish(Settings):
    """What a run leaves beside its tables; any notebook can be run later, with ``siteprior notebooks run``."""

    audience: Annotated[
        Literal["internal", "partner", "public"],
        key("Who may see the run's folder; what others must not see is left out of it", example="partner"),
    ] = "internal"

    notebooks: Annotated[
        tuple[Annotated[str, OneOf("notebook", lambda _names: NOTEBOOKS)], ...],
        BeforeValidator(_new_notebooks),
        key("The notebooks a run leaves executed in its folder", example=["02_access"]),
    ] = ("01_shortlist",)
    strips: Annotated[Whole, Field(ge=0), key("How many strip maps of corridors are drawn", example=3)] = 2
    gis: Annotated[
        Literal["qgis", "arcgis", "mapinfo"],
        key("The program the GeoPackages are for; in all they hold the same", example="arcgis"),
    ] = "qgis"
    geoparquet: Annotated[Flag, key("Whether the layers are written as GeoParquet, too", example=True)] = False
    basemap: Annotated[
        File | None,
        BeforeValidator(entry),
        key(
            "Tiles of your own under the map of the team's report: a PMTiles archive of pictures (PNG, JPEG, WebP) or "
            "vector tiles; it is cut to the study area, and to what takes 5 MB of the page",
            example="file.pmtiles",
        ),
    ] = None
    pdf: Annotated[
        bool,
        key(
            "Board summary and dossiers also as PDF, which takes a second or two a page and needs Chromium or Edge",
            example=True,
        ),
    ] = False


class Shortlist(Settings):
    """How many of the ranked opportunities are published as the shortlist."""

    n: Annotated[Whole, Field(gt=0), key("The number of opportunities", example=25)]


def _two_or_more(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a list that names fewer than two sites."""
    if len(set(ids)) < 2:
        raise refuse(f"needs two or more different site ids, not {list(ids)!r}")
    return ids


SiteIds = Annotated[tuple[Text, ...], AfterValidator(_two_or_more)]


class Ranking(Settings):
    """What is ranked."""

    unit: Annotated[
        Literal["opportunity", "site"],
        key("Plots of one site are ranked as one opportunity, or each site alone", example="site"),
    ] = "opportunity"


class Opportunities(Settings):
    """Which sites are plots of one, where siteprior finds too few or too many: lists of site ids."""

    join: Annotated[
        tuple[SiteIds, ...],
        key("Lists of sites that are one opportunity, at any distance", example=[["E08000025:1", "E08000025:2"]]),
    ] = ()
    split: Annotated[
        tuple[SiteIds, ...],
        key("Lists of sites no two of which are one opportunity", example=[["E08000025:3", "E08000025:4"]]),
    ] = ()
