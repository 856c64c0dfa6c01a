"""Whether England's run takes time in proportion to its sites: 8,000, 26,759 and 100,000 rows, time = a + b · rows.

    SITEPRIOR_DATA_ROOT=… python benchmarks/linearity.py [--runs 1]

The registers are made of the national one with a seed (``many_sites.py``); all else is ``tests/real/england.toml``.
Whole processes, siteprior's cache empty. The bar: b between the national register and 100,000 rows is at most 1.2 times
b between 8,000 and the national register. ``--quick`` takes the West Midlands' areas and stops, and few rows.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from many_sites import write_register
from measuring import BESIDE, QUICK, Outcome, command, in_turn, median_of, parser, process, row_of, yes

ROOT = Path(__file__).resolve().parents[1]
REGISTER = "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
AREAS = "real/england/england_lsoa21_bgc.parquet"
FEW_AREAS = "real/boundaries/wmca_lsoa21_bgc.geojson.gz"
BAR = 1.2
FEW, MANY = 8_000, 100_000


def slopes(rows: list[int], seconds: list[float]) -> tuple[float, float, float]:
    """Return b of all by least squares, and b between the first two and between the last two, in s per 1,000 rows."""
    x = np.array(rows) / 1000
    b = float(np.polyfit(x, seconds, 1)[0])
    low, high = np.diff(seconds) / np.diff(x)
    return b, float(low), float(high)


def with_register(text: str, path: str, *, few: bool) -> str:
    """Return England's project with another register; with few areas and stops where asked."""
    text, times = re.subn(r"(?m)^registers = .*$", f'registers = ["{path}"]', text)
    if times != 1:
        raise SystemExit("england.toml names its registers in another form than before")
    if few:
        text = text.replace(AREAS, FEW_AREAS)
        text = re.sub(r'(?m)^  "real/(england/naptan_\*|transit/naptan_(200|380|420)_.*)\.csv\.gz",\n', "", text)
    return text


def prepare(folder: Path, data: Path) -> dict[str, tuple[int, Path]]:
    """Write lines, registers and projects; return rows and project of each size."""
    process([sys.executable, str(ROOT / "tests" / "factories" / "england.py"), str(folder)])
    national = len(pd.read_csv(data / REGISTER, usecols=["site"]))
    areas = gpd.read_parquet(data / AREAS).to_crs(27700)
    text = (folder / "england.toml").read_text(encoding="utf-8")
    found = {}
    for rows in (2_000, 4_000, 8_000) if QUICK else (FEW, national, MANY):
        own = folder / str(rows)
        write_register(data / REGISTER, areas, rows, own / "register.csv")
        shutil.copy(folder / "england_rail.parquet", own)
        project = own / "england.toml"
        project.write_text(with_register(text, "register.csv", few=QUICK), encoding="utf-8")
        found[f"{rows:,} rows"] = (rows, project)
    return found


def measured(folder: Path, data: Path, runs: int) -> Outcome:
    """Measure each size in turn, and fit."""
    projects = prepare(folder, data)

    def one(side: str) -> dict[str, Any]:
        project = projects[side][1]
        environment = {"SITEPRIOR_CACHE": str(folder / "cache")}
        out = project.parent / "run"
        done = process([sys.executable, "-m", "siteprior", "run", str(project), "--quiet", "--out", str(out)],
                       environment=environment)  # fmt: skip
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
        shutil.rmtree(out)
        shutil.rmtree(folder / "cache", ignore_errors=True)
        return {**done._asdict(), "what": f"{size:.0f} MB written"}

    found = in_turn(dict.fromkeys(projects, runs), one)
    rows = [row_of(f"siteprior: England, {side}", BESIDE, taken, taken[-1]["what"]) for side, taken in found.items()]
    counts = [count for count, _ in projects.values()]
    sentences, good = [], True
    for words, name in (("Time", "seconds"), ("Processor time", "processor"), ("Memory, in MB,", "peak_mb")):
        b, low, high = slopes(counts, [median_of(taken, name) for taken in found.values()])
        sentences.append(f"{words}: b = {b:.3g} per 1,000 rows; {low:.3g} between the first two, {high:.3g} between "
                         f"the last two: {high / low:.2f} times.")  # fmt: skip
        good = good and (name != "seconds" or 0 < high <= BAR * low)
    sentences.append(f"In time at most {BAR} times: {yes(good)}.")
    return Outcome("England by the number of register rows, whole processes, nothing kept", rows, sentences, good)


def main() -> int:
    options = parser(__doc__, runs=1)
    given = options.parse_args()
    root = os.environ.get("SITEPRIOR_DATA_ROOT")
    if not root:
        options.error("SITEPRIOR_DATA_ROOT has to say where the data lies")
    with tempfile.TemporaryDirectory(prefix="siteprior-linearity-") as folder:
        return command(measured(Path(folder), Path(root), given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
