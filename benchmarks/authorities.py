"""What each English local authority's published data is called: ATCO areas, timetable region, street extract, box.

    python benchmarks/authorities.py [--data-root DIR] [--write src/siteprior/core/authorities.csv]

prints the table ``core/authorities.csv`` from NaPTAN, the LSOAs of England and the lists of authorities of the Office
for National Statistics; ``--write`` puts it there. ``siteprior init`` writes a project for any of them from it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from siteprior.core.councils import in_force
from siteprior.core.files import write_text

HERE = Path(__file__).parent
DATA_ROOT = Path(os.environ.get("SITEPRIOR_DATA_ROOT", HERE.parents[1] / "shared" / "data"))
AREAS = "real/england/england_lsoa21_bgc.parquet"
AUTHORITIES = "real/boundaries/la_all_codes.csv.gz"
NAPTAN = ("real/england/naptan_*_stops_*.csv.gz", "real/transit/naptan_[2-4]*_stops_2026-07-21.csv.gz")

NEAR_M = 2_000
"""Stops this far beyond an authority may serve its sites: siteprior follows corridors as far."""

FEW_STOPS = 3
"""Fewer stops of an area within an authority are misplaced records, not its own."""

NOT_READ = {
    "180": [f"E080000{number:02}" for number in range(1, 11)],
    "450": [f"E080000{number:02}" for number in range(32, 37)],
    "490": [f"E090000{number:02}" for number in range(1, 34)],
}
"""ATCO areas whose stops were not at hand, and the authorities of Greater Manchester, West Yorkshire and London."""

NEW_AUTHORITIES = {
    "E47000012": ("E06000014", "E06000065"),
    "E47000013": ("E06000015", "E06000018", "Derbyshire", "Nottinghamshire"),
    "E47000014": ("E06000047", "E06000057", "E08000021", "E08000022", "E08000023", "E08000024", "E08000037"),
    "E47000015": ("E06000027", "Devon"),
    "E47000016": ("E06000010", "E06000011"),
    "E47000017": ("E06000012", "E06000013", "Lincolnshire"),
    "E47000018": ("E06000008", "E06000009", "Lancashire"),
}
"""Combined authorities formed since the list was made: their districts, and counties with all their districts."""

BODS = {
    "North East": "north_east", "North West": "north_west", "Yorkshire and The Humber": "yorkshire",
    "East Midlands": "east_midlands", "West Midlands": "west_midlands", "East of England": "east_anglia",
    "London": "london", "South East": "south_east", "South West": "south_west",
}  # fmt: skip
"""Regions of England, and what the Bus Open Data Service calls them in its addresses."""

EXTRACTS = {
    "durham": "E06000001 E06000005 E06000047",
    "north-yorkshire": "E06000002 E06000003 E06000004 E06000014 E06000065",
    "cheshire": "E06000006 E06000007 E06000049 E06000050",
    "lancashire": "E06000008 E06000009",
    "east-yorkshire-with-hull": "E06000010 E06000011",
    "lincolnshire": "E06000012 E06000013",
    "derbyshire": "E06000015", "leicestershire": "E06000016", "rutland": "E06000017", "nottinghamshire": "E06000018",
    "herefordshire": "E06000019", "shropshire": "E06000020 E06000051", "staffordshire": "E06000021",
    "somerset": "E06000022 E06000024 E06000066", "bristol": "E06000023", "gloucestershire": "E06000025",
    "devon": "E06000026 E06000027", "dorset": "E06000058 E06000059", "wiltshire": "E06000030 E06000054",
    "cambridgeshire": "E06000031", "bedfordshire": "E06000032 E06000055 E06000056", "essex": "E06000033 E06000034",
    "kent": "E06000035", "berkshire": "E06000036 E06000037 E06000038 E06000039 E06000040 E06000041",
    "buckinghamshire": "E06000042 E06000060", "east-sussex": "E06000043", "hampshire": "E06000044 E06000045",
    "isle-of-wight": "E06000046", "northumberland": "E06000057", "cornwall": "E06000052 E06000053",
    "northamptonshire": "E06000061 E06000062", "cumbria": "E06000063 E06000064",
    "greater-manchester": "E08000001 E08000002 E08000003 E08000004 E08000005 E08000006 E08000007 E08000008 E08000009 "
    "E08000010",
    "merseyside": "E08000011 E08000012 E08000013 E08000014 E08000015",
    "south-yorkshire": "E08000017 E08000018 E08000038 E08000039",
    "tyne-and-wear": "E08000021 E08000022 E08000023 E08000024 E08000037",
    "west-midlands": "E08000025 E08000026 E08000027 E08000028 E08000029 E08000030 E08000031",
    "west-yorkshire": "E08000032 E08000033 E08000034 E08000035 E08000036",
}  # fmt: skip
"""Ceremonial counties as Geofabrik calls its extracts, and the authorities in each that are no county's districts."""

HEADER = f"""\
# What the published data of each English local authority is called: siteprior init writes a project from it.
# Made by benchmarks/authorities.py. Blank combined_authority: it is in none. Several values are joined by spaces.
# atco_areas: NaPTAN areas with {FEW_STOPS} stops or more in it; atco_areas_near: with stops within {NEAR_M:,} m of it.
# The stops of 180, 450, 490 were not at hand: they stand with their own authorities and those within {NEAR_M:,} m.
# xmin to ymax: the box of its LSOAs, metres, EPSG:27700.
# Authorities, counties, regions: drkane/geo-lookups, la_all_codes (Office for National Statistics, OGL v3); combined
# authorities E47000012 to E47000018, formed in 2024 and 2025: ONS codes as public code lists have them in December
# 2025. Stops: NaPTAN of July 2026 (Department for Transport, OGL v3). Boxes: LSOAs of 2021 (ONS, OGL v3).
# bods_region, geofabrik: what the Bus Open Data Service and Geofabrik call its region and county in their addresses.
# Contains public sector information licensed under the Open Government Licence v3.0.
# Source: Office for National Statistics licensed under the Open Government Licence v3.0. Contains OS data © Crown
# copyright and database right.
"""


def authorities(root: Path) -> pd.DataFrame:
    """Return one row per local authority in force, by its ONS code.

    Parameters
    ----------
    root
        The folder with the published files.
    """
    listed = pd.read_csv(root / AUTHORITIES, dtype=str).drop_duplicates("LADCD_ACTIVE")
    listed = listed[listed["LADCD_ACTIVE"].str.startswith("E")].set_index("LADCD_ACTIVE").sort_index()
    table = pd.DataFrame(
        {
            "name": listed["LADNM_ACTIVE"],
            "combined_authority": _combined_authorities(listed),
            "county": listed["UTLANM"].where(listed["UTLANM"] != listed["LADNM_ACTIVE"], ""),
            "region": listed["RGNNM"],
            "bods_region": listed["RGNNM"].map(BODS),
            "geofabrik": _extracts(listed),
        }
    )
    areas = _areas(root)
    table = table.join(_atco_areas(root, areas)).join(_boxes(areas))
    return table.rename_axis("code")


def _combined_authorities(listed: pd.DataFrame) -> pd.Series:
    """Return the combined authority of each, those formed since put in."""
    found = listed["CAUTHCD"].fillna("")
    found = found.mask(found.isin(["E47000010", "E47000011"]), "")  # both ended in May 2024
    for code, members in NEW_AUTHORITIES.items():
        found = found.mask(listed.index.isin(members) | listed["UTLANM"].isin(members), code)
    return found


def _extracts(listed: pd.DataFrame) -> pd.Series:
    """Return the county's extract of OpenStreetMap, by Geofabrik's name."""
    known = {code: extract for extract, codes in EXTRACTS.items() for code in codes.split()}
    county = listed["UTLANM"].str.lower().str.replace(" ", "-")
    extract = pd.Series(listed.index, index=listed.index).map(known).fillna(county)
    return extract.mask(listed["RGNNM"] == "London", "greater-london")


def _areas(root: Path) -> gpd.GeoDataFrame:
    """Return the LSOAs of England (EPSG:27700) with the code of the authority in force of each."""
    areas = gpd.read_parquet(root / AREAS, columns=["LADCD_ACTIVE", "geometry"]).to_crs("EPSG:27700")
    areas["code"] = areas["LADCD_ACTIVE"].map(in_force)
    areas["geometry"] = areas.make_valid()
    return areas[["code", "geometry"]]


def _atco_areas(root: Path, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the NaPTAN areas of the stops in each authority, and of those near it, by number of stops."""
    files = sorted(path for pattern in NAPTAN for path in root.glob(pattern))
    stops = pd.concat([pd.read_csv(path, usecols=["ATCOCode", "Easting", "Northing"], dtype=str) for path in files])
    points = gpd.GeoDataFrame(
        {"atco": stops["ATCOCode"].str[:3]},
        geometry=gpd.points_from_xy(stops["Easting"], stops["Northing"], crs=areas.crs),
    ).reset_index(drop=True)
    points = points[points["atco"].str.fullmatch(r"[0-4]\d\d")]
    own = points.sjoin(areas)[["code", "atco"]].value_counts()
    # Stops a hundred metres apart are near the same authorities: one of each square is enough to know which.
    coarse = points.loc[~(points.get_coordinates() // 100).assign(atco=points["atco"]).duplicated()]
    near = coarse.sjoin(areas, predicate="dwithin", distance=NEAR_M)[["code", "atco"]].drop_duplicates()
    about = _not_read(areas)
    often = own[own >= FEW_STOPS].reset_index()[["code", "atco"]]
    known = {
        "atco_areas": pd.concat([often, about.loc[about["own"], ["code", "atco"]]]),
        "atco_areas_near": pd.concat([near, about[["code", "atco"]]]),
    }
    joined = {name: table.groupby("code")["atco"].agg(lambda codes: " ".join(sorted(set(codes))))
              for name, table in known.items()}  # fmt: skip
    return pd.DataFrame(joined).fillna("")


def _not_read(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the authorities within reach of the NaPTAN areas that were not at hand, and whether one is its own."""
    rows = []
    for atco, members in NOT_READ.items():
        inside = areas["code"].isin(members)
        reached = areas[~inside].sjoin(areas.loc[inside, ["geometry"]], predicate="dwithin", distance=NEAR_M)["code"]
        rows += [(code, atco, True) for code in members] + [(code, atco, False) for code in reached.unique()]
    return pd.DataFrame(rows, columns=["code", "atco", "own"])


def _boxes(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the box of each authority in whole metres, rounded outwards to 100 m."""
    bounds = areas.bounds.groupby(areas["code"])
    low, high = bounds[["minx", "miny"]].min() // 100 * 100, -(-bounds[["maxx", "maxy"]].max() // 100) * 100
    boxes = pd.concat([low, high], axis=1).astype(int)
    return boxes.set_axis(["xmin", "ymin", "xmax", "ymax"], axis=1)


def main() -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, default=DATA_ROOT)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    text = HEADER + authorities(options.data_root).to_csv(lineterminator="\n")
    if options.write is None:
        print(text, end="")
    else:
        write_text(options.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
