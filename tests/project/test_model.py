"""The tables of a project file: defaults, and what is checked of names and uses."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from siteprior.project.faults import faults_of
from siteprior.project.model import NOTEBOOKS, Access, Assumptions, Corridors, Head, Publish, Shortlist, Sources
from siteprior.project.names import Names, employment_uses, profile_funds

USE = employment_uses()[0]


def said(model, context=None, **stated):
    with pytest.raises(ValidationError) as raised:
        model.model_validate(stated, context=context)
    return [fault.sentence(lambda path: ".".join(map(str, path))) for fault in faults_of(raised.value, model)]


def test_a_head_needs_a_title_and_a_day():
    head = Head(title="T", as_of="2021-01-31")
    assert (head.as_of, head.network_date, head.seed, head.illustrative) == (date(2021, 1, 31), None, 0, False)
    assert said(Head, seed=1.5) == [
        "the key 'title' is missing; add it",
        "the key 'as_of' is missing; add it",
        "seed: needs a whole number, not 1.5",
    ]


def test_bare_paths_stand_for_tables_and_one_for_several():
    sources = Sources.model_validate(
        {"stops": "n.csv", "registers": ["a.csv", {"path": "b.csv", "organisation": "E08000025"}], "streets": "s.gpkg",
         "areas": {"path": "a.gpkg", "code": "C", "year": 2021}, "deprivation": {"path": "i.csv", "edition": 2025}}
    )  # fmt: skip
    assert [entry.path for entry in sources.registers] == ["a.csv", "b.csv"]
    assert (sources.stops[0].path, sources.streets.path, sources.elevation) == ("n.csv", "s.gpkg", None)
    assert Corridors.model_validate({"paths": "c.csv"}).paths[0].path == "c.csv"


@pytest.mark.parametrize(
    ("use", "read"), [(USE, USE), ({"own": USE}, {"own": USE}), (None, None)], ids=["all", "by register", "none"]
)
def test_an_employment_use_is_one_or_one_for_each_register(use, read):
    assert Assumptions(**({} if use is None else {"employment_use": use})).employment_use == read


def test_every_wrong_use_is_named_with_its_register():
    valid = ", ".join(sorted(employment_uses()))
    assert said(Assumptions, employment_use={"a": "x_x", "b": USE, "c": "y_y"}) == [
        f"employment_use.a: unknown employment use 'x_x'; Valid: {valid}",
        f"employment_use.c: unknown employment use 'y_y'; Valid: {valid}",
    ]
    assert said(Assumptions, employment_use=3) == ["employment_use: needs a use, or a table of register = use, not 3"]
    assert said(Assumptions, employment_use=["a"])[0].startswith("employment_use: needs a use, or a table")


def test_layers_are_the_projects_own():
    own = Names(layers=("centres",))
    assert Assumptions.model_validate({"centres": "centres"}, context=own).centres == "centres"
    assert said(Assumptions, own, incomes="centre") == [
        "incomes: unknown layer 'centre'; did you mean 'centres'? Valid: centres"
    ]
    assert said(Assumptions, centres="centres") == ["centres: unknown layer 'centres'; Valid: (none)"]


def test_nothing_is_assumed_where_nothing_is_stated():
    assumed = Assumptions()
    assert not any(value.known for value in assumed.costs.assumptions.values() if value.confidence == "user")
    assert (assumed.capacity_basis, assumed.employment_share, assumed.scheme.mix) == ("register", 1.0, None)
    assert (assumed.funds, assumed.former_use_layers, assumed.incomes) == (None, {}, None)


@pytest.mark.parametrize(
    ("model", "stated", "fault"),
    [
        (Shortlist, {"n": 0}, "n: needs a number above 0, not 0"),
        (Publish, {"strips": -1}, "strips: needs a number of at least 0, not -1"),
        (Access, {"cell_m": 0}, "cell_m: needs a number above 0 m, not 0"),
        (Access, {"max_snap_m": "150"}, "max_snap_m: needs a number, not '150'"),
        (Assumptions, {"employment_share": 2}, "employment_share: needs a number above 0 and at most 1 share, not 2"),
        (Assumptions, {"funds": ["gap-fund"]},
         "funds.0: unknown fund 'gap-fund'; did you mean 'gap-fund-8000'? Valid: black-country-density, "
         "gap-fund-7500, gap-fund-8000, wmca-framework, wmca-land-funds"),
        (Assumptions, {"profile": "wmc"}, "profile: unknown profile 'wmc'; did you mean 'wmca'? Valid: wmca"),
        (Assumptions, {"sales_years": 0}, "sales_years: needs a number above 0 years, not 0"),
        (Corridors, {"paths": ["c.csv"], "only": [" "]}, "only.0: needs text, not ' '"),
    ],
)  # fmt: skip
def test_numbers_keep_their_bounds(model, stated, fault):
    assert said(model, **stated) == [fault]


def test_notebooks_are_those_that_travel_with_siteprior():
    from siteprior.core.files import shipped

    assert list(NOTEBOOKS) == sorted(path.stem for path in shipped("notebooks").glob("*.ipynb"))
    assert Publish().notebooks == ("01_shortlist",)


@pytest.mark.parametrize(
    ("stated", "checked"),
    [
        ({}, ()),
        ({"profile": "wmca", "funds": []}, ()),
        ({"profile": "wmca", "funds": ["gap-fund-8000"]}, ("gap-fund-8000",)),
        ({"funds": ["gap-fund-7500", "wmca-framework"]}, ("gap-fund-7500", "wmca-framework")),
    ],
)
def test_funds_are_those_stated_before_those_of_the_profile(stated, checked):
    assert Assumptions.model_validate(stated).funds_checked == checked


def test_a_profile_brings_its_funds():
    assert Assumptions.model_validate({"profile": "wmca"}).funds_checked == profile_funds("wmca")
