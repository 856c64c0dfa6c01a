"""Stops: the real stations, and invented bus stops, in NaPTAN's 43 columns."""

from __future__ import annotations

import numpy as np

from making.world import COUNCILS, ROADS, Row, World, csv_text, degrees, fields, read_facts, stream

NAPTAN = fields(
    "ATCOCode,NaptanCode,PlateCode,CleardownCode,CommonName,CommonNameLang,ShortCommonName,ShortCommonNameLang,Landmark,"
    "LandmarkLang,Street,StreetLang,Crossing,CrossingLang,Indicator,IndicatorLang,Bearing,NptgLocalityCode,LocalityName,"
    "ParentLocalityName,GrandParentLocalityName,Town,TownLang,Suburb,SuburbLang,LocalityCentre,GridType,Easting,Northing,"
    "Longitude,Latitude,StopType,BusStopType,TimingStatus,DefaultWaitTime,Notes,NotesLang,AdministrativeAreaCode,"
    "CreationDateTime,ModificationDateTime,RevisionNumber,Modification,Status"
)


def make_stops(world: World) -> list[Row]:
    """Return the stations as restated, then invented bus stops: two or three to an area, some out of use, some bare."""
    rng = stream("stops")
    rows = [{column: fact.get(column, "") for column in NAPTAN} for fact in read_facts("stations.csv")]
    for seed, key in zip(world.seeds, world.council, strict=True):
        for _ in range(rng.integers(2, 4)):
            x, y = np.round(seed + rng.normal(0, 260, 2)).astype(int)
            lon, lat = degrees((x, y))[0]
            if world.council_at((x, y)) is None:
                continue
            number = len(rows)
            inactive, bare = rng.random() < 0.06, rng.random() < 0.08
            kind, bus = ("BCS", "") if rng.random() < 0.03 else ("BCT", "HAR" if rng.random() < 0.03 else "MKD")
            rows.append(dict.fromkeys(NAPTAN, "") | {
                "ATCOCode": f"430ILL{number:05d}", "NaptanCode": f"zzz{number:05d}",
                "CommonName": f"Illustrative Road {number}", "Street": str(rng.choice(ROADS)),
                "Indicator": str(rng.choice(["opp", "adj", "before", "after", ""])),
                "Bearing": str(rng.choice(["N", "NE", "E", "SE", "S", "SW", "W", "NW"])),
                "LocalityName": "Illustrative", "ParentLocalityName": COUNCILS[key].name, "LocalityCentre": "false",
                "GridType": "UKOS", "Easting": str(x), "Northing": str(y),
                "Longitude": "" if bare else f"{lon:.5f}", "Latitude": "" if bare else f"{lat:.5f}",
                "StopType": kind, "BusStopType": bus, "TimingStatus": "OTH", "AdministrativeAreaCode": "105",
                "CreationDateTime": "2026-01-05T09:00:00", "ModificationDateTime": "2026-01-05T09:00:00",
                "RevisionNumber": "1", "Modification": "delete" if inactive else "new",
                "Status": "inactive" if inactive else "active",
            })  # fmt: skip
    return rows


def write_stops(rows: list[Row]) -> dict[str, bytes]:
    """Write the stops as NaPTAN does."""
    return {"transit/naptan.csv": csv_text([NAPTAN, *([row[c] for c in NAPTAN] for row in rows)]).encode()}
