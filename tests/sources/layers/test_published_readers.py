"""The reader of a published layer: one layer for each of its columns."""

from __future__ import annotations

from factories.published import AREAS, AS_OF, STUDY, frame, no_file, save, square
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Wanted
from siteprior.sources.layers.published_readers import reader_of

WANTED = Wanted("parks", columns={"name": ("name",)})


def read(tmp_path, layers, counted=None):
    path = save(tmp_path / "parks.gpkg", frame([square(0, 0), square(200, 0)], name=["Park", "Lake"]))
    reader = reader_of(WANTED, layers, counted=counted)
    entries = [PublishedLayer(path="parks.gpkg")]
    return reader([path], ["parks.gpkg"], entries, AREAS, STUDY, AS_OF, no_file, None)


def test_a_layer_for_each_column_with_its_words_where_they_are_asked_for(tmp_path):
    reading = read(tmp_path, {"park": None, "park_name": "name"})
    assert list(reading.table) == ["park", "park_name"]
    assert "value" not in reading.table["park"].features
    assert reading.table["park_name"].features["value"].tolist() == ["Park", "Lake"]
    assert [origin.role for origin in reading.provenance] == ["parks"]


def test_only_what_counts(tmp_path):
    reading = read(tmp_path, {"park": None}, lambda file: file._replace(table=file.table[file.table["name"] == "Park"]))
    assert len(reading.table["park"].features) == 1
