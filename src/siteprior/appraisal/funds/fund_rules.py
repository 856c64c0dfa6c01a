"""Would a fund take it? Dated rules as data: pass, fail, unknown or not applicable, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from siteprior.appraisal.capacity import net_share
from siteprior.appraisal.funds.scheme_facts import SCHEME_FACTS, load_scheme_facts
from siteprior.core import schema
from siteprior.core.arguments import day_of
from siteprior.core.errors import InputError, unknown
from siteprior.core.joined_texts import joined_texts
from siteprior.core.parameters import Parameter, load_parameters
from siteprior.core.short_repr import short_repr
from siteprior.project.inputs import Scheme
from siteprior.project.kinds import Stated

__all__ = ["NEEDS", "SCHEME_FACTS", "check_rules", "rule_table"]

_TABLE = schema.SITES.without_places()
_DECIMALS = 9  # floating-point tolerance: thresholds are compared on rounded numbers
_SHOWN = 1000  # numbers are shown to three decimals, percentages to one

Fact: TypeAlias = str | float | pd.Timestamp
Facts: TypeAlias = Mapping[str, Fact]
"""What is stated of the scheme, by name."""

NEEDS = ("organisation", "register", "hectares", "capacity_dwellings")
"""The columns of sites every rule may ask for; ``bcr``, ``market_failure`` and ``rule_class`` where known."""


@short_repr
class FundRules(NamedTuple):
    """The rules summed up per site, and the result of every rule on every site.

    Attributes
    ----------
    columns
        :data:`siteprior.core.schema.SITE_RULE_COLUMNS` on the index of the sites.
    results
        :data:`siteprior.core.schema.FUND_RULE_RESULTS`, sites in their order, rules in that of
        ``parameters/funds.toml``.
    """

    columns: pd.DataFrame
    results: pd.DataFrame


class Outcome(NamedTuple):
    """The result of one rule for every site, and the reason."""

    result: pd.Series
    reason: pd.Series


def rule_table() -> pd.DataFrame:
    """List the rules, one row each, with fund, test, dates, source and confidence.

    Returns
    -------
    DataFrame
        ``rule``, ``fund``, ``title``, ``test``, ``of``, ``threshold``, ``from``, ``until``, ``caution``, ``source``,
        ``date``, ``confidence``.

    Examples
    --------
    >>> rule_table().set_index("rule").loc["gap-fund-8000-bcr", ["test", "threshold", "until"]].tolist()
    ['at least', '1.5', '2031-03-31']
    """
    rows = [
        {
            "rule": name,
            "fund": rule.value["fund"],
            "title": rule.value["title"],
            "test": rule.value["test"],
            "of": ", ".join(rule.value["of"]),
            "threshold": str(rule.value.get("threshold", ", ".join(rule.value.get("passes", [])))),
            "from": rule.value.get("from", ""),
            "until": rule.value.get("until", ""),
            "caution": rule.value.get("caution", ""),
            "source": rule.source,
            "date": rule.date,
            "confidence": rule.confidence,
        }
        for name, rule in _rules().items()
    ]
    return pd.DataFrame(rows)


def check_rules(
    sites: pd.DataFrame,
    *,
    as_of: date,
    scheme: Scheme | Mapping[str, Stated] | None = None,
    funds: Iterable[str] = (),
    profile: str = "",
    others: Iterable[str] = (),
) -> FundRules:
    """Check each site against the dated rules of funds: pass, fail, unknown or not applicable, with the reason.

    A fact that is missing makes a rule unknown, never passed and never failed.

    Parameters
    ----------
    sites
        Sites with :data:`NEEDS`, and ``bcr``, ``market_failure`` and ``rule_class`` where they are known.
    as_of
        The day on which the rules are read: that of the decision on money, not that of a register.
    scheme
        The scheme of a project, or the table ``[assumptions.scheme]``: ``affordable_share``, and what
        :data:`siteprior.appraisal.funds.scheme_facts.SCHEME_FACTS` declares.
    funds
        Funds whose rules are checked, as :func:`rule_table` lists them; none by default, for a fund's rules hold in
        its own area only. ``parameters/profiles.toml`` names those of an area. Without one the columns are blank.
    profile
        The density profile the project follows; a density rule applies under its own profile only.
    others
        Further names in ``scheme`` that are read elsewhere; they are passed over.

    Returns
    -------
    FundRules

    Raises
    ------
    InputError
        Naming every missing column, unknown fund, and fact of the scheme that cannot be.

    Notes
    -----
    Rules and sources: ``parameters/funds.toml``.

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"organisation": ["E08000027"], "register": ["brownfield register"], "hectares": [1.0],
    ...      "capacity_dwellings": [30], "bcr": [1.2]}, index=pd.Index(["a"], name="site_id"))
    >>> columns, results = check_rules(sites, as_of=date(2026, 11, 22), funds=["gap-fund-8000"])
    >>> columns.loc["a", ["fund_rules", "fund_rules_failed", "fund_rules_unknown"]].tolist()
    ['fail', 'gap-fund-8000-bcr', 'gap-fund-8000-start']
    >>> results["result"].tolist()
    ['fail', 'unknown']
    """
    schema.check(sites, _TABLE, name="sites", needs=NEEDS, may_have=_TABLE.names)
    asked = _asked(funds)
    facts = load_scheme_facts(scheme, others=others)
    day = day_of(as_of, name="as_of")
    parts = []
    for name, rule in _rules().items():
        if rule.value["fund"] not in asked:
            continue
        done = _judge(rule, sites, facts, day, profile)
        part = pd.DataFrame(
            {"site_id": sites.index, "result": done.result.to_numpy(), "reason": done.reason.to_numpy()}
        )
        parts.append(
            part.assign(
                fund=rule.value["fund"], rule=name, title=rule.value["title"], source=rule.source, date=rule.date,
                confidence=rule.confidence, place=np.arange(len(sites)),
            )
        )  # fmt: skip
    if not parts:
        blank = {column.name: schema.as_kind(None, "text", sites.index) for column in schema.SITE_RULE_COLUMNS}
        none = pd.DataFrame(columns=schema.FUND_RULE_RESULTS.names)
        return FundRules(
            pd.DataFrame(blank, index=sites.index), pd.DataFrame(schema.conform(none, schema.FUND_RULE_RESULTS))
        )
    results = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)
    columns = _summary(results, sites.index)
    results.index = pd.Index(results["site_id"].astype(str) + "|" + results["rule"], dtype="str")
    return FundRules(columns, pd.DataFrame(schema.conform(results.drop(columns="place"), schema.FUND_RULE_RESULTS)))


def _rules() -> Mapping[str, Parameter]:
    """Return the rules by name, in file order."""
    return load_parameters("funds").table("rules").parameters()


def _asked(funds: Iterable[str]) -> list[str]:
    """Return the funds asked for, or refuse those that are not known."""
    known = list(load_parameters("funds").table("funds"))
    asked = [funds] if isinstance(funds, str) else list(funds)
    faults = [unknown("fund", name, known, where="funds") for name in asked if name not in known]
    if faults:
        raise InputError(*faults)
    return asked


def _judge(rule: Parameter, sites: pd.DataFrame, facts: Facts, day: pd.Timestamp, profile: str) -> Outcome:
    """Return the result of one rule for every site, and the reason."""
    terms = rule.value
    outside = _outside(rule, day, profile)
    if outside:
        result, reason = (pd.Series(text, index=sites.index, dtype="str") for text in outside)
    else:
        result, reason = _tested(rule, sites, facts)
    if "organisations" in terms:
        elsewhere = ~sites["organisation"].isin(terms["organisations"])
        reason = reason.mask(elsewhere, "the policy is of another council")
        result = result.mask(elsewhere, "not applicable")
    return Outcome(result, reason)


def _tested(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> Outcome:
    """Return the result of a rule in force, and the reason with what it rests on and what to bear in mind."""
    terms = rule.value
    result, reason = _TESTS[terms["test"]](rule, sites, facts)
    lacking = [name for name in terms.get("needs", []) if name not in facts]
    if lacking:
        reason = reason.mask(result != "unknown", reason + f"; unknown, for {' and '.join(lacking)} is not stated")
        result = result.mask(result != "unknown", "unknown")
    for name in terms.get("needs", []):
        if name in facts:
            reason = reason + f", measured on {facts[name]}"
    basis = schema.as_kind(sites.get(terms.get("basis")), "text", sites.index).str.replace(";.*", "", regex=True)
    reason = reason.mask(basis.notna() & (result != "unknown"), reason + "; it rests on " + basis)
    if "caution" in terms:
        reason = reason.mask(result != "not applicable", reason + f" ({terms['caution']})")
    return Outcome(result, reason)


def _outside(rule: Parameter, day: pd.Timestamp, profile: str) -> tuple[str, str] | None:
    """Return result and reason where a rule is not in force on the day, or under the profile; else nothing."""
    terms = rule.value
    if "profiles" in terms and profile not in terms["profiles"]:
        return "not applicable", f"the project follows the density profile '{profile or 'none'}'"
    if "until" in terms and day > pd.Timestamp(terms["until"]):
        return "not applicable", f"closed: in force until {terms['until']}"
    if "from" in terms and day < pd.Timestamp(terms["from"]):
        return "not applicable", f"not yet in force: it holds from {terms['from']}"
    if "from" not in terms and day < pd.Timestamp(terms["seen"]):
        return "unknown", f"whether it was in force on {day.date()} is not known; it was on {terms['seen']}"
    return None


def _fact(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> pd.Series:
    """Return the fact a rule is made on, named by its names: the first known, a site's own before the scheme's."""
    names = rule.value["of"]
    fact = pd.Series([None] * len(sites), index=sites.index, dtype=object)
    for name in names:
        for known in (sites.get(name), facts.get(name)):
            if known is not None:
                fact = fact.where(fact.notna(), known)
    return fact.rename(" and ".join(names))


def _threshold(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> Outcome:
    """Test a number against the least or the most that is allowed."""
    value = pd.to_numeric(_fact(rule, sites, facts)).astype("float64").round(_DECIMALS)
    least, limit = rule.value["test"] == "at least", float(rule.value["threshold"])
    met = value >= limit if least else value <= limit
    write = _percent if rule.unit.startswith("share") else "{:,.10g}".format
    thousandths = (value * _SHOWN).round(_DECIMALS)
    # rounded away from the threshold it missed, never up to it
    short = pd.Series(np.floor(thousandths) if least else np.ceil(thousandths), index=value.index) / _SHOWN
    words = f"; {'at least' if least else 'at most'} {write(limit)} is asked"
    return _pass_or_fail(met, value, short.map(write, na_action="ignore"), words)


def _percent(share: float) -> str:
    """Write a share as a percentage."""
    return f"{100 * share:.6g}%"


def _deadline(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> Outcome:
    """Test a day against the last one that is allowed."""
    value = pd.to_datetime(_fact(rule, sites, facts))
    met = value <= pd.Timestamp(rule.value["threshold"])
    return _pass_or_fail(
        met, value, value.dt.strftime("%Y-%m-%d"), f"; {rule.value['threshold']} at the latest is asked"
    )


def _listed(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> Outcome:
    """Test a word against those that pass and those that fail; any other leaves the result unknown."""
    fact = _fact(rule, sites, facts)
    passes, fails = fact.isin(rule.value["passes"]), fact.isin(rule.value["fails"])
    result = pd.Series(np.select([passes, fails], ["pass", "fail"], "unknown"), index=sites.index, dtype="str")
    stated = schema.as_kind(fact, "text", sites.index)
    reason = f"{fact.name}: " + stated
    return Outcome(result, reason.where(stated.notna(), f"{fact.name} is not stated"))


def _density(rule: Parameter, sites: pd.DataFrame, facts: Facts) -> Outcome:
    """Test homes per net hectare where the class of accessibility is not known for certain."""
    terms = rule.value
    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    homes = schema.as_kind(_fact(rule, sites, facts), "number", sites.index)
    density = (homes / (hectares.where(hectares > 0) * net_share(hectares))).round(_DECIMALS)
    classes = schema.as_kind(sites.get("rule_class"), "text", sites.index)
    small = homes < terms["from_homes"]
    sparse = (density < terms["threshold"]) & classes.isin(terms["classes"])
    tests = [small, density >= terms["densest"], sparse]
    result = pd.Series(np.select(tests, ["not applicable", "pass", "fail"], "unknown"), index=sites.index, dtype="str")
    words = density.map("{:,.1f} homes per net hectare".format, na_action="ignore").astype("str")
    reason = words.where(density.notna(), "homes or hectares are not known")
    open_class = density.notna() & (result == "unknown")
    reason = reason.mask(open_class, reason + "; which density is asked depends on an accessibility class not known")
    reason = reason.mask(result == "fail", reason + f"; at least {terms['threshold']} is asked")
    return Outcome(result, reason.mask(small, f"it binds from {terms['from_homes']} homes"))


def _pass_or_fail(met: pd.Series, value: pd.Series, written: pd.Series, words: str) -> Outcome:
    """Return pass or fail with the value, which bears the name of the fact; unknown where there is none."""
    known = value.notna()
    result = pd.Series(np.where(met, "pass", "fail"), index=value.index, dtype="str").where(known, "unknown")
    reason = (f"{value.name} " + written.astype("str") + words).where(known, f"{value.name} is not known{words}")
    return Outcome(result, reason)


_TESTS: Mapping[str, Callable[[Parameter, pd.DataFrame, Facts], Outcome]] = MappingProxyType(
    {
        "at least": _threshold,
        "at most": _threshold,
        "on or before": _deadline,
        "one of": _listed,
        "density": _density,
    }
)


def _summary(results: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Sum the results up per site: fail before unknown before pass, which, and why."""
    place = results["place"]
    counts = {name: (results["result"] == name).groupby(place).sum().to_numpy() for name in schema.RULE_RESULTS}
    order = ("fail", "unknown", "pass")
    words = np.select([counts[name] > 0 for name in order], order, "not applicable")
    table = pd.DataFrame({"fund_rules": pd.Series(words, index=index, dtype="str")})
    for column, name in (("fund_rules_failed", "fail"), ("fund_rules_unknown", "unknown")):
        rows = results[results["result"] == name]
        joined = joined_texts(rows["rule"], rows["place"], "; ").reindex(range(len(index)))
        table[column] = schema.as_kind(joined.set_axis(index), "text", index)
    rows = results[results["result"].isin(["fail", "unknown"])]
    text = rows["title"] + ": " + rows["result"] + ", " + rows["reason"]
    joined = joined_texts(text, rows["place"], "; ").reindex(range(len(index)))
    table["fund_rule_reasons"] = schema.as_kind(joined.set_axis(index), "text", index)
    return table
