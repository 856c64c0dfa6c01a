from __future__ import annotations

import pytest

from factories.two_runs import gate_row, later_run
from siteprior import compare
from siteprior.core.errors import InputError
from siteprior.pipeline.comparison.compare import COLUMNS, changes_between, compare_runs, shortlist_moves
from siteprior.pipeline.comparison.two_runs import read_two_runs

OTHERS = {"deprivation": 60, "capacity": 40}
PARTS = ["data_change", "settings_change", "method_change", "undivided_change"]


def lone(run, *, rank=3):
    """Return a ranked site that stands alone, at least so far down."""
    alone = run.sites[(run.sites["members"] == run.sites.index) & (run.sites["rank"] >= rank)]
    return str(alone.index[0])


def exact(table):
    both = table.dropna(subset=PARTS)
    return (both["score_change"] - both[PARTS].sum(axis=1)).abs().max() < 1e-9 and (both[PARTS].notna()).all(axis=None)


def test_a_run_beside_itself_shows_nothing(run, sample_run):
    assert compare(sample_run, sample_run).empty
    assert tuple(compare(run, run).columns) == COLUMNS


def test_other_weights_are_settings_to_the_last_digit(run):
    table = compare_runs(run, later_run(run, weights=OTHERS))
    assert exact(table)
    assert set(table["cause"]) <= {"settings", "others"}
    assert table["settings_change"].to_numpy() == pytest.approx(table["score_change"].to_numpy(), abs=1e-12)
    assert table["reason"].str.contains("weight of ").any()


def test_a_fact_in_another_register_is_data(run):
    site = lone(run, rank=20)
    table = compare_runs(
        run, later_run(run, facts={site: {"imd_percentile": 1.0, "easting": 400_000.0}}, files=["register"])
    )
    own = table.set_index("site_id").loc[site]
    assert exact(table)
    assert own["cause"] == "data"
    assert own["change"] == "up"
    assert own["moved_by_others"] == "no"
    assert own["data_change"] == pytest.approx(own["score_change"]) != 0
    assert "Deprivation of the area" in own["reason"]
    assert own["reason"].count("(data)") == 1
    others = table[table["site_id"] != site]
    assert set(others["moved_by_others"]) == {"yes"}
    assert set(others["cause"]) == {"others"}
    assert set(others["reason"]) == {"its own score is unchanged; others moved past it"}


def test_anchors_are_method(run):
    table = compare_runs(run, later_run(run, anchors={"deprivation": (90.0, 10.0)}))
    assert exact(table)
    assert set(table["cause"]) <= {"method", "others"}
    assert "method" in set(table["cause"])


def test_a_change_two_causes_may_be_behind_stays_undivided(run):
    site = lone(run, rank=20)
    made = {"facts": {site: {"imd_percentile": 1.0, "easting": 400_000.0}}, "files": ["register"]}
    table = compare_runs(run, later_run(run, **made, release="99.0")).set_index("site_id")
    assert table.loc[site, "cause"] == "data or method"
    assert table.loc[site, "undivided_change"] == pytest.approx(table.loc[site, "score_change"])
    assert table.loc[site, ["data_change", "method_change"]].eq(0).all()


def test_a_change_no_record_shows_is_not_put_down_to_anything(run):
    site = lone(run, rank=20)
    own = compare_runs(run, later_run(run, facts={site: {"imd_percentile": 1.0}})).set_index("site_id").loc[site]
    assert own["cause"] == "not known"
    assert own["undivided_change"] == pytest.approx(own["score_change"])


def test_everything_at_once_still_sums(run):
    site = lone(run, rank=20)
    later = later_run(
        run, weights=OTHERS | {"corridor_access": 20}, anchors={"capacity": (0.0, 90.0)}, files=["register", "stops"],
        facts={site: {"imd_percentile": 1.0, "easting": 4e5, "corridor_walk_m": 600.0}}, release="99.0",
    )  # fmt: skip
    table = compare_runs(run, later)
    assert exact(table)
    assert table["undivided_change"].abs().max() > 0
    assert table["method_change"].abs().max() > 0


def test_a_site_that_falls_though_its_score_rises_is_moved_by_others(run):
    first, second = run.shortlist.index[:2]
    gain = float(run.sites.loc[first, "score"] - run.sites.loc[second, "score"])
    later = later_run(run)
    two = read_two_runs(run, later)
    two.sites_b.loc[first, ["score", "rank"]] = run.sites.loc[first, "score"] + 0.001, 2
    two.sites_b.loc[second, ["score", "rank"]] = run.sites.loc[second, "score"] + gain + 0.01, 1
    own = changes_between(two).set_index("site_id").loc[first]
    assert own["change"] == "down"
    assert own["moved_by_others"] == "yes"
    assert own["cause"] == "others"
    assert own["reason"].startswith("others moved past it, though its own score rose")


def test_an_ended_site_leaves_by_data_and_says_which_day(run):
    site = lone(run)
    later = later_run(
        run, files=["register"],
        facts={site: {"eligible": "no", "gate_reasons": "ended", "end_date": "2025-06-30", "ranked_as": None}},
    )  # fmt: skip
    own = compare_runs(run, later).set_index("site_id").loc[site]
    assert (own["change"], own["cause"]) == ("left", "data")
    assert own["reason"] == "Ended: ended not known → 2025-06-30"
    assert own["why"] == "gates: none → ended"


def test_a_gate_that_moved_is_a_setting(run):
    far = run.sites[run.sites["rank"].notna() & (run.sites["members"] == run.sites.index)]["corridor_walk_m"].idxmax()
    later = later_run(
        run, settings={"gates": {"beyond_corridor_walk": 300.0}},
        facts={far: {"eligible": "no", "gate_reasons": "beyond_corridor_walk", "ranked_as": None}},
    )  # fmt: skip
    later.record["gates"] = gate_row(run, "beyond_corridor_walk", needed="at most 300 m on foot")
    own = compare_runs(run, later).set_index("site_id").loc[far]
    assert (own["change"], own["cause"]) == ("left", "settings")
    assert "asks at most 300 m on foot" in own["reason"]
    back = compare_runs(later, run).set_index("site_id").loc[far]
    assert (back["change"], back["cause"]) == ("entered", "settings")


def test_a_shorter_shortlist_is_a_setting(run):
    table = compare_runs(run, later_run(run, places=20))
    assert set(table["change"]) == {"shortlist only"}
    assert set(table["cause"]) == {"settings"}
    assert set(table["shortlisted_a"]) == {"yes"}
    assert set(table["shortlisted_b"]) == {"no"}
    assert set(table["reason"]) == {"the shortlist has 20 places, before 25"}
    assert len(table) == 5


def test_a_site_of_one_run_alone_says_so(run):
    site = lone(run)
    later = later_run(run, drop=[site], files=["register"])
    own = compare_runs(run, later).set_index("site_id").loc[site]
    assert (own["change"], own["cause"], own["why"]) == ("left", "data", "not in the later run")
    assert own["reason"] == "not on the registers of the later run"
    new = compare_runs(later, run).set_index("site_id").loc[site]
    assert (new["change"], new["reason"]) == ("entered", "not on the registers of the earlier run")


def test_a_new_reference_is_the_same_site(run):
    site = lone(run)
    later = later_run(run, rename={site: "E08000025:NEW-1"}, facts={site: {"reference": "NEW-1"}}, files=["register"])
    later.sites.loc["E08000025:NEW-1", "earlier_ids"] = site
    assert compare_runs(run, later).empty
    moved = later_run(later, weights=OTHERS)
    own = compare_runs(run, moved).set_index("site_id").loc["E08000025:NEW-1"]
    assert (own["site_id_a"], own["matched_by"]) == (site, "earlier id")


def test_a_site_listed_in_parts_is_one_row_of_the_shortlists(run):
    site = str(run.shortlist.index[0])
    later = later_run(
        run, rename={site: "E08000025:Z-A"}, facts={site: {"previously_part_of": site}}, files=["register"]
    )
    table = compare_runs(run, later).set_index("site_id")
    assert table.loc["E08000025:Z-A", "reason"] == f"listed before as part of {site}, rank 1"
    assert table.loc[site, "reason"] == "now listed in parts: E08000025:Z-A"
    moves = shortlist_moves(read_two_runs(run, later))
    assert len(moves) == 25
    assert set(moves["shortlisted_a"]) == {"yes"} == set(moves["shortlisted_b"])
    assert moves.loc[0, ["site_id", "rank_a", "rank_b"]].tolist() == ["E08000025:Z-A", 1, 1]


def test_a_run_without_ranks_is_refused(run):
    bare = later_run(run)
    bare._parts["sites"] = bare.sites = bare.sites.drop(columns=["rank", "score"])
    with pytest.raises(InputError, match="lacks rank, score; a run published for a partner or the public has no ranks"):
        compare_runs(run, bare)


def test_a_folder_without_a_run_is_reported(sample_run, tmp_path):
    with pytest.raises(InputError, match="there is no such folder; give a folder that `siteprior run` wrote"):
        compare_runs(sample_run, tmp_path / "nowhere")
