"""What has become of an earlier run: its sites, and who benefits of either shortlist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.pipeline.opened_run import Run
from siteprior.report.notebooks.shown import show_table, show_text

if TYPE_CHECKING:
    from IPython.display import Markdown
    from pandas.io.formats.style import Styler

NO_EARLIER = "`earlier_run` is `None`: there is nothing to compare with. Name the folder of an older run."


def became(earlier: Path | str | None, run: Run) -> Styler | Markdown:
    """Count what became of the sites an earlier run ranked (sites, homes), as :func:`siteprior.outcomes` says.

    Parameters
    ----------
    earlier
        The folder of the earlier run; ``None`` says how to have one.
    run
        The later run.

    Returns
    -------
    Styler or Markdown
        The table; ``.data`` has it as it is.

    Raises
    ------
    InputError
        When a folder holds no run.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> sp.notebook.became(run.folder, run).data["outcome"].tolist()
    ['still listed']
    """
    from siteprior.pipeline.comparison.outcomes import outcomes

    if earlier is None:
        return show_text(NO_EARLIER)
    table = outcomes(earlier, run.folder)
    of = table.assign(shortlisted=(table["shortlisted_a"] == "yes").astype(int)).groupby("outcome", sort=False)
    counted = of.agg(
        ranked=("site_id", "size"), shortlisted=("shortlisted", "sum"), homes_before=("homes_a", "sum"),
        homes_now=("homes_b", "sum"),
    )  # fmt: skip
    shown = counted.sort_values("ranked", ascending=False, kind="stable").reset_index()
    words = "Of the sites the earlier run ranked, and of those on its shortlist; homes where they are known."
    return show_table(shown.rename(columns=lambda name: str(name).replace("_", " ")), "became").set_caption(words)


def benefits(earlier: Path | str | None, run: Run) -> Styler | Markdown:
    """Set the homes of two shortlists (shares of 1) against the areas, as :func:`siteprior.who_benefits` does.

    Parameters
    ----------
    earlier
        The folder of the earlier run; ``None`` says how to have one.
    run
        The later run.

    Returns
    -------
    Styler or Markdown
        The table by deprivation decile and council; ``.data`` has it as it is.

    Raises
    ------
    InputError
        When a folder holds no run.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> float(round(sp.notebook.benefits(run.folder, run).data["homes now"].sum(), 6))
    2.0
    """
    from siteprior.pipeline.comparison.who_benefits import who_benefits

    if earlier is None:
        return show_text(NO_EARLIER)
    table = who_benefits(earlier, run.folder)
    shown = pd.DataFrame(
        {
            "by": table["by"], "group": table["group"], "areas": table["areas_share_b"],
            "homes before": table["shortlist_homes_share_a"], "homes now": table["shortlist_homes_share_b"],
        }
    )  # fmt: skip
    formats = dict.fromkeys(("areas", "homes before", "homes now"), "{:.0%}")
    words = "Share of the area's LSOAs, and of the homes on either shortlist: decile 1 is the most deprived tenth."
    return show_table(shown, "benefits", **formats).set_caption(words)
