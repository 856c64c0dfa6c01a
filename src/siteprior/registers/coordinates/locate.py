"""Where a register's sites lie and whose they are: its coordinate columns read, checked and reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core.io.parse_values import NOTHING
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.assign_council import CouncilAssignment, assign_councils
from siteprior.registers.coordinates import parse
from siteprior.registers.coordinates.candidates import (
    ENGLAND_EASTING,
    ENGLAND_NORTHING,
    NONE_TAKEN,
    Candidates,
    Places,
    choose,
    list_candidates,
)
from siteprior.registers.coordinates.link_check import link_check
from siteprior.registers.coordinates.postcode_check import (
    DIGIT_RESTORED,
    GRID_DIGITS,
    lower_confidence,
    postcode_check,
    restore_digits,
)
from siteprior.registers.coordinates.suggest_corrections import address_correction, suggest_correction
from siteprior.registers.coordinates.weigh_links import weigh_links
from siteprior.registers.councils import Councils
from siteprior.registers.rows import Rows

PAIRS = (("x", "y", parse.UNSTATED), ("longitude", "latitude", parse.DEGREES), ("easting", "northing", parse.METRES))
"""Pairs of coordinate fields, the first that a file has is what it states; the others stand beside it."""

OWN_LISTS = "own sites"
"""What the header of a list of the user's own is called, which follows no published schema."""

BESIDE = {"longitude": "taken from the longitude and latitude columns", "easting": "taken from the easting columns"}
POINT = "taken from the point column"

CONFIRMED_ISSUES = dict.fromkeys((DIGIT_RESTORED, GRID_DIGITS), "OSGB out of bounds of custom boundary")
"""Issue code of repairs that a stated postcode confirms."""


class Located(NamedTuple):
    """Where the rows lie, the council of each, and the coordinates exactly as they stood."""

    places: Places
    council: npt.NDArray[np.object_]
    repair: list[str | None]
    original_x: list[str]
    original_y: list[str]
    system: list[str]


class _Stated(NamedTuple):
    """The coordinates of the rows as texts and as the numbers read from them."""

    x_texts: list[str]
    y_texts: list[str]
    x: parse.Floats
    y: parse.Floats


def locate(
    rows: Rows,
    councils: Councils,
    log: IssueLog,
    *,
    organisation: str | None,
    postcodes: pd.DataFrame | None = None,
    by_place: bool = False,
) -> Located:
    """Find the coordinates (metres) and the council of each row.

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
        Where postcodes lie, for the cross-check; see :mod:`siteprior.registers.coordinates.postcode_check`.
    by_place
        As for :func:`siteprior.registers.assign_council.assign_councils`.
    """
    x_texts, y_texts, kinds, beside = _coordinate_columns(rows)
    x, x_numbers = parse.numbers(x_texts)
    y, y_numbers = parse.numbers(y_texts)
    swapped = np.array([a.axis == "y" or b.axis == "x" for a, b in zip(x_numbers, y_numbers, strict=True)], dtype=bool)
    x, y = np.where(swapped, y, x), np.where(swapped, x, y)
    blank = parse.is_nowhere(x, y)
    x, y = np.where(blank, np.nan, x), np.where(blank, np.nan, y)
    system = rows.texts("coordinate_system")
    candidates = list_candidates(x, y, kinds, beside)
    assignment = assign_councils(
        rows.texts("organisation_uri"), rows.texts("organisation_label"), rows.texts("resource"), candidates, councils,
        stated=organisation, entities=rows.texts("organisation_entity"), by_place=by_place,
    )  # fmt: skip
    areas = [councils.area(code) for code in assignment.council]
    check = postcode_check(rows, postcodes)
    links = link_check(rows, areas, assignment.group)
    confirming = [each.confirms(candidates.east, candidates.north) for each in (check, links) if each is not None]
    confirmed = np.logical_or.reduce(confirming) if confirming else None
    places = choose(candidates, assignment.council, councils, groups=assignment.group, confirmed=confirmed)
    places = _prefer_eastings(places, candidates)
    if check is not None:
        candidates, places = restore_digits(candidates, places, areas, x, y, check)
        places, far = lower_confidence(places, check)
        for row, distance in far.items():
            log.add(
                "default-value", row=rows.numbers[row], field="coordinate_confidence", value=check.postcodes[row],
                action=f"lies {distance / 1000:.1f} km from the postcode stated; left where it is, "
                f"confidence {places.confidence[row]}",
            )  # fmt: skip
    unweighed = places  # what a link contradicts lies in bounds all the same
    if links is not None:
        places = weigh_links(places, links, assignment.group, check, rows, log)
    _report_councils(rows, assignment, log)
    for row, (first, second) in enumerate(zip(x_numbers, y_numbers, strict=True)):
        if first.action or second.action:
            value = f"{x_texts[row]}, {y_texts[row]}"
            log.add(
                "patch", row=rows.numbers[row], field="coordinates", value=value, action=first.action or second.action
            )
    repair = _report_places(rows, candidates, unweighed, areas, _Stated(x_texts, y_texts, x, y), log)
    repair = ["axes swapped" if swap and not name else name for swap, name in zip(swapped, repair, strict=True)]
    return Located(places, assignment.council, repair, list(x_texts), list(y_texts), list(system))


def _coordinate_columns(
    rows: Rows,
) -> tuple[list[str], list[str], npt.NDArray[np.object_], dict[str, parse.Pair]]:
    """Return the texts the rows state their points by and of what kind, and the points of other columns (metres).

    Where the columns a file states its points by are blank, and another pair means no place, that pair is stated.
    """
    points = [parse.point(text) for text in rows.texts("point")]
    own = rows.headers.schema == OWN_LISTS  # they state metres first: degrees stand beside, for where these are blank
    pairs = [
        (first, rows.texts(first), rows.texts(second), kind)
        for first, second, kind in (reversed(PAIRS) if own else PAIRS)
        if first in rows.fields and second in rows.fields
    ]
    if any(x for x, _ in points):
        x_texts, y_texts = [x for x, _ in points], [y for _, y in points]
        metres = np.nanmax(np.abs(parse.numbers(x_texts)[0]), initial=0) > parse.MOST_DEGREES
        pairs.append(("point", x_texts, y_texts, parse.METRES if metres else parse.DEGREES))
    if not pairs:
        blank = [""] * len(rows.numbers)
        return blank, blank, np.array(blank, dtype=object), {}
    x_texts, y_texts, kind = list(pairs[0][1]), list(pairs[0][2]), pairs[0][3]
    kinds = np.array([parse.stated_kind(text) or kind for text in rows.texts("coordinate_system")], dtype=object)
    beside: dict[str, parse.Pair] = {}
    for name, first, second, kind in pairs[1:]:
        x, y = parse.numbers(first)[0], parse.numbers(second)[0]
        system = parse.SYSTEMS[parse.AS_DEGREES if kind == parse.DEGREES else parse.AS_METRES]
        beside[BESIDE.get(name, POINT)] = system.read(x, y)
        placed = np.logical_or.reduce([np.isfinite(east) for east, _ in beside.values()])
        for row in map(int, np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0) & ~placed)):
            if _blank(x_texts[row]) and _blank(y_texts[row]):
                x_texts[row], y_texts[row], kinds[row] = first[row], second[row], kind
    return x_texts, y_texts, kinds, beside


def _blank(text: str) -> bool:
    """Return whether a text states nothing."""
    return not text or bool(NOTHING.match(text))


def _prefer_eastings(places: Places, candidates: Candidates) -> Places:
    """Take a source's own eastings where they mean the same point as its degrees: no transformation is needed."""
    name = BESIDE["easting"]
    if name not in candidates.names:
        return places
    column = candidates.names.index(name)
    distance = np.hypot(candidates.east[:, column] - places.east, candidates.north[:, column] - places.north)
    degrees = np.isin(places.taken, [i for i, system in enumerate(parse.SYSTEMS) if system.kind == parse.DEGREES])
    use = degrees & (distance <= load_parameters("registers").number("same_place_m") / 2)
    return places._replace(
        east=np.where(use, candidates.east[:, column], places.east),
        north=np.where(use, candidates.north[:, column], places.north),
    )


def _report_councils(rows: Rows, assignment: CouncilAssignment, log: IssueLog) -> None:
    """Report what the file states of its organisation and is not followed."""
    for note in assignment.notes:
        log.add("default-value", field="organisation", action=note)
    stated = rows.organisations()
    for row in map(int, np.flatnonzero(assignment.misstated)):
        log.add(
            "invalid organisation", row=rows.numbers[row], field="organisation", value=stated[row],
            action=f"assigned to {assignment.council[row] or 'no council'}",
        )  # fmt: skip
    unknown = Counter(
        stated[row] for row, code in enumerate(assignment.council) if code is None and not assignment.misstated[row]
    )
    for value, count in unknown.items():
        action = f"no council known by this; left blank in {count} rows"
        log.add("invalid organisation", field="organisation", value=value, action=action)


def _report_places(
    rows: Rows,
    candidates: Candidates,
    places: Places,
    areas: Sequence[BaseGeometry | None],
    stated: _Stated,
    log: IssueLog,
) -> list[str | None]:
    """Report repairs and doubtful points row by row, and return the name of each repair."""
    repairs: list[str | None] = []
    good = places.inside
    middle = (np.median(places.east[good]), np.median(places.north[good])) if good.any() else (np.nan, np.nan)
    for row, (number, link) in enumerate(zip(rows.numbers, rows.texts("site_plan_url"), strict=True)):
        taken, value = int(places.taken[row]), f"{stated.x_texts[row]}, {stated.y_texts[row]}"
        # read as labelled, or not to be read in any other way: no repair
        repair = None if taken in (NONE_TAKEN, int(candidates.labelled[row])) else candidates.names[taken]
        repairs.append(repair)
        if repair is not None:
            confirmed = CONFIRMED_ISSUES.get(repair, "default-field")
            issue = parse.SYSTEMS[taken].issue if taken < len(parse.SYSTEMS) else confirmed
            log.add(issue, row=number, field="coordinates", value=value, action=repair)
        if places.confidence[row] in ("high", "medium"):
            continue
        x, y, area = stated.x[row], stated.y[row], areas[row]
        hint = "" if area is None else address_correction(link, area) or suggest_correction(x, y, area, middle)
        hint = f"; {hint}" if hint else ""
        if taken == NONE_TAKEN:
            blank = _blank(stated.x_texts[row]) and _blank(stated.y_texts[row])
            degrees = max(abs(x), abs(y)) <= 180  # false where one is no number
            code = "WGS84 out of bounds of England" if degrees else "missing value" if blank else "invalid coordinates"
            action = "the site has no place" if blank else "no certain reading; the site has no place"
            log.add(code, row=number, field="coordinates", value="" if blank else value, action=action + hint)
            continue
        metres = taken >= len(parse.SYSTEMS) or parse.SYSTEMS[taken].kind == parse.METRES
        east, north = places.east[row], places.north[row]
        england = parse.between(east, ENGLAND_EASTING) & parse.between(north, ENGLAND_NORTHING)
        log.add(
            f"{'OSGB' if metres else 'WGS84'} out of bounds of {'custom boundary' if england else 'England'}",
            row=number, field="coordinates", value=value, action="left where it is" + hint,
        )  # fmt: skip
    return repairs
