"""Twenty-eight million sales to area medians and site comparables: siteprior beside pandas.

    python benchmarks/sales.py [--runs 3] [--quick] [--rows 28000000] [--folder DIR]

The national file is made up in a temporary folder (the same bytes every time), in the sixteen columns HM Land Registry
publishes: 5 GB of text, 1.7 million postcodes, 33,755 areas; and a monthly change file after it. Each step is a process
of its own, the sides in turn. Timed is the call alone, without the start of Python and the imports; the peak memory is
the whole process's, and so is the processor time, both threads together: on a machine that others use too it says more
than the clock. Both sides must agree on every median and on every comparable.

| step | from | to |
|---|---|---|
| parse | both CSVs | siteprior's store: parquet, changes applied; hashes of the files in it |
| open | the store of the run before | the same store, files and store hashed and found whole |
| answers | the store | median per area, year and type; the ten nearest sales of 40,000 sites |
| pandas, parquet | the store's parquet, only the columns needed | the same two tables |
| pandas, CSV | the CSVs, only the columns needed | the medians alone, changes not applied, prices not compared |
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from measuring import (
    BESIDE,
    OWN,
    PEER,
    Outcome,
    child,
    command,
    in_turn,
    median_of,
    parser,
    print_found,
    row_of,
    size,
    yes,
)

POSTCODES, AREAS, SITES = size(1_700_000, 60_000), size(33_755, 1_200), size(40_000, 1_000)
PRICE_DATE, SINCE = date(2025, 12, 31), date(2021, 1, 1)
RADIUS_M, NUMBER = 1000.0, 10
LIMIT_S, LIMIT_MB = 20.0, 1500
CHUNK = 1_000_000
LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))


def make_places(folder: Path) -> None:
    """Write postcodes, each in an area of about fifty, and sites among them; nothing in it is a place."""
    rng = np.random.default_rng(1)
    n = np.arange(POSTCODES)
    outward = n // 600
    town = np.char.add(LETTERS[outward // 400 % 20], LETTERS[outward // 20 % 20])
    out = np.char.add(town, (outward % 20 + 1).astype(str))
    inward = np.char.add((n % 600 // 60).astype(str), np.char.add(LETTERS[n % 60 // 20 * 6], LETTERS[n % 20]))
    codes = pd.Index(np.char.add(np.char.add(out, " "), inward), name="postcode", dtype="str")
    area = n * AREAS // POSTCODES
    centre = rng.uniform((150_000, 50_000), (650_000, 650_000), (AREAS, 2))
    places = np.round(centre[area] + rng.normal(0, 400, (POSTCODES, 2)))
    named = np.array([f"E{1_000_000 + a:08d}" for a in range(AREAS)])
    near = places[rng.integers(POSTCODES, size=SITES)] + rng.normal(0, 300, (SITES, 2))
    table = {"easting": places[:, 0], "northing": places[:, 1], "area": named[area]}
    pd.DataFrame(table, index=codes).to_parquet(folder / "places.parquet")
    pd.DataFrame(near, columns=["x", "y"]).to_parquet(folder / "sites.parquet")


def read_places(folder: Path) -> tuple[pd.DataFrame, pd.Series, gpd.GeoDataFrame]:
    """Return the postcodes with their places, the area of each, and the sites."""
    table = pd.read_parquet(folder / "places.parquet")
    near = pd.read_parquet(folder / "sites.parquet").to_numpy()
    index = pd.Index([f"S:{i}" for i in range(SITES)], name="site_id")
    return (
        table[["easting", "northing"]],
        table["area"],
        gpd.GeoDataFrame(index=index, geometry=shapely.points(near), crs=27700),
    )


def make_files(folder: Path, rows: int) -> None:
    """Write the complete file of that many sales, and a change file of 0.3% of them."""
    import pyarrow as pa
    import pyarrow.csv

    codes = pa.array(read_places(folder)[0].index.to_list())
    roads = pa.array([f"{word} ROAD" for word in ("STATION", "CHURCH", "PARK", "VICTORIA", "GREEN", "MANOR")])
    towns = pa.array([f"TOWN {i}" for i in range(300)])
    days = pa.array([f"{np.datetime64('1995-01-01') + day} 00:00" for day in range(11_300)])
    numbers = pa.array([str(i) for i in range(250)])
    empty = pa.array([""])

    def write(target: Path, ids: np.ndarray, status: str, seed: int) -> None:
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="all_valid")
        rng = np.random.default_rng(seed)

        def drawn(letters: str, shares: list[float]) -> pa.Array:
            return pa.array(list(letters)).take(pa.array(rng.choice(len(letters), size=n, p=shares)))

        with target.open("wb") as out:
            for begin in range(0, len(ids), CHUNK):
                mine = ids[begin : begin + CHUNK]
                n = len(mine)
                day, where = rng.integers(len(days), size=n), rng.integers(POSTCODES, size=n)
                price = np.round(np.exp(rng.normal(11.9, 0.6, n)) * (1 + day / 4000), -2).astype(np.int64)
                blank, town = empty.take(pa.array(np.zeros(n, int))), towns.take(pa.array(where % 300))
                columns = [
                    pa.array([f"{{{k:08X}-5A1E-4000-8000-{k * 2654435761 % 2**48:012X}}}" for k in mine.tolist()]),
                    pa.array(price).cast(pa.string()), days.take(pa.array(day)), codes.take(pa.array(where)),
                    drawn("DSTFO", [0.22, 0.27, 0.29, 0.19, 0.03]), drawn("NY", [0.9, 0.1]), drawn("FL", [0.76, 0.24]),
                    numbers.take(pa.array(rng.integers(1, 250, n))), blank, roads.take(pa.array(where % 6)), blank,
                    town, town, towns.take(pa.array(where % 60)), drawn("AB", [0.95, 0.05]),
                    pa.array([status]).take(pa.array(np.zeros(n, int))),
                ]  # fmt: skip
                pyarrow.csv.write_csv(pa.table(columns, [f"c{i}" for i in range(16)]), out, options)

    write(folder / "pp-complete.csv", np.arange(rows), "A", 2)
    changed = rows // 1000
    for number, (status, ids) in enumerate(
        {"A": np.arange(rows, rows + changed), "C": np.arange(changed) * 7, "D": np.arange(changed) * 11 + 3}.items()
    ):
        write(folder / f"{status}.csv", ids, status, 3 + number)
    parts = [folder / f"{status}.csv" for status in "ACD"]
    (folder / "pp-monthly-update.csv").write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()


def files(folder: Path) -> list[Path]:
    """Return the files in the order they were published."""
    return [folder / "pp-complete.csv", folder / "pp-monthly-update.csv"]


def parse(folder: Path) -> float:
    """Parse the CSVs into a new store."""
    import shutil

    from siteprior.sources.sales.store import sales_store

    shutil.rmtree(folder / "cache", ignore_errors=True)
    return _opened(sales_store, folder)


def reopen(folder: Path) -> float:
    """Find the store again."""
    from siteprior.sources.sales.store import sales_store

    return _opened(sales_store, folder)


def _opened(sales_store: Callable, folder: Path) -> float:
    """Time the opening of the store."""
    start = time.perf_counter()
    with sales_store(files(folder), cache=folder / "cache") as store:
        took = time.perf_counter() - start
        print(f"    {sum(origin.rows for origin in store.provenance):,} sales", file=sys.stderr)
    return took


def answers(folder: Path) -> float:
    """Ask the store for the two tables."""
    import scipy.spatial  # noqa: F401 -- imports are not timed

    from siteprior.sources.sales.area_sales import area_medians, nearest_sales
    from siteprior.sources.sales.store import sales_store

    postcodes, areas, sites = read_places(folder)
    with sales_store(files(folder), cache=folder / "cache") as store:
        start = time.perf_counter()
        medians = area_medians(store, areas, price_date=PRICE_DATE)
        between = time.perf_counter()
        near = nearest_sales(
            store, postcodes, sites, radius_m=RADIUS_M, number=NUMBER, price_date=PRICE_DATE, since=SINCE
        )
        took = time.perf_counter() - start
    print(f"    medians {between - start:.1f} s, comparables {took - between + start:.1f} s", file=sys.stderr)
    _keep(folder, "siteprior", medians, near)
    return took


def pandas_parquet(folder: Path) -> float:
    """Make the two tables with pandas, of the same parquet and by distinct postcode too."""
    from scipy.spatial import cKDTree

    postcodes, areas, sites = read_places(folder)
    parts = sorted(folder.glob("cache/*/*.parquet"))
    columns = ["transaction", "price", "transfer_date", "postcode", "property_type", "new_build", "category"]
    start = time.perf_counter()
    sales = pd.concat([pd.read_parquet(part, columns=columns[1:]) for part in parts], ignore_index=True)
    medians = _pandas_medians(sales, areas)
    between = time.perf_counter()
    recent = pd.to_datetime(sales["transfer_date"]).between(pd.Timestamp(SINCE), pd.Timestamp(PRICE_DATE)) & _counts(
        sales
    )
    rows = np.flatnonzero(recent.to_numpy())
    near = sales.take(rows).assign(row=rows)
    sold = postcodes[postcodes.index.isin(near["postcode"].unique())]
    tree = cKDTree(sold.to_numpy())
    centres = shapely.get_coordinates(sites.geometry)
    last = tree.query(centres, k=[NUMBER], distance_upper_bound=RADIUS_M)[0][:, 0]
    found = tree.query_ball_point(centres, np.where(np.isfinite(last), last * (1 + 1e-9), RADIUS_M))
    site = np.repeat(np.arange(SITES), [len(row) for row in found])
    at = np.concatenate([np.asarray(row, dtype=np.int64) for row in found])
    distance = np.hypot(*(sold.to_numpy()[at] - centres[site]).T)
    pairs = pd.DataFrame({"site": site, "postcode": sold.index[at], "distance_m": distance})
    table = pairs.merge(near, on="postcode")
    ids = pd.concat([pd.read_parquet(part, columns=["transaction"]) for part in parts], ignore_index=True)
    table["transaction"] = ids["transaction"].take(table["row"]).to_numpy()
    table = table.sort_values(
        ["site", "distance_m", "transfer_date", "transaction"], ascending=[True, True, False, True]
    )
    table = table.groupby("site").head(NUMBER)
    took = time.perf_counter() - start
    print(f"    medians {between - start:.1f} s, comparables {took - between + start:.1f} s", file=sys.stderr)
    table["site_id"] = sites.index[table["site"]]
    _keep(folder, "pandas", medians, table.rename(columns={"price": "price_gbp"}))
    return took


def pandas_csv(folder: Path) -> float:
    """Make the medians with pandas from the complete file alone."""
    areas = read_places(folder)[1]
    start = time.perf_counter()
    names = {1: "price", 2: "transfer_date", 3: "postcode", 4: "property_type", 14: "category"}
    kinds = {1: "int32", 4: "category", 14: "category"}
    sales = pd.read_csv(files(folder)[0], header=None, usecols=list(names), dtype=kinds, parse_dates=[2])
    sales = sales.rename(columns=names)
    sales["property_type"] = sales["property_type"].cat.rename_categories(
        {"D": "detached", "S": "semi-detached", "T": "terraced", "F": "flat", "O": "other"}
    )
    _pandas_medians(sales, areas)
    return time.perf_counter() - start


def _counts(sales: pd.DataFrame) -> pd.Series:
    """Progress which sales count: as siteprior's parameters have it."""
    standard = (sales["category"] == "A") & (sales["property_type"] != "other")
    return standard & sales["price"].between(15_000, 5_000_000)


def _pandas_medians(sales: pd.DataFrame, areas: pd.Series) -> pd.DataFrame:
    """Return the median per area, year and type."""
    day = pd.to_datetime(sales["transfer_date"])
    rows = _counts(sales) & (day <= pd.Timestamp(PRICE_DATE))
    table = pd.DataFrame(
        {
            "area": sales["postcode"].map(areas.astype("category")), "year": day.dt.year,
            "property_type": sales["property_type"].astype("category"), "price": sales["price"],
        }
    )[rows]  # fmt: skip
    grouped = table.groupby(["area", "year", "property_type"], observed=True)["price"]
    return grouped.agg(["size", "median"]).reset_index().set_axis(
        ["area", "year", "property_type", "sales", "median_gbp"], axis=1
    )  # fmt: skip


def _keep(folder: Path, side: str, medians: pd.DataFrame, near: pd.DataFrame) -> None:
    """Write what a side found, for the comparison."""
    medians = medians.astype({"area": "str", "property_type": "str", "year": "int64", "sales": "int64"})
    medians.sort_values(["area", "year", "property_type"]).to_parquet(folder / f"{side}-medians.parquet", index=False)
    near = near[["site_id", "transaction", "distance_m", "price_gbp"]].astype({"price_gbp": "float64"})
    near.to_parquet(folder / f"{side}-near.parquet", index=False)


def agree(folder: Path) -> str:
    """Compare what both sides found, all of it."""
    for name in ("medians", "near"):
        ours, theirs = (pd.read_parquet(folder / f"{side}-{name}.parquet") for side in ("siteprior", "pandas"))
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-12)
    near, medians = (len(pd.read_parquet(folder / f"siteprior-{name}.parquet")) for name in ("near", "medians"))
    return f"Both sides agree on all {medians:,} medians and all {near:,} comparables"


STEPS: dict[str, tuple[Callable[[Path], float], str]] = {
    "parse": (parse, "siteprior: CSV to store"),
    "open": (reopen, "siteprior: store found again, checked"),
    "answers": (answers, "siteprior: medians and comparables of the store"),
    "pandas-parquet": (pandas_parquet, "pandas: the same of the store's parquet"),
    "pandas-csv": (pandas_csv, "pandas: CSV to medians alone"),
}


def measured(folder: Path, rows: int, runs: int, peer_runs: int) -> Outcome:
    """Make the files where they are not there yet, and measure all steps in turn."""
    if not files(folder)[1].exists():
        child(__file__, "--make", "--rows", rows, "--folder", folder)
    gigabytes = sum(file.stat().st_size for file in files(folder)) / 1e9
    times = {name: peer_runs if name.startswith("pandas") else runs for name in STEPS}
    found = in_turn(times, lambda name: child(__file__, "--step", name, "--folder", folder))
    agreed = child(__file__, "--compare", "--folder", folder)["agreed"]
    who = {"answers": OWN, "parse": BESIDE, "open": BESIDE}
    lines = [
        row_of(STEPS[name][1], who.get(name, PEER), found[name]) for name in sorted(STEPS, key=lambda n: n != "answers")
    ]
    own = found["answers"]
    good = median_of(own) < LIMIT_S and max(each["peak_mb"] for each in own) < LIMIT_MB
    sentences = [f"{agreed}. From the store under {LIMIT_S:.0f} s and {LIMIT_MB / 1000:.1f} GB: {yes(good)}."]
    return Outcome(f"{rows:,} sales, {gigabytes:.1f} GB of CSV", lines, sentences, good)


def main() -> int:
    """Run the sides in turn and print medians and ranges."""
    options = parser(__doc__)
    options.add_argument("--peer-runs", type=int, default=1, help="runs of pandas, which needs 6 GB and more")
    options.add_argument("--rows", type=int, default=size(28_000_000, 300_000))
    options.add_argument("--folder", type=Path, help="keep the files here for the next time; a temporary folder if not")
    options.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    options.add_argument("--compare", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.compare:
        print_found({"agreed": agree(given.folder)})
        return 0
    if given.make:
        make_places(given.folder)
        make_files(given.folder, given.rows)
        return 0
    if given.step:
        took = STEPS[given.step][0](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print_found({"seconds": took, "processor": used.ru_utime + used.ru_stime})
        return 0
    with tempfile.TemporaryDirectory(prefix="siteprior-benchmark-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return command(measured(folder, given.rows, given.runs, given.peer_runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
