from __future__ import annotations

import pytest

from siteprior.core.errors import InputError
from siteprior.report.compare import COLUMNS, compare_runs

HEAD = "site_id,site_name,rank,score,gate_reasons,c_capacity,c_deprivation\n"
EARLIER = {
    "E1:a": "Alder,1,0.600000,,0.400000,0.200000",
    "E1:b": "Birch,2,0.500000,,0.300000,0.200000",
    "E1:c": "Cedar,3,0.400000,,0.200000,0.200000",
    "E1:d": "Dogwood,,,ended,,",
    "E1:e": "Elm,4,0.300000,,0.100000,0.200000",
}
LATER = {
    "E1:a": "Alder,2,0.600000,,0.400000,0.200000",
    "E1:b": "Birch,,,too_small,,",
    "E1:c": "Cedar,1,0.700000,,0.200000,0.500000",
    "E1:d": "Dogwood,3,0.350000,,0.150000,0.200000",
    "E1:f": "Fir,4,0.200000,,0.100000,0.100000",
}


@pytest.fixture
def runs(tmp_path):
    for name, rows in (("a", EARLIER), ("b", LATER)):
        (tmp_path / name).mkdir()
        text = HEAD + "".join(f"{site},{row}\n" for site, row in rows.items())
        (tmp_path / name / "ranking.csv").write_text(text, encoding="utf-8")
    return tmp_path / "a", tmp_path / "b"


def test_every_change_is_named_and_explained(runs):
    table = compare_runs(*runs)
    assert tuple(table.columns) == COLUMNS
    found = {row.site_id: (row.change, row.why) for row in table.itertuples()}
    assert found == {
        "E1:c": ("up", "deprivation +0.300"),
        "E1:a": ("down", "other sites moved"),
        "E1:d": ("entered", "gates: ended → none"),
        "E1:f": ("entered", "not in the earlier run"),
        "E1:b": ("left", "gates: none → too_small"),
        "E1:e": ("left", "not in the later run"),
    }
    assert table["site_id"].tolist() == ["E1:c", "E1:a", "E1:d", "E1:f", "E1:b", "E1:e"]
    assert table["site_name"].tolist()[-1] == "Elm"


def test_a_byte_order_mark_makes_no_difference(runs):
    expected = compare_runs(*runs)
    for run in runs:
        file = run / "ranking.csv"
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        assert compare_runs(*runs).equals(expected)


def test_a_run_beside_itself_shows_nothing(runs):
    assert compare_runs(runs[0], runs[0]).empty


def test_a_folder_without_a_ranking_is_reported(runs, tmp_path):
    with pytest.raises(InputError, match="there is no such folder; give a folder that `siteprior run` wrote"):
        compare_runs(runs[0], tmp_path / "nowhere")
    (runs[1] / "ranking.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="is not the ranking of a run; it lacks site_id"):
        compare_runs(*runs)


def test_an_opportunity_has_one_row_and_a_site_ranked_as_another_says_so(tmp_path):
    rows = {
        "a": ["E1:a,A,1,0.6,,E1:a", "E1:b,B,1,0.6,,E1:a", "E1:c,C,2,0.5,,E1:c", "E1:d,D,3,0.4,,E1:d"],
        "b": ["E1:a,A,2,0.6,,E1:a", "E1:b,B,2,0.6,,E1:a", "E1:c,C,1,0.7,,E1:c", "E1:d,D,1,0.7,,E1:c"],
    }
    for name, lines in rows.items():
        (tmp_path / name).mkdir()
        text = "\n".join(["site_id,site_name,rank,score,gate_reasons,ranked_as", *lines, ""])
        (tmp_path / name / "ranking.csv").write_text(text, encoding="utf-8")
    table = compare_runs(tmp_path / "a", tmp_path / "b").set_index("site_id")
    assert table["change"].to_dict() == {"E1:c": "up", "E1:d": "up", "E1:a": "down"}
    assert table.loc["E1:d", "why"] == "ranked as: E1:d → E1:c"
