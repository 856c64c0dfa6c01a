"""Market: sales in HM Land Registry's sixteen columns, placed by postcodes of an area (ZZ) that does not exist.

A price is an area of floor times a price per square metre, which follows place, type, age and the years; what the
floor areas were stands in a file of its own, as if from energy certificates.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from making.deprivation import deprivation_of, surface
from making.world import COUNCILS, ROADS, World, csv_text, fields, packed, stream

FIRST_DAY, LAST_DAY = date(2023, 1, 3), date(2025, 12, 30)
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
PER_AREA, SALES = 3, 6.4  # postcodes to an area, sales to a postcode
TYPES = {"D": (0.16, 124, 1.12), "S": (0.34, 86, 1.04), "T": (0.32, 77, 1.0), "F": (0.18, 58, 1.06)}
"""Share of the sales, middling floor area in m², and price per m² beside a terraced house's."""
NEW_BUILD = 40  # postcodes with an estate of new homes
GROWTH = 0.035  # a year


class Postcodes(NamedTuple):
    """One row per postcode."""

    code: list[str]
    area: np.ndarray  # number of the small area
    xy: np.ndarray  # m


def make_postcodes(world: World) -> Postcodes:
    """Scatter postcodes about the middle of each small area."""
    rng = stream("postcodes")
    area = np.repeat(np.arange(len(world.codes)), PER_AREA)
    codes = []
    for n, key in enumerate(world.council[area]):
        inward = f"{n // 400 + 1}{LETTERS[n // 20 % 20]}{LETTERS[n % 20]}"
        codes.append(f"ZZ{list(COUNCILS).index(key) + 1} {inward}")
    return Postcodes(codes, area, np.round(world.seeds[area] + rng.normal(0, 230, (len(area), 2))))


def make_sales(world: World, postcodes: Postcodes) -> tuple[list[list[object]], np.ndarray]:
    """Draw the sales, in order of day, and the floor area of each."""
    rng = stream("sales")
    deprived = deprivation_of(world)["Index of Multiple Deprivation (IMD)"][0][postcodes.area]
    council = world.council[postcodes.area]
    level = np.array([COUNCILS[key].price / 77 for key in council])
    level *= np.exp(0.34 - 0.012 * deprived + 0.06 * surface(rng, postcodes.xy))
    estate = np.isin(np.arange(len(level)), rng.choice(len(level), NEW_BUILD, replace=False))
    place = np.repeat(np.arange(len(level)), rng.poisson(np.where(estate, 3 * SALES, SALES)))
    count = len(place)
    kind = rng.choice(list(TYPES), p=[share for share, *_ in TYPES.values()], size=count)
    new = np.where(estate[place], rng.random(count) < 0.75, rng.random(count) < 0.03)
    typical, relative = (np.array([TYPES[k][n] for k in kind]) for n in (1, 2))
    floor = np.round(np.clip(typical * np.exp(rng.normal(0, 0.21, count)), 24, 380))
    days = rng.integers(0, (LAST_DAY - FIRST_DAY).days + 1, count)
    per_m2 = level[place] * relative * (floor / typical) ** -0.25 * np.exp(GROWTH * days / 365.25)
    price = per_m2 * floor * np.where(new, 1.14, 1) * np.exp(rng.normal(0, 0.13, count))
    price = np.where(rng.random(count) < 0.012, price * 0.55, price)  # sitting tenants buy at a discount
    rows: list[list[object]] = []
    order = np.argsort(days, kind="stable")
    for n, i in enumerate(order, 1):
        name = COUNCILS[council[place[i]]].name.upper()
        rows.append([
            f"{{00000000-0000-4000-8000-{n:012d}}}", int(round(price[i] / 500) * 500),
            f"{FIRST_DAY + timedelta(days=int(days[i]))} 00:00", postcodes.code[place[i]], str(kind[i]),
            "Y" if new[i] else "N", "L" if kind[i] == "F" else "F", int(rng.integers(1, 240)),
            f"FLAT {rng.integers(1, 40)}" if kind[i] == "F" else "", str(rng.choice(ROADS)).upper(), "",
            name, name, "WEST MIDLANDS", "A", "A",
        ])  # fmt: skip
    return rows, floor[order]


def spoil(rows: list[list[object]]) -> None:
    """Put in what the real file has beside ordinary sales: category B, no postcode, prices far off."""
    for n in range(60, len(rows), 37):
        rows[n][14] = "B"  # an additional-price-paid record: a repossession, a sale to a company
    for n in range(150, len(rows), 900):
        rows[n][4], rows[n][1], rows[n][14] = "O", 1_850_000, "B"  # other than a dwelling
    for n in range(77, len(rows), 410):
        rows[n][3] = ""
    for n, price in ((640, 10_000), (1_700, 100), (2_900, 1), (4_100, 18_500_000), (5_200, 9_400_000)):
        rows[n][1] = price
    rows[3_300][3] = "ZZ9 9ZZ"  # a postcode the list does not hold
    rows[3_301][6] = "U"


def changes(rows: list[list[object]]) -> list[list[object]]:
    """Return a monthly update: late sales added, prices corrected, one sale deleted."""
    added = [[*row] for row in rows[400:5_600:260]]
    for n, row in enumerate(added, 1):
        row[0], row[2], row[15] = f"{{00000000-0000-4000-8000-9{n:011d}}}", f"2025-12-{n + 1:02d} 00:00", "A"
    corrected = [[*row] for row in rows[900:5_000:600]]
    for row in corrected:
        row[1], row[15] = round(float(str(row[1])) * 1.02 / 500) * 500, "C"
    return [*added, *corrected, [*rows[640][:15], "D"]]


def write_market(world: World) -> dict[str, bytes]:
    """Write postcodes, sales, a monthly update of the sales, and the floor areas of four sales in five."""
    rng = stream("floor areas")
    postcodes = make_postcodes(world)
    rows, floor = make_sales(world, postcodes)
    spoil(rows)
    located: list[list[object]] = []
    for n, (code, (x, y), area) in enumerate(zip(postcodes.code, postcodes.xy, postcodes.area, strict=True)):
        lost = n % 270 == 120
        located.append([
            code, 90 if lost else 10, 0 if lost else int(x), 0 if lost else int(y),
            "E92000001", "", "", "", "" if lost else COUNCILS[world.council[area]].code, "",
        ])  # fmt: skip
    known = [
        [row[0], f"{size:g}"] for row, size in zip(rows, floor, strict=True) if rng.random() < 0.8 and row[4] != "O"
    ]

    def sheet(table: list[list[object]]) -> bytes:
        return csv_text(table, end="\r\n", quoting=csv.QUOTE_ALL).encode()

    return {
        "market/price_paid.csv.gz": packed(sheet(rows)),
        "market/price_paid_2025-12_update.csv": sheet(changes(rows)),
        "market/floor_areas.csv.gz": packed(csv_text([fields("transaction,floor_area_m2"), *known]).encode()),
        "market/codepoint.csv": csv_text(located, end="\r\n", quoting=csv.QUOTE_NONNUMERIC).encode(),
    }
