"""What differs between two runs by their records: in the data, in the settings, in the method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pandas as pd

from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.comparison.two_runs import AnyRun, TwoRuns, read_two_runs
from siteprior.report.html.parameter_words import parameter_value
from siteprior.report.tables import json_text

DATA = "data"
SETTINGS = "settings"
METHOD = "method"
CAUSES: tuple[str, ...] = (DATA, SETTINGS, METHOD)
"""What a change may come from."""

DATES = ("as_of", "network_date", "price_date")
"""The days the data are of: a change of one is a change of data."""

NO_SETTINGS = ("project", "publish", "robustness", "programme", "scenarios")
"""Tables of the project file that no rank rests on."""

OF_A_FILE = ("path", "vintage", "sha256", "url", "licence", "publisher", "attribution", "title", "edition", "year")
"""Keys of a source that say which file it is, not how it is read: the files themselves are compared by their bytes."""

SHOWN = 4
"""Files named in one cell, at most."""


class Differences(NamedTuple):
    """What differs between the records of two runs.

    Attributes
    ----------
    roles
        Roles of the input files that differ, by their bytes.
    dates
        Days that differ.
    settings
        Tables of the project file that differ.
    parameters
        Names of siteprior's own numbers that differ.
    version
        Whether another release of siteprior made the later run.
    table
        All of it in words: ``kind`` (data, settings, method), ``what``, ``run_a``, ``run_b``.
    """

    roles: frozenset[str]
    dates: frozenset[str]
    settings: frozenset[str]
    parameters: frozenset[str]
    version: bool
    table: pd.DataFrame


def run_differences(run_a: AnyRun, run_b: AnyRun) -> pd.DataFrame:
    """List what differs between the records of two runs: input files, days, settings, siteprior and its numbers.

    Parameters
    ----------
    run_a, run_b
        Two runs or their folders, the earlier first.

    Returns
    -------
    DataFrame
        One row per difference: ``kind`` (``data``, ``settings``, ``method``), ``what``, ``run_a``, ``run_b``, in words.

    Raises
    ------
    InputError
        When a folder holds no run.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> sp.run_differences(folder, folder).empty
    True
    """
    return differences(read_two_runs(run_a, run_b)).table


def differences(two: TwoRuns) -> Differences:
    """Return what differs between the records of two runs, in words and by name."""
    a, b = two.a.record, two.b.record
    rows = list[tuple[str, str, str, str]]()
    roles = dict(_roles(a, b))
    rows += [(DATA, role, before, after) for role, (before, after) in roles.items()]
    dates = [day for day in DATES if a.get(day) != b.get(day)]
    rows += [(DATA, day, _words(a.get(day)), _words(b.get(day))) for day in dates]
    settings = list(_settings(a["settings"], b["settings"]))
    rows += [(SETTINGS, what, before, after) for _, what, before, after in settings]
    version = a.get("siteprior") != b.get("siteprior")
    if version:
        rows.append((METHOD, "siteprior", _words(a.get("siteprior")), _words(b.get("siteprior"))))
    numbers = dict(_parameters(a, b))
    rows += [(METHOD, name, before, after) for name, (before, after) in numbers.items()]
    table = pd.DataFrame(rows, columns=["kind", "what", "run_a", "run_b"])
    return Differences(
        frozenset(roles), frozenset(dates), frozenset(name for name, *_ in settings), frozenset(numbers), version, table
    )


def _roles(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the roles of which the files differ, with those that the other run has not read."""
    files = [{(str(read["role"]), str(read["sha256"])): str(read["file"]) for read in run["inputs"]} for run in (a, b)]
    pairs = (tuple(files), tuple(files[::-1]))
    others = [{key: name for key, name in one.items() if key not in other} for one, other in pairs]
    for role in sorted({role for each in others for role, _ in each}):
        before, after = (_named([name for (of, _), name in each.items() if of == role]) for each in others)
        yield role, (before, after)


def _named(files: list[str]) -> str:
    """Name files in one cell, or say that the run has none that the other lacks."""
    names = sorted(PurePosixPath(file).name for file in files)
    return first_few(names, SHOWN) if names else "none of these"


def _settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the settings that differ: the table, the key in words, and both values."""
    for table in sorted({*a, *b} - {*NO_SETTINGS}):
        one, other = _plain(table, a.get(table)), _plain(table, b.get(table))
        if not isinstance(one, Mapping) or not isinstance(other, Mapping):
            if one != other:
                yield (
                    table,
                    f"[[{table}]]",
                    counted(len(one or ()), "entry", "entries"),
                    counted(len(other or ()), "entry", "entries"),
                )
            continue
        for key in sorted({*one, *other}):
            if (one.get(key) or None) != (other.get(key) or None):
                yield table, f"[{table}] {key}", _words(one.get(key)), _words(other.get(key))


def _plain(table: str, stated: Any) -> Any:  # what a project file may state
    """Return what a table states beside which files are read."""
    if table in ("sources", "evidence") and isinstance(stated, Mapping):
        return {key: ways for key, value in stated.items() if (ways := _ways(value))}
    if table == "corridors" and isinstance(stated, Mapping):
        return {key: _ways(value) if key == "paths" else value for key, value in stated.items()}
    return stated or {}


def _ways(stated: Any) -> list[str]:
    """Return how files are read: each way once, without the files' names."""
    entries = stated if isinstance(stated, list) else [stated]
    plain = (
        {key: value for key, value in entry.items() if key not in OF_A_FILE and value not in ("", None, [], {})}
        for entry in entries
        if isinstance(entry, Mapping)
    )
    return sorted({json_text(each) for each in plain if each})


def _parameters(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the numbers of siteprior that both runs apply, with other values; the limits of one alone are settings."""
    before, after = ({row["name"]: row for row in run["parameters"]} for run in (a, b))
    for name in sorted({*before} & {*after}):
        one, other = before[name]["value"], after[name]["value"]
        if json_text({"v": one}) != json_text({"v": other}):
            yield name, (str(parameter_value(one)), str(parameter_value(other)))


def _words(value: Any) -> str:
    """Return a setting in words."""
    if value is None or value == "" or value == [] or value == {}:
        return "not stated"
    return str(parameter_value(value)) if not isinstance(value, Mapping) else json_text(value).strip()
