"""Files that are something else than their names say, through every command: none asks for anything they name.

Descriptions of services and of other files under the names of layers, shapes that name their schema or other texts,
and zips that are bombs or whose members lie outside: each is refused by its name, no connection is made, and nothing is
written beside the data.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from factories.parcels import GML_NAME, gml, squares
from factories.real import DATA_ROOT
from factories.small import small_project
from siteprior.core.files import shipped
from siteprior.sources.parcels.parcel_files import read_parcel_file
from siteprior.sources.registry import discover

PORT = 8765
"""The port that the files of others name; those made here name it, too."""

HOSTILE = DATA_ROOT / "faults" / "hostile"
HANDED = ("v.gpkg", "v.geojson", "wfs.gml", "vl.gpkg", "r.tif", "wms.tif")

COMMANDS = """
import os, sys
from siteprior.cli import main
for line in os.environ["COMMANDS"].splitlines():
    try:
        ended = main(line.split("\\t"))
    except SystemExit as end:
        ended = end.code
    print(f"ended {ended}", file=sys.stderr, flush=True)
"""
"""Commands one after the other in one process, with how each ended."""


@pytest.fixture
def calls() -> Iterator[list[bytes]]:
    """Listen on the port the files name, and keep who called."""
    try:
        server = socket.create_server(("127.0.0.1", PORT))
    except OSError:
        pytest.skip(f"port {PORT} is in use")
    called: list[bytes] = []
    server.settimeout(0.2)
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            called.append(caller.recv(500))
            caller.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield called
    ended.set()
    thread.join()
    server.close()


def ends(*lines: list[str]) -> list[tuple[str, str]]:
    """Run commands in one process, and return how each ended with what it said."""
    env = {**os.environ, "SITEPRIOR_DATA_ROOT": str(shipped("data")),
           "COMMANDS": "\n".join("\t".join([*line, "--quiet"]) for line in lines)}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", COMMANDS], env=env, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    assert "root:" not in done.stdout + done.stderr  # what stands in the file of passwords
    found, said = list[tuple[str, str]](), ""
    for line in done.stderr.splitlines():
        if line.startswith("ended "):
            found.append((line.removeprefix("ended "), said))
            said = ""
        else:
            said += f"{line}\n"
    assert (len(found), said) == (len(lines), ""), done.stderr
    return found


def handed(name: str) -> Path:
    """Return a file that was handed over, or skip."""
    path = HOSTILE / name
    if not path.is_file():
        pytest.skip(f"the handed file {path.name} is not at {HOSTILE}: set SITEPRIOR_DATA_ROOT")
    return path


LAYER = '\n[[layers]]\nname = "{name}"\npath = "{path}"\nkind = "{kind}"\nmeasure = "{measure}"\n'


def layers(*paths: Path) -> str:
    """Return layers of these files for a project."""
    measures = {True: ("raster", "mean"), False: ("vector", "share")}
    entries = [(path, *measures[path.suffix == ".tif"]) for path in paths]
    return "".join(
        LAYER.format(name=f"layer_{number}", path=path.as_posix(), kind=kind, measure=measure)
        for number, (path, kind, measure) in enumerate(entries)
    )


def test_a_disguised_file_is_refused_by_every_command_and_nobody_is_called(tmp_path, calls):
    files = [handed(name) for name in HANDED]
    shapes = [path for path in files if path.suffix != ".tif"]
    for name, changes in {"run": (), "check": [("stops =", f'streets = "{shapes[0].as_posix()}"\nstops =')]}.items():
        (tmp_path / name).mkdir()  # a run ends with the streets
        small_project(tmp_path / name, *changes, append=layers(*files))
    out = str(tmp_path / "out")
    sites, feed = shipped("data") / "sites/dudley.csv", shipped("data") / "transit/timetable.zip"
    both = [[command, str(tmp_path / command / "project.toml"), "--out", out] for command in ("check", "run")]
    alone = [["audit", str(path), "--out", out] for path in files]
    alone += [["audit", str(sites), "--boundaries", str(path), "--out", out] for path in shapes]
    for path in shapes:
        alone.append(["access", "--streets", str(path), "--timetables", str(feed), "--bounds", "390000", "280000",
                      "391000", "281000", "--out", out])  # fmt: skip
    found = ends(*both, *alone)
    assert calls == []
    for line, (ended, said) in zip([*both, *alone], found, strict=True):
        named = files if line in both else [path for path in files if str(path) in line]
        assert (ended, said[:11]) == ("1", "siteprior: "), (line, said)
        assert [path.name for path in named if path.name not in said] == [], (line, said)


def test_an_audit_refuses_the_disguised_files_and_writes_the_others(tmp_path, calls):
    files = [handed(name) for name in HANDED]
    out = tmp_path / "audit"
    ((ended, _),) = ends(["audit", str(shipped("data") / "sites/dudley.csv"), *map(str, files), "--out", str(out)])
    assert (ended, calls) == ("0", [])
    listed = (out / "files.csv").read_text(encoding="utf-8-sig")
    assert "dudley.csv" in listed
    assert [path.name for path in files if path.name not in listed] == []
    assert "E08000027" in (out / "sites.csv").read_text(encoding="utf-8-sig")


KEYS = ("historic_landfill", "flood_zones", "green_belt", "parcels")
CALL = f"http://127.0.0.1:{PORT}"
VRT = (
    f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/{CALL}/a.geojson</SrcDataSource>'
    "<SrcLayer>x</SrcLayer><LayerSRS>EPSG:27700</LayerSRS></OGRVRTLayer></OGRVRTDataSource>"
)
WFS = f"<OGRWFSDataSource><URL>{CALL}/wfs</URL></OGRWFSDataSource>"
PLAIN = gml(*squares(20_000_001, (392_000, 288_000), (392_040, 288_000)), schema=f"{CALL}/schema.xsd")
"""Parcels in Dudley as they are published, with the address of a schema."""

GML = PLAIN.replace("www.landregistry.gov.uk", "www.example.org")
"""The same as GML of anybody's, which GDAL reads."""


def declaring(text: str, what: str) -> str:
    """Put a document type with entities before the first element."""
    return text.replace("?>\n", f"?>\n<!DOCTYPE x {what}>\n", 1).replace("20000001<", "20000001&e;<")


OUTSIDE = f'SYSTEM "{CALL}/x.dtd" [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "{CALL}/p"> %p;]'
LAUGHS = "[<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
LAUGHS += "<!ENTITY e '&a9;'>]"

TEXTS: Mapping[str, str] = {
    "vrt.gpkg": VRT, "vrt.geojson": VRT, "vrt.shp": VRT, "wfs.gml": WFS,
    "dtd.gml": declaring(GML, OUTSIDE), "laughs.gml": declaring(GML, LAUGHS),
    "parcels_dtd.gml": declaring(PLAIN, OUTSIDE), "parcels_laughs.gml": declaring(PLAIN, LAUGHS),
    "dtd_alone.gml": PLAIN.replace("?>\n", f'?>\n<!DOCTYPE x SYSTEM "{CALL}/x.dtd">\n', 1), "schema.gml": GML,
}  # fmt: skip
"""What files of evidence may be instead; the last is no fault in itself: parcels are read of it."""


def packed(path: Path, members: Mapping[str, bytes | str]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)
    return path


def disguised(folder: Path) -> list[Path]:
    """Write the files that are something else than evidence."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    bomb = b" " * 120_000_000
    zips = [
        packed(folder / "bomb.zip", {"a.geojson": b'{"type": "FeatureCollection", "features": [' + bomb + b"]}"}),
        packed(folder / "bomb_parcels.zip", {GML_NAME: PLAIN.encode().replace(b"</wfs:F", bomb + b"</wfs:F")}),
        packed(folder / "out.zip", {"../../outside.gpkg": VRT, "../outside.txt": "x"}),
        packed(folder / "out_parcels.zip", {f"../{GML_NAME}": declaring(PLAIN, OUTSIDE)}),
        packed(folder / "vrt.zip", {"a.shp": VRT}),
    ]
    return [*(folder / name for name in TEXTS), *zips]


def test_no_file_of_evidence_is_followed_and_nothing_is_written_beside_it(tmp_path, calls):
    discover()
    first, *others = (tmp_path / "data" / key for key in KEYS)
    first.mkdir(parents=True)
    files = disguised(first)
    for other in others:
        shutil.copytree(first, other)
        files += [path for path in sorted(other.iterdir()) if path != tmp_path / "data/parcels/schema.gml"]
    entries = [f'[[evidence.{path.parent.name}]]\npath = "{path.as_posix()}"' for path in files]
    small_project(tmp_path, append="\n" + "\n".join(entries))
    lines = [[command, str(tmp_path / "project.toml"), "--out", str(tmp_path / "out")] for command in ("check", "run")]
    written = (tmp_path / "project.toml").read_text(encoding="utf-8").splitlines()
    headers = {name: written.index(f'path = "{name}"') for name in map(Path.as_posix, files)}  # the line before, from 1
    places = {name: f"{tmp_path / 'project.toml'}:{number}: [evidence]" for name, number in headers.items()}
    before = sorted(tmp_path.rglob("*"))
    found = ends(*lines)
    assert calls == []
    for line, (ended, said) in zip(lines, found, strict=True):
        assert (ended, said[:11]) == ("1", "siteprior: "), (line, said)
        stated = said.splitlines()
        for path, place in places.items():
            assert [each for each in stated if each.startswith(f"siteprior: {place}") and path in each], (path, said)
    after = [path for path in tmp_path.rglob("*") if "out" not in path.relative_to(tmp_path).parts]
    assert sorted(after) == before
    assert not list(tmp_path.parent.glob("outside*"))


def test_parcels_with_the_address_of_a_schema_are_read_and_it_is_not_asked(tmp_path, calls):
    named = packed(tmp_path / "parcels.zip", {f"../{GML_NAME}": PLAIN, "../../outside.txt": "x"})
    assert len(read_parcel_file(named, file="parcels.zip").table) == PLAIN.count("<LR:INSPIREID>")
    assert calls == []
    assert [path.name for path in tmp_path.iterdir()] == ["parcels.zip"]
    assert not list(tmp_path.parent.glob("outside*"))
