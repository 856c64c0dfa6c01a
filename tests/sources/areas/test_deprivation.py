from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from factories.real import expected
from siteprior.core.code_join import recorded_joins
from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, DEPRIVATION, DOMAINS, check, conform
from siteprior.sources.areas.deprivation import (
    DOMAIN_WORDS,
    exponential_transform,
    imd_from_domains,
    measure_columns,
    read_deprivation,
    with_deprivation,
)
from siteprior.sources.areas.lsoa import districts, read_areas

OFFICIAL = {
    "imd": "Index of Multiple Deprivation (IMD)", "income": "Income", "employment": "Employment",
    "education": "Education, Skills and Training", "health": "Health Deprivation and Disability", "crime": "Crime",
    "barriers": "Barriers to Housing and Services", "living_environment": "Living Environment",
}  # fmt: skip
"""As File 7 of 2019 and 2025 names them."""


def test_the_official_headers_and_what_only_looks_like_them():
    headers = [
        header
        for title in OFFICIAL.values()
        for header in (
            f"{title} Score (rate)" if title in ("Income", "Employment") else f"{title} Score",
            f"{title} Rank (where 1 is most deprived)",
            f"{title} Decile (where 1 is most deprived 10% of LSOAs)",
        )
    ]
    others = [
        "LSOA code (2021)", "LSOA name (2021)", "Local Authority District code (2024)",
        "Income Deprivation Affecting Children Index (IDACI) Score (rate)",
        "Income Deprivation Affecting Older People (IDAOPI) Rank (where 1 is most deprived)",
        "Education, Skills and Training: Children and Young People Sub-domain Score",
        "Children and Young People Sub-domain Score", "Adult Skills Sub-domain Rank (where 1 is most deprived)",
        "Geographical Barriers Sub-domain Decile", "Wider Barriers Sub-domain Score", "Indoors Sub-domain Score",
        "Outdoors Sub-domain Score", "Income Score - exponentially transformed", "Income Domain numerator",
        "Total population: mid 2022", "Employment Domain rate denominator",
    ]  # fmt: skip
    found = measure_columns([*others, *headers])
    assert set(found) == {f"{domain}_{measure}" for domain in DOMAINS for measure in ("score", "rank", "decile")}
    assert sorted(found.values()) == sorted(headers)
    assert set(DOMAIN_WORDS) == set(DOMAINS)


def write(folder, text, name="iod.csv"):
    file = folder / name
    file.write_text(text, encoding="utf-8-sig")
    return file


def test_commas_decimals_and_blanks(tmp_path):
    reading = read_deprivation(
        write(
            tmp_path,
            "LSOA code (2011),IMD Rank,IMD Decile,IMD Score,Crime Rank\n"
            'E02,"29,199",9.00,6.208,\n'
            "E01,3284.00,1.00,-0.5,7\n",
        ),
        edition=2019,
    )
    table = reading.table
    check(table, DEPRIVATION, name="table")
    assert table.index.to_list() == ["E01", "E02"]
    assert table["imd_rank"].to_list() == [3284, 29199]
    assert table["imd_decile"].to_list() == [1, 9]
    assert table["imd_percentile"].to_list() == [100 * 3284 / 32844, 100 * 29199 / 32844]
    assert table["crime_rank"].isna().to_list() == [False, True]
    assert table["health_rank"].isna().all()  # what the file lacks is missing
    assert set(table["imd_edition"]) == {2019}
    assert set(table["lsoa_year"]) == {2011}
    assert reading.issues[["field", "issue_type", "value"]].to_numpy().tolist() == [
        ["Crime Rank", "missing value", "1 rows"]
    ]


def test_what_is_no_measure_is_left_missing_and_logged(tmp_path):
    reading = read_deprivation(
        write(
            tmp_path,
            "lsoa21_code,IMD_rank,IMD_decile,IMD_score\n"
            "E01,first,1,9.1\nE02,12.5,0,high\nE03,33756,11,1\nE04,33755,10,2\n,1,1,1\nE04,1,1,1\n",
        ),
        edition=2025,
    )
    assert reading.table["imd_rank"].fillna(-1).to_list() == [-1, -1, -1, 33755]
    assert reading.table["imd_decile"].fillna(-1).to_list() == [1, -1, -1, 10]
    assert reading.table["imd_percentile"].fillna(-1).to_list() == [-1, -1, -1, 100]
    assert sorted(zip(reading.issues["row"], reading.issues["issue_type"], reading.issues["value"], strict=True)) == [
        (2, "invalid integer", "first"), (3, "invalid decimal", "high"), (3, "invalid integer", "12.5"),
        (3, "too small", "0"), (4, "too large", "11"), (4, "too large", "33756"),
        (6, "unknown entity - missing reference", ""), (7, "reference values are not unique", "E04"),
    ]  # fmt: skip


def test_parquet_and_workbook_give_what_the_csv_gives(tmp_path):
    frame = pd.DataFrame({"lsoa21_code": ["E01", "E02"], "IMD_rank": [1.0, np.nan], "Environment_decile": [10.0, 2.0]})
    frame.to_parquet(tmp_path / "iod.parquet")
    with pd.ExcelWriter(tmp_path / "iod.xlsx") as book:
        pd.DataFrame({"Notes": ["about"]}).to_excel(book, sheet_name="Notes", index=False)
        frame.to_excel(book, sheet_name="IoD", index=False)
    csv = write(tmp_path, frame.to_csv(index=False))
    first, *others = (read_deprivation(tmp_path / n, edition=2025) for n in (csv.name, "iod.parquet", "iod.xlsx"))
    for other in others:
        pd.testing.assert_frame_equal(other.table, first.table)
        assert other.issues["issue_type"].to_list() == ["missing value"]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (
            "LSOA code (2011),IMD Rank\nE01,1\n",
            {"edition": 2025},
            r"2025 are on LSOAs of 2021, but the column 'LSOA code",
        ),
        ("LSOA21CD,IMD Rank\nE01,1\n", {"edition": 2019}, "'LSOA21CD' holds LSOAs of 2021"),
        ("lsoa_code,IMD Rank\nE01,1\n", {"edition": 2019, "lsoa_year": 2021}, "are on LSOAs of 2011, not of 2021"),
        ("lsoa_code,IMD Rank\nE01,1\n", {"edition": 2016}, "unknown edition '2016';.* Valid: 2019, 2025"),
        (
            "lsoa_code,Population\nE01,1\n",
            {"edition": 2019},
            "no score, rank or decile .* It has lsoa_code, Population",
        ),
        ("area,IMD Rank\nE01,1\n", {"edition": 2019}, "needs a column of LSOA codes.*; it has area, IMD Rank"),
    ],
)
def test_what_cannot_be_that_edition_is_refused(tmp_path, text, options, words):
    with pytest.raises(InputError, match=words):
        read_deprivation(write(tmp_path, text), **options)


def test_broken_parquet_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_text("not parquet")
    with pytest.raises(InputError, match="cannot be read as parquet"):
        read_deprivation(tmp_path / "a.parquet", edition=2019)


def areas(*codes, year=2021):
    table = pd.DataFrame({"lsoa_year": year}, index=pd.Index(codes, name="lsoa_code"))
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(codes))]
    return conform(gpd.GeoDataFrame(table, geometry=shapes, crs=27700), AREAS)


def test_the_join_keeps_every_area_and_names_those_without(tmp_path):
    iod = read_deprivation(write(tmp_path, "LSOA21CD,IMD Rank\nE01,7\nE09,1\n"), edition=2025).table
    joined, issues = with_deprivation(areas("E02", "E01"), iod)
    assert joined.index.to_list() == ["E02", "E01"]
    assert joined["imd_rank"].fillna(-1).to_list() == [-1, 7]
    assert joined["lsoa_year"].to_list() == [2021, 2021]
    assert joined["imd_edition"].fillna(-1).to_list() == [-1, 2025]
    assert isinstance(joined, gpd.GeoDataFrame)
    assert issues[["issue_type", "value"]].to_numpy().tolist() == [["unknown entity", "1 of 2 areas: E02"]]
    again, _ = with_deprivation(joined, iod)
    pd.testing.assert_frame_equal(again, joined)


def test_a_mixed_vintage_is_refused(tmp_path):
    iod = read_deprivation(write(tmp_path, "LSOA11CD,IMD Rank\nE01,7\n"), edition=2019).table
    with pytest.raises(
        InputError, match=r"areas are LSOAs of 2021, but .* 2019 are on LSOAs of 2011; give the LSOA 2011"
    ):
        with_deprivation(areas("E01"), iod)


@pytest.fixture(scope="module")
def folder(real):
    return real / "real" / "deprivation"


FILE_1 = "File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"
FILE_2 = "File_2_-_IoD2019_Domains_of_Deprivation.csv.gz"


def test_real_forms_of_2019_agree(folder):
    one, two, parquet = (
        read_deprivation(folder / name, edition=2019) for name in (FILE_1, FILE_2, "imd2019_england_lsoa11.parquet")
    )
    pd.testing.assert_frame_equal(two.table, parquet.table)
    pd.testing.assert_series_equal(one.table["imd_rank"], two.table["imd_rank"])
    assert len(two.table) == expected(whole=32_844, of_slice=134 + 1)  # Solihull's and one of London
    assert two.issues.empty
    assert one.issues.empty
    told = two.table.notna().all()
    assert told[[f"{domain}_rank" for domain in DOMAINS]].all()
    # decile = ceil(rank / (n / 10)) holds for every row (PROVENANCE, part 1)
    for domain in DOMAINS:
        assert (two.table[f"{domain}_decile"] == np.ceil(two.table[f"{domain}_rank"] / 3284.4)).all()


def test_real_2025_has_every_domain(folder):
    reading = read_deprivation(folder / "imd2025_england_lsoa21.parquet", edition=2025)
    assert len(reading.table) == expected(whole=33_755, of_slice=1719 + 1)  # the West Midlands' and one of London
    scores = [f"{domain}_score" for domain in DOMAINS if domain != "imd"]
    blank = reading.table.columns[reading.table.isna().any()].tolist()
    assert blank == expected(whole=[], of_slice=scores)  # of scores the slice holds the index's alone
    assert reading.issues.empty
    assert (reading.table["imd_decile"] == np.ceil(reading.table["imd_percentile"] / 10)).all()
    assert reading.table.loc["E01000001", ["imd_rank", "barriers_rank", "living_environment_decile"]].to_list() == [
        26_525, 29_220, 1,
    ]  # fmt: skip


SHARES = {
    2025: {"Birmingham": 0.428, "Walsall": 0.249, "Wolverhampton": 0.217, "Sandwell": 0.163, "Coventry": 0.177,
           "Solihull": 0.134, "Dudley": 0.108},
    2019: {"Birmingham": 0.413, "Walsall": 0.263, "Wolverhampton": 0.209, "Sandwell": 0.199, "Coventry": 0.144,
           "Solihull": 0.119, "Dudley": 0.109},
}  # fmt: skip
"""Share of LSOAs in decile 1 (PROVENANCE, part 1)."""


@pytest.mark.parametrize(("edition", "file"), [(2025, "imd2025_england_lsoa21.parquet"), (2019, FILE_2)])
def test_real_join_and_shares(folder, real, edition, file):
    short = {2025: "21", 2019: "11"}[edition]
    polygons = read_areas(
        real / "real" / "boundaries" / f"wmca_lsoa{short}_bgc.geojson.gz",
        code=f"LSOA{short}CD", name=f"LSOA{short}NM", district="LADCD_ACTIVE", year=2000 + int(short),
    ).table  # fmt: skip
    joined, issues = with_deprivation(polygons, read_deprivation(folder / file, edition=edition).table)
    assert issues.empty
    assert joined["imd_rank"].notna().all()
    share = (joined["imd_decile"] == 1).groupby(joined["district_code"]).mean()
    assert share.rename(districts(polygons)["name"]).round(3).to_dict() == expected(
        whole=SHARES[edition], of_slice=SHARES[2025] if edition == 2025 else {"Solihull": SHARES[2019]["Solihull"]}
    )


# METHODS 2b: check values of the exponential transform, n = 33,755
@pytest.mark.parametrize(("rank", "score"), [(1, 100.0), (3375, 50.436), (16878, 15.647)])
def test_the_transform_by_its_check_values(rank, score):
    assert round(float(exponential_transform(rank, lsoas=33755)), 3) == score


def test_the_transform_keeps_missing_and_refuses_what_is_no_rank():
    assert np.isnan(exponential_transform(pd.Series([None, 1]), lsoas=10).iloc[0])
    for rank in (0, 11):
        with pytest.raises(InputError, match=f"rank: needs ranks from 1 to 10, has {rank}"):
            exponential_transform([1, rank], lsoas=10)


def test_an_index_lacks_no_domain():
    ranks = pd.DataFrame({f"{domain}_rank": [1, None] for domain in DOMAIN_WORDS if domain != "imd"})
    assert imd_from_domains(ranks, edition=2025).round(9).tolist()[0] == 99.9  # as published, the weights lack 0.1%
    assert imd_from_domains(ranks, edition=2025).isna().tolist() == [False, True]
    with pytest.raises(InputError, match="lacks the columns crime_rank"):
        imd_from_domains(ranks.drop(columns="crime_rank"), edition=2025)
    with pytest.raises(InputError, match="unknown edition '2015'"):
        imd_from_domains(ranks, edition=2015)


def test_the_transform_gives_the_published_scores(real):
    folder = real / "real/deprivation"
    ranks = read_deprivation(folder / "File_2_-_IoD2019_Domains_of_Deprivation.csv.gz", edition=2019).table
    scores = pd.read_csv(folder / "File_9_-_IoD2019_Transformed_Scores.csv.gz", encoding="utf-8-sig")
    scores = scores.set_index("LSOA code (2011)").iloc[:, 3:]
    scores.columns = [domain for domain in DOMAIN_WORDS if domain != "imd"]
    for domain, published in scores.items():
        made = exponential_transform(ranks[f"{domain}_rank"], lsoas=32844)
        assert (made - published).abs().max() < 0.0051  # published to three decimals, ranks of ties apart

    # with the published weights, unscaled, they make the published index: to 0.0008 (2019) and 0.0007 (2025)
    published = pd.read_csv(folder / "imd2019_score_decile_lsoa11_bornInBradford.csv.gz").set_index("LSOA11CD")
    weights = {"income": 22.5, "employment": 22.5, "education": 13.5, "health": 13.5, "crime": 9.3, "barriers": 9.3,
               "living_environment": 9.3}  # fmt: skip
    made = sum(weight / 100 * scores[domain] for domain, weight in weights.items())
    assert (made - published["IMD_2019_score"]).abs().max() < 0.00082
    table = read_deprivation(folder / "imd2025_england_lsoa21.parquet", edition=2025).table
    made = imd_from_domains(table, edition=2025)
    assert (made - table["imd_score"]).abs().max() < 0.0007
    ranks = expected(whole=table["imd_rank"], of_slice=table["imd_rank"].rank())
    assert (made.rank(ascending=False) - ranks).abs().max() <= 1


def test_codes_in_another_spelling_are_joined(tmp_path):
    iod = read_deprivation(write(tmp_path, "LSOA21CD,IMD Rank\n e01000001 ,7\nE01 000002,8\n"), edition=2025).table
    joined, issues = with_deprivation(areas("E01000001", "E01000002"), iod)
    assert joined["imd_rank"].to_list() == [7, 8]
    assert issues.empty


def test_an_index_of_another_country_is_refused_with_a_code_of_each_side(tmp_path):
    iod = read_deprivation(write(tmp_path, "LSOA21CD,IMD Rank\nW01000001,7\nW01000002,8\n"), edition=2025).table
    with pytest.raises(InputError) as raised:
        with_deprivation(areas("E01000002", "E01000001"), iod, file="wimd.csv")
    assert raised.value.faults == (
        "wimd.csv: has a row for none of the 2 areas; it has codes such as W01000001, the areas such as E01000001; "
        "give the index of the country and census year of the areas",
    )


def test_hundreds_of_areas_without_an_index_are_one_issue_and_one_join(tmp_path):
    iod = read_deprivation(write(tmp_path, "LSOA21CD,IMD Rank\nE01000000,7\n"), edition=2025).table
    with recorded_joins() as joins:
        _, issues = with_deprivation(areas(*(f"E01000{n:03}" for n in range(194))), iod, file="iod.csv")
    assert issues[["file", "value"]].to_numpy().tolist() == [
        ["iod.csv", "193 of 194 areas: E01000001, E01000002, E01000003, …"]
    ]
    assert [(join.codes, join.met, join.few) for join in joins] == [(194, 1, True)]
