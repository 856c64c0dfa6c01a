"""The catalogue as it is listed: by words, as text, as JSON, and as a page."""

from __future__ import annotations

import json
import math
import re

import pytest

from siteprior import cli
from siteprior.core.errors import InputError
from siteprior.pipeline.official import official, official_page, official_text, overview
from siteprior.sources.catalogue import load_catalogue


def test_every_word_counts_in_any_case_and_without_one_all_are_listed():
    assert official()["dataset"].tolist() == list(load_catalogue().datasets)
    floods = official(["FLOOD"])["dataset"].tolist()
    assert {"flood_zones", "flood_zone_2", "flood_zone_3", "flood_risk_zone"} <= set(floods)
    assert official(["flood", "council"])["dataset"].tolist() == ["flood_risk_zone"]
    with pytest.raises(InputError, match="no dataset of the catalogue has flood and trams; siteprior fetch --list"):
        official(["flood", "trams"])


def test_the_text_says_what_one_needs_to_fetch_a_dataset():
    text = official_text(official(["naptan", "atco"]))
    assert text.splitlines()[:3] == [
        "naptan: NaPTAN (Department for Transport)",
        "    read by: sources.stops; part: the number of an ATCO area such as 430; several joined by commas; daily; "
        "about 5 MB",
        "    licence: Open Government Licence v3.0; registration: no; last checked: never",
    ]
    by_hand = official_text(official(["national", "rail", "cif"]))
    assert "    address: by hand" in by_hand.splitlines()
    registers = official_text(official(["council_registers"]))
    assert "    address: one of its own for E08000025, E08000026" in registers
    assert "key: SITEPRIOR_EPC_KEY" in official_text(official(["energy", "one login"]))


def test_the_command_lists_by_words_and_as_json(capsys):
    assert cli.main(["fetch", "--list", "landfill", "wfs", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["dataset"] for row in rows][-1] == "historic_landfill_wfs"
    assert rows[0]["last_checked"] == "never"
    assert cli.main(["fetch", "--list", "landfill"]) == 0
    assert "historic_landfill: Historic Landfill Sites" in capsys.readouterr().out
    assert cli.main(["fetch", "--list", "trams-of-nowhere"]) == 1
    assert "no dataset of the catalogue has trams-of-nowhere" in capsys.readouterr().err


def test_the_page_has_a_row_for_every_dataset_under_the_key_that_reads_it():
    page = official_page()
    rows = re.findall(r"^\| `([a-z0-9_]+)` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(load_catalogue().datasets)
    assert page.count("\n## ") == official()["reads"].nunique()
    stops = page.partition("## `sources.stops`")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([a-z0-9_]+)` \|", stops, re.MULTILINE) == ["naptan", "naptan_all"]
    widths = {line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")}
    assert widths == {12}


def test_sizes_not_known_are_missing():
    sizes = official().set_index("dataset")["size_mb"]
    assert sizes["naptan"] == 5
    assert math.isnan(sizes["flood_zones"])


def test_the_list_begins_with_how_many_come_in_which_way(capsys, tmp_path):
    from factories.sample import sample_text

    table = official()
    datasets = load_catalogue().datasets
    by_hand = [name for name, dataset in datasets.items() if dataset.by_hand]
    ways = f"{len(datasets) - len(by_hand)} fetched by siteprior, {len(by_hand)} by hand ({', '.join(by_hand)})"
    assert by_hand
    assert overview(table).startswith(f"{len(datasets)} datasets: {ways}. siteprior fetch PROJECT.toml --list says")
    assert overview(official(["naptan"])).startswith(
        f"2 of {len(datasets)} datasets: 2 fetched by siteprior, 0 by hand."
    )
    file = tmp_path / "project.toml"
    entries = ", ".join(f'{{path = "{name}.csv", dataset = "{name}"}}' for name in ("code_point_open", by_hand[0]))
    stops = 'stops = ["transit/naptan.csv"]'
    text = sample_text(plain=True).replace(stops, f"{stops}\npostcodes = [{entries}, {entries.split('}, ')[0]}}}]")
    file.write_text(text, encoding="utf-8")
    assert cli.main(["fetch", str(file), "--list"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert (
        first
        == f"{len(datasets)} datasets: {ways}. This project needs 2: 1 fetched by siteprior, 1 by hand ({by_hand[0]})."
    )
    assert cli.main(["fetch", "--list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(datasets)
