"""A QGIS project of a run's GeoPackages: all layers in order, styled, at the study area; written without QGIS.

The project is read off the files beside it, so it shows what they hold and no more. Its paths are relative: the folder
may be moved and renamed. The same files give the same bytes.
"""

from __future__ import annotations

import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import whole_file
from siteprior.core.schema import CRS
from siteprior.report import style
from siteprior.report.geopackage.layers import LAYERS, TABLES
from siteprior.report.geopackage.qgis_text import rgba

FILE = "siteprior.qgz"

PACKAGES = ("shortlist.gpkg", "sites.gpkg", "site_shapes.gpkg", "access.gpkg")
"""The files whose layers the project shows, those of them that are there."""

GROUPS = {
    "Sites": ("shortlist", "programme", "opportunities", "sites", "site_shapes"),
    "Transit": ("stops", "corridor_stops", "service_stops", "corridors", "catchments"),
    "Area": ("access_grid", "areas"),
}
"""The groups of the layer tree and their layers, the top one first."""

SHOWN = ("shortlist", "sites", "stops", "corridors", "areas")
"""The layers that are switched on; the others repeat them, or hide what lies below."""

TABLE_GROUP = "Tables"

_MARGIN = 0.03
"""What is left free about the study area, of its width."""

_CLOCKLESS = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can state."""

_KINDS = {"Point": "Point", "MultiLineString": "Line", "MultiPolygon": "Polygon"}

_SYSTEM = """<spatialrefsys nativeFormat="Wkt"><proj4>+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m +no_defs</proj4><srsid>2437</srsid><srid>27700</srid><authid>EPSG:27700</authid><description>OSGB36 / British National Grid</description><projectionacronym>tmerc</projectionacronym><ellipsoidacronym>EPSG:7001</ellipsoidacronym><geographicflag>false</geographicflag></spatialrefsys>"""  # noqa: E501 -- one element as QGIS writes it


@dataclass(frozen=True)
class Shown:
    """A layer or table of a GeoPackage: its file, its name, what readers call it, and its styles, the default first."""

    file: str
    name: str
    title: str
    about: str
    extent: tuple[float, float, float, float] | None
    styles: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """The id of the layer in the project."""
        return f"{self.file.removesuffix('.gpkg')}_{self.name}"


def write_project(
    folder: Path | str,
    *,
    title: str,
    files: Sequence[str] = PACKAGES,
    extent: tuple[float, float, float, float] | None = None,
) -> Path:
    """Write ``siteprior.qgz`` beside the GeoPackages of a folder, whole or not at all.

    Parameters
    ----------
    folder
        Where the GeoPackages are.
    title
        What the project is called.
    files
        The GeoPackages whose layers it shows; those that are not there are left out.
    extent
        West, south, east and north (m) of what it opens at; the layer ``areas`` when ``None``.

    Returns
    -------
    Path
        The project: a zip with ``siteprior.qgs``, for QGIS 3.22 and later.

    Raises
    ------
    InputError
        When the folder holds none of the files.
    OutputError
        When a file cannot be read, or the project cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> write_project(tempfile.mkdtemp(), title="Sites")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.InputError: ...: holds none of shortlist.gpkg, sites.gpkg, site_shapes.gpkg, access.gpkg
    """
    folder = Path(folder)
    shown = [each for file in files if (folder / file).is_file() for each in _read(folder / file)]
    if not shown:
        raise InputError(f"{folder}: holds none of {', '.join(files)}")
    text = _project(title, shown, _with_margin(extent or _extent(shown)))
    path = folder / FILE
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        entry = zipfile.ZipInfo(Path(FILE).with_suffix(".qgs").name, date_time=_CLOCKLESS)
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
        archive.writestr(entry, text)
    return path


def _read(path: Path) -> list[Shown]:
    """Read off a GeoPackage what it holds, how it is called and how it is drawn."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as database:
            rows = database.execute(
                "SELECT table_name, identifier, description, min_x, min_y, max_x, max_y FROM gpkg_contents "
                "WHERE table_name <> 'layer_styles' ORDER BY rowid"
            ).fetchall()
            styles = database.execute(
                "SELECT f_table_name, styleName, styleQML FROM layer_styles ORDER BY useAsDefault DESC, id"
            ).fetchall()
    except sqlite3.Error as fault:
        raise OutputError(f"{path}: cannot be read ({fault}), so no QGIS project can be made of it") from None
    return [
        Shown(path.name, name, title, about or "", None if None in box else tuple(box),
              tuple((called, qml) for of, called, qml in styles if of == name))
        for name, title, about, *box in rows
        if name in LAYERS or name in TABLES
    ]  # fmt: skip


def _ordered(shown: Sequence[Shown]) -> dict[str, list[Shown]]:
    """Return layers and tables by group, in the order of the tree; a layer two files hold is shown once."""
    first: dict[str, Shown] = {}
    for each in shown:
        first.setdefault(each.name, each)
    groups = {group: [first[name] for name in names if name in first] for group, names in GROUPS.items()}
    groups[TABLE_GROUP] = [each for name, each in first.items() if name not in LAYERS]
    return {group: of for group, of in groups.items() if of}


def _extent(shown: Sequence[Shown]) -> tuple[float, float, float, float]:
    """Return the extent of the study area: of the areas, else of all layers."""
    boxes = [each.extent for each in shown if each.name == "areas" and each.extent]
    boxes = boxes or [each.extent for each in shown if each.extent] or [(0.0, 0.0, 700_000.0, 1_300_000.0)]
    west, south, east, north = (pick(box[side] for box in boxes) for side, pick in enumerate((min, min, max, max)))
    return west, south, east, north


def _with_margin(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = extent
    margin = (east - west) * _MARGIN
    return west - margin, south - margin, east + margin, north + margin


def _project(title: str, shown: Sequence[Shown], extent: tuple[float, float, float, float]) -> bytes:
    """Return the project file (``.qgs``)."""
    groups = _ordered(shown)
    layers = [each for of in groups.values() for each in of]
    root = ET.Element("qgis", {"projectname": title, "version": "3.22.0-Białowieża"})
    ET.SubElement(root, "homePath", {"path": ""})
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "projectCrs").append(ET.fromstring(_SYSTEM))
    root.append(_tree(groups))
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    ET.SubElement(canvas, "units").text = "meters"
    canvas.append(_box("extent", extent))
    ET.SubElement(canvas, "rotation").text = "0"
    ET.SubElement(canvas, "destinationsrs").append(ET.fromstring(_SYSTEM))
    shown_layers = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    for each in layers:
        shown_layers.append(_layer(each))
        ET.SubElement(order, "layer", {"id": each.key})
    _properties(root)
    view = ET.SubElement(root, "ProjectViewSettings", {"UseProjectScales": "0"})
    view.append(_box("DefaultViewExtent", None, extent))
    text = ET.tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n".encode()


def _tree(groups: dict[str, list[Shown]]) -> ET.Element:
    """Return the layer tree: a group each, tables folded away."""
    tree = ET.Element("layer-tree-group")
    ET.SubElement(tree, "customproperties")
    for group, of in groups.items():
        tables = group == TABLE_GROUP
        node = ET.SubElement(
            tree, "layer-tree-group", {"name": group, "checked": "Qt::Checked", "expanded": "0" if tables else "1"}
        )
        for each in of:
            visible = tables or each.name in SHOWN
            ET.SubElement(
                node,
                "layer-tree-layer",
                {
                    "id": each.key,
                    "name": each.title,
                    "source": _source(each),
                    "providerKey": "ogr",
                    "checked": "Qt::Checked" if visible else "Qt::Unchecked",
                    "expanded": "1" if each.name == "shortlist" else "0",
                    "legend_exp": "",
                    "legend_split_behavior": "0",
                    "patch_size": "-1,-1",
                },
            )
    return tree


def _layer(each: Shown) -> ET.Element:
    """Return a layer with its default style, the others beside it, its title and what it is."""
    geometry = _KINDS[LAYERS[each.name].geometry] if each.name in LAYERS else "No geometry"
    layer = ET.Element(
        "maplayer",
        {
            "type": "vector",
            "geometry": geometry,
            "wkbType": LAYERS[each.name].geometry if each.name in LAYERS else "NoGeometry",
            "autoRefreshEnabled": "0",
            "hasScaleBasedVisibilityFlag": "0",
            "readOnly": "0",
        },
    )
    ET.SubElement(layer, "id").text = each.key
    ET.SubElement(layer, "datasource").text = _source(each)
    ET.SubElement(layer, "layername").text = each.title
    ET.SubElement(layer, "title").text = each.title
    ET.SubElement(layer, "abstract").text = each.about
    if each.name in LAYERS:
        ET.SubElement(layer, "srs").append(ET.fromstring(_SYSTEM))
        if each.extent:
            layer.append(_box("extent", each.extent))
    about = ET.SubElement(layer, "resourceMetadata")
    ET.SubElement(about, "title").text = each.title
    ET.SubElement(about, "abstract").text = each.about
    ET.SubElement(layer, "provider", {"encoding": "UTF-8"}).text = "ogr"
    if each.styles:
        layer.append(_styles(each.styles))
        first = _qml(each.styles[0][1])
        layer.attrib |= {key: first.attrib[key] for key in ("styleCategories", "labelsEnabled") if key in first.attrib}
        layer.extend(list(first))
    return layer


def _styles(styles: Sequence[tuple[str, str]]) -> ET.Element:
    """Return the named styles of a layer, as *Styles* in its menu lists them; the current one stands in the layer."""
    manager = ET.Element("map-layer-style-manager", {"current": styles[0][0]})
    ET.SubElement(manager, "map-layer-style", {"name": styles[0][0]})
    for name, qml in styles[1:]:
        ET.SubElement(manager, "map-layer-style", {"name": name}).append(_qml(qml))
    return manager


def _qml(text: str) -> ET.Element:
    """Return a style as an element; white space between elements means nothing."""
    return ET.fromstring(re.sub(r"^<!DOCTYPE[^>]*>\s*", "", text))


def _source(each: Shown) -> str:
    """Return where a layer is, from the project."""
    return f"./{each.file}|layername={each.name}"


def _box(name: str, inside: tuple[float, float, float, float] | None, outside: Sequence[float] = ()) -> ET.Element:
    """Return an extent in metres, as elements or, given as ``outside``, as attributes."""
    sides = ("xmin", "ymin", "xmax", "ymax")
    if inside is None:
        return ET.Element(name, {side: f"{value:.3f}" for side, value in zip(sides, outside, strict=True)})
    box = ET.Element(name)
    for side, value in zip(sides, inside, strict=True):
        ET.SubElement(box, side).text = f"{value:.3f}"
    return box


def _properties(root: ET.Element) -> None:
    """Say that paths are relative, and give canvas and marking the colours of the maps."""
    properties = ET.SubElement(root, "properties")
    paths = ET.SubElement(properties, "Paths")
    ET.SubElement(paths, "Absolute", {"type": "bool"}).text = "false"
    gui = ET.SubElement(properties, "Gui")
    for part, colour in (("CanvasColor", style.WHITE), ("SelectionColor", style.MODES["metro"])):
        for place, channel in enumerate(("Red", "Green", "Blue")):
            ET.SubElement(gui, f"{part}{channel}Part", {"type": "int"}).text = rgba(colour).split(",")[place]
    measure = ET.SubElement(properties, "Measure")
    ET.SubElement(measure, "Ellipsoid", {"type": "QString"}).text = "NONE"
    system = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(system, "ProjectionsEnabled", {"type": "int"}).text = "1"
    ET.SubElement(system, "ProjectCrs", {"type": "QString"}).text = CRS
