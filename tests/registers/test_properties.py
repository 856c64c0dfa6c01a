"""What must not change a register's table: its form, its order, its encoding; and the twins among real files."""

from __future__ import annotations

import csv
import gzip
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteprior.registers.reader import read_register, read_registers

V2 = (
    "OrganisationURI,SiteReference,SiteNameAddress,SiteplanURL,GeoX,GeoY,Hectares,OwnershipStatus,PlanningStatus,"
    "PermissionType,PermissionDate,PlanningHistory,Deliverable,NetDwellingsRangeFrom,NetDwellingsRangeTo,"
    "HazardousSubstances,Notes,FirstAddedDate,LastUpdatedDate,EndDate"
).split(",")
FACTS = {
    "SiteReference": "reference", "SiteNameAddress": "site_name", "SiteplanURL": "site_plan_url", "GeoX": "easting",
    "GeoY": "northing", "Hectares": "hectares", "OwnershipStatus": "ownership_status",
    "PlanningStatus": "planning_permission_status", "PermissionType": "planning_permission_type",
    "PermissionDate": "planning_permission_date", "PlanningHistory": "planning_permission_history",
    "Deliverable": "deliverable", "NetDwellingsRangeFrom": "minimum_net_dwellings",
    "NetDwellingsRangeTo": "maximum_net_dwellings", "HazardousSubstances": "hazardous_substances", "Notes": "notes",
    "FirstAddedDate": "start_date", "LastUpdatedDate": "entry_date", "EndDate": "end_date",
}  # fmt: skip
"""Field of the 2019 form → the declared column it holds."""


def written_v2(sites: pd.DataFrame) -> str:
    """Write a table of sites in the 2019 form."""
    table = pd.DataFrame({field: sites[column].astype(object) for field, column in FACTS.items()})
    for column in table:
        dates = table[column].map(lambda v: v.date().isoformat() if isinstance(v, pd.Timestamp) and v == v else v)
        table[column] = dates.where(table[column].notna(), "")
    table.insert(0, "OrganisationURI", "http://opendatacommunities.org/id/geography/" + sites["organisation"])
    return table[V2].to_csv(index=False)


def facts(sites: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(sites[["organisation", *FACTS.values()]])


SEVEN = (
    "birmingham_2020.csv.gz", "coventry_2019.xlsx", "dudley_2020.csv.gz", "sandwell_2019.csv.gz",
    "solihull_2020.csv.gz", "walsall_2019.csv.gz", "wolverhampton_2017.csv.gz",
)  # fmt: skip


@pytest.mark.parametrize("name", SEVEN)
def test_reading_is_idempotent(real, west_midlands, tmp_path, name):
    first = read_register(real / "real/brownfield/registers_wmca" / name, boundaries=west_midlands).table
    first = first[~first.index.str.contains("~")]  # a made reference is not the register's own
    (tmp_path / "again.csv").write_text(written_v2(first), encoding="utf-8")
    again = read_register(tmp_path / "again.csv", boundaries=west_midlands).table
    pd.testing.assert_frame_equal(facts(first), facts(again))
    (tmp_path / "third.csv").write_text(written_v2(again), encoding="utf-8")
    assert (tmp_path / "third.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def sandwell(real) -> list[list[str]]:
    text = gzip.decompress((real / "real/brownfield/registers_wmca/sandwell_2019.csv.gz").read_bytes()).decode("cp1252")
    return list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))))


def as_csv(rows: list[list[str]], *, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL, mark: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=quoting, delimiter=mark).writerows(rows)
    return out.getvalue()


@pytest.fixture(scope="module")
def plain(real, west_midlands, tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "r.csv"
    path.write_text(as_csv(sandwell(real)), encoding="utf-8", newline="")
    return read_register(path, file="r", boundaries=west_midlands).table


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    blanks=st.lists(st.integers(1, 200), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    mark=st.sampled_from([",", ";", "\t", "|"]),
)
def test_blank_rows_marks_line_ends_and_quotes_change_nothing(
    real, west_midlands, plain, tmp_path, blanks, encoding, end, quoting, mark
):
    rows = sandwell(real)
    for place in blanks:
        rows.insert(min(place, len(rows)), [""] * len(rows[0]))
    (tmp_path / "r.csv").write_bytes(as_csv(rows, end=end, quoting=quoting, mark=mark).encode(encoding))
    other = read_register(tmp_path / "r.csv", file="r", boundaries=west_midlands).table
    columns = [column for column in plain.columns if column not in ("row", "geometry")]
    pd.testing.assert_frame_equal(pd.DataFrame(plain[columns]), pd.DataFrame(other[columns]))
    assert (plain.geometry.geom_equals(other.geometry) | plain.geometry.isna()).all()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**16))
def test_row_order_does_not_matter(real, west_midlands, plain, tmp_path, seed):
    header, *body = sandwell(real)
    order = np.random.default_rng(seed).permutation(len(body))
    (tmp_path / "r.csv").write_text(as_csv([header, *(body[i] for i in order)]), encoding="utf-8", newline="")
    other = read_register(tmp_path / "r.csv", file="r", boundaries=west_midlands).table
    repeated = plain["reference"].duplicated(keep=False)  # ~2 and ~3 are given in file order
    columns = [column for column in plain.columns if column not in ("row", "geometry")]
    once = pd.DataFrame(plain.loc[~repeated, columns])
    pd.testing.assert_frame_equal(once, pd.DataFrame(other.loc[once.index, columns]))
    assert len(other) == len(plain)


def test_walsalls_twins_in_iso_and_british_dates_give_one_table(real, west_midlands):
    folder = real / "real/brownfield/registers_wmca"
    iso, uk = (
        read_register(folder / f"walsall_2017_{style}dates.csv.gz", file="w", boundaries=west_midlands)
        for style in ("iso", "uk")
    )
    pd.testing.assert_frame_equal(pd.DataFrame(iso.table), pd.DataFrame(uk.table))
    assert iso.table["start_date"].notna().all()


def test_coventrys_swapped_axes_of_2018_give_the_places_of_2019(real, west_midlands):
    folder = real / "real/brownfield/registers_wmca"
    swapped = read_register(folder / "coventry_2018_swapped_axes.xlsx", boundaries=west_midlands).table
    right = read_register(folder / "coventry_2019.xlsx", boundaries=west_midlands).table
    assert swapped.index.tolist() == right.index.tolist()
    apart = swapped.geometry.distance(right.geometry)
    assert apart.index[apart > 0.01].tolist() == ["E08000026:F16", "E08000026:54800"]  # neither can be mended
    good = ~swapped["reference"].isin(["F16", "54800"])
    assert set(swapped.loc[good, "repair"]) == {"axes swapped"}
    assert set(swapped.loc[good, "coordinate_confidence"]) == {"medium"}
    assert right["repair"].isna().all()


def test_national_file_puts_coventry_back_and_oldhams_strays_home(real, england):
    path = real / "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
    sites = read_registers([path], boundaries=england).table
    coventry = sites[sites["organisation"] == "E08000026"]
    assert (coventry["repair"] == "axes swapped before conversion to degrees").sum() == 133
    strays = sites[sites["reference"].isin(["SHA0167", "SHA0169", "SHA0810", "SHA1002"])]
    assert strays["organisation"].unique().tolist() == ["E08000004"]
    seven = sites["organisation"].isin([f"E080000{n}" for n in range(25, 32)])
    assert not (seven & sites["reference"].str.startswith("SHA")).any()


def test_national_file_with_the_seven_councils_alone_assigns_them_no_strays(real, west_midlands, tmp_path):
    path = real / "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
    rows = csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode()))
    seven = {f"local-authority-eng:{code}" for code in ("BIR", "COV", "DUD", "SAW", "SOL", "WLL", "WLV")}
    part = [row for row in rows if row["organisation"] in seven or row["resource"].startswith("525f39c8")]
    pd.DataFrame(part).to_csv(tmp_path / "part.csv", index=False)
    sites = read_registers([tmp_path / "part.csv"], boundaries=west_midlands).table
    assert sites["organisation"].value_counts().to_dict() == {
        "E08000025": 991, "E08000031": 658, "E08000028": 312, "E08000026": 135, "E08000030": 111, "E08000029": 110,
        "E08000027": 96, "E08000004": 141,  # the stray rows are of Oldham, whose area is not known here
    }  # fmt: skip
    strays = [row["resource"].startswith("525f39c8") for row in part]
    assert (sites["organisation"] == "E08000004").tolist() == strays
