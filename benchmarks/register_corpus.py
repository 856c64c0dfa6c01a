"""What siteprior makes of 592 raw brownfield registers of 2017 to 2020, row by row and file by file.

    python benchmarks/register_corpus.py [--data-root DIR] [--write docs/reference/register-corpus.md]

prints the page ``docs/reference/register-corpus.md`` from the corpus; ``--write`` puts it there. The tests judge by
the same functions and hold the page to what this command would write.
"""

from __future__ import annotations

import argparse
import os
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from repair_agreement import OUT_OF_STEP, second_look, seen_elsewhere
from siteprior.core.councils import council_name, in_force, known_councils
from siteprior.core.files import write_text
from siteprior.core.issues import Reading
from siteprior.registers.coordinates import parse as co
from siteprior.registers.coordinates.as_labelled import as_labelled
from siteprior.registers.reader import read_registers_with_files
from siteprior.sources.areas.boundaries import read_boundaries

__all__ = ["OUT_OF_STEP", "seen_elsewhere"]

HERE = Path(__file__).parent
DATA_ROOT = Path(os.environ.get("SITEPRIOR_DATA_ROOT", HERE.parents[1] / "shared" / "data"))
ARCHIVE = "real/brownfield/registers_corpus_raw_2017-2020.zip"
MANIFEST = "real/brownfield/registers_corpus_manifest.csv"
BOUNDARIES = "real/boundaries/uk_ltla24.gpkg.gz"
CAUSES = HERE / "register_corpus_causes.csv"
NEAR_M, STILL_M = 2_000, 5
"""A place this near its council counts as in it; a good point may not move by more."""

OBVIOUS = (co.AS_DEGREES, co.AS_METRES, co.DEGREES_SWAPPED, co.METRES_SWAPPED)
NO_DISTRICT = "National Park|Broads|Development Corporation"
"""Planning authorities of the manifest that are no district. (The City of London Corporation is one.)"""


class Corpus(NamedTuple):
    """The corpus as read, beside the councils' areas and the manifest."""

    reading: Reading
    files: pd.DataFrame
    areas: pd.DataFrame
    manifest: pd.DataFrame


def council_areas(root):
    """Return the districts of England of 2024 (metres, EPSG:27700); councils merged since 2017 stand as merged."""
    areas = read_boundaries(root / BOUNDARIES, code="ltla24_code", name="ltla24_name").table
    return areas[areas.index.str.startswith("E")]


def member_names(root):
    """Return the names of the corpus's files, in order."""
    return sorted(zipfile.ZipFile(root / ARCHIVE).namelist())


def read_corpus(root, areas) -> Corpus:
    """Read the whole corpus as one audit does."""
    names = member_names(root)
    reading, files = read_registers_with_files(
        [f"{root / ARCHIVE}!{name}" for name in names], files=names, boundaries=areas, keep_going=True
    )
    return Corpus(reading, files, areas, pd.read_csv(root / MANIFEST))


def every_row(reading: Reading) -> pd.DataFrame:
    """Return one row per record read: the sites, and again the ones that records merged with them repeat."""
    merged = reading.issues[reading.issues["action"].str.contains("merged with it")]
    again = reading.table.loc[merged["site_id"]].assign(file=merged["file"].to_numpy(), row=merged["row"].to_numpy())
    rows = pd.concat([pd.DataFrame(reading.table), pd.DataFrame(again)]).drop(columns="geometry").reset_index()
    return rows.sort_values(["file", "row"], ignore_index=True)


def judge(corpus: Corpus) -> pd.DataFrame:
    """Return every row with where it lies: ``stated`` and ``named`` make the denominator.

    ``labelled``, ``obvious``, ``beside`` and ``now`` say whether a row lies in its own council (2 km) as labelled, by
    any of the obvious re-readings, by these or other columns, and as siteprior reads it; ``moved_m`` is how far it
    stands from its labelled place, ``listed`` whether the manifest gives its file to a district.
    """
    rows = every_row(corpus.reading)
    rows = rows.join(as_labelled(rows))
    own = corpus.areas.geometry.reindex(rows["organisation"]).to_numpy()
    x, y = (co.numbers(rows[column].fillna("").tolist())[0] for column in ("original_x", "original_y"))
    east, north = co.readings(x, y)
    rows["named"] = rows["organisation"].notna()
    rows["labelled"] = _near(own, rows["labelled_easting"], rows["labelled_northing"])
    rows["obvious"] = rows["labelled"]
    for column in OBVIOUS:
        rows["obvious"] |= _near(own, east[:, column], north[:, column])
    rows["now"] = _near(own, rows["easting"], rows["northing"])
    rows["beside"] = rows["obvious"] | rows["now"] & rows["repair"].fillna("").str.startswith("taken from")
    apart = rows["easting"] - rows["labelled_easting"], rows["northing"] - rows["labelled_northing"]
    rows["moved_m"] = np.hypot(*apart)
    rows["listed"] = ~rows["file"].isin(no_district(corpus.manifest)["file"])
    return rows


def _near(own, east, north):
    points = np.full(len(own), None, dtype=object)
    stands = np.isfinite(east) & np.isfinite(north)
    points[stands] = shapely.points(np.asarray(east)[stands], np.asarray(north)[stands])
    return shapely.distance(own, points) <= NEAR_M


def no_district(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest's files of no organisation or of one that is no district: 36 files, 4,394 rows."""
    called = manifest["organisation_name"].fillna("")
    return manifest[manifest["organisation"].isna() | called.str.contains(NO_DISTRICT)]


def remaining(judged: pd.DataFrame) -> pd.DataFrame:
    """Return the files with rows not in their own council, how many, and why; each was looked at.

    Raises
    ------
    SystemExit
        When a file has no declared cause, or a cause is declared for a file that has no such rows.
    """
    left = judged[judged["stated"] & judged["named"] & ~judged["now"]].groupby("file").size().rename("rows")
    causes = pd.read_csv(CAUSES, index_col="file")
    wrong = sorted(set(left.index) ^ set(causes.index))
    if wrong:
        raise SystemExit(f"{CAUSES.name}: look at these files and put the table right: {', '.join(wrong)}")
    return causes.join(left).reset_index()


def markdown(head, rows) -> str:
    """Return a table in Markdown; numbers stand right."""
    rows = [[_cell(value) for value in row] for row in rows]
    marks = ["---:" if rows and _are_numbers(column) else "---" for column in zip(*rows, strict=True)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), marks, *rows])


def _are_numbers(column) -> bool:
    return all(text.rstrip("%").replace(",", "").replace(".", "").isdigit() for text in column)


def _cell(value) -> str:
    if isinstance(value, float):
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, (int, np.integer)) else str(value).replace("|", "\\|")


INTRO = """# The corpus: 592 raw registers

Written by `benchmarks/register_corpus.py`; the tests hold it to what that command writes. The files are raw council
registers of 2017 to 2020 from the collection of the brownfield-land pipeline (Open Government Licence v3.0). A row is
*in its own council* when its place lies in the area of the council it is assigned to, or within 2 km of it. The areas
are the districts of 2024, generalised; councils merged since stand as merged. This says that a row's place is
possible, not that it is right: an error that stays within the council is not seen.
"""


def page(corpus: Corpus, judged: pd.DataFrame) -> str:
    """Return the whole page."""
    parts = [INTRO, *_reading(corpus), *_denominator(corpus, judged), *_places(judged), *_left(judged)]
    return "\n".join(parts).rstrip() + "\n"


def _reading(corpus: Corpus) -> list[str]:
    files, issues = corpus.files, corpus.reading.issues
    refused = files[files["schema"] == "refused"]["file"].tolist()
    uneven = files[files["rows_in"] != files["rows_out"] + files["rows_explained"]]
    passed = issues["action"].str.extract(r"passed over: ([^:]+)", expand=False)
    merged = issues["action"].str.contains("merged with it")
    counts = passed.value_counts().sort_index().to_dict()
    counts |= {"identical to an earlier record, merged with it": int(merged.sum())}
    reasons = issues[issues["file"].isin(refused)].groupby("file")["action"].first()
    return [
        "## Files and rows\n",
        markdown(
            ("What", "Count"),
            [
                ("Files", len(files)), ("read", len(files) - len(refused)), ("refused, with a reason", len(refused)),
                ("Rows in (data records that are not blank)", files["rows_in"].sum()),
                ("rows out", files["rows_out"].sum()), ("rows explained", files["rows_explained"].sum()),
                ("Files in which rows in are not rows out and rows explained", len(uneven)),
            ],
        ),
        "\n### Rows explained\n",
        markdown(("Why", "Rows"), counts.items()),
        "\n### Files refused\n",
        markdown(("File", "Why"), [(name, reason.split(": ", 2)[-1]) for name, reason in reasons.items()]),
        "\nBoth are one table lying on its side, fields down and sites across, of a development corporation.\n",
    ]  # fmt: skip


def _denominator(corpus: Corpus, judged: pd.DataFrame) -> list[str]:
    issues = corpus.reading.issues
    other = issues[(issues["issue_type"] == "invalid organisation") & issues["action"].str.startswith("assigned to E")]
    learnt = issues[issues["action"].str.contains("all but few (?:of its )?sites lie in")]
    odd = no_district(corpus.manifest)
    inside = judged[judged["file"].isin(odd["file"])]
    some = inside.groupby("file")["named"].any()
    nobody = odd["organisation"].isna()
    stated = judged["stated"]
    return [
        "## The denominator\n",
        f"The manifest of the corpus gives {nobody.sum()} files no organisation ({odd['rows'][nobody].sum():,} rows) "
        f"and {(~nobody).sum()} to national parks, the Broads and development corporations "
        f"({odd['rows'][~nobody].sum():,} rows): {len(odd)} files and {odd['rows'].sum():,} rows by its count. That is "
        "a statement of the manifest, not of the files. By their own contents "
        f"{some.sum()} of them name a district in some row (files of councils the manifest did not recognise, and a "
        f"development corporation's copy of all of London's registers), and {len(odd) - some.sum()} do not: "
        f"{(some.size - some.sum())} read and {len(odd) - some.size} refused.\n",
        markdown(
            ("Rows", "Count"),
            [
                ("read (out, and merged with an identical one)", len(judged)),
                ("with two numbers other than zero", stated.sum()),
                ("and assigned to a district", (stated & judged["named"]).sum()),
                ("and not in the manifest's 36 files", (stated & judged["named"] & judged["listed"]).sum()),
            ],
        ),
        "\nWhose a row is rests on what its file states, with two exceptions that use the places themselves: "
        f"{len(other)} rows in {other['file'].nunique()} files state another council than the one their file is of "
        f"(codes filled down a column), and {len(learnt)} files state no council that is known by name and are of the "
        "one nearly all their sites lie in.\n",
    ]


def _places(judged: pd.DataFrame) -> list[str]:
    used = judged["stated"] & judged["named"]
    every, listed = judged[used], judged[used & judged["listed"]]
    table = [
        (words, int(every[column].sum()), float(every[column].mean()), int(listed[column].sum()),
         float(listed[column].mean()))
        for column, words in {
            "labelled": "as labelled",
            "obvious": "with the obvious re-readings, whichever fits: labelled, swapped, OSGB36 either way",
            "beside": "or with the coordinates of the file's other columns, where siteprior takes them",
            "now": "by siteprior",
        }.items()
    ]  # fmt: skip
    good = every[every["labelled"]]
    moved = good["moved_m"].isna() | (good["moved_m"] > STILL_M)
    repairs = every["repair"].dropna().value_counts().reset_index()
    repairs = repairs.sort_values(["count", "repair"], ascending=[False, True])
    sure = every["coordinate_confidence"].value_counts()
    return [
        "## Places, before and after\n",
        f"Of {len(every):,} rows assigned to a district, and of the {len(listed):,} of them outside the 36 files:\n",
        markdown(("In their own council", "Rows", "Share", "Outside the 36", "Share"), table),
        f"\nPoints good as labelled: {len(good):,}. Moved by more than {STILL_M} m, or lost: {moved.sum()}.\n",
        "### Repairs\n",
        markdown(("Repair", "Rows"), repairs.to_numpy().tolist()),
        *_second_look(judged),
        "\n### Confidence\n",
        markdown(
            ("Coordinate confidence", "Rows"), [(name, sure.get(name, 0)) for name in ("high", "medium", "low", "none")]
        ),
        "",
    ]


def _second_look(judged: pd.DataFrame) -> list[str]:
    text, rows = second_look(judged)
    head = ("Repair", "Rows", "Within 10 m", "Within 100 m", "Within 500 m", "Share within 100 m", "Median, m")
    return ["\n### Repairs against other files\n", text, markdown(head, rows)]


def _left(judged: pd.DataFrame) -> list[str]:
    left = remaining(judged)
    ended = [code for code, council in known_councils().items() if council.until]
    merged = ", ".join(sorted({council_name(in_force(code)) for code in ended}))
    return [
        "## Every remaining file\n",
        f"{left['rows'].sum()} rows in {len(left)} files are not in their own council. None of them was moved: each is "
        "left as labelled with confidence low, or has no place, and says so in the issue log.\n",
        markdown(
            ("File", "Rows", "Cause", "What was seen"), left[["file", "rows", "cause", "seen"]].to_numpy().tolist()
        ),
        f"\nCouncils of today that stand for those they replaced since 2017: {merged}.",
    ]


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description="What siteprior makes of the corpus of raw registers, as a page.")
    parser.add_argument("--data-root", type=Path, default=DATA_ROOT, help="the folder that holds real/")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page here as well")
    given = parser.parse_args(arguments)
    corpus = read_corpus(given.data_root, council_areas(given.data_root))
    text = page(corpus, judge(corpus))
    print(text)
    if given.write:
        write_text(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
