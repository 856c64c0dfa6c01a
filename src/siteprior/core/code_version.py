"""Which siteprior this is, to the byte: a hash of its code and numbers, and the versions of what it rests on."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from types import FunctionType

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


def is_own(function: Callable[..., object]) -> bool:
    """Return whether a function is code of siteprior, and so in its version, whatever name it bears.

    One that siteprior wraps about another's is not, nor is anything but a plain function.

    Examples
    --------
    >>> from functools import partial
    >>> is_own(code_version.__wrapped__), is_own(partial(is_own, len)), is_own(len)
    (True, False, False)
    """
    if not isinstance(function, FunctionType):
        return False
    around = [cell.cell_contents for cell in function.__closure__ or ()]
    return Path(function.__code__.co_filename).is_relative_to(Path(__file__).parents[1]) and all(
        is_own(each) for each in around if callable(each)
    )
