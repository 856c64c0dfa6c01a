"""592 raw registers of 2017 to 2020: read or refused with a reason, every row accounted for, places right."""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.sources import coordinates as co
from siteprior.sources.registers import read_registers_with_files

ARCHIVE = "real/brownfield/registers_corpus_raw_2017-2020.zip"
NEAR_M = 2000


@pytest.fixture(scope="module")
def corpus(real, england):
    archive = real / ARCHIVE
    names = sorted(zipfile.ZipFile(archive).namelist())
    return read_registers_with_files(
        [f"{archive}!{name}" for name in names], files=names, boundaries=england, keep_going=True
    )


@pytest.fixture(scope="module")
def judged(corpus, england):
    """Rows with two non-zero numbers in files that name a district: where they lie now, and as labelled."""
    sites = corpus[0].table.reset_index()
    x = co.numbers(sites["original_x"].fillna("").tolist())[0]
    y = co.numbers(sites["original_y"].fillna("").tolist())[0]
    kinds = np.array([co.stated_kind(text) for text in sites["coordinate_system"].fillna("")], dtype=object)
    small = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    labelled = np.where((kinds == co.DEGREES) | ((kinds == co.UNSAID) & small), co.AS_DEGREES, co.AS_METRES)
    east, north = co.readings(x, y)
    rows = np.arange(len(sites))
    own = england.geometry.reindex(sites["organisation"]).to_numpy()
    sites = pd.DataFrame(sites.drop(columns="geometry")).assign(
        labelled_east=east[rows, labelled], labelled_north=north[rows, labelled]
    )
    for place, columns in {
        "now": ("easting", "northing"),
        "as_labelled": ("labelled_east", "labelled_north"),
    }.items():
        found = sites[list(columns)].to_numpy(dtype=float)
        points = np.full(len(sites), None, dtype=object)
        stands = np.isfinite(found).all(axis=1)
        points[stands] = shapely.points(found[stands])
        sites[place] = shapely.distance(own, points) <= NEAR_M
    stated = np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0)
    return sites[stated & sites["organisation"].notna().to_numpy()]


def test_every_file_is_read_or_refused_with_a_reason(corpus):
    (_, issues, _), files = corpus
    assert len(files) == 592
    refused = files[files["schema"] == "refused"]["file"].tolist()
    # two transposed sheets of a development corporation: fields down the side, one site
    assert refused == ["Q6670544_40ba241c5f5d.csv", "Q6670544_a6f17c3bc674.csv"]
    reasons = issues[issues["file"].isin(refused)]["action"]
    assert reasons.str.contains("no recognisable header").tolist() == [True, True]


def test_no_row_is_lost_silently(corpus):
    (sites, issues, _), files = corpus
    assert (files["rows_in"] == files["rows_out"] + files["rows_explained"]).all()
    assert files["rows_in"].sum() == 38_357
    assert len(sites) == files["rows_out"].sum()
    explained = issues["action"].str.contains("passed over:|merged with it")
    assert explained.sum() == files["rows_explained"].sum()
    assert sites.index.is_unique


def test_rows_agree_with_the_manifest(corpus, real):
    files = corpus[1].set_index("file")
    manifest = pd.read_csv(real / "real/brownfield/registers_corpus_manifest.csv").set_index("file")
    differ = (files["rows_in"] - manifest["rows"]).loc[lambda d: d != 0]
    # refused, and the second line of Rochdale's two-line header, which the manifest counts as data
    assert differ.to_dict() == {
        "Q6670544_40ba241c5f5d.csv": -30, "Q6670544_a6f17c3bc674.csv": -30, "RCH_34e3c3753888.csv": -1,
        "RCH_5ed5da3ec0f3.csv": -1,
    }  # fmt: skip


def test_at_least_98_percent_lie_in_their_own_council(judged):
    assert len(judged) > 35_000
    assert judged["as_labelled"].mean() < 0.85
    assert judged["now"].mean() >= 0.993


def test_no_good_point_is_moved(judged):
    good = judged[judged["as_labelled"]]
    moved = np.hypot(good["easting"] - good["labelled_east"], good["northing"] - good["labelled_north"])
    assert moved.notna().all()
    assert moved.max() <= 5.0


def test_what_is_uncertain_stays_and_says_so(corpus, judged):
    issues = corpus[0].issues
    left = judged[~judged["now"]]
    assert set(left["coordinate_confidence"]) <= {"low", "none"}
    assert left["repair"].isna().all()
    said = set(issues.loc[issues["field"] == "coordinates", "site_id"])
    assert set(left["site_id"]) <= said


def test_auto_filled_codes_credit_no_other_council(corpus):
    sites = corpus[0].table
    for name, council in {
        "BIR_525f39c89244.csv": "E08000004",  # Oldham's, running through 29 metropolitan districts
        "STA_ef2211e79256.csv": "E07000197",
        "CHE_243dc9cd8161.csv": "E06000049",
        "LBH_c4022cd5a2c4.csv": "E09000022",
        "WYR_20c27f6cd123.csv": "E07000128",  # called Wyre Forest by the manifest; it is Wyre's
    }.items():
        assert sites.loc[sites["file"] == name, "organisation"].unique().tolist() == [council], name


def test_shared_registers_stay_shared(corpus):
    sites = corpus[0].table
    adur = sites[sites["file"] == "ADU_09e664c87845.csv"]["organisation"].value_counts().to_dict()
    assert adur == {"E07000229": 25, "E07000223": 16}  # Worthing and Adur in one file


def test_a_national_parks_sites_are_no_councils(corpus):
    sites = corpus[0].table
    parks = sites[sites["organisation"].isna()]
    assert len(parks) == 230
    assert not parks.index.str.match(r"E0[6-9]\d{6}:").any()
