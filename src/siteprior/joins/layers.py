"""The user's own layers at the sites: one declared column each, and the signals of market failure they indicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.schema import SITE_SHAPES, SITES, as_kind, check
from siteprior.joins._geometry import Values, declared_columns
from siteprior.joins.zonal_raster import raster_values
from siteprior.joins.zonal_vector import site_geometries, vector_values
from siteprior.project.layers import GRADES, AreaLayer, Layer, LayerSpec, VectorLayer, layer_columns

SIGNAL_COLUMNS = ("site_id", "signal", "kind", "value", "grade", "reason", "counter_evidence", "source", "area_average")
"""Columns of the long table of signals."""

SHAPED = ("share", "share_above")
"""Measures that are shares of a site's area, and so need its extent."""


def join_layer(
    sites: gpd.GeoDataFrame, layer: Layer, spec: LayerSpec, *, shapes: gpd.GeoDataFrame | None = None
) -> pd.Series:
    """Measure one layer at the sites, in the unit the layer declares.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; for a table by area, with ``lsoa_code``, ``lsoa_year`` and ``district_code``.
    layer
        What :func:`siteprior.sources.layers.reader.read_layer` gives.
    spec
        The layer's specification.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`: polygons, and discs of the registered hectares. Without them every
        site
        is a point.

    Returns
    -------
    Series
        Named after the layer, on the index of ``sites``, of the kind :func:`siteprior.project.layers.layer_columns`
        declares. Missing where the layer has no value: no place, no row for the area, off the raster.

    Raises
    ------
    InputError
        When ``sites`` or ``shapes`` is not such a table, a share is asked for without shapes, the layer lies elsewhere
        than the sites, or is on LSOAs of another census year.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.project.layer_checks import parse_layer
    >>> sites = gpd.GeoDataFrame({"reference": ["a", "b"]}, index=pd.Index(["E1:a", "E1:b"], name="site_id"),
    ...     geometry=gpd.points_from_xy([400000, 400500], [290000, 290000]), crs=27700)
    >>> centres = VectorLayer(gpd.GeoDataFrame(geometry=[shapely.Point(400300, 290000)], crs=27700), None, "centres")
    >>> spec = parse_layer({"name": "centre_m", "path": "centres", "kind": "vector", "measure": "nearest"})
    >>> join_layer(sites, centres, spec).tolist()
    [300.0, 200.0]
    """
    check(sites, SITES, name="sites", needs=())
    if shapes is not None:
        check(shapes, SITE_SHAPES, name="shapes", needs=("shape_basis",))
    if isinstance(layer, AreaLayer):
        return _by_code(sites, layer, spec)
    if shapes is None and spec.measure in SHAPED:
        raise InputError(f"shapes: layer '{spec.name}' asks for a share of the sites' area; give their shapes")
    geometries = site_geometries(sites, shapes)
    if isinstance(layer, VectorLayer):
        measured = vector_values(geometries, layer, spec)
    else:
        measured = raster_values(geometries, layer, spec)
    values = pd.Series(measured, index=sites.index)
    if spec.value_kind == "flag":
        values = values.map({1.0: "yes", 0.0: "no"})
    return as_kind(values, spec.value_kind, sites.index).rename(spec.name)


def join_layers(
    sites: gpd.GeoDataFrame,
    layers: Iterable[Layer],
    specs: Iterable[LayerSpec],
    *,
    shapes: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Measure all layers at the sites, one column per layer: :func:`join_layer` of each.

    Parameters
    ----------
    sites, shapes
        As in :func:`join_layer`.
    layers, specs
        The layers and their specifications, in the same order.

    Returns
    -------
    DataFrame
        The columns :func:`siteprior.project.layers.layer_columns` declares, on the index of the sites, for
        ``sites.join(…)``.

    Raises
    ------
    InputError
        As :func:`join_layer`, all layers' faults at once.
    """
    specs = tuple(specs)
    values: dict[str, Values] = {}
    faults = AllFaults()
    for layer, spec in zip(layers, specs, strict=True):
        with faults.kept():
            values[spec.name] = join_layer(sites, layer, spec, shapes=shapes)
    faults.refuse()
    return declared_columns(sites.index, layer_columns(specs), values)


def layer_signals(
    sites: gpd.GeoDataFrame,
    specs: Iterable[LayerSpec],
    *,
    shapes: gpd.GeoDataFrame | None = None,
    none: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Turn layers into signals of market failure, 0–1, each with its grade, its reason and the counter-evidence.

    A layer is 0 at the ``zero`` the project states, 1 at its ``full``, linear between. The grade is the one stated,
    and one lower where a layer of places was measured on less than the site's own polygon: a disc, or its point. What
    is missing has no row; a layer that was looked at and not met has one, of value 0.

    Parameters
    ----------
    sites
        Sites with the columns of :func:`join_layers`.
    specs
        The layers; those without a signal are passed over.
    shapes
        The shapes the layers were measured on.
    none
        By layer, the reason where nothing of it is there, such as ``no historic landfill``.
    beside
        By layer, the column of the sites whose words stand beside what was measured.

    Returns
    -------
    DataFrame
        ``site_id``, ``signal`` (letter), ``kind`` (``primary``), ``value``, ``grade``, ``reason``,
        ``counter_evidence``, ``source``, ``area_average`` (yes of tables: every site of an area has its value); layers
        in the order given, sites in theirs.

    Raises
    ------
    InputError
        When a layer's column is not there.

    Examples
    --------
    >>> from siteprior.project.layer_checks import parse_layer
    >>> spec = parse_layer({"name": "landfill", "path": "landfill.gpkg", "kind": "vector", "measure": "share",
    ...     "signal": {"letter": "X", "zero": 0, "full": 2, "grade": "B", "reason": "on historic landfill"}})
    >>> sites = gpd.GeoDataFrame({"landfill": [0.62, 0.0]}, index=pd.Index(["a", "b"], name="site_id"),
    ...     geometry=gpd.points_from_xy([4e5, 4e5], [29e4, 29e4]), crs=27700)
    >>> signals = layer_signals(sites, [spec])
    >>> signals.loc[0, ["grade", "reason", "counter_evidence"]].tolist()
    ['C', 'on historic landfill: 62% of the site (Landfill; its point only)', '38% of the site lies outside it']
    >>> signals.loc[1, "counter_evidence"]
    'no feature of the layer Landfill meets the site'
    """
    with_signal = [spec for spec in specs if spec.signal is not None]
    if shapes is not None:
        check(shapes, SITE_SHAPES, name="shapes", needs=("shape_basis",))
    measured = replace(SITES, declared=(*SITES.declared, *layer_columns(with_signal)))
    check(sites, measured, name="sites", needs=[spec.name for spec in with_signal])
    basis = pd.Series(site_geometries(sites, shapes).basis, index=sites.index)
    tables = []
    for spec in (spec for spec in with_signal if sites[spec.name].notna().any()):
        words = sites[beside[spec.name]] if beside and spec.name in beside else pd.Series(None, sites.index, "str")
        tables.append(_signal(sites[spec.name], basis, spec, words, (none or {}).get(spec.name, "")))
    if not tables:
        empty = pd.DataFrame({name: pd.Series(dtype="str") for name in SIGNAL_COLUMNS})
        return empty.astype({"value": "float64"})
    return pd.concat(tables, ignore_index=True)


def _by_code(sites: gpd.GeoDataFrame, layer: AreaLayer, spec: LayerSpec) -> pd.Series:
    """Return the value of the area each site lies in, by its code."""
    by = str(layer.by_code.index.name)
    check(sites, SITES, name="sites", needs=(by, *(["lsoa_year"] if spec.lsoa_year else [])))
    if spec.lsoa_year is not None:
        years = sorted({int(year) for year in sites["lsoa_year"].dropna()} - {spec.lsoa_year})
        if years:
            raise InputError(
                f"{layer.file}: layer '{spec.name}' is on LSOAs of {spec.lsoa_year}, but the sites lie in LSOAs of "
                f"{years[0]}; codes look alike, but name different places. Give the layer on LSOAs of {years[0]}"
            )
    values = sites[by].map(layer.by_code)
    return as_kind(values, spec.value_kind, sites.index).rename(spec.name)


def _signal(column: pd.Series, basis: pd.Series, spec: LayerSpec, beside: pd.Series, none: str) -> pd.DataFrame:
    """Return the rows of one layer's signal; ``beside`` are words on what is there, ``none`` those where nothing is."""
    signal = spec.signal
    assert signal is not None
    flags = spec.value_kind == "flag"
    measured = (column.map({"yes": 1.0, "no": 0.0}) if flags else column.astype("float64")).dropna()
    value = ((measured - signal.zero) / (signal.full - signal.zero)).clip(0, 1) + 0.0
    placed = spec.kind != "table"
    lower = GRADES[min(GRADES.index(signal.grade) + 1, len(GRADES) - 1)]
    on = basis.reindex(measured.index)
    surrogate = (on != "polygon") & placed
    words = _measured_words(measured, spec)
    middle = spec.measure in ("nearest", "value")
    disc = "; from its middle" if middle else "; on a disc of its hectares"
    seen = on.map({"disc": disc, "point": "; its point only"}).where(surrogate, "").astype("str")
    named = (", " + beside.reindex(measured.index)).fillna("")
    shown = signal.reason + ": " + words + named
    reason = shown.mask((measured == 0) & bool(none), none) + " (" + spec.title + seen + ")"
    return pd.DataFrame(
        {
            "site_id": measured.index.astype("str"),
            "signal": signal.letter,
            "kind": "primary",
            "value": value.to_numpy(),
            "grade": np.where(surrogate, lower, signal.grade),
            "reason": reason.to_numpy(),
            "counter_evidence": _against(measured, value, spec).to_numpy(),
            "source": f"own layer {spec.name}: {spec.path}",
            "area_average": "no" if placed else "yes",
        }
    ).astype({name: "str" for name in SIGNAL_COLUMNS if name != "value"})


def _measured_words(measured: pd.Series, spec: LayerSpec) -> pd.Series:
    """Return in words what was measured of each site."""
    if spec.measure in SHAPED:
        return measured.map(lambda v: f"{v:.0%} of the site")
    if spec.measure == "within":
        return measured.map({1.0: "the site lies within", 0.0: "the site lies outside"})
    unit = f" {spec.unit}" if spec.unit else ""
    of_measure = {"nearest": "away", "count": "at the site", "value": "here", "mean": "on average", "max": "at most"}
    return measured.map(lambda v: f"{v:,.6g}{unit} {of_measure[spec.measure]}")


def _against(measured: pd.Series, value: pd.Series, spec: LayerSpec) -> pd.Series:
    """Return the counter-evidence to the signal, as far as the layer shows any."""
    signal = spec.signal
    assert signal is not None
    if spec.measure in SHAPED:
        some = measured.map(lambda v: f"{1 - v:.0%} of the site lies outside it" if v < 1 else "all of it lies in it")
    else:
        some = pd.Series(
            f"no counter-evidence in the layer; {signal.zero:g} would be no signal, {signal.full:g} the full one",
            index=measured.index,
        )
    none = {
        "within": f"the site does not lie in the layer {spec.title}",
        "share": f"no feature of the layer {spec.title} meets the site",
        "count": f"no feature of the layer {spec.title} meets the site",
    }.get(spec.measure, "")
    absent = (measured == 0) & bool(none)
    weak = f"at or below {signal.zero:g}" if signal.full > signal.zero else f"at or above {signal.zero:g}"
    some = some.where(value > 0, f"the layer {spec.title} shows no signal: {weak}")
    if spec.kind == "table":
        some += "; every site of its area has this value, which identifies none of them"
    return some.where(~absent, none)
