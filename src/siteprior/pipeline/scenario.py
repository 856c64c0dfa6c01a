"""The transit supply as a scenario supposes it."""

from __future__ import annotations

from dataclasses import replace

from siteprior.pipeline.faults import faults_of, placed
from siteprior.pipeline.read_transit import Transit
from siteprior.project.load import Project
from siteprior.project.model import ScenarioSettings


def changed_transit(project: Project, transit: Transit, scenario: ScenarioSettings) -> Transit:
    """Return the transit supply as a scenario supposes it.

    Raises
    ------
    ProjectError
        Every fault of the scenario at once, with the valid answers.
    """
    from siteprior.scenarios.scenarios import apply_scenario
    from siteprior.sources.transit.corridors import corridor_lines

    changes = scenario.model_dump(exclude={"add_lines"}, exclude_defaults=True)
    changes["add_lines"] = transit.supposed.get(scenario.name, ())
    timetables = transit.timetables
    if "timetables" in transit.refused:  # in a check: what may be cut is not known
        changes.pop("cut", None)
        if not any(changes[key] for key in changes if key not in ("name", "source", "date")):
            return transit
    with faults_of(project), placed(project, scenario, *scenario.add_lines):
        supply = apply_scenario(
            changes,
            corridor_stops=transit.corridor_stops,
            stops=transit.stops,
            services=None if timetables is None else timetables.services,
            service_stops=None if timetables is None else timetables.stops,
            lines=transit.surveyed,
        )
    changed = timetables
    if timetables is not None and supply.services is not None:
        changed = timetables._replace(services=supply.services)
    return replace(
        transit,
        stops=supply.stops,
        corridor_stops=supply.corridor_stops,
        corridors=corridor_lines(supply.corridor_stops, lines=transit.surveyed),
        timetables=changed,
    )
