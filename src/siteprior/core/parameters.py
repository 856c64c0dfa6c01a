"""The numbers siteprior works with, each with unit, source, date and confidence; they live in ``parameters/*.toml``.

A parameter file holds tables of entries ``{value, unit, source, date, confidence}``. ``confidence`` is one of
:data:`CONFIDENCES`. No number that steers a result stands in code. A module that adds a source, a criterion, a gate or
a signal states its numbers in the same form, with :func:`register_parameters`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.frozen_table import FrozenMapping, FrozenTable
from siteprior.core.short_repr import html_table, shortened

CONFIDENCES = ("statute", "published", "second-hand", "proposal", "unverified", "user")
"""From law and official publications down to this project's own proposals and what nobody could check."""

Node: TypeAlias = "str | float | bool | date | list[Node] | Mapping[str, Node]"
"""What stands in a TOML file."""

Entry: TypeAlias = "Node | Parameter | Parameters | Mapping[str, Entry]"
"""What may be registered: what stands in a TOML file, or parameters made of it."""

Frozen: TypeAlias = "str | float | bool | date | tuple[Frozen, ...] | Parameter | Parameters | FrozenTable"
"""What a parameter's value is made of: nothing of it can be changed, however deep it lies."""

FACTS = ("value", "unit", "source", "date", "confidence")


@dataclass(frozen=True)
class Parameter:
    """One sourced number (or short list, or text): ``value`` in ``unit``, who states it, when, and how sure.

    Examples
    --------
    >>> factor = load_parameters("access").parameter("walk_factor")
    >>> factor.value, factor.unit
    (1.3, 'ratio')
    """

    name: str
    value: Any  # a number, text, date or flag, or a tuple of them: what the TOML says; Parameters has typed readers
    unit: str
    source: str
    date: str
    confidence: str


class Parameters(FrozenMapping):
    """A table of parameters that cannot be changed: each name stands for a :class:`Parameter` or a table of them.

    Beside the mapping there are readers that say what comes out: :meth:`number`, :meth:`integer`, :meth:`text`,
    :meth:`flag`, :meth:`numbers`, :meth:`texts`, :meth:`parameter` and :meth:`table`.

    Examples
    --------
    >>> access = load_parameters("access")
    >>> access.number("walk_factor"), access.parameter("walk_factor").unit
    (1.3, 'ratio')
    >>> access.number("walk_facto")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.parameters.ParameterError: access: unknown parameter 'walk_facto'; did you mean 'walk_factor'? ...
    """

    __slots__ = ("name",)

    name: str
    _entries: Mapping[str, Parameter | Parameters]

    def __init__(self, name: str, entries: Mapping[str, Parameter | Parameters]) -> None:
        object.__setattr__(self, "name", name)
        super().__init__(entries)

    def __reduce__(self) -> tuple[type[Parameters], tuple[str, dict[str, Parameter | Parameters]]]:
        """Copy and pickle by name and entries."""
        return Parameters, (self.name, dict(self._entries))

    def __repr__(self) -> str:
        """Name the table and what is in it."""
        return shortened(f"Parameters({self.name!r}: {', '.join(self._entries)}") + ")"

    def _repr_html_(self) -> str:
        """Show the numbers with their units in a notebook, and what tables there are."""
        rows = {
            name: f"{_in_unit(entry)} ({entry.source})" if isinstance(entry, Parameter) else _in_short(entry)
            for name, entry in self._entries.items()
        }
        return html_table(f"parameters {self.name}", ("name", "value, unit and source, or what a table holds"), rows)

    def parameter(self, name: str) -> Parameter:
        """Return one parameter with all that is known of it.

        Raises
        ------
        ParameterError
            When there is no such name, or it is a table.
        """
        entry = self._entry(name)
        if not isinstance(entry, Parameter):
            raise ParameterError(f"{self.name}.{name}: is a table of parameters; Valid: {', '.join(entry)}")
        return entry

    def table(self, name: str) -> Parameters:
        """Return the table of that name.

        Raises
        ------
        ParameterError
            When there is no such name, or it is a single parameter.
        """
        entry = self._entry(name)
        if isinstance(entry, Parameter):
            raise ParameterError(f"{self.name}.{name}: is a single parameter, no table")
        return entry

    def tables(self) -> dict[str, Parameters]:
        """Return the tables among the entries by name."""
        return {name: entry for name, entry in self._entries.items() if isinstance(entry, Parameters)}

    def parameters(self) -> dict[str, Parameter]:
        """Return the single parameters among the entries by name."""
        return {name: entry for name, entry in self._entries.items() if isinstance(entry, Parameter)}

    def number(self, name: str) -> float:
        """Return a number, in the parameter's unit."""
        value = self.parameter(name).value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._another_kind(name, "a number")
        return value

    def integer(self, name: str) -> int:
        """Return a whole number, in the parameter's unit."""
        value = self.parameter(name).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._another_kind(name, "a whole number")
        return value

    def text(self, name: str) -> str:
        """Return a text."""
        value = self.parameter(name).value
        if not isinstance(value, str):
            raise self._another_kind(name, "a text")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.parameter(name).value
        if not isinstance(value, bool):
            raise self._another_kind(name, "true or false")
        return value

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return several numbers, in the parameter's unit."""
        value = self.parameter(name).value
        if not isinstance(value, tuple) or not all(isinstance(part, int | float) for part in value):
            raise self._another_kind(name, "a list of numbers")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return several texts."""
        value = self.parameter(name).value
        if not isinstance(value, tuple) or not all(isinstance(part, str) for part in value):
            raise self._another_kind(name, "a list of texts")
        return value

    def _refusal(self, name: str) -> str:
        return f"parameters {self.name}: cannot be changed ({name}); register_parameters adds some"

    def _entry(self, name: str) -> Parameter | Parameters:
        if name not in self._entries:
            raise ParameterError(unknown("parameter", name, self._entries, where=self.name))
        return self._entries[name]

    def _another_kind(self, name: str, wanted: str) -> ParameterError:
        return ParameterError(f"{self.name}.{name}: is not {wanted}: {self.parameter(name).value!r}")


class ParameterError(SitePriorError, KeyError):
    """A parameter that does not exist was asked for, or one as another kind than it is.

    Examples
    --------
    >>> try:
    ...     load_parameters("access").text("walk_factor")
    ... except ParameterError as error:
    ...     "walk_factor" in str(error)
    True
    """

    __str__ = Exception.__str__  # a KeyError would print its message in quotes


_REGISTERED: dict[str, dict[str, Parameter | Parameters]] = {}
_ORDER = "order.txt"


def _in_unit(parameter: Parameter) -> str:
    """Return a parameter's value with its unit, in short."""
    return shortened(f"{parameter.value} {parameter.unit}".strip(), 40)


def _in_short(table: Parameters) -> str:
    """Return what a table of parameters holds, in short: its numbers with their units, or the names of its tables."""
    parts = (f"{name} {_in_unit(each)}" if isinstance(each, Parameter) else name for name, each in table.items())
    return shortened(", ".join(parts))


def load_parameters(name: str) -> Parameters:
    """Read the parameter file ``name``: a table that cannot be changed, with :class:`Parameter` as its leaves.

    What :func:`register_parameters` added to it follows what stands in the file.

    Parameters
    ----------
    name
        The file's name without ending, such as ``"access"``.

    Raises
    ------
    InputError
        When the name is no text.
    SitePriorError
        When there is no such file, or an entry lacks one of its five facts.

    Examples
    --------
    >>> load_parameters("access").parameter("walk_factor").unit
    'ratio'
    """
    if not isinstance(name, str):
        raise InputError(f"parameters: needs the name of one parameter file, such as 'access', got {name!r}")
    return _file_of(name)


@cache
def _file_of(name: str) -> Parameters:
    """Read one parameter file, once."""
    shipped = _shipped()
    if name not in shipped and name not in _REGISTERED:
        raise SitePriorError(unknown("parameter file", name, {*shipped, *_REGISTERED}))
    text = (_folder() / f"{name}.toml").read_text(encoding="utf-8") if name in shipped else ""
    return Parameters(name, {**parameters_of(name, tomllib.loads(text)), **_REGISTERED.get(name, {})})


def register_parameters(file: str, entries: Mapping[str, Entry], *, again: bool = False) -> Parameters:
    """Add numbers to a parameter file, or begin one of a module's own, and return them.

    To be called when a module that adds to siteprior is imported. From then on :func:`load_parameters` has them, and
    ``run.json`` lists them among the numbers used.

    Parameters
    ----------
    file
        The name of the file, without ending: one that ships, such as ``"criteria"``, or a new one.
    entries
        Per name an entry ``{value, unit, source, date, confidence}`` or a table of such entries, as in TOML.
    again
        Whether they may take the place of what was registered under their names, as when a module is loaded again.

    Raises
    ------
    SitePriorError
        When an entry lacks one of its five facts, or a name stands there already with other content. The same
        registration again changes nothing.

    Examples
    --------
    >>> register_parameters("access", {"walk_factor": {"value": 1.4, "unit": "ratio", "source": "my survey",
    ...     "date": "2026-11-27", "confidence": "user"}})
    Traceback (most recent call last):
    siteprior.core.errors.SitePriorError: access.walk_factor: stands there already, and differently; use another name
    """
    named = isinstance(entries, Mapping) and all(isinstance(name, str) for name in entries)
    if not isinstance(file, str) or not named:
        raise SitePriorError(f"{file}: needs the name of a file, and entries by name, {{name: {{value, unit, …}}}}")
    new = parameters_of(file, entries)
    present: Mapping[str, Parameter | Parameters] = {}
    if file in _shipped() or file in _REGISTERED:
        present = load_parameters(file)
    faults = [
        f"{file}.{name}: stands there already, and differently; use another name"
        for name, entry in new.items()
        if name in present and present[name] != entry and not (again and name in _REGISTERED.get(file, {}))
    ]
    if faults:
        raise SitePriorError(*faults)
    registered = _REGISTERED.setdefault(file, {})
    registered.update({name: entry for name, entry in new.items() if name not in present or name in registered})
    _file_of.cache_clear()
    return new


def parameters_of(name: str, entries: Mapping[str, Entry]) -> Parameters:
    """Make parameters of entries ``{value, unit, source, date, confidence}`` and tables of them, registering nothing.

    Raises
    ------
    SitePriorError
        When an entry lacks one of its five facts.

    Examples
    --------
    >>> fact = {"value": 30, "unit": "m", "source": "own", "date": "2026-11-22", "confidence": "proposal"}
    >>> parameters_of("noise", {"reach": fact}).number("reach")
    30
    """
    return Parameters(name, {key: _entry(f"{name}.{key}", entry) for key, entry in entries.items()})


def parameter_files() -> list[str]:
    """Return the names of the parameter files whose numbers a run records.

    Those that ship stand in the order of ``parameters/order.txt``, others that lie in the folder follow by name, then
    those that were registered. A line of ``order.txt`` that begins with ``-`` names one that steers no result.

    Examples
    --------
    >>> parameter_files()[:3]
    ['registers', 'history', 'duplicates']
    """
    lines = (_folder() / _ORDER).read_text(encoding="utf-8").splitlines()
    listed = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    every = [*listed, *(name for name in (*_shipped(), *_REGISTERED) if f"-{name}" not in listed)]
    return [name for name in dict.fromkeys(every) if not name.startswith("-")]


def registered_files() -> list[str]:
    """Return the names of the parameter files to which :func:`register_parameters` added numbers.

    Examples
    --------
    >>> "registers" in registered_files()
    False
    """
    return [name for name, entries in _REGISTERED.items() if entries]


load = load_parameters
"""``siteprior.parameters.load``: the module says already what is loaded."""


def parameter_rows(name: str) -> list[Parameter]:
    """Return every parameter of a file in file order, for tables in reports and docs.

    Examples
    --------
    >>> parameter_rows("access")[0].confidence in CONFIDENCES
    True
    """

    def walk(node: Parameter | Parameters) -> list[Parameter]:
        return [node] if isinstance(node, Parameter) else [leaf for child in node.values() for leaf in walk(child)]

    return walk(load_parameters(name))


def _folder() -> Traversable:
    return resources.files("siteprior") / "parameters"


def _shipped() -> list[str]:
    """Return the names of the parameter files that ship, by name."""
    return sorted(path.name.removesuffix(".toml") for path in _folder().iterdir() if path.name.endswith(".toml"))


def _entry(name: str, node: Entry) -> Parameter | Parameters:
    """Turn one TOML node, or what was made of one, into a parameter, or into a table of them."""
    if isinstance(node, Parameter):
        return replace(node, name=name, value=_frozen(node.value))
    if not isinstance(node, Mapping):
        raise SitePriorError(f"parameter {name}: a bare value; give it {', '.join(FACTS)}")
    if "value" not in node:
        return Parameters(name, {key: _entry(f"{name}.{key}", value) for key, value in node.items()})
    missing = [fact for fact in FACTS if fact not in node]
    extra = [fact for fact in node if fact not in FACTS]
    if missing or extra or node["confidence"] not in CONFIDENCES:
        raise SitePriorError(
            f"parameter {name}: needs exactly {', '.join(FACTS)} with confidence one of {', '.join(CONFIDENCES)}"
        )
    return Parameter(name, _frozen(node["value"]), *(str(node[fact]) for fact in FACTS[1:]))


def _frozen(value: Entry) -> Frozen:
    """Return a value of the TOML with its lists as tuples and its tables frozen, so that no reader changes it."""
    if isinstance(value, Parameter | Parameters | FrozenTable):
        return value
    if isinstance(value, list | tuple):
        return tuple(_frozen(part) for part in value)
    if isinstance(value, Mapping):
        return FrozenTable({name: _frozen(part) for name, part in value.items()})
    return value
