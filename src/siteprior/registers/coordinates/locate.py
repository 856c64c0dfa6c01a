"""Where a register's sites lie and whose they are: its coordinate columns read, scored and reported."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.io.parse_values import NOTHING
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.assign_council import Credit, credit
from siteprior.registers.coordinates import parse as co
from siteprior.registers.coordinates.candidates import (
    ENGLAND_EASTING,
    ENGLAND_NORTHING,
    NOWHERE,
    Candidates,
    Places,
    candidates,
    choose,
)
from siteprior.registers.coordinates.postcode_check import GRID_DIGITS, SLIP, Witness, doubted, restore, witnesses
from siteprior.registers.coordinates.suggest_corrections import linked, suggest
from siteprior.registers.councils import Councils
from siteprior.registers.rows import Rows

PAIRS = (("x", "y", co.UNSAID), ("longitude", "latitude", co.DEGREES), ("easting", "northing", co.METRES))
"""Pairs of coordinate fields, the first that a file has is what it states; the others stand beside it."""

BESIDE = {"longitude": "taken from the longitude and latitude columns", "easting": "taken from the easting columns"}
POINT = "taken from the point column"

BY_WITNESS = {SLIP: "OSGB out of bounds of custom boundary", GRID_DIGITS: "OSGB out of bounds of custom boundary"}
"""Issue code of repairs that a stated postcode bears out."""


class Located(NamedTuple):
    """Where the rows lie, whose they are, and the coordinates exactly as they stood."""

    places: Places
    own: npt.NDArray[np.object_]
    repair: list[str | None]
    original_x: list[str]
    original_y: list[str]
    system: list[str]


class _Stated(NamedTuple):
    """The coordinates of the rows as texts and as the numbers read from them."""

    x_texts: list[str]
    y_texts: list[str]
    x: co.Floats
    y: co.Floats


def locate(
    rows: Rows, councils: Councils, log: IssueLog, *, organisation: str | None, postcodes: pd.DataFrame | None = None
) -> Located:
    """Find the place and the council of each row.

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    councils
        The councils known, with their areas where the caller has boundaries.
    log
        Takes every repair, every doubt and every organisation that is not the one stated.
    organisation
        The council the caller says the file is of.
    postcodes
        Where postcodes lie, as a second witness; see :mod:`siteprior.registers.coordinates.postcode_check`.
    """
    stated, beside = _pairs(rows)
    x_texts, y_texts, kind = stated
    x, x_read = co.numbers(x_texts)
    y, y_read = co.numbers(y_texts)
    named = np.array([a.axis == "y" or b.axis == "x" for a, b in zip(x_read, y_read, strict=True)], dtype=bool)
    x, y = np.where(named, y, x), np.where(named, x, y)
    nought = (x == 0) & (y == 0)
    x, y = np.where(nought, np.nan, x), np.where(nought, np.nan, y)
    system = rows.texts("coordinate_system")
    kinds = np.array([co.stated_kind(text) or kind for text in system], dtype=object)
    found = candidates(x, y, kinds, beside)
    credited = credit(
        rows.texts("organisation_uri"), rows.texts("organisation_label"), rows.texts("resource"), found, councils,
        stated=organisation,
    )  # fmt: skip
    areas = [councils.area(code) for code in credited.own]
    witness = witnesses(rows, postcodes)
    confirmed = None if witness is None else witness.confirms(found.east, found.north)
    places = choose(found, credited.own, councils, groups=credited.group, confirmed=confirmed)
    places = _own_eastings(places, found)
    if witness is not None:
        found, places = restore(found, places, areas, x, y, witness)
        places = _report_doubts(rows, places, witness, log)
    _report_credit(rows, credited, log)
    for place, (first, second) in enumerate(zip(x_read, y_read, strict=True)):
        if first.action or second.action:
            value = f"{x_texts[place]}, {y_texts[place]}"
            log.add(
                "patch", row=rows.numbers[place], field="coordinates", value=value, action=first.action or second.action
            )
    repair = _report_places(rows, found, places, areas, _Stated(x_texts, y_texts, x, y), log)
    repair = ["axes swapped" if swap and not words else words for swap, words in zip(named, repair, strict=True)]
    return Located(places, credited.own, repair, list(x_texts), list(y_texts), list(system))


def _pairs(rows: Rows) -> tuple[tuple[list[str], list[str], str], dict[str, co.Pair]]:
    """Return the pair of texts a file states its places by, and the places of its other coordinate columns."""
    points = [co.point(text) for text in rows.texts("point")]
    pairs = [
        (first, rows.texts(first), rows.texts(second), kind)
        for first, second, kind in PAIRS
        if first in rows.fields and second in rows.fields
    ]
    if any(x for x, _ in points):
        pairs.append(("point", [x for x, _ in points], [y for _, y in points], co.DEGREES))
    if not pairs:
        blank = [""] * len(rows.numbers)
        return (blank, blank, co.UNSAID), {}
    beside: dict[str, co.Pair] = {}
    for name, first, second, kind in pairs[1:]:
        x, y = co.numbers(first)[0], co.numbers(second)[0]
        read = co.SYSTEMS[co.AS_DEGREES if kind == co.DEGREES else co.AS_METRES].read
        beside[BESIDE.get(name, POINT)] = read(x, y)
    return pairs[0][1:], beside


def _own_eastings(places: Places, found: Candidates) -> Places:
    """Let a source's own eastings win where they say the same as its degrees: no transformation stands between."""
    name = BESIDE["easting"]
    if name not in found.names:
        return places
    column = found.names.index(name)
    apart = np.hypot(found.east[:, column] - places.east, found.north[:, column] - places.north)
    degrees = np.isin(places.taken, [i for i, system in enumerate(co.SYSTEMS) if system.kind == co.DEGREES])
    use = degrees & (apart <= float(load_parameters("registers")["same_place_m"].value) / 2)
    return places._replace(
        east=np.where(use, found.east[:, column], places.east),
        north=np.where(use, found.north[:, column], places.north),
    )


def _report_credit(rows: Rows, credited: Credit, log: IssueLog) -> None:
    """Report what the file states of its organisation and is not followed."""
    for note in credited.notes:
        log.add("default-value", field="organisation", action=note)
    addresses, labels = rows.texts("organisation_uri"), rows.texts("organisation_label")
    for place in map(int, np.flatnonzero(credited.wrong)):
        log.add(
            "invalid organisation", row=rows.numbers[place], field="organisation",
            value=addresses[place] or labels[place], action=f"credited to {credited.own[place] or 'no council'}",
        )  # fmt: skip
    unknown = Counter(
        addresses[place] or labels[place]
        for place, code in enumerate(credited.own)
        if code is None and not credited.wrong[place]
    )
    for value, count in unknown.items():
        action = f"no council known by this; left blank in {count} rows"
        log.add("invalid organisation", field="organisation", value=value, action=action)


def _report_doubts(rows: Rows, places: Places, witness: Witness, log: IssueLog) -> Places:
    """Report places in their council that lie far from the postcode their row states, and lower their confidence."""
    lowered, far = doubted(places, witness)
    for place, apart in far.items():
        log.add(
            "default-value", row=rows.numbers[place], field="coordinate_confidence", value=witness.postcodes[place],
            action=f"lies {apart / 1000:.1f} km from the postcode stated; left where it is, "
            f"confidence {lowered.confidence[place]}",
        )  # fmt: skip
    return lowered


def _report_places(
    rows: Rows, found: Candidates, places: Places, areas: list[Any], stated: _Stated, log: IssueLog
) -> list[str | None]:
    """Report repairs and doubts row by row, and return the words of each repair."""
    repair: list[str | None] = []
    good = places.inside
    middle = (np.median(places.east[good]), np.median(places.north[good])) if good.any() else (np.nan, np.nan)
    links = rows.texts("site_plan_url")
    for place, number in enumerate(rows.numbers):
        taken, value = int(places.taken[place]), f"{stated.x_texts[place]}, {stated.y_texts[place]}"
        words = _repair(found, places, place)
        repair.append(words)
        if words is not None:
            issue = co.SYSTEMS[taken].issue if taken < len(co.SYSTEMS) else BY_WITNESS.get(words, "default-field")
            log.add(issue, row=number, field="coordinates", value=value, action=words)
        if places.confidence[place] in ("high", "medium"):
            continue
        x, y = stated.x[place], stated.y[place]
        hint = "" if areas[place] is None else linked(links[place], areas[place]) or suggest(x, y, areas[place], middle)
        hint = f"; {hint}" if hint else ""
        if taken == NOWHERE:
            blank = all(not text or NOTHING.match(text) for text in (stated.x_texts[place], stated.y_texts[place]))
            degrees = max(abs(x), abs(y)) <= 180  # false where one is no number
            code = "WGS84 out of bounds of England" if degrees else "missing value" if blank else "invalid coordinates"
            said = "the site has no place" if blank else "no certain reading; the site has no place"
            log.add(code, row=number, field="coordinates", value="" if blank else value, action=said + hint)
            continue
        kind = "OSGB" if taken >= len(co.SYSTEMS) or co.SYSTEMS[taken].kind == co.METRES else "WGS84"
        england = co.between(places.east[place], ENGLAND_EASTING) & co.between(places.north[place], ENGLAND_NORTHING)
        edge = "custom boundary" if england else "England"
        log.add(
            f"{kind} out of bounds of {edge}", row=number, field="coordinates", value=value,
            action="left where it is" + hint,
        )  # fmt: skip
    return repair


def _repair(found: Candidates, places: Places, place: int) -> str | None:
    """Return the words of a repair, ``None`` where the row was read as labelled or could be meant in no other way."""
    taken, labelled = int(places.taken[place]), int(found.labelled[place])
    return None if taken in (NOWHERE, labelled) else found.names[taken]
