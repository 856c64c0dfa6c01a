"""The cross-check by map links: coordinates compared with the place a link in the same row names.

A link that agrees with a place in its council is a second source and raises the confidence; one that contradicts it
lowers it. Neither moves a place. Where the links of several rows name the places of other rows, coordinates and rows
are out of step (:mod:`siteprior.registers.coordinates.out_of_step`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates.candidates import Places
from siteprior.registers.coordinates.link_check import LinkCheck
from siteprior.registers.coordinates.out_of_step import OUT_OF_STEP, Seen, Step, find_out_of_step
from siteprior.registers.coordinates.postcode_check import PostcodeCheck
from siteprior.registers.rows import Rows

LEVELS = ("none", "low", "medium", "high")
LOW, MEDIUM, HIGH = 1, 2, 3


def weigh_links(
    places: Places,
    check: LinkCheck,
    groups: npt.NDArray[np.object_],
    postcodes: PostcodeCheck | None,
    rows: Rows,
    log: IssueLog,
) -> Places:
    """Raise and lower the confidence of places by what the links of their rows name; no place moves (metres).

    Parameters
    ----------
    places
        The places taken.
    check
        From :func:`link_check`.
    groups
        The register each row is of.
    postcodes
        The cross-check by postcodes, where there is one.
    rows
        The rows: their names and record numbers.
    log
        Takes each contradiction, and of each register out of step one row for the whole and one for each site.
    """
    level = np.array([LEVELS.index(name) for name in places.confidence])
    seen = _see(places, check, postcodes)
    steps = find_out_of_step(places, seen, groups, rows.texts("site_name"), postcodes)
    cleared = np.isin(np.arange(len(level)), [row for step in steps if step.shown_by for row in step.rows])
    weighed = np.where(seen.near & ~seen.doubted & places.inside & (level == MEDIUM), HIGH, level)
    weighed = np.where(seen.near & seen.by_postcode & (level == LOW), MEDIUM, weighed)
    floor = np.where(seen.by_postcode, np.minimum(level, MEDIUM), LOW)
    weighed = np.where(seen.against & ~cleared, np.maximum(level - 1, floor), weighed)
    for step in steps:
        if not step.shown_by:
            weighed = np.where(step.touched, np.minimum(np.minimum(weighed, level), MEDIUM), weighed)
            weighed[step.rows] = np.minimum(level, floor)[step.rows]
    after = places._replace(confidence=np.array([LEVELS[each] for each in weighed], dtype=object))
    _report_steps(steps, after, seen, rows.numbers, log)
    _report_others(steps, after, seen, rows.numbers, log)
    return after


def _see(places: Places, check: LinkCheck, postcodes: PostcodeCheck | None) -> Seen:
    """Ask links and postcodes about each place."""
    parameters = load_parameters("registers")
    near = check.confirms(places.east[:, None], places.north[:, None])[:, 0]
    distance, east, north = check.nearest(places.east, places.north)
    against = np.isfinite(distance) & ~near & (distance > parameters.number("link_far_m"))
    by_postcode, doubted = np.zeros(len(near), dtype=bool), np.zeros(len(near), dtype=bool)
    if postcodes is not None:
        by_postcode = postcodes.confirms(places.east, places.north)
        doubted = postcodes.distance(places.east, places.north) > parameters.number("postcode_far_m")
    return Seen(near, against, by_postcode, doubted, distance, east, north)


def _report_steps(steps: list[Step], places: Places, seen: Seen, numbers: Sequence[int], log: IssueLog) -> None:
    """Report each register out of step: once for the whole, and once for each row that is not certain for it."""
    for step in steps:
        if step.shown_by:
            log.add(
                "default-value", field="coordinate_confidence",
                action=f"the links of {len(step.rows)} rows name the places of other rows; the {step.shown_by} agree "
                "with the coordinates, so the links are out of step",
            )  # fmt: skip
            continue
        at_others = int((step.others >= 0).sum())
        log.add(
            "invalid coordinates", field="coordinates",
            action=f"{OUT_OF_STEP}: of {step.linked} links that name a place {len(step.rows)} contradict the "
            f"coordinates of their row, and {at_others} of these name the place of another row; left where they are, "
            "none certain",
        )  # fmt: skip
        for row, other in zip(step.rows, step.others, strict=True):
            place = f", where row {numbers[other]} lies" if other >= 0 else ""
            log.add(
                "invalid coordinates", row=numbers[row], field="coordinates",
                action=f"{OUT_OF_STEP}: {_what_is_named(seen, int(row))}{place}; left where it is, confidence "
                f"{places.confidence[row]}",
            )  # fmt: skip
        for row in sorted({int(row) for row in np.flatnonzero(step.touched)} - {int(row) for row in step.rows}):
            log.add(
                "default-value", row=numbers[row], field="coordinate_confidence",
                action=f"{OUT_OF_STEP} in this register; confidence {places.confidence[row]}",
            )  # fmt: skip


def _report_others(steps: list[Step], places: Places, seen: Seen, numbers: Sequence[int], log: IssueLog) -> None:
    """Report the rows that a link contradicts and that are not out of step with others."""
    reported = {int(row) for step in steps for row in step.rows}
    for row in map(int, np.flatnonzero(seen.against)):
        if row not in reported:
            log.add(
                "default-value", row=numbers[row], field="coordinate_confidence",
                action=f"{_what_is_named(seen, row)}; left where it is, confidence {places.confidence[row]}",
            )  # fmt: skip


def _what_is_named(seen: Seen, row: int) -> str:
    """Return what the nearest link of a row names and how far away that is (metres, kilometres)."""
    return (
        f"a link in the row names {seen.east[row]:.0f}, {seen.north[row]:.0f}, {seen.distance[row] / 1000:.1f} km away"
    )
