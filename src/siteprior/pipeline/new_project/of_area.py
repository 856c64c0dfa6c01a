"""The project of an area of England: every published dataset it needs, each with the part that is of the area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from siteprior.core.authorities import Authority, box_of
from siteprior.core.parameters import load_parameters
from siteprior.pipeline.new_project.lines import (
    Block,
    ByHand,
    NewProject,
    areas_entry,
    deprivation_entry,
    entry_of,
    line,
    lines,
)
from siteprior.project.kinds import Stated
from siteprior.sources.catalogue import load_catalogue

KNOWN_AREAS = {"wmca": "E47000007"}
"""Areas siteprior knows by a name of its own, and their combined authority: their corridors and funds ship with it."""

CORRIDORS = "corridors.csv"
"""The file of corridors beside a project file."""

NATIONAL_STOPS = ("910", "940")
"""NaPTAN areas of national rail, and of metro and trams: the stations of all Britain stand in them."""

RAIL_LINE = '# timetables: add {path = "transit/rail_gtfs.zip"} to the list above once trains are GTFS (README.md)'
"""The line on trains, whose timetable is not published as GTFS."""

NATIONAL_LAYERS = ("green_belt", "conservation_areas", "listed_buildings", "article_4")
"""Layers of constraints published for all England, named but not read until the analyst wants them."""


def project_of_area(
    name: str, authorities: Sequence[Authority], as_of: date, *, known: str | None, notes: Sequence[str] = ()
) -> NewProject:
    """Return the project of some local authorities.

    Parameters
    ----------
    name
        What the area is called.
    authorities
        At least one.
    as_of
        The day what registers say is judged on; sales are of the whole years before it.
    known
        The name siteprior knows the area by, whose corridors ship; ``None`` where it has none.
    notes
        What to know of the area, which stands with its districts.
    """
    margin = load_parameters("new_projects").number("box_margin_m")
    box = box_of(authorities, margin_m=margin)
    within = {each.combined_authority for each in authorities}
    return NewProject(
        title=f"Brownfield land along public transport in {name}",
        area=name,
        names=", ".join(each.name for each in authorities),
        as_of=as_of,
        sources=[
            _registers(authorities),
            *_transit(authorities, box, openings=known is not None),
            *_areas(authorities, box, notes),
            *_market(as_of),
        ],
        evidence=_evidence(box),
        corridors=[CORRIDORS] if known else [],
        by_hand=_by_hand(),
        profile=next((one for one, code in KNOWN_AREAS.items() if within == {code}), ""),
    )


def _registers(authorities: Sequence[Authority]) -> Block:
    """Return the registers: a council's own where its address is known, the national collection for the others."""
    own = load_catalogue().datasets["council_registers"].addresses
    entries: list[Stated] = [
        entry_of("council_registers", f"sites/{file_stem(each.name)}{_ending(own[each.code])}", each.code,
                 organisation=each.code)
        for each in authorities if each.code in own
    ]  # fmt: skip
    others: list[Stated] = [each.code for each in authorities if each.code not in own]
    if others:
        entries.append(entry_of("brownfield_land", "sites/brownfield_land.csv", councils=others))
    words = (
        "Councils' own as the national list has their addresses, else the national collection; newer ones may be out."
    )
    return lines("registers", entries, words)


def _ending(address: str) -> str:
    """Return the ending of the file behind an address; a table where it shows none."""
    ending = Path(address.rpartition("/")[2]).suffix.lower()
    return ending if ending in (".csv", ".xlsx", ".xlsm", ".xls", ".ods") else ".xlsx"


def _transit(authorities: Sequence[Authority], box: tuple[int, int, int, int], *, openings: bool) -> list[Block]:
    """Return stops, streets, timetables and heights."""
    areas = sorted({area for each in authorities for area in each.atco_areas_near})
    stops = [entry_of("naptan", f"transit/naptan_{area}.csv", area) for area in (*areas, *NATIONAL_STOPS)]
    words = "NaPTAN: the area's own and its neighbours', 910 national rail, 940 metro and tram."
    blocks = [lines("stops", stops, words)]
    if openings:
        blocks.append(line("openings", [CORRIDORS], 'Dated statements: "active" in NaPTAN does not mean open.'))
    extracts = sorted({each.geofabrik for each in authorities})
    if len(extracts) == 1:
        streets = entry_of("geofabrik", f"transit/{extracts[0]}.osm.pbf", extracts[0])
        blocks.append(line("streets", streets, "OpenStreetMap; without streets a walk is the straight line × 1.3."))
    else:
        words = f"OpenStreetMap: the area lies in {len(extracts)} of Geofabrik's extracts; its own ways are asked for."
        blocks.append(line("streets", {"path": "transit/streets.graphml", "osm": True}, words))
    regions = sorted({each.bods_region for each in authorities})
    feeds = [entry_of("bods_timetables", f"transit/{region}_gtfs.zip", region) for region in regions]
    words = "Bus timetables; without any there is no access index. Trains are not in them: README.md."
    heights = entry_of("terrain_50", "transit/terrain_50.tif", _text(box))
    return [
        *blocks, lines("timetables", feeds, words),
        Block(RAIL_LINE),
        line("elevation", heights, "Heights: walks then count the slope.", off=True),
    ]  # fmt: skip


def _areas(authorities: Sequence[Authority], box: tuple[int, int, int, int], notes: Sequence[str]) -> list[Block]:
    """Return the areas with their districts, and their deprivation."""
    areas = areas_entry(_text(box), [each.code for each in authorities])
    names = ", ".join(each.name for each in authorities)
    return [
        line("areas", areas, ". ".join([f"The study area: {names}", *notes]) + "."),
        line("deprivation", deprivation_entry()),
    ]


def _market(as_of: date) -> list[Block]:
    """Return postcodes and sales."""
    years = [str(as_of.year - back) for back in range(1, 1 + load_parameters("new_projects").integer("sales_years"))]
    postcodes = entry_of("code_point_open", "market/code_point_open.csv", check_locations=False)
    return [
        line("postcodes", postcodes, "Sales, and the postcodes that place them: a thin market shows in them."),
        lines("sales", [entry_of("price_paid", f"market/pp-{year}.csv", year) for year in years]),
    ]


def _evidence(box: tuple[int, int, int, int]) -> list[Block]:
    """Return the evidence of market failure, and constraints behind comment signs."""
    within: list[Stated] = list(box)
    layer = {name: entry_of(name, f"evidence/{name}.geojson", _text(box), coverage=within)
             for name in ("historic_landfill", "flood_zones", "priority_habitats")}  # fmt: skip
    national = [entry_of(name, f"evidence/{name}.csv", coverage="England") for name in NATIONAL_LAYERS]
    return [
        line("historic_landfill", layer["historic_landfill"]),
        lines("flood_zones", [layer["flood_zones"]]),
        line("land_values", entry_of("land_values_2023", "evidence/land_values_2023.xlsx")),
        line("households", entry_of("households", "evidence/census2021_ts054_lsoa.csv")),
        line("parcels", ["evidence/parcels/*.zip"], "HM Land Registry's parcels, by hand: README.md.", off=True),
        line("priority_habitats", layer["priority_habitats"], off=True),
        *(line(name, entry, off=True) for name, entry in zip(NATIONAL_LAYERS, national, strict=True)),
        line("coal", {"path": "evidence/development_high_risk_area.zip", "coverage": "England"},
             "Coal, by hand: README.md.", off=True),
    ]  # fmt: skip


def _by_hand() -> list[ByHand]:
    """Return what has no lasting address."""
    return [
        _hand("inspire_parcels", "evidence/parcels/", "a zip for each council; then take the # off parcels"),
        _hand("coal", "evidence/development_high_risk_area.zip", "then take the # off coal"),
        _hand(
            "rail_timetable",
            "transit/rail_gtfs.zip",
            "it needs an account and comes as CIF: convert it to GTFS, then name it",
        ),
    ]


def _hand(dataset: str, path: str, note: str) -> ByHand:
    published = load_catalogue().datasets[dataset]
    return ByHand(published.title, published.licence, published.page, path, note)


def _text(box: tuple[int, int, int, int]) -> str:
    return ",".join(map(str, box))


def file_stem(name: str) -> str:
    """Return a name as part of a file's: small letters and figures with ``-`` between.

    Examples
    --------
    >>> file_stem("Bristol, City of")
    'bristol-city-of'
    """
    return "-".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())
