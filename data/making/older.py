"""Older vintages of two registers: what stood on them in earlier years, so that sites appear, change, leave, come back.

They agree with the current registers: a site is listed from its first date on, with what was known of it then. Some
sites left before today's register; a few facts were revised.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from making.registers import TEMPLATE_2017, V2, common_row, register
from making.sites import PUBLISHED, Site, draw_place
from making.world import ROADS, Row, World, stream

VINTAGES = {"dudley": (date(2019, 12, 13), date(2021, 12, 17), date(2023, 12, 15)),
            "sandwell": (date(2020, 12, 18), date(2022, 12, 16))}  # fmt: skip
GONE = 7  # sites of each council that no longer stand on the register


def gone_sites(world: World, key: str, sites: list[Site]) -> list[tuple[Site, date]]:
    """Draw sites that left the register before today, with the last vintage that lists each."""
    rng = stream(f"gone {key}")
    taken = [site.xy for site in sites]
    left = []
    for n in range(GONE):
        xy = draw_place(rng, world, key, taken)
        taken.append(xy)
        like, hectares = sites[rng.integers(len(sites))], round(float(rng.uniform(0.3, 3)), 2)
        homes = round(hectares * 42)
        left.append((like._replace(
            reference=f"ILL-{key[:3].upper()}-{901 + n}",
            name=f"Illustrative site {900 + n}, {rng.choice(ROADS)}, {key.title()}",
            xy=xy, hectares=hectares, low=homes, high=homes, first=PUBLISHED[n % 2], updated=PUBLISHED[1],
            ended=None, stage="", note="", permitted=date(2018, 5, 1) if like.kind else None,
        ), VINTAGES[key][n % len(VINTAGES[key])]))  # fmt: skip
    return left


def as_of(site: Site, day: date, revision: float) -> Site:
    """Return a site as its register knew it on a day: no later permission, stage or end, older figures."""
    later = site.permitted is not None and site.permitted > day
    homes = revision if revision < 1.2 else 1.0
    return site._replace(
        updated=min(site.updated, day),
        ended=site.ended if site.ended and site.ended <= day else None,
        stage=site.stage if site.updated <= day else "",
        status="not permissioned" if later else site.status,
        kind="" if later else site.kind,
        permitted=None if later else site.permitted,
        low=max(1, round(site.low * homes)), high=max(1, round(site.high * homes)),
        hectares=round(site.hectares * 1.25, 2) if revision >= 1.2 else site.hectares,
    )  # fmt: skip


def listed(world: World, key: str, sites: list[Site]) -> dict[date, list[Site]]:
    """Return the sites each older vintage of a council lists."""
    rng = stream(f"revisions {key}")
    # Which vintage a site's figures were revised after, and by how much: fewer homes before, or a larger area.
    revised = rng.integers(0, 3, len(sites))
    factor = np.where(rng.random(len(sites)) < 0.22, rng.choice([0.7, 0.85, 1.25], len(sites)), 1.0)
    # Left out of the second vintage by mistake, and listed again.
    missing = [site.reference for site in sites if site.first <= VINTAGES[key][0]][8]
    sold = {site.reference for site in sites[3::12]}  # in private hands until after the first vintage
    gone = gone_sites(world, key, sites)
    found = {}
    for n, day in enumerate(VINTAGES[key]):
        kept = [
            as_of(site, day, float(factor[i]) if n <= revised[i] else 1.0)
            for i, site in enumerate(sites)
            if site.first <= day and not (n == 1 and site.reference == missing)
        ]
        if n == 0:
            private = "not owned by a public authority"
            kept = [site._replace(ownership=private) if site.reference in sold else site for site in kept]
        kept += [as_of(site, day, 1.0) for site, last in gone if day <= last]
        found[day] = kept
    return found


def write_older(world: World, sites: dict[str, list[Site]]) -> dict[str, bytes]:
    """Write the older vintages in their councils' formats, with few faults: one reference is spelt in another way."""
    files = {}
    for key in VINTAGES:
        for n, (day, kept) in enumerate(listed(world, key, sites[key]).items()):
            rows: list[Row] = [common_row(key, site, "%d/%m/%Y") for site in kept]
            if key == "sandwell":
                for row, site in zip(rows, kept, strict=True):
                    row |= {"GeoX": f"{site.xy[0]:.0f}", "GeoY": f"{site.xy[1]:.0f}"}
                    row["OwnershipStatus"] = site.ownership or "unknown ownership"
            elif n == 0:
                rows[11]["SiteReference"] = rows[11]["SiteReference"].replace("-", " / ")
            columns = TEMPLATE_2017 if key == "sandwell" else V2
            files[f"sites/older/{key}_{day:%Y-%m}.csv"] = register(columns, rows).encode("cp1252")
    return files
