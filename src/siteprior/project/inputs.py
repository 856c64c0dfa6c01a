"""What the user states: costs, scheme, additionality and benefits, each input a number or a range.

Each input is declared once, in ``parameters/inputs.toml``, with title, unit, meaning and the range in which a value
makes sense. An input without a source ships empty: the user states it, what rests on it says so, and without it the
result is missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Annotated, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    create_model,
    model_validator,
)

from siteprior.core.errors import InputError
from siteprior.core.frozen_table import FrozenMapping
from siteprior.core.parameters import Parameter, load_parameters
from siteprior.core.short_repr import short_repr
from siteprior.project.faults import Fault, faults_of, refuse, several
from siteprior.project.kinds import Day, Flag, Number, OneOf, Settings, Stated, Words, key
from siteprior.project.names import PROPERTY_TYPES

ENDS = ("low", "central", "high")

ILLUSTRATIVE = "illustrative"
"""The flag with which the user marks a whole table of inputs as made up for illustration."""

_TOLERANCE = 1e-6
"""By how much shares may miss 1: more than the rounding of binary fractions, less than anybody writes."""


@dataclass(frozen=True)
class CostInput:
    """A declared input: its name (with the unit), what it is, and the range in which a value makes sense."""

    name: str
    title: str
    unit: str
    meaning: str
    lowest: float
    highest: float
    whole_years: bool = False


@dataclass(frozen=True)
class SchemeFact:
    """A fact of the scheme that rules ask for: its kind, what it is, and the values allowed."""

    name: str
    kind: str
    meaning: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assumption:
    """The value of an input: low, central and high (NaN where nobody stated it), who says so, when, and how sure."""

    low: float = math.nan
    central: float = math.nan
    high: float = math.nan
    source: str = ""
    date: str = ""
    confidence: str = ""

    @property
    def known(self) -> bool:
        """Whether the input has a value."""
        return not math.isnan(self.central)


@short_repr
@dataclass(frozen=True)
class Costs:
    """A table of inputs with their values; ``illustrative`` where the user marked them as made up.

    ``assumptions`` is the value of every input by name, ``declared`` what ``parameters/inputs.toml`` declares of it,
    ``stated`` the table as the user wrote it.
    """

    declared: Mapping[str, CostInput]
    assumptions: Mapping[str, Assumption]
    illustrative: bool = False
    stated: Mapping[str, Stated] = field(default_factory=dict, compare=False)

    def at(self, end: str) -> dict[str, float]:
        """Return every input at its ``low``, ``central`` or ``high``; NaN where it has no value."""
        return {name: float(getattr(value, end)) for name, value in self.assumptions.items()}

    @property
    def ranged(self) -> list[str]:
        """The inputs that have a range, in declared order."""
        return [name for name, value in self.assumptions.items() if value.low < value.high]


@short_repr
@dataclass(frozen=True)
class Scheme(Costs):
    """The scheme: its inputs, the mix of homes, and what the rules of funds ask of it.

    ``mix`` is the share of each property type, ``None`` where it is not stated; ``facts`` what is stated of
    :func:`declared_facts`, days as dates.
    """

    mix: Mapping[str, float] | None = None
    facts: Mapping[str, date | float | str] = field(default_factory=dict)


@cache
def declared_inputs(table: str) -> Mapping[str, CostInput]:
    """Return the inputs of a table (``costs``, ``scheme``, ``additionality``, ``benefits``) by name, in declared order.

    Examples
    --------
    >>> declared_inputs("costs")["fees_share"].unit
    'share of build and externals'
    """
    return FrozenMapping(
        {
            name: CostInput(name, unit=declared.unit, **declared.value)
            for name, declared in load_parameters("inputs").table(table).parameters().items()
        }
    )


@cache
def declared_facts() -> Mapping[str, SchemeFact]:
    """Return the facts of ``[assumptions.scheme]`` that rules ask for, by name."""
    return FrozenMapping(
        {name: _fact(name, declared) for name, declared in load_parameters("inputs")["scheme_facts"].items()}
    )


def _fact(name: str, declared: Parameter) -> SchemeFact:
    terms = declared.value
    return SchemeFact(name, terms["kind"], terms["meaning"], tuple(terms.get("allowed", ())))


class Estimate(Settings):
    """The value of an input: a number, or ``{low, central, high}`` of which ``central`` is needed."""

    low: Annotated[Number | None, key("Low end of the range; given with high", example=1, needs={"high": 1})] = None
    central: Annotated[Number, key("The most likely value", example=1)]
    high: Annotated[Number | None, key("High end of the range; given with low", example=1, needs={"low": 1})] = None
    unit: Annotated[str | None, key("The unit, where you want it checked", example="GBP/m2")] = None
    source: Annotated[Words, key("Who says so", example="own surveyor")] = ""
    date: Annotated[Words, key("When it was stated", example="2026-03-31")] = ""

    @model_validator(mode="wrap")
    @classmethod
    def _number_or_range(cls, value: Stated | Self, handler: ModelWrapValidatorHandler[Self]) -> Self:
        bare = not isinstance(value, Mapping)
        stated = {"central": value} if bare else dict(value) if isinstance(value, Mapping) else {}
        faults = []
        if ("low" in stated) != ("high" in stated):
            faults.append(Fault((), "gives one end of a range; give low and high, or neither"))
        try:
            estimate = handler(stated)
        except ValidationError as error:
            found = faults_of(error, cls)
            faults = [*(fault._replace(at=(), of=None) if bare else fault for fault in found), *faults]
        else:
            faults += cls.contradictions(estimate)
        if faults:
            raise several(faults)
        return estimate

    @property
    def ends(self) -> tuple[float, float, float]:
        """Low, central and high; the same number where there is no range."""
        low = self.central if self.low is None else self.low
        return low, self.central, self.central if self.high is None else self.high

    @classmethod
    def contradictions(cls, estimate: Estimate) -> list[Fault]:
        """Return what does not go together in keys that are right one by one."""
        low, central, high = estimate.ends
        if (estimate.low is None) == (estimate.high is None) and not low <= central <= high:
            return [Fault((), f"needs low ≤ central ≤ high, has {low:g}, {central:g}, {high:g}")]
        return []


class Years(Estimate):
    """A whole number of years, without a range."""

    @classmethod
    def contradictions(cls, estimate: Estimate) -> list[Fault]:
        """Return what does not go together in keys that are right one by one."""
        low, central, high = estimate.ends
        if not low == high == round(central):
            return [Fault((), "needs one whole number of years, without a range")]
        return []


class InputTable(Settings):
    """A table of inputs."""

    illustrative: Annotated[Flag, key("Marks the whole table as made up; every output then says so", example=True)] = (
        False
    )


def _estimate_field(declared: CostInput) -> tuple[object, None]:
    """Declare the key of an input in a table: a number or a range, within its bounds and in its unit."""
    shared = {name: field.description or "" for name, field in Estimate.model_fields.items()}
    unit = OneOf("unit", lambda _names: [declared.unit])

    bound = Field(ge=declared.lowest, le=declared.highest)
    low, central, high = (key(shared[end], unit=declared.unit) for end in ENDS)
    fields = {
        "low": (Annotated[Annotated[Number, bound] | None, low], None),
        "central": (Annotated[Number, bound, central], ...),
        "high": (Annotated[Annotated[Number, bound] | None, high], None),
        "unit": (Annotated[Annotated[str, unit] | None, key(shared["unit"])], None),
    }
    base = Years if declared.whole_years else Estimate
    model = create_model(declared.name, __base__=base, **fields)  # type: ignore[call-overload]  # made of declarations
    meaning = f"{declared.title}: {declared.meaning}"
    example = max(declared.lowest, min(1, declared.highest))
    about = key(meaning, example=int(example) if example == int(example) else example, unit=declared.unit)
    return Annotated[model | None, about], None


def _fact_field(fact: SchemeFact) -> tuple[object, None]:
    """Declare the key of a fact of the scheme."""
    if fact.kind == "date":
        return Annotated[Day | None, key(fact.meaning, example=date(2029, 4, 1))], None
    if fact.kind == "share":
        about = key(fact.meaning, example=0.35, unit="share")
        return Annotated[Annotated[Number, Field(ge=0, le=1)] | None, about], None
    allowed = OneOf(fact.name, lambda _names: fact.allowed)
    return Annotated[Annotated[str, allowed] | None, key(fact.meaning, example=fact.allowed[0])], None


_Share = Annotated[Number, Field(ge=0, le=1)]
_PropertyType = Annotated[str, OneOf("property type", lambda _names: PROPERTY_TYPES)]


class MixedTable(InputTable):
    """A table of inputs with the mix of homes in it."""

    mix: Annotated[
        dict[_PropertyType, _Share] | None,
        key(
            "Share of the homes by property type; the shares sum to 1",
            example={"flat": 0.5, "terraced": 0.5},
            unit="share",
        ),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.mix is not None and abs(sum(self.mix.values()) - 1) > _TOLERANCE:
            raise several([Fault(("mix",), f"the shares {self.mix} need to sum to 1")])
        return self


@cache
def input_model(table: str) -> type[InputTable]:
    """Return the model of a table of inputs: ``costs``, ``scheme``, ``additionality`` or ``benefits``."""
    fields = {name: _estimate_field(declared) for name, declared in declared_inputs(table).items()}
    if table == "scheme":
        fields |= {name: _fact_field(fact) for name, fact in declared_facts().items()}
    base = MixedTable if table == "scheme" else InputTable
    model: type[InputTable] = create_model(  # type: ignore[call-overload]  # its fields are known when it is made
        f"assumptions.{table}", __base__=base, __doc__=_TABLES[table], **fields
    )
    return model


_TABLES = {
    "costs": "What it costs to build; none is assumed where none is stated.",
    "scheme": "What would be built, and what the rules of funds ask of it.",
    "additionality": "What public money adds: shares taken from gross homes and jobs.",
    "benefits": "What the homes are worth to others, and when money is spent and homes are built.",
}


def validated(stated: Mapping[str, Stated], table: str) -> Costs:
    """Return a table of inputs with the values stated, else those that ship with a source, else none.

    Raises
    ------
    ValidationError
        Naming every unknown input, wrong unit, value outside its range, and range out of order.
    """
    given = input_model(table).model_validate(dict(stated))
    return Costs(declared_inputs(table), _assumptions(given, table), given.illustrative, FrozenMapping(dict(stated)))


def validated_scheme(stated: Mapping[str, Stated]) -> Scheme:
    """Return the scheme, as :func:`validated` does its inputs."""
    given = input_model("scheme").model_validate(dict(stated))
    assert isinstance(given, MixedTable)
    facts = {name: fact for name in declared_facts() if (fact := getattr(given, name)) is not None}
    return Scheme(
        declared_inputs("scheme"),
        _assumptions(given, "scheme"),
        given.illustrative,
        FrozenMapping(dict(stated)),
        mix=None if given.mix is None else FrozenMapping(given.mix),
        facts=FrozenMapping(facts),
    )


def _assumptions(given: InputTable, table: str) -> Mapping[str, Assumption]:
    """Return the value of every input: what was stated, else what ships with a source."""
    shipped = load_parameters("costs").table("inputs").parameters()
    values = {}
    for name in declared_inputs(table):
        own, known = getattr(given, name), shipped.get(name)
        if isinstance(own, Estimate):
            values[name] = Assumption(*own.ends, own.source, own.date, "user")
        elif known is not None:
            low, central, high = map(float, known.value)
            values[name] = Assumption(low, central, high, known.source, known.date, known.confidence)
        else:
            values[name] = Assumption()
    return FrozenMapping(values)


def load_inputs(stated: Mapping[str, Stated] | None, table: str) -> Costs:
    """Collect one table of inputs from a script, or refuse it with every fault at once.

    Parameters
    ----------
    stated
        Input name to a number, or to ``{low, central, high, unit, source, date}`` of which ``central`` is needed; a
        bare number has no range and no source. ``illustrative = true`` marks them all as made up.
    table
        ``costs``, ``additionality`` or ``benefits``.

    Raises
    ------
    InputError
        Naming every unknown input, wrong unit, value outside the valid range, and range out of order.
    """
    try:
        return validated(stated or {}, table)
    except ValidationError as error:
        raise _refused(error, table) from None


def load_scheme_inputs(stated: Mapping[str, Stated] | None) -> Scheme:
    """Collect the scheme from a script, as :func:`load_inputs` does."""
    try:
        return validated_scheme(stated or {})
    except ValidationError as error:
        raise _refused(error, "scheme") from None


def _refused(error: ValidationError, table: str) -> InputError:
    """Return the error a script sees, its places named as the project file has them."""
    faults = [fault.within(("assumptions", table)) for fault in faults_of(error, input_model(table))]
    return InputError(*(fault.sentence() for fault in faults))


def _validator(table: str) -> PlainValidator:
    def parse(stated: Stated | Costs) -> Costs:
        if isinstance(stated, Costs):
            return stated
        if not isinstance(stated, Mapping):
            raise refuse(f"needs a table of keys, not {stated!r}")
        try:
            return validated_scheme(stated) if table == "scheme" else validated(stated, table)
        except ValidationError as error:
            raise several(faults_of(error, input_model(table))) from None

    return PlainValidator(parse)


def _as_stated(costs: Costs) -> dict[str, Stated]:
    return dict(costs.stated)


CostTable = Annotated[Costs, _validator("costs"), PlainSerializer(_as_stated)]
SchemeTable = Annotated[Scheme, _validator("scheme"), PlainSerializer(_as_stated)]
AdditionalityTable = Annotated[Costs, _validator("additionality"), PlainSerializer(_as_stated)]
BenefitTable = Annotated[Costs, _validator("benefits"), PlainSerializer(_as_stated)]
