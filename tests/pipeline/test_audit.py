"""`siteprior audit`: registers alone, from the command line and from Python."""

from __future__ import annotations

import json
import re
import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import siteprior
from factories.real import expected
from siteprior import cli
from siteprior.core.errors import InputError
from siteprior.core.files import shipped

SITES = "site_id file row reference organisation easting northing longitude latitude original_x original_y repair coordinate_confidence"  # noqa: E501
FILES = "file rows_in rows_out rows_explained encoding header_row schema refused"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A copy of the sample's registers, and its districts as boundaries."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(shipped("data") / "sites", tmp_path / "sites")
    (tmp_path / "sites" / "public_estate.csv").unlink()  # the user's own list, not a register
    areas = gpd.read_file(shipped("data") / "boundaries" / "lsoa21.geojson").to_crs(27700)
    name = areas["LSOA21NM"].str.replace(r" \d{3}[A-Z]$", "", regex=True)
    districts = areas.assign(LAD21NM=name, LAD21CD=areas["LADCD_ACTIVE"]).dissolve("LAD21CD").reset_index()
    districts[["LAD21CD", "LAD21NM", "geometry"]].to_file(tmp_path / "districts.gpkg", layer="districts")
    return tmp_path


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


BOUNDED = ["--boundaries", "districts.gpkg", "--boundaries-code", "LAD21CD"]


def test_the_command_writes_what_the_contract_names(desk, capsys):
    assert cli.main(["audit", "sites/*.csv", "sites/coventry.xlsx", *BOUNDED, "--out", "out"]) == 0
    printed = capsys.readouterr()
    assert "7 of 7 files read: 373 sites" in printed.out
    assert "Reading 7 registers" in printed.err
    out = desk / "out"
    assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == {
        "sites.csv", "issues.csv", "files.csv", "audit.html", *(f"councils/E080000{n}.xlsx" for n in range(25, 32)),
    }  # fmt: skip
    sites, files = table(out, "sites"), table(out, "files")
    assert " ".join(sites.columns).startswith(SITES)
    assert " ".join(files.columns) == FILES
    assert table(out, "issues").columns.tolist()[:7] == [
        "file", "row", "field", "issue_type", "severity", "value", "action",
    ]  # fmt: skip
    counts = files[["rows_in", "rows_out", "rows_explained"]].astype(int)
    assert (counts["rows_in"] == counts["rows_out"] + counts["rows_explained"]).all()
    assert sites["file"].value_counts().to_dict() == dict(zip(files["file"], counts["rows_out"], strict=True))


def test_degrees_and_metres_say_the_same(desk):
    siteprior.audit("sites/walsall.csv", out="out")
    sites = table(desk / "out", "sites")
    placed = sites[sites["longitude"] != ""]
    assert placed["longitude"].str.fullmatch(r"-?\d\.\d{6}").all()
    points = gpd.points_from_xy(placed["longitude"].astype(float), placed["latitude"].astype(float), crs=4326)
    back = gpd.GeoSeries(points).to_crs(27700)
    assert np.abs(back.x - placed["easting"].astype(float).to_numpy()).max() < 0.2
    # Walsall's sample has its axes exchanged throughout: what stands first is the latitude
    assert (placed["original_x"].astype(float) - placed["latitude"].astype(float)).abs().max() < 1e-5


def test_without_boundaries_confidence_is_at_most_medium_with_them_it_can_be_high(desk):
    alone = siteprior.audit(["sites/birmingham.csv"])
    assert set(alone.sites["coordinate_confidence"]) <= {"medium", "low", "none"}
    bounded = siteprior.audit(["sites/birmingham.csv"], boundaries="districts.gpkg", boundaries_code="LAD21CD")
    assert (bounded.sites["coordinate_confidence"] == "high").sum() > 60


def test_an_archive_and_a_folder_give_the_same_sites(desk, capsys):
    with zipfile.ZipFile(desk / "all.zip", "w") as archive:
        for path in sorted(path for path in (desk / "sites").rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(desk / "sites"))
    for name, out in (("all.zip", "a"), ("sites", "b")):
        assert cli.main(["audit", name, "--no-workbooks", "--out", out]) == 0
        assert "2 files not looked into" in capsys.readouterr().err
    zipped, plain = table(desk / "a", "sites"), table(desk / "b", "sites")
    assert set(zipped["file"].str.partition("!")[0]) == {"all.zip"}
    assert (zipped["file"].str.partition("!")[2] == plain["file"].str.removeprefix("sites/")).all()
    pd.testing.assert_frame_equal(zipped.drop(columns="file"), plain.drop(columns="file"))
    assert not (desk / "a" / "councils").exists()
    assert "employment_land.geojson" in (desk / "a" / "audit.html").read_text(encoding="utf-8")


def test_two_vintages_in_a_batch_do_not_disturb_each_other(desk):
    shutil.copy(desk / "sites" / "dudley.csv", desk / "sites" / "dudley_later.csv")
    one = siteprior.audit("sites/dudley.csv")
    two = siteprior.audit(["sites/dudley.csv", "sites/dudley_later.csv"])
    assert two.sites.index.tolist() == one.sites.index.tolist() * 2
    per_file = two.issues.groupby("file").size()
    assert per_file["sites/dudley.csv"] == per_file["sites/dudley_later.csv"]


def test_a_refused_file_is_a_row_and_no_failure(desk, capsys):
    (desk / "sites" / "wrong.csv").write_text("colour,size\nred,1\n")
    assert cli.main(["audit", "sites/wrong.csv", "sites/dudley.csv", "--out", "out", "--quiet"]) == 0
    assert "sites/wrong.csv: refused: no recognisable header" in capsys.readouterr().out
    wrong = table(desk / "out", "files").set_index("file").loc["sites/wrong.csv"]
    assert wrong["refused"].startswith("no recognisable header")
    assert wrong.drop("refused").tolist() == [""] * 6
    issues = table(desk / "out", "issues").query("file == 'sites/wrong.csv'")
    assert issues[["row", "issue_type", "severity"]].values.tolist() == [["", "missing value", "error"]]


def test_the_organisation_given_wins(desk):
    done = siteprior.audit("sites/dudley.csv", organisation="e08000029")
    assert set(done.sites["organisation"]) == {"E08000029"}


def test_the_same_files_give_the_same_bytes(desk):
    for out in ("a", "b"):
        siteprior.audit("sites", boundaries="districts.gpkg", boundaries_code="LAD21CD", out=out)
    names = {p.relative_to(desk / "a") for p in (desk / "a").rglob("*") if p.is_file()}
    assert len(names) == 11
    for name in names:
        assert (desk / "a" / name).read_bytes() == (desk / "b" / name).read_bytes(), name


BAD = {
    "no such file": (["gone.csv"], "gone.csv: there is no such file or folder"),
    "no register": (["nothing"], "nothing: holds no register"),
    "all refused": (["nothing/colours.txt"], "nothing/colours.txt: no recognisable header"),
    "column not there": (
        ["sites", "--boundaries", "districts.gpkg", "--boundaries-code", "CODE"],
        "has no column 'CODE' (the councils' codes); it has LAD21CD, LAD21NM",
    ),
    "no column named": (["sites", "--boundaries", "districts.gpkg"], "it has LAD21CD, LAD21NM"),
    "no codes": (["sites", *BOUNDED[:-1], "LAD21NM"], "column 'LAD21NM' holds no ONS codes"),
    "no boundaries": (["sites", "--boundaries", "gone.gpkg", "--boundaries-code", "c"], "gone.gpkg: there is no such"),
    "columns alone": (["sites", "--boundaries-code", "c"], "give it with --boundaries"),
    "no ONS code": (["sites", "--organisation", "Dudley"], "organisation 'Dudley' is no ONS code"),
    "unknown code": (["sites", *BOUNDED, "--organisation", "E07000001"], "which hold 7 councils, E08000025 to"),
}


@pytest.mark.parametrize(("words", "says"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_clear_line_and_leaves_nothing(desk, capsys, words, says):
    (desk / "nothing").mkdir()
    (desk / "nothing" / "colours.txt").write_text("colour,size\nred,1\n")
    assert cli.main(["audit", *words, "--out", "out", "--quiet"]) == 1
    printed = capsys.readouterr()
    (line,) = printed.err.strip().splitlines()
    assert line.startswith("siteprior: ")
    assert says in line
    assert not (desk / "out").exists()


def test_an_unwritable_folder_is_reported_before_any_work(desk, capsys):
    (desk / "file").write_text("not a folder")
    assert cli.main(["audit", "sites", "--out", "file/out"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_failed_output_leaves_the_earlier_audit(desk, monkeypatch):
    (desk / "out").mkdir()
    (desk / "out" / "sites.csv").write_text("earlier")
    from siteprior.report.audit import write as publish

    def fail(*_, **__):
        raise InputError("no room")

    monkeypatch.setattr(publish, "write_page", fail)
    with pytest.raises(InputError, match="no room"):
        siteprior.audit("sites", out="out")
    assert [path.name for path in (desk / "out").iterdir()] == ["sites.csv"]
    assert (desk / "out" / "sites.csv").read_text() == "earlier"


def test_the_public_name_is_the_function():
    import siteprior.pipeline  # which imports the module behind it

    assert callable(siteprior.audit)


def test_real_registers_end_in_their_own_councils(real, tmp_path):
    """A file per kind of fault, as published: most are swapped, geocentric or mislabelled throughout."""
    done = siteprior.audit(
        real / "real/brownfield/registers_messy",
        boundaries=real / "real/boundaries/uk_ltla24.gpkg.gz",
        boundaries_code="ltla24_code",
        out=tmp_path / "out",
    )
    assert len(done.files) == expected(whole=25, of_slice=24)  # of the slice, but London's
    assert done.files["refused"].isna().all()
    page = (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    shares = re.search(r"As labelled, ([\d.]+)% .*? as read here, ([\d.]+)%", page)
    before, after = map(float, shares.groups())
    assert before < 75  # London's collated file, two fifths of the rows, is mostly right as labelled
    assert after > expected(whole=97, of_slice=96)  # on the boundaries of the whole the slice's files give 96.1, too
    sites = table(tmp_path / "out", "sites")
    repaired = sites[sites["repair"] != ""]
    assert len(repaired) > expected(whole=1000, of_slice=950)
    assert set(repaired["coordinate_confidence"]) <= {"high", "medium"}
    text = json.dumps(sites["notes"].tolist()) + (tmp_path / "out" / "issues.csv").read_text(encoding="utf-8")
    assert "@" not in text.replace("@ ", "")
    placed = sites[sites["easting"] != ""]
    points = shapely.points(placed[["easting", "northing"]].astype(float).to_numpy())
    assert shapely.within(points, shapely.box(0, 0, 700_000, 1_300_000)).all()
