"""The named styles of the layers a decision is read from: what each colours by, in which classes.

One template per layer draws any of its themes; the first theme a layer's columns allow is the one QGIS opens it with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from siteprior.core.schema import VERDICTS
from siteprior.report import style
from siteprior.report.geopackage.qgis_text import expression_text

Column = str
"""The name of a column, as in the table."""


@dataclass(frozen=True)
class Class:
    """One class of a theme: what the key calls it, the QGIS expression that is true of its features, its colour.

    ``quiet`` marks what stands back: smaller, and with a grey edge.
    """

    label: str
    filter: str
    shade: str
    quiet: bool = False


@dataclass(frozen=True)
class Theme:
    """A named style: its classes in the order of the key, and how features of none are shown."""

    name: str
    classes: tuple[Class, ...]
    rest: Class

    @property
    def shown(self) -> tuple[Class, ...]:
        """The classes and the rest, in the order of their symbols."""
        return (*self.classes, self.rest)


def themes(layer: str, table: pd.DataFrame) -> list[Theme]:
    """Return the themes of a layer that its columns allow, the one to open with first; none where it has one style.

    Parameters
    ----------
    layer
        ``shortlist``, ``sites`` or ``opportunities``; other layers have one style each.
    table
        What the layer holds, as it is stored; bands are taken from it.

    Examples
    --------
    >>> import pandas as pd
    >>> listed = pd.DataFrame({"score": [0.8], "score_band": ["0.7 and over"], "market_failure": ["Not found"]})
    >>> [theme.name for theme in themes("shortlist", listed)]
    ['Shortlist by score band', 'Shortlist by verdict']
    >>> themes("corridors", listed)
    []
    """
    makers = _OF_LAYER.get(layer, ())
    made = [make(layer, table) for needs, make in makers if needs in table and table[needs].notna().any()]
    return made or [_plain(layer, table) for _ in makers[:1]]


def ordered_bands(table: pd.DataFrame) -> list[str]:
    """Return the score bands a table holds, the best first."""
    if "score_band" not in table or "score" not in table:
        return []
    known = table.loc[table["score_band"].notna() & table["score"].notna(), ["score_band", "score"]]
    return list(known.groupby("score_band")["score"].max().sort_values(ascending=False).index)


_TITLES = {"shortlist": "Shortlist", "sites": "Sites", "opportunities": "Opportunities"}


def _score(layer: str, table: pd.DataFrame) -> Theme:
    """Colour by score band, dark where the score is high; of the sites, those not ranked stand back."""
    bands = style.bands(ordered_bands(table))
    tests = {band: f'"score_band" = {expression_text(band)}' for band in bands}
    name = f"{_TITLES[layer]} by score band"
    if layer == "shortlist":  # figures stand on the marks
        classes = [Class(f"Score {band}", tests[band], style.legible(shade)) for band, shade in bands.items()]
        return Theme(name, tuple(classes), Class("Shortlisted", "ELSE", style.ACCENT))
    if layer == "opportunities":
        classes = [Class(f"Score {band}", tests[band], shade) for band, shade in bands.items()]
        return Theme(name, tuple(classes), Class("No score", "ELSE", style.WHITE, quiet=True))
    ranked = _eligible(table)
    both = {band: f"{ranked} AND {test}" if ranked else test for band, test in tests.items()}
    classes = [Class(f"Ranked, score {band}", both[band], shade) for band, shade in bands.items()]
    if ranked:
        classes.append(Class("Not ranked: see gate reasons", f"NOT {ranked}", style.QGIS_SITE_OUT, quiet=True))
    return Theme(name, tuple(classes), Class("Not judged", "ELSE", style.WHITE, quiet=True))


def _eligible(table: pd.DataFrame) -> str:
    """Return the expression that is true of eligible sites: a truth value, or words; blank without the column."""
    if "eligible" not in table:
        return ""
    return '"eligible"' if pd.api.types.is_bool_dtype(table["eligible"].dtype) else "(\"eligible\" = 'yes')"


def _verdict(layer: str, _table: pd.DataFrame) -> Theme:
    """Colour by the verdict on market failure, as on the maps of a run."""
    classes = tuple(
        Class(f"Market failure: {verdict[:1].lower()}{verdict[1:]}", f'"market_failure" = {expression_text(verdict)}',
              style.VERDICT_FILLS[verdict])
        for verdict in VERDICTS
    )  # fmt: skip
    return Theme(f"{_TITLES[layer]} by verdict", classes, Class("No verdict", "ELSE", style.WHITE, quiet=True))


def _acceptability(layer: str, _table: pd.DataFrame) -> Theme:
    """Colour by the share of redraws of weights and facts in which an opportunity is on the shortlist."""
    column = '"top_k_acceptability"'
    classes = []
    for least, below, shade in style.acceptability():
        upper = "" if below >= 1 else f" AND {column} < {below:g}"
        words = f"On the shortlist in {least:.0%} to {below:.0%} of redraws"
        classes.append(Class(words, f"{column} >= {least:g}{upper}", shade))
    return Theme(f"{_TITLES[layer]} by acceptability", tuple(classes), Class("Not redrawn", "ELSE", style.WHITE, True))


def _programme(layer: str, _table: pd.DataFrame) -> Theme:
    """Colour by core class: how often an opportunity is in a good programme."""
    classes = tuple(
        Class(f"Programme: {name}", f'"core_class" = {expression_text(name)}', shade)
        for name, shade in style.CORE_CLASSES.items()
    )
    rest = Class("Not in the choice", "ELSE", style.WHITE, quiet=True)
    return Theme(f"{_TITLES[layer]} by programme", classes, rest)


def _plain(layer: str, _table: pd.DataFrame) -> Theme:
    """Show what is there in one colour, where the layer has nothing to colour by."""
    shade = style.ACCENT if layer == "shortlist" else style.SITE
    return Theme(_TITLES[layer], (), Class({"shortlist": "Shortlisted"}.get(layer, _TITLES[layer]), "ELSE", shade))


Maker = Callable[[str, pd.DataFrame], Theme]

_SITES: tuple[tuple[Column, Maker], ...] = (("score_band", _score), ("market_failure", _verdict))
_RANKED = (*_SITES, ("top_k_acceptability", _acceptability), ("core_class", _programme))
_OF_LAYER: dict[str, tuple[tuple[Column, Maker], ...]] = {
    "shortlist": _RANKED,
    "sites": _SITES,
    "opportunities": _RANKED,
}
"""The themes of each layer, by the column each needs: acceptability and programme count opportunities, not sites."""
