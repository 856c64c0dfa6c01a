"""Criteria: what is measured of a site, in natural units, and the fixed anchors that turn it into a value of 0–1.

A criterion is one function and one registration; the registry is a dict that prints as a table
(:func:`criteria_table`). Measuring and valuing are two acts: a measurement stays in metres, homes or per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan, nan
from types import MappingProxyType

import pandas as pd

from siteprior.core import schema
from siteprior.core.arguments import mapping_of, name_list, refuse_function, refuse_registered, text_of
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.parameters import Entry, Parameter, Parameters, load_parameters, parameters_of, register_parameters
from siteprior.core.short_repr import shortened
from siteprior.project.gates_weights import is_number
from siteprior.project.names import register_criterion

_TABLE = schema.SITES.without_places()

Measure = Callable[[pd.DataFrame], pd.Series]

SUM, BEST, MEAN = RULES = ("sum", "best", "mean")
"""What plots of one opportunity come to on a criterion: what is measured of them summed, the best, the mean by area."""


@dataclass(frozen=True)
class Criterion:
    """One criterion: what it measures, in which unit, from which columns, and its anchors with their source.

    ``worst`` and ``best`` are in the criterion's unit; where worst is the larger, less is better. ``group`` says
    what the criterion is about (transit, need, size, market failure), for a ranking with and without one of them.
    ``low`` and ``high`` name the columns with the lowest and highest the measurement may be, in the same unit; blank
    where a known measurement has no range. ``known`` names the column with the share (0–1) of what the measurement is
    made of that is known, where what is not known could only make it better; blank where it is known whole or not at
    all. ``together`` says what the plots of one opportunity come to: ``sum``, ``best`` or ``mean``
    (:data:`siteprior.ranking.opportunities.TOGETHER`).

    Examples
    --------
    >>> import siteprior as sp
    >>> walk = CRITERIA["corridor_access"]
    >>> walk.unit, walk.worst, walk.best, walk.needs
    ('m', 960.0, 400.0, ('corridor_walk_m',))
    """

    name: str
    title: str
    group: str
    unit: str
    worst: float
    best: float
    needs: tuple[str, ...]
    measure: Measure
    source: str = ""
    date: str = ""
    confidence: str = "user"
    low: str = ""
    high: str = ""
    known: str = ""
    together: str = MEAN

    def __repr__(self) -> str:
        """Say what is measured, and which values score 0 and 1."""
        unit = f" {self.unit}" if self.unit and self.unit != "0-1" else ""  # a share needs none
        ends = "no anchors" if not self.anchored else f"{self.worst:g}{unit} scores 0, {self.best:g}{unit} scores 1"
        return shortened(f"Criterion {self.name}: {self.title}; {ends}; needs {', '.join(self.needs)}")

    @property
    def anchored(self) -> bool:
        """Whether it has anchors; without, they are given where sites are scored."""
        return not isnan(self.worst)

    def __post_init__(self) -> None:
        if self.together not in RULES:
            raise SitePriorError(f"criterion '{self.name}': {unknown('rule of together', str(self.together), RULES)}")
        if isnan(self.worst) and isnan(self.best):
            return
        if self.worst == self.best or not abs(self.worst - self.best) < float("inf"):
            raise SitePriorError(
                f"criterion '{self.name}': worst ({self.worst}) and best ({self.best}) need to be two different numbers"
            )


_REGISTERED: dict[str, Criterion] = {}

CRITERIA: Mapping[str, Criterion] = MappingProxyType(_REGISTERED)
"""The registered criteria by name."""


def criterion(
    name: str,
    *,
    title: str,
    group: str,
    needs: str | Iterable[str],
    low: str = "",
    high: str = "",
    known: str = "",
    anchors: str | Mapping[str, Entry] | tuple[float, float] | None = None,
    unit: str = "",
    together: str = MEAN,
) -> Callable[[Measure], Measure]:
    """Register a function as a criterion: sites in, one Series in natural units on the same index out.

    Unit, anchors, source, date and confidence come from ``parameters/criteria.toml``, or from the table given.

    Parameters
    ----------
    name
        The name weights are given to.
    title
        The name readers see.
    group
        What it is about: ``transit``, ``need``, ``size`` or ``market failure``.
    needs
        The columns of the sites table it reads; one or several.
    low, high
        The columns with the lowest and highest it may be, for :func:`siteprior.ranking.uncertainty.value_ranges`.
    known
        The column with the share of it that is known, for :func:`siteprior.ranking.uncertainty.known_shares`.
    anchors
        Its anchors: ``(worst, best)``, the user's own; or a table of ``worst`` and ``best``, each ``{value, unit,
        source, date, confidence}``, registered beside those of ``parameters/criteria.toml``; or the name of one of
        these, by default its own. Without any, they are given where sites are scored.
    unit
        The unit of ``(worst, best)``, or of what has no anchors.
    together
        What the plots of one opportunity come to: ``sum``, ``best`` or ``mean`` (by hectares).

    Raises
    ------
    InputError
        When a name is no text, or what is decorated is no function of one argument, the sites.
    SitePriorError
        When a criterion of that name stands already, by another function, the anchors are one number, or there is no
        such rule of ``together``.

    Examples
    --------
    >>> CRITERIA["corridor_access"].worst, CRITERIA["corridor_access"].best, CRITERIA["corridor_access"].unit
    (960.0, 400.0, 'm')
    """
    where = f"criterion '{text_of(name, name='criterion: name')}'"
    text_of(title, name=f"{where}: title")
    text_of(group, name=f"{where}: group")
    columns = name_list(needs, what=f"{where}: needs")
    table = _anchors_of(name, anchors, unit)

    def register(measure: Measure) -> Measure:
        refuse_function(measure, "sites", what=where)
        stands = [_REGISTERED[name].measure] if name in _REGISTERED else []
        refuse_registered("criterion", name, _REGISTERED, by=[measure, *stands])
        declared = Criterion(
            name, title, group, unit, nan, nan, columns, measure, low=low, high=high, known=known, together=together
        )
        if table is not None:
            worst, best = table.parameter("worst"), table.parameter("best")
            declared = replace(
                declared, unit=worst.unit, worst=float(table.number("worst")), best=float(table.number("best")),
                source=f"worst: {worst.source}; best: {best.source}", date=best.date, confidence=best.confidence,
            )  # fmt: skip
            if not isinstance(anchors, str | None):
                register_parameters("criteria", {name: table}, again=bool(stands))
        register_criterion(name)
        _REGISTERED[name] = declared
        return measure

    return register


def anchor_pair(pair: Sequence[float]) -> tuple[float, float] | None:
    """Return (worst, best) as numbers; ``None`` where they are not two different numbers.

    Examples
    --------
    >>> anchor_pair((960, 400)), anchor_pair((400, 400)), anchor_pair("ab")
    ((960.0, 400.0), None, None)
    """
    ends = list(pair) if isinstance(pair, tuple | list) else []
    if len(ends) != 2 or not all(map(is_number, ends)) or ends[0] == ends[1]:
        return None
    return float(ends[0]), float(ends[1])


def column_measure(column: str) -> Measure:
    """Return what measures a criterion that is one column of the sites, in its unit; yes counts 1 and no 0.

    Examples
    --------
    >>> column_measure("green_belt")(pd.DataFrame({"green_belt": ["yes", "no", None]})).tolist()
    [1.0, 0.0, nan]
    """

    def measure(sites: pd.DataFrame) -> pd.Series:
        values = sites[column]
        number = {"yes": 1.0, "no": 0.0}
        flags = not pd.api.types.is_numeric_dtype(values) and (values.isin(list(number)) | values.isna()).all()
        return values.map(number).astype("float64") if flags else values

    return measure


def _anchors_of(
    name: str, anchors: str | Mapping[str, Entry] | tuple[float, float] | None, unit: str
) -> Parameters | None:
    """Return the anchors of a criterion as parameters; ``None`` where they are given when sites are scored."""
    if anchors is None:
        return load_parameters("criteria").tables().get(name)
    if isinstance(anchors, str):
        return load_parameters("criteria").table(anchors)
    if isinstance(anchors, Mapping):
        return parameters_of(f"criteria.{name}", anchors)
    pair = anchor_pair(anchors)
    if pair is None:
        raise InputError(
            f"criterion '{name}': anchors: need two different numbers, (worst, best), or a table, not {anchors!r}"
        )
    stated = {
        end: Parameter(end, number, unit, "user", "", "user")
        for end, number in zip(("worst", "best"), pair, strict=True)
    }
    return parameters_of(f"criteria.{name}", stated)


@criterion(
    "corridor_access",
    title="Walk to the corridor",
    group="transit",
    needs=["corridor_walk_m"],
    low="corridor_walk_low_m",
    high="corridor_walk_high_m",
    together=BEST,
)
def corridor_access(sites: pd.DataFrame) -> pd.Series:
    """Return the walk to the nearest counted stop of a corridor, in metres."""
    return sites["corridor_walk_m"]


@criterion(
    "station_access",
    title="Walk to rail or metro",
    group="transit",
    needs=["walk_m"],
    low="walk_low_m",
    high="walk_high_m",
    together=BEST,
)
def station_access(sites: pd.DataFrame) -> pd.Series:
    """Return the walk to the nearest open rail or metro stop, in metres."""
    return sites["walk_m"]


@criterion(
    "bus_access",
    title="Walk to a bus stop",
    group="transit",
    needs=["bus_walk_m"],
    low="bus_walk_low_m",
    high="bus_walk_high_m",
    together=BEST,
)
def bus_access(sites: pd.DataFrame) -> pd.Series:
    """Return the walk to the nearest open bus stop, in metres."""
    return sites["bus_walk_m"]


@criterion("access_index", title="Access index", group="transit", needs=["access_index"], together=BEST)
def access_index(sites: pd.DataFrame) -> pd.Series:
    """Return the public transport access index of the morning peak (no unit); missing where no timetable was read."""
    return sites["access_index"]


@criterion("evening_access", title="Access index, evening", group="transit", needs=["access_index_evening"],
           anchors="access_index", together=BEST)  # fmt: skip
def evening_access(sites: pd.DataFrame) -> pd.Series:
    """Return the access index of the evening (no unit): for those whose shift does not end at five."""
    return sites["access_index_evening"]


@criterion("step_free_access", title="Access index, step-free", group="transit", needs=["access_index_step_free"],
           anchors="access_index", together=BEST)  # fmt: skip
def step_free_access(sites: pd.DataFrame) -> pd.Series:
    """Return the step-free access index of the morning peak (no unit); missing where the feed states nothing."""
    return sites["access_index_step_free"]


@criterion("deprivation", title="Deprivation of the area", group="need", needs=["imd_percentile"])
def deprivation(sites: pd.DataFrame) -> pd.Series:
    """Return the share of England's areas at least as deprived as the site's, in per cent; low is deprived."""
    return sites["imd_percentile"]


@criterion(
    "capacity",
    title="Homes",
    group="size",
    needs=["capacity_dwellings"],
    low="capacity_low_dwellings",
    high="capacity_high_dwellings",
    together=SUM,
)
def homes(sites: pd.DataFrame) -> pd.Series:
    """Return the capacity of the site in homes, by the register or by rule as the project says."""
    return sites["capacity_dwellings"]


@criterion("market_failure", title="Market failure: primary signals", group="market failure",
           needs=["failure_strength"], low="failure_strength_low", high="failure_strength_high",
           known="failure_strength_coverage")  # fmt: skip
def market_failure(sites: pd.DataFrame) -> pd.Series:
    """Return the strength of the primary market-failure signals, 0–1; missing where none is known."""
    return sites["failure_strength"]


@criterion("persistence", title="Market failure: persistence", group="market failure",
           needs=["failure_corroboration"], known="failure_corroboration_coverage")  # fmt: skip
def persistence(sites: pd.DataFrame) -> pd.Series:
    """Return the strongest corroborating market-failure signal, 0–1: stalled, ageing, blighted, thin market."""
    return sites["failure_corroboration"]


def _register_domain(domain: str, title: str) -> None:
    """Register the decile of one domain of deprivation as a criterion."""
    column = f"{domain}_decile"

    @criterion(f"{domain}_deprivation", title=title, group="need", needs=[column], anchors="domain_deprivation")
    def decile(sites: pd.DataFrame) -> pd.Series:
        return sites[column]


for _domain, _title in schema.DOMAINS.items():
    if _domain != "imd":
        _register_domain(_domain, _title)


def known_criteria(criteria: Mapping[str, Criterion] | None) -> Mapping[str, Criterion]:
    """Return the registry a caller gave, or :data:`CRITERIA` for ``None``."""
    if criteria is None:
        return CRITERIA
    return mapping_of(criteria, name="criteria", of="name → Criterion")


def criteria_table(criteria: Mapping[str, Criterion] | None = None) -> pd.DataFrame:
    """List the criteria: name, title, group, unit, anchors, columns it needs, rule for plots, source.

    Examples
    --------
    >>> criteria_table()[["criterion", "unit", "worst", "best"]].head(3)
             criterion unit   worst   best
    0  corridor_access    m   960.0  400.0
    1   station_access    m  2000.0  200.0
    2       bus_access    m   640.0  100.0
    """
    fields = (
        "name", "title", "group", "unit", "worst", "best", "needs", "low", "high", "known", "together", "source",
        "date", "confidence",
    )  # fmt: skip
    rows = [{field: getattr(declared, field) for field in fields} for declared in known_criteria(criteria).values()]
    table = pd.DataFrame(rows, columns=list(fields)).rename(columns={"name": "criterion"})
    table["needs"] = table["needs"].map(", ".join).astype("str")
    return table
