"""592 raw registers of 2017 to 2020: read or refused with a reason, every row accounted for, places right."""

from __future__ import annotations

import pandas as pd
import pytest

import register_corpus
from conftest import ROOT
from factories.real import expected


@pytest.fixture(scope="module")
def read(real, england):
    """The whole corpus, read once for all that is asked of it here; the page of figures is made from it too."""
    return register_corpus.read_corpus(real, england)


@pytest.fixture(scope="module")
def corpus(read):
    return read.reading, read.files


@pytest.fixture(scope="module")
def every(read):
    return register_corpus.judge(read)


@pytest.fixture(scope="module")
def judged(every):
    """Rows with two non-zero numbers in files that name a district: where they lie now, and as labelled."""
    return every[every["stated"] & every["named"]]


def test_every_file_is_read_or_refused_with_a_reason(corpus):
    (_, issues, _), files = corpus
    assert len(files) == expected(whole=592, of_slice=11)
    refused = files[files["schema"] == "refused"]["file"].tolist()
    # two transposed sheets of a development corporation: fields down the side, one site
    assert refused == ["Q6670544_40ba241c5f5d.csv", "Q6670544_a6f17c3bc674.csv"]
    reasons = issues[issues["file"].isin(refused)]["action"]
    assert reasons.str.contains("no recognisable header").tolist() == [True, True]


def test_no_row_is_lost_silently(corpus):
    (sites, issues, _), files = corpus
    assert (files["rows_in"] == files["rows_out"] + files["rows_explained"]).all()
    assert files["rows_in"].sum() == expected(whole=38_357, of_slice=457)
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
        **expected(whole={"RCH_5ed5da3ec0f3.csv": -1}, of_slice={}),
    }  # fmt: skip


@pytest.mark.parametrize("outside_the_manifests_36", [False, True])
def test_at_least_98_percent_lie_in_their_own_council(judged, outside_the_manifests_36):
    rows = judged[judged["listed"]] if outside_the_manifests_36 else judged
    assert len(rows) > 33_000
    assert rows["labelled"].mean() < 0.85
    assert rows["now"].mean() >= 0.993


def test_the_manifests_files_of_no_district(read, every):
    odd = register_corpus.no_district(read.manifest)
    assert (len(odd), odd["rows"].sum()) == (36, 4_394)
    nameless = every.groupby("file")["named"].any().loc[lambda named: ~named].index
    assert set(nameless) <= set(odd["file"])


def test_no_good_point_is_moved(judged):
    moved = judged.loc[judged["labelled"], "moved_m"]
    assert moved.notna().all()
    assert moved.max() <= 5.0


def test_repairs_agree_with_other_files_of_the_council(every):
    pairs = register_corpus.seen_elsewhere(every)
    apart = pairs.loc[~pairs["file"].isin(register_corpus.OUT_OF_STEP), "apart_m"]
    assert len(apart) > 2_200
    assert (apart <= 500).mean() > 0.985
    assert (apart <= 100).mean() > 0.93


def test_the_page_is_what_the_command_writes(read, every):
    page = register_corpus.page(read, every)
    assert (ROOT / "docs" / "reference" / "register-corpus.md").read_text(encoding="utf-8") == page


def test_every_remaining_file_has_a_cause(every):
    left = register_corpus.remaining(every)
    assert left[["cause", "seen"]].notna().all(axis=None)


def test_what_is_uncertain_stays_and_says_so(corpus, judged):
    issues = corpus[0].issues
    left = judged[~judged["now"]]
    assert set(left["coordinate_confidence"]) <= {"low", "none"}
    assert left["repair"].isna().all()
    said = set(issues.loc[issues["field"] == "coordinates", "site_id"])
    assert set(left["site_id"]) <= said


def test_auto_filled_codes_assign_no_other_council(corpus):
    sites = corpus[0].table
    for name, council in {
        "BIR_525f39c89244.csv": "E08000004",  # Oldham's, running through 29 metropolitan districts
        "STA_ef2211e79256.csv": "E07000197",
        "LBH_c4022cd5a2c4.csv": "E09000022",
        "WYR_20c27f6cd123.csv": "E07000128",  # called Wyre Forest by the manifest; it is Wyre's
        **expected(whole={"CHE_243dc9cd8161.csv": "E06000049"}, of_slice={}),
    }.items():
        assert sites.loc[sites["file"] == name, "organisation"].unique().tolist() == [council], name


def test_shared_registers_stay_shared(corpus):
    sites = corpus[0].table
    adur = sites[sites["file"] == "ADU_09e664c87845.csv"]["organisation"].value_counts().to_dict()
    assert adur == {"E07000229": 25, "E07000223": 16}  # Worthing and Adur in one file


def test_a_national_parks_sites_are_no_councils(corpus):
    sites = corpus[0].table
    parks = sites[sites["organisation"].isna()]
    assert len(parks) == expected(whole=264, of_slice=34)
    assert not parks.index.str.match(r"E0[6-9]\d{6}:").any()
    # The New Forest and Northumberland are councils too; their parks are not
    names = ["Q72617158_7a585d62e18d.csv", "Q72617158_9dedcde21217.csv", "Q72617890_73833bc05c20.csv"]
    assert set(names) <= set(parks["file"])
