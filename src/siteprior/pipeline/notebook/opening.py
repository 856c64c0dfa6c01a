"""The first cells of a notebook: which run is opened, whether its parameters can be, and what the run is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError, unknown
from siteprior.core.files import as_path
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.newest_run import newest_run
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result
from siteprior.report.notebooks.picture import Picture, SideBySide
from siteprior.report.notebooks.shown import show_text

if TYPE_CHECKING:
    from IPython.display import Markdown

HOW_TO = (
    'no run in "outputs", here or one folder up; run `sp.demo(out="outputs/demo")` in a cell for that of the sample '
    "(half a minute), or `siteprior run PROJECT.toml` for your own, then this cell again"
)
"""What a notebook without a run says."""

ILLUSTRATIVE = (
    "**Illustrative sample: invented sites, areas, sales, streets and timetables on real stations. "
    "No site below exists.**\n\n"
)
MADE_UP = "**Costs and scheme are made up for illustration: no figure in pounds below is evidence of anything.**\n\n"


class Kind(NamedTuple):
    """A kind of parameter: what it has to be, and whether a value is."""

    needs: str
    fits: Callable[[Any], bool]  # whatever was given


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _share(value: Any) -> bool:
    return _number(value) and 0 <= value <= 1


KINDS: Mapping[str, Kind] = {
    "top": Kind("a whole number from 1", lambda value: type(value) is int and value >= 1),
    "site": Kind("a site_id (text), or None", lambda value: value is None or isinstance(value, str)),
    "corridor": Kind("the name of a corridor (text), or None", lambda value: value is None or isinstance(value, str)),
    "project_file": Kind("the path of a project file that exists, or None",
                         lambda value: value is None or (isinstance(value, str | Path) and Path(value).is_file())),
    "budget_gbp": Kind("pounds above 0", lambda value: _number(value) and value > 0),
    "deprived_share": Kind("a share of 0–1", _share),
    "build_cost_change": Kind("a share above -1, such as 0.10", lambda value: _number(value) and value > -1),
    "live_map": Kind("True or False", lambda value: isinstance(value, bool)),
    "audience": Kind("internal, partner or public", lambda value: value in ("internal", "partner", "public")),
    "earlier_run": Kind("the folder of a run, or None",
                        lambda value: value is None or (isinstance(value, str | Path) and Path(value).is_dir())),
    "out": Kind("the path of a folder to write, or None", lambda value: value is None or isinstance(value, str | Path)),
}  # fmt: skip
"""The parameters that the notebooks have beside ``run_folder``."""


def start(run_folder: Path | str | None = None, *, sample: bool = False, **parameters: CellValue) -> Run:
    """Open the run a notebook works on, and check the notebook's parameters (each in its own unit) against it.

    Parameters
    ----------
    run_folder
        The folder of a run; the newest in ``outputs``, here or one folder up, when ``None``.
    sample
        Whether to run the illustrative sample where there is no run; otherwise it is stated how.
    **parameters
        Parameters of the notebook by name: ``top``, ``site``, ``corridor``, ``project_file``, ``budget_gbp``,
        ``deprived_share``, ``build_cost_change``, ``live_map``, ``audience``, ``earlier_run``, ``out``.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        Naming every parameter that is unknown, of a wrong kind, or names what the run does not have; and when there is
        no run, how to make one.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.notebook.start(sp.demo(out="outputs/demo"), top=10, site=None)
    >>> sp.notebook.start(run.folder, top="ten")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: top: needs a whole number from 1, got 'ten'
    """
    faults = [unknown("parameter", name, KINDS) for name in parameters if name not in KINDS]
    faults += [
        f"{name}: needs {KINDS[name].needs}, got {value!r}"
        for name, value in parameters.items()
        if name in KINDS and not KINDS[name].fits(value)
    ]
    if faults:
        raise InputError(*faults)
    folder = newest_run() if run_folder is None else as_path(run_folder, name="run_folder", what="a run's folder")
    if folder is None and not sample:
        raise InputError(f"run_folder: {HOW_TO}")
    if folder is None:
        from siteprior.pipeline.run import demo

        _show("No run in outputs: the illustrative sample is run, about half a minute.")
        folder = demo(out="outputs/demo")
    elif run_folder is None:
        _show(f"The newest run in outputs: {folder.as_posix()}")
    run = open_run(folder)
    sought = {"site": ("site", run.sites.index), "corridor": ("corridor", run["corridor_summary"]["corridor"])}
    faults = [
        unknown(noun, str(parameters[name]), [str(each) for each in known], where=name)
        for name, (noun, known) in sought.items()
        if parameters.get(name) is not None and parameters[name] not in set(known)
    ]
    if faults:
        raise InputError(*faults)
    return run


def _show(words: str) -> None:
    """Say in the cell which run is opened."""
    print(words)  # noqa: T201  a notebook shows what a cell prints


def about(run: Run | Result) -> Markdown:
    """Say in a paragraph what a run is of: title, area, days, counts (sites), who may see it, what is made up.

    Raises
    ------
    InputError
        When ``run`` is neither a run nor a result.

    Examples
    --------
    >>> import siteprior as sp
    >>> print(sp.notebook.about(sp.open_run(sp.demo(out="outputs/demo"))).data[:24])
    **Illustrative sample: i
    """
    record = part(run, "record")
    assumed = record.get("settings", {}).get("assumptions", {})
    made_up = any(isinstance(table, dict) and table.get("illustrative") for table in assumed.values())
    words = (ILLUSTRATIVE if record["illustrative"] else "") + (MADE_UP if made_up else "")
    words += "**{title}** ({area}). " if record["area"] else "**{title}**. "
    words += "Registers read as at {as_of}, stops as at {network_date}"
    words += ", prices as at {price_date}. " if record.get("price_date") else "; no prices were read. "
    counts = record["counts"]
    words += "{sites:,} sites considered, **{ranked:,} ranked**, {shortlist:,} on the shortlist. "
    words += "For: {audience}. siteprior {siteprior}."
    names = ("title", "area", "as_of", "network_date", "price_date", "siteprior")
    values = {name: record.get(name) for name in names} | {
        name: counts[name] for name in ("sites", "ranked", "shortlist")
    }
    return show_text(words, audience=record.get("audience", "internal"), **values)


def side_by_side(*pictures: Picture) -> SideBySide:
    """Show pictures beside each other (each at half the width), below each other on a narrow screen.

    Raises
    ------
    InputError
        When there is none, or one is no picture.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> len(sp.notebook.side_by_side(sp.plot_map(run), sp.plot_bands(run, first=3)).pictures)
    2
    """
    return SideBySide(*pictures)
