"""The panel as an object: sliders, map, list and buttons of ipywidgets; it works from code without a browser, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError, SitePriorError
from siteprior.ranking.live_weights import LiveWeights
from siteprior.ranking.other_weights import Reweighted, Shortlisted, reweight
from siteprior.ranking.scoring import check_weights
from siteprior.report import style
from siteprior.report.panel.drawing import OTHERS_DRAWN, TALL, WIDE, LiveMap, list_of, text

if TYPE_CHECKING:
    from ipywidgets import Button, Widget

POINTS = 100
"""Weight points a slider reaches at least; more where a weight is more."""

NAMED = 3
"""Entrants and leavers that the line above the list names; the list marks all."""

ALL_ZERO = "All weights are zero, so nothing can be ranked: move at least one above zero. Map and list are as before."
NO_PROJECT = "Save is off: no project file was given; sp.panel(run, project=…) names it."


class Panel:
    """Weights that are moved, and the shortlist that follows; a notebook shows it as it is (``widget``).

    Parameters
    ----------
    run
        A run or a result.
    start
        Weight per criterion that the sliders start from, in points.
    corridors, areas
        Lines with ``kind`` and polygons with ``imd_decile``, the background.
    save
        What saves weights, and returns the file; ``None`` when there is none.
    others
        How many opportunities are drawn beside the shortlist, at most.
    """

    def __init__(
        self, run: Shortlisted, start: Mapping[str, float], corridors: gpd.GeoDataFrame,
        areas: gpd.GeoDataFrame, *, save: Callable[[dict[str, float]], Path] | None = None,
        others: int = OTHERS_DRAWN,
    ) -> None:  # fmt: skip
        self._run, self._save = run, save
        self._criteria = run.criteria_known
        self._start = check_weights(start, self._criteria)
        self._live = LiveWeights(run, list(self._start))
        before = self._live.standing(self._start)
        self._places = min(len(run.shortlist), len(before.labels))
        self._names = dict(zip(run.sites.index, run.sites["site_name"], strict=True))
        self._before = pd.DataFrame({"rank": before.ranks, "score": before.scores}, index=before.labels)
        self._weights = dict(self._start)
        self._map = LiveMap(run.sites, before.labels, corridors, areas, others=others)
        self._moving = False
        self._build()
        self._show()

    @property
    def weights(self) -> dict[str, float]:
        """Weight per criterion in points, as the sliders stand."""
        return dict(self._weights)

    @property
    def changes(self) -> pd.DataFrame:
        """The shortlist as it is shown, and below it what left: ``site_name``, ``change``, ranks and scores (0–1).

        Under weights that are all zero it stays as it was before.
        """
        return self._changes.copy()

    def result(self) -> Reweighted:
        """Return the whole ranking by the weights as they stand (scores 0–1), as ``sp.ranking.reweight`` does."""
        return reweight(self._run, self._weights, shortlist=self._places)

    def set(self, weights: Mapping[str, float] | None = None, **named: float) -> pd.DataFrame:
        """Move weights (points) from code; map and list follow. Returns ``changes``.

        Raises
        ------
        InputError
            When a weight is of none of the sliders, negative or no number; then nothing moves.
        """
        given = {**(weights or {}), **named}
        faults = [f"weights: '{name}' has no slider; there are {', '.join(self._weights)}" for name in given
                  if name not in self._weights]  # fmt: skip
        faults += [
            f"weights: {name} needs a number from 0, not {value!r}" for name, value in given.items()
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < np.inf
        ]  # fmt: skip
        if faults:
            raise InputError(*faults)
        self._moving = True
        try:
            for name, value in given.items():
                slider = self.sliders[name]
                slider.max = max(slider.max, float(value))
                slider.value = float(value)
        finally:
            self._moving = False
        self._weights.update({name: float(value) for name, value in given.items()})
        self._show()
        return self.changes

    def reset(self) -> pd.DataFrame:
        """Move all weights (points) back to where they started. Returns ``changes``."""
        return self.set(self._start)

    def save(self) -> Path:
        """Put the weights (points) into the project file, with ``sp.write_weights``. Returns the file.

        Raises
        ------
        InputError
            When no project file was given, or all weights are zero.
        """
        if self._save is None:
            raise InputError(f"project: {NO_PROJECT}")
        return self._save(self.weights)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # as IPython declares it
        """Show the panel live where widgets are, and as it stands where they are not: in a page, in a PDF."""
        bundle: dict[str, Any] = self.widget._repr_mimebundle_(**options)
        layers = f"position:relative;width:{WIDE}px;height:{TALL}px;border:1px solid {style.MAP_FRAME}"
        still = (
            f'<div style="{layers}">{self.background.value}'
            f'<div style="position:absolute;left:0;top:0">{self.overlay.value}</div></div>'
        )
        return {**bundle, "text/html": f"{self.line.value}{still}{self._map.legend()}{self.list.value}"}

    def _build(self) -> None:
        import ipywidgets as w

        self.sliders = {
            name: w.FloatSlider(
                value=weight, min=0.0, max=max(POINTS, weight), step=1.0, readout_format=".1f",
                layout=w.Layout(width="215px"),
            )
            for name, weight in self._start.items()
        }  # fmt: skip
        rows = []
        for name, slider in self.sliders.items():
            slider.add_class("siteprior-weight")
            slider.observe(lambda change, name=name: self._moved(name, change["new"]), "value")
            title = w.HTML(f'<span style="font-size:13px">{text(self._criteria[name].title)}</span>',
                           layout=w.Layout(margin="4px 0 -6px 4px"))  # fmt: skip
            rows.append(w.VBox([title, slider]))
        self.reset_button = w.Button(description="Reset", layout=w.Layout(width="90px"))
        self.save_button = w.Button(
            description="Save weights", button_style="primary", disabled=self._save is None,
            tooltip="" if self._save else NO_PROJECT, layout=w.Layout(width="120px"),
        )  # fmt: skip
        self.reset_button.on_click(lambda _button: self.reset())
        self.save_button.on_click(self._clicked)
        self.note = w.HTML("" if self._save else _small(NO_PROJECT))
        self.line = w.HTML()
        layer = w.Layout(grid_area="map", width=f"{WIDE}px", height=f"{TALL}px", margin="0", overflow="hidden")
        self.background, self.overlay = w.HTML(self._map.background, layout=layer), w.HTML(layout=layer)
        map_ = w.GridBox(
            [self.background, self.overlay],
            layout=w.Layout(grid_template_areas='"map"', width=f"{WIDE}px", height=f"{TALL}px",
                            border=f"1px solid {style.MAP_FRAME}"),
        )  # fmt: skip
        self.list = w.HTML()
        self.overlay.add_class("siteprior-map")
        self.list.add_class("siteprior-list")
        buttons = w.HBox([self.reset_button, self.save_button])
        left = w.VBox([w.HTML(_small("Weight points per criterion")), *rows, buttons, self.note],
                      layout=w.Layout(width="230px", flex="0 0 auto"))  # fmt: skip
        middle = w.VBox([map_, w.HTML(self._map.legend())], layout=w.Layout(flex="0 0 auto", margin="0 10px"))
        right = w.VBox([self.list], layout=w.Layout(flex="1 1 280px", min_width="280px"))
        body = w.HBox([left, middle, right], layout=w.Layout(flex_flow="row wrap"))
        self.widget: Widget = w.VBox([self.line, body])
        """The panel as a widget of a notebook."""

    def _moved(self, name: str, value: float) -> None:
        if self._moving:
            return
        self._weights[name] = float(value)
        self._show()

    def _clicked(self, _button: Button) -> None:
        try:
            self.note.value = _small(f"Saved to {text(self.save())}.")
        except SitePriorError as fault:
            self.note.value = _small(text(fault))

    def _show(self) -> None:
        """Rank by the weights and send what changed to the browser."""
        if not any(self._weights.values()):
            self.line.value = _bold(ALL_ZERO)
            return
        after = self._live.standing(self._weights)
        self._changes = _changes(self._before, after.labels, after.ranks, after.scores, self._places)
        self._changes.insert(0, "site_name", [self._names[label] for label in self._changes.index])
        marks = zip(self._changes.index, self._changes["rank_after"], self._changes["change"], strict=True)
        with self.widget.hold_sync():
            self.overlay.value = self._map.overlay(marks, self._names)
            self.list.value = list_of(self._changes)
            self.line.value = _bold(self._words())

    def _words(self) -> str:
        """Return the line that names who enters and who leaves."""
        parts = []
        for change, verb in (("enters", "enter"), ("leaves", "leave")):
            rows = self._changes[self._changes["change"] == change]
            names = [text(row.site_name) or text(row.Index) for row in rows.head(NAMED).itertuples()]
            more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
            if len(rows):
                parts.append(f"{len(rows)} {verb if len(rows) > 1 else change}: {' · '.join(names)}{more}")
        return "; ".join(parts) + "." if parts else "The shortlist is that of the weights it started from."


def _changes(before: pd.DataFrame, labels: pd.Index, ranks: Any, scores: Any, places: int) -> pd.DataFrame:
    """Return the new shortlist, and below it what left, with what became of each."""
    stood = before.index[:places]
    now = np.arange(len(labels)) < places
    was = labels.isin(stood)
    kept = now | was
    table = pd.DataFrame({"rank_after": ranks[kept], "score_after": scores[kept]}, index=labels[kept])
    old = before.loc[table.index]
    rank_before, moved = old["rank"].to_numpy(), old["rank"].to_numpy() - table["rank_after"].to_numpy()
    now, was = now[kept], was[kept]
    change = np.select([now & ~was, was & ~now, moved > 0, moved < 0], ["enters", "leaves", "rises", "falls"], "same")
    table.insert(0, "change", change)
    table.insert(1, "rank_before", rank_before)
    table.insert(3, "score_before", old["score"].to_numpy())
    return table


def _small(words: str) -> str:
    return f'<div style="font-size:12px;line-height:16px;color:{style.GREY};white-space:normal">{words}</div>'


def _bold(words: str) -> str:
    return f'<div style="font-size:13px;line-height:18px;font-weight:bold;color:{style.INK}">{words}</div>'
