"""What a project may be without: with each optional source taken away a run is whole, or refused with one reason.

And what there may be none of: a site, a sale, a home, a council named, a difference between the sites.
"""

from __future__ import annotations

import json
import warnings

import pandas as pd
import pytest

from factories.small import LAYER, OPTIONAL, small_project
from siteprior.core.errors import InputError, ProjectError, RunWarning
from siteprior.pipeline.run import check, run

QUICK = "[publish]\nnotebooks = []\nstrips = 0\n[weights]\ncorridor_access = 2\nfuel_poverty = 1\n"
WHOLE = {"shortlist.gpkg", "site_shapes.gpkg", "access.gpkg", "ranking.csv", "issues.csv", "report.html", "run.json"}

QUICK_PLAIN = "[publish]\nnotebooks = []\nstrips = 0\n"

NEEDED_BY_SALES = "names sales but no postcodes"


@pytest.fixture
def project(tmp_path):
    """Write a small project and load it."""

    def write(*changes, sources=tuple(OPTIONAL), append=LAYER + QUICK):
        return small_project(tmp_path, *changes, sources=sources, append=append)

    return write


def without(text_of: str) -> tuple[str, ...]:
    """Return the optional sources but for one."""
    return tuple(name for name in OPTIONAL if name != text_of)


@pytest.mark.parametrize("taken", ["nothing", *(name for name in OPTIONAL if name != "postcodes")])
def test_a_run_is_whole_without(taken, project, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RunWarning)
        folder = run(project(sources=without(taken)), out=tmp_path / "out")
    assert {path.name for path in folder.iterdir()} >= WHOLE
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    roles = {read["role"].replace(" ", "_") for read in record["inputs"]}
    assert taken not in roles
    assert record["counts"]["ranked"] > 0
    assert pd.read_csv(folder / "ranking.csv")["c_fuel_poverty"].notna().any()


def test_without_postcodes_sales_are_refused(project):
    with pytest.raises(ProjectError, match=NEEDED_BY_SALES) as refused:
        project(sources=without("postcodes"))
    assert len(refused.value.faults) == 1


def test_own_sites_alone_are_enough(project, ranking, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("reference,easting,northing,hectares\nA,394500,290300,1.5\n", encoding="utf-8")
    own = project(
        ('registers = ["sites/dudley.csv"]', f'own_sites = ["{mine.as_posix()}"]'), sources=(), append=QUICK_PLAIN
    )
    assert ranking(own)["register"].tolist() == ["mine"]


def register(tmp_path, *rows):
    """Write a register of a few sites of Dudley."""
    head = "SiteReference,SiteNameAddress,GeoX,GeoY,Hectares,PlanningStatus,MinNetDwellings,OrganisationURI"
    path = tmp_path / "register.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return ('"sites/dudley.csv"', f'"{path.as_posix()}"')


HALL = ",Old depot,394500,290300,1.5,not permissioned,40,"
DUDLEY = "http://opendatacommunities.org/id/metropolitan-district-council/dudley"


@pytest.mark.parametrize("sources", [(), ("streets", "timetables", "postcodes", "sales")], ids=["plain", "with all"])
def test_no_site_is_refused_by_run_and_check_which_still_writes_the_issues(sources, project, tmp_path):
    empty = project(register(tmp_path, ",,,,,,,"), sources=sources, append=QUICK_PLAIN)
    for job in (run, check):
        with pytest.raises(InputError, match="no site was read") as refused:
            job(empty, out=tmp_path / job.__name__)
        assert len(refused.value.faults) == 1
        assert "register.csv" in str(refused.value)
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "check" / "issues.csv").is_file()


@pytest.fixture
def ranking(tmp_path):
    """Run a project and return its ranking; what the run states at its end is of no matter here."""

    def ranked(project):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RunWarning)
            return pd.read_csv(run(project, out=tmp_path / "out") / "ranking.csv")

    return ranked


def test_one_site_is_considered(project, ranking, tmp_path):
    table = ranking(
        project(register(tmp_path, f"S1{HALL}{DUDLEY}"), sources=("streets", "timetables"), append=QUICK_PLAIN)
    )
    assert table["reference"].tolist() == ["S1"]
    assert table["rank"].tolist() == [1] or table["gate_reasons"].notna().all()


def test_sites_that_are_all_equal_share_the_first_rank_and_it_is_stated(project, tmp_path):
    rows = [f"S{n},Old depot {n},394500,29030{n},1.5,not permissioned,40,{DUDLEY}" for n in range(3)]
    equal = project(
        register(tmp_path, *rows), ("n = 5\n", "n = 5\n[gates]\nbeyond_corridor_walk = 9000\n"), sources=(),
        append="[publish]\nnotebooks = []\nstrips = 0\n[weights]\ncapacity = 1\n",
    )  # fmt: skip
    with pytest.warns(RunWarning, match="all ranked sites have one score"):
        folder = run(equal, out=tmp_path / "out")
    assert pd.read_csv(folder / "ranking.csv")["rank"].tolist() == [1, 1, 1]


def test_a_register_that_names_no_council_takes_it_from_the_areas(project, ranking, tmp_path):
    rows = [f"S{n}{HALL}".replace("394500", f"39450{n}") for n in range(3)]
    table = ranking(project(register(tmp_path, *rows), sources=(), append=QUICK_PLAIN))
    assert table["organisation"].unique().tolist() == ["E08000027"]


def test_no_council_known_at_all_leaves_it_blank(project, ranking, tmp_path):
    unknown = project(
        register(tmp_path, f"S1{HALL}"), (', district = "LADCD_ACTIVE"', ""), sources=(), append=QUICK_PLAIN
    )
    table = ranking(unknown)
    assert len(table) == 1
    assert table["organisation"].isna().all()


def test_no_home_and_no_hectare_stated_is_no_capacity(project, ranking, tmp_path):
    rows = [f"S{n},Old depot {n},39450{n},290300,,not permissioned,,{DUDLEY}" for n in range(3)]
    table = ranking(project(register(tmp_path, *rows), sources=(), append=QUICK_PLAIN))
    assert len(table) == 3
    assert table["gate_reasons"].str.contains("size_unknown").all()


def test_no_sale_in_reach_leaves_values_blank(project, ranking, tmp_path):
    far = project(sources=without("floor_areas"), append=QUICK_PLAIN)
    sales = tmp_path / "sales.csv"
    first = sales.read_text(encoding="utf-8").splitlines()[0].split(",")
    sales.write_text(",".join([*first[:3], '"ZZ99 9ZZ"', *first[4:]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"has a row for none of the 1 postcodes of sales; .* ZZ1 1AA, .* ZZ99 9ZZ"):
        ranking(far)
    sales.write_text(",".join([*first[:2], '"1995-03-01 00:00"', *first[3:]]) + "\n", encoding="utf-8")
    assert ranking(far)["value_high_gbp_per_m2"].isna().all()
