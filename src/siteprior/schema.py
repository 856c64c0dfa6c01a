"""Tables and columns declared once: name, kind, unit, meaning, source.

From these declarations come the guards at the door of every public function, the data dictionary
(``siteprior columns``), the field aliases in the GeoPackage and the pages of the documentation.

Missing is missing in every kind: ``NaN`` for text and numbers, ``NaT`` for dates, ``<NA>`` for whole numbers,
``None`` for a place. Flags are the texts ``yes`` and ``no``.
"""

# ruff: noqa: E501 -- a declared column stands on one line, so that a table reads as a table

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.errors import InputError

CRS = "EPSG:27700"
"""British National Grid, metres: the one coordinate system of every table with places."""

DTYPES = {"text": "str", "flag": "str", "number": "float64", "integer": "Int64", "date": "datetime64[s]"}

OWNERSHIP = (
    "owned by a public authority",
    "not owned by a public authority",
    "mixed ownership",
    "unknown ownership",
)
REGISTER_STATES = ("listed", "ended", "disappeared", "re-entered")
HISTORY_EVENTS = (
    "first seen", "reference", "not listed", "listed again", "ended", "capacity", "hectares", "planning status",
    "ownership", "part of",
)  # fmt: skip
PLANNING_STATUS = ("permissioned", "not permissioned", "pending decision")
PERMISSION_TYPE = (
    "full planning permission",
    "outline planning permission",
    "reserved matters approval",
    "permission in principle",
    "technical details consent",
    "planning permission granted under an order",
    "other",
)
DEVELOPMENT = ("under construction", "completed")
CONFIDENCE = ("high", "medium", "low", "none")
SHAPE_BASES = ("polygon by reference", "polygon by location", "disc", "point")
VERDICTS = ("Identified", "Indicated", "Not found", "Cannot tell")
MODES = ("rail", "metro", "bus", "coach", "ferry", "air")
STOP_STATES = ("open", "planned", "closed", "not stated")

BLR = "brownfield-land specification, planning.data.gov.uk"
SP = "siteprior"


@dataclass(frozen=True)
class Column:
    """One declared column: ``name`` in tables, ``label`` for readers, and what it means in which unit."""

    name: str
    kind: str
    label: str
    meaning: str
    unit: str = ""
    source: str = SP
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A declared table: its index, whether it has places, and its columns in order."""

    name: str
    index: str
    geometry: bool
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names in declared order, geometry left out."""
        return [column.name for column in self.columns]


DOMAINS = {
    "imd": "Index of Multiple Deprivation",
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health Deprivation and Disability",
    "crime": "Crime",
    "barriers": "Barriers to Housing and Services",
    "living_environment": "Living Environment",
}
"""The index and its seven domains, by the prefix their columns carry."""

IOD = "English Indices of Deprivation (MHCLG)"

DEPRIVATION_COLUMNS = tuple(
    column
    for key, title in DOMAINS.items()
    for column in (
        Column(f"{key}_score", "number", f"{title} score", f"{title}: score, higher is more deprived", "score", IOD),
        Column(
            f"{key}_rank", "integer", f"{title} rank", f"{title}: rank among all LSOAs, 1 = most deprived", "rank", IOD
        ),
        Column(f"{key}_decile", "integer", f"{title} decile", f"{title}: decile, 1 = most deprived 10%", "decile", IOD),
    )
)

IMD_EDITION = Column(
    "imd_edition", "integer", "Deprivation edition", "Year of the Indices of Deprivation used", "year", IOD
)
IMD_PERCENTILE = Column(
    "imd_percentile", "number", "IMD percentile",
    "Share of LSOAs in England at least as deprived: 100 × rank / number of LSOAs; low is deprived", "%", IOD,
)  # fmt: skip
LSOA_YEAR = Column("lsoa_year", "integer", "LSOA year", "Census year of the LSOA boundaries and codes", "year", "ONS")

REGISTER = Table(
    "sites as read", "site_id", True,
    (
        Column("reference", "text", "Site reference", "The register's own reference", source=BLR),
        Column("organisation", "text", "Council code", "ONS code of the council whose register lists the site", source="ONS"),
        Column("site_name", "text", "Site name and address", "Name and address as registered", source=BLR),
        Column("hectares", "number", "Hectares", "Site area as registered", "ha", BLR),
        Column("minimum_net_dwellings", "integer", "Homes, lowest", "Fewest net homes the council expects", "homes", BLR),
        Column("maximum_net_dwellings", "integer", "Homes, highest", "Most net homes the council expects", "homes", BLR),
        Column("ownership_status", "text", "Ownership", "Ownership as registered; blank is not the same as unknown", source=BLR, allowed=OWNERSHIP),
        Column("deliverable", "flag", "Deliverable", "Deliverable within five years; blank does not mean no", source=BLR, allowed=("yes", "no")),
        Column("planning_permission_status", "text", "Planning status", "Planning permission status as registered", source=BLR, allowed=PLANNING_STATUS),
        Column("planning_permission_type", "text", "Permission type", "Kind of the permission granted", source=BLR, allowed=PERMISSION_TYPE),
        Column("planning_permission_date", "date", "Permission date", "Date of the permission; where only a year or month stands, its last day", source=BLR),
        Column("planning_permission_history", "text", "Planning history", "Planning history as registered", source=BLR),
        Column("hazardous_substances", "flag", "Hazardous substances consent", "A consent matter, not a contamination test", source=BLR, allowed=("yes", "no")),
        Column("development_status", "text", "Building stage", "Under construction or completed, where the register says so in any field", source=BLR, allowed=DEVELOPMENT),
        Column("part_of_stated", "text", "Previously part of, as stated", "Larger site this one was part of, as the register words it", source="brownfield register template of 2017"),
        Column("previous_use", "text", "Previous use", "Previous use, where the register tells it", source=BLR),
        Column("derelict_since", "date", "Derelict since", "Date since when the site is derelict, from the user's own data", source="own sites"),
        Column("notes", "text", "Notes", "Notes as registered", source=BLR),
        Column("site_plan_url", "text", "Site plan", "Address of the site plan", source=BLR),
        Column("start_date", "date", "First added", "Date the site was first added to the register", source=BLR),
        Column("entry_date", "date", "Last updated", "Date the entry was last updated", source=BLR),
        Column("end_date", "date", "Ended", "Date the site left the register", source=BLR),
        Column("register", "text", "Register", "'brownfield register', or the name the project gives the user's own sites"),
        Column("file", "text", "File", "File the row was read from, as the project names it"),
        Column("row", "integer", "Row", "Record number in the file, header included", "record"),
        Column("also_known_as", "text", "Also known as", "Site ids of the records merged with this one: certainly the same site"),
        Column("possible_duplicates", "text", "Possible duplicates", "Site ids that are likely or possibly the same site, or a part of it; not merged"),
        Column("original_x", "text", "X as stated", "First coordinate exactly as it stood", source=BLR),
        Column("original_y", "text", "Y as stated", "Second coordinate exactly as it stood", source=BLR),
        Column("coordinate_system", "text", "Coordinate system as stated", "Coordinate system exactly as it stood", source=BLR),
        Column("repair", "text", "Coordinate repair", "What was done to the coordinates; blank where they were read as labelled"),
        Column("coordinate_confidence", "text", "Coordinate confidence", "How sure the place is", allowed=CONFIDENCE),
        Column("other_readings", "integer", "Other readings", "Other readings of the coordinates that would lie in the own council too", "readings"),
        Column("easting", "number", "Easting", "Easting on the British National Grid", "m"),
        Column("northing", "number", "Northing", "Northing on the British National Grid", "m"),
    ),
)  # fmt: skip
"""One row per site of a register or of the user's own list; index ``<organisation>:<reference>``."""

POSTCODES = Table(
    "postcodes", "postcode", False,
    (
        Column("easting", "number", "Easting", "Easting of the postcode on the British National Grid", "m", "OS Code-Point Open"),
        Column("northing", "number", "Northing", "Northing of the postcode on the British National Grid", "m", "OS Code-Point Open"),
    ),
)  # fmt: skip
"""One row per postcode that has a position; index ``B1 1AA``."""

SHAPES = Table(
    "shapes given", "shape_id", True,
    (
        Column("reference", "text", "Site reference", "Reference of the site the shape is drawn for, where the file tells it", source="own shapes"),
        Column("organisation", "text", "Council code", "ONS code of the council whose sites these are, where the project states it", source="ONS"),
        Column("hectares", "number", "Shape hectares", "Area of the shape", "ha"),
    ),
)  # fmt: skip
"""One row per polygon the user has, from any vector file; index ``<file>#<feature>``."""

SITE_SHAPE_COLUMNS = (
    Column("shape_basis", "text", "Shape from", "What the site's extent rests on; blank where the site has no place", allowed=SHAPE_BASES),
    Column("position_uncertainty_m", "number", "Position uncertainty", "How far the site may reach, or lie, from where it is measured; blank where its extent is not known", "m"),
)  # fmt: skip

SITE_SHAPES = Table(
    "site shapes", "site_id", True,
    (
        Column("site_name", "text", "Site name and address", "Name and address as registered", source=BLR),
        *SITE_SHAPE_COLUMNS,
        Column("shape_id", "text", "Shape", "File and feature number of the polygon; the first where several make up the site"),
        Column("shape_hectares", "number", "Shape hectares", "Area of the polygon; for a disc the registered hectares it is made from", "ha"),
        Column("hectares", "number", "Hectares", "Site area as registered", "ha", BLR),
        Column("hectares_agree", "flag", "Hectares agree", "Whether the polygon's area and the registered one agree; blank where one is missing", allowed=("yes", "no")),
    ),
)  # fmt: skip
"""One row per site: a polygon, or a disc of its hectares, or no shape."""

STOPS = Table(
    "stops", "atco_code", True,
    (
        Column("stop_name", "text", "Stop name", "Common name of the stop or station", source="NaPTAN"),
        Column("mode", "text", "Mode", "Mode of the stop", source="NaPTAN", allowed=MODES),
        Column("state", "text", "State", "Whether the stop was in use on the network date", allowed=STOP_STATES),
        Column("state_basis", "text", "State: who says so", "The record or dated statement the state rests on"),
        Column("state_date", "text", "State: since or due", "When it opened or is said to open, as stated (year, month or day)"),
        Column("statement_date", "text", "Statement date", "When the statement was made, as stated"),
        Column("naptan_status", "text", "NaPTAN status", "Status in NaPTAN; active does not mean open", source="NaPTAN"),
        Column("records", "integer", "NaPTAN records", "NaPTAN records folded into this stop", "records", "NaPTAN"),
        Column("other_codes", "text", "Other ATCO codes", "ATCO codes of the station's other records, folded into this one", source="NaPTAN"),
    ),
)  # fmt: skip
"""One row per stop or station (never per platform or entrance)."""

CORRIDOR_STOPS = Table(
    "corridor stops", "corridor_stop_id", True,
    (
        Column("corridor", "text", "Corridor", "Name of the corridor"),
        Column("kind", "text", "Kind", "Kind of corridor: metro, rail, sprint, growth-area, …"),
        Column("order", "integer", "Order", "Place of the stop along the corridor, from 1", "place"),
        Column("stop_name", "text", "Stop name", "Name of the stop"),
        Column("atco_code", "text", "ATCO code", "NaPTAN code where the stop has one", source="NaPTAN"),
        Column("position", "text", "Position", "Where the coordinates come from"),
        Column("state", "text", "State", "Whether the stop was in use on the network date", allowed=STOP_STATES),
        Column("state_basis", "text", "State: who says so", "The record or dated statement the state rests on"),
        Column("state_date", "text", "State: since or due", "When it opened or is said to open, as stated"),
        Column("statement_date", "text", "Statement date", "When the statement was made, as stated"),
        Column("state_confidence", "text", "Statement confidence", "Stated, or own knowledge of whoever wrote the table"),
        Column("chainage_m", "number", "Chainage", "Distance along the corridor's line from its first stop", "m"),
    ),
)  # fmt: skip
"""One row per stop of a corridor; index ``<corridor>#<order>``."""

CORRIDORS = Table(
    "corridors", "corridor", True,
    (
        Column("kind", "text", "Kind", "Kind of corridor: metro, rail, sprint, growth-area, …"),
        Column("stops", "integer", "Stops", "Stops along the corridor", "stops"),
        Column("open_stops", "integer", "Open stops", "Stops in use on the network date", "stops"),
        Column("length_m", "number", "Length", "Length of the line through its stops", "m"),
    ),
)  # fmt: skip

AREAS = Table(
    "areas", "lsoa_code", True,
    (
        Column("lsoa_name", "text", "LSOA name", "Name of the LSOA", source="ONS"),
        Column("district_code", "text", "District code", "ONS code of the local authority district", source="ONS"),
        LSOA_YEAR,
    ),
)  # fmt: skip
"""Lower layer Super Output Areas; deprivation columns are added by joining on the code."""

DEPRIVATION = Table("deprivation", "lsoa_code", False, (IMD_EDITION, LSOA_YEAR, IMD_PERCENTILE, *DEPRIVATION_COLUMNS))

SITE_AREA_COLUMNS = (
    Column("lsoa_code", "text", "LSOA code", "LSOA the site lies in; blank outside the areas held", source="ONS"),
    Column("lsoa_name", "text", "LSOA name", "Name of that LSOA", source="ONS"),
    Column("district_code", "text", "District code", "ONS code of the district the site lies in", source="ONS"),
    LSOA_YEAR, IMD_EDITION, IMD_PERCENTILE, *DEPRIVATION_COLUMNS,
)  # fmt: skip

SITE_ACCESS_COLUMNS = (
    Column("nearest_stop", "text", "Nearest rail or metro stop", "Nearest open rail or metro stop, however far", source="NaPTAN"),
    Column("nearest_stop_mode", "text", "Its mode", "Mode of that stop", source="NaPTAN", allowed=("rail", "metro")),
    Column("nearest_stop_atco", "text", "Its ATCO code", "ATCO code of that stop", source="NaPTAN"),
    Column("walk_m", "number", "Walk to rail or metro", "Walk to the nearest open rail or metro stop", "m"),
    Column("walk_low_m", "number", "Walk to rail or metro, lowest", "Walk from the nearest place the site may reach", "m"),
    Column("walk_high_m", "number", "Walk to rail or metro, highest", "Walk from the farthest place the site may reach", "m"),
    Column("walk_basis", "text", "Walk measured by", "How walking distances were measured", allowed=("network", "straight-line")),
    Column("rail_walk_m", "number", "Walk to rail", "Walk to the nearest open rail station", "m"),
    Column("metro_walk_m", "number", "Walk to metro", "Walk to the nearest open metro stop", "m"),
    Column("bus_stop", "text", "Nearest bus stop", "Nearest open bus stop", source="NaPTAN"),
    Column("bus_walk_m", "number", "Walk to bus", "Walk to the nearest open bus stop", "m"),
    Column("bus_walk_low_m", "number", "Walk to bus, lowest", "Walk from the nearest place the site may reach", "m"),
    Column("bus_walk_high_m", "number", "Walk to bus, highest", "Walk from the farthest place the site may reach", "m"),
)  # fmt: skip

SITE_CORRIDOR_COLUMNS = (
    Column("corridor", "text", "Corridor", "Corridor of the nearest corridor stop that counts"),
    Column("corridor_kind", "text", "Corridor kind", "Kind of that corridor"),
    Column("corridor_stop", "text", "Corridor stop", "The corridor's nearest stop that counts"),
    Column("corridor_stop_state", "text", "Corridor stop state", "State of that stop on the network date", allowed=STOP_STATES),
    Column("corridor_walk_m", "number", "Walk to corridor", "Walk to the corridor's nearest stop", "m"),
    Column("corridor_walk_low_m", "number", "Walk to corridor, lowest", "Walk from the nearest place the site may reach", "m"),
    Column("corridor_walk_high_m", "number", "Walk to corridor, highest", "Walk from the farthest place the site may reach", "m"),
    Column("corridor_chainage_m", "number", "Chainage", "Where the site lies along the corridor's line, from its first stop", "m"),
    Column("corridors", "text", "All corridors in reach", "Every corridor with a counted stop within the walk cut-off, nearest first"),
)  # fmt: skip

SITE_HISTORY_COLUMNS = (
    Column("first_seen", "date", "First seen", "First vintage of the register held that lists the site"),
    Column("last_seen", "date", "Last seen", "Last vintage of the register held that lists the site"),
    Column("vintages_seen", "integer", "Vintages seen", "Vintages of the register held that list the site", "vintages"),
    Column("register_state", "text", "Register state", "What became of the site on its council's register", allowed=REGISTER_STATES),
    Column("years_on_register", "number", "Years on the register", "Years from the earlier of the stated start and the first vintage seen, to as_of where still listed, else to its end or last sight; a least age where left-censored", "years"),
    Column("age_basis", "text", "Age: what it rests on", "Whether the start is stated, or only known to be earlier (left-censored)"),
    Column("capacity_change", "integer", "Change of homes", "Fewest net homes: last known less first known, where known at least twice", "homes"),
    Column("hectares_change", "number", "Change of area", "Hectares: last known less first known, where known at least twice", "ha"),
    Column("status_changes", "integer", "Changes of planning status", "How often the planning permission status changed between vintages", "changes"),
    Column("previously_part_of", "text", "Previously part of", "Site ids this site was part of or grew out of, nearest first"),
    Column("earlier_ids", "text", "Earlier ids", "Site ids under which earlier vintages list the same site, newest first"),
)  # fmt: skip

SITE_APPRAISAL_COLUMNS = (
    Column("rule_dwellings", "integer", "Homes by rule", "Homes by rule: hectares × net share × density, rounded down", "homes"),
    Column("rule_density_dph", "number", "Density by rule", "Net density the rule assumed", "homes/ha"),
    Column("capacity_dwellings", "integer", "Homes scored", "The capacity that is scored: the register's figure, or the rule's where the project says so", "homes"),
    Column("capacity_low_dwellings", "integer", "Homes scored, lowest", "Lowest of the figures of homes the site's range is taken from; blank where no capacity is known", "homes"),
    Column("capacity_high_dwellings", "integer", "Homes scored, highest", "Highest of the figures of homes the site's range is taken from; blank where no capacity is known", "homes"),
    Column("capacity_basis", "text", "Homes scored by", "Which figure that is", allowed=("register", "rule")),
    Column("market_failure", "text", "Market failure", "Verdict on market failure", allowed=VERDICTS),
    Column("market_failure_reasons", "text", "Market failure codes", "Signal letter, rank among the site's signals, evidence grade; strongest first"),
    Column("market_failure_note", "text", "Market failure reasons", "The verdict and its reasons in words"),
    Column("failure_strength", "number", "Primary signals", "1 − Π(1 − grade × signal) over the primary signals known; blank where none is", "0–1"),
    Column("failure_corroboration", "number", "Corroborating signals", "Strongest grade × signal of the corroborating signals; blank where none is known", "0–1"),
    Column("failure_coverage", "number", "Signals known", "Share of all market-failure signals that could be measured", "0–1"),
)  # fmt: skip

SITE_RANKING_COLUMNS = (
    Column("eligible", "flag", "Eligible", "Whether the site passed every gate", allowed=("yes", "no")),
    Column("gate_reasons", "text", "Gate reasons", "Codes of the gates the site failed, or of what could not be told"),
    Column("gate_doubt", "text", "Gate doubt", "Codes of the gates the uncertainty of the site's place could turn, either way"),
    Column("score", "number", "Score", "Weighted value on fixed anchors", "0–1"),
    Column("coverage", "number", "Coverage", "Share of the weight that rests on known values", "0–1"),
    Column("rank", "integer", "Rank", "Rank by score, 1 = first; equal scores share the better rank", "rank"),
    Column("rank_p05", "integer", "Rank, best case", "5th percentile of the rank over redrawn weights, and over facts redrawn where they are uncertain or unknown", "rank"),
    Column("rank_p95", "integer", "Rank, worst case", "95th percentile of the rank over redrawn weights, and over facts redrawn where they are uncertain or unknown", "rank"),
    Column("score_band", "text", "Score band", "Band of the score, for maps"),
)  # fmt: skip

SITES = Table(
    "sites", "site_id", True,
    (*REGISTER.columns, *SITE_SHAPE_COLUMNS, *SITE_AREA_COLUMNS, *SITE_ACCESS_COLUMNS, *SITE_CORRIDOR_COLUMNS,
     *SITE_HISTORY_COLUMNS, *SITE_APPRAISAL_COLUMNS, *SITE_RANKING_COLUMNS),
)  # fmt: skip
"""Every site considered, with all that was joined, appraised and ranked; ``c_<criterion>`` columns follow."""

HISTORY = Table(
    "history", "event_id", False,
    (
        Column("site_id", "text", "Site id", "The site, under the id it has in the last vintage that lists it"),
        Column("published", "date", "Published", "The vintage that shows it"),
        Column("event", "text", "Event", "What happened", allowed=HISTORY_EVENTS),
        Column("field", "text", "Field", "The register's column that changed"),
        Column("before", "text", "Before", "Its value in the vintage before that states one"),
        Column("after", "text", "After", "Its value now"),
        Column("basis", "text", "Basis", "How the site was recognised, or which statement the event rests on"),
        Column("file", "text", "File", "File the event was read from, as the project names it"),
        Column("row", "integer", "Row", "Record number in that file, header included", "record"),
    ),
)  # fmt: skip
"""One row per event in the life of a site on its council's register; sites that left the register among them."""

TABLES = (SITES, SITE_SHAPES, SHAPES, STOPS, CORRIDOR_STOPS, CORRIDORS, AREAS, DEPRIVATION, POSTCODES, HISTORY)


def conform(table: Any, declared: Table) -> Any:
    """Return the table with its declared columns first and in order, of their kinds; absent ones come in as missing.

    Parameters
    ----------
    table
        DataFrame or GeoDataFrame on the declared index.
    declared
        One of :data:`TABLES` or :data:`REGISTER`.

    Returns
    -------
    DataFrame or GeoDataFrame
        A new table; columns that are not declared follow in their own order, then the geometry.
    """
    filled = {c.name: as_kind(table.get(c.name), c.kind, table.index) for c in declared.columns}
    rest = [name for name in table.columns if name not in filled]
    result = pd.concat([pd.DataFrame(filled, index=table.index), pd.DataFrame(table[rest])], axis=1)
    result = result.rename_axis(declared.index)
    if isinstance(table, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(result, geometry=table.geometry.name, crs=table.crs)
    return result


def as_kind(values: Any, kind: str, index: pd.Index) -> pd.Series:
    """Return the values as a Series of a declared kind on ``index``; ``None`` gives all missing."""
    if values is None:
        values = pd.Series([None] * len(index), index=index, dtype=object)
    if kind in ("text", "flag"):
        series = pd.Series(values, index=index).astype(object)
        return series.where(series.notna(), None).astype("str").where(series.notna())
    if kind == "date":
        return pd.to_datetime(pd.Series(values, index=index)).astype(DTYPES[kind])
    return pd.to_numeric(pd.Series(values, index=index)).astype(DTYPES[kind])


def check(table: Any, declared: Table, *, name: str, needs: Iterable[str] | None = None) -> None:
    """Check a table at the door and name every fault at once.

    Parameters
    ----------
    table
        What the caller gave.
    declared
        The table it should be.
    name
        The argument's name, for the message.
    needs
        Columns that must be there; all declared ones when ``None``.

    Raises
    ------
    InputError
        Naming the missing columns, a wrong or doubled index, a missing or wrong coordinate system.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: needs a table (DataFrame), got {type(table).__name__}")
    faults = []
    wanted = declared.names if needs is None else list(needs)
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        faults.append(f"{name}: lacks the columns {', '.join(missing)}; it has {', '.join(map(str, table.columns))}")
    if table.index.name != declared.index:
        faults.append(f"{name}: needs the index '{declared.index}', has '{table.index.name}'; use set_index")
    elif not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        faults.append(f"{name}: the index '{declared.index}' holds '{twice}' more than once; make it unique")
    if declared.geometry:
        crs = getattr(table, "crs", None)
        if crs is None:
            faults.append(f"{name}: has no coordinate system; say which it is with set_crs, then to_crs('{CRS}')")
        elif crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
            faults.append(f"{name}: is in {crs.to_string()}, needs metres in {CRS}; convert with to_crs('{CRS}')")
    if faults:
        raise InputError(*faults)


def data_dictionary() -> pd.DataFrame:
    """Return every declared column as a table: table, column, kind, unit, label, meaning, source, allowed values."""
    return pd.DataFrame(
        [
            {
                "table": table.name, "column": c.name, "kind": c.kind, "unit": c.unit, "label": c.label,
                "meaning": c.meaning, "source": c.source, "allowed": " | ".join(c.allowed),
            }
            for table in TABLES
            for c in table.columns
        ]
    )  # fmt: skip
