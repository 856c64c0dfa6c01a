"""siteprior fetch: what it downloads, what it leaves alone, and how it tells. The server stands on this machine."""

from __future__ import annotations

import hashlib
import shutil
import socket

import pytest

from factories.publisher import published
from factories.sample import sample_text
from siteprior import cli
from siteprior.core.errors import ProjectError
from siteprior.core.files import shipped
from siteprior.core.parameters import load_parameters
from siteprior.pipeline.registered import load_project
from siteprior.sources.fetch.fetch import COLUMNS, STATUSES, FetchError, fetch
from siteprior.sources.streets.reader import read_streets


@pytest.fixture
def server(monkeypatch):
    with published(monkeypatch) as server:
        yield server


@pytest.fixture
def desk(tmp_path, monkeypatch, server):
    """A copy of the sample whose stops, openings and postcodes come from the publisher's server."""
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    data = tmp_path / "data"
    shutil.copytree(shipped("data"), data)
    server.files = {
        "/naptan.csv": (data / "transit/naptan.csv").read_bytes(),
        "/postcodes.csv": b'"B1 1AA",10,406700,286600\n',
    }
    (data / "transit/naptan.csv").unlink()

    def project(stops='path = "transit/naptan.csv"', more=""):
        path = data / "demo.toml"
        text = sample_text(plain=True)
        old = 'stops = ["transit/naptan.csv"]'
        assert old in text
        text = text.replace(
            old, f"stops = [{{{stops.replace('SERVER', server.url)}}}]\n{more}".replace("SERVER", server.url)
        )
        path.write_text(text, encoding="utf-8")
        return path

    project.data = data
    return project


def of(table, role):
    ((_, row),) = table[table["role"] == role].iterrows()
    return row


STOPS = 'path = "transit/naptan.csv", url = "SERVER/naptan.csv"'


def test_what_is_not_there_is_fetched_and_what_is_there_is_left(desk, server):
    told = []
    table = fetch(desk(STOPS), progress=told.append)
    body = server.files["/naptan.csv"]
    row = of(table, "stops")
    assert (row["status"], row["bytes"], row["sha256"]) == ("fetched", len(body), hashlib.sha256(body).hexdigest())
    assert row["note"].endswith(f'write sha256 = "{row["sha256"]}" beside its url')
    assert (desk.data / "transit/naptan.csv").read_bytes() == body
    assert told == [f"Fetching transit/naptan.csv from {server.url}/naptan.csv"]
    assert tuple(table.columns) == COLUMNS
    assert set(table["status"]) <= set(STATUSES)
    assert list(table["role"].drop_duplicates()) == [
        "registers",
        "own_sites",
        "stops",
        "openings",
        "areas",
        "deprivation",
        "corridors",
    ]
    again = fetch(desk(STOPS))
    assert set(again["status"]) == {"present"}
    assert server.asked == ["/naptan.csv"]


def test_only_what_the_project_gives_an_address_is_asked_for(desk, server):
    table = fetch(desk())
    assert of(table, "stops")["status"] == "no url"
    assert "siteprior fetch --list" in of(table, "stops")["note"]
    assert server.asked == []


def test_a_stated_hash_is_insisted_on_for_what_comes_and_for_what_is_there(desk, server):
    right = hashlib.sha256(server.files["/naptan.csv"]).hexdigest()
    with pytest.raises(FetchError, match=f"naptan.csv: the file that came has the SHA-256 {right}, not the one stated"):
        fetch(desk(f'{STOPS}, sha256 = "{"0" * 64}"'))
    assert not (desk.data / "transit/naptan.csv").exists()
    done = fetch(desk(f'{STOPS}, sha256 = "{right.upper()}"'))
    assert (of(done, "stops")["status"], of(done, "stops")["note"]) == ("fetched", "")

    (desk.data / "transit/naptan.csv").write_text("spoilt")
    pinned = desk(f'{STOPS}, sha256 = "{right}"')
    with pytest.raises(
        FetchError, match=r"transit/naptan\.csv: the file there has the SHA-256 .* --refresh downloads it"
    ):
        fetch(pinned)
    assert (desk.data / "transit/naptan.csv").read_text() == "spoilt"
    assert of(fetch(pinned, refresh=True), "stops")["status"] == "fetched"
    asked = len(server.asked)
    assert of(fetch(pinned, refresh=True), "stops")["status"] == "present"  # right already: nothing to fetch
    assert len(server.asked) == asked


def test_a_hash_without_an_address_checks_the_file(desk):
    (desk.data / "transit/naptan.csv").write_text("a,b")
    with pytest.raises(FetchError, match="not the one the project states; replace it, or correct sha256"):
        fetch(desk(f'path = "transit/naptan.csv", sha256 = "{"0" * 64}"'))


def test_a_refresh_fetches_anew_what_has_no_stated_hash(desk, server):
    fetch(desk(STOPS))
    server.files["/naptan.csv"] = b"a,b\n1"
    assert of(fetch(desk(STOPS), refresh=True), "stops")["bytes"] == 5
    del server.files["/naptan.csv"]
    with pytest.raises(FetchError, match="HTTP 404"):
        fetch(desk(STOPS), refresh=True)
    assert (desk.data / "transit/naptan.csv").read_bytes() == b"a,b\n1"  # the earlier file stays


def test_every_entry_is_tried_before_one_error_names_all_faults(desk, server):
    more = """postcodes = [
        {path = "places/gone.csv", url = "SERVER/gone.csv"},
        {path = "places/postcodes.csv", url = "SERVER/postcodes.csv"},
        {path = "places/lost.csv", url = "SERVER/lost.csv"},
    ]"""
    with pytest.raises(FetchError) as raised:
        fetch(desk(STOPS, more))
    assert len(raised.value.faults) == 2
    for name, sentence in zip(("gone", "lost"), raised.value.faults, strict=True):
        assert sentence.startswith(f"{server.url}/{name}.csv: HTTP 404: ")
        assert sentence.endswith(f"or download it by hand to {desk.data / 'places' / f'{name}.csv'}")
    table = raised.value.table
    assert list(table.loc[table["role"] == "postcodes", "status"]) == ["failed", "fetched", "failed"]
    assert of(table, "stops")["status"] == "fetched"
    assert (desk.data / "places/postcodes.csv").is_file()


def test_faults_are_reported_as_they_happen_and_once_that_nobody_answers(desk, server):
    names = [f"places/{number}.csv" for number in range(load_parameters("fetch").integer("unanswered_files") + 2)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    entries = ", ".join(f'{{path = "{name}", url = "{nobody}/{name}"}}' for name in names)
    project = desk('path = "boundaries/lsoa21.geojson"', f"postcodes = [{entries}]")
    lines = []
    with pytest.raises(FetchError):
        fetch(project, progress=lines.append)
    faults = [f"{name}: {nobody}/{name}: the server cannot be reached" for name in names]
    assert [line for line in lines if line in faults] == faults
    (once,) = (place for place, line in enumerate(lines) if line.startswith("No host has answered so far"))
    assert lines[once - 1] == faults[-3]
    assert lines[once + 1] == f"Fetching {names[-2]} from {nobody}/{names[-2]}"


def test_a_zip_placed_by_hand_in_the_place_of_its_table_is_refused_with_what_to_do(desk):
    project = desk(
        'path = "boundaries/lsoa21.geojson"',
        'postcodes = {path = "places/code_point_open.csv", dataset = "code_point_open"}',
    )
    (desk.data / "places").mkdir()
    (desk.data / "places/code_point_open.csv").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(FetchError) as raised:
        fetch(project)
    (sentence,) = raised.value.faults
    assert "(OS Code-Point Open; it comes as a zip: unzip it and take Data/CSV/*.csv; several files" in sentence


def test_a_zip_is_fetched_once_for_all_its_members(desk, server):
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b.csv", "1")
        archive.writestr("cv.csv", "2")
    server.files["/codepo.zip"] = packed.getvalue()
    more = """postcodes = [
        {path = "places/codepo.zip!b.csv", url = "SERVER/codepo.zip"},
        {path = "places/codepo.zip!cv.csv", url = "SERVER/codepo.zip"},
    ]"""
    table = fetch(desk(STOPS, more))
    rows = table[table["role"] == "postcodes"]
    assert list(rows["status"]) == ["fetched", "fetched"]
    assert list(rows["path"]) == ["places/codepo.zip!b.csv", "places/codepo.zip!cv.csv"]
    assert server.asked.count("/codepo.zip") == 1


def test_patterns_are_counted_but_not_fetched(desk):
    more = 'postcodes = "places/*.csv"'
    assert of(fetch(desk(STOPS, more)), "postcodes")["status"] == "no url"
    (desk.data / "places").mkdir()
    (desk.data / "places/b.csv").write_text("x")
    assert of(fetch(desk(STOPS, more)), "postcodes")[["status", "note"]].tolist() == ["present", "1 files"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            'postcodes = {path = "../postcodes.csv", url = "SERVER/postcodes.csv"}',
            "lies outside .* fetch writes nowhere",
        ),
        ('postcodes = {path = "p/*.csv", url = "SERVER/postcodes.csv"}', "a pattern stands for several files"),
        ('postcodes = {path = "transit/naptan.csv", url = "SERVER/postcodes.csv"}', "named twice with different url"),
    ],
)
def test_a_project_that_contradicts_itself_downloads_nothing(more, says, desk, server):
    with pytest.raises(ProjectError, match=says):
        fetch(desk(STOPS, more))
    assert server.asked == []


def test_sizes_are_bounded_and_progress_is_watched(desk, server):
    with pytest.raises(FetchError, match="larger than 1e-06 GB"):
        fetch(desk(STOPS), largest_gb=1e-6)
    seen = []
    fetch(desk(STOPS), watch=lambda *given: seen.append(given))
    size = len(server.files["/naptan.csv"])
    assert seen[-1] == ("transit/naptan.csv", size, size)


# --- OpenStreetMap --------------------------------------------------------------------------------


@pytest.fixture
def overpass(server, monkeypatch):
    import osmnx

    monkeypatch.setattr(osmnx.settings, "overpass_url", server.url)
    monkeypatch.setattr(osmnx.settings, "cache_folder", "never-written")
    return server


STREETS = 'streets = {path = "streets/walk.graphml", osm = true}'


def test_the_streets_of_the_study_area_are_fetched_and_steps_stay_apart(desk, overpass, tmp_path, monkeypatch):
    import osmnx

    monkeypatch.chdir(tmp_path)
    lookup, before = socket.getaddrinfo, dict(vars(osmnx.settings))
    table = fetch(desk(STOPS, STREETS))
    row = of(table, "streets")
    assert (row["status"], row["url"]) == ("fetched", "OpenStreetMap")
    graph = osmnx.load_graphml(desk.data / "streets/walk.graphml")
    kinds = sorted(str(kind) for *_, kind in graph.edges(data="highway"))
    assert kinds == sorted(2 * ["footway", "footway", "steps", "residential"])  # both ways round; none is a list
    assert {foot for *_, foot in graph.edges(data="foot")} == {None, "designated"}
    network = read_streets(desk.data / "streets/walk.graphml").table
    assert len(network.edge_mm) == 4
    # 0.001° of latitude at 52.48° N on the Airy ellipsoid: 111.25 m to a few centimetres
    assert network.edge_mm[network.steps].tolist() == pytest.approx([111_250], abs=60)
    (query,) = [said for said in overpass.asked if "way" in said]
    assert "private" not in query  # the reader decides which ways are walked, not the download
    assert "[timeout:300]" in query
    # nothing of osmnx's is left changed, nothing stands in the working directory
    assert socket.getaddrinfo is lookup
    assert dict(vars(osmnx.settings)) == before
    assert [p.name for p in tmp_path.iterdir()] == ["data"]
    # there now: left alone, until forced
    asked = len(overpass.asked)
    assert of(fetch(desk(STOPS, STREETS)), "streets")["status"] == "present"
    assert len(overpass.asked) == asked
    assert of(fetch(desk(STOPS, STREETS), refresh=True), "streets")["status"] == "fetched"
    assert len(overpass.asked) > asked


def test_the_area_asked_for_holds_every_street_that_a_run_keeps(desk):
    from siteprior.sources.areas.lsoa import read_areas, study_area
    from siteprior.sources.fetch.jobs import _walking_area

    path = desk.data / "boundaries/lsoa21.geojson"
    inside = study_area(read_areas(path, code="LSOA21CD", year=2021).table)
    area = _walking_area(load_project(desk(STOPS)))
    margin = load_parameters("access")["street_margin_m"].value
    assert area.buffer(1e-6).covers(inside.buffer(margin))
    assert inside.buffer(1.1 * margin + 1).covers(area)
    assert len(area.exterior.coords) < 500


# --- the command ----------------------------------------------------------------------------------


def test_the_command_reports_what_came_and_how_to_pin_it(desk, server, capsys):
    path = desk(STOPS)
    assert cli.main(["fetch", str(path)]) == 0
    printed = capsys.readouterr()
    size = len(server.files["/naptan.csv"])
    assert f"fetched stops: transit/naptan.csv  {size:,} bytes" in printed.out
    assert 'write sha256 = "' in printed.out
    assert "Fetching transit/naptan.csv" in printed.err
    assert "\r" not in printed.err  # not a terminal: no moving line
    assert cli.main(["fetch", str(path), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_the_command_exits_1_with_one_line_per_fault_after_reporting_the_rest(desk, capsys):
    path = desk('path = "transit/naptan.csv", url = "SERVER/gone.csv"')
    assert cli.main(["fetch", str(path), "--quiet", "--max-gb", "1"]) == 1
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("siteprior: http://127.0.0.1:")
    assert "HTTP 404" in line
    assert "present areas: boundaries/lsoa21.geojson" in printed.out
    assert "stops" not in printed.out


def test_the_command_shows_a_file_that_is_nowhere(desk, capsys):
    assert cli.main(["fetch", str(desk()), "--quiet"]) == 0
    assert "no url  stops: transit/naptan.csv\n        not there; siteprior fetch --list" in capsys.readouterr().out


def test_the_command_without_a_project_is_wrong_usage(capsys):
    assert cli.main(["fetch"]) == 2
    assert "fetch needs a project file" in capsys.readouterr().err


def test_the_list_names_every_dataset_with_licence_and_page(capsys):
    from siteprior.sources.catalogue import official_sources

    assert cli.main(["fetch", "--list"]) == 0
    printed = capsys.readouterr().out
    for row in official_sources().itertuples():
        assert f"{row.dataset}: {row.title} ({row.publisher})" in printed
        assert f"    licence: {row.licence}; registration: {row.registration}" in printed
        assert f"    page: {row.page}" in printed


def test_the_entries_the_docs_show_are_ones_a_project_takes():
    import re
    import tomllib

    from conftest import ROOT
    from siteprior.project.load import Sources
    from siteprior.sources.catalogue import address_of, load_catalogue

    page = (ROOT / "docs/method/walking-and-access.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```toml\n\[sources\]\n(stops = .*?)^```$", page, re.MULTILINE | re.DOTALL)
    sources = Sources.model_validate(
        {"areas": {"path": "a", "code": "c", "year": 2021}, "deprivation": {"path": "d", "edition": 2025}}
        | tomllib.loads(shown)
    )
    named = [*sources.stops, *sources.timetables, sources.streets]
    addresses = [address_of(load_catalogue().datasets[entry.dataset], entry.part) for entry in named]
    assert len(set(addresses)) == len(named) == 5
    assert not any(entry.url for entry in named)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1, 0, True, "4"])
def test_a_limit_that_is_none_is_refused_before_anything_is_asked(desk, wrong):
    from siteprior.core.errors import InputError

    with pytest.raises(InputError, match=r"largest_gb \(--max-gb\): needs a number of GB above 0"):
        fetch(desk(STOPS), largest_gb=wrong)
    assert cli.main(["fetch", str(desk(STOPS)), "--max-gb", str(wrong if isinstance(wrong, float) else "nan")]) == 1


def test_the_project_file_is_never_overwritten(desk, server):
    path = desk('path = "demo.toml", url = "SERVER/naptan.csv"')
    before = path.read_bytes()
    with pytest.raises(ProjectError, match=r"demo\.toml: is the project file itself"):
        fetch(path, refresh=True)
    assert path.read_bytes() == before


def test_a_key_stands_in_no_table_line_or_record(desk, server, capsys):
    path = desk(
        'path = "transit/naptan.csv", url = "SERVER/naptan.csv?key=s3cret", publisher = "https://a.b/?token=s3cret"'
    )
    project = load_project(path)
    server.files["/naptan.csv?key=s3cret"] = server.files["/naptan.csv"]
    lines = []
    table = fetch(project, progress=lines.append)
    assert of(table, "stops")["url"].endswith("/naptan.csv?key=HIDDEN")
    assert of(table, "stops")["status"] == "fetched"
    assert cli.main(["fetch", str(path), "--refresh"]) == 0
    shown = [
        str(project.settings()),
        repr(project.sources),
        project._repr_html_(),
        table.to_csv(),
        *lines,
        *capsys.readouterr(),
    ]
    assert not [text for text in shown if "s3cret" in text]
