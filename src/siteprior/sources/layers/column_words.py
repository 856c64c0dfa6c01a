"""Columns of published layers found by their words, however a format has shortened or joined them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from siteprior.core.errors import InputError

SHORT = 10
"""Letters a shapefile leaves of a column's name."""

_APART = re.compile(r"[\W_]+")


def find_columns(columns: Iterable[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the columns of a file that are meant, by what they are called here; those it lacks are left out.

    Parameters
    ----------
    columns
        The file's columns.
    wanted
        The names each may have, the first found counts. Case, spaces, hyphens and underscores make no difference, nor
        does what a shapefile cuts off.

    Examples
    --------
    >>> wanted = {"zone": ["flood_zone", "flood-risk-level"], "kind": ["flood-risk-type"]}
    >>> find_columns(["FLOOD_ZONE"], wanted), find_columns(["Flood Risk Level"], wanted)
    ({'zone': 'FLOOD_ZONE'}, {'zone': 'Flood Risk Level'})
    >>> find_columns(["LICHOLDADD"], {"licence holder": ["lic hold address", "licholdaddress"]})
    {'licence holder': 'LICHOLDADD'}
    """
    listed = list(columns)
    found: dict[str, str] = {}
    for meant, names in wanted.items():
        for name in names:
            column = next((each for each in listed if _is(each, name) and each not in found.values()), None)
            if column is not None:
                found[meant] = column
                break
    return found


def refuse_lacking(
    label: str, columns: Iterable[str], found: Mapping[str, str], what: str, names: Sequence[str]
) -> None:
    """Refuse a file without a column that is needed.

    Parameters
    ----------
    label
        What the file is called.
    columns
        The columns it has.
    found
        What :func:`find_columns` found; any of it is enough.
    what
        What the column states, such as ``"the zone"``.
    names
        The names that were looked for.

    Raises
    ------
    InputError
        When nothing was found.

    Examples
    --------
    >>> refuse_lacking("x.shp", ["id"], {}, "the zone", ["flood_zone", "zone"])
    Traceback (most recent call last):
    siteprior.core.errors.InputError: x.shp: has no column that says the zone (looked for flood_zone, zone); it has id
    """
    if not found:
        raise InputError(
            f"{label}: has no column that says {what} (looked for {', '.join(names)}); it has "
            f"{', '.join(columns) or 'none'}"
        )


def _is(column: str, name: str) -> bool:
    """Return whether a column bears a name: plain, or cut to the letters a shapefile has."""
    bare, plain = _APART.sub("", column).casefold(), _APART.sub("", name).casefold()
    if bare == plain:
        return True
    cut = len(column) == SHORT and len(name) > SHORT
    return cut and (column.casefold() == name.casefold()[:SHORT] or bare == plain[:SHORT] or _cut(column) == _cut(name))


def _cut(name: str) -> str:
    """Return a name as a shapefile has it, everything that is no letter or digit an underscore."""
    return _APART.sub("_", name).casefold()[:SHORT]
