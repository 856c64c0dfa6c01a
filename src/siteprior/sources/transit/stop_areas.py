"""Which of the corridors' stops the files of stops have, by ATCO code, and the NaPTAN areas that no file holds.

The first three digits of an ATCO code are the area whose file NaPTAN publishes it in: 430 is the West Midlands, 910
national rail, 940 trams and the Underground. A corridor of trams beside the bus stops of 430 alone has no stop at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from siteprior.core.code_join import CodeJoin, files_in_words, join_codes
from siteprior.core.errors import InputError

_DIGITS = 3
AREA = rf"^(\d{{{_DIGITS}}})"
"""The NaPTAN area of an ATCO code. Source: Department for Transport, NaPTAN Guide for Data Managers, AtcoCode."""

AREA_OF_MODE = {"rail": "910", "metro": "940"}
"""The NaPTAN area that holds all stops of a mode; buses are in the area of each place. Source: as above."""

LOST = "NaPTAN does not say whether they are open: their own rows and the statements do, or nothing"


def missing_areas(codes: pd.Series, known: pd.Index) -> dict[str, int]:
    """Return the NaPTAN areas no file of stops holds, each with the number of ATCO codes of it.

    Examples
    --------
    >>> codes = pd.Series(["9100BHAMNWS", "9400ZZWMBUL", "9400ZZWMEDG", None])
    >>> missing_areas(codes, pd.Index(["43000100101", "9100BHAMNWS"]))
    {'940': 2}
    """
    there = areas_of(known)
    areas = codes.dropna().drop_duplicates().astype("str").str.extract(AREA, expand=False).dropna()
    counts = areas[~areas.isin(there)].value_counts().sort_index()
    return {str(area): int(number) for area, number in counts.items()}


def areas_of(codes: pd.Index) -> tuple[str, ...]:
    """Return the NaPTAN areas ATCO codes are of, in their order.

    Examples
    --------
    >>> areas_of(pd.Index(["9100BHAMNWS", "43000100101", "43000100102"]))
    ('430', '910')
    """
    begins = pd.Series(codes.astype("str").str[:_DIGITS].unique(), dtype="str")
    return tuple(sorted(begins.str.extract(AREA, expand=False).dropna()))


def join_corridor_stops(corridor_stops: gpd.GeoDataFrame, known: pd.Index, *, files: Sequence[str]) -> CodeJoin:
    """Record how many corridor stops the files of stops have, or refuse files that have none of them.

    Parameters
    ----------
    corridor_stops
        :data:`siteprior.core.schema.CORRIDOR_STOPS`; those without a code are not looked up.
    known
        The codes of all stops in the files, near or not
        (:func:`siteprior.sources.transit.naptan.read_stops_with_codes`).
    files
        The names of the files of stops.

    Returns
    -------
    CodeJoin
        Its remark names the NaPTAN areas of corridor stops that no file holds.

    Raises
    ------
    InputError
        When the corridors have codes and none is in the files, with the NaPTAN areas missing.
    """
    codes = corridor_stops["atco_code"]
    missing = missing_areas(codes, known)
    listed = ", ".join(f"{area} ({number:,} corridor stop{'s' * (number > 1)})" for area, number in missing.items())
    areas = f"no file of stops holds NaPTAN area {listed}" if missing else ""
    advice = "add the NaPTAN file of each area missing to stops under [sources]"
    if not len(known) and codes.notna().any():
        raise InputError(f"{files_in_words(files)}: holds no stop, at most parts of stations; {areas}; {advice}")
    other = "give the stops of the place of the corridors"
    return join_codes(
        codes,
        known,
        name="stops of corridors",
        of="corridor stops' ATCO codes",
        file=files_in_words(files),
        lost=LOST,
        fix=f"{areas}; {advice}, or name the corridors to use in only under [corridors]" if areas else other,
        remark=f"{areas}; {advice}" if areas else "",
    )


def join_statements(
    statements: pd.DataFrame, corridor_stops: gpd.GeoDataFrame, known: pd.Index, *, file: str
) -> CodeJoin:
    """Record how many ATCO codes of one file of dated statements are of a stop read, or refuse one with none.

    Parameters
    ----------
    statements
        The statements of the file, as :func:`siteprior.sources.transit.statements.read_openings` gives them.
    corridor_stops, known
        As in :func:`join_corridor_stops`: a code of either is of a stop read.
    file
        The name of the file.

    Raises
    ------
    InputError
        When it has codes, the stops and corridors have, and none agrees.
    """
    return join_codes(
        statements["atco_code"],
        known.union(pd.Index(corridor_stops["atco_code"].dropna().unique(), dtype="str")),
        name=f"statements of {file}",
        of="stops stated",
        file="stops and corridors",
        lost="what is stated of them is not used",
        fix=f"{file} is of stops of another place: take it out of openings, or give its stops",
    )
