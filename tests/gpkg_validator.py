"""GDAL's own validator of GeoPackages, as old as the system has it. Not a test itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SYSTEM_PYTHON = Path("/usr/bin/python3")


def validate(path):
    """Run GDAL's own validate_gpkg.py, as old as the system has it: exit code, output, errors."""
    found = [
        path
        for path in (
            Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py"),
            Path("/usr/share/doc/python3-gdal/examples/validate_gpkg.py"),
        )
        if path.exists()
    ]
    if not found or not SYSTEM_PYTHON.exists():
        pytest.skip("GDAL's validate_gpkg.py is not on this machine (apt-get install python3-gdal)")
    done = subprocess.run(
        [SYSTEM_PYTHON, found[0], "-k", path], capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin"}
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()
