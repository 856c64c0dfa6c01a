"""What a caller gives, checked where several functions take the same: one name or many, a day, a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Protocol, TypeVar

import pandas as pd

from siteprior.core.errors import InputError, SitePriorError

Given = TypeVar("Given")


def name_list(names: str | Iterable[str], *, what: str) -> tuple[str, ...]:
    """Return one name, or several, in the order given: the counterpart of :func:`siteprior.core.files.path_list`.

    Parameters
    ----------
    names
        One name or several.
    what
        What they are the names of and where they stand, for the message, such as ``"criterion 'quiet': needs"``.

    Raises
    ------
    InputError
        When it is neither, or one of them is no name.

    Examples
    --------
    >>> name_list("hectares", what="needs"), name_list(["easting", "northing"], what="needs")
    (('hectares',), ('easting', 'northing'))
    """
    if isinstance(names, bytes) or not isinstance(names, Iterable):
        raise InputError(f"{what}: needs one name or several, got {names!r}; give a text or a list of texts")
    listed = (names,) if isinstance(names, str) else tuple(names)
    faults = [
        f"{what}: {name!r} is no name; give a text" for name in listed if not isinstance(name, str) or not name.strip()
    ]
    if faults:
        raise InputError(*faults)
    return listed


def day_of(given: date | str, *, name: str) -> pd.Timestamp:
    """Return a day that was given as a date of Python or of pandas, or as text in the one form read alike everywhere.

    Raises
    ------
    InputError
        When it is no date, is missing, or has a time zone.

    Examples
    --------
    >>> day_of(date(2026, 1, 31), name="as_of").isoformat()
    '2026-01-31T00:00:00'
    """
    stated = given
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given):
        with suppress(ValueError):
            stated = date.fromisoformat(given)
    if not isinstance(stated, date) or pd.isna(stated):
        raise InputError(f"{name}: needs a day, got {given!r}; give a datetime.date or text such as '2026-01-31'")
    day = pd.Timestamp(stated)
    if day.tzinfo is not None:
        raise InputError(f"{name}: needs a day without a time zone, got {given!r}; give its date()")
    return day


def mapping_of(given: Given, *, name: str, of: str, instead: str = "") -> Given:
    """Return a mapping as it is, or refuse what is none.

    Parameters
    ----------
    given
        What the caller gave, whatever it is.
    name
        The argument's name.
    of
        What it maps to what, such as ``"criterion → weight"``.
    instead
        What else may be done.

    Raises
    ------
    InputError
        Naming the argument and what was given.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"{name}: needs a mapping {of}, got {given!r}{instead and '; ' + instead}")
    return given


class Titled(Protocol):
    """Anything registered under a name, with a title for readers."""

    @property
    def title(self) -> str:
        """The name readers see."""


def refuse_registered(what: str, name: str, registered: Mapping[str, Titled], *, another: str = "name") -> None:
    """Refuse a name that is registered already.

    A decorator asks twice: when it is made, and when it is applied, for another may have been applied in between.

    Raises
    ------
    SitePriorError
        Naming what stands under that name.
    """
    if name in registered:
        raise SitePriorError(
            f"{what} '{name}': is registered already, as '{registered[name].title}'; use another {another}"
        )
