"""Some districts of a file of areas that holds more: which codes are meant, before any shape is read."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from siteprior.core.code_join import normal_codes
from siteprior.core.councils import in_force, known_councils
from siteprior.core.errors import InputError, unknown
from siteprior.core.io.vector_files import Only, lacking, read_attributes
from siteprior.core.named_paths import NamedPath
from siteprior.sources.columns import text_column

LSOA_NUMBER = r"\s+\d{3}[A-Z]+$"
"""What follows the district in an LSOA's name: Oldham 034D."""


def wanted_districts(
    files: Iterable[NamedPath],
    districts: Iterable[str],
    *,
    district: str | None,
    name: str | None = None,
    layer: str | None = None,
    code: str | None = None,
    lookup: pd.Series | None = None,
) -> Only:
    """Return which features of files of areas are those of some districts.

    Parameters
    ----------
    files
        The files, read without their shapes.
    districts
        Names or ONS codes; those of a district that was abolished stand for its successor.
    district, name
        The columns with the district's code, and with the name of the area, which begins with the district's.
    layer
        The layer, where a file holds several.
    code, lookup
        Where the files have no such column: the column with the LSOA's code, and the district's code by LSOA.

    Raises
    ------
    InputError
        When ``district`` is not given or no column of a file, or no file holds one of the districts; it names those
        that are nearest.

    Examples
    --------
    >>> import geopandas as gpd, shapely, tempfile
    >>> from siteprior.core.named_paths import named_paths
    >>> path = tempfile.mkdtemp() + "/areas.geojson"
    >>> areas = {"code": ["E01004863", "E01005000"], "lad": ["E08000004", "E08000005"]}
    >>> gpd.GeoDataFrame(areas, geometry=shapely.points([-2, -2], [53, 53]), crs=4326).to_file(path)
    >>> wanted_districts(named_paths(path, None, what="areas"), ["Oldham"], district="lad")
    Only(column='lad', values=['E08000004'])
    """
    asked = [districts] if isinstance(districts, str) else list(districts)
    if district is None:
        raise InputError(
            "districts: names districts, but district does not name the column with their codes; give it, such as "
            'district = "LAD24CD"'
        )
    names, lsoas = dict[str, str](), dict[str, str]()
    for path, label in files:
        looked_up: dict[str, str | None] = {"district": district} if lookup is None else {"code": code}
        attributes = read_attributes(path, [column for column in (*looked_up.values(), name) if column], layer=layer)
        if faults := lacking(label, attributes.columns, looked_up):
            raise InputError(*faults)
        if lookup is not None:
            written = text_column(attributes[code])
            found = normal_codes(written).map(lookup).fillna("")
            attributes = attributes.assign(**{district: found})
            lsoas |= dict(zip(written, found, strict=True))
        names |= _names(attributes, district, name)
    codes = {old: in_force(old, among=names) for old in known_councils()}
    by_name = {known_councils()[old].name.casefold(): now for old, now in codes.items()}
    by_name |= {text.casefold(): each for each, text in names.items()}
    keys = {**by_name, **{old.casefold(): now for old, now in codes.items()}, **{c.casefold(): c for c in names}}
    meant = {text: keys.get(text.strip().casefold()) for text in asked}
    valid = sorted(names.values())
    faults = [unknown("district", text, valid, where="districts") for text, each in meant.items() if each not in names]
    if faults or not asked:
        raise InputError(*(faults or [f"districts: names none; give some of {', '.join(valid)}, or leave it out"]))
    chosen = {each for each in meant.values() if each is not None}
    if lookup is not None:
        return Only(str(code), sorted(lsoa for lsoa, lies_in in lsoas.items() if lies_in in chosen))
    return Only(district, sorted(chosen))


def _names(attributes: pd.DataFrame, district: str, name: str | None) -> dict[str, str]:
    """Return the name of each district a file holds, by code: as its areas are named, else as councils are."""
    codes = text_column(attributes[district])
    known = {code: council.name for code, council in known_councils().items()}
    names = {code: known.get(code, code) for code in sorted(set(codes) - {""})}
    if name is not None and name in attributes:
        places = text_column(attributes[name]).str.replace(LSOA_NUMBER, "", regex=True)
        first = places[(places != "") & (codes != "")].groupby(codes).first()
        names |= {str(code): str(place) for code, place in first.items() if code not in known}
    return names
