"""The live panel of a run: weights moved in a notebook, the shortlist that follows, and the weights saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.core.errors import InputError
from siteprior.core.files import as_path
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.result import Result
from siteprior.pipeline.write_weights import write_weights

if TYPE_CHECKING:
    from siteprior.pipeline.live_panel import Panel

POINTS = 100
"""Weight points all criteria have together, of a result, whose weights sum to 1."""


def panel(run: Run | Result, project: Path | str | None = None) -> Panel:
    """Show a panel in a notebook: a slider of weight points per criterion, the live map, who enters and who leaves.

    Rank bands are not redrawn: a run by the new weights has them.

    Parameters
    ----------
    run
        A run (``sp.open_run``) or a result.
    project
        The project file that *Save weights* changes, with :func:`siteprior.write_weights`; without one it is off.

    Returns
    -------
    Panel
        A notebook shows it as it is. From code: ``set(deprivation=40)`` moves weights (points), ``weights`` has them,
        ``changes`` the shortlist with who enters and leaves, ``result()`` all of the ranking; ``reset()``, ``save()``.

    Raises
    ------
    InputError
        When ``run`` is neither, or there is no such project file.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> panel = sp.panel(run)
    >>> changes = panel.set(deprivation=60)
    >>> changes.index[:25].equals(panel.result().shortlist.index)
    True
    """
    from siteprior.pipeline.live_panel import Panel

    faults = []
    if not isinstance(run, Run | Result):
        faults.append(f"run: needs a run (sp.open_run) or a result (sp.assess), got {type(run).__name__}")
    path = None if project is None else as_path(project, name="project", what="a project file")
    if path is not None and not path.is_file():
        faults.append(f"project: {path}: there is no such project file; give its whole path")
    if faults:
        raise InputError(*faults)
    start = (
        run.stated_weights if isinstance(run, Run) else {name: POINTS * weight for name, weight in run.weights.items()}
    )
    save = None if path is None else lambda weights: write_weights(path, weights)
    corridors = run.corridors if isinstance(run, Run) else run.transit.corridors
    return Panel(run, start, corridors, run.areas, save=save)
