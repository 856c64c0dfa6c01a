"""Of a file of many councils the rows of some."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.registers.councils import councils
from siteprior.registers.reader import read_registers, read_registers_with_files
from siteprior.registers.rows import read_rows
from siteprior.registers.some_councils import councils_asked, registers_with

AREAS = gpd.GeoDataFrame(
    {"name": ["Oldham", "Bury"]}, index=pd.Index(["E08000004", "E08000002"], name="organisation"),
    geometry=[shapely.box(390_000, 400_000, 400_000, 410_000), shapely.box(375_000, 400_000, 385_000, 410_000)],
    crs="EPSG:27700",
)  # fmt: skip
HEADER = "organisation,site,site-address,GeoX,GeoY,hectares,resource,organisation-entity\n"


def row(code, site, x, resource, entity=""):
    return f"{code},{site},Mill {site},{x},405000,0.5,{resource},{entity}\n"


def national(tmp_path, *rows):
    file = tmp_path / "national.csv"
    file.write_text(HEADER + "".join(rows))
    return file


def test_councils_are_asked_for_by_name_or_code():
    known = councils(AREAS)
    assert councils_asked(["Oldham", "E08000002", "Taunton Deane"], known) == {"E08000004", "E08000002", "E06000066"}
    assert councils_asked("Oldham", known) == {"E08000004"}
    with pytest.raises(InputError, match="councils: unknown council 'Oldam'; did you mean 'Oldham'"):
        councils_asked(["Oldam"], known)


def test_the_rows_of_one_council_are_read_and_the_others_counted(tmp_path):
    file = national(
        tmp_path,
        *(row("local-authority-eng:OLD", f"O{n}", 395_000 + n, "a") for n in range(4)),
        *(row("local-authority-eng:BUR", f"B{n}", 380_000 + n, "b") for n in range(3)),
        row("local-authority-eng:TRF", "T1", 377_000, "c"),
    )
    reading, files = read_registers_with_files(file, files="n.csv", only_councils=[["Oldham"]], boundaries=AREAS)
    assert reading.table.index.tolist() == [f"E08000004:O{n}" for n in range(4)]
    assert files[["rows_in", "rows_out", "rows_explained"]].values.tolist() == [[8, 4, 4]]
    counted = reading.issues[reading.issues["field"] == "organisation"]
    assert counted[["row", "value", "action"]].fillna(0).values.tolist() == [
        [0, "Oldham", "4 records passed over: only those of the councils named are read"]
    ]
    assert set(reading.issues["row"].dropna()) <= {2, 3, 4, 5}


def test_a_code_run_down_the_column_of_its_register_takes_no_row_away(tmp_path):
    codes = ["OLD", "OLD", "OLD", "RCH", "SLF"]  # all of one register, all in Oldham
    file = national(
        tmp_path, *(row(f"local-authority-eng:{code}", f"O{n}", 395_000 + n, "a") for n, code in enumerate(codes))
    )
    assert len(read_registers(file, only_councils=[["Oldham"]], boundaries=AREAS).table) == 5


def test_rows_with_a_number_alone_are_found_by_their_place(tmp_path):
    file = national(
        tmp_path,
        *(row("", f"O{n}", 395_000 + n, "", 329) for n in range(4)),
        *(row("", f"B{n}", 380_000 + n, "", 60) for n in range(4)),
        row("", "X", 500_000, "", 7),
    )
    reading = read_registers(file, only_councils=[["E08000004"]], boundaries=AREAS)
    assert reading.table["reference"].tolist() == ["O0", "O1", "O2", "O3"]
    assert "of 1 of them the council was not found" in reading.issues["action"].iloc[-1]


def test_registers_of_parks_are_not_looked_through(tmp_path):
    file = national(
        tmp_path,
        row("national-park-authority:Q1", "P", 395_000, "p"),
        row("local-authority-eng:OLD", "O", 395_000, "a"),
        row("local-authority-eng:QQQ", "Q", 395_000, "q"),
    )  # fmt: skip
    known = councils(AREAS)
    rows = registers_with(read_rows(file, IssueLog("n.csv")), frozenset({"E08000004"}), known)
    assert rows.texts("reference") == ["O", "Q"]


def test_every_file_is_read_whole_that_names_no_council(tmp_path):
    file = national(
        tmp_path, row("local-authority-eng:OLD", "O", 395_000, "a"), row("local-authority-eng:BUR", "B", 380_000, "b")
    )
    assert len(read_registers(file, only_councils=[[]], boundaries=AREAS).table) == 2
    with pytest.raises(InputError, match="only_councils: 2 lists for 1 paths; give one list per path"):
        read_registers(file, only_councils=[[], []], boundaries=AREAS)


def test_oldham_of_the_national_file(real):
    path = real / "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
    table = read_registers(path, only_councils=[["Oldham"]]).table
    assert table["organisation"].unique().tolist() == ["E08000004"]
    assert len(table) >= 114
