"""The main job as an able analyst writes it in an afternoon: pandas and geopandas, no siteprior.

    python benchmarks/plain_main_job.py PROJECT.toml OUT [DATA_ROOT]

Reads the same inputs as siteprior's project, ranks sites by a weighted sum, writes a GeoPackage and a CSV. Registers
are taken as labelled; walks are straight lines; a site belongs to the nearest corridor. :data:`NOT_DONE` says what is
left out: the work is not the same, and the times are compared with that in mind.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

NOT_DONE = (
    "not done: no repair of labels, swapped axes or places, nor a log of them; duplicates and sites of many rows stay; "
    "straight lines for walks; no earlier registers nor layers of the user's; no market failure, gates, viability, "
    "funds, benefits or programme; no spread of ranks; no report, map, dossiers, workbook or provenance"
)
SYSTEMS = {"wgs84": "EPSG:4326", "etrs89": "EPSG:4258", "osgb36": "EPSG:27700"}
NAMES = {
    "geox": "x", "geoy": "y", "longitude": "x", "latitude": "y", "easting": "x", "northing": "y",
    "coordinatereferencesystem": "system", "hectares": "hectares", "hectaresgross": "hectares",
    "netdwellingsrangefrom": "homes", "minnetdwellings": "homes", "minimumnetdwellings": "homes",
    "housingestremaining": "homes", "sitereference": "reference", "siteref": "reference", "reference": "reference",
    "site": "reference", "sitenameaddress": "address", "siteaddress": "address", "address": "address",
}  # fmt: skip
STOP_TYPES = {"BCT": "bus", "BCS": "bus", "BCQ": "bus", "RLY": "rail", "RSE": "rail", "PLT": "rail", "MET": "rail"}
ANCHORS = {
    "corridor_m": (960, 400, 20), "station_m": (2000, 200, 10), "bus_m": (640, 100, 5), "imd_share": (1, 0, 20),
    "homes": (0, 1000, 15), "price_share": (1.5, 0.5, 10),
}  # fmt: skip
"""Worst, best and weight of each criterion: the anchors siteprior has, for comparable numbers."""
CORRIDOR_M = 960


def register(path: Path) -> pd.DataFrame:
    """Read one register, its places as labelled, in the national grid."""
    if path.suffix == ".xlsx":
        table = pd.read_excel(path)
    else:
        try:
            table = pd.read_csv(path, low_memory=False, encoding="utf-8-sig")
        except UnicodeDecodeError:
            table = pd.read_csv(path, low_memory=False, encoding="cp1252")
    plain = pd.Index(["".join(letter for letter in str(name).lower() if letter.isalpha()) for name in table.columns])
    grid = "easting" in plain
    table.columns = plain.map(lambda name: NAMES.get(name, name))
    table = table.loc[:, ~table.columns.duplicated()]
    for name in ("x", "y", "hectares", "homes"):
        table[name] = pd.to_numeric(table[name], errors="coerce") if name in table else np.nan
    label = table["system"].astype("str").str.lower().str.strip() if "system" in table else None
    places = []
    for system, rows in table.groupby(
        label if label is not None else np.full(len(table), "osgb36" if grid else "wgs84")
    ):
        points = gpd.points_from_xy(rows["x"], rows["y"], crs=SYSTEMS.get(str(system), "EPSG:4326"))
        places.append(gpd.GeoDataFrame(rows, geometry=points).to_crs(27700))
    found = pd.concat(places)
    return found[["reference", "address", "hectares", "homes", "geometry"]].assign(register=path.name)


def stops(paths: list[Path]) -> dict[str, Any]:
    """Return the places of active bus stops and stations."""
    columns = ["Easting", "Northing", "StopType", "Status"]
    table = pd.concat([pd.read_csv(path, usecols=columns, low_memory=False) for path in paths])
    table = table[(table["Status"] == "active") & table["Easting"].notna()]
    kind = table["StopType"].map(STOP_TYPES)
    return {name: table.loc[kind == name, ["Easting", "Northing"]].to_numpy() for name in ("bus", "rail")}


def corridor_points(entry: Any, root: Path, here: Path) -> pd.DataFrame:
    """Return points along the corridors, each with the corridor's name: stations of a list, or corners of lines."""
    name = entry if isinstance(entry, str) else entry["path"]
    path = here / name if (here / name).exists() else root / name
    if path.suffix == ".csv":
        table = pd.read_csv(path)
        table = table[(table["state"] == "open") & table["easting"].notna()]
        return table.rename(columns={"easting": "x", "northing": "y"})[["corridor", "x", "y"]]
    lines = gpd.read_parquet(path).to_crs(27700)
    lines.geometry = lines.geometry.segmentize(200)
    corners, row = shapely.get_coordinates(lines.geometry, return_index=True)
    return pd.DataFrame({"corridor": lines["name"].to_numpy()[row], "x": corners[:, 0], "y": corners[:, 1]})


def prices(project: dict[str, Any], root: Path, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the median price of the last five years per area, over the median of them all."""
    sources = project["sources"]
    if not sources.get("sales"):
        return pd.Series(dtype=float)
    codes = pd.concat(
        [pd.read_csv(path, header=None, usecols=[0, 2, 3]) for path in sorted(root.glob(sources["postcodes"]["path"]))]
    )
    points = gpd.GeoDataFrame({"postcode": codes[0]}, geometry=gpd.points_from_xy(codes[2], codes[3], crs=27700))
    placed = points.sjoin(areas[["code", "geometry"]], predicate="within").drop_duplicates("postcode")
    sales = pd.concat([pd.read_csv(root / name, low_memory=False) for name in sources["sales"]])
    sales = sales[(sales["PPD_category"] == "A") & (sales["property_type"] != "O")]
    sales = sales[pd.to_datetime(sales["transfer_date"]) >= "2021-01-01"]
    merged = sales.merge(placed[["postcode", "code"]], on="postcode")
    medians = merged.groupby("code")["price"].median()
    return medians / merged["price"].median()


def nearest(places: Any, points: Any) -> tuple[Any, Any]:
    """Return the distance to the nearest point, and which it is."""
    return cKDTree(points).query(places)


def main() -> None:
    """Do the job."""
    file, out = Path(sys.argv[1]), Path(sys.argv[2])
    project = tomllib.loads(file.read_text(encoding="utf-8"))
    root = Path(sys.argv[3]) if len(sys.argv) > 3 else file.parent / project["project"]["data_root"]
    sources = project["sources"]
    entries = [entry if isinstance(entry, str) else entry["path"] for entry in sources["registers"]]
    paths = [file.parent / name if (file.parent / name).exists() else root / name for name in entries]
    sites = pd.concat([register(path) for path in paths], ignore_index=True)
    rows = len(sites)
    sites = sites[~sites.geometry.is_empty & np.isfinite(sites.geometry.x) & np.isfinite(sites.geometry.y)]

    form = sources["areas"]
    path = root / form["path"]
    areas = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(
        f"/vsigzip/{path}" if path.suffix == ".gz" else path
    )  # fmt: skip
    areas = areas.to_crs(27700).rename(
        columns={form["code"]: "code", form["name"]: "area", form["district"]: "council"}
    )
    imd = pd.read_parquet(root / sources["deprivation"]["path"], columns=["lsoa21_code", "IMD_rank", "IMD_decile"])
    areas = areas[["code", "area", "council", "geometry"]].merge(imd, left_on="code", right_on="lsoa21_code")
    sites = sites.sjoin(areas.drop(columns="lsoa21_code"), predicate="within").drop(columns="index_right")
    sites = sites.reset_index(drop=True)

    found = stops([each for name in sources["stops"] for each in sorted(root.glob(name))])
    places = shapely.get_coordinates(sites.geometry)
    for kind, column in (("bus", "bus_m"), ("rail", "station_m")):
        sites[column] = nearest(places, found[kind])[0]
    along = pd.concat([corridor_points(entry, root, file.parent) for entry in project["corridors"]["paths"]])
    sites["corridor_m"], which = nearest(places, along[["x", "y"]].to_numpy())
    sites["corridor"] = along["corridor"].to_numpy()[which]
    sites.loc[sites["corridor_m"] > CORRIDOR_M, "corridor"] = None

    sites["imd_share"] = sites["IMD_rank"] / 33_755
    sites["price_share"] = sites["code"].map(prices(project, root, areas))
    total = weight_sum = 0.0
    for name, (worst, best, weight) in ANCHORS.items():
        value = ((sites[name] - worst) / (best - worst)).clip(0, 1)
        sites[f"c_{name}"] = value
        total = total + value.fillna(0) * weight
        weight_sum += weight
    sites["score"] = total / weight_sum
    sites["rank"] = sites["score"].rank(ascending=False, method="min")
    sites = sites.sort_values(["rank", "reference"])
    top = sites.head(project["shortlist"]["n"])
    summary = sites.groupby("corridor").agg(sites=("rank", "size"), homes=("homes", "sum"), score=("score", "median"))

    out.mkdir(parents=True, exist_ok=True)
    sites.to_file(out / "sites.gpkg", layer="sites", engine="pyogrio")
    top.to_file(out / "sites.gpkg", layer="shortlist", engine="pyogrio")
    sites.drop(columns="geometry").to_csv(out / "ranking.csv", index=False)
    summary.to_csv(out / "corridors.csv")
    print(f"{rows:,} rows, {len(sites):,} in an area and ranked, {sites['corridor'].notna().sum():,} along a corridor")


if __name__ == "__main__":
    main()
