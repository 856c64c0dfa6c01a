"""Gates: each by hand, switched, moved, and refused when a setting makes no sense."""

from __future__ import annotations

import pytest

from factories.gated import DAY, reasons, table
from siteprior.core import schema
from siteprior.core.errors import SitePriorError
from siteprior.core.parameters import Parameter, Parameters
from siteprior.ranking import gates as registry
from siteprior.ranking.eligibility import apply_gates, gate_doubt
from siteprior.ranking.gates import GATES, Doubt, gate, gate_table


@pytest.mark.parametrize(
    ("departure", "expected"),
    [
        ({}, None),
        ({"lsoa_code": None}, "outside_area"),
        ({"easting": None, "northing": None, "lsoa_code": None, "corridor_walk_m": None}, "no_location"),
        ({"end_date": "2021-01-01"}, "ended"),
        ({"end_date": "2021-01-02"}, None),
        ({"development_status": "completed"}, "completed"),
        ({"development_status": "under construction"}, "under_construction"),
        ({"corridor_walk_m": 960.0}, None),
        ({"corridor_walk_m": 960.01}, "beyond_corridor_walk"),
        ({"corridor_walk_m": None}, "corridor_walk_unknown"),
        # SI 2017/403: 0.25 ha or 5 homes
        ({"hectares": 0.25, "minimum_net_dwellings": 1}, None),
        ({"hectares": 0.01, "minimum_net_dwellings": 5}, None),
        ({"hectares": 0.01, "minimum_net_dwellings": 3, "maximum_net_dwellings": 6}, None),
        ({"hectares": 0.249, "minimum_net_dwellings": 4}, "too_small"),
        ({"hectares": 0.1, "minimum_net_dwellings": None}, "too_small"),
        ({"hectares": None, "minimum_net_dwellings": 4}, "too_small"),
        ({"hectares": None, "minimum_net_dwellings": None}, "size_unknown"),
        ({"coordinate_confidence": "low"}, None),
        (
            {"lsoa_code": None, "end_date": "2020-01-01", "development_status": "completed", "corridor_walk_m": 9e3},
            "outside_area; ended; completed; beyond_corridor_walk",
        ),
    ],
)
def test_each_gate(departure, expected):
    assert reasons(departure) == expected


def test_blanking_a_fact_of_place_or_size_never_lets_a_site_in():
    refused = table({"corridor_walk_m": 2000.0}, {"hectares": 0.1, "minimum_net_dwellings": 1}, {"lsoa_code": None})
    for column in ("corridor_walk_m", "hectares", "minimum_net_dwellings", "lsoa_code", "easting", "northing"):
        done = apply_gates(refused.assign(**{column: None}).pipe(schema.conform, schema.SITES), gates={}, as_of=DAY)
        assert set(done["eligible"]) == {"no"}


def test_the_gates_print_with_their_sources():
    listed = gate_table().set_index("gate")
    assert list(listed.index) == list(GATES)
    assert listed.loc["low_coordinate_confidence", "default"] == "off"
    assert "SI 2017/403" in listed.loc["too_small", "source"]
    assert listed.loc["beyond_corridor_walk", "thresholds"] == "at most 960 m on foot from a counted stop of a corridor"
    assert not listed["thresholds"].str.contains(r"_|\{").any()


def test_the_gates_print_as_the_project_sets_them():
    given = {
        "beyond_corridor_walk": 1600,
        "too_small": {"homes": 10},
        "ended": False,
        "low_coordinate_confidence": True,
    }
    listed = gate_table(gates=given).set_index("gate")
    assert listed.loc["beyond_corridor_walk", "thresholds"].startswith("at most 1,600 m on foot")
    assert listed.loc["too_small", "thresholds"] == "at least 0.25 ha or at least 10 homes"
    assert listed["stands"].to_dict() == {**dict.fromkeys(GATES, "yes"), "ended": "no"}
    assert gate_table()["stands"].tolist() == gate_table()["default"].map({"on": "yes", "off": "no"}).tolist()


def test_a_gate_with_threshold_doubt_and_reasons_is_one_registration(monkeypatch):
    monkeypatch.setitem(registry._REGISTERED, "too_loud", None)  # so that it is taken away again
    del registry._REGISTERED["too_loud"]
    limit = Parameters("too_loud", {"db": Parameter("db", 60, "dB", "made up", "2026", "user")})

    @gate("too_loud", title="Too loud", why="Nobody sleeps", needs=["noise"], unknown=["noise_unknown"],
          doubt=Doubt("noise_low", "noise_high", "db"), parameters=limit)  # fmt: skip
    def too_loud(sites, day, limits):
        return {"too_loud": sites["noise"] > limits["db"], "noise_unknown": sites["noise"].isna()}

    sites = table({}, {}, {}).assign(
        noise=[70.0, 50.0, None], noise_low=[55.0, 45.0, None], noise_high=[75.0, 55.0, None],
        corridor_walk_low_m=[900.0, 100.0, 100.0], corridor_walk_high_m=[1000.0, 200.0, 200.0],
    )  # fmt: skip
    done = apply_gates(sites, gates={}, as_of=DAY)
    assert done["gate_reasons"].fillna("").tolist() == ["too_loud", "", "noise_unknown"]
    assert gate_doubt(sites, gates={}).fillna("").tolist() == ["beyond_corridor_walk; too_loud", "", ""]
    assert gate_doubt(sites, gates={"too_loud": 80}).fillna("").tolist() == ["beyond_corridor_walk", "", ""]
    assert apply_gates(sites, gates={"too_loud": 80}, as_of=DAY)["eligible"].tolist() == ["yes", "yes", "no"]
    listed = gate_table().set_index("gate").loc["too_loud"]
    assert (listed["thresholds"], listed["source"]) == ("db 60 dB", "made up")
    for code, reason in (("too_loud", "x_unknown"), ("louder", "noise_unknown"), ("size_unknown", "y_unknown")):
        with pytest.raises(SitePriorError, match="is registered already; use another name"):
            gate(code, title="Again", why="Twice", needs=[], unknown=[reason])(lambda sites, day, limits: {})


@pytest.fixture
def as_before():
    before = dict(GATES)
    yield
    registry._REGISTERED.clear()
    registry._REGISTERED.update(before)


WORDS = {"title": "Too loud", "why": "Nobody sleeps"}


def loud(sites, day, limits):
    return {"too_loud": sites["noise"] > 60}


def test_of_two_gates_of_one_name_the_second_is_refused_when_it_is_applied(as_before):
    first, second = (gate("too_loud", needs="noise", unknown="noise_unknown", **WORDS) for _ in range(2))
    reason = gate("too_dark", needs=[], unknown=["too_loud"], **WORDS)
    first(loud)
    for late in (second, reason):
        with pytest.raises(SitePriorError, match="'too_loud' is registered already; use another name"):
            late(loud)
    assert GATES["too_loud"].test is loud
    assert "too_dark" not in GATES


def test_one_name_of_a_column_or_a_reason_stands_for_itself(as_before):
    gate("too_loud", needs="noise", unknown="noise_unknown", **WORDS)(loud)
    assert (GATES["too_loud"].needs, GATES["too_loud"].unknown) == (("noise",), ("noise_unknown",))
    for wrong in (None, 5, ["noise", None]):
        with pytest.raises(SitePriorError, match="gate 'too_dark': needs"):
            gate("too_dark", needs=wrong, **WORDS)


def test_a_misspelt_column_is_reported_as_none_when_the_gate_is_asked(as_before):
    gate("too_loud", needs="hectare", **WORDS)(loud)
    with pytest.raises(SitePriorError, match="'hectare' is no column of the table 'sites', did you mean 'hectares'"):
        apply_gates(table({}), gates={}, as_of=DAY)


@pytest.mark.parametrize(
    ("changed", "function", "says"),
    [
        ({"code": 5}, None, "gate: code: needs a text, got 5"),
        ({"title": ""}, None, "gate 'wet': title: needs a text, got ''"),
        ({"why": None}, None, "gate 'wet': why: needs a text, got None"),
        ({"needs": 5}, None, "gate 'wet': needs: needs one name or several, got 5"),
        ({"default": "on"}, None, "gate 'wet': default: needs True or False, got 'on'"),
        ({}, lambda sites: {}, r"its function is called with \(sites, as_of, limits\), and takes \(sites\)"),
        ({}, "wet", "gate 'wet': needs a function that is called with"),
    ],
)
def test_what_is_no_gate_is_refused_where_it_is_declared(changed, function, says):
    words = {"code": "wet", "title": "Wet", "why": "It floods", "needs": "flood_m"} | changed
    with pytest.raises(SitePriorError, match=says):
        gate(words.pop("code"), **words)(function)
    assert "wet" not in GATES


def test_a_misspelt_need_of_a_gate_gets_the_nearest_column(as_before):
    gate("far", title="Far", why="Too far", needs="walk_mm")(lambda sites, day, limits: {"far": sites["walk_mm"] > 1})
    with pytest.raises(SitePriorError, match=r"walk_mm.*did you mean 'walk_m'"):
        apply_gates(table({}), gates={}, as_of=DAY)
