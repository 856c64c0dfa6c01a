"""Networks kept between runs: one file each, named by all that made it, and never trusted unless it is whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from siteprior.core.parameters import parameter_rows
from siteprior.core.sealed_arrays import load_arrays, store_arrays
from siteprior.walking.network import WalkNetwork

FORMAT = 3
"""Counts up whenever the same streets would make another network, or the file holds it otherwise."""

ARRAYS = tuple(field.name for field in fields(WalkNetwork))


def cache_name(sha256: str, **options: str | float | bool | None) -> str:
    """Return the name of the file that keeps a network: a hash of the source, the parameters and the options.

    Examples
    --------
    >>> cache_name("ab", private=False) == cache_name("ab", private=True)
    False
    """
    key = [FORMAT, pyproj.proj_version_str, sha256, parameter_rows("streets"), sorted(options.items())]
    return f"streets-{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npz"


def store(path: Path, network: WalkNetwork, issues: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    """Keep a network with the issues (as rows, their file left blank) and facts of its reading, whole or not at all."""
    arrays = {name: getattr(network, name) for name in ARRAYS}
    notes = {"issues": [{**row, "file": ""} for row in issues], "facts": facts}
    store_arrays(path, {**arrays, "notes": np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8)})


def load(path: Path) -> tuple[WalkNetwork, list[dict[str, Any]], dict[str, Any]] | None:
    """Return a network, its issues and facts as they were stored; None where the file is missing or not whole."""
    arrays = load_arrays(path)
    if arrays is None or set(arrays) != {*ARRAYS, "notes"}:
        return None
    notes = json.loads(arrays.pop("notes").tobytes())
    return WalkNetwork(**arrays), notes["issues"], notes["facts"]
