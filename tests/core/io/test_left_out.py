"""An entry of a GeoJSON that GDAL leaves out is named, however the file is written and whoever reads it."""

from __future__ import annotations

import gzip
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io import left_out
from siteprior.core.io.left_out import refuse_left_out
from siteprior.core.io.vector_files import Only, read_attributes, read_vector, vector_columns

FEATURE = {"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [-1.9, 52.5]}}
NONE = [
    (None, "it is null"), (5, "it is 5"), ([], r"it is \[\]"), ({}, "it has no type"), ("x" * 99, 'it is "xxx'),
    ({**FEATURE, "type": 5}, "its type is 5, not"), ({**FEATURE, "type": "feature"}, 'its type is "feature", not'),
    (FEATURE["geometry"], 'its type is "Point", not'), ({"type": "FeatureCollection"}, "its type"),
]  # fmt: skip


def collection(*entries):
    """Return a GeoJSON with these entries."""
    return json.dumps({"type": "FeatureCollection", "features": entries})


def lines(*entries, sign=""):
    """Return a GeoJSON with one entry a line."""
    return "".join(f"{sign}{json.dumps(entry)}\n" for entry in entries)


READERS = [read_vector, lambda path: read_attributes(path, ["name"]),
           lambda path: read_vector(path, only=Only("name", {"A"}))]  # fmt: skip


@pytest.mark.parametrize(("entry", "why"), NONE)
@pytest.mark.parametrize("large", [0, 1 << 30])
def test_every_reader_names_the_first_entry_that_is_no_feature(tmp_path, monkeypatch, entry, why, large):
    monkeypatch.setattr(left_out, "_LARGE", large)
    text = collection(FEATURE, FEATURE, entry, FEATURE, None)
    (tmp_path / "a.geojson").write_text(text)
    (tmp_path / "b.geojson.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", text)
    for path in (tmp_path / "a.geojson", tmp_path / "b.geojson.gz", tmp_path / "a.zip"):
        for read in READERS:
            with pytest.raises(InputError, match=rf"feature 3 of 5 is none, {why}"):
                read(path)
    assert vector_columns(tmp_path / "a.geojson") == ["name"]


@pytest.mark.parametrize("sign", ["", "\x1e"])
@pytest.mark.parametrize("entry", [{**FEATURE, "type": 5}, {}])
def test_a_sequence_of_features_is_counted_by_its_lines(tmp_path, entry, sign):
    (tmp_path / "a.geojson").write_text(lines(FEATURE, FEATURE, sign=sign))
    assert len(read_vector(tmp_path / "a.geojson")) == 2
    (tmp_path / "a.geojson").write_text(lines(FEATURE, entry, FEATURE, sign=sign))
    with pytest.raises(InputError, match="feature 2 of 3 is none, it"):
        read_vector(tmp_path / "a.geojson")
    (tmp_path / "a.geojson").write_text(lines(FEATURE, FEATURE, sign=sign) + sign + json.dumps(FEATURE)[:-9])
    with pytest.raises(InputError, match="feature 3 of 3 is none, it is no JSON"):
        read_vector(tmp_path / "a.geojson")


@pytest.mark.parametrize("large", [0, 1 << 30])
@pytest.mark.parametrize(
    "text",
    [
        collection(FEATURE, {**FEATURE, "geometry": None}, {**FEATURE, "properties": None}),
        json.dumps({"type": "FeatureCollection", "features": [FEATURE], "about": [1, 2, {"features": [1, 2, 3]}]}),
        json.dumps(FEATURE),
        json.dumps({"type": "GeometryCollection", "geometries": [FEATURE["geometry"]]}),
        json.dumps({"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4326},
                    "features": [{"attributes": {"name": "A"}, "geometry": {"x": -1.9, "y": 52.5}}]}),
    ],
)  # fmt: skip
def test_what_gdal_reads_whole_is_no_fault(tmp_path, monkeypatch, text, large):
    monkeypatch.setattr(left_out, "_LARGE", large)
    (tmp_path / "a.json").write_text(text)
    listed = json.loads(text).get("features")
    assert len(read_vector(tmp_path / "a.json")) == (1 if listed is None else len(listed))


ENTRY = st.sampled_from([FEATURE, None, 5, [], {}, {"type": "x"}, "a", {**FEATURE, "id": 3}])


@given(st.lists(ENTRY, min_size=1, max_size=9), st.booleans())
def test_as_many_as_were_read_or_the_first_is_named(entries, large):
    data = collection(*entries).encode() + b" " * (left_out._LARGE if large else 0)
    wrong = [at for at, entry in enumerate(entries, 1) if not isinstance(entry, dict) or entry.get("type") != "Feature"]
    if not wrong:
        refuse_left_out("a", data, len(entries))
        return
    with pytest.raises(InputError, match=rf"^a: feature {wrong[0]} of {len(entries)} is none"):
        refuse_left_out("a", data, len(entries) - len(wrong))


def test_a_loss_nothing_explains_is_stated_in_numbers():
    with pytest.raises(InputError, match="of its 2 features only 1 can be read"):
        refuse_left_out("a", collection(FEATURE, FEATURE).encode(), 1)


@given(st.binary(max_size=60), st.sampled_from([b'{"features": [', b"{}\n", b'\x1e{"type": "Feature"}', b"["]))
def test_whatever_follows_it_ends_in_a_named_error_or_none(rest, begins):
    refuse_left_out("a", begins + rest, 1 << 20)
