"""What changes with other build costs, or with another budget, in a sentence or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError
from siteprior.pipeline.notebook.view import ranked_sites
from siteprior.pipeline.opened_run import Run
from siteprior.report.notebooks.shown import show_table, show_text

if TYPE_CHECKING:
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

SCHEME = ("affordable_share", "affordable_value_share", "home_size_m2", "illustrative")
"""What of the project's scheme the appraisal takes as it is stated."""

DRAWS = 500
"""Draws of a quick appraisal in a notebook; a run has its own number."""


def build_costs(run: Run, change: float) -> Markdown:
    """Appraise the ranked sites once more with other build costs; say the share (0–1) with a gap before and after.

    Parameters
    ----------
    run
        A run whose project states costs.
    change
        By how much build costs change, as a share: 0.10 is a tenth more.

    Returns
    -------
    Markdown

    Raises
    ------
    InputError
        When ``run`` is none, or ``change`` no number above -1.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.notebook.build_costs(run, 0.1).data[:23]
    'With build costs &#43;1'
    """
    faults = [] if isinstance(run, Run) else [f"run: needs a run (sp.open_run), got {type(run).__name__}"]
    if not isinstance(change, int | float) or isinstance(change, bool) or not change > -1:
        faults.append(f"change: needs a share above -1, such as 0.10, got {change!r}")
    if faults:
        raise InputError(*faults)
    assumed, ranked = run.record["settings"].get("assumptions", {}), ranked_sites(run)
    if not assumed.get("costs") or not ranked["value_gbp_per_m2"].notna().any():
        return show_text("Without costs (`[assumptions.costs]`) and prices there is no appraisal to change.")
    cost = assumed["costs"]["build_gbp_per_m2"]
    ends = dict(cost) if isinstance(cost, dict) else dict.fromkeys(("low", "central", "high"), cost)
    for end in ("low", "central", "high"):
        ends[end] = ends[end] * (1 + change)
    before, after = (
        _share_with_gap(run, costs) for costs in (assumed["costs"], {**assumed["costs"], "build_gbp_per_m2": ends})
    )
    words = "With build costs {change:+.0%}, the share of ranked sites with a gap goes from **{before:.0%}** to "
    words += "**{after:.0%}**."
    return show_text(words, change=change, before=before, after=after)


def _share_with_gap(run: Run, stated: dict[str, Any]) -> float:
    """Return the share of appraised sites that have a gap under stated costs."""
    from siteprior.appraisal.viability.inputs import load_costs, load_scheme
    from siteprior.appraisal.viability.residual import site_viability

    scheme = run.record["settings"]["assumptions"]["scheme"]
    own = load_scheme({name: scheme[name] for name in SCHEME if name in scheme})
    columns, _ = site_viability(ranked_sites(run), costs=load_costs(stated), scheme=own, seed=run.seed, draws=DRAWS)
    gaps = columns["gap_gbp_per_home"].dropna()
    return float((gaps > 0).mean())


def programme(run: Run, *, budget_gbp: float, deprived_share: float) -> Styler | Markdown:
    """Choose a programme of your own and show its totals; say what conflicts where none keeps to all of it.

    Parameters
    ----------
    run
        A run.
    budget_gbp
        The budget in pounds.
    deprived_share
        The least share (0–1) of its homes in the most deprived areas; a fifth of them are affordable at least, as
        :class:`siteprior.programme.AffordableShare` has it.

    Returns
    -------
    Styler or Markdown

    Raises
    ------
    InputError
        When ``run`` is none.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> "opportunities for £" in sp.notebook.programme(run, budget_gbp=10_000_000, deprived_share=0.5).caption
    True
    """
    from siteprior.programme.constraints import AffordableShare, Constraint, DeprivedShare
    from siteprior.programme.optimise import choose_programme

    if not isinstance(run, Run):
        raise InputError(f"run: needs a run (sp.open_run), got {type(run).__name__}")
    try:
        limits: list[Constraint] = [DeprivedShare(deprived_share), AffordableShare()]
        own = choose_programme(run, budget=budget_gbp, constraints=limits)
    except InputError as fault:
        return show_text("{why}", why=str(fault))
    caption = (
        f"{len(own.chosen):,} opportunities for £{own.cost / 1e6:,.1f}m, benefit {own.benefit:,.0f}, proven to be "
        f"within {own.gap:.2%} of the best."
    )
    numbers = dict.fromkeys((str(name).replace(" ", "_") for name in own.totals), "{:,.2f}")
    return show_table(own.totals.reset_index(), "totals", **numbers).set_caption(caption)
