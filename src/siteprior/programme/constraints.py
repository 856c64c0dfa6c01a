"""What a programme must keep to: a budget, floors, caps, shares, sites locked in or out, exclusions, prerequisites."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.project.gates_weights import is_number

SITES = "sites"
"""The measure that counts the chosen sites themselves."""

COUNCIL = "organisation"
"""The column of the council of a site."""

Limits: TypeAlias = Mapping[int, float] | tuple[tuple[int, float], ...]
FundLimits: TypeAlias = Mapping[str, float] | tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Budget:
    """The money there is, in the unit of the costs: in total, per year, per fund; each limit is kept to.

    Parameters
    ----------
    total
        The most that may be spent.
    years
        Year → the most that may be spent in it. Each chosen site then starts in one of them.
    funds
        Fund → the most it may pay. Each chosen site is then paid by one of them.

    Raises
    ------
    InputError
        When there is no limit at all, one is no number from 0, or a year is no whole number.

    Examples
    --------
    >>> Budget(total=100e6, years={2028: 40e6, 2027: 60e6}).years
    ((2027, 60000000.0), (2028, 40000000.0))
    """

    total: float | None = None
    years: Limits = ()
    funds: FundLimits = ()

    def __post_init__(self) -> None:
        faults = [f"budget: years has {key!r}; give whole years" for key, _ in self.yearly if not _is_year(key)]
        faults += [f"budget: funds has {key!r}; give names" for key, _ in self.by_fund if not isinstance(key, str)]
        for what, limit in (*self.yearly, *self.by_fund, ("total", 0.0 if self.total is None else self.total)):
            faults += [f"budget: {what} needs a number from 0, got {limit!r}"] if _bad(limit) else []
        if self.total is None and not self.years and not self.funds:
            faults.append("budget: has no limit; give total, years or funds")
        if faults:
            raise InputError(*faults)
        object.__setattr__(self, "years", tuple(sorted(self.yearly)))
        object.__setattr__(self, "funds", tuple(sorted(self.by_fund)))

    @property
    def yearly(self) -> tuple[tuple[int, float], ...]:
        """The years with their limits, in order."""
        return tuple(self.years.items()) if isinstance(self.years, Mapping) else self.years

    @property
    def by_fund(self) -> tuple[tuple[str, float], ...]:
        """The funds with their limits, in order."""
        return tuple(self.funds.items()) if isinstance(self.funds, Mapping) else self.funds


@dataclass(frozen=True)
class Floor:
    """The least a programme must reach of a measure, in its own unit: homes, jobs, hectares or a count of ``sites``.

    Parameters
    ----------
    measure
        A column of the opportunities, or ``"sites"``. A site where it is missing adds nothing.
    at_least
        The amount.
    council
        Code in the column ``organisation``: counted are the sites of this council alone.

    Raises
    ------
    InputError
        When the measure is no name or the amount no number from 0.

    Examples
    --------
    >>> Floor("homes", 2000).name, Floor("homes", 200, council="E08000025").name
    ('homes at least 2,000', 'homes at least 200 in E08000025')
    """

    measure: str
    at_least: float
    council: str | None = None

    def __post_init__(self) -> None:
        _refuse(_name_faults(self, self.measure), "at_least", self.at_least)

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"{self.measure} at least {self.at_least:,.15g}{_place(self.council)}"


@dataclass(frozen=True)
class Cap:
    """The most a programme may take of a measure, in its own unit: cost, homes or a count of ``sites``.

    Parameters
    ----------
    measure
        A column of the opportunities, ``"cost"`` or ``"sites"``. A site where it is missing cannot be chosen.
    at_most
        The amount.
    council
        Code in the column ``organisation``: counted are the sites of this council alone, and those of none known.

    Raises
    ------
    InputError
        When the measure is no name or the amount no number from 0.

    Examples
    --------
    >>> Cap("cost", 40e6, council="E08000025").name
    'cost at most 40,000,000 in E08000025'
    """

    measure: str
    at_most: float
    council: str | None = None

    def __post_init__(self) -> None:
        _refuse(_name_faults(self, self.measure), "at_most", self.at_most)

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"{self.measure} at most {self.at_most:,.15g}{_place(self.council)}"


@dataclass(frozen=True)
class AffordableShare:
    """The least share of a programme's homes that must be affordable, 0–1: of the whole, not of each site.

    Parameters
    ----------
    at_least
        The share; the parameter ``affordable_share`` of ``parameters/programme.toml`` by default.
    affordable
        The column of affordable homes. Where it is missing, none of the site's homes counts as affordable.
    homes
        The column of homes. A site where it is missing cannot be chosen.

    Raises
    ------
    InputError
        When the share is no number of 0–1 or a column no name.

    Examples
    --------
    >>> AffordableShare().name
    'affordable_homes at least 20% of homes'
    """

    at_least: float | None = None
    affordable: str = "affordable_homes"
    homes: str = "homes"

    def __post_init__(self) -> None:
        if self.at_least is None:
            object.__setattr__(self, "at_least", load_parameters("programme").number("affordable_share"))
        _refuse(_name_faults(self, self.affordable, self.homes), "at_least", self.share, most=1)

    @property
    def share(self) -> float:
        """The share, 0–1."""
        return self.at_least if self.at_least is not None else 0.0

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"{self.measure} at least {100 * self.share:.15g}% of {self.homes}"

    @property
    def measure(self) -> str:
        """What is part of the homes."""
        return self.affordable


@dataclass(frozen=True)
class DeprivedShare:
    """The least share of a programme's homes that must lie in the most deprived areas, 0–1.

    Parameters
    ----------
    at_least
        The share.
    most_decile
        Areas up to this IMD decile are the most deprived; the parameter ``most_deprived_decile`` by default.
    homes
        The column of homes, or ``"sites"`` for a share of the sites. A site where it is missing cannot be chosen.
    decile
        The column of deciles. A site where it is missing does not count as deprived.

    Raises
    ------
    InputError
        When the share is no number of 0–1, the decile no whole number of 1–10 or a column no name.

    Examples
    --------
    >>> DeprivedShare(0.4).name
    'homes in imd_decile 1 to 2 at least 40% of homes'
    """

    at_least: float
    most_decile: int | None = None
    homes: str = "homes"
    decile: str = "imd_decile"

    def __post_init__(self) -> None:
        if self.most_decile is None:
            object.__setattr__(self, "most_decile", load_parameters("programme").integer("most_deprived_decile"))
        faults = _name_faults(self, self.homes, self.decile)
        if not isinstance(self.most_decile, int) or not 1 <= self.most_decile <= 10:
            faults.append(f"DeprivedShare: most_decile needs a whole number of 1 to 10, got {self.most_decile!r}")
        _refuse(faults, "at_least", self.at_least, most=1)

    @property
    def share(self) -> float:
        """The share, 0–1."""
        return self.at_least

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"{self.measure} at least {100 * self.share:.15g}% of {self.homes}"

    @property
    def measure(self) -> str:
        """What is part of the homes."""
        return f"{self.homes} in {self.decile} 1 to {self.most_decile}"


@dataclass(frozen=True)
class LockedIn:
    """Sites that are chosen whatever they bring; each is a constraint of its own.

    Examples
    --------
    >>> LockedIn(["a", "b"]).sites
    ('a', 'b')
    """

    sites: Iterable[Hashable]

    def __post_init__(self) -> None:
        _listed(self, 1)


@dataclass(frozen=True)
class LockedOut:
    """Sites that are not chosen whatever they bring; each is a constraint of its own.

    Examples
    --------
    >>> LockedOut("a").sites
    ('a',)
    """

    sites: Iterable[Hashable]

    def __post_init__(self) -> None:
        _listed(self, 1)


@dataclass(frozen=True)
class Exclusive:
    """Sites of which at most one is chosen.

    Examples
    --------
    >>> Exclusive(["a", "b"]).name
    'at most one of a, b'
    """

    sites: Iterable[Hashable]

    def __post_init__(self) -> None:
        _listed(self, 2)

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"at most one of {', '.join(map(str, self.sites))}"


@dataclass(frozen=True)
class Prerequisite:
    """A site that is chosen only together with another, and starts no earlier than that one.

    Examples
    --------
    >>> Prerequisite("b", needs="a").name
    'b only with a'
    """

    site: Hashable
    needs: Hashable

    def __post_init__(self) -> None:
        if self.site == self.needs:
            raise InputError(f"Prerequisite: {self.site!r} needs itself; name another site in needs")

    @property
    def name(self) -> str:
        """What the constraint asks, in words."""
        return f"{self.site} only with {self.needs}"


Share: TypeAlias = AffordableShare | DeprivedShare
Constraint: TypeAlias = Floor | Cap | AffordableShare | DeprivedShare | LockedIn | LockedOut | Exclusive | Prerequisite
KINDS = (Floor, Cap, AffordableShare, DeprivedShare, LockedIn, LockedOut, Exclusive, Prerequisite)


def _place(council: str | None) -> str:
    return "" if council is None else f" in {council}"


def _bad(value: float) -> bool:
    return not is_number(value) or not isfinite(value) or value < 0


def _is_year(key: int) -> bool:
    return isinstance(key, int) and not isinstance(key, bool)


def _name_faults(constraint: Constraint, *names: str) -> list[str]:
    kind = type(constraint).__name__
    return [f"{kind}: {name!r} is no column; give its name" for name in names if not isinstance(name, str) or not name]


def _refuse(faults: list[str], what: str, value: float, most: float | None = None) -> None:
    """Raise every fault of a constraint at once, that of its amount included."""
    if _bad(value) or (most is not None and value > most):
        upto = "" if most is None else f" to {most:g}"
        faults.append(f"{what}: needs a number from 0{upto}, got {value!r}")
    if faults:
        raise InputError(*faults)


def _listed(constraint: LockedIn | LockedOut | Exclusive, fewest: int) -> None:
    """Make the sites of a constraint a tuple, each once."""
    given = constraint.sites
    sites = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(dict.fromkeys(given))
    if len(sites) < fewest:
        kind = type(constraint).__name__
        raise InputError(f"{kind}: sites needs {fewest} or more ids of sites, got {len(sites)}")
    object.__setattr__(constraint, "sites", sites)
