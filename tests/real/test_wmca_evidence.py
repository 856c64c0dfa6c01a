"""Evidence on the seven real registers: what is on disk, layers made up over the sites, files and columns taken away.

One assessment for all; what a test changes is judged again by the stages it can reach.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import failure_calibration
from conftest import ROOT
from factories import open_verdicts
from factories.made_up_layers import lay_over
from factories.real import expected
from factories.wmca import wmca_project
from siteprior.appraisal.capacity import net_share
from siteprior.appraisal.market_failure.verdict import failure_verdict
from siteprior.joins.zonal_vector import site_geometries
from siteprior.pipeline.open_evidence import loaded_keys
from siteprior.pipeline.stages import STAGES, run_stages

PLACE = {verdict: place for place, verdict in enumerate(open_verdicts.ORDER)}
HEADROOM = "headroom_gbp_per_ha"
LAYERS = {"historic_landfill": "Historic landfill: ", "flood_zones": "Flood zones: ", "parcels": "inspire_parcels",
          "land_values": HEADROOM}  # fmt: skip
"""How the source of a reading begins, by the key of the file it is read from."""

OF_SALES = expected(whole="sales", of_slice="households, sales")
"""What a thin market waits for: sales of whole years; in the slice households, which are not in it."""

EVIDENCE = ("Read registered sources and evidence", "Join registered sources and evidence")
JUDGED = (
    "Appraise viability",
    "Screen deadweight",
    "Judge market failure",
    "Estimate benefits",
    "Check the funds' rules",
)
RANKED = ("Apply the gates", "Score and rank")
LISTED = ("Redraw weights and values: rank bands", "Order the sites, take the shortlist",
          "List what would decide the verdicts")  # fmt: skip
FROM_THE_LISTS = ("Read registers and own sites", "Give sites a shape, merge duplicates", "Screen deadweight",
                  "Judge market failure")  # fmt: skip
"""What the facts a user states of a site can reach, up to its verdict: they move no site."""


def again(result, names):
    """Run the stages of these names once more."""
    assert set(names) <= {stage.name for stage in STAGES}
    return run_stages(result, [stage for stage in STAGES if stage.name in names])


def scored(result, verdict):
    """Return score and coverage of the sites with another verdict."""
    return again(result.with_columns("market_failure", verdict), RANKED).columns["score"]


def judged_of(result):
    """Return the columns of the verdict."""
    return result.columns["market_failure"]


def rises(before, after):
    """Return where a verdict is more of a market failure than before."""
    return after["market_failure"].map(PLACE) > before["market_failure"].map(PLACE)


# --- what is on disk --------------------------------------------------------------------------------------------------


def test_viability_is_known_wherever_the_land_values_reach(wmca_assessed):
    sites = wmca_assessed.sites
    ours = wmca_assessed.signals[wmca_assessed.signals["source"] == HEADROOM].set_index("site_id")
    density = sites["capacity_dwellings"] / (sites["hectares"] * net_share(sites["hectares"]))
    homes = (sites["capacity_dwellings"].gt(0) & sites["hectares"].gt(0)).fillna(False).astype(bool)
    under = (density <= 80).fillna(False).astype(bool)
    within = homes & under & sites["land_value_residential_gbp_per_ha"].notna()  # placed or not
    assert set(sites.index[within]) == set(ours.index)
    assert len(ours) > 1300
    # grade B is for no headroom over the whole range, then V is 1; grade C is never a zero
    none = (sites["headroom_high_gbp_per_ha"] <= 0).reindex(ours.index)
    assert ((ours["grade"] == "B") == none).all()
    assert (ours.loc[none, "value"] == 1).all()
    assert set(ours.loc[~none, "grade"]) == {"C"}
    assert ours["value"].between(0.25, 1).all()
    # all others say why there is none
    reasons = sites.loc[~within, "headroom_basis"]
    assert reasons.str.match(r"missing: (?:[\d,.]+ homes per net hectare|its homes|its hectares)").all()
    assert (sites.loc[~within & homes, "headroom_basis"].str.contains("says nothing above 80")).all()


def test_every_ranked_site_says_how_far_its_verdict_could_move_and_on_what(wmca_assessed):
    ranked = wmca_assessed.sites[wmca_assessed.sites["rank"].notna()]
    assert len(ranked) > 300
    assert ranked[["verdict_worst", "verdict_best", "settled", "open_facts"]].notna().all(axis=None)
    assert "Cannot tell" not in {*ranked["verdict_worst"], *ranked["verdict_best"]}
    assert ((ranked["settled"] == "yes") == (ranked["verdict_worst"] == ranked["verdict_best"])).all()
    gaps = wmca_assessed.evidence_gaps
    unsettling = set(gaps.loc[gaps["unsettles"] == "yes", "site_id"])
    assert set(ranked.index[ranked["settled"] == "no"]) <= unsettling
    tried = [open_verdicts.extremes(record) for record in open_verdicts.from_tables(ranked, wmca_assessed.signals)]
    assert list(zip(ranked["verdict_worst"], ranked["verdict_best"], strict=True)) == tried


def test_no_council_average_identifies_a_site(wmca_assessed):
    identified = wmca_assessed.sites["market_failure"] == "Identified"
    without = wmca_assessed.signals[wmca_assessed.signals["source"] != HEADROOM]
    firm = without[(without["kind"] == "primary") & (without["counts"] == "yes")]
    strength = 1 - (1 - firm["weighted_signal"]).groupby(firm["site_id"]).prod()
    assert (strength.reindex(identified.index[identified]).fillna(0) >= 0.5).all()
    # one average makes no council's sites Indicated: the share that is stays small in each
    by_council = (wmca_assessed.sites["market_failure"] == "Indicated").groupby(wmca_assessed.sites["organisation"])
    assert (by_council.mean() < 0.25).all()


def test_the_table_of_files_says_which_would_decide_how_many(wmca_assessed):
    files = wmca_assessed.evidence_files.set_index("keys")
    # households are read and sales are not of whole years; the layers are not read at all
    assert list(files.index) == ["historic_landfill", "parcels", "flood_zones", OF_SALES, "all of them"]
    ranked = wmca_assessed.sites[wmca_assessed.sites["rank"].notna()]
    unsettled = int((ranked["settled"] == "no").sum())
    assert files.loc["all of them", "open_sites"] == unsettled
    assert (files["could_decide"] <= files["open_sites"]).all()
    assert (files["could_decide"] >= files[["decided_if_nothing", "decided_if_most"]].max(axis=1)).all()
    assert (files.loc["all of them", "could_decide"] >= files["could_decide"]).all()
    # each of the four signals it counts is one a site's own list names
    assert set(files.loc["all of them", "signals"].split()) == set("XCPT")
    assert ranked.loc[ranked["settled"] == "no", "open_facts"].str.startswith("free file: ").mean() > 0.95


def test_the_page_of_calibration_is_what_the_command_writes(wmca_assessed):
    ranked = wmca_assessed.sites[wmca_assessed.sites["rank"].notna()]
    signals = wmca_assessed.signals[wmca_assessed.signals["site_id"].isin(ranked.index)]
    page = failure_calibration.page(wmca_assessed.project.project.title, pd.DataFrame(ranked), signals)
    assert (ROOT / "docs" / "reference" / "failure-calibration.md").read_text(encoding="utf-8") == page


# --- made-up layers over the real sites -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laid(wmca_assessed, real, tmp_path_factory):
    """The project with landfill, flood zones and parcels made up over its sites, and what was drawn."""
    folder = tmp_path_factory.mktemp("made_up")
    drawn = outlines(wmca_assessed)
    made = lay_over(folder, wmca_assessed.sites_merged.loc[drawn.index], drawn, seed=20261128)
    project = wmca_project(real, folder, evidence=made.toml)
    result = again(replace(wmca_assessed, project=project), (*EVIDENCE, *JUDGED, *RANKED, *LISTED))
    return result, made


def outlines(result):
    """Return the extent of each site that has one: in these registers a disc of its hectares."""
    extent = site_geometries(result.sites_merged, result.shapes)
    assert set(extent.basis) <= {"disc", "point", ""}
    return gpd.GeoSeries(extent.shapes, result.sites_merged.index, crs=27700)[extent.basis == "disc"]


def test_worst_and_best_are_those_of_every_combination_on_every_ranked_site(laid):
    result, _ = laid
    ranked = result.sites[result.sites["rank"].notna()]
    assert len(ranked) > 300
    records = open_verdicts.from_tables(ranked, result.signals)
    assert ranked["market_failure"].tolist() == [open_verdicts.as_it_stands(record) for record in records]
    tried = [open_verdicts.extremes(record) for record in records]
    assert ranked["verdict_worst"].tolist() == [worst for worst, _ in tried]
    assert ranked["verdict_best"].tolist() == [best for _, best in tried]
    assert (ranked["settled"] == "yes").tolist() == [worst == best for worst, best in tried]


def test_ten_sites_by_other_means(laid):
    """From the shapes that were drawn, by shapely and plain loops, to the verdict and how far it could move."""
    result, made = laid
    ranked = result.sites[result.sites["rank"].notna()]
    landfill, zone_3 = shapely.union_all(made.landfill), shapely.union_all(made.zone_3)
    shapes = outlines(result)
    shapes = shapes[shapes.index.isin(ranked.index)]
    touched = shapes.intersects(landfill).astype(int) + shapes.intersects(zone_3)
    # three that meet both, three one, four neither
    chosen = [site for count, n in ((2, 3), (1, 3), (0, 4)) for site in touched.index[touched == count][:n]]
    assert len(chosen) == 10
    met = set()
    for site in chosen:
        extent, row, facts = shapes[site], result.sites.loc[site], []
        weight = 0.4  # a disc of its hectares stands for the site: each layer's grade B becomes C
        lying = {"X": 0.5 * extent.intersection(landfill).area, "P": extent.intersection(zone_3).area}
        facts += [(letter, weight * area / extent.area, False, False) for letter, area in lying.items()]
        count, registered = parcels_on(extent, made.parcels.to_numpy())
        if registered >= 0.5 and count:
            facts.append(("C", weight * (1 - np.exp(-(count - 1) / 3)), False, False))
        rows = result.signals[result.signals["site_id"] == site]
        for signal in rows.itertuples():
            if not signal.source.startswith(("Historic landfill", "Flood zones", "inspire_parcels")):
                weighs = {"A": 1.0, "B": 0.7, "C": 0.4}[signal.grade] * signal.value
                facts.append((signal.signal, weighs, signal.grade in "AB", signal.area_average == "yes"))
        opened = (
            {"X"} if (rows.loc[rows["signal"] == "X", "value_high"] == 1).any() and counts_with_more(rows) else set()
        )
        opened |= set("VXCPT") - {letter for letter, *_ in facts}
        met |= {letter for letter, weighs, *_ in facts if letter in "XCP" and weighs > 0}
        failed = row["deadweight_failed"] == "yes"
        assert row["market_failure"] == plain_verdict(facts, failed), site
        ends = set()
        for values in itertools.product((0.0, 0.5, 1.0), repeat=len(opened)):
            more = [(letter, value, True, False) for letter, value in zip(sorted(opened), values, strict=True)]
            ends.add(PLACE[plain_verdict([*facts, *more], failed)])
        assert (PLACE[row["verdict_worst"]], PLACE[row["verdict_best"]]) == (min(ends), max(ends)), site
    assert met == set("XCP")


def counts_with_more(rows):
    """Return whether the reading of contamination that counts says that it may be more."""
    counted = rows[(rows["signal"] == "X") & (rows["counts"] == "yes")]
    return bool((counted["value_high"] > counted["value"]).any())


def parcels_on(extent, parcels):
    """Count the parcels of a site by the rule in words, and measure how much of it they cover."""
    near = parcels[shapely.intersects(parcels, extent)]
    count = 0
    for parcel in near:
        on = parcel.intersection(extent).area
        thin = 4 * np.pi * parcel.area / parcel.length**2 <= 0.2 and 2 * parcel.area / parcel.length <= 15
        own = on >= 0.75 * parcel.area and on >= 4
        counts = on >= 0.1 * extent.area or (on >= 0.5 * parcel.area and on >= 25)
        count += own or (on >= 0.5 * extent.area if thin else counts)
    return count, shapely.union_all(near).intersection(extent).area / extent.area


def plain_verdict(facts, failed):
    """Judge facts (letter, weighted signal, whether firm, whether an area's average) by the rules in words."""

    def most(letter, *, own=False):
        return max(
            (weighs for name, weighs, _, average in facts if name == letter and not (own and average)), default=0
        )

    def strength(*, own):
        return round(1 - np.prod([1 - most(letter, own=own) for letter in "VXCIP"]), 9)

    corroboration = round(max(most(letter) for letter in "TSAE"), 9)
    firm = max((weighs for name, weighs, firm, average in facts if name in "VXCIP" and firm and not average), default=0)
    if strength(own=True) >= 0.5 and firm >= 0.3 and corroboration >= 0.3 and not failed:
        return "Identified"
    if len(set("VXCP") & {letter for letter, *_ in facts}) <= 1:
        return "Cannot tell"
    average_counts = any(most(letter) > most(letter, own=True) for letter in "VXCIP")
    alone = average_counts and max(most(letter, own=True) for letter in "VXCIP") < 0.1
    if corroboration >= 0.6 or (strength(own=False) >= 0.25 and not alone):
        return "Indicated"
    return "Not found"


def test_the_layers_leave_no_file_to_ask_for_but_of_sales_and_unregistered_land(laid):
    result, _ = laid
    files = result.evidence_files.set_index("keys")
    assert "parcels" not in set(files.index)  # every council has its file
    # a place outside the areas is none a layer looked at; no ranked site is one
    assert (files.loc[["historic_landfill", "flood_zones"], "open_sites"] == 0).all()
    ranked = result.sites[result.sites["rank"].notna()]
    assert files.loc[OF_SALES, "open_sites"] == (ranked["settled"] == "no").sum()
    assert (ranked["settled"] == "yes").any()
    assert (ranked["settled"] == "no").any()


# --- what is taken away -----------------------------------------------------------------------------------------------


def without(result, key):
    """Judge the sites without a file of evidence: its readings have no row, and it is not read."""
    start = LAYERS[key]
    signals = result.signals[~result.signals["source"].str.startswith(start)]
    assert len(signals) < len(result.signals)
    loaded = [name for name in loaded_keys(result.project) if name != key]
    return failure_verdict(result.table, signals, loaded=loaded)


@pytest.mark.parametrize("key", LAYERS)
def test_nothing_rises_without_a_file_that_shows_failure(laid, key):
    result, _ = laid
    before, after = judged_of(result), without(result, key)
    assert not rises(before, after).any()
    for name in ("failure_strength", "failure_strength_coverage", "failure_corroboration", "failure_coverage"):
        assert (after[name].fillna(0) <= before[name].fillna(0) + 1e-12).all(), name
    assert (after["failure_coverage"] < before["failure_coverage"]).any()
    less, score = scored(result, after), result.columns["score"]
    assert (less["score"] <= score["score"] + 1e-12).all()
    assert (less["coverage"] <= score["coverage"] + 1e-12).all()


def test_without_its_layers_the_project_is_what_it_was(laid, wmca_assessed):
    """Taking the readings away is taking the files away."""
    result, _ = laid
    layers = tuple(start for key, start in LAYERS.items() if key != "land_values")
    signals = result.signals[~result.signals["source"].str.startswith(layers)]
    after = failure_verdict(wmca_assessed.table, signals, loaded=loaded_keys(wmca_assessed.project))
    pd.testing.assert_frame_equal(after, judged_of(wmca_assessed))


AGAINST = {
    "starts": (("development_status",), {"whether building has started or is complete"}),
    "permissions": (
        ("planning_permission_status", "planning_permission_type", "planning_permission_date"),
        {"whether there is a permission or an application", "which kind of permission it is, and of which day",
         "deadweight screen: live applicant"},
    ),
    "surplus": (("residual_surplus_share", "gap_probability"), {"deadweight screen: residual surplus"}),
    "sales": (("new_build_sales_5y", "sales_5y", "no_new_build_5y"), {"deadweight screen: new-build sales"}),
}  # fmt: skip
"""Counter-evidence of market failure: its columns, and the open facts that name the loss."""


@pytest.mark.parametrize("lost", AGAINST)
def test_a_verdict_rises_without_counter_evidence_only_where_the_record_names_it(laid, lost):
    result, _ = laid
    columns, facts = AGAINST[lost]
    after = judged_of(again(blanked(result, columns), ("Screen deadweight", "Judge market failure")))
    higher = rises(judged_of(result), after)
    named = after["open_facts"].fillna("").map(lambda words: any(fact in words for fact in facts))
    assert named[higher].all()
    if lost in ("starts", "permissions"):
        # the counter-evidence that is lost is named on every site that had it
        had = result.table[list(columns)].notna().any(axis=1)
        assert named[had].all()


def blanked(result, columns):
    """Return the result without some columns of its sites, wherever they stand."""
    merged = result.sites_merged
    own = [name for name in columns if name in merged]
    changed = replace(result, sites_merged=merged.assign(**{name: none_of(merged[name]) for name in own}))
    for group, table in result.columns.items():
        of_it = [name for name in columns if name in table]
        if of_it:
            changed = changed.with_columns(group, table.assign(**{name: none_of(table[name]) for name in of_it}))
    return changed


def none_of(values):
    """Return a column with nothing known, of the same kind."""
    return values.mask(np.ones(len(values), dtype=bool))


# --- places to be right about -----------------------------------------------------------------------------------------

FRIAR_PARK, KETLEY = "E08000028:2985", "E08000027:DEVOPP0088"
STATED = "site_id,previous_use,derelict_since,owner_count,cleaned_by\n"


@pytest.fixture(scope="module")
def stated(wmca_assessed, real, tmp_path_factory):
    """Judge the project with facts the user states of sites."""

    def judge(*rows):
        folder = tmp_path_factory.mktemp("stated")
        (folder / "facts.csv").write_text(STATED + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        project = wmca_project(real, folder, sources=f"site_facts = '{folder}/facts.csv'\n")
        return again(replace(wmca_assessed, project=project), FROM_THE_LISTS)

    return judge


@pytest.fixture(scope="module")
def as_stated(stated):
    return stated(f"{FRIAR_PARK},sewage works,1989,,", f"{KETLEY},sewage works,1989,2,")


def weighed(result, site):
    """Return what each signal of a site weighs."""
    rows = result.signals[(result.signals["site_id"] == site) & (result.signals["counts"] == "yes")]
    return rows.set_index("signal")["weighted_signal"].to_dict()


def test_friar_park_is_identified_by_what_is_stated_and_not_from_the_register_alone(wmca_assessed, as_stated):
    alone, known = judged_of(wmca_assessed).loc[FRIAR_PARK], judged_of(as_stated).loc[FRIAR_PARK]
    assert alone["market_failure"] != "Identified"
    assert alone["verdict_best"] == "Identified"
    assert "historic_landfill (X)" in alone["open_facts"]
    assert weighed(wmca_assessed, FRIAR_PARK)["C"] == pytest.approx(0.35)  # its notes: part council, part private
    assert "X" not in weighed(wmca_assessed, FRIAR_PARK)  # STW is the water company as often as a works
    assert known["market_failure"] == "Identified"
    signals = weighed(as_stated, FRIAR_PARK)
    assert (signals["C"], signals["X"]) == pytest.approx((0.35, 0.35))
    assert known["failure_strength"] >= 0.5775


def test_ketley_quarry_is_identified_but_not_once_its_owner_has_cleaned_it(wmca_assessed, as_stated, stated):
    assert judged_of(wmca_assessed).loc[KETLEY, "market_failure"] != "Identified"
    known = judged_of(as_stated).loc[KETLEY]
    assert known["market_failure"] == "Identified"
    assert "whether the land was cleaned, and by whom" in known["open_facts"]
    cleaned = stated(f"{KETLEY},sewage works,1989,2,owner")
    after = judged_of(cleaned).loc[KETLEY]
    assert after["market_failure"] != "Identified"
    assert after["verdict_best"] != "Identified"  # the screen is failed: whatever else turns out
    rows = cleaned.signals[(cleaned.signals["site_id"] == KETLEY) & (cleaned.signals["signal"] == "X")]
    assert (rows["value"] == 0).all()
    assert rows.loc[rows["counts"] == "yes", "grade"].tolist() == ["A"]
    assert "cleaned by its owner" in after["market_failure_note"]
    assert "whether the land was cleaned" not in after["open_facts"]
    # the other of the pair has not changed: what was stated of one site is of that site
    assert judged_of(cleaned).loc[FRIAR_PARK].equals(judged_of(wmca_assessed).loc[FRIAR_PARK])
