"""Why a site passes the gates in one run and not in the other: a fact changed, or a gate's threshold, or either."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd

from siteprior.core.errors import SitePriorError
from siteprior.pipeline.comparison.decided import DECISIONS, decided
from siteprior.pipeline.comparison.differences import DATA, METHOD, SETTINGS, Differences
from siteprior.pipeline.comparison.rests_on import by_decisions, facts_differ, possible_causes, rests_on
from siteprior.pipeline.comparison.two_runs import SEPARATOR, TwoRuns, cell
from siteprior.pipeline.comparison.words import change_of, joined
from siteprior.pipeline.opened_run import Run
from siteprior.project.gates_weights import GateSetting
from siteprior.project.layer_checks import parse_layers
from siteprior.ranking.eligibility import apply_gates
from siteprior.ranking.gates import GATES, Gate
from siteprior.ranking.user_layers import user_gates
from siteprior.sources.registry import EVIDENCE

EITHER, EACH, BOTH = " or ", " and also ", " and "
"""Between two causes: one of them, which is not known; each alone would do; it takes both."""


UNKNOWN = "not known"
"""The cause where no record shows one."""


class GateChange(NamedTuple):
    """Why a site passes the gates in one run alone: the cause, and the reason in words."""

    cause: str
    reason: str


def gate_changes(two: TwoRuns, found: Differences, sites: pd.Index) -> dict[str, GateChange]:
    """Say of sites that pass the gates in one run alone which gate it was, and what of it changed.

    The gates of either run are put to the facts of the other: where the facts alone turn the verdict the facts did it,
    where the gates alone do, the gates did.

    Parameters
    ----------
    two
        The runs.
    found
        What differs between their records.
    sites
        Sites that both runs have and one of them ranks.
    """
    if sites.empty:
        return {}
    registry = {**_gates_of(two.a), **_gates_of(two.b)}
    moved = _moved_gates(two)
    crossed = _crossed(two, registry) if moved else None
    changes = dict[str, GateChange]()
    facts_of = {code: possible_causes(two, found, gate.needs) for code, gate in registry.items() if gate.needs}
    by_team = {code: by_decisions(two, found, registry[code].needs) for code in facts_of}
    for site in sites:
        codes = _codes(two, site)
        if words := decided(two, str(site), codes):
            changes[str(site)] = GateChange(DECISIONS, words)
            continue
        of_gates = _gate_cause(two, codes, moved, registry)
        facts = {c for code in codes if code in facts_of for c in _causes(facts_of[code].loc[site])}
        passes = bool(pd.notna(cell(two.sites_b, str(site), "rank")))
        turned = None if crossed is None else (crossed[0].loc[site] == passes, crossed[1].loc[site] == passes)
        cause = _cause(facts, of_gates, turned)
        of_data = [code for code in codes if code in facts_of and facts_of[code].loc[site, DATA]]
        if all(by_team[code][site] for code in of_data):
            cause = cause.replace(DATA, DECISIONS)
        changes[str(site)] = GateChange(cause, _reason(two, str(site), codes, moved, registry))
    return changes


def _gates_of(run: Run) -> dict[str, Gate]:
    """Return the gates a run knew by the codes of the reasons they give: siteprior's, its evidence's, its layers'."""
    settings = run.record["settings"]
    gates: dict[str, Gate] = {**GATES}
    for name, stated in settings.get("evidence", {}).items():
        if stated and name in EVIDENCE:
            gates |= user_gates(EVIDENCE[name].specs)
    gates |= user_gates(parse_layers(settings.get("layers", ())))
    return gates


def _settings(run: Run, registry: Mapping[str, Gate]) -> dict[str, GateSetting]:
    """Return every gate as the run had it: off, or its thresholds by name, stated or siteprior's of that day."""
    stands = {row["gate"]: row["stands"] == "yes" for row in run.record.get("gates", ())}
    numbers = {row["name"]: row["value"] for row in run.record["parameters"]}
    own = run.record["settings"].get("gates", {})
    settings: dict[str, GateSetting] = {}
    for code, gate in registry.items():
        if not stands.get(code, False):
            settings[code] = False
            continue
        shipped = {name: numbers.get(f"gates.{code}.{name}", limit) for name, limit in gate.thresholds.items()}
        stated = own.get(code, True)
        if isinstance(stated, Mapping):
            shipped |= {str(name): float(number) for name, number in stated.items()}
        elif not isinstance(stated, bool):
            shipped = dict.fromkeys(shipped, float(stated))
        settings[code] = shipped or True
    return settings


def _moved_gates(two: TwoRuns) -> dict[str, tuple[str, str]]:
    """Return the gates that stand otherwise, with what each run asked in words; blank where it did not stand."""
    asked = [
        {
            row["gate"]: (row["needed"] or "asked") if row["stands"] == "yes" else ""
            for row in run.record.get("gates", ())
        }
        for run in (two.a, two.b)
    ]
    return {
        code: (asked[0].get(code, ""), asked[1].get(code, ""))
        for code in dict.fromkeys([*asked[0], *asked[1]])
        if asked[0].get(code, "") != asked[1].get(code, "")
    }


def _crossed(two: TwoRuns, registry: Mapping[str, Gate]) -> tuple[pd.Series, pd.Series] | None:
    """Mark who passes on the facts of the later run by the earlier's gates, and the other way; ``None`` if unknown."""
    passes = []
    for facts, gates in ((two.b, two.a), (two.a, two.b)):
        sites = two.sites_b if facts is two.b else two.sites_a
        unit = facts.record["settings"].get("ranking", {}).get("unit", "opportunity")
        together = sites["opportunity_id"] if unit == "opportunity" and "opportunity_id" in sites else None
        try:
            gated = apply_gates(
                sites, gates=_settings(gates, registry), registry=registry, together=together,
                as_of=date.fromisoformat(facts.record["as_of"]),
            )  # fmt: skip
        except SitePriorError:  # a gate of one run asks a column the other has not measured
            return None
        passes.append(gated["eligible"] == "yes")
    return passes[0], passes[1]


def _codes(two: TwoRuns, site: str) -> list[str]:
    """Return the reasons for which the site fails in the run that does not rank it."""
    a, b = (cell(sites, site, "gate_reasons") for sites in (two.sites_a, two.sites_b))
    text = a if pd.notna(a) else b
    return str(text).split(SEPARATOR) if pd.notna(text) else []


def _gate_cause(
    two: TwoRuns, codes: list[str], moved: Mapping[str, tuple[str, str]], registry: Mapping[str, Gate]
) -> str:
    """Return whether the gates moved by the project's settings or by siteprior's own numbers."""
    own = [run.record["settings"] for run in (two.a, two.b)]
    gates = [_gate_of(code, registry) for code in codes]
    stated = [settings.get("gates", {}) for settings in own]
    if any(stated[0].get(gate) != stated[1].get(gate) for gate in gates if gate in moved):
        return SETTINGS
    if any(own[0].get(table) != own[1].get(table) for table in ("layers", "evidence")):
        return SETTINGS
    return METHOD


def _gate_of(code: str, registry: Mapping[str, Gate]) -> str:
    """Return the gate that gives a reason: its own code, or that of what it does not know."""
    return next((name for name, gate in registry.items() if code in (name, *gate.unknown)), code)


def _causes(row: pd.Series) -> list[str]:
    """Return the causes that are marked."""
    return [str(name) for name, marked in row.items() if marked]


def _cause(facts: set[str], of_gates: str, turned: tuple[bool, bool] | None) -> str:
    """Return the cause: of the facts, of the gates, or both, by which of them alone turns the verdict."""
    of_facts = joined(facts, EITHER) or UNKNOWN
    if turned is None:
        return of_facts
    by_facts, by_gates = turned
    if by_facts != by_gates:
        return of_facts if by_facts else of_gates
    return of_facts if of_facts == of_gates else f"{of_facts}{EACH if by_facts else BOTH}{of_gates}"


def _reason(
    two: TwoRuns, site: str, codes: list[str], moved: Mapping[str, tuple[str, str]], registry: Mapping[str, Gate]
) -> str:
    """Say which gates they were, and what of each changed."""
    sentences = []
    for code in codes:
        gate = registry.get(_gate_of(code, registry))
        if gate is None:
            sentences.append(f"{code}: the gate is of a module that is not imported")
            continue
        own = [(name, *(cell(sites, site, name) for sites in (two.sites_a, two.sites_b))) for name in gate.needs]
        words = [text for name, before, after in own if (text := change_of(name, before, after))]
        if gate.code in moved:
            before, after = moved[gate.code]
            words.append(f"the gate asked {before or 'nothing'}, and asks {after or 'nothing'}")
        sentences.append(f"{gate.title}: {', '.join(words) or _unchanged(two, site, gate)}")
    return "; ".join(sentences)


def _unchanged(two: TwoRuns, site: str, gate: Gate) -> str:
    """Say what else turned a gate whose own columns read the same at the site."""
    facts = [name for column in gate.needs for name in rests_on(column).facts]
    same = not bool(facts_differ(two, facts).get(site, False))
    by_day = same and "as_of" in {day for column in gate.needs for day in rests_on(column).dates}
    return "the day moved" if by_day else "what it is ranked with changed"
