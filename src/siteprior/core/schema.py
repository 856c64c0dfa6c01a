"""Tables and columns declared once: name, kind, unit, meaning, source.

From these declarations come the guards at the door of every public function, the data dictionary
(``siteprior columns``), the field aliases in the GeoPackage and the pages of the documentation.

Missing is missing in every kind: ``NaN`` for text and numbers, ``NaT`` for dates, ``<NA>`` for whole numbers,
``None`` for a place. Flags are the texts ``yes`` and ``no``.
"""

# ruff: noqa: E501 -- a declared column stands on one line, so that a table reads as a table

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError

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
SIDES = ("left", "right", "on the line")
STOP_STATES = ("open", "planned", "closed", "not stated")
CATCHMENT_BASES = ("streets", "hull", "disc")
"""How a walk catchment was drawn: buffered streets, a hull of what was reached, or a disc where no streets are held."""

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
        Column("owner_count", "integer", "Owners", "How many own the site, from the user's own data", "owners", "own sites"),
        Column("parcel_count", "integer", "Parcels", "Parcels or titles the site is made of, from the user's own data", "parcels", "own sites"),
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

CATCHMENTS = Table(
    "catchments", "catchment", True,
    (
        Column("corridor", "text", "Corridor", "Corridor whose stops the catchment is of; blank where it is of one stop"),
        Column("stop", "text", "Stop", "The stop the catchment is of, as its own table names it; blank where it is of a corridor"),
        Column("stop_name", "text", "Stop name", "Name of the stop"),
        Column("stops", "integer", "Stops", "Stops the catchment is measured from", "stops"),
        Column("band_m", "number", "Walk", "Longest walk that lies in the catchment", "m"),
        Column("basis", "text", "Drawn by", "Buffered streets, a hull of the places reached, or a disc of the straight line", allowed=CATCHMENT_BASES),
        Column("approximate", "flag", "Approximate", "Whether the outline is more than the streets reached and what lies along them", allowed=("yes", "no")),
        Column("streets_m", "number", "Streets reached", "Length of street within the walk", "m"),
        Column("hectares", "number", "Hectares", "Area of the catchment", "ha"),
        Column("catchment_note", "text", "Why no catchment", "Why the catchment is missing: no place, no street within reach, or no stop that counts"),
    ),
)  # fmt: skip
"""Walk catchments as polygons, one row per stop or corridor and walk; index ``<stop or corridor>|<metres>``."""

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
    Column("walk_note", "text", "Why no walk", "Why a walk is missing: no place, no street within reach, or no way on the network"),
    Column("walk_snap_m", "number", "Site to street", "Straight line from the site to the street its walks start on; part of every walk", "m"),
    Column("walk_min", "number", "Minutes to rail or metro", "Walking time to the nearest open rail or metro stop", "min"),
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
    Column("corridor_side", "text", "Side of the corridor", "Side of the line the site lies on, seen in the direction of growing chainage", allowed=SIDES),
    Column("corridor_decay", "number", "Corridor decay", "How much the corridor's nearest stop counts: 1 near, falling to 0 at the cut-off", "0–1"),
    Column("corridors", "text", "All corridors in reach", "Every corridor with a counted stop within the walk cut-off, nearest first"),
    Column("corridors_in_reach", "integer", "Corridors in reach", "How many corridors have a counted stop within the walk cut-off", "corridors"),
)  # fmt: skip

ACCESS_MODES = ("bus", "tram", "underground", "rail", "ferry")
"""Modes the access index keeps apart."""

SERVICE_MODES = (*ACCESS_MODES, "coach", "other")
WINDOWS = ("am peak", "daytime", "evening", "sunday")
"""Windows of the day departures are counted in; parameters/timetables.toml says from when to when."""

TFL = "TfL, Assessing transport connectivity in London (2015), section 2.5"

SITE_PTAL_COLUMNS = (
    Column("access_index", "number", "Access index", "Public transport access index of the weekday morning peak, by TfL's PTAL method", "index", TFL),
    Column("access_band", "text", "Access band", "Band of the access index, 0 to 6b", source=TFL, allowed=("0", "1a", "1b", "2", "3", "4", "5", "6a", "6b")),
    Column("access_index_bus", "number", "Access index: bus", "The buses' part of the access index", "index", TFL),
    Column("access_index_tram", "number", "Access index: tram and underground", "The trams' and underground's part of the access index", "index", TFL),
    Column("access_index_rail", "number", "Access index: rail", "The trains' part of the access index", "index", TFL),
    Column("access_index_evening", "number", "Access index, evening", "Access index of the weekday evening window", "index"),
    Column("access_index_sunday", "number", "Access index, Sunday", "Access index of the Sunday window", "index"),
    Column("access_index_step_free", "number", "Access index, step-free", "Access index of the morning peak from stops stated step-free, over streets without steps", "index"),
    Column("access_routes", "integer", "Routes in reach", "Routes that count towards the access index", "routes", TFL),
    Column("service_date", "date", "Timetable day", "Weekday the departures were counted on", source="GTFS"),
    Column("well_connected_stop", "text", "Well-connected station", "Nearest open station or tram stop that meets the dated policy test", source="GTFS"),
    Column("well_connected_walk_m", "number", "Walk to a well-connected station", "Walk to that station; blank where none is known to meet the test", "m"),
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
    Column("rule_class", "text", "Density class", "Class of the capacity profile that density is of"),
    Column("rule_class_reason", "text", "Density class: why", "Why the site is in that class and in no denser one, or why there is no figure"),
    Column("capacity_dwellings", "integer", "Homes scored", "The capacity that is scored: the register's figure, or the rule's where the project says so", "homes"),
    Column("capacity_low_dwellings", "integer", "Homes scored, lowest", "Lowest of the figures of homes the site's range is taken from; blank where no capacity is known", "homes"),
    Column("capacity_high_dwellings", "integer", "Homes scored, highest", "Highest of the figures of homes the site's range is taken from; blank where no capacity is known", "homes"),
    Column("capacity_basis", "text", "Homes scored by", "Which figure that is", allowed=("register", "rule")),
    Column("market_failure", "text", "Market failure", "Verdict on market failure", allowed=VERDICTS),
    Column("market_failure_reasons", "text", "Market failure codes", "Signal letter, rank among the site's signals, evidence grade; strongest first"),
    Column("market_failure_note", "text", "Market failure reasons", "The verdict and its reasons in words"),
    Column("failure_strength", "number", "Primary signals", "1 − Π(1 − grade × signal) over the primary signals known; blank where none is", "0–1"),
    Column("failure_strength_coverage", "number", "Primary signals known", "Share of the primary market-failure signals that could be measured", "0–1"),
    Column("failure_corroboration", "number", "Corroborating signals", "Strongest grade × signal of the corroborating signals; blank where none is known", "0–1"),
    Column("failure_corroboration_coverage", "number", "Corroborating signals known", "Share of the corroborating market-failure signals that could be measured", "0–1"),
    Column("failure_coverage", "number", "Signals known", "Share of all market-failure signals that could be measured", "0–1"),
)  # fmt: skip

SITE_JOBS_COLUMNS = (
    Column("jobs_low", "integer", "Jobs, fewest", "Full-time jobs the site may hold, at the low end of plot ratio and density; blank where no employment use is stated", "jobs"),
    Column("jobs_central", "integer", "Jobs", "Full-time jobs the site may hold, central case; blank where no employment use is stated", "jobs"),
    Column("jobs_high", "integer", "Jobs, most", "Full-time jobs the site may hold, at the high end of plot ratio and density; blank where no employment use is stated", "jobs"),
    Column("jobs_use", "text", "Employment use", "Employment use of the site, as the project states it"),
    Column("jobs_basis", "text", "Jobs: what they rest on", "Land, plot ratio and room per job the figures are made from, or why there is none"),
)  # fmt: skip

DEADWEIGHT_VERDICTS = ("likely", "possible", "none found", "cannot tell")
DEADWEIGHT_KINDS = (
    "start or completion", "residual surplus", "live applicant", "live permission", "new-build sales", "register edit",
    "left the register",
)  # fmt: skip
DEADWEIGHT_WEIGHTS = ("fails", "speaks for", "speaks against")
"""Of evidence: it fails the screen; it speaks for deadweight without failing it; it speaks against deadweight."""

DEADWEIGHT_LOOKED = ("looked at", "could not be looked at")
"""What follows the evidence in a site's ``deadweight_reasons``: where it was looked for, and where it could not be."""


def deadweight_parts(reasons: str) -> dict[str, str]:
    """Take a site's ``deadweight_reasons`` apart: what is said under each weight and on where was looked.

    Examples
    --------
    >>> deadweight_parts("fails: a start on 2019-01-01, 2.0 years ago. looked at: live applicant")
    {'fails': 'a start on 2019-01-01, 2.0 years ago', 'looked at': 'live applicant'}
    """
    names = "|".join((*DEADWEIGHT_WEIGHTS, *DEADWEIGHT_LOOKED))
    return dict(re.findall(rf"(?:^|\. )({names}): (.*?)(?=\. (?:{names}): |$)", reasons))


SITE_DEADWEIGHT_COLUMNS = (
    Column("deadweight", "text", "Deadweight", "Whether the site would likely be built without public money, by rule from dated evidence", allowed=DEADWEIGHT_VERDICTS),
    Column("deadweight_failed", "flag", "Deadweight screen failed", "Whether a failing test holds: a start or completion, a residual surplus, a live applicant; blank where nothing could be looked at", allowed=("yes", "no")),
    Column("deadweight_reasons", "text", "Deadweight reasons", "What was found, what speaks against it, and what could not be looked at"),
)  # fmt: skip

DEADWEIGHT_EVIDENCE = Table(
    "deadweight evidence", "evidence_id", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("kind", "text", "Kind", "What kind of evidence it is", allowed=DEADWEIGHT_KINDS),
        Column("found", "text", "Found", "What was found, in words"),
        Column("weight", "text", "Weight", "Whether it fails the screen, speaks for deadweight or against it", allowed=DEADWEIGHT_WEIGHTS),
        Column("date", "date", "Date", "Day the evidence is of; blank where none is stated"),
        Column("source", "text", "Source", "Where it was found"),
    ),
)  # fmt: skip
"""One row per site and piece of evidence on deadweight; index a running number."""

SITE_PRICE_COLUMNS = (
    Column("sales_1y", "integer", "Sales in a year", "Sales in the catchment (preset price_surface.evidence.catchment) in the year to the price date; at least so many where the file does not hold the year whole, and nought is then missing", "sales", "HM Land Registry Price Paid Data"),
    Column("sales_5y", "integer", "Sales in 5 years", "Sales in the catchment in the 5 years to the price date; at least so many where the file does not hold them whole, and nought is then missing", "sales", "HM Land Registry Price Paid Data"),
    Column("new_build_sales_1y", "integer", "New-build sales in a year", "Of them new homes, in the year to the price date; the same rule", "sales", "HM Land Registry Price Paid Data"),
    Column("new_build_sales_5y", "integer", "New-build sales in 5 years", "Of them new homes, in the 5 years to the price date; the same rule", "sales", "HM Land Registry Price Paid Data"),
    Column("no_new_build_5y", "flag", "No new-build sale in 5 years", "Whether no new home was sold in the catchment in the 5 years to the price date; blank where none is held but the file does not hold the 5 years whole", allowed=("yes", "no")),
    Column("sales_years_held", "number", "Years of sales held", "Whole years before the price date the sales cover; not the years in which a few of them fall", "years"),
    Column("nearest_sale_m", "number", "Nearest sale", "Straight line to the nearest sale's postcode, in the 5 years to the price date", "m"),
    Column("nearest_new_build_sale_m", "number", "Nearest new-build sale", "Straight line to the postcode of the nearest sale of a new home, in the 5 years to the price date", "m"),
    Column("comparable_sales", "integer", "Comparables", "Nearest sales with a floor area in the 5 years to the price date, up to a number and a distance", "sales"),
    Column("comparable_gbp_per_m2", "number", "Comparables: price per m²", "Median £/m² of the comparables, as paid; blank where there are too few", "£/m²"),
    Column("catchment_dwellings", "number", "Dwellings in the catchment", "Dwellings of the areas whose middle lies in the catchment, or of the area the site lies in", "dwellings"),
    Column("sales_per_1000_dwellings", "number", "Sales per 1,000 dwellings", "Sales a year per 1,000 dwellings of those areas, over the whole years held, 5 at most, drawn to the mean of all areas where dwellings are few", "1/1,000/year"),
    Column("thin_market_percentile", "number", "Thin market", "Share of all areas with a livelier market than the site's: 100 is the thinnest", "%"),
)  # fmt: skip

SITE_VALUE_COLUMNS = (
    Column("value_gbp_per_m2", "number", "Value per m²", "What homes of the project's mix would fetch per m² of floor area, at the price date", "£/m²"),
    Column("value_low_gbp_per_m2", "number", "Value per m², lowest", "Low end of the range (preset price_surface.validation.interval)", "£/m²"),
    Column("value_high_gbp_per_m2", "number", "Value per m², highest", "High end of that range", "£/m²"),
    Column("value_basis", "text", "Value: what it rests on", "Model of the sales, or area median where sales about are few or the model is no better; blank where there is no estimate"),
    Column("value_sales", "integer", "Sales about", "Sales with a floor area within the distance that tells whether sales are few (preset price_surface.sales.thin_radius)", "sales"),
)  # fmt: skip

REMEDIATION_CLASSES = ("A", "B", "C", "D", "cleaned", "unknown")
"""Former uses by how much they leave in the ground, A least to D most; stated as cleaned; or not known."""

PPG = "Planning practice guidance, Viability"

SITE_VIABILITY_COLUMNS = (
    Column("remediation_class", "text", "Remediation class", "Class of former use the cost of remediation is taken from", allowed=REMEDIATION_CLASSES),
    Column("remediation_evidence", "text", "Remediation: evidence grade", "A measured, B proxy, C weak; blank where the former use is not known", allowed=("A", "B", "C")),
    Column("remediation_basis", "text", "Remediation: what it rests on", "What tells the former use, or that nothing does"),
    Column("remediation_low_gbp", "number", "Remediation, lowest", "Lowest cost of remediation for homes, at the user's cost per hectare", "GBP"),
    Column("remediation_central_gbp", "number", "Remediation", "Cost of remediation for homes in the central case, at the user's cost per hectare", "GBP"),
    Column("remediation_high_gbp", "number", "Remediation, highest", "Highest cost of remediation for homes, at the user's cost per hectare", "GBP"),
    Column("remediation_share_of_gdv", "number", "Remediation share of value", "Remediation over gross development value, central case; blank where the former use is not known", "0–1"),
    Column("gdv_gbp", "number", "Gross development value", "Value of the finished homes, market and affordable, central case", "GBP"),
    Column("residual_land_value_gbp", "number", "Residual land value", "Gross development value less every cost, finance and the developer's return, central case; may be below nought", "GBP", PPG),
    Column("existing_use_value_gbp", "number", "Existing use value", "Hectares × the user's existing use value per hectare, central case", "GBP", PPG),
    Column("benchmark_land_value_gbp", "number", "Benchmark land value", "Existing use value and the landowner's premium, central case", "GBP", PPG),
    Column("gap_gbp", "number", "Viability gap", "Benchmark less residual land value where positive, else nought, central case", "GBP"),
    Column("gap_low_gbp", "number", "Viability gap, lowest", "5th percentile of the gap over the stated ranges", "GBP"),
    Column("gap_high_gbp", "number", "Viability gap, highest", "95th percentile of the gap over the stated ranges", "GBP"),
    Column("gap_gbp_per_home", "number", "Gap per home", "Viability gap over the homes scored, central case", "GBP/home"),
    Column("gap_low_gbp_per_home", "number", "Gap per home, lowest", "5th percentile of the gap per home over the stated ranges", "GBP/home"),
    Column("gap_median_gbp_per_home", "number", "Gap per home, median", "Median of the gap per home over the stated ranges; the central case is not its middle where ranges lean to one side", "GBP/home"),
    Column("gap_high_gbp_per_home", "number", "Gap per home, highest", "95th percentile of the gap per home over the stated ranges", "GBP/home"),
    Column("gap_gbp_per_ha", "number", "Gap per hectare", "Viability gap over the hectares, central case", "GBP/ha"),
    Column("gap_low_gbp_per_ha", "number", "Gap per hectare, lowest", "5th percentile of the gap per hectare over the stated ranges", "GBP/ha"),
    Column("gap_high_gbp_per_ha", "number", "Gap per hectare, highest", "95th percentile of the gap per hectare over the stated ranges", "GBP/ha"),
    Column("gap_probability", "number", "Probability of a gap", "Share of the draws from the stated ranges in which the gap exceeds nought", "0–1"),
    Column("residual_surplus_share", "number", "Residual surplus", "Residual less benchmark land value over gross development value, central case; below nought is a shortfall", "0–1"),
    Column("viability_driver", "text", "What drives it", "The input whose stated range moves the gap per home most, and by how much"),
    Column("viability_basis", "text", "Viability: what it rests on", "Whose assumptions the figures rest on, or which input is missing"),
)  # fmt: skip

GB = "HM Treasury, Green Book"
AG = "English Partnerships and HCA, Additionality Guide"

SITE_BENEFIT_COLUMNS = (
    Column("deadweight_share", "number", "Deadweight share", "Share of the benefit that would come without public money, as the user states it for the screen's verdict", "0–1"),
    Column("affordable_homes", "number", "Affordable homes", "Homes scored × the scheme's share of affordable homes", "homes"),
    Column("additional_homes_low", "number", "Additional homes, fewest", "Homes less the most leakage, displacement, substitution and deadweight, from the fewest homes", "homes", AG),
    Column("additional_homes", "number", "Additional homes", "Homes scored less leakage, displacement, substitution and deadweight", "homes", AG),
    Column("additional_homes_high", "number", "Additional homes, most", "Homes less the least leakage, displacement, substitution and deadweight, from the most homes", "homes", AG),
    Column("additional_affordable_homes_low", "number", "Additional affordable homes, fewest", "Share of the fewest additional homes that is affordable", "homes", AG),
    Column("additional_affordable_homes", "number", "Additional affordable homes", "Share of the additional homes that is affordable", "homes", AG),
    Column("additional_affordable_homes_high", "number", "Additional affordable homes, most", "Share of the most additional homes that is affordable", "homes", AG),
    Column("additional_jobs_low", "number", "Additional jobs, fewest", "Jobs less the most that is taken away, with the smallest multiplier; never in the benefit-cost ratio", "jobs", AG),
    Column("additional_jobs", "number", "Additional jobs", "Jobs less leakage, displacement, substitution and deadweight, with the multiplier; never in the benefit-cost ratio", "jobs", AG),
    Column("additional_jobs_high", "number", "Additional jobs, most", "Jobs less the least that is taken away, with the largest multiplier; never in the benefit-cost ratio", "jobs", AG),
    Column("land_value_uplift_gbp", "number", "Land value uplift", "Residual land value less existing use value, before public money; may be below nought", "GBP", GB),
    Column("net_land_value_uplift_low_gbp", "number", "Net land value uplift, lowest", "Net land value uplift with the most deadweight and displacement", "GBP", GB),
    Column("net_land_value_uplift_gbp", "number", "Net land value uplift", "Land value with the gap paid less existing use value, net of deadweight and displacement", "GBP", GB),
    Column("net_land_value_uplift_high_gbp", "number", "Net land value uplift, highest", "Net land value uplift with the least deadweight and displacement", "GBP", GB),
    Column("optimism_bias", "number", "Optimism bias", "Added to the public cost: upper bound of its class × (1 − share dealt with)", "0–1", "Mott MacDonald 2002"),
    Column("public_cost_low_gbp", "number", "Public cost, lowest", "Lowest viability gap with the least optimism bias", "GBP"),
    Column("public_cost_gbp", "number", "Public cost", "Viability gap with optimism bias", "GBP"),
    Column("public_cost_high_gbp", "number", "Public cost, highest", "Highest viability gap with the most optimism bias", "GBP"),
    Column("public_cost_gbp_per_additional_home", "number", "Public cost per additional home", "Public cost over additional homes", "GBP/home"),
    Column("benefits_pv_gbp", "number", "Benefits, present value", "Net land value uplift, external benefit and benefit of affordable homes, discounted", "GBP", GB),
    Column("public_cost_pv_gbp", "number", "Public cost, present value", "Public cost, discounted", "GBP", GB),
    Column("bcr_low", "number", "Benefit-cost ratio, lowest", "Lowest benefits over highest public cost", "ratio", GB),
    Column("bcr", "number", "Benefit-cost ratio", "Benefits over public cost, in present values, without welfare weights", "ratio", GB),
    Column("bcr_high", "number", "Benefit-cost ratio, highest", "Highest benefits over lowest public cost; blank where that cost is nought", "ratio", GB),
    Column("welfare_weight", "number", "Welfare weight", "(Median income / income around the site) ^ elasticity", "ratio", GB),
    Column("bcr_weighted_low", "number", "Weighted benefit-cost ratio, lowest", "As the lowest ratio, with benefits to residents weighted", "ratio", GB),
    Column("bcr_weighted", "number", "Weighted benefit-cost ratio", "Benefit-cost ratio with benefits to residents weighted; the uplift to landowners is not", "ratio", GB),
    Column("bcr_weighted_high", "number", "Weighted benefit-cost ratio, highest", "As the highest ratio, with benefits to residents weighted", "ratio", GB),
    Column("bcr_weighted_elasticity_low", "number", "Weighted ratio, low elasticity", "Weighted ratio at the low end of the elasticity, all else central", "ratio", GB),
    Column("bcr_weighted_elasticity_high", "number", "Weighted ratio, high elasticity", "Weighted ratio at the high end of the elasticity, all else central", "ratio", GB),
    Column("additionality_basis", "text", "Additionality: what it rests on", "Whose assumptions the additional figures rest on, or which are missing"),
    Column("benefits_basis", "text", "Benefits: what they rest on", "Whose assumptions and which incomes the ratios rest on, or why there is none"),
    Column("guidance_edition", "text", "Guidance edition", "Editions of the guidance the appraisal follows"),
)  # fmt: skip

RULE_RESULTS = ("pass", "fail", "unknown", "not applicable")

SITE_RULE_COLUMNS = (
    Column("fund_rules", "text", "Fund rules", "fail where a rule that applies is failed, else unknown where one cannot be told, else pass", allowed=RULE_RESULTS),
    Column("fund_rules_failed", "text", "Fund rules failed", "Rules failed"),
    Column("fund_rules_unknown", "text", "Fund rules that cannot be told", "Rules for which a fact is missing"),
    Column("fund_rule_reasons", "text", "Fund rules: reasons", "Why each of them is failed or cannot be told"),
)  # fmt: skip

SITE_RANKING_COLUMNS = (
    Column("eligible", "flag", "Eligible", "Whether the site passed every gate", allowed=("yes", "no")),
    Column("gate_reasons", "text", "Gate reasons", "Codes of the gates the site failed, or of what could not be told"),
    Column("gate_doubt", "text", "Gate doubt", "Codes of the gates the uncertainty of the site's place could turn, either way"),
    Column("score", "number", "Score", "Weighted value on fixed anchors", "0–1"),
    Column("coverage", "number", "Coverage", "Share of the weight that rests on known values", "0–1"),
    Column("rank", "integer", "Rank", "Rank by score, 1 = first; equal scores share the better rank", "rank"),
    Column("rank_without_transit", "integer", "Rank without transit", "Rank among the same sites with no weight on any transit criterion", "rank"),
    Column("rank_p05", "integer", "Rank, best case", "5th percentile of the rank over redrawn weights, and over facts redrawn where they are uncertain or unknown", "rank"),
    Column("rank_p95", "integer", "Rank, worst case", "95th percentile of the rank over redrawn weights, and over facts redrawn where they are uncertain or unknown", "rank"),
    Column("score_band", "text", "Score band", "Band of the score, for maps"),
)  # fmt: skip

SITES = Table(
    "sites", "site_id", True,
    (*REGISTER.columns, *SITE_SHAPE_COLUMNS, *SITE_AREA_COLUMNS, *SITE_ACCESS_COLUMNS, *SITE_PTAL_COLUMNS,
     *SITE_CORRIDOR_COLUMNS, *SITE_HISTORY_COLUMNS, *SITE_APPRAISAL_COLUMNS, *SITE_JOBS_COLUMNS, *SITE_DEADWEIGHT_COLUMNS, *SITE_VIABILITY_COLUMNS,
     *SITE_BENEFIT_COLUMNS, *SITE_RULE_COLUMNS, *SITE_RANKING_COLUMNS),
)  # fmt: skip
"""Every site considered, with all that was joined, appraised and ranked; ``c_<criterion>`` columns follow."""

EFFECTS = ("enters", "leaves", "rises", "falls", "same")

SCENARIO_EFFECTS = Table(
    "scenario effects", "effect_id", False,
    (
        Column("scenario", "text", "Scenario", "Name of the scenario, as the project gives it"),
        Column("site_id", "text", "Site id", "The site"),
        Column("site_name", "text", "Site name and address", "Name and address as registered", source=BLR),
        Column("effect", "text", "Effect", "Whether the site enters or leaves the ranking, rises or falls in it", allowed=EFFECTS),
        Column("places_gained", "integer", "Places gained", "Rank before less rank after; blank where it had or has none", "places"),
        Column("score_change", "number", "Change of score", "Score after less score before", "0–1"),
        Column("capacity_dwellings", "integer", "Homes scored", "The capacity that is scored", "homes"),
        *(Column(f"{name}_{when}", kind, f"{label}, {when}", f"{label} {when} the change", unit)
          for name, kind, label, unit in (
              ("rank", "integer", "Rank", "rank"), ("score", "number", "Score", "0–1"), ("corridor", "text", "Corridor", ""),
              ("corridor_walk_m", "number", "Walk to corridor", "m"), ("walk_m", "number", "Walk to rail or metro", "m"),
              ("access_index", "number", "Access index", "index"))
          for when in ("before", "after")),
    ),
)  # fmt: skip
"""One row per scenario and site ranked without or with it; index ``<scenario>|<site_id>``."""

SCENARIO_SUMMARY = Table(
    "scenario summary", "scenario", False,
    (
        *(Column(f"sites_{kind}", "integer", f"Sites: {kind}", meaning, "sites")
          for kind, meaning in (("enters", "Sites that enter the ranking"), ("leaves", "Sites that leave the ranking"),
                                ("rises", "Sites that rise in the ranking"), ("falls", "Sites that fall in the ranking"))),
        Column("homes_enters", "integer", "Homes on sites that enter", "Homes scored on the sites that enter", "homes"),
        Column("homes_leaves", "integer", "Homes on sites that leave", "Homes scored on the sites that leave", "homes"),
        Column("homes_unknown", "integer", "Homes not known", "Sites among those that enter or leave whose homes are not known", "sites"),
        Column("shortlist_enters", "integer", "Enter the shortlist", "Sites that enter the shortlist", "sites"),
        Column("shortlist_leaves", "integer", "Leave the shortlist", "Sites that leave the shortlist", "sites"),
    ),
)  # fmt: skip
"""One row per scenario."""

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

ACCESS_GRID = Table(
    "access grid", "cell", True,
    (
        Column("easting", "number", "Easting", "Easting of the cell's south-west corner", "m"),
        Column("northing", "number", "Northing", "Northing of the cell's south-west corner", "m"),
        *SITE_PTAL_COLUMNS[:2],
    ),
)  # fmt: skip
"""One row per cell of the study area, measured at its centre; index ``E406800N286700``."""

SERVICE_STOPS = Table(
    "service stops", "stop_code", True,
    (
        Column("feed", "text", "Feed", "Timetable file the stop is from, as the project names it", source="GTFS"),
        Column("stop_id", "text", "Stop id", "The feed's own id of the stop", source="GTFS"),
        Column("stop_name", "text", "Stop name", "Name of the stop", source="GTFS"),
        Column("atco_code", "text", "ATCO code", "NaPTAN code; blank where no stop of that code is held", source="NaPTAN"),
        Column("station", "text", "Station", "The stop_code of its parent station, or its own; platforms of one station share it", source="GTFS"),
        Column("step_free", "flag", "Step-free", "Whether the feed states step-free boarding; blank where it does not say", source="GTFS", allowed=("yes", "no")),
        Column("place_basis", "text", "Place from", "Where its coordinates are from", allowed=("NaPTAN", "feed")),
    ),
)  # fmt: skip
"""One row per stop point of the timetables; index the ATCO code, or ``<feed>:<stop_id>`` where none is held."""

SERVICES = Table(
    "services", "service", False,
    (
        Column("stop_code", "text", "Stop", "Stop point served, an index of the service stops", source="GTFS"),
        Column("feed", "text", "Feed", "Timetable file, as the project names it", source="GTFS"),
        Column("route", "text", "Route", "What counts as one route: the feed's route; for rail each calling pattern", source="GTFS"),
        Column("route_name", "text", "Route name", "Short or long name of the route; for rail its calling pattern", source="GTFS"),
        Column("mode", "text", "Mode", "Mode of the route", source="GTFS", allowed=SERVICE_MODES),
        Column("direction", "text", "Direction", "Direction as the feed numbers it; blank where it does not", source="GTFS"),
        Column("window", "text", "Window", "Window of the day", allowed=WINDOWS),
        Column("service_date", "date", "Day", "Day the departures were counted on", source="GTFS"),
        Column("departures", "integer", "Departures", "Departures in the window; a vehicle that ends there does not depart", "departures", "GTFS"),
        Column("per_hour", "number", "Per hour", "Departures per hour of the window", "1/h", "GTFS"),
    ),
)  # fmt: skip
"""One row per stop point, route, direction and window; index ``<stop>|<route>|<direction>|<window>``."""

DEPARTURES = Table(
    "departures", "departure", False,
    (
        Column("stop_code", "text", "Stop", "Stop point served, an index of the service stops", source="GTFS"),
        Column("feed", "text", "Feed", "Timetable file, as the project names it", source="GTFS"),
        Column("route", "text", "Route", "What counts as one route: the feed's route; for rail each calling pattern", source="GTFS"),
        Column("mode", "text", "Mode", "Mode of the route", source="GTFS", allowed=SERVICE_MODES),
        Column("direction", "text", "Direction", "Direction as the feed numbers it; blank where it does not", source="GTFS"),
        Column("service_date", "date", "Day", "Day the departures were counted on", source="GTFS"),
        Column("hour", "integer", "Hour", "Hour of the service day, past 23 for the night after it", "h", "GTFS"),
        Column("departures", "integer", "Departures", "Departures in that hour", "departures", "GTFS"),
    ),
)  # fmt: skip
"""One row per stop point, route, direction and hour of the day counted; index a running number."""

SITE_CORRIDORS = Table(
    "site corridors", "site_corridor", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("corridor", "text", "Corridor", "Corridor with a counted stop within the walk cut-off of the site"),
        Column("kind", "text", "Kind", "Kind of corridor: metro, rail, sprint, growth-area, …"),
        Column("stop", "text", "Nearest stop", "The corridor's nearest stop that counts"),
        Column("stop_order", "integer", "Its order", "Place of that stop along the corridor", "place"),
        Column("stop_state", "text", "Its state", "Whether that stop was in use on the network date", allowed=STOP_STATES),
        Column("walk_m", "number", "Walk", "Walk to that stop", "m"),
        Column("walk_basis", "text", "Walk measured by", "How the walk was measured", allowed=("network", "straight-line")),
        Column("chainage_m", "number", "Chainage", "Where the site lies along the corridor's line, from its first stop", "m"),
        Column("side", "text", "Side", "Side of the line the site lies on, seen in the direction of growing chainage", allowed=SIDES),
        Column("decay", "number", "Decay", "How much that stop counts: 1 near, falling to 0 at the cut-off", "0–1"),
        Column("nearest", "flag", "Nearest corridor", "Whether this is the site's nearest corridor", allowed=("yes", "no")),
    ),
)  # fmt: skip
"""One row per site and corridor in reach; a site stands once under each; index ``<site_id>|<corridor>``."""

CORRIDOR_RANKINGS = Table(
    "corridor rankings", "site_corridor", False,
    (
        Column("corridor", "text", "Corridor", "Corridor in reach of the site"),
        Column("rank_in_corridor", "integer", "Rank in the corridor", "Rank among the corridor's ranked sites, 1 = first; equal ranks share the better one", "rank"),
        Column("site_id", "text", "Site id", "The site"),
        Column("site_name", "text", "Site name and address", "Name and address as registered", source=BLR),
        Column("rank", "integer", "Rank", "Rank among all sites", "rank"),
        Column("score", "number", "Score", "Weighted value on fixed anchors", "0–1"),
        Column("chainage_m", "number", "Chainage", "Where the site lies along the corridor's line, from its first stop", "m"),
        Column("side", "text", "Side", "Side of the line the site lies on, seen in the direction of growing chainage", allowed=SIDES),
        Column("stop", "text", "Nearest stop", "The corridor's nearest stop that counts"),
        Column("walk_m", "number", "Walk", "Walk to that stop", "m"),
    ),
)  # fmt: skip
"""One row per ranked site and corridor in reach; index ``<site_id>|<corridor>``."""

CORRIDOR_SUMMARY = Table(
    "corridor summary", "corridor", False,
    (
        Column("kind", "text", "Kind", "Kind of corridor: metro, rail, sprint, growth-area, …"),
        Column("length_m", "number", "Length", "Length of the line through its stops", "m"),
        Column("stops", "integer", "Stops", "Stops along the corridor", "stops"),
        Column("open_stops", "integer", "Open stops", "Stops in use on the network date", "stops"),
        Column("sites", "integer", "Sites in reach", "Sites with a counted stop of the corridor within the walk cut-off", "sites"),
        Column("shared_sites", "integer", "Of them in reach of others", "Sites in reach of other corridors too; they count in each, so sums over corridors count them twice", "sites"),
        Column("eligible_sites", "integer", "Eligible sites", "Sites in reach that passed every gate", "sites"),
        Column("ranked_sites", "integer", "Ranked sites", "Sites in reach that have a rank", "sites"),
        Column("shortlist_sites", "integer", "Sites on the shortlist", "Sites in reach on the shortlist; blank where no shortlist was given", "sites"),
        Column("best_rank", "integer", "Best rank", "Best rank among all sites of a site in reach", "rank"),
        Column("best_site", "text", "Best site", "Site id of that site; the first by id of equal ones"),
        Column("hectares", "number", "Hectares", "Registered area of the sites in reach, where known", "ha", BLR),
        Column("hectares_unknown", "integer", "Sites without hectares", "Sites in reach whose area is not known; the sum leaves them out", "sites"),
        Column("homes", "integer", "Homes", "Homes scored of the sites in reach, where known", "homes"),
        Column("homes_unknown", "integer", "Sites without homes", "Sites in reach whose homes are not known; the sum leaves them out", "sites"),
        Column("ranked_homes", "integer", "Homes on ranked sites", "Homes scored of the ranked sites in reach, where known", "homes"),
        Column("ranked_homes_unknown", "integer", "Ranked sites without homes", "Ranked sites in reach whose homes are not known; the sum leaves them out", "sites"),
        Column("identified_share", "number", "Market failure: Identified", "Share of the sites in reach with this verdict on market failure", "%"),
        Column("indicated_share", "number", "Market failure: Indicated", "Share of the sites in reach with this verdict on market failure", "%"),
        Column("not_found_share", "number", "Market failure: Not found", "Share of the sites in reach with this verdict on market failure", "%"),
        Column("cannot_tell_share", "number", "Market failure: Cannot tell", "Share of the sites in reach with this verdict on market failure", "%"),
        Column("imd_percentile", "number", "IMD percentile", "Mean IMD percentile, weighted as deprivation_basis says; low is deprived", "%", IOD),
        Column("deprived_share", "number", "Deprived share", "Share that is deprived (preset corridors.deprived_decile), weighted as deprivation_basis says", "%", IOD),
        Column("deprivation_known", "number", "Deprivation known", "Share of the catchment's area, or of the sites, whose deprivation is known", "%"),
        Column("deprivation_basis", "text", "Deprivation weighted by", "What the two deprivation columns are weighted by", allowed=("catchment by population", "catchment by area", "sites")),
        Column("note", "text", "Note", "How sites in reach of several corridors are counted here"),
    ),
)  # fmt: skip
"""One row per corridor; a site in reach of several corridors counts in each, once."""

VIABILITY_LINES = Table(
    "viability lines", "site_id", False,
    (
        Column("gdv_market_gbp", "number", "Value of market homes", "Floor area sold of the market homes × value", "GBP"),
        Column("gdv_affordable_gbp", "number", "Value of affordable homes", "Floor area of the affordable homes × value × their share of market value", "GBP"),
        Column("build_gbp", "number", "Build", "Floor area × build cost", "GBP"),
        Column("externals_gbp", "number", "Externals", "Roads, drains, gardens: share of build", "GBP"),
        Column("contingency_gbp", "number", "Contingency", "Share of build and externals", "GBP"),
        Column("fees_gbp", "number", "Fees", "Professional fees: share of build and externals", "GBP"),
        Column("marketing_gbp", "number", "Marketing", "Share of the value of market homes", "GBP"),
        Column("remediation_gbp", "number", "Remediation", "Cost of cleaning the ground for homes", "GBP"),
        Column("s106_gbp", "number", "Planning obligations", "Section 106 and community infrastructure levy", "GBP"),
        Column("finance_gbp", "number", "Finance", "Rate × share of spend × years on build, externals, contingency, fees, remediation and obligations", "GBP"),
        Column("return_gbp", "number", "Developer's return", "Share of the value of market homes and of affordable homes", "GBP", PPG),
        Column("residual_land_value_gbp", "number", "Residual land value", "Value less all lines before it", "GBP", PPG),
        Column("existing_use_value_gbp", "number", "Existing use value", "Hectares × existing use value per hectare", "GBP", PPG),
        Column("benchmark_land_value_gbp", "number", "Benchmark land value", "Existing use value × (1 + premium)", "GBP", PPG),
        Column("gap_gbp", "number", "Viability gap", "Benchmark less residual land value where positive, else nought", "GBP"),
    ),
)  # fmt: skip
"""The residual appraisal of a site, line by line."""

VIABILITY_DRIVERS = Table(
    "viability drivers", "driver_id", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("input", "text", "Input", "The input moved from its low to its high, all others central"),
        Column("shortfall_at_low_gbp_per_home", "number", "Shortfall at its low", "Benchmark less residual land value per home with the input at its low; below nought is a surplus", "GBP/home"),
        Column("shortfall_at_high_gbp_per_home", "number", "Shortfall at its high", "Benchmark less residual land value per home with the input at its high; below nought is a surplus", "GBP/home"),
        Column("swing_gbp_per_home", "number", "Swing", "How far the two lie apart", "GBP/home"),
        Column("place", "integer", "Place", "Place of the input among the site's, largest swing first", "place"),
    ),
)  # fmt: skip
"""One row per site and input that has a range; index ``<site_id>|<input>``."""

PPD = "HM Land Registry Price Paid Data"
PROPERTY_TYPES = ("detached", "semi-detached", "terraced", "flat", "other")

SALES = Table(
    "sales", "transaction", True,
    (
        Column("price_gbp", "number", "Price", "Price paid", "£", PPD),
        Column("transfer_date", "date", "Date of transfer", "Date on the transfer deed", source=PPD),
        Column("postcode", "text", "Postcode", "Postcode as it stood at the sale; never the street or the house", source=PPD),
        Column("property_type", "text", "Property type", "Kind of dwelling; other is what is no single dwelling", source=PPD, allowed=PROPERTY_TYPES),
        Column("new_build", "flag", "New build", "Whether it was newly built when sold", source=PPD, allowed=("yes", "no")),
        Column("tenure", "text", "Tenure", "Freehold or leasehold; blank where unknown", source=PPD, allowed=("freehold", "leasehold")),
        Column("category", "text", "Category", "A: sold singly at full market value; B: repossession, buy-to-let mortgage, power of sale, or not to a private buyer", source=PPD, allowed=("A", "B")),
        Column("floor_area_m2", "number", "Floor area", "Total floor area of the home; blank where not given or not plausible", "m²", "energy performance certificates"),
        Column("gbp_per_m2", "number", "Price per m²", "Price paid over floor area", "£/m²"),
        Column("used", "flag", "Used", "Whether the sale may tell what homes cost here", allowed=("yes", "no")),
        Column("left_out", "text", "Left out because", "Every reason why it may not, separated by semicolons"),
    ),
)  # fmt: skip
"""One row per sale, at its postcode; no place where the postcode is not known; index the transaction's identifier."""

AREA_SALES = Table(
    "sales by area", "area_sales", False,
    (
        Column("area", "text", "Area", "Code of the area, as the lookup names it"),
        Column("year", "integer", "Year", "Year of the transfer", "year", PPD),
        Column("property_type", "text", "Property type", "Kind of dwelling", source=PPD, allowed=PROPERTY_TYPES),
        Column("sales", "integer", "Sales", "Sales counted", "sales", PPD),
        Column("median_gbp", "number", "Median price", "Median price paid", "£", PPD),
    ),
)  # fmt: skip
"""One row per area, year and type with a sale; index a running number."""

NEAREST_SALES = Table(
    "nearest sales", "nearest_sale", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("place", "integer", "Place", "Place among the site's comparables, 1 = nearest; the latest first where they are equally near", "place"),
        Column("distance_m", "number", "Distance", "Straight line from the site to the sale's postcode", "m"),
        Column("transaction", "text", "Transaction", "Identifier of the sale", source=PPD),
        Column("price_gbp", "number", "Price", "Price paid", "£", PPD),
        Column("transfer_date", "date", "Date of transfer", "Date on the transfer deed", source=PPD),
        Column("property_type", "text", "Property type", "Kind of dwelling", source=PPD, allowed=PROPERTY_TYPES),
        Column("new_build", "flag", "New build", "Whether it was newly built when sold", source=PPD, allowed=("yes", "no")),
    ),
)  # fmt: skip
"""The sales nearest to each site; index a running number."""

GRADES = ("A", "B", "C")

SIGNALS_TABLE = Table(
    "market failure signals", "failure_signal", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("signal", "text", "Signal", "Letter of the signal", allowed=("V", "X", "C", "I", "P", "T", "S", "A", "E")),
        Column("kind", "text", "Kind", "Whether the signal is a failure itself or bears one out", allowed=("primary", "corroborating")),
        Column("value", "number", "Value", "Strength of the signal in this reading", "0–1"),
        Column("grade", "text", "Evidence grade", "A measured, B a proxy, C weak", allowed=GRADES),
        Column("gs", "number", "Grade × signal", "Value times the weight of its grade", "0–1"),
        Column("counts", "flag", "Counts", "Whether this is the strongest reading of the signal, which the verdict rests on", allowed=("yes", "no")),
        Column("reason", "text", "Reason", "What the reading says"),
        Column("counter_evidence", "text", "Counter-evidence", "What was looked at that could speak against it, and what was found"),
        Column("source", "text", "Read from", "The columns, or the user's layer, it is read from"),
    ),
)  # fmt: skip
"""One row per site, signal and reading; index a running number."""

PRICE_VALIDATION = Table(
    "price validation", "validation", False,
    (
        Column("method", "text", "Method", "How £/m² was told"),
        Column("measured", "text", "Error of", "Whether the error is of one sale, or of the mean of a block's sales"),
        Column("homes", "text", "Homes", "Whether of all homes, new ones, or others"),
        Column("used", "flag", "Used", "Whether the surface rests on this method, but where sales are few", allowed=("yes", "no")),
        Column("cases", "integer", "Cases", "Held-out sales, or blocks with enough of them", "cases"),
        Column("blocks", "integer", "Blocks", "Blocks they lie in", "blocks"),
        Column("block_m", "number", "Block", "Side of the squares held out together", "m"),
        Column("median_error_percent", "number", "Median error", "Median of |told − paid| over paid", "%"),
        Column("mean_error_gbp_per_m2", "number", "Mean error", "Mean of |told − paid|, of single sales", "£/m²"),
        Column("bias_percent", "number", "Bias", "Median of told over paid, less one", "%"),
        Column("interval_percent", "number", "Range", "Share of cases the range is to hold", "%"),
        Column("coverage_percent", "number", "Range: held", "Share it held, set from the errors of other folds alone", "%"),
        Column("wide_interval_percent", "number", "Wider range", "Share of cases a wider range is to hold", "%"),
        Column("wide_coverage_percent", "number", "Wider range: held", "Share it held, set from the errors of other folds alone", "%"),
    ),
)  # fmt: skip
"""How far the price surface errs on sales of blocks of land held out together; index a running number."""

COMPARABLES = Table(
    "comparables", "comparable", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("place", "integer", "Place", "Place among the site's comparables, 1 = nearest; the latest first where they are equally near", "place"),
        Column("distance_m", "number", "Distance", "Straight line from the site to the sale's postcode", "m"),
        Column("postcode_sector", "text", "Postcode sector", "Sector of the sale's postcode; never the street or the house", source=PPD),
        Column("property_type", "text", "Property type", "Kind of dwelling", source=PPD, allowed=PROPERTY_TYPES),
        Column("new_build", "flag", "New build", "Whether it was newly built when sold", source=PPD, allowed=("yes", "no")),
        Column("transfer_date", "date", "Date of transfer", "Date on the transfer deed", source=PPD),
        Column("price_gbp", "number", "Price", "Price paid", "£", PPD),
        Column("floor_area_m2", "number", "Floor area", "Total floor area of the home", "m²", "energy performance certificates"),
        Column("gbp_per_m2", "number", "Price per m²", "Price paid over floor area", "£/m²"),
    ),
)  # fmt: skip
"""The nearest comparable sales of each site, for its record; index ``<site_id>|<place>``."""

FUND_RULE_RESULTS = Table(
    "fund rule results", "result_id", False,
    (
        Column("site_id", "text", "Site id", "The site"),
        Column("fund", "text", "Fund", "Fund or policy the rule is of"),
        Column("rule", "text", "Rule", "The rule"),
        Column("title", "text", "Title", "The rule in words"),
        Column("result", "text", "Result", "Whether the site passes; unknown where a fact is missing", allowed=RULE_RESULTS),
        Column("reason", "text", "Reason", "The fact that was found, or is missing, and what to bear in mind"),
        Column("source", "text", "Source", "Who states the rule"),
        Column("date", "text", "Date", "When it was stated or read"),
        Column("confidence", "text", "Confidence", "How sure the rule is"),
    ),
)  # fmt: skip
"""One row per site and rule; index ``<site_id>|<rule>``."""

TABLES = (SITES, SITE_SHAPES, SHAPES, STOPS, CORRIDOR_STOPS, CORRIDORS, CATCHMENTS, AREAS, DEPRIVATION, POSTCODES,
          HISTORY, SCENARIO_EFFECTS, SCENARIO_SUMMARY, ACCESS_GRID, SERVICE_STOPS,
          SERVICES, DEPARTURES, SITE_CORRIDORS, CORRIDOR_RANKINGS, CORRIDOR_SUMMARY,
          FUND_RULE_RESULTS, VIABILITY_LINES, VIABILITY_DRIVERS, SALES, AREA_SALES, NEAREST_SALES,
          DEADWEIGHT_EVIDENCE, SIGNALS_TABLE, PRICE_VALIDATION, COMPARABLES)  # fmt: skip


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
        series = pd.Series(values, index=index)
        if series.dtype == DTYPES[kind]:
            return series  # already that kind: millions of departures pass here
        series = series.astype(object)
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
