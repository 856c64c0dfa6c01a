"""What leaves the team: cuts, and a word and a number planted in everything withheld that stand in no file."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import siteprior as sp
from factories.changed_demo import demo
from factories.small import small_project
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.pipeline.hand_over import listed_for, write_hand_over
from siteprior.registers.decisions import decision_columns
from siteprior.report.audience import audience_of
from siteprior.report.tables import write_csv

WORD, NUMBER, WHOLE = "quillwort", 73.1297, 7312977
"""What is planted: a word no file has, and numbers no measurement gives."""


@pytest.fixture(scope="module")
def folder(sample_run):
    return sample_run


@pytest.fixture(scope="module")
def done():
    """The sample worked through, with something planted in every column and table but those the public sees."""
    return sp.assess(demo())


def planted(result, audience, *, lists=True):
    """Return the result with a word or a number in every column its audience must not see, and in the record.

    Without ``lists`` the columns of listed values are left alone, for no file is written of a table with others.
    """
    seen = {*audience_of(audience).columns["sites"]}
    seen |= set() if lists else {column.name for column in schema.SITES.columns if column.allowed}

    def plant(table):
        new = table.copy()
        for name in table.columns:
            if name in seen or name == "geometry":
                continue
            kind = table[name].dtype
            if pd.api.types.is_datetime64_any_dtype(kind):
                new[name] = pd.Timestamp("1961-07-31")
            elif pd.api.types.is_float_dtype(kind):
                new[name] = NUMBER
            elif pd.api.types.is_integer_dtype(kind):
                new[name] = WHOLE
            else:
                new[name] = WORD
        return gpd.GeoDataFrame(new.copy(), geometry="geometry", crs=table.crs)

    sites = plant(result.sites)
    decided = pd.DataFrame(
        {"site_id": [result.shortlist.index[0]], "field": "site_name", "value": WORD, "original": "As listed",
         "reason": WORD, "who": WORD, "applied": "yes", "file": f"{WORD}.csv", "row": 2}
    )  # fmt: skip
    sites.loc[result.shortlist.index[0], "site_name"] = WORD
    record = result.record | {
        "weights": {WORD: NUMBER}, "notices": [WORD], "parameters": [{"name": WORD, "value": WHOLE}],
        "settings": {"weights": {WORD: WHOLE}, "programme": {"budget_gbp": WHOLE}},
        "gates": [{"gate": WORD}], "programme": {"chosen": WHOLE}, "open_evidence": {WORD: WHOLE},
        "inputs": [*result.record["inputs"], {"role": "decisions", "file": f"{WORD}.csv", "rows": WHOLE,
                                               "vintage": "", "licence": "", "publisher": "", "sha256": ""}],
    }  # fmt: skip
    shown = audience_of("partner").columns
    routes, events, stops = (
        withheld(getattr(result, name), shown[name]) for name in ("access_routes", "history", "corridor_stops")
    )
    shapes = result.shapes.assign(shape_id=f"{WORD}#1", position_uncertainty_m=NUMBER)
    return replace(
        result, sites=sites, shortlist=gpd.GeoDataFrame(sites.loc[result.shortlist.index]),
        decisions=schema.conform(decided, schema.DECISIONS), record=record, shapes=shapes,
        access_routes=routes, register_history=changed(result.register_history, events=events),
        transit=changed(result.transit, corridor_stops=stops),
    )  # fmt: skip


def changed(parts, **new):
    """Return a record of parts with some of them changed."""
    return parts._replace(**new) if isinstance(parts, tuple) else replace(parts, **new)


def withheld(table, shown):
    """Return a table with a word in every column of text, and a number in every other, that is not shown."""
    texts = {
        name: WORD for name in table if name not in (*shown, "geometry") and table[name].dtype in ("object", "str")
    }
    numbers = [name for name in table.columns.difference([*shown, "geometry"]) if table[name].dtype.kind == "f"]
    return table.assign(**texts, **dict.fromkeys(numbers, NUMBER))


TEAM = ("rank", "score", "gap", "£", "best first", "programme", "weights", "shortlisted", "criterion", "threshold")
"""What no page of a partner's dossiers says in any form."""


def every_text(folder: Path):
    """Yield the name and the text of every file, archives and GeoPackages taken apart."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path.name, data.decode("latin-1")
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", archive.read(name).decode("utf-8", "replace")
        if path.suffix == ".gpkg":
            with closing(sqlite3.connect(path)) as database:
                tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
                for name in tables:
                    columns = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
                    yield f"{path.name}/{name} columns", " ".join(columns)
                    for row in database.execute(f'SELECT * FROM "{name}"'):
                        yield f"{path.name}/{name}", "|".join(map(str, row))


FORBIDDEN = (WORD, str(NUMBER), str(WHOLE), "73.13", "7,312,977", "1961-07-31")


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_nothing_planted_in_what_is_withheld_stands_in_any_file(audience, done, tmp_path):
    result, reader = planted(done, audience), audience_of(audience)
    write_hand_over(result, listed_for(result, reader), tmp_path, reader)
    found = {(name, text) for name, content in every_text(tmp_path) for text in FORBIDDEN if text in content}
    assert found == set()
    assert sum(1 for _ in tmp_path.rglob("*")) >= 6
    pages = len(list(tmp_path.glob("dossiers/*.html")))
    assert pages == (len(result.shortlist) if audience == "partner" else 0)


def test_what_is_planted_is_found_in_a_package_of_the_teams_own(done, tmp_path):
    result, reader = planted(done, "public", lists=False), audience_of("internal")
    write_hand_over(result, listed_for(result, reader), tmp_path, reader)
    found = {text for _, content in every_text(tmp_path) for text in FORBIDDEN if text in content}
    assert {WORD, str(NUMBER), str(WHOLE)} <= found


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_files_name_no_column_score_or_gate_that_is_withheld(audience, done, tmp_path):
    reader = audience_of(audience)
    write_hand_over(done, listed_for(done, reader), tmp_path, reader)
    seen = {*reader.columns["sites"], "site_id"}
    withheld = {name for name in done.sites.columns if name not in seen and "_" in name and name != "geometry"}
    withheld -= {name for layer in ("corridors", "stops", "areas") for name in getattr(done, layer).columns}
    for name, content in every_text(tmp_path):
        words = {
            word for word in withheld if f'"{word}"' in content or f">{word}<" in content or f",{word}," in content
        }
        assert words == set(), name


def test_the_public_gets_every_site_in_the_order_of_ids(folder, tmp_path):
    (made,) = sp.hand_over(folder, audience="public", out=tmp_path / "public")
    sites = gpd.read_file(tmp_path / "public" / "sites.gpkg", layer="sites")
    everything = sp.open_run(folder).sites
    assert made.sites == len(sites) == len(everything)
    assert sites["site_id"].tolist() == sorted(everything.index)
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == [
        "pictures", "report.html", "run.json", "siteprior.qgz", "sites.csv", "sites.gpkg", "sites.xlsx"
    ]  # fmt: skip
    page = (tmp_path / "public" / "report.html").read_text(encoding="utf-8")
    assert "For the public" in page
    assert "shortlist" not in page.lower()


def test_each_part_of_a_cut_has_its_own_sites_and_all_together_are_the_shortlist(folder, tmp_path):
    made = sp.hand_over(folder, audience="partner", by="council", out=tmp_path)
    listed = []
    for package in made:
        table = pd.read_csv(package.folder / "shortlist.csv")
        assert table["organisation_name"].unique().tolist() == [package.part]
        assert table["site_id"].is_monotonic_increasing
        listed += table["site_id"].tolist()
        book = openpyxl.load_workbook(package.folder / "shortlist.xlsx")
        assert book.sheetnames == ["About", "Sites", "Dictionary"]
        assert "in confidence" in book["About"]["A2"].value
    assert sorted(listed) == sorted(sp.open_run(folder).shortlist.index)


@pytest.mark.parametrize("by", ["corridor", "ownership"])
def test_a_site_whose_column_is_blank_is_in_a_part_of_its_own(by, folder, tmp_path):
    made = sp.hand_over(folder, audience="partner", by=by, out=tmp_path)
    assert sum(package.sites for package in made) == len(sp.open_run(folder).shortlist)


def test_a_run_without_corridors_is_not_cut_by_them(folder, tmp_path, monkeypatch):
    opened = sp.open_run(folder)
    bare = SimpleNamespace(**{name: getattr(opened, name) for name in ("sites", "shortlist", "decisions", "folder")},
                           corridors=opened.corridors.head(0), record=opened.record)  # fmt: skip
    monkeypatch.setattr("siteprior.pipeline.hand_over.open_run", lambda _run: bare)
    with pytest.raises(InputError, match="the run has no corridors to cut by; cut by council, ownership or partner"):
        sp.hand_over(folder, audience="partner", by="corridor", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_partner_gets_the_sites_stated_for_it(folder, tmp_path):
    first, second, third = sp.open_run(folder).shortlist.index[:3]
    table = tmp_path / "partners.csv"
    table.write_text(f"site_id,partner\n{first},Canal & River\n{second},Homes\n{first},Homes\n", encoding="utf-8")
    made = sp.hand_over(folder, audience="partner", by="partner", partners=table, out=tmp_path / "out")
    assert [(package.part, package.sites) for package in made] == [("Canal & River", 1), ("Homes", 2)]
    assert third not in (made[1].folder / "shortlist.csv").read_text(encoding="utf-8")


def test_an_internal_package_keeps_every_column_and_the_order_of_ranks(folder, tmp_path):
    (made,) = sp.hand_over(folder, audience="internal", out=tmp_path / "all")
    layer = gpd.read_file(made.folder / "shortlist.gpkg", layer="shortlist")
    assert layer["rank"].is_monotonic_increasing
    assert "gap_gbp_per_home" in layer


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"audience": "publik"}, "did you mean 'public'"),
        ({"audience": "partner", "by": "councils"}, "unknown cut 'councils'; did you mean 'council'"),
        ({"audience": "partner", "by": "partner"}, "needs site_id and partner"),
        ({"audience": "partner", "partners": "p.csv"}, "goes with by='partner' alone"),
        ({"audience": "partner", "gis": "qgys"}, "unknown gis 'qgys'; did you mean 'qgis'"),
    ],
)
def test_a_wrong_call_is_refused(asked, words, folder, tmp_path):
    with pytest.raises(InputError, match=words):
        sp.hand_over(folder, out=tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()


def test_sites_of_a_partner_that_are_not_handed_over_are_named(folder, tmp_path):
    stated = tmp_path / "partners.csv"
    stated.write_text("site_id,partner\nE1:nothing,A\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"1 site not among those handed over .E1:nothing"):
        sp.hand_over(folder, audience="partner", by="partner", partners=stated, out=tmp_path / "out")


def test_a_package_is_no_run_and_no_run_is_written_over(folder, tmp_path):
    sp.hand_over(folder, audience="public", out=tmp_path / "public")
    with pytest.raises(InputError, match="was written for the audience public and holds no ranking"):
        sp.open_run(tmp_path / "public")
    with pytest.raises(InputError, match="holds a run of the team's own"):
        sp.hand_over(folder, audience="public", out=folder)


def test_the_same_run_gives_the_same_bytes(folder, tmp_path):
    for name in ("a", "b"):
        sp.hand_over(folder, audience="partner", out=tmp_path / name)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert [f.as_posix() for f in files if (tmp_path / "a" / f).read_bytes() != (tmp_path / "b" / f).read_bytes()] == []


def test_a_run_for_the_public_leaves_nothing_of_an_earlier_run_of_the_teams_own(tmp_path):
    project = small_project(tmp_path)
    out = tmp_path / "out"
    sp.run(project, out=out)
    assert (out / "ranking.csv").is_file()
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    sp.run(project, out=out, audience="public")
    left = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    assert [name for name in left if not name.startswith(".siteprior")] == [
        "mine.txt", "pictures/map.png", "report.html", "run.json", "siteprior.qgz", "sites.csv", "sites.gpkg",
        "sites.xlsx",
    ]  # fmt: skip
    written = pd.read_csv(out / "sites.csv", encoding="utf-8-sig")
    assert "rank" not in written
    assert set(written["illustrative"]) == {"yes"}


def test_the_layer_says_whom_it_is_for_and_not_that_it_is_ranked(folder, tmp_path):
    (made,) = sp.hand_over(folder, audience="partner", out=tmp_path)
    with closing(sqlite3.connect(made.folder / "shortlist.gpkg")) as database:
        ((about,),) = database.execute("SELECT description FROM gpkg_contents WHERE table_name = 'shortlist'")
        styles = " ".join(row[0] for row in database.execute("SELECT styleQML FROM layer_styles"))
        styled = {
            row[0] for row in database.execute("SELECT description FROM layer_styles WHERE f_table_name = 'shortlist'")
        }
    assert styled == {about}
    assert "Rank and score" not in styles
    assert "For a partner, in confidence" in about
    assert "best first" not in about
    assert '"rank"' not in styles
    assert '"score' not in styles


def test_a_partners_dossiers_say_no_word_of_the_teams_and_are_linked_in_the_order_of_ids(folder, tmp_path):
    (made,) = sp.hand_over(folder, audience="partner", out=tmp_path / "p")
    table = pd.read_csv(made.folder / "shortlist.csv")
    pages = [made.folder / name for name in table["dossier"]]
    assert sorted(pages) == sorted((made.folder / "dossiers").iterdir())
    titles = set(sp.open_run(folder).shortlist["site_name"].dropna())
    for place, page in enumerate(pages):
        words = page.read_text(encoding="utf-8").split("</style>")[1]
        for name in titles:
            words = words.replace(name, "")
        spoken = re.sub(r"<[^>]*>", " ", words).lower().replace("viability gap", "")
        assert [word for word in TEAM if re.search(rf"\b{re.escape(word)}\b", spoken)] == [], page.name
        others = {other.name for other in pages if other != page and other.name in words}
        assert others == {other.name for other in pages[max(place - 1, 0) : place + 2] if other != page}
    assert str(table["dossier"][0]) in (made.folder / "report.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(made.folder / "shortlist.xlsx")["Sites"]
    assert sheet["A2"].hyperlink.target.replace("\\", "/") == table["dossier"][0]


def test_nothing_shows_what_the_team_says_of_hectares(done, tmp_path):
    site = next(str(label) for label in done.shortlist.index if done.shapes.loc[label, "shape_basis"] == "disc")
    row = {"site_id": site, "field": "hectares", "value": "50", "original": "1.03", "applied": "yes"}
    decisions = schema.conform(pd.DataFrame([row]), schema.DECISIONS)
    reader, pages = audience_of("partner"), {}
    for hectares, name in ((50.0, "stated"), (1.03, "registered")):
        shapes, sites = done.shapes.copy(), done.shortlist.copy()
        shapes.loc[[site], "geometry"] = sites.geometry[[site]].buffer((hectares * 10_000 / 3.14159) ** 0.5)
        sites.loc[site, "hectares"] = hectares
        result = replace(done, shapes=shapes, shortlist=sites, decisions=decisions)
        (tmp_path / name).mkdir()
        write_hand_over(result, sites.loc[[site]], tmp_path / name, reader)
        (page,) = (tmp_path / name / "dossiers").iterdir()
        pages[name] = page.read_text(encoding="utf-8")
    assert pages["stated"] == pages["registered"]
    assert "1.03" in pages["stated"]
    assert "no verdict is stated" in pages["stated"]


def overridden_run(folder, copy, decided):
    """Copy a run into which the team states other facts: ``decided`` has site, field, value and original of each."""
    shutil.copytree(folder, copy)
    rows = [
        {"site_id": site, "field": field, "value": value, "original": original, "applied": "yes", "reason": "R",
         "who": "W"}
        for site, field, value, original in decided
    ]  # fmt: skip
    table = schema.conform(pd.DataFrame(rows), schema.DECISIONS)
    words = decision_columns(table, pd.Index(table["site_id"].unique(), name="site_id"))["overrides"]
    with closing(sqlite3.connect(copy / "shortlist.gpkg")) as database, database:
        for name in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            database.execute(f'DROP TRIGGER "{name}"')  # those of the spatial index need functions of GDAL
        for layer in ("shortlist", "sites"):
            for site, field, value, _ in decided:
                changed = database.execute(
                    f"UPDATE {layer} SET {field} = ?, overrides = ? WHERE site_id = ?", (value, words[site], site)
                )
                assert changed.rowcount == 1
    write_csv(copy / "decisions.csv", pd.DataFrame(table), byte_order_mark=True)
    return copy


@pytest.fixture
def overridden(folder, tmp_path):
    """Return a copy of a run in which the team states another ownership of its first site, and that site."""
    site = str(sp.open_run(folder).shortlist.index[0])
    original = sp.open_run(folder).shortlist["ownership_status"][site]
    decided = [(site, "ownership_status", "unknown ownership", original)]
    return overridden_run(folder, tmp_path / "run", decided), site, original


def test_a_cut_by_ownership_is_by_what_the_register_says(overridden, tmp_path):
    run, site, original = overridden
    made = sp.hand_over(run, audience="partner", by="ownership", out=tmp_path / "out")
    assert original != "unknown ownership"
    for package in made:
        ids = pd.read_csv(package.folder / "shortlist.csv", encoding="utf-8-sig", index_col="site_id").index
        assert (site in ids) == (package.part == original)


def test_a_run_whose_originals_are_not_known_is_not_handed_over(overridden, tmp_path):
    run, *_ = overridden
    (run / "decisions.csv").unlink()
    for audience in ("partner", "public"):
        with pytest.raises(InputError, match=r"1 site .*decisions\.csv with what stood there before is missing"):
            sp.hand_over(run, audience=audience, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    sp.hand_over(run, audience="internal", out=tmp_path / "out")


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_run_that_lacks_the_row_of_one_overridden_fact_is_refused_and_the_site_named(kept, folder, tmp_path):
    first, second = map(str, sp.open_run(folder).shortlist.index[:2])
    decided = [
        (first, "site_name", "Ours", "Mill"), (first, "ownership_status", "unknown ownership", "mixed ownership"),
        (second, "site_name", "Ours too", None),
    ]  # fmt: skip
    run = overridden_run(folder, tmp_path / "run", decided)
    table = pd.read_csv(run / "decisions.csv", encoding="utf-8-sig")
    table.drop(index=3 - kept).to_csv(run / "decisions.csv", index=False)
    lacking = second if kept == 1 else first
    for audience in ("partner", "public"):
        with pytest.raises(InputError, match=rf"overridden facts of 1 site \({lacking}\)"):
            sp.hand_over(run, audience=audience, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["+1+1|cmd", "-Mill", "100", "NA", "'t Mill", "A; hectares 3"])
def test_a_name_comes_back_letter_by_letter(name, folder, tmp_path):
    site = str(sp.open_run(folder).shortlist.index[0])
    run = overridden_run(folder, tmp_path / "run", [(site, "site_name", "Ours", name)])
    sp.hand_over(run, audience="public", out=tmp_path / "out")
    public = gpd.read_file(tmp_path / "out" / "sites.gpkg", layer="sites").set_index("site_id")
    assert public["site_name"][site] == name


def test_an_earlier_cut_goes_and_what_is_not_siteprior_s_stays(folder, tmp_path):
    out = tmp_path / "out"
    first, second = sp.open_run(folder).shortlist.index[:2]
    stated = tmp_path / "partners.csv"

    def made(rows):
        stated.write_text("site_id,partner\n" + "".join(f"{site},{name}\n" for site, name in rows), encoding="utf-8")
        sp.hand_over(folder, audience="partner", by="partner", partners=stated, out=out)
        return sorted(path.name for path in out.iterdir())

    assert made([(first, "Ay"), (second, "Bee")]) == ["ay", "bee", "packages.json"]
    (out / "bee" / "note.txt").write_text("mine", encoding="utf-8")
    assert made([(second, "Cee")]) == ["bee", "cee", "packages.json"]
    assert [path.name for path in (out / "bee").iterdir()] == ["note.txt"]
    sp.hand_over(folder, audience="public", out=out)
    assert "packages.json" not in {path.name for path in out.iterdir()}
    assert not (out / "cee").exists()
    assert made([(first, "Ay")]) == ["ay", "bee", "packages.json"]


def test_partners_whose_names_are_alike_each_get_their_own_folder(folder, tmp_path):
    first, second = sp.open_run(folder).shortlist.index[:2]
    names = ["A/B", "a b", "..", "CON", "Жильё", "x" * 300]
    stated = tmp_path / "partners.csv"
    rows = "".join(f"{site},{name}\n" for name in names for site in (first, second)[: 1 + (name == "a b")])
    stated.write_text("site_id,partner\n" + rows, encoding="utf-8")
    made = sp.hand_over(folder, audience="partner", by="partner", partners=stated, out=tmp_path / "out")
    assert sorted(package.part for package in made) == sorted(names)
    assert {package.folder.parent for package in made} == {tmp_path / "out"}
    assert len({package.folder.name.lower() for package in made}) == len(names)
    assert {package.part: package.sites for package in made} == dict.fromkeys(names, 1) | {"a b": 2}


def test_a_package_is_made_for_the_program_asked_for(folder, tmp_path):
    first = sp.open_run(folder).shortlist.index[0]
    stated = tmp_path / "partners.csv"
    stated.write_text(f"site_id,partner\n{first},A\n", encoding="utf-8")
    made = [
        sp.hand_over(folder, audience="partner", by="partner", partners=stated, out=tmp_path / "out", gis=gis)[0]
        for gis in ("qgis", "mapinfo")
    ]
    assert made[0].folder == made[1].folder
    assert not (made[1].folder / "siteprior.qgz").exists()
    with closing(sqlite3.connect(made[1].folder / "shortlist.gpkg")) as database:
        kinds = {row[2] for row in database.execute("PRAGMA table_info(shortlist)")}
    assert "TEXT(254)" in kinds


def test_a_package_names_the_registers_of_its_own_sites_alone(folder, tmp_path):
    made = sp.hand_over(folder, audience="partner", by="council", out=tmp_path / "out")
    records = {package.part: json.loads((package.folder / "run.json").read_text("utf-8")) for package in made}
    registers = {part: {read["file"] for read in record["inputs"] if read["role"] == "register"}
                 for part, record in records.items()}  # fmt: skip
    assert registers["Coventry"] == {"sites/coventry.xlsx"}
    assert {read["role"] for read in records["Coventry"]["inputs"]} >= {"areas", "deprivation", "stops"}


def test_a_folder_that_is_not_a_package_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match="lies in the run's own folder"):
        sp.hand_over(folder, audience="public", out=folder / "public")
    assert not (folder / "public").exists()
    (tmp_path / "report.html").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds report\.html, which no package"):
        sp.hand_over(folder, audience="public", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_run_that_lists_no_site_gives_a_package_without_a_row(done, tmp_path):
    reader = audience_of("partner")
    write_hand_over(done, done.shortlist.head(0), tmp_path, reader)
    assert pd.read_csv(tmp_path / "shortlist.csv").empty
    assert not (tmp_path / "dossiers").exists()
    assert "0 brownfield sites" in (tmp_path / "report.html").read_text(encoding="utf-8")
