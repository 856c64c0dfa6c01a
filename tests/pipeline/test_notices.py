"""What a run states at its end: no site passed, all of one score, nothing in reach; nothing where all is well."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from factories.results import at_points, plain_project, small_result
from siteprior.core.code_join import CodeJoin
from siteprior.core.errors import InputError, RunWarning
from siteprior.core.files import Input, shipped
from siteprior.pipeline.notices import notices, reading_notices
from siteprior.pipeline.read_transit import Transit
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import READING, run_stages
from siteprior.project.load import load_project


def stated(*, rank, reasons, walks, scores=None, places=None):
    count = len(rank)
    sites = at_points(
        *(places or [(400_000, 290_000)] * count), rank=pd.array(rank, dtype="Int64"), gate_reasons=reasons,
        corridor_walk_m=walks, score=scores or [None] * count, organisation="E08000027", capacity_dwellings=9.0,
    )  # fmt: skip
    return notices(small_result(sites, sites=sites))


def test_a_run_that_ranks_states_nothing():
    assert stated(rank=[1, 2], reasons=[None, None], walks=[100.0, 300.0], scores=[0.9, 0.5]) == []
    assert stated(rank=[1, None], reasons=[None, "ended"], walks=[100.0, 300.0], scores=[0.9, None]) == []


def test_no_site_passed_names_the_gates_that_kept_most_out_and_the_nearest_miss():
    (sentence,) = stated(
        rank=[None] * 4,
        reasons=["beyond_corridor_walk; too_small", "beyond_corridor_walk", "beyond_corridor_walk; ended", "ended"],
        walks=[1432.4, 1500.0, 2000.0, 90.0],
    )
    assert sentence.startswith(
        "no site passed the gates: 3 of 4 failed by beyond_corridor_walk (nearest 1,432 m), 2 of 4 failed by ended, "
        "1 of 4 failed by too_small; change [gates]"
    )


def test_where_a_naptan_area_is_lacking_it_comes_first_and_no_gate_is_to_be_changed(monkeypatch):
    monkeypatch.setattr("siteprior.pipeline.notices.area_notices", lambda result: iter(["no stop counts of A"]))
    first, second = stated(rank=[None], reasons=["beyond_corridor_walk"], walks=[1500.0])
    assert first == "no stop counts of A"
    assert second == "no site passed the gates: 1 of 1 failed by beyond_corridor_walk (nearest 1,500 m)"


def test_the_nearest_miss_is_of_the_sites_that_failed_by_it():
    # d is near, and fails by another gate: its 90 m are no miss
    (sentence,) = stated(
        rank=[None, None], reasons=["beyond_corridor_walk", "ended"], walks=[1200.0, 90.0],
    )  # fmt: skip
    assert "beyond_corridor_walk (nearest 1,200 m)" in sentence


def test_all_of_one_score():
    (sentence,) = stated(rank=[1, 1, 1], reasons=[None] * 3, walks=[9.0] * 3, scores=[0.5] * 3)
    assert sentence.startswith("all ranked sites have one score, so all share rank 1")
    assert stated(rank=[1], reasons=[None], walks=[9.0], scores=[0.5]) == []


def test_no_walk_to_any_corridor():
    first, second = stated(rank=[None, None], reasons=["beyond_corridor_walk"] * 2, walks=[None, None])
    assert first.startswith("no site passed the gates: 2 of 2 failed by beyond_corridor_walk;")
    assert second.startswith("no site has a walk to a counted stop of a corridor")


@pytest.mark.parametrize("walks", [[None, None], [10.0, None]])
def test_sites_without_a_place_have_no_walk_and_that_is_another_matter(walks):
    places = [None, None] if walks[0] is None else [(400_000, 290_000), None]
    sentences = stated(rank=[None, None], reasons=["no_location"] * 2, walks=walks, places=places)
    gates, *places_lacking = sentences
    assert "no_location" in gates
    assert all("have no usable place" in sentence for sentence in places_lacking)
    assert not any("has a walk" in sentence for sentence in sentences)


def join(met, **stated):
    unmet = ("E1",)[: 4 - met]
    return CodeJoin("deprivation of areas", "areas", "iod.csv", 4, met, unmet, "it stays missing", 0.8, **stated)


def stops(*modes):
    index = pd.Index([f"{area}0X{n}" for n, area in enumerate(("910", "940", "430")[: len(modes)])], name="atco_code")
    points = gpd.points_from_xy([400_000] * len(modes), [290_000] * len(modes))
    return gpd.GeoDataFrame({"mode": list(modes)}, index=index, geometry=points, crs=27700)


def test_few_codes_met_are_stated_after_all_else_and_enough_are_not():
    sites = at_points((400_000, 290_000), rank=pd.array([1], dtype="Int64"), gate_reasons=[None],
                      corridor_walk_m=[9.0], score=[0.5], organisation="E08000027", capacity_dwellings=9.0)  # fmt: skip
    done = small_result(sites, sites=sites, joins=(join(4), join(1)))
    assert (
        notices(done)
        == reading_notices(done)
        == ["deprivation of areas: 1 of the 4 areas found in iod.csv (not E1, for example): it stays missing"]
    )
    assert reading_notices(small_result(sites, joins=(join(4, remark="area 940 is missing"),))) == [
        "deprivation of areas: 4 of the 4 areas found in iod.csv: area 940 is missing"
    ]


@pytest.mark.parametrize(
    ("modes", "there"),
    [
        (
            ["rail", "metro"],
            "the stops there are of NaPTAN area 910, 940 only; walks count no bus; add the NaPTAN",
        ),
        ([], "there is no stop at all; walks count no bus"),
        (["rail", "metro", "bus"], None),
    ],
)
def test_an_area_whose_buses_no_file_holds_is_stated_with_the_areas_that_were_read(modes, there):
    sentences = reading_notices(small_result(transit=Transit(stops(*modes), None, None, None)))
    assert [sentence.partition(": ")[2][: len(there or "")] for sentence in sentences] == ([there] if there else [])


def test_a_list_of_ones_own_without_a_row_is_stated_and_an_archive_of_registers_is_not():
    read = [Input("own sites", "mine.csv", "", 0, 0), Input("own sites", "more.csv", "", 9, 2)]
    done = small_result(provenance=(*read, Input("register", "all.zip", "", 9, 0)))
    assert reading_notices(done) == ["mine.csv: holds no row that is a site; fill it, or take it out of own_sites"]


@pytest.mark.parametrize(("sales", "stated"), [((), True), (({"path": "pp.csv"},), False)])
def test_floor_areas_without_the_sales_they_are_of_are_stated(sales, stated):
    sources = {"sales": sales, "floor_areas": ({"path": "floors.csv"},)}
    sentences = reading_notices(small_result(project=plain_project(sources=sources)))
    assert (
        sentences
        == [
            "floor_areas: 1 file not read, for they are of sales and no sales are given; add sources.sales, or take "
            "floor_areas out"
        ]
        * stated
    )


@pytest.mark.parametrize(
    ("variable", "argument", "states", "stated"),
    [("elsewhere", None, True, True), ("elsewhere", None, False, False), ("elsewhere", "other", True, False),
     ("data", None, True, False), (None, None, True, False)],
)  # fmt: skip
def test_a_data_root_of_the_environment_in_place_of_the_projects_is_stated(
    tmp_path, monkeypatch, variable, argument, states, stated
):
    own = 'data_root = "data"\n' if states else ""
    text = f'[project]\ntitle = "T"\nas_of = 2026-01-01\n{own}[sources]\nregisters = ["r.csv"]\nstops = ["s.csv"]\n'
    text += 'areas = {path = "a.gpkg", code = "c", name = "n", district = "d", year = 2021}\n'
    text += 'deprivation = {path = "d.csv", edition = 2025}\n[corridors]\npaths = ["c.csv"]\n[shortlist]\nn = 5\n'
    (tmp_path / "p.toml").write_text(text)
    for name in ("data", "elsewhere", "other"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    if variable:
        monkeypatch.setenv("SITEPRIOR_DATA_ROOT", str(tmp_path / variable))
    project = load_project(tmp_path / "p.toml", data_root=argument and tmp_path / argument)
    sentences = reading_notices(small_result(project=project))
    assert [sentence for sentence in sentences if sentence.startswith("SITEPRIOR_DATA_ROOT is set")] == sentences[
        :stated
    ]
    assert project.root_overridden is stated


class TestWholeProjects:
    """One borough of the sample, with one file of it changed: refused, or finished with what is to be stated."""

    @pytest.fixture(scope="class")
    @staticmethod
    def borough(tmp_path_factory):
        folder = tmp_path_factory.mktemp("borough")
        data = shipped("data")
        for name in ("sites/walsall.csv", "boundaries/lsoa21.geojson", "transit/corridors.csv", "transit/naptan.csv",
                     "deprivation/iod2025.csv"):  # fmt: skip
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(data / name)
        head, *stops = (data / "transit" / "naptan.csv").read_text(encoding="utf-8").splitlines()
        for name, areas in (("bus", "430"), ("rail", ("430", "910")), ("few", "910")):
            kept = [row.lower() if name == "few" else row for row in stops if row.startswith(areas)]
            (folder / "transit" / f"{name}.csv").write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
        index = (data / "deprivation" / "iod2025.csv").read_text(encoding="utf-8")
        (folder / "deprivation" / "welsh.csv").write_text(index.replace("\nE01", "\nW01"), encoding="utf-8")
        few = index.splitlines()[:30]
        (folder / "deprivation" / "few.csv").write_text("\n".join(few).replace("\nE01", "\n e01"), encoding="utf-8")
        return folder

    @staticmethod
    def project(folder, *, stops="naptan", deprivation="iod2025"):
        path = folder / f"{stops}_{deprivation}.toml"
        path.write_text(
            f"""
            [project]
            title = "One borough"
            area = "Walsall (illustrative)"
            data_root = "."
            as_of = 2026-01-31
            network_date = 2026-10-02
            illustrative = true
            [sources]
            registers = ["sites/walsall.csv"]
            stops = ["transit/{stops}.csv"]
            areas = {{path = "boundaries/lsoa21.geojson", code = "LSOA21CD", district = "LADCD_ACTIVE", year = 2021}}
            deprivation = {{path = "deprivation/{deprivation}.csv", edition = 2025}}
            [corridors]
            paths = ["transit/corridors.csv"]
            [shortlist]
            n = 5
            [weights]
            deprivation = 1
            capacity = 1
            [publish]
            notebooks = []
            strips = 0
            """,
            encoding="utf-8",
        )
        return load_project(path, data_root=folder)

    def test_where_all_codes_meet_nothing_is_stated(self, borough):
        done = run_stages(Result(self.project(borough)), READING)
        assert [(join.name, join.share) for join in done.joins] == [
            ("deprivation of areas", 1.0), ("stops of corridors", 1.0),
        ]  # fmt: skip
        assert reading_notices(done) == []

    def test_welsh_deprivation_is_refused_by_check_and_by_run_alike(self, borough, tmp_path):
        wrong = self.project(borough, deprivation="welsh")
        for does in (sp.run, sp.check):
            assert not (tmp_path / "out").exists()
            with pytest.raises(InputError, match=r"has a row for none of the 357 areas; .* W01999001, .* such as E01"):
                does(wrong, out=tmp_path / "out")
        assert (tmp_path / "out" / "issues.csv").is_file()  # what check found before it refused

    def test_stops_without_any_of_the_corridors_are_refused_with_the_areas_missing(self, borough):
        with pytest.raises(InputError, match=r"NaPTAN area 910 \(50 corridor stops\), 940 \(41 corridor stops\)"):
            run_stages(Result(self.project(borough, stops="bus")), READING)

    def test_an_area_missing_is_the_last_that_check_states_and_one_issue(self, borough, tmp_path):
        with pytest.warns(RunWarning) as warned:
            issues = sp.check(self.project(borough, stops="rail"), out=tmp_path)
        without, sentence = [str(one.message) for one in warned]
        assert without.startswith(
            "no stop counts of Metro Line 1 (Birmingham-Wolverhampton), Metro Line 2 (Wednesbury-"
        )
        assert "50 of the 91 corridor stops' ATCO codes found in transit/rail.csv" in sentence
        assert "no file of stops holds NaPTAN area 940 (41 corridor stops); add the NaPTAN file" in sentence
        rows = issues[(issues["file"] == "transit/rail.csv") & (issues["issue_type"] == "unknown entity")]
        assert rows["value"].str.startswith("41 of 91 corridor stops' ATCO codes: 9400").tolist() == [True]

    def test_a_run_states_few_codes_at_its_end_in_its_record_its_report_and_in_the_coverage(self, borough, tmp_path):
        with pytest.warns(RunWarning) as warned:
            folder = sp.run(self.project(borough, stops="few", deprivation="few"), out=tmp_path / "out")
        sentences = [str(one.message) for one in warned]
        buses, without, deprivation, areas = sentences[-4:]
        assert without.startswith(
            "no stop counts of Metro Line 1 (Birmingham-Wolverhampton), Metro Line 2 (Wednesbury-"
        )
        assert buses.startswith("no bus stop was read near the areas: the stops there are of NaPTAN area 910 only")
        assert deprivation.startswith("deprivation of areas: 29 of the 357 areas found in deprivation/few.csv (not E")
        assert "no file of stops holds NaPTAN area 940 (41 corridor stops)" in areas
        run = sp.open_run(folder)
        assert run.record["notices"] == sentences
        assert [(row["join"], row["met"], row["codes"], row["share"]) for row in run.record["joins"]] == [
            ("deprivation of areas", 29, 357, 0.0812), ("stops of corridors", 50, 91, 0.5495),
        ]  # fmt: skip
        info = run.run_info.set_index("key")["value"]
        assert info["join: deprivation of areas"] == "29 of 357 areas found in deprivation/few.csv"
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert "What was joined" in page
        assert "<td>deprivation/few.csv</td>" in page
        unknown = run.sites["imd_decile"].isna() & run.sites["rank"].notna()
        assert unknown.any()
        assert (run.sites.loc[unknown, "coverage"] <= 0.5).all()  # half the weight rests on nothing known
        assert (run.issues["value"].str.startswith("328 of 357 areas")).sum() == 1
