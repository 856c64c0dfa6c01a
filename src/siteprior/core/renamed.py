"""Names that changed: what bears the old one is read for one release, with a warning.

Columns, keys and parameters stand as data in ``renamed.toml``; a function says with :func:`renamed_argument` which of
its arguments bore another name.
"""

from __future__ import annotations

import copy
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

from siteprior.core.callers import callers_level

if TYPE_CHECKING:
    import pandas as pd

GONE_IN = "0.3"
"""The release that reads no old name any more."""

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

Path: TypeAlias = tuple[str | int, ...]
"""Where a key of the project file stands: names of tables and keys, places in lists."""

Table = TypeVar("Table", bound="pd.DataFrame | None")


class RenamedWarning(FutureWarning):
    """An old name was used, which the next release does not know; the message gives the new one."""


@dataclass(frozen=True)
class Renamed:
    """The names that changed: old → new.

    Parameters
    ----------
    columns
        Columns by the file of ``core/schema/tables`` that declares them.
    project_keys
        Keys of the project file in full (``sources.postcodes.witness``) → the last part's new name.
    parameters
        Parameters in full (``price_surface.hedonic.bends``).
    record
        Keys of ``run.json``.
    notebooks
        Notebooks of ``[publish] notebooks``.
    """

    columns: Mapping[str, Mapping[str, str]]
    project_keys: Mapping[str, str]
    parameters: Mapping[str, str]
    record: Mapping[str, str]
    notebooks: Mapping[str, str]


@cache
def renamed() -> Renamed:
    """Read the table of names that changed, once per process.

    Examples
    --------
    >>> renamed().columns["market_failure_signals"]["gs"]
    'weighted_signal'
    """
    text = resources.files("siteprior").joinpath("core", "renamed.toml").read_text(encoding="utf-8")
    stated = tomllib.loads(text)
    columns = {table: MappingProxyType(names) for table, names in stated["columns"].items()}
    flat = (MappingProxyType(stated[part]) for part in ("project_keys", "parameters", "record", "notebooks"))
    return Renamed(MappingProxyType(columns), *flat)


def warn_renamed(where: str, names: Mapping[str, str]) -> None:
    """Warn on the caller's line, once for all names of one place, that old names were read as their new ones."""
    pairs = ", ".join(f"'{old}' is '{new}' now" for old, new in names.items())
    words = f"{where}: {pairs}; the old name goes in {GONE_IN}"
    warnings.warn(words, RenamedWarning, stacklevel=callers_level())


def with_new_columns(table: Table, *declared: str, name: str) -> Table:
    """Return the table with columns under their new names; an old one beside its new one is left alone.

    Parameters
    ----------
    table
        A table that may be from before the names changed; returned as it is where it is not.
    declared
        Files of ``core/schema/tables`` whose columns it may have.
    name
        What it is called in the warning.

    Warns
    -----
    RenamedWarning
        When a column was renamed.

    Examples
    --------
    >>> import pandas as pd
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     table = with_new_columns(pd.DataFrame({"gs": [0.7]}), "market_failure_signals", name="signals")
    >>> list(table), str(caught[0].message)
    (['weighted_signal'], "signals: 'gs' is 'weighted_signal' now; the old name goes in 0.3")
    """
    import pandas as pd  # here, for the command line asks for the warning alone

    if not isinstance(table, pd.DataFrame):
        return table  # absent, or for the check of the caller's argument to refuse
    known = {old: new for file in declared for old, new in renamed().columns[file].items()}
    changed = {old: new for old, new in known.items() if old in table.columns and new not in table.columns}
    if not changed:
        return table
    warn_renamed(name, changed)
    return table.rename(columns=changed)


def with_new_keys(settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Path, str], dict[Path, str]]:
    """Return the settings of a project file under the new names of their keys.

    Parameters
    ----------
    settings
        What stands in the file; not changed.

    Returns
    -------
    tuple
        The settings; the new name of each key that bore an old one, by where the old one stands; and the same of each
        old one that stands beside its new one, and is left out.

    Examples
    --------
    >>> with_new_keys({"assumptions": {"sales_years_held": 3}})
    ({'assumptions': {'sales_years_covered': 3}}, {('assumptions', 'sales_years_held'): 'sales_years_covered'}, {})
    """
    stated = copy.deepcopy(dict(settings))
    changed: dict[Path, str] = {}
    doubled: dict[Path, str] = {}
    for full, new in renamed().project_keys.items():
        *parents, old = full.split(".")
        for at, table in list(_tables(stated, parents)):
            if old in table and new in table:
                doubled[(*at, old)] = new
                del table[old]
            elif old in table:
                changed[(*at, old)] = new
                entries = {new if name == old else name: value for name, value in table.items()}
                table.clear()
                table.update(entries)
    return stated, changed, doubled


def with_new_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a ``run.json`` under the new names of its keys, settings and parameters."""
    names = renamed().record
    result = {names.get(key, key): value for key, value in record.items()}
    if "settings" in result:
        result["settings"] = with_new_keys(result["settings"])[0]
    if "parameters" in result:
        new = renamed().parameters
        result["parameters"] = [{**row, "name": new.get(row["name"], row["name"])} for row in result["parameters"]]
    return result


def renamed_argument(**names: str) -> Callable[[Callable[Given, Returned]], Callable[Given, Returned]]:
    """Let a function take arguments by their old names as well, old to new, each with a ``RenamedWarning``.

    Raises
    ------
    TypeError
        From the function made, when an argument is given by both names.

    Examples
    --------
    >>> @renamed_argument(say="progress")
    ... def job(*, progress):
    ...     return progress
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     job(say="a line")
    'a line'
    >>> print(caught[0].message)
    job: the argument 'say' is now 'progress'; the old name goes in 0.3
    """

    def accept(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
        @wraps(function)
        def call(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
            for old in [old for old in names if old in kwargs]:
                new = names[old]
                if new in kwargs:
                    raise TypeError(f"{function.__name__}: got '{old}' and '{new}', which are one argument")
                warnings.warn(
                    f"{function.__name__}: the argument '{old}' is now '{new}'; the old name goes in {GONE_IN}",
                    RenamedWarning,
                    stacklevel=callers_level(),
                )
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return call

    return accept


def _tables(settings: Any, parents: list[str], at: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the tables at the end of a way of keys, each entry of a list by itself, with where they stand."""
    if isinstance(settings, list):
        for place, entry in enumerate(settings):
            yield from _tables(entry, parents, (*at, place))
    elif isinstance(settings, dict):
        if not parents:
            yield at, settings
        elif parents[0] in settings:
            yield from _tables(settings[parents[0]], parents[1:], (*at, parents[0]))
