"""Every dataset an area needs, with the part that is of it."""

from __future__ import annotations

import re
from datetime import date

import pytest

import siteprior as sp
from siteprior.core.authorities import known_authorities
from siteprior.pipeline.new_project.write import init_project
from siteprior.sources.catalogue import load_catalogue

DAY = date(2026, 11, 29)


def loaded(file):
    """Load a project as a run does: every key is checked."""
    return sp.load_project(file)


def test_a_council_whose_address_is_not_known_is_read_from_the_national_collection(tmp_path):
    registers = loaded(init_project("E08000029,E08000001", out=tmp_path / "two", as_of=DAY)).sources.registers
    assert [(entry.dataset, entry.part, entry.councils) for entry in registers] == [
        ("council_registers", "E08000029", ()), ("brownfield_land", "", ("E08000001",)),
    ]  # fmt: skip


@pytest.mark.parametrize("code", sorted(known_authorities())[::12])
def test_a_project_of_any_council_loads_and_names_known_datasets_with_their_parts(code, tmp_path):
    file = init_project(code, out=tmp_path / "one", as_of=DAY)
    project = loaded(file)
    datasets = load_catalogue().datasets
    entries = [
        *project.sources.registers, *project.sources.stops, *project.sources.timetables, *project.sources.sales,
        project.sources.areas, project.sources.areas.lookup, project.sources.deprivation, *project.sources.postcodes,
        *project.evidence.named("flood_zones"), *project.evidence.named("historic_landfill"),
    ]  # fmt: skip
    for entry in entries:
        known = datasets[entry.dataset]
        assert bool(entry.part) == bool(known.cut), entry.path
    paths = [entry.path for entry in entries]
    assert len(set(paths)) == len(paths)
    assert project.sources.areas.districts == (code,)


def test_every_line_behind_a_comment_sign_is_one_that_loads(tmp_path):
    """Taking the # away is what the file says to do: the keys behind it have to be right."""
    file = init_project("E08000025,E08000026", out=tmp_path / "two", as_of=DAY)
    text = file.read_text(encoding="utf-8")
    shown = re.sub(r"^# (?=(elevation|parcels|priority_habitats|green_belt|conservation_areas|listed_buildings"
                   r"|article_4|coal|service_date|top_60_ttwa|too_small) =)", "", text, flags=re.MULTILINE)  # fmt: skip
    assert shown.count("\n# ") < text.count("\n# ") - 8
    file.write_text(shown, encoding="utf-8")
    project = loaded(file)
    assert project.sources.elevation is not None
    assert project.access.top_60_ttwa
    turned = re.sub(r"^# (\[corridors\]|paths = )", r"\1", shown, flags=re.MULTILINE)
    turned = turned.replace("beyond_corridor_walk = false", "# beyond_corridor_walk = false")
    turned = turned.replace("station_access = 20", "corridor_access = 20")
    file.write_text(turned, encoding="utf-8")
    assert [entry.path for entry in loaded(file).corridors.paths] == ["corridors.csv"]
