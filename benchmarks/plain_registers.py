"""The plain script siteprior is measured beside: what an analyst writes for one register, looped over a folder.

    python benchmarks/plain_registers.py ARCHIVE.zip

Per file: ``pandas.read_csv`` with an encoding fallback, numbers by ``to_numeric``, and one ``Transformer`` per label
of the coordinate system, taken at its word. No header search, no repair, no boundaries, no issue log. A file it cannot
read is skipped and counted.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import pandas as pd
from pyproj import Transformer

SYSTEMS = {"wgs84": "EPSG:4326", "etrs89": "EPSG:4258", "osgb36": "EPSG:27700"}


def read(data: bytes) -> pd.DataFrame:
    """Read a CSV by the first encoding that fits."""
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return pd.read_csv(io.BytesIO(data), encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("no encoding fits")


def convert(table: pd.DataFrame, transformers: dict[str, Transformer]) -> pd.DataFrame:
    """Add eastings and northings to a register whose columns are named as the template names them."""
    x, y = (pd.to_numeric(table[name], errors="coerce") for name in ("GeoX", "GeoY"))
    if "CoordinateReferenceSystem" in table:
        label = table["CoordinateReferenceSystem"].astype("str").str.strip().str.lower()
    else:
        label = pd.Series("wgs84", index=table.index)
    places = pd.DataFrame(float("nan"), index=table.index, columns=["easting", "northing"])
    for name, transformer in transformers.items():
        rows = (label == name) & x.notna() & y.notna()
        if rows.any():
            places.loc[rows, "easting"], places.loc[rows, "northing"] = transformer.transform(x[rows], y[rows])
    return pd.concat([table, places], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", type=Path)
    archive = zipfile.ZipFile(parser.parse_args().archive)
    transformers = {name: Transformer.from_crs(crs, "EPSG:27700", always_xy=True) for name, crs in SYSTEMS.items()}
    tables, skipped = [], 0
    for name in sorted(archive.namelist()):
        try:
            tables.append(convert(read(archive.read(name)), transformers))
        except (KeyError, ValueError):
            skipped += 1
    rows = sum(len(table) for table in tables)
    placed = sum(int(table["easting"].abs().lt(1e7).sum()) for table in tables)
    print(f"{len(tables)} files, {skipped} skipped, {rows} rows, {placed} with a place")


if __name__ == "__main__":
    main()
