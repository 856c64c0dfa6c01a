"""The record as ISO 19139: what a catalogue looks for, hashes and licences of every input, nothing of a clock."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.audience import audience_of
from siteprior.report.geopackage.iso_metadata import STANDARD, iso_metadata, study_extent

AS_OF = date(2021, 1, 1)
SPACES = {"gmd": STANDARD, "gco": "http://www.isotc211.org/2005/gco"}


@pytest.fixture
def root(made_up, layers):
    text = iso_metadata({**made_up.record, "audience": "partner"}, as_of=AS_OF, extent=study_extent(layers))
    return ET.fromstring(text)


def texts(root, path):
    steps = "/".join(f"gmd:{step}" for step in path.split("/"))
    return [found.text for found in root.findall(f".//{steps}/gco:CharacterString", SPACES)]


def test_says_what_it_is_and_of_when(root):
    assert root.tag == f"{{{STANDARD}}}MD_Metadata"
    assert texts(root, "identificationInfo/MD_DataIdentification/citation/CI_Citation/title") == ["Made-up corridor"]
    (abstract,) = texts(root, "abstract")
    assert abstract == (
        "Brownfield sites in Nowhere as of 2021-01-01: 14 considered, 11 ranked, 6 on the shortlist. "
        "Stops as of 2026-10-02. Coordinates are metres of the British National Grid (EPSG:27700)."
    )
    assert {found.text for found in root.iterfind(".//gco:Date", SPACES)} == {"2021-01-01"}
    assert texts(root, "RS_Identifier/code") == ["EPSG:27700"]


def test_elements_stand_in_the_order_of_the_standard(root):
    """ISO 19139 is a sequence: a validator refuses what stands in another order (gmd/metadataEntity.xsd)."""
    order = ["fileIdentifier", "language", "characterSet", "hierarchyLevel", "contact", "dateStamp",
             "metadataStandardName", "metadataStandardVersion", "referenceSystemInfo", "identificationInfo",
             "dataQualityInfo"]  # fmt: skip
    assert [child.tag.partition("}")[2] for child in root] == order
    about = root.find("gmd:identificationInfo/gmd:MD_DataIdentification", SPACES)
    names = list(dict.fromkeys(child.tag.partition("}")[2] for child in about))
    assert names == ["citation", "abstract", "credit", "resourceConstraints", "spatialRepresentationType", "language",
                     "topicCategory", "extent"]  # fmt: skip


def test_the_extent_is_that_of_the_areas_in_degrees(root, layers, made_up):
    box = root.find(".//gmd:EX_GeographicBoundingBox", SPACES)
    west, east, south, north = (float(side[0].text) for side in box)
    expected = made_up.areas.to_crs(4326).total_bounds
    assert (west, south, east, north) == pytest.approx(tuple(expected), abs=2e-3)
    assert study_extent({}) is None
    assert study_extent({"sites": layers["sites"].iloc[:0]}) is None


def test_every_input_is_named_with_hash_vintage_publisher_and_licence(root, made_up):
    (read,) = made_up.record["inputs"]
    source = "LI_Source/sourceCitation/CI_Citation"
    assert texts(root, f"{source}/title") == [read["file"]]
    assert texts(root, f"{source}/edition") == [read["vintage"]]
    assert texts(root, f"{source}/identifier/MD_Identifier/code") == ["sha256:" + "ab" * 32]
    assert texts(root, f"{source}/citedResponsibleParty/CI_ResponsibleParty/organisationName") == [read["publisher"]]
    (about,) = texts(root, "LI_Source/description")
    assert "licence: OGL v3" in about
    assert "rows: 8" in about
    (step,) = texts(root, "LI_ProcessStep/description")
    assert json.loads(step)["settings"] == made_up.record["settings"]
    assert json.loads(step)["weights"] == made_up.record["weights"]


def test_who_may_see_it_and_under_which_licence(root):
    assert texts(root, "MD_LegalConstraints/useLimitation") == [
        audience_of("partner").line,
        "Illustrative data: no site is real.",
    ]
    assert texts(root, "MD_LegalConstraints/otherConstraints") == ["Licences of the inputs: OGL v3"]
    (classed,) = root.iterfind(".//gmd:MD_ClassificationCode", SPACES)
    assert classed.get("codeListValue") == "confidential"


def test_says_nothing_the_record_does_not():
    """What an audience must not see is left out of the record, and so of this."""
    text = iso_metadata({"title": "Sites", "inputs": []}, as_of=AS_OF)
    for word in ("weights", "settings", "ranked", "shortlist", "extent"):
        assert word not in text


@given(st.text())
def test_any_title_gives_the_same_well_formed_text_twice(title):
    first, second = (iso_metadata({"title": title}, as_of=AS_OF) for _ in range(2))
    assert first == second
    ET.fromstring(first.encode())
