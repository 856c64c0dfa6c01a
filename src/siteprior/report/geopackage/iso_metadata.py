"""The record of a run as ISO 19139 metadata (``gmd:MD_Metadata``), which catalogues and GIS programs read.

Title, abstract, day, extent, who may see it, licences, and the lineage: every input with vintage, licence and SHA-256,
and what was done with which settings. It says nothing the record does not say.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import geopandas as gpd
from pyproj import Transformer

from siteprior.core.schema import CRS
from siteprior.report.audience import AUDIENCES, audience_of
from siteprior.report.tables import json_text

STANDARD = "http://www.isotc211.org/2005/gmd"
"""The name space of ISO 19139, by which a GeoPackage says what its metadata is."""

_GCO = "http://www.isotc211.org/2005/gco"
_CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_CLASSES = {"internal": "restricted", "partner": "confidential", "public": "unclassified"}


def iso_metadata(record: Mapping[str, Any], *, as_of: date, extent: Sequence[float] | None = None) -> str:
    """Return a record as ISO 19139 XML; the same record gives the same text.

    Parameters
    ----------
    record
        The run record; of its keys those that are there are used.
    as_of
        The day the data is of, and of the metadata: no clock is read.
    extent
        West, south, east and north in metres (EPSG:27700).

    Examples
    --------
    >>> text = iso_metadata({"title": "Sites"}, as_of=date(2026, 1, 31))
    >>> "<gco:CharacterString>Sites</gco:CharacterString>" in text, "<gco:Date>2026-01-31</gco:Date>" in text
    (True, True)
    """
    root = ET.Element("gmd:MD_Metadata", {"xmlns:gmd": STANDARD, "xmlns:gco": _GCO})
    _text(root, "fileIdentifier", f"siteprior-{sha256(json_text(record).encode()).hexdigest()[:32]}")
    _text(root, "language", "eng")
    _code(root, "characterSet", "MD_CharacterSetCode", "utf8")
    _code(root, "hierarchyLevel", "MD_ScopeCode", "dataset")
    _missing(root, "contact")
    _day(root, "dateStamp", as_of)
    _text(root, "metadataStandardName", "ISO 19115:2003/19139")
    _text(root, "metadataStandardVersion", "1.0")
    system = _nest(root, "referenceSystemInfo", "MD_ReferenceSystem", "referenceSystemIdentifier", "RS_Identifier")
    _text(system, "code", CRS)
    _identification(root, record, as_of, extent)
    _lineage(root, record)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def study_extent(layers: Mapping[str, gpd.GeoDataFrame]) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north (m) of the study area: of the layer ``areas``, else of all that is placed.

    Examples
    --------
    >>> study_extent({"sites": gpd.GeoDataFrame(geometry=gpd.points_from_xy([4e5, 5e5], [3e5, 2e5]), crs=27700)})
    (400000.0, 200000.0, 500000.0, 300000.0)
    """
    areas = layers.get("areas")
    of = [areas] if areas is not None and len(areas) else list(layers.values())
    bounds = [layer.total_bounds for layer in of if len(layer) and layer.geometry.notna().any()]
    if not bounds:
        return None
    west, south, east, north = zip(*bounds, strict=True)
    return float(min(west)), float(min(south)), float(max(east)), float(max(north))


def _identification(root: ET.Element, record: Mapping[str, Any], as_of: date, extent: Sequence[float] | None) -> None:
    """Say what it is, who may use it and under which licences, and where it lies."""
    about = _nest(root, "identificationInfo", "MD_DataIdentification")
    citation = _nest(about, "citation", "CI_Citation")
    _text(citation, "title", str(record.get("title") or "siteprior"))
    dated = _nest(citation, "date", "CI_Date")
    _day(dated, "date", as_of)
    _code(dated, "dateType", "CI_DateTypeCode", "creation")
    _text(about, "abstract", _abstract(record, as_of))
    for line in record.get("attribution", ()):
        _text(about, "credit", str(line))
    legal = _nest(about, "resourceConstraints", "MD_LegalConstraints")
    audience = str(record.get("audience", ""))
    if audience in AUDIENCES:
        _text(legal, "useLimitation", audience_of(audience).line)
    if record.get("illustrative"):
        _text(legal, "useLimitation", "Illustrative data: no site is real.")
    _code(legal, "useConstraints", "MD_RestrictionCode", "otherRestrictions")
    licences = dict.fromkeys(str(each.get("licence") or "not stated") for each in record.get("inputs", ()))
    _text(legal, "otherConstraints", f"Licences of the inputs: {'; '.join(licences) or 'no input'}")
    if audience in _CLASSES:
        security = _nest(about, "resourceConstraints", "MD_SecurityConstraints")
        _code(security, "classification", "MD_ClassificationCode", _CLASSES[audience])
    _code(about, "spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector")
    _text(about, "language", "eng")
    topic = ET.SubElement(ET.SubElement(about, "gmd:topicCategory"), "gmd:MD_TopicCategoryCode")
    topic.text = "planningCadastre"
    if extent is not None:
        box = _nest(about, "extent", "EX_Extent", "geographicElement", "EX_GeographicBoundingBox")
        degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform_bounds(
            extent[0], extent[1], extent[2], extent[3]
        )
        west, south, east, north = (f"{value:.4f}" for value in degrees)
        sides = {"westBound": west, "eastBound": east, "southBound": south, "northBound": north}
        for side, value in sides.items():
            axis = "Longitude" if side[0] in "we" else "Latitude"
            ET.SubElement(ET.SubElement(box, f"gmd:{side}{axis}"), "gco:Decimal").text = value


def _abstract(record: Mapping[str, Any], as_of: date) -> str:
    """Say in a few sentences what the data is."""
    area = f" in {record['area']}" if record.get("area") else ""
    counts = record.get("counts", {})
    listed = [f"{counts[key]:,} {words}" for key, words in _COUNTED.items() if isinstance(counts.get(key), int)]
    sentences = [
        f"Brownfield sites{area} as of {as_of.isoformat()}" + (f": {', '.join(listed)}" if listed else ""),
        *([f"Stops as of {record['network_date']}"] if record.get("network_date") else []),
        "Coordinates are metres of the British National Grid (EPSG:27700)",
    ]
    return ". ".join(sentences) + "."


_COUNTED = {"sites": "considered", "ranked": "ranked", "shortlist": "on the shortlist"}


def _lineage(root: ET.Element, record: Mapping[str, Any]) -> None:
    """Say what was done, with which settings, and what went in: every input with its hash."""
    quality = _nest(root, "dataQualityInfo", "DQ_DataQuality")
    _code(_nest(quality, "scope", "DQ_Scope"), "level", "MD_ScopeCode", "dataset")
    lineage = _nest(quality, "lineage", "LI_Lineage")
    inputs = record.get("inputs", ())
    _text(
        lineage,
        "statement",
        f"Made by siteprior {record.get('siteprior', '')} from {len(inputs)} files, named below with their SHA-256; "
        "the record of the run, as JSON, is kept beside this.",
    )
    step = _nest(lineage, "processStep", "LI_ProcessStep")
    kept = {
        key: record[key] for key in ("siteprior", "python", "packages", "seed", "weights", "settings") if key in record
    }
    _text(step, "description", json_text(kept))
    for each in inputs:
        source = _nest(lineage, "source", "LI_Source")
        facts = {key: each.get(key) for key in ("role", "licence", "attribution", "rows", "bytes")}
        _text(
            source,
            "description",
            "; ".join(f"{key}: {value}" for key, value in facts.items() if value not in ("", None)),
        )
        citation = _nest(source, "sourceCitation", "CI_Citation")
        _text(citation, "title", str(each.get("file", "")))
        _missing(citation, "date", why="unknown")
        _text(citation, "edition", str(each.get("vintage") or "not stated"))
        identifier = _nest(citation, "identifier", "MD_Identifier")
        _text(identifier, "code", f"sha256:{each.get('sha256', '')}")
        if each.get("publisher"):
            party = _nest(citation, "citedResponsibleParty", "CI_ResponsibleParty")
            _text(party, "organisationName", str(each["publisher"]))
            _code(party, "role", "CI_RoleCode", "publisher")


def _nest(parent: ET.Element, *names: str) -> ET.Element:
    """Add elements, each within the one before, and return the innermost."""
    for name in names:
        parent = ET.SubElement(parent, f"gmd:{name}")
    return parent


def _text(parent: ET.Element, name: str, text: str) -> None:
    """Add a text, without the signs XML cannot hold."""
    ET.SubElement(_nest(parent, name), "gco:CharacterString").text = _NO_XML.sub("�", text)


def _day(parent: ET.Element, name: str, day: date) -> None:
    """Add a day."""
    ET.SubElement(_nest(parent, name), "gco:Date").text = day.isoformat()


def _code(parent: ET.Element, name: str, of: str, value: str) -> None:
    """Add a value of one of the standard's lists."""
    code = ET.SubElement(_nest(parent, name), f"gmd:{of}", {"codeList": _CODES + of, "codeListValue": value})
    code.text = value


def _missing(parent: ET.Element, name: str, *, why: str = "missing") -> None:
    """Add an element the standard asks for and nobody has stated."""
    ET.SubElement(parent, f"gmd:{name}", {"gco:nilReason": why})
