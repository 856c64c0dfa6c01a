"""The registry of market-failure signals: what each is called and means, its parameters, and the readings it has.

A signal is registered once, by the module that holds its evidence, on the function that reads it: ``@signal(…)`` for
the declaration with the first reading, ``@reading(…)`` for every further one. A function gets what its arguments name:
the sites, the day, all sites read (:data:`GIVEN`), or a table of the signal's parameters. ``SIGNALS`` prints as a table
by :func:`siteprior.appraisal.market_failure.signals.signal_table`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from siteprior.appraisal.market_failure.facts import Fact
from siteprior.core import schema
from siteprior.core.arguments import name_list, refuse_registered, same_function, text_of
from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.parameters import Entry, Parameters, load_parameters, parameters_of, register_parameters

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
    needs: tuple[str, ...]
    parameters: Mapping[str, Parameters] = field(default_factory=dict, hash=False)

    def read(self, given: Mapping[str, pd.DataFrame | pd.Timestamp]) -> pd.DataFrame:
        """Return the evidence; ``given`` has what the function may ask for, see :data:`GIVEN`."""
        every: Mapping[str, pd.DataFrame | pd.Timestamp | Parameters] = {**given, **self.parameters}
        return self.measure(**{name: every[name] for name in self.arguments})


@dataclass(frozen=True)
class Signal:
    """One kind of market failure: its letter, whether it is primary or corroborating, and where it shows.

    ``parameters`` are its tables of numbers by name, ``readings`` the ways to read it, of which the strongest counts.
    ``facts`` would decide it. Of a signal that is ``positive_only`` silence is no missing evidence. ``averages`` are
    the sources of those readings that give an area's average.
    """

    letter: str
    title: str
    kind: str
    meaning: str
    measured_by: str
    parameters: Mapping[str, Parameters] = field(default_factory=dict, hash=False)
    readings: list[Reading] = field(default_factory=list, hash=False)
    facts: tuple[Fact, ...] = ()
    positive_only: bool = False
    averages: tuple[str, ...] = ()

    @property
    def may_be_open(self) -> bool:
        """Whether a verdict is open where the signal is missing: of primaries, and of others that facts can decide."""
        return not self.positive_only and (self.kind == KINDS[0] or bool(self.facts))


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
    needs: str | Iterable[str] = (),
    parameters: str | Iterable[str | Parameters] | Mapping[str, Mapping[str, Entry]] = (),
    layers: bool = False,
    facts: Iterable[Fact] = (),
    positive_only: bool = False,
    averages: str | Iterable[str] = (),
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
    needs
        The columns of the sites this reading needs beside those of the register: without one the table is refused.
    parameters
        Its numbers: names of tables of ``parameters/failure.toml``, or tables of ``{value, unit, source, date,
        confidence}`` by name, which are registered beside those. The function gets a table by naming it as an argument.
    layers
        Whether layers and evidence of a project may indicate it, too; of primary signals only.
    facts
        What would decide it where it is missing, for ``open_facts``. A primary signal is open where it is missing, a
        corroborating one only if it has facts.
    positive_only
        Whether it can only ever be shown, never ruled out: then its silence is not counted as missing evidence.
    averages
        The sources of those of its readings that give an area's average, which alone decide nothing.

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
    text_of(letter, name="signal: letter")
    columns = name_list(needs, what=f"signal '{letter}': needs")
    if kind not in KINDS:
        raise SitePriorError(unknown(f"kind of signal '{letter}'", kind, KINDS))
    if layers and kind != "primary":
        raise SitePriorError(f"signal '{letter}': layers indicate primary signals only; take layers out")
    named = MappingProxyType(_tables(parameters))
    stated = (tuple(facts), positive_only, name_list(averages, what=f"signal '{letter}': averages"))

    def register(measure: Measure) -> Measure:
        stands = [_REGISTERED[letter].readings[0].measure] if letter in _REGISTERED else []
        refuse_registered("signal", letter, _REGISTERED, another="letter", by=[measure, *stands])
        first = _reading(letter, source, measure, columns, named)
        declared = Signal(letter, title, kind, meaning, measured_by, named, [first], *stated)
        register_parameters("failure", named, again=bool(stands))
        others = [each for each in _REGISTERED.values() if each.letter != letter]
        every = sorted([*others, declared], key=lambda each: KINDS.index(each.kind))
        _REGISTERED.clear()
        _REGISTERED.update({each.letter: each for each in every})
        schema.extend_values("market failure signal", (letter,))  # the tables of signals may now hold it
        if layers:
            schema.extend_values("signal a layer shows", (letter,))
        return _with_tables(measure, named)

    return register


def reading(letter: str, *, source: str, needs: str | Iterable[str] = ()) -> Callable[[Measure], Measure]:
    """Register a further reading of a signal; of all readings of a site the strongest counts.

    Parameters
    ----------
    letter
        The signal.
    source, needs
        As for :func:`signal`.

    Raises
    ------
    SitePriorError
        When the signal is unknown, has a reading of that source, or the function asks for what is not given.
    """
    columns = name_list(needs, what=f"signal '{letter}': needs")
    if letter not in _REGISTERED:
        raise SitePriorError(unknown("signal", letter, _REGISTERED))

    def register(measure: Measure) -> Measure:
        known = _REGISTERED[letter]
        stands = next((each for each in known.readings if each.source == source), None)
        if stands is not None and not same_function(measure, stands.measure):
            raise SitePriorError(f"signal '{letter}': has a reading of '{source}' already; name another source")
        made = _reading(letter, source, measure, columns, known.parameters)
        if stands is None:
            known.readings.append(made)
        else:
            known.readings[known.readings.index(stands)] = made
        return _with_tables(measure, known.parameters)

    return register


def letters_of(kind: str) -> list[str]:
    """Return the letters of the signals of a kind, in order.

    Examples
    --------
    >>> "".join(letters_of("primary")), "".join(letters_of("corroborating"))
    ('VXCIP', 'TSAE')
    """
    return [each.letter for each in SIGNALS.values() if each.kind == kind]


def expected_letters(kind: str) -> list[str]:
    """Return the letters of a kind whose silence counts as missing evidence, in order.

    Examples
    --------
    >>> "".join(expected_letters("primary")), "".join(expected_letters("corroborating"))
    ('VXCP', 'TSAE')
    """
    return [letter for letter in letters_of(kind) if not SIGNALS[letter].positive_only]


def needed_columns() -> list[str]:
    """Return the columns of the sites the readings need beside those of the register."""
    return list(dict.fromkeys(name for each in SIGNALS.values() for one in each.readings for name in one.needs))


def _tables(stated: str | Iterable[str | Parameters] | Mapping[str, Mapping[str, Entry]]) -> dict[str, Parameters]:
    """Return the tables of a signal's numbers by name."""
    if isinstance(stated, str):
        stated = (stated,)
    if isinstance(stated, Mapping):
        return {name: parameters_of(f"failure.{name}", table) for name, table in stated.items()}
    tables = [load_parameters("failure").table(each) if isinstance(each, str) else each for each in stated]
    return {table.name.removeprefix("failure."): table for table in tables}


def _with_tables(measure: Measure, parameters: Mapping[str, Parameters]) -> Measure:
    """Return the function with the signal's tables filled in, for whoever calls it by itself."""
    asked = {name: parameters[name] for name in inspect.signature(measure).parameters if name in parameters}
    return functools.wraps(measure)(functools.partial(measure, **asked))


def _reading(
    letter: str, source: str, measure: Measure, needs: tuple[str, ...], parameters: Mapping[str, Parameters]
) -> Reading:
    """Return the reading, or refuse a function that asks for what no reading is given."""
    arguments, known = tuple(inspect.signature(measure).parameters), (*GIVEN, *parameters)
    faults = [unknown("argument", name, known, where=f"signal '{letter}'") for name in arguments if name not in known]
    if faults:
        raise SitePriorError(*faults)
    return Reading(source, measure, arguments, needs, parameters)
