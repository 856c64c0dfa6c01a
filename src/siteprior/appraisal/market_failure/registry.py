"""The registry of market-failure signals: what each is called and means, its parameters, and the readings it has.

A signal is registered once, by the module that holds its evidence, on the function that reads it: ``@signal(…)`` for
the declaration with the first reading, ``@reading(…)`` for every further one. ``SIGNALS`` prints as a table by
:func:`siteprior.appraisal.market_failure.signals.signal_table`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.parameters import Parameters, load_parameters

KINDS = schema.SIGNAL_KINDS
"""The kinds of signal, in the order they are listed in."""

GIVEN = ("sites", "as_of", "neighbours")
"""What a reading may ask for by the names of its arguments: the sites, the day, all sites read."""

Measure = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class Reading:
    """One way to read a signal: the columns it is read from, in words, and the function that returns its evidence."""

    source: str
    measure: Measure
    arguments: tuple[str, ...]

    def read(self, given: Mapping[str, pd.DataFrame | pd.Timestamp]) -> pd.DataFrame:
        """Return the evidence; ``given`` has what the function asks for, see :data:`GIVEN`."""
        return self.measure(**{name: given[name] for name in self.arguments})


@dataclass(frozen=True)
class Signal:
    """One kind of market failure: its letter, whether it is primary or corroborating, and where it shows.

    ``parameters`` are its tables of numbers by name, ``readings`` the ways to read it, of which the strongest counts.
    """

    letter: str
    title: str
    kind: str
    meaning: str
    measured_by: str
    parameters: Mapping[str, Parameters] = field(default_factory=dict, hash=False)
    readings: list[Reading] = field(default_factory=list, hash=False)


_REGISTERED: dict[str, Signal] = {}

SIGNALS: Mapping[str, Signal] = MappingProxyType(_REGISTERED)
"""The signals by letter, primary ones first, else as registered. METHODS of this project: a proposal, not guidance."""


def signal(
    letter: str,
    *,
    title: str,
    kind: str,
    meaning: str,
    measured_by: str,
    source: str,
    parameters: tuple[str | Parameters, ...] = (),
) -> Callable[[Measure], Measure]:
    """Register a signal with its first reading: the function returns evidence for every site where it is known.

    Parameters
    ----------
    letter
        The signal's letter in codes and tables; none that stands already.
    title, meaning, measured_by
        Its name, what fails, and the facts that show it.
    kind
        ``primary`` or ``corroborating``.
    source
        The columns this reading is read from, as :data:`siteprior.core.schema.SIGNALS_TABLE` names them.
    parameters
        Its numbers: names of tables of ``parameters/failure.toml``, or tables given here.

    Raises
    ------
    SitePriorError
        When the letter is taken, the kind is none of :data:`KINDS`, a table is unknown, or the function asks for an
        argument that is not of :data:`GIVEN`.

    Examples
    --------
    >>> SIGNALS["E"].title, [each.source for each in SIGNALS["A"].readings]
    ('Area blight', ['derelict_since', 'start_date'])
    >>> SIGNALS["E"].parameters["blight"].number("radius")
    400
    """
    if letter in _REGISTERED:
        raise SitePriorError(
            f"signal '{letter}': is registered already, as '{_REGISTERED[letter].title}'; use another letter"
        )
    if kind not in KINDS:
        raise SitePriorError(unknown(f"kind of signal '{letter}'", kind, KINDS))
    tables = [load_parameters("failure").table(each) if isinstance(each, str) else each for each in parameters]
    named = MappingProxyType({table.name.removeprefix("failure."): table for table in tables})
    declared = Signal(letter, title, kind, meaning, measured_by, named)

    def register(measure: Measure) -> Measure:
        declared.readings.append(_reading(letter, source, measure))
        every = sorted([*_REGISTERED.values(), declared], key=lambda each: KINDS.index(each.kind))
        _REGISTERED.clear()
        _REGISTERED.update({each.letter: each for each in every})
        schema.extend_values("market failure signal", (letter,))  # the tables of signals may now hold it
        return measure

    return register


def reading(letter: str, *, source: str) -> Callable[[Measure], Measure]:
    """Register a further reading of a signal; of all readings of a site the strongest counts.

    Raises
    ------
    SitePriorError
        When the signal is unknown, has a reading of that source, or the function asks for what is not given.
    """
    if letter not in _REGISTERED:
        raise SitePriorError(unknown("signal", letter, _REGISTERED))
    if source in [each.source for each in _REGISTERED[letter].readings]:
        raise SitePriorError(f"signal '{letter}': has a reading of '{source}' already; name another source")

    def register(measure: Measure) -> Measure:
        _REGISTERED[letter].readings.append(_reading(letter, source, measure))
        return measure

    return register


def letters_of(kind: str) -> list[str]:
    """Return the letters of the signals of a kind, in order.

    Examples
    --------
    >>> "".join(letters_of("primary")), "".join(letters_of("corroborating"))
    ('VXCIP', 'TSAE')
    """
    return [each.letter for each in SIGNALS.values() if each.kind == kind]


def _reading(letter: str, source: str, measure: Measure) -> Reading:
    """Return the reading, or refuse a function that asks for what no reading is given."""
    arguments = tuple(inspect.signature(measure).parameters)
    faults = [unknown("argument", name, GIVEN, where=f"signal '{letter}'") for name in arguments if name not in GIVEN]
    if faults:
        raise SitePriorError(*faults)
    return Reading(source, measure, arguments)
