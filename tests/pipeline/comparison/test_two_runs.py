from __future__ import annotations

from factories.two_runs import later_run
from siteprior.pipeline.comparison.two_runs import cell, lead_in_b, read_two_runs


def test_sites_of_one_id_are_one_site(run):
    two = read_two_runs(run, later_run(run))
    assert set(two.names["matched_by"]) == {"same id"}
    assert (two.names["site_id_a"] == two.names["site_id_b"]).all()


def test_another_spelling_of_a_reference_and_a_new_one_at_the_same_place_are_matched(run):
    ranked = run.sites[run.sites["rank"].notna() & (run.sites["members"] == run.sites.index)]
    one, other = (str(site) for site in ranked[ranked["organisation"] == "E08000025"].index[[0, 5]])
    council, _, reference = one.partition(":")
    spelled = f"{council}:{reference.lower()}"
    renamed = {one: spelled, other: f"{council}:XYZ/77"}
    facts = {one: {"reference": reference.lower()}, other: {"reference": "XYZ/77"}}
    names = read_two_runs(run, later_run(run, facts=facts, rename=renamed)).names
    assert names.loc[spelled, ["site_id_a", "matched_by"]].tolist() == [one, "place and name"]
    assert names.loc[f"{council}:XYZ/77", ["site_id_a", "matched_by"]].tolist() == [other, "place and name"]


def test_what_nothing_links_is_not_matched(run):
    site = str(run.sites.index[0])
    far = {"reference": "XYZ-77", "site_name": "Another place", "easting": 1.0, "northing": 1.0}
    two = read_two_runs(run, later_run(run, facts={site: far}, rename={site: "E08000025:XYZ-77"}))
    assert two.names.loc[[site, "E08000025:XYZ-77"], "matched_by"].tolist() == ["", ""]
    assert two.names["site_id_a"].isna().sum() == two.names["site_id_b"].isna().sum() == 1


def test_ids_are_new_wherever_a_column_names_a_site(run):
    many = run.sites[run.sites["members"].fillna("").str.contains("; ")]
    lead = str(many["ranked_as"].iloc[0])
    later = later_run(run, rename={lead: "E08000099:N"})
    later.sites.loc["E08000099:N", "earlier_ids"] = lead
    two = read_two_runs(run, later)
    assert "E08000099:N" in two.sites_a.index
    assert lead not in two.sites_a.index
    assert not two.sites_a["members"].fillna("").str.split("; ").map(lambda ids: lead in ids).any()
    assert (two.sites_a["ranked_as"] == "E08000099:N").sum() == (run.sites["ranked_as"] == lead).sum() > 1
    assert lead_in_b(two, "E08000099:N") == "E08000099:N"


def test_parts_are_those_of_sites_that_are_gone(run):
    one, other = (str(site) for site in run.sites.index[:2])
    later = later_run(run, rename={one: "E08000025:Z-A"}, facts={one: {"previously_part_of": f"{one}; X"}})
    later.sites.loc[other, "previously_part_of"] = other
    two = read_two_runs(run, later)
    assert two.parts == {one: ["E08000025:Z-A"]}
    assert lead_in_b(two, one) == later.sites.loc["E08000025:Z-A", "ranked_as"]
    assert lead_in_b(two, "gone") is None


def test_a_cell_that_is_not_there_is_none(run):
    assert cell(run.sites, "gone", "rank") is None
    assert cell(run.sites, str(run.sites.index[0]), "gone") is None
