"""Results as far as a stage needs them: the sample's project and a few sites, nothing read from a file."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from factories.market_failure import bare_sites
from siteprior.core import schema
from siteprior.core.files import shipped
from siteprior.pipeline.read_market import Market
from siteprior.pipeline.read_transit import Transit
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import STAGES
from siteprior.project.load import Project, load_project
from siteprior.sources.registry import EVIDENCE, SOURCES
from siteprior.sources.transit.corridors import corridor_lines


def sample_project(**tables) -> Project:
    """Return the sample's project with changes to its tables: ``assumptions={"incomes": None}``."""
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    changed = {
        name: getattr(project, name).model_copy(update=keys) if isinstance(keys, dict) and hasattr(
            getattr(project, name), "model_copy") else keys
        for name, keys in tables.items()
    }  # fmt: skip
    return project.model_copy(update=changed)


def plain_project(**tables) -> Project:
    """Return the sample's project without layers and scenarios, and without assumptions that name a layer."""
    bare = {"incomes": None, "centres": None, "former_use_layers": {}}
    tables["assumptions"] = bare | tables.get("assumptions", {})
    return sample_project(**{"layers": (), "scenarios": (), **tables})


def small_result(merged=None, /, *, project=None, **made) -> Result:
    """Return a result of which the sites are there, no market, nothing registered and no older register.

    A column of the sites that a stage adds, and that holds nothing, is not there yet.
    """
    merged = bare_sites(6) if merged is None else merged
    added = {column for stage in STAGES for column in stage.columns}
    added |= {column.name for each in (*SOURCES.values(), *EVIDENCE.values()) for column in each.columns}
    blank = [name for name in merged if name in added and merged[name].isna().all()]
    merged = merged.drop(columns=blank)
    given = {"market": Market(), "registered": Registered(), "register_history": None, "shapes": None} | made
    return Result(project or plain_project(), sites_merged=merged, **given)


def at_points(*points, **columns) -> gpd.GeoDataFrame:
    """Return sites a, b, ... at places in metres, with columns, as declared."""
    index = pd.Index([chr(ord("a") + place) for place in range(len(points))], name="site_id")
    frame = pd.DataFrame({"reference": list(index), **columns}, index=index)
    shapes = [None if point is None else shapely.Point(point) for point in points]
    return schema.conform(gpd.GeoDataFrame(frame, geometry=shapes, crs=schema.CRS), schema.SITES)


def transit_of(corridor_stops, stops) -> Transit:
    """Return a transit supply without streets and timetables."""
    return Transit(stops, corridor_stops, corridor_lines(corridor_stops), None)
