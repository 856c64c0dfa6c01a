"""Which siteprior this is, to the byte: a hash of its code and numbers, and the versions of what it rests on."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata, resources
from pathlib import Path

RESTS_ON = (
    "duckdb", "fiona", "geopandas", "highspy", "joblib", "networkx", "numba", "numpy", "openpyxl", "osmnx", "pandas",
    "pyarrow", "pydantic", "pyogrio", "pyproj", "rasterio", "scikit-learn", "scipy", "shapely",
)  # fmt: skip
"""The packages whose version may move a result."""


@cache
def code_version() -> str:
    """Return a hash of every file of the package, with the versions of Python and of the packages it rests on.

    Examples
    --------
    >>> len(code_version()), code_version() == code_version()
    (64, True)
    """
    package = Path(str(resources.files("siteprior")))
    seal = hashlib.sha256(f"{platform.python_version()} {platform.machine()} {platform.system()}".encode())
    for name in RESTS_ON:
        try:
            seal.update(f"{name} {metadata.version(name)};".encode())
        except metadata.PackageNotFoundError:
            seal.update(f"{name} none;".encode())
    for path in sorted(package.rglob("*")):
        if "__pycache__" not in path.parts and path.is_file():
            seal.update(f"{path.relative_to(package)} ".encode())
            seal.update(hashlib.sha256(path.read_bytes()).digest())
    return seal.hexdigest()
