"""The list of words not to come back, each with what to say instead.

The reader's first language is land analysis, statistics or GIS: what has a name in the Green Book, NaPTAN, GTFS,
scikit-learn or GDAL bears that name, and all else is plain English. Checked are code, templates, parameters, columns,
documents, notebooks and the names of tests; names that changed stand in ``core/renamed.toml`` and
``docs/reference/renames.md``.
"""

from __future__ import annotations

import ast
import json
import re

import pytest

from conftest import HERE, ROOT

WORDS = {
    r"told|untold|tells?|telling": "predicted, stated, reported, known; tell apart: distinguish; tell whether: return",
    r"said": "stated, labelled, reported",
    r"held|unheld": "known, read, available, covered; values, rows",
    r"sightings?": "observation",
    r"witness(es)?": "cross-check; check_locations",
    r"piles?": "batch",
    r"credit(s|ed|ing)?": "assign; council assignment",
    r"noughts?": "zero",
    r"dust": "floating-point tolerance",
    r"likeness": "similarity",
    r"gather(s|ed|ing)?": "collect; provenance",
    r"slips?": "digit error; late",
    r"settle[sd]?|settling": "determine, resolve, decide",
    r"believe[sd]?|believable|believing": "accept, use, count; plausible",
    r"heard|unheard": "used, counted",
    r"borne out|bears? (one|it|them)? ?out": "corroborate",
    r"spots?": "point, position",
    r"rooms?": "width, space; package",
    r"doors?": "the check of what is given",
    r"house": "package; the code; building",
    r"livelier|lively": "more sales per dwelling",
    r"drawn to(wards)? (zero|the mean)": "shrunk to",
    r"speaks?|spoke|speaking": "indicate; counter-evidence; be about, refer to",
    r"reckon(s|ed|ing)?": "estimate, calculate",
    r"how far (to|they are to be) (trust|believe)\w*": "how reliable",
    r"presets?": "parameter",
    r"ground (within|reached)|floors? below": "area; layer",
    r"gs": "weighted_signal",
    r"fewest_in_leaf|sales_years_held|quiet_spot|in_a_row|hang_up": "see docs/reference/renames.md",
}  # fmt: skip

ALLOWED = {
    "cannot tell": "the verdict of the screens, a value of the contract",
    "cannot_tell": "its key",
    "cannot-tell": "its class in the page's style",
    "held out": "of cross-validation",
    "held-out": "of cross-validation",
    "ready reckoner": "the Additionality Guide's own term",
    "ready_reckoner": "the Additionality Guide's own term",
    '"speaks for"': "a value of the column weight of deadweight.csv",
    "`speaks for`": "that value in documents",
    "(speaks for)": "that value in a meaning",
    '"speaks against"': "a value of the column weight of deadweight.csv",
    "`speaks against`": "that value in documents",
    "(speaks against)": "that value in a meaning",
    "house sales": "sales of houses",
    "house number": "of an address",
    "street or the house": "of an address",
    "streets and house": "of an address",
    "states a room": "a room of a home",
    "years_held": "an argument of join_prices, for one release",
    "load_presets": "a name of the flat list, for one release",
    "settled": "of a verdict: no open fact could move it",
    "own settlement": "the settlement of funds with the combined authority",
    ".tell()": "of a file",
    "public house": "a former use",
    "house-building": "the building of houses",
    "mary's house": "a name",
}
"""Phrases in which a word is the right one, and why."""

ALLOWED_IN = {
    ("walking/kernel.py", "settled"): "a node is settled, in the words of Dijkstra's algorithm",
    ("walking/walk.py", "settled"): "a node is settled, in the words of Dijkstra's algorithm",
    ("report/geopackage/iso_metadata.py", "credit"): "the name of an element of ISO 19139",
    ("sources/catalogue.toml", "house"): "the UK House Price Index",
    ("parameters/costs.toml", "house"): "words a register uses of former uses",
    ("registers/matching/similarity.py", "house"): "words a register uses of addresses",
    ("parameters/failure.toml", "house"): "words a register uses of addresses",
    ("parameters/failure.toml", "door"): "words a register uses of what lies near a site",
    ("parameters/failure.toml", "room"): "words a register uses of addresses",
    ("parameters/failure.toml", "rooms"): "words a register uses of addresses",
}
"""Words that are right in one file, and why."""

NOT_CHECKED = {"renamed.toml", "renamed.py", "renames.md"}
"""Where the old names have to stand."""

PATTERN = re.compile("|".join(rf"(?P<w{n}>(?<![a-z])(?:{word})(?![a-z]))" for n, word in enumerate(WORDS)), re.I)
ADVICE = list(WORDS.values())


def texts():
    """Yield each text that is checked: where it stands, and its lines."""
    source = ROOT / "src" / "siteprior"
    for path in sorted(source.rglob("*")):
        ours = path.name not in NOT_CHECKED and "vendor" not in path.parts
        if path.suffix in {".py", ".pyi", ".toml", ".j2", ".js"} and ours:
            yield path.relative_to(source).as_posix(), path.read_text(encoding="utf-8")
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "bootstrap.py", ROOT / "data" / "README.md"]
    folders = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.*"), *(ROOT / "data").glob("*.toml")]
    for path in [*pages, *sorted(folders)]:
        if path.suffix in {".md", ".py", ".toml"} and path.name not in NOT_CHECKED:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.relative_to(ROOT).as_posix(), "\n".join("".join(cell["source"]) for cell in cells)
    for path in sorted(HERE.rglob("*.py")):
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        names = [n.name for n in tree if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name[:4].lower() == "test"]
        yield path.relative_to(ROOT).as_posix(), "\n".join(names)


def faults(place, text):
    """Yield each word of the list that stands in a text, with its line and what to say instead."""
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.lower()
        for phrase in ALLOWED:
            plain = plain.replace(phrase, "")
        for match in PATTERN.finditer(plain):
            if (place, match[0]) not in ALLOWED_IN:
                yield f"{place}:{number}: '{match[0]}': say {ADVICE[int(match.lastgroup[1:])]}"


def test_words_of_our_own_do_not_come_back():
    found = [fault for place, text in texts() for fault in faults(place, text)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("How £/m² was told", "told"),
        ("the sales held", "held"),
        ("def test_a_slip_is_restored(): ...", "slip"),
        ("all are nought", "nought"),
        ("GROUND_ROOM = 3", "room"),
        ("signals['gs']", "gs"),
        ("What was found, what speaks of it", "speaks"),
    ],
)
def test_a_word_is_found_in_texts_and_in_names(line, word):
    assert [fault.split("'")[1] for fault in faults("a.py", line)] == [word]


@pytest.mark.parametrize(
    "line",
    ["Cannot tell", "deadweight_cannot_tell = 1", "blocks of held-out sales", "households and stakeholders",
     "the ready reckoners", "a warehouse", "floor area", "settings", "uphold", "things"],
)  # fmt: skip
def test_words_of_the_field_are_not(line):
    assert list(faults("a.py", line)) == []


def test_what_is_allowed_is_needed():
    whole = "\n".join(text.lower() for _, text in texts())
    assert [phrase for phrase in ALLOWED if phrase not in whole] == []
    by_place = dict(texts())
    assert [key for key in ALLOWED_IN if key[1] not in by_place[key[0]]] == []
