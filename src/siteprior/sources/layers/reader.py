"""The reader of all layers of the user's own: what the project says of a layer decides how its file is read."""

from __future__ import annotations

from pathlib import Path

from siteprior.core.issues import Reading
from siteprior.core.named_paths import Names, Paths, one_path
from siteprior.project.layers import AreaLayer, LayerSpec, RasterLayer, RasterSpec, TableSpec, VectorLayer, VectorSpec
from siteprior.sources.layers.area_tables import read_area_table
from siteprior.sources.layers.features import read_features
from siteprior.sources.layers.grids import read_grid


def read_layer(
    path: Paths,
    spec: LayerSpec,
    *,
    file: Names | None = None,
    lookup: Path | str | None = None,
    extent: Path | str | None = None,
) -> Reading[AreaLayer | VectorLayer | RasterLayer]:
    r"""Read a layer of the user's own as its specification describes it.

    Parameters
    ----------
    path
        The one file of ``spec.path``.
    spec
        The layer, checked (:func:`siteprior.project.layer_checks.parse_layer`).
    file
        What the file is called in issues and provenance; ``spec.path`` when not given.
    lookup, extent
        The files of ``spec.lookup.path`` and ``spec.extent.path``; these themselves when not given.

    Returns
    -------
    Reading
        The table is a :class:`siteprior.project.layers.AreaLayer`, ``VectorLayer`` or ``RasterLayer``, for
        :func:`siteprior.joins.layers.join_layer`.

    Raises
    ------
    InputError
        When a file is missing or unreadable, lacks a column (those it has are listed), holds nothing that counts,
        states no coordinate system, or holds codes of another kind or census year than stated.

    Examples
    --------
    >>> import tempfile
    >>> from siteprior.project.layer_checks import parse_layer
    >>> path = Path(tempfile.mkdtemp()) / "broadband.csv"
    >>> _ = path.write_text("LSOA21CD,slow\nE01000001,12.5\nE01000002,..\n")
    >>> spec = parse_layer({"name": "slow_broadband", "path": "broadband.csv", "kind": "table", "measure": "value",
    ...     "column": "slow", "by": "lsoa_code", "code": "LSOA21CD", "year": 2021, "unit": "%"})
    >>> reading = read_layer(path, spec)
    >>> reading.table.by_code.to_dict()
    {'E01000001': 12.5, 'E01000002': nan}
    >>> reading.issues[["row", "issue_type", "value"]].values.tolist()
    [[3, 'patch', '..']]
    """
    given, label = one_path(
        path, spec.path if file is None else file, what=f"layer '{spec.name}'", instead="give each a layer of its own"
    )
    reading: Reading[AreaLayer | VectorLayer | RasterLayer]
    if isinstance(spec, TableSpec):
        reading = Reading(*read_area_table(given, spec, file=label, lookup=lookup))
    elif isinstance(spec, VectorSpec):
        reading = Reading(*read_features(given, spec, file=label, extent=extent))
    else:
        assert isinstance(spec, RasterSpec)
        reading = Reading(*read_grid(given, spec, file=label))
    return reading
