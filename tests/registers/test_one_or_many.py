"""Every reader of registers takes one path or many, in any form, and returns table, issues and provenance alike."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.issues import COLUMNS, Reading
from siteprior.registers.batch import find_registers, read_many
from siteprior.registers.coordinates.postcodes import read_postcodes
from siteprior.registers.coordinates.site_shapes import read_shapes
from siteprior.registers.own_sites import read_own_sites
from siteprior.registers.reader import read_register, read_registers, read_registers_with_files

URI = "http://opendatacommunities.org/id/metropolitan-district-council/dudley"
DUDLEY, SANDWELL = "E08000027", "E08000028"

ONE = {"a str": str, "a Path": lambda path: path}
MANY = {"a list": list, "a tuple": tuple, "a generator": lambda paths: (path for path in paths)}


def write(folder, kind, number):
    """Write one file of a kind; row, site or postcode ``number`` stands in it."""
    if kind == "shapes":
        path = folder / f"{number}.gpkg"
        square = shapely.box(400_000, 290_000, 400_000 + 100 * number, 290_100)
        gpd.GeoDataFrame({"REF": [f"S{number}"]}, geometry=[square], crs="EPSG:27700").to_file(path)
        return path
    path = folder / f"{number}.csv"
    path.write_text(
        {
            "register": "OrganisationURI,SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\n"
            f"{URI},D{number},Old Mill {number},-2.08,52.5,0.5\n",
            "own": f"Asset,E,N\nA{number},400000,290000\n",
            "postcodes": f'"B{number} 1AA",10,406600,286700\n',
        }[kind]
    )
    return path


def own_sites(paths, **options):
    columns = {"reference": "Asset", "easting": "E", "northing": "N"}
    return read_own_sites(paths, columns=columns, register="own", organisation=DUDLEY, **options)


READERS = {
    "read_registers": ("register", read_registers, [f"{DUDLEY}:D1", f"{DUDLEY}:D2"]),
    "with_files": ("register", lambda p: read_registers_with_files(p)[0], [f"{DUDLEY}:D1", f"{DUDLEY}:D2"]),
    "read_many": ("register", lambda p: read_many(p)[0], [f"{DUDLEY}:D1", f"{DUDLEY}:D2"]),
    "read_own_sites": ("own", own_sites, [f"{DUDLEY}:A1", f"{DUDLEY}:A2"]),
    "read_postcodes": ("postcodes", read_postcodes, ["B1 1AA", "B2 1AA"]),
    "read_shapes": ("shapes", lambda p: read_shapes(p, reference="REF"), None),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", [*ONE, *MANY])
def test_one_path_or_many(tmp_path, reader, form):
    kind, read, ids = READERS[reader]
    paths = [write(tmp_path, kind, number) for number in (1, 2)]
    given = ONE[form](paths[0]) if form in ONE else MANY[form](paths)
    reading = read(given)
    count = 1 if form in ONE else 2
    assert isinstance(reading, Reading)
    expected = [f"{path}#1" for path in paths] if ids is None else ids
    assert reading.table.index.tolist() == expected[:count]
    assert isinstance(reading.table, pd.DataFrame if kind == "postcodes" else gpd.GeoDataFrame)
    assert list(reading.issues.columns) == list(COLUMNS)
    assert [origin.rows for origin in reading.provenance] == [1] * count
    assert len({origin.sha256 for origin in reading.provenance}) == count


@pytest.mark.parametrize("reader", ["read_registers", "read_own_sites", "read_postcodes", "read_shapes"])
def test_one_label_or_many(tmp_path, reader):
    kind, _, _ = READERS[reader]
    read, key = {
        "read_registers": (read_registers, "files"),
        "read_own_sites": (own_sites, "files"),
        "read_postcodes": (read_postcodes, "files"),
        "read_shapes": (read_shapes, "files"),
    }[reader]
    paths = [write(tmp_path, kind, number) for number in (1, 2)]
    assert [origin.file for origin in read(paths[0], **{key: "first"}).provenance] == ["first"]
    for labels in (["first", "second"], ("first", "second"), (name for name in ("first", "second"))):
        assert [origin.file for origin in read(paths, **{key: labels}).provenance] == ["first", "second"]
    with pytest.raises(InputError, match="1 names for 2 files; give each file one name"):
        read(paths, **{key: "first"})
    with pytest.raises(InputError, match="no file given; give one at least"):
        read([])


def test_one_organisation_for_all_files_or_one_for_each(tmp_path):
    paths = [write(tmp_path, "register", number) for number in (1, 2)]
    assert read_registers(paths, organisations=SANDWELL).table["organisation"].tolist() == [SANDWELL] * 2
    for codes in ([SANDWELL, None], (SANDWELL, None), (code for code in (SANDWELL, None))):
        assert read_registers(paths, organisations=codes).table["organisation"].tolist() == [SANDWELL, DUDLEY]
    assert read_register(paths[0], organisation=SANDWELL).table["organisation"].tolist() == [SANDWELL]


def test_all_faults_of_a_call_are_named_at_once(tmp_path):
    path = write(tmp_path, "register", 1)
    with pytest.raises(InputError) as caught:
        read_registers([path, path], files=["a", "a"], organisations=[DUDLEY])
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["registers", "organisations"]
    assert caught.value.faults[1] == "organisations: 1 codes for 2 paths; give one code or None per path"


def test_postcodes_of_one_label_are_allowed_since_no_row_bears_it(tmp_path):
    path = write(tmp_path, "postcodes", 1)
    assert len(read_postcodes([path, path]).table) == 1


def test_references_that_stand_in_two_files_of_own_sites_are_numbered_and_rows_counted_per_file(tmp_path):
    first, second = (tmp_path / name for name in ("a.csv", "b.csv"))
    first.write_text("Asset,E,N\nA1,400000,290000\nA2,400100,290000\n")
    second.write_text("Asset,E,N\nA1,400000,290000\nA2,400900,290000\n")
    sites, issues, provenance = own_sites([first, second], files=["a", "b"])
    assert sites.index.tolist() == [f"{DUDLEY}:A1", f"{DUDLEY}:A2", f"{DUDLEY}:A2~2"]
    assert [origin.rows for origin in provenance] == [2, 1]
    assert issues.loc[issues["field"] == "reference", "action"].tolist() == [
        "identical to row 2 of a; merged with it", f"stands in a, row 3, too, with other facts; called {DUDLEY}:A2~2",
    ]  # fmt: skip


def test_all_files_of_own_sites_or_shapes_that_cannot_be_read_are_named_at_once(tmp_path):
    for read in (own_sites, read_shapes):
        with pytest.raises(InputError) as caught:
            read([tmp_path / "none.csv", tmp_path / "neither.csv"])
        assert len(caught.value.faults) == 2


def test_registers_found_and_a_single_one_read_alike(tmp_path):
    paths = [write(tmp_path, "register", number) for number in (1, 2)]
    found = find_registers(tmp_path)
    assert found == find_registers([tmp_path]) == find_registers(str(tmp_path))
    for given in (found.registers, list(found.registers), tmp_path, [str(path) for path in paths]):
        assert len(read_many(given)[0].table) == 2
    assert len(read_many(found.registers[0])[0].table) == 1
    with pytest.raises(InputError, match="no register given"):
        read_many([])


def test_a_file_given_twice_under_two_names_is_refused(tmp_path):
    path = write(tmp_path, "register", 1)
    with pytest.raises(InputError, match=r"given twice: .*; each file is read once, name it once"):
        read_registers([path, path], files=["a", "b"])
