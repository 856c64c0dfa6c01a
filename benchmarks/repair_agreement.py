"""How near repaired places lie to the same site in other files of the corpus: the part of its page on that.

    python benchmarks/register_corpus.py

prints it within the page ``docs/reference/register-corpus.md``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates import parse as co

OUT_OF_STEP = ("HOR_aea7260a3472.csv", "POL_325dc8d13139.csv")
"""Files that differ from their council's other file by whole rows; looked at in both."""
OLD_DATUM = ("DEB_0f3b2d5a0386.csv", "DEB_4f7208b30f52.csv", "NED_6532de8eb78f.csv", "SHR_2091dd8344d3.csv")
"""Files whose degrees are of OSGB36 itself and stand some 110 m from the same sites in their council's other file."""


def seen_elsewhere(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the repaired rows whose site stands in another file, good as labelled, and how far apart the two lie.

    The same site is one of the same council with the same reference and the same name.
    """
    used = judged[judged["stated"] & judged["named"]]
    name = used["site_name"].fillna("").str.lower().str.replace("[^a-z0-9]", "", regex=True).str[:25]
    used = used.assign(site=used["organisation"] + " " + used["reference"].str.lower() + " " + name)
    good = used[used["labelled"] & used["repair"].isna()].drop_duplicates("site")
    good = good.set_index("site")[["easting", "northing", "file"]].add_suffix("_good")
    pairs = used[used["now"] & used["repair"].notna()].join(good, on="site", how="inner")
    pairs = pairs[pairs["file"] != pairs["file_good"]]
    apart = np.hypot(pairs["easting"] - pairs["easting_good"], pairs["northing"] - pairs["northing_good"])
    return pairs.assign(apart_m=apart)


def explained(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have a file that is out of step, or whose degrees are of the old datum."""
    known = [*OUT_OF_STEP, *OLD_DATUM]
    return pairs["file"].isin(known) | pairs["file_good"].isin(known)


def agreement(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return by kind of repair the pairs, those within 10, 100 and 500 m, the share within 100 m and the median (m).

    The last two rows are of all pairs, and of all but those of :func:`explained`.
    """
    by_kind = [(str(kind), group) for kind, group in pairs.groupby("repair", sort=True)]
    by_kind.sort(key=lambda item: -len(item[1]))
    by_kind += [("all", pairs), ("all, in step and of one datum", pairs[~explained(pairs)])]
    rows = [
        (kind, len(group), *(int((group["apart_m"] <= within).sum()) for within in (10, 100, 500)),
         float((group["apart_m"] <= 100).mean()), float(group["apart_m"].median()))
        for kind, group in by_kind
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["repair", "pairs", "m10", "m100", "m500", "share", "median"])


def of_the_ellipsoid(pairs: pd.DataFrame) -> pd.Series:
    """Return how far apart the pairs read as geocentric would lie, were their points on the ellipsoid (metres).

    That is the reading without the height of the geoid, for comparison.
    """
    rows = pairs[pairs["repair"].str.contains("geocentric")]
    to_degrees = co.transformer("EPSG:4326")
    longitude, latitude = to_degrees.transform(rows["easting"], rows["northing"], direction="INVERSE")
    sine2 = np.sin(np.radians(latitude)) ** 2
    curvature = co.GRS80_A / np.sqrt(1 - co.GRS80_E2 * sine2)
    radius2 = (curvature + load_parameters("registers").number("geoid_height_m")) ** 2 * (1 - sine2)
    lower = (co.GRS80_A**2 - radius2) / (co.GRS80_A**2 - co.GRS80_E2 * radius2)
    east, north = to_degrees.transform(longitude, np.degrees(np.arcsin(np.sqrt(lower))))
    return pd.Series(np.hypot(east - rows["easting_good"], north - rows["northing_good"]), index=rows.index)


def second_look(judged: pd.DataFrame) -> tuple[str, list[tuple[str, int, int, int, int, float, str]]]:
    """Return what the page says of repairs and other files, and its table."""
    pairs = seen_elsewhere(judged)
    far = pairs["apart_m"] > 500
    out = far & pairs["file"].isin(OUT_OF_STEP)
    before = of_the_ellipsoid(pairs)
    now = pairs.loc[before.index, "apart_m"]
    text = (
        "The council's area both chooses a reading and judges it. Independent of it: repaired rows whose site (same "
        "council, reference and name) stands in another file with coordinates that were good as labelled, and how near "
        f"the two lie. Of the {far.sum()} farther apart than 500 m, {out.sum()} are of two files that "
        "differ from their council's other file by whole rows: of Horsham's two the one that was good as labelled, and "
        "of Poole's two the repaired one, have coordinates out of step with their addresses. No reading mends that. "
        "Degrees of four more files (of Derbyshire Dales, North East Derbyshire and Shropshire) are of the old datum, "
        "OSGB36 itself, some 110 m from the same places in WGS84, which their labels do not say. The last row leaves "
        f"these files out.\n\nGeocentric places stand at sea level: the median distance of {len(now)} is "
        f"{now.median():.1f} m; taken for points of the ellipsoid it would be {before.median():.1f} m.\n"
    )
    table = agreement(pairs).astype({"median": object})
    table["median"] = [f"{metres:.1f}" for metres in table["median"]]
    return text, list(table.itertuples(index=False, name=None))
