"""Arrays kept in a file between runs, under a seal: they come back as they were, or not at all."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from siteprior.core.files import whole_file

Array: TypeAlias = npt.NDArray[Any]  # numbers of any kind: which, whoever stored them knows

Arrays: TypeAlias = Mapping[str, Array]
"""Arrays by name."""

SEAL = "seal"
"""The name of the array that holds the hash of all others."""


def store_arrays(path: Path, arrays: Arrays) -> None:
    """Keep arrays in a file, whole or not at all.

    Raises
    ------
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "kept.npz"
    >>> store_arrays(path, {"shares": np.array([0.5, 1.0])})
    >>> load_arrays(path)["shares"].tolist()
    [0.5, 1.0]
    """
    sealed = {**arrays, SEAL: np.frombuffer(_seal(arrays), dtype=np.uint8)}
    with whole_file(path) as temporary, temporary.open("wb") as opened:
        np.savez(opened, allow_pickle=False, **sealed)


def load_arrays(path: Path) -> dict[str, Array] | None:
    """Return the arrays as they were stored; ``None`` where the file is missing or not as it was written."""
    try:
        # opened here, for numpy leaves a file open that it cannot read
        with path.open("rb") as file, np.load(file, allow_pickle=False) as opened:
            arrays: dict[str, Array] = {name: opened[name] for name in opened.files}
        seal = arrays.pop(SEAL).tobytes()
    except (OSError, KeyError, TypeError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    return arrays if seal == _seal(arrays) else None


def _seal(arrays: Arrays) -> bytes:
    """Return a hash of the arrays: names, kinds, shapes and bytes."""
    seal = hashlib.sha256()
    for name, array in arrays.items():
        seal.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        seal.update(np.ascontiguousarray(array).data)
    return seal.digest()
