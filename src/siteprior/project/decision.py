"""``[robustness]`` and ``[programme]``: how sure the ranking is, and what a budget is to buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, model_validator

from siteprior.core.errors import unknown
from siteprior.project.faults import Fault, refuse, several
from siteprior.project.gates_weights import is_number
from siteprior.project.kinds import Number, OneOf, Settings, Stated, Text, Whole, key, names_in
from siteprior.project.model import SiteIds
from siteprior.project.names import criterion_names, programme_benefits, programme_costs, programme_measures
from siteprior.project.toml_lines import Path

WAYS = ("around", "uniform")
"""Weights drawn about the project's own, or any."""


def _admissible(stated: Stated, info: ValidationInfo) -> str | tuple[str, ...] | dict[str, tuple[float, float]]:
    """Check which weights are admissible: a word, an order of criteria, or the ends of each share."""
    if isinstance(stated, str):
        if stated not in WAYS:
            raise refuse(f"{unknown('weights', stated, WAYS)}; or a list of criteria, or a table of ends")
        return stated
    known = criterion_names(names_in(info))
    faults: list[Fault] = []
    if isinstance(stated, Mapping):
        shares: dict[str, tuple[float, float]] = {}
        for name, ends in stated.items():
            faults += [Fault((name,), unknown("criterion", str(name), known), ())] if name not in known else []
            listed = list(ends) if isinstance(ends, list | tuple) else []
            pair = [float(end) for end in listed if is_number(end)]
            if len(pair) != 2 or len(listed) != 2 or not 0 <= pair[0] <= pair[1] <= 1:
                faults.append(Fault((name,), f"needs the least and the most share, 0 to 1, not {ends!r}", ()))
            else:
                shares[str(name)] = (pair[0], pair[1])
        faults += _sum_faults(shares) if shares and not faults else []
        faults += [Fault((), "names no criterion", ())] if not stated else []
        if faults:
            raise several(faults)
        return shares
    if not isinstance(stated, list | tuple) or not stated:
        raise refuse(f"needs {' or '.join(WAYS)}, a list of criteria or a table of ends, not {stated!r}")
    faults = [Fault((at,), unknown("criterion", str(name), known), ()) for at, name in enumerate(stated)
              if name not in known]  # fmt: skip
    faults += [] if len(set(map(str, stated))) == len(stated) else [Fault((), "names a criterion twice", ())]
    if faults:
        raise several(faults)
    return tuple(str(name) for name in stated)


def _sum_faults(shares: Mapping[str, tuple[float, float]]) -> list[Fault]:
    """Return why no weights that sum to 1 lie between these ends, if none do."""
    least, most = (sum(ends[which] for ends in shares.values()) for which in (0, 1))
    if least > 1 + 1e-9 or most < 1 - 1e-9:
        return [Fault((), f"the ends sum to {least:g} and {most:g}; 1 has to lie between them", ())]
    return []


Admissible = Annotated[
    Literal["around", "uniform"] | tuple[str, ...] | dict[str, tuple[float, float]], PlainValidator(_admissible)
]


class Robustness(Settings):
    """How sure the ranking is: which weights are admissible, and how often they are drawn."""

    weights: Annotated[
        Admissible,
        key(
            "Weights drawn: around the project's own; uniform, any; a list of criteria, the most important first; or a "
            "table of the least and the most share of each, which then are the only criteria",
            example=["deprivation", "corridor_access", "capacity"],
        ),
    ] = "around"
    spread: Annotated[
        Annotated[Number, Field(ge=0, lt=1)] | None,
        key("How far weights drawn around the project's own move; of rank bands, too", unit="ratio", example=0.2),
    ] = None
    draws: Annotated[
        Annotated[Whole, Field(gt=0, le=1_000_000)] | None,
        key("How many draws of weights and facts the acceptability is counted over", unit="draws", example=20_000),
    ] = None


Money = Annotated[Number, Field(ge=0)]
Amounts = dict[Text, Money]
Floors = dict[Annotated[str, OneOf("measure", lambda _names: programme_measures())], Money]
Caps = dict[Annotated[str, OneOf("measure", lambda _names: ["cost", *programme_measures()])], Money]
Share = Annotated[Number, Field(ge=0, le=1)]


def _years(stated: Amounts) -> Amounts:
    """Refuse years that are no whole numbers of four figures."""
    wrong = [name for name in stated if not (name.isascii() and name.isdigit() and len(name) == 4)]
    if wrong:
        raise several([Fault((name,), f"'{name}' is no year; write it as 2027", ()) for name in wrong])
    return stated


def _columns(stated: Stated) -> Stated:
    """Let one name stand for a list of one."""
    return [stated] if isinstance(stated, str) else stated


def _pairs(stated: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Refuse a prerequisite that is no pair of two different sites."""
    faults: list[tuple[Path, tuple[str, ...]]] = [
        ((at,), pair) for at, pair in enumerate(stated) if len(pair) != 2 or pair[0] == pair[1]
    ]
    if faults:
        raise several(
            [Fault(at, f"needs a site and the other it needs, not {list(pair)!r}", ()) for at, pair in faults]
        )
    return stated


Columns = Annotated[
    tuple[Annotated[str, OneOf("column in GBP", lambda _names: programme_costs())], ...], BeforeValidator(_columns)
]


class Programme(Settings):
    """What a budget is to buy, in pounds: benefit to be maximised, and what the choice has to keep to."""

    budget_gbp: Annotated[Money | None, key("The most that may be spent in all", unit="GBP", example=100_000_000)] = (
        None
    )
    years: Annotated[
        Amounts,
        AfterValidator(_years),
        key("The most that may be spent in each year; each chosen one then starts in one of them", unit="GBP",
            example={"2027": 40_000_000, "2028": 60_000_000}, needs={"budget_gbp": None}),
    ] = Field(default_factory=dict)  # fmt: skip
    funds: Annotated[
        Amounts,
        key("The most each fund may pay; of funds whose rules are checked only for what fails none of their rules",
            unit="GBP", example={"land fund": 30_000_000}, needs={"budget_gbp": None}),
    ] = Field(default_factory=dict)  # fmt: skip
    benefit: Annotated[
        Annotated[str, OneOf("benefit", lambda _names: programme_benefits())] | None,
        key("What is maximised: weighted_homes (homes × score), score, homes, or a column of the sites in GBP, homes, "
            "jobs or ha", example="score"),
    ] = None  # fmt: skip
    cost: Annotated[
        Columns, key("Columns of the sites in GBP that are added up to the cost", unit="GBP",
                     example=["acquisition_cost_gbp", "remediation_central_gbp"]),
    ] = ()  # fmt: skip
    later_costs: Annotated[
        Columns,
        key("Columns in GBP that fall one each in the years after the start; needs years", unit="GBP",
            example=["remediation_central_gbp"], needs={"years": {"2027": 40_000_000, "2028": 60_000_000}}),
    ] = ()  # fmt: skip
    affordable_share: Annotated[
        Share | None, key("The least share of the programme's homes that is affordable", unit="share", example=0.2)
    ] = None
    deprived_share: Annotated[
        Share | None,
        key("The least share of its homes in the most deprived areas (programme.most_deprived_decile)", unit="share",
            example=0.4),
    ] = None  # fmt: skip
    floors: Annotated[
        Floors,
        key("The least of a measure in all: homes, jobs, hectares, sites, or a column", example={"homes": 2000}),
    ] = Field(default_factory=dict)
    caps: Annotated[Caps, key("The most of a measure in all; cost, too", example={"sites": 25})] = Field(
        default_factory=dict
    )
    council_floors: Annotated[
        dict[Text, Floors],
        key("The least of a measure in a council, by its ONS code", example={"E08000025": {"homes": 200}}),
    ] = Field(default_factory=dict)
    council_caps: Annotated[
        dict[Text, Caps], key("The most of a measure in a council", example={"E08000025": {"cost": 40_000_000}})
    ] = Field(default_factory=dict)
    locked_in: Annotated[
        tuple[Text, ...], key("Sites that are chosen whatever they bring; a plot stands for its opportunity",
                              example=["E08000025:1"]),
    ] = ()  # fmt: skip
    locked_out: Annotated[tuple[Text, ...], key("Sites that are not chosen", example=["E08000025:2"])] = ()
    exclusive: Annotated[
        tuple[SiteIds, ...],
        key("Lists of sites of which at most one is chosen", example=[["E08000025:1", "E08000025:2"]]),
    ] = ()  # fmt: skip
    prerequisites: Annotated[
        tuple[tuple[Text, ...], ...], AfterValidator(_pairs),
        key("Pairs: the first is chosen only with the second, and starts no earlier",
            example=[["E08000025:1", "E08000025:2"]]),
    ] = ()  # fmt: skip

    @model_validator(mode="after")
    def _has_money(self) -> Self:
        if self.budget_gbp is None and not self.years and not self.funds:
            raise refuse("has no budget; give budget_gbp, years or funds")
        if self.later_costs and not self.years:
            raise several([Fault(("later_costs",), "needs years: without them a cost falls in none", ())])
        return self
