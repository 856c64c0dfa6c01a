"""What ships of MapLibre GL is what its makers published, under their licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from siteprior.report import interactive
from siteprior.report.interactive.vendored import HASHES, MAPLIBRE, vendored

FOLDER = Path(interactive.__file__).parents[1] / "vendor" / "maplibre-gl"


def test_the_files_are_those_and_no_others():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(HASHES)


@pytest.mark.parametrize("name", HASHES)
def test_no_byte_of_them_was_changed(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == HASHES[name]


def test_the_release_and_its_licence_are_those_named():
    assert f"/v{MAPLIBRE}/LICENSE.txt" in vendored("maplibre-gl.js")[:300]
    assert "Redistribution and use in source and binary forms" in vendored("LICENSE.txt")


def test_nothing_in_them_could_end_a_script_or_ask_for_a_file():
    script, sheet = vendored("maplibre-gl.js"), vendored("maplibre-gl.css")
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert "sourceMappingURL" not in script
    assert "</style" not in sheet.lower()
    assert "@import" not in sheet
    assert sheet.count("url(") == sheet.count('url("data:image/svg+xml')
