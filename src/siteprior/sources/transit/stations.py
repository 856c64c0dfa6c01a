"""One station instead of its many NaPTAN records: platforms and entrances counted, duplicate records folded."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from siteprior.core.issues import IssueLog
from siteprior.walking.network import Ints

OPERATOR = re.compile(r"\s*\([^()]*\b(?:Metro|Metrolink|Tramway|Trams|Supertram)\b[^()]*\)\s*$")
SUFFIX = re.compile(r"\s+Rail(?:way)? Station\s*$", re.IGNORECASE)
LEVEL = re.compile(r"\s*\(?\b(?:high|low) level\b\)?", re.IGNORECASE)

TAIL_START = 4
"""The station part of an ATCO code follows the area: 4300BHAMINT5 and 9100BHAMINT, 9400ZZWMBUL1 and 9400ZZWMBUL."""

LONGEST_PART = 3
"""How many characters a platform or an entrance adds to its station's code at most."""


def plain_name(names: pd.Series) -> pd.Series:
    """Return station names without operator and the words 'Rail Station'.

    Examples
    --------
    >>> plain_name(pd.Series(["Tipton Rail Station", "St Paul's (West Midlands Metro)"])).tolist()
    ['Tipton', "St Paul's"]
    """
    return names.str.replace(OPERATOR, "", regex=True).str.replace(SUFFIX, "", regex=True)


def name_key(names: pd.Series) -> pd.Series:
    """Return station names in the form under which two records of one station meet.

    Examples
    --------
    >>> name_key(pd.Series(["Smethwick Galton Bridge High Level Rail Station", "Smethwick Galton Bridge"])).tolist()
    ['smethwick galton bridge', 'smethwick galton bridge']
    """
    bare = plain_name(names).str.replace(LEVEL, "", regex=True).str.lower()
    return bare.str.replace(r"[^a-z0-9()]+", " ", regex=True).str.replace(r"\s+station$", "", regex=True).str.strip()


def fold_stations(
    stops: pd.DataFrame, parts: pd.DataFrame, log: IssueLog, *, fold_m: float, modes: tuple[str, ...]
) -> pd.DataFrame:
    """Fold station records of one mode and one name within ``fold_m`` metres, and count what each station stands for.

    Of several records the open one is kept, then the one not named for a level, then the lowest code; the others'
    codes stand in ``other_codes``, and each fold is an issue row.

    Parameters
    ----------
    stops
        ``atco_code``, ``name``, ``mode``, ``state``, ``x``, ``y``, ``file``, ``row``; one row per record.
    parts
        Platforms and entrances: ``atco_code`` and ``mode``.
    log
        Takes one row per record folded.
    fold_m
        Metres within which records of one name are one station.
    modes
        The modes that have stations; stops of other modes stay as they are.

    Returns
    -------
    DataFrame
        The kept rows with ``records`` and ``other_codes``.
    """
    single = ~stops["mode"].isin(modes)
    no_stations = stops[single].assign(records=1, other_codes=None)
    stops = stops[~single].reset_index(drop=True)
    own = 1 + _parts_of(stops, parts)
    group = _groups(stops, fold_m)
    order = pd.DataFrame(
        {
            "group": group,
            "shut": (stops["state"] != "open").to_numpy(),
            "level": stops["name"].str.contains(LEVEL).to_numpy(),
            "code": stops["atco_code"].to_numpy(),
        }
    ).sort_values(["group", "shut", "level", "code"])
    first = order.drop_duplicates("group")
    main = pd.Series(first.index.to_numpy(), index=first["group"].to_numpy())[group].to_numpy()
    folded = main != np.arange(len(stops))
    codes: dict[int, list[str]] = {}
    for at in order.index[folded[order.index]]:
        row, kept = stops.loc[at], stops.loc[main[at]]
        codes.setdefault(int(main[at]), []).append(row["atco_code"])
        log.add("combined-value", file=row["file"], row=int(row["row"]), field="ATCOCode", value=row["atco_code"],
                action=f"{row['name']}: folded into {kept['atco_code']}, {kept['name']}")  # fmt: skip
    stops["records"] = pd.Series(own).groupby(main).sum().reindex(range(len(stops)), fill_value=0).to_numpy()
    stops["other_codes"] = pd.Series({at: "; ".join(sorted(others)) for at, others in codes.items()}, dtype=object)
    table: pd.DataFrame = pd.concat([no_stations, stops[~folded]], ignore_index=True)
    return table


def _parts_of(stops: pd.DataFrame, parts: pd.DataFrame) -> Ints:
    """Count the platforms and entrances of each station: those whose code is the station's plus a few characters."""
    station = stops["mode"] + stops["atco_code"].str[TAIL_START:]
    known = set(station)
    tail = parts["mode"] + parts["atco_code"].str[TAIL_START:]
    owner = pd.Series(None, index=tail.index, dtype=object)
    for extra in range(LONGEST_PART, 0, -1):  # the longest match, found last, wins
        shorter = tail.str[:-extra]
        owner = owner.mask(shorter.isin(known), shorter)
    return np.asarray(station.map(owner.dropna().value_counts()).fillna(0), dtype=np.int64)


def _groups(stops: pd.DataFrame, fold_m: float) -> Ints:
    """Number the stations: records of one mode and name, chained by distances up to ``fold_m`` metres."""
    count = len(stops)
    if not count:
        return np.zeros(0, dtype=np.int64)
    key = (stops["mode"] + " " + name_key(stops["name"])).to_numpy()
    pairs = cKDTree(stops[["x", "y"]].to_numpy()).query_pairs(fold_m, output_type="ndarray")
    named = (stops["name"] != "").to_numpy()
    a, b = pairs[(key[pairs[:, 0]] == key[pairs[:, 1]]) & named[pairs[:, 0]]].T
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
