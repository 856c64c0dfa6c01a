"""What a caller gives, checked where several functions take the same: one name or many, a day, a mapping."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Protocol, TypeVar

import pandas as pd

from siteprior.core.errors import InputError, SitePriorError

Given = TypeVar("Given")

Function = Callable[..., Any]  # a function of any arguments, looked at by its name and what it takes


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


def refuse_registered(
    what: str, name: str, registered: Mapping[str, Titled], *, another: str = "name", by: Sequence[Function] = ()
) -> None:
    """Refuse a name that is registered already, unless it is by the same function, loaded again.

    Parameters
    ----------
    what
        The kind of thing, for the message.
    name
        The name asked for.
    registered
        What stands, by name.
    another
        What else to choose.
    by
        The function that registers, and the one that stands: a module that is loaded again, or a cell of a notebook
        that is run again, replaces what it registered.

    Raises
    ------
    SitePriorError
        Naming what stands under that name.
    """
    if name in registered and not (len(by) == 2 and same_function(*by)):
        raise SitePriorError(
            f"{what} '{name}': is registered already, as '{registered[name].title}'; use another {another}"
        )


def same_function(one: Function, other: Function) -> bool:
    """Return whether two functions are one of one module, made again: its module was loaded again.

    The very same function is none made again: whoever registers it twice means two things.

    Examples
    --------
    >>> same_function(name_list, name_list), same_function(name_list, day_of)
    (False, False)
    """
    names = [(getattr(each, "__module__", None), getattr(each, "__qualname__", None)) for each in (one, other)]
    nameless = None in names[0] or "<lambda>" in str(names[0][1])
    return one is not other and names[0] == names[1] and not nameless


def refuse_function(function: Function, *names: str, what: str) -> None:
    """Refuse what cannot be called with so many arguments in order.

    Parameters
    ----------
    function
        What was given as a function, whatever it is.
    names
        What it is called with, in order.
    what
        What it is the function of, for the message.

    Raises
    ------
    InputError
        Naming what it is called with, and what it takes.

    Examples
    --------
    >>> refuse_function(lambda sites: sites, "sites", "as_of", what="gate 'wet'")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: gate 'wet': its function is called with (sites, as_of), and takes (sites)
    """
    called = f"({', '.join(names)})"
    if not callable(function):
        raise InputError(f"{what}: needs a function that is called with {called}, got {function!r}")
    try:
        signature = inspect.signature(function)
    except ValueError:  # of a function built in, which does not say
        return
    try:
        signature.bind(*names)
    except TypeError:
        takes = ", ".join(signature.parameters)
        raise InputError(f"{what}: its function is called with {called}, and takes ({takes})") from None


def text_of(given: str, *, name: str) -> str:
    """Return a text as it is, or refuse what is none or blank.

    Raises
    ------
    InputError
        Naming the argument and what was given.

    Examples
    --------
    >>> text_of("Quiet", name="title")
    'Quiet'
    """
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{name}: needs a text, got {given!r}")
    return given
