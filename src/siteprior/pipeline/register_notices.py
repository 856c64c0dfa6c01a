"""What a run states at its end of the registers read: that they are old, or places out of step with their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pandas as pd

from siteprior.core.councils import council_names, in_force, known_councils
from siteprior.core.errors import InputError
from siteprior.core.files import of_file
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.result import NOT_YET, Result

SHOWN = 3
"""Registers named in one sentence, at most."""


def register_notices(result: Result) -> Iterator[str]:
    """Yield which registers' places are out of step with their rows, and which registers are old.

    Old is one older than ``as_of`` by more than the time in which a council has to review its own.

    A register is of its vintage as stated, else of its newest entry or start date; those of no known day are counted
    beside old ones, and give no sentence by themselves. That time is the parameter ``registers.review_years``.
    """
    if result.sites_read is NOT_YET:
        return
    yield from _out_of_step(result.issues)
    yield from _other_councils(result)
    as_of = result.project.project.as_of
    years = int(load_parameters("registers").number("review_years"))
    due = (pd.Timestamp(as_of) - pd.DateOffset(years=years)).date()
    listed = pd.DataFrame(result.sites_read)
    current = listed["file"].dropna().unique()  # older registers, which give the history, are files of registers too
    of_files = {read.file: read.vintage for read in result.provenance if read.role == "register"}
    stated = {str(file): vintage for file in current if (vintage := of_file(str(file), of_files)) is not None}
    days = _published(listed, stated, as_of)
    old = {file: day for file, day in days.items() if day < due}
    if not old:
        return
    named = [f"{file} {day}" for file, day in sorted(old.items(), key=lambda item: (item[1], item[0]))]
    undated = len(stated) - len(days)
    beside = f"; {undated:,} more of no known day, state the vintage" if undated else ""
    yield (
        f"{len(old):,} of {counted(len(stated), 'register')}: the newest entry or vintage is more than "
        f"{counted(years, 'year')} before as_of {as_of} "
        f"({first_few(named, SHOWN)}{beside}): ages, stalled permissions "
        "and what left the register since are not known; give newer registers, or an as_of not much later than these"
    )


def _out_of_step(issues: pd.DataFrame) -> Iterator[str]:
    """Yield which files hold places that are other rows', as the map links in the rows show."""
    from siteprior.registers.coordinates.out_of_step import OUT_OF_STEP

    stated = issues[issues["action"].str.startswith(OUT_OF_STEP)]
    rows = stated[stated["row"].notna() & stated["issue_type"].eq("invalid coordinates")].groupby("file").size()
    if rows.empty:
        return
    files = [f"{file} {count:,}" for file, count in rows.sort_values(ascending=False, kind="stable").items()]
    yield (
        f"{counted(int(rows.sum()), 'site')} may stand where another site of the register lies: the map links in the "
        f"rows name other places than the coordinates ({first_few(files, SHOWN)}; "
        f"action '{OUT_OF_STEP}' in the issues): their confidence is low; "
        "compare them with the site plans, or ask the council for a mended register"
    )


def _other_councils(result: Result) -> Iterator[str]:
    """Yield which registers are of councils outside the areas, and which of the areas' councils then have none."""
    of_register = {read.file: True for read in result.provenance if read.role == "register"}
    listed = pd.DataFrame(result.sites_read[["file", "organisation"]]).drop_duplicates()
    listed = listed[[of_file(str(file), of_register) is not None for file in listed["file"]]].dropna()
    if result.areas is NOT_YET or listed.empty:
        return
    inside = [str(code) for code in result.areas["district_code"].dropna().unique()]
    listed["council"] = [in_force(str(code), among=inside) for code in listed["organisation"]]
    names = council_names()
    known = listed[listed["council"].isin(list(known_councils()))]  # a combined authority lists land of all of them
    elsewhere = known.groupby("file").filter(lambda rows: not rows["council"].isin(inside).any())
    if not inside or elsewhere.empty:
        return
    first = elsewhere.drop_duplicates("file")
    files = [f"{file} of {names[code]}" for file, code in zip(first["file"], first["council"], strict=True)]
    without = sorted(names.get(code, code) for code in {*inside} - {*listed["council"]})
    beside = f", and none lists a site of {first_few(without, SHOWN)}" if without and len(known) == len(listed) else ""
    yield (
        f"{counted(len(files), 'register')} of no council of the areas ({first_few(sorted(files), SHOWN)}){beside}: "
        "give the registers of the areas' councils, or the areas of these"
    )


def _published(sites: pd.DataFrame, stated: Mapping[str, str], as_of: dt.date) -> dict[str, dt.date]:
    """Return the day of each register that has one, by file."""
    from siteprior.registers.matching.versions import published

    days: dict[str, dt.date] = {}
    for file, rows in sites[sites["file"].isin(list(stated))].groupby("file", sort=False):
        for vintage in (stated[str(file)], ""):  # a vintage that is no date says nothing, and the dates may
            try:
                days[str(file)] = published(rows, vintage, as_of=as_of)
            except InputError:
                continue
            break
    return days
