from __future__ import annotations

import re
import tomllib

import pytest

from siteprior.core.errors import InputError
from siteprior.core.files import Input, is_fetchable
from siteprior.project.datasets import one_dataset
from siteprior.project.faults import keys_of
from siteprior.project.layer_checks import parse_layer
from siteprior.project.model import Sources
from siteprior.project.registered_keys import REGISTERED_KEYS
from siteprior.sources.catalogue import address_of, load_catalogue, official_sources, with_origin
from siteprior.sources.layers.area_tables import read_area_table
from siteprior.sources.registry import discover

READ = Input("x", "a.csv", "ab", 1, 1)
BLANK = {"vintage": "", "publisher": "", "licence": "", "attribution": ""}


OF_THE_USER = {
    "base map", "own sites", "site facts", "decisions", "shapes", "layer", "scenario", "openings", "corridors",
    "dwellings", "former_industry",
}  # fmt: skip
"""Kinds of input nobody publishes but those the user names."""


def test_every_kind_of_input_names_its_publisher_and_licence_but_what_the_user_brings():
    catalogue = load_catalogue()
    assert all(each.title for each in catalogue.roles.values())
    named = {role for role, each in catalogue.roles.items() if each.publisher and each.licence}
    blank = {role for role, each in catalogue.roles.items() if not each.publisher and not each.licence}
    assert named | blank == set(catalogue.roles)
    assert blank - OF_THE_USER == set()
    assert named & OF_THE_USER == set()
    for role, each in catalogue.roles.items():
        assert bool(each.attribution) == each.licence.startswith("Open"), role


def test_the_catalogue_cannot_be_changed_by_whoever_reads_it():
    with pytest.raises(TypeError):
        load_catalogue().roles["streets"] = load_catalogue().roles["stops"]


def test_the_table_of_official_sources_is_the_catalogue_in_its_order():
    discover()
    table = official_sources()
    assert table["dataset"].tolist() == list(load_catalogue().datasets)
    assert table["page"].map(is_fetchable).all()
    assert table["dataset"].is_unique


def test_every_dataset_has_publisher_licence_reader_and_an_address_or_a_page_to_fetch_it_from_by_hand():
    for name, dataset in load_catalogue().datasets.items():
        assert all((dataset.publisher, dataset.licence, dataset.page, dataset.format, dataset.cadence)), name
        assert bool(dataset.attribution) == dataset.licence.startswith("Open"), name
        assert is_fetchable(dataset.page), name
        for pattern in (dataset.address, *dataset.addresses.values()):
            assert not pattern or is_fetchable(re.sub(r"\{\w+\}", "x", pattern)), name
        if dataset.by_hand:
            assert (dataset.paging, dataset.key_env) == ("file", ""), name


def test_what_reads_a_dataset_is_a_key_of_the_project_file():
    discover()
    keys = {f"sources.{name}" for name in keys_of(Sources)}
    keys |= {f"{table}.{name}" for table, registered in REGISTERED_KEYS.items() for name in registered}
    assert {dataset.reads for dataset in load_catalogue().datasets.values()} <= {*keys, "layers", ""}


def test_every_address_can_be_made_and_holds_no_placeholder_any_more():
    parts = {
        "": "", "atco_area": "430", "council": "E08000025", "box": "398000,271000,441000,310000",
        "bods_region": "west_midlands", "geofabrik": "west-midlands", "year": "2024", "month": "2026-02",
    }  # fmt: skip
    for name, dataset in load_catalogue().datasets.items():
        if dataset.by_hand:
            with pytest.raises(InputError, match=f"^{name}: has no lasting address; download it by hand from http"):
                address_of(dataset, "")
            continue
        address = address_of(dataset, parts[dataset.cut], key="k/1")
        assert is_fetchable(address), name
        assert not {"{", "}"} & set(address), name
        for part, own in dataset.addresses.items():
            assert address_of(dataset, part) == own


NEEDED = {"name": "own", "path": "file.csv"}
"""What a layer needs beside what the note of its dataset shows."""


def shown_layer(dataset):
    """Return the keys of the layer that the note of a dataset shows; none where it shows no table."""
    shown = re.search(r"\{kind = .*?\}(?=[:. ]|$)", dataset.note)
    return tomllib.loads(f"layer = {shown[0]}")["layer"] if shown else {}


def test_the_layers_that_notes_show_are_ones_a_project_takes():
    read_as_layers = {name: each for name, each in load_catalogue().datasets.items() if each.reads == "layers"}
    shown = {name: shown_layer(dataset) for name, dataset in read_as_layers.items()}
    assert {"fuel_poverty", "ons_income", "connectivity", "uk_hpi", "sssi", "trees"} <= {
        n for n, k in shown.items() if k
    }
    for keys in filter(None, shown.values()):
        assert parse_layer({**NEEDED, **keys}).name == "own"


def test_the_layer_of_fuel_poverty_reads_the_published_table(real):
    keys = shown_layer(load_catalogue().datasets["fuel_poverty"])
    assert keys.pop("layer") == "Table 4"  # the sheet; the same table stands here as CSV
    path = real / "real/market/fuel_poverty_lsoa_wmca_2022.csv.gz"
    layer = read_area_table(path, parse_layer({**NEEDED, **keys}), file="f.csv").table
    assert len(layer.by_code) == 1719
    assert layer.by_code["E01009417"] == pytest.approx(12.272)


def of(**facts):
    return one_dataset({"id": "trams", "title": "T", "page": "https://example.org/", **facts})


def test_part_box_and_key_stand_in_the_address_as_it_takes_them():
    cut = of(address="https://example.org/{part}.csv", cut="council")
    assert address_of(cut, "King's Lynn") == "https://example.org/King%27s%20Lynn.csv"
    assert address_of(cut, "430,910") == "https://example.org/430,910.csv"
    assert address_of(cut, "{key}", key="s3cret") == "https://example.org/%7Bkey%7D.csv"
    box = of(address="https://example.org/?bbox={box}", cut="box")
    assert address_of(box, "398000,271000.5,441000,310000") == "https://example.org/?bbox=398000,271000.5,441000,310000"
    keyed = of(address="https://example.org/?k={key}", key_env="TRAM_KEY")
    assert address_of(keyed, "", key="a&b/c") == "https://example.org/?k=a%26b%2Fc"


def test_a_box_in_degrees_has_longitude_first_and_lies_about_the_box():
    # the corners of the box, by the transformation of Ordnance Survey
    degrees = of(address="https://example.org/?bbox={box}", cut="box", box_crs="EPSG:4326")
    west, south, east, north = map(
        float, address_of(degrees, "400000,290000,410000,300000").partition("=")[2].split(",")
    )
    assert (west, south) == pytest.approx((-2.0014, 52.5078), abs=2e-3)
    assert (east, north) == pytest.approx((-1.8526, 52.5978), abs=2e-3)


@pytest.mark.parametrize(
    ("facts", "part", "fault"),
    [
        ({"address": "https://example.org/a.csv"}, "430", "trams: comes whole and has no part '430'; leave part out"),
        (
            {"address": "https://example.org/{part}.csv", "cut": "year"}, "",
            "trams: comes in parts; name with part which one (a year such as 2024)",
        ),
        (
            {"addresses": {"E08000025": "https://example.org/a.csv"}, "cut": "council"}, "E08000026",
            "trams: unknown part 'E08000026'; did you mean 'E08000025'",
        ),
        ({"address": "https://example.org/?{box}", "cut": "box"}, "1,2,3", "trams: part '1,2,3' is no box; give xmin"),
        ({"address": "https://example.org/?{box}", "cut": "box"}, "3,2,1,4", "trams: part '3,2,1,4' is no box; give"),
        ({"address": "https://example.org/?{key}", "key_env": "K"}, "", "trams: needs a key of yours: set K; https://ex"),
        ({}, "", "trams: has no lasting address; download it by hand from https://example.org/"),
    ],
)  # fmt: skip
def test_what_has_no_address_is_refused_with_what_to_do(facts, part, fault):
    with pytest.raises(InputError) as raised:
        address_of(of(**facts), part)
    assert str(raised.value).startswith(fault)


def test_the_project_goes_before_the_reader_and_the_reader_before_the_catalogue():
    stated = with_origin(READ, role="streets", **{**BLANK, "publisher": "Newport City Council"})
    assert (stated.role, stated.publisher, stated.licence) == (
        "streets", "Newport City Council", "Open Database Licence 1.0",
    )  # fmt: skip
    read = Input("x", "a.csv", "ab", 1, 1, vintage="2023-06-13", licence="ODbL 1.0")
    assert with_origin(read, role="streets", **BLANK).licence == "ODbL 1.0"
    own = with_origin(READ, role="corridors", **BLANK)
    assert (own.publisher, own.licence) == ("", "")  # nobody stated it, so nothing is stated
    assert with_origin(read, role="streets", **{**BLANK, "vintage": "2024"}).vintage == "2024"
    assert with_origin(read, role="streets", **BLANK).attribution.startswith("Contains information from OpenStreetMap")


def test_a_dataset_the_project_names_goes_before_the_role_and_after_the_reader():
    dataset = of(publisher="Geofabrik", licence="ODbL", vintage="2026")
    named = with_origin(READ, role="streets", **BLANK, dataset=dataset)
    assert (named.publisher, named.licence, named.vintage) == ("Geofabrik", "ODbL", "2026")
    assert named.attribution.startswith("Contains information from OpenStreetMap")  # of the role: the dataset has none
    read = Input("x", "a.csv", "ab", 1, 1, vintage="2023-06-13", licence="ODbL 1.0")
    assert with_origin(read, role="streets", **BLANK, dataset=dataset).licence == "ODbL 1.0"
    stated = with_origin(read, role="streets", **{**BLANK, "publisher": "Us"}, dataset=dataset)
    assert (stated.publisher, stated.vintage) == ("Us", "2023-06-13")


def test_a_licence_has_one_title_for_all_its_codes():
    from siteprior.sources.catalogue import licence_title

    for code in ("OGL v3", "OGL-UK-3.0", "ogl v3.0", "OGLv3.0"):
        assert licence_title(code) == "Open Government Licence v3.0"
    assert licence_title("ODbL 1.0") == "Open Database Licence 1.0"
    assert licence_title("Open Government Licence v3.0, addresses excepted").endswith("addresses excepted")
    assert licence_title("") == ""
