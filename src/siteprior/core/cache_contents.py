"""What is kept between runs, kind by kind: seen, and removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from siteprior.core.cache_folder import cache_folder

_DIGIT = "[0-9a-f]"

KINDS = MappingProxyType(
    {
        f"stages/read-{_DIGIT * 40}.kept": "results of reading",
        f"stages/join-{_DIGIT * 40}.kept": "results of joining",
        f"stages/appraise-{_DIGIT * 40}.kept": "results of appraising",
        f"streets-{_DIGIT * 32}.npz": "networks of streets",
        f"sales-{_DIGIT * 20}": "sales",
        f"parcels-{_DIGIT * 32}.npz": "parcels",
        f"features-{_DIGIT * 32}.arrow": "evidence and layers",
        f"stages/.*-{_DIGIT * 40}-*.kept": "left half written",
    }
)
"""What each kind of file is of, by the pattern of its name: a word and the hash of what it was made from.

Nothing else in the folder is looked at or removed, for it is of others.
"""


def cache_contents() -> pd.DataFrame:
    """Return what is kept between runs, a row per kind: how many, and their size (MB).

    Returns
    -------
    DataFrame
        ``kind``, ``files`` (a folder counts as one), ``size_mb``, ``last_used`` (UTC; of results the last use, of all
        else when it was made), ``folder``. No row where nothing is kept.

    Examples
    --------
    >>> import siteprior as sp
    >>> list(sp.cache_contents().columns)
    ['kind', 'files', 'size_mb', 'last_used', 'folder']
    """
    rows = list[dict[str, str | int | float]]()
    for kind, found in _found().items():
        sizes, used = [], []
        for path in found:
            with suppress(OSError):  # another run has just removed it
                sizes.append(_bytes(path))
                used.append(path.stat().st_mtime)
        if sizes:
            last = f"{datetime.fromtimestamp(max(used), UTC):%Y-%m-%dT%H:%M:%SZ}"
            rows.append({"kind": kind, "files": len(sizes), "size_mb": round(sum(sizes) / 1e6, 1), "last_used": last,
                         "folder": str(found[0].parent)})  # fmt: skip
    return pd.DataFrame(rows, columns=["kind", "files", "size_mb", "last_used", "folder"])


def clear_cache() -> pd.DataFrame:
    """Remove what is kept between runs, and return what was there (MB), as :func:`cache_contents`.

    A run that is under way reads anew what it misses. Files of others in the folder stay.

    Examples
    --------
    >>> import siteprior as sp
    >>> gone = sp.clear_cache()
    >>> len(sp.cache_contents())
    0
    """
    contents = cache_contents()
    for found in _found().values():
        for path in found:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
    return contents


def _found() -> dict[str, list[Path]]:
    """Return what there is of each kind."""
    folder = cache_folder()
    if folder is None:
        return {}
    found = {kind: sorted(folder.glob(pattern)) for pattern, kind in KINDS.items()}
    return {kind: paths for kind, paths in found.items() if paths}


def _bytes(path: Path) -> int:
    return sum(each.stat().st_size for each in _files(path))


def _files(path: Path) -> Iterator[Path]:
    yield from (path,) if path.is_file() else (each for each in path.rglob("*") if each.is_file())
