"""MapLibre GL as it ships with siteprior: one release, its licence beside it, nothing loaded from anywhere."""

from __future__ import annotations

from importlib import resources

MAPLIBRE = "5.24.1"
"""The release of MapLibre GL JS (BSD-3-Clause) in ``report/vendor/maplibre-gl``."""

HASHES = {
    "maplibre-gl.js": "a9c9e2aa36d4d5b63b131f27c1272f1a28883eeecc0eddd1e0dbfae4033bc7c9",
    "maplibre-gl.css": "ab1e70d59ec40465bae7e7030da2f3ccf28133fd502e62bd598eefbadfd7a732",
    "LICENSE.txt": "ee5fc05a0677eaf69601d2c7db0d9ecd6cc27c3abc1d0733bc9ed34707cf8ef2",
}
"""SHA-256 of each file, as its makers published it."""


def vendored(name: str) -> str:
    """Return a file of MapLibre GL as text that can stand inside a page.

    The last line of the script, which names a file for debuggers, is left out: nobody has that file.

    Raises
    ------
    FileNotFoundError
        When the file did not come with this installation.

    Examples
    --------
    >>> "MapLibre GL JS" in vendored("maplibre-gl.js")[:100]
    True
    """
    text = resources.files("siteprior.report").joinpath("vendor", "maplibre-gl", name).read_text(encoding="utf-8")
    return text.partition("//# sourceMappingURL=")[0]
