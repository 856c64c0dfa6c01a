"""What a project's files become: the optional ones in particular."""

from __future__ import annotations

import pytest

from factories.sample import sample_text
from factories.small import small_text
from siteprior.core.files import shipped
from siteprior.pipeline.read import merge_sites, read_areas, read_postcodes, read_sites
from siteprior.pipeline.result import Result
from siteprior.pipeline.stages import READING, run_stages
from siteprior.project.load import load_project


@pytest.fixture(scope="module")
def texts():
    folder = shipped("data")
    plain = sample_text(plain=True)
    return folder, plain, plain.replace("[sources]\n", '[sources]\npostcodes = ["market/codepoint.csv"]\n', 1)


def test_postcodes_are_read_passed_on_and_checked(texts, tmp_path):
    folder, *projects = texts
    read = []
    for number, text in enumerate(projects):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        read.append(run_stages(Result(load_project(path, data_root=folder)), READING))
    without, told = read
    (origin,) = [read for read in told.provenance if read.role == "postcodes"]
    assert origin.file == "market/codepoint.csv"
    assert (origin.publisher, origin.licence) == ("Ordnance Survey", "Open Government Licence v3.0")
    assert origin.attribution == (
        "Contains OS data © Crown copyright and database right. "
        "Contains Royal Mail data © Royal Mail copyright and database right. "
        "Contains National Statistics data © Crown copyright and database right."
    )
    assert not any(read.role == "postcodes" for read in without.provenance)
    assert told.sites_merged.index.equals(without.sites_merged.index)
    sure = without.sites_merged["coordinate_confidence"] == "high"
    assert told.sites_merged.loc[sure, "geometry"].geom_equals(without.sites_merged.loc[sure, "geometry"]).all()


def merged(folder, own_sites):
    """Read the sites of a small project with own lists and merge what is one site."""
    text = small_text(folder).replace("stops =", f"own_sites = [{own_sites}]\nstops =", 1)
    (folder / "own.toml").write_text(text, encoding="utf-8")
    done = Result(load_project(folder / "own.toml", data_root=shipped("data")))
    for stage in (read_areas, read_postcodes, read_sites, merge_sites):
        done = stage(done, lambda _: None)
    return done


def test_a_reference_of_a_register_in_own_lists_is_another_site_until_it_is_known_to_be_one(tmp_path):
    first = merged(tmp_path, "").sites_read.iloc[0]
    reference, name, east, north = first[["reference", "site_name", "easting", "northing"]]
    site, facts = f"E08000027:{reference}", f"{first['hectares']},{first['minimum_net_dwellings']}"
    head = "ref,name,easting,northing,hectares,homes"
    # the very site; far from it, another numbering, twice, 60 m apart; and near, under another name
    texts = {
        "mine": f'{reference},"{name}",{east},{north},{facts}',
        "hers": f"{reference},Old depot,{east + 900},{north},1,9\n{reference},Yard,{east + 960},{north},0.2,4",
        "ours": f"{reference},Long shed,{east + 45},{north},0.1,1",
    }
    paths = []
    for list_, rows in texts.items():
        paths.append(tmp_path / f"{list_}.csv")
        paths[-1].write_text(f"{head}\n{rows}\n", encoding="utf-8")
    own = ", ".join(f'"{path.as_posix()}"' for path in paths)
    done = merged(tmp_path, own)
    ids = [f"{site}~{n}" for n in (2, 3, 4, 5)]
    assert done.sites_read.index[-4:].tolist() == ids
    assert done.sites_read["organisation"].iloc[-4:].tolist() == ["E08000027"] * 4
    said = done.issues[done.issues["action"].str.contains("a list of its own", regex=False)]
    assert said[["row", "value", "site_id"]].values.tolist() == [
        [row, reference, one] for row, one in zip([2, 2, 3, 2], ids, strict=True)
    ]
    assert (
        said["action"].iloc[0]
        == f"stands in sites/dudley.csv, row {first['row']}, too; a list of its own: called {ids[0]}"
    )
    pairs = done.duplicates.set_index(["site_a", "site_b"])["confidence"]
    assert pairs[site, ids[0]] == "certain"
    assert pairs[ids[1], ids[2]] == "possible"
    assert pairs[site, ids[3]] == "possible"
    assert (site, ids[1]) not in pairs.index
    assert done.sites_merged["possible_duplicates"][ids[1]] == ids[2]
    again = merged(tmp_path, own)
    assert again.sites_merged.index.equals(done.sites_merged.index)
    assert again.issues.equals(done.issues)


def test_the_council_of_an_own_site_is_where_it_lies_whoever_lists_it(tmp_path):
    (tmp_path / "estate.csv").write_text("ref,easting,northing\nA,394500,290300\nB,450000,290300\n", encoding="utf-8")
    listed = f'{{path = "{(tmp_path / "estate.csv").as_posix()}", organisation = "E47000007"}}'
    sites = merged(tmp_path, listed).sites_merged.iloc[-2:]
    assert sites.index.tolist() == ["E47000007:A", "E47000007:B"]
    assert sites["organisation_name"].fillna("").tolist() == ["Dudley", ""]


def test_facts_of_a_register_site_are_stated_in_a_table_of_ones_own(tmp_path):
    site = merged(tmp_path, "").sites_read.iloc[0]
    facts = tmp_path / "facts.csv"
    facts.write_text(
        f"reference,organisation,previous_use,cleaned_by\n{site['reference']},Dudley,foundry,owner\n99x,,a,\n"
    )
    text = small_text(tmp_path).replace("stops =", f'site_facts = ["{facts.as_posix()}"]\nstops =', 1)
    (tmp_path / "facts.toml").write_text(text, encoding="utf-8")
    done = Result(load_project(tmp_path / "facts.toml", data_root=shipped("data")))
    for stage in (read_areas, read_postcodes, read_sites, merge_sites):
        done = stage(done, lambda _: None)
    assert done.sites_merged.loc[site.name, ["previous_use", "cleaned_by"]].tolist() == ["foundry", "owner"]
    assert done.sites_merged["cleaned_by"].notna().sum() == 1
    (origin,) = [read for read in done.provenance if read.role == "site facts"]
    assert origin.rows == 2
    assert (done.issues["issue_type"] == "unknown entity").sum() == 1
