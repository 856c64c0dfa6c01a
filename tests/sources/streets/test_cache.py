"""Kept networks: the same again, and never one that is not whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from siteprior.core import sealed_arrays
from siteprior.core.files import whole_file
from siteprior.sources.streets import cache, reader
from siteprior.sources.streets.reader import read_streets
from siteprior.walking.network import WalkNetwork

NODES = {1: (0, 0), 2: (100, 0), 3: (100, 80), 4: (500, 500), 5: (500, 600)}
WAYS = [([1, 2], {"highway": "path"}), ([2, 3], {"highway": "steps"}), ([4, 5], {"highway": "service"}),
        ([1, 3], {"highway": "service", "access": "private"})]  # fmt: skip


@pytest.fixture
def builds(monkeypatch):
    """Count how often a network is built."""
    done = []
    build = reader.build_network

    def counted(*args, **options):
        done.append(1)
        return build(*args, **options)

    monkeypatch.setattr(reader, "build_network", counted)
    return done


def same(one, other):
    for field in dataclasses.fields(WalkNetwork):
        left, right = getattr(one.table, field.name), getattr(other.table, field.name)
        assert left.dtype == right.dtype
        assert np.array_equal(left, right), field.name
    assert one.issues.equals(other.issues)
    assert one.provenance == other.provenance


def test_a_second_run_takes_the_kept_network_and_reports_the_same(osm, tmp_path, builds):
    path, folder = osm(NODES, WAYS), tmp_path / "cache" / "streets"
    plain = read_streets(path, file="a.osm")
    first = read_streets(path, cache=folder, file="a.osm")
    second = read_streets(path, cache=folder, file="a.osm")
    assert len(builds) == 2
    same(plain, first)
    same(first, second)
    assert len(first.issues) == 2
    assert set(read_streets(path, cache=folder, file="b.osm").issues["file"]) == {"b.osm"}
    assert len(builds) == 2
    [kept] = folder.iterdir()
    before = kept.read_bytes()
    kept.unlink()
    read_streets(path, cache=folder)
    assert kept.read_bytes() == before  # to the byte, but for the name of the file, which is put in when it is read


def test_another_file_another_area_or_other_options_are_other_networks(osm, tmp_path, builds):
    path, folder = osm(NODES, WAYS), tmp_path / "cache"
    area = shapely.box(407000, 286000, 407050, 286050)
    for options in ({}, {"private": True}, {"within": area}, {"within": area, "margin_m": 900.0}, {"crs": "EPSG:4326"}):
        read_streets(path, cache=folder, **options)
        read_streets(path, cache=folder, **options)
    assert len(builds) == 5
    read_streets(osm(NODES, WAYS[:2]), cache=folder)
    assert len(builds) == 6
    assert len(list(folder.iterdir())) == 6


def test_what_is_not_whole_is_built_again(osm, tmp_path, builds):
    path, folder = osm(NODES, WAYS), tmp_path / "cache"
    whole = read_streets(path, cache=folder)
    [kept] = folder.iterdir()
    data = kept.read_bytes()
    at = data.index(whole.table.edge_mm.tobytes())
    wrong = bytes([data[at] ^ 1])
    for count, broken in enumerate(
        [b"", data[:200], data[:-50], data[:at] + wrong + data[at + 1 :], b"noise" * 99, b"\x93NUMPY\x01\x00"]
    ):
        kept.write_bytes(broken)
        same(read_streets(path, cache=folder), whole)
        assert len(builds) == count + 2
        assert kept.read_bytes() == data


def test_arrays_changed_under_a_right_check_sum_are_not_trusted(osm, tmp_path, builds):
    path, folder = osm(NODES, WAYS), tmp_path / "cache"
    whole = read_streets(path, cache=folder)
    [kept] = folder.iterdir()
    with np.load(kept) as opened:
        arrays = dict(opened)
    for changed in (
        arrays | {"edge_mm": arrays["edge_mm"] + 1},
        arrays | {"notes": np.frombuffer(b'{"issues": [], "facts": {}}', dtype=np.uint8)},
        arrays | {"seal": np.zeros(32, dtype=np.uint8)},
        {name: array for name, array in arrays.items() if name != "seal"},
        arrays | {"x": np.array(["a"], dtype=object)},
    ):
        np.savez(kept, **changed)
        same(read_streets(path, cache=folder), whole)
    assert len(builds) == 6


def test_a_run_cut_off_while_it_writes_leaves_nothing(osm, tmp_path, monkeypatch):
    path, folder = osm(NODES, WAYS), tmp_path / "cache"

    def cut(opened, **arrays):
        opened.write(b"PK half")
        raise KeyboardInterrupt

    monkeypatch.setattr(sealed_arrays.np, "savez", cut)
    with pytest.raises(KeyboardInterrupt):
        read_streets(path, cache=folder)
    assert list(folder.iterdir()) == []
    assert sealed_arrays.whole_file is whole_file


def test_a_new_parameter_or_format_is_another_network(monkeypatch):
    name = cache.cache_name("ab", private=False)
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert cache.cache_name("ab", private=False) != name
    monkeypatch.undo()
    assert cache.cache_name("ab", private=False) == name
    monkeypatch.setattr(cache, "parameter_rows", lambda name: [])
    assert cache.cache_name("ab", private=False) != name
