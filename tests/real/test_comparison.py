"""Two runs of a council's registers compared: the statements checked against the registers as the councils wrote them.

The registers are read here by pandas alone, cell by cell; what is stated of named sites was looked up by hand.
"""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from factories.one_council import one_council_project
from siteprior import compare, open_run, outcomes
from siteprior.core.errors import RunWarning
from siteprior.pipeline.comparison.two_runs import read_two_runs
from siteprior.pipeline.comparison.whole import whole_comparison
from siteprior.pipeline.run import run

BIRMINGHAM, DUDLEY = "E08000025:", "E08000027:"


@pytest.fixture(scope="module")
def made(real, tmp_path_factory):
    """Return the runs of the councils by name and year, each made when it is asked for."""
    folder, runs = tmp_path_factory.mktemp("one_council"), {}

    def of(council, year, *before):
        if (council, year) not in runs:
            project = one_council_project(real, folder, council, year, before=before)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RunWarning)
                runs[council, year] = open_run(run(project, out=folder / f"{council}_{year}"))
        return runs[council, year]

    return of


@pytest.fixture(scope="module")
def birmingham(made):
    return made("birmingham", 2019), made("birmingham", 2020, 2019)


@pytest.fixture(scope="module")
def raw(real):
    """Return a register as its council wrote it, every cell as text, by reference."""

    def read(name):
        path = real / "real" / "brownfield" / "registers_wmca" / f"{name}.csv.gz"
        table = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
        return table.assign(SiteReference=table["SiteReference"].str.strip()).set_index("SiteReference")

    return read


def refs(ids):
    return [str(site).partition(":")[2] for site in ids]


def test_birmingham_2019_to_2020_every_kind_of_change_stands_in_the_registers(birmingham, raw):
    before, after = raw("birmingham_2019"), raw("birmingham_2020")
    table = compare(*birmingham)
    alone = table[table["reason"].str.startswith("not on the registers of the earlier run")]
    assert len(alone) == 92
    assert not set(refs(alone["site_id"])) & set(before.index)
    assert set(refs(alone["site_id"])) <= set(after.index)
    ended = table[table["reason"].str.contains("Ended: ")]
    assert set(table.loc[ended.index, "change"]) == {"left"}
    assert (after.loc[refs(ended["site_id"]), "EndDate"] <= "20201231").all()
    assert (before.index.isin(refs(ended["site_id_a"]))).sum() == len(ended)
    parts = table[table["reason"].str.startswith("now listed in parts")]
    assert not set(refs(parts["site_id"])) & set(after.index)
    assert all(any(other.startswith(ref) for other in after.index) for ref in refs(parts["site_id"]))
    assert set(table["cause"]) == {"data", "others"}


def test_birmingham_2019_to_2020_of_every_outcome_the_register_says_so(birmingham, raw):
    before, after = raw("birmingham_2019"), raw("birmingham_2020")
    table = outcomes(*birmingham)
    counts = table["outcome"].value_counts().to_dict()
    assert counts == {"still listed": 204, "ended": 8, "newly permissioned": 7, "listed in parts": 7}
    permitted = table[table["outcome"] == "newly permissioned"]
    assert set(after.loc[refs(permitted["site_id"]), "PlanningStatus"].str.lower()) == {"permissioned"}
    status = set(before.loc[refs(permitted["site_id_a"]), "PlanningStatus"].str.lower())
    assert status == {"not permissioned", "pending decision"}
    ended = table[table["outcome"] == "ended"]
    assert after.loc[refs(ended["site_id"]), "EndDate"].ne("").all()
    here = table[table["site_id"].isin(birmingham[1].sites.index)]
    one = pd.to_numeric(before.loc[refs(here["site_id_a"]), "Hectares"]).to_numpy()
    other = pd.to_numeric(after.loc[refs(here["site_id"]), "Hectares"]).to_numpy()
    assert ((here["hectares_changed"] == "yes").to_numpy() == (abs(one - other) > 1e-6)).all()


def test_birmingham_2019_to_2020_ten_statements_looked_up_by_hand(birmingham):
    done = whole_comparison(*birmingham)
    changes, became = done.changes.set_index("site_id"), done.outcomes.set_index("site_id")
    # 1–2: the university campus, 8.09 ha and 1,396 homes in 2019, is plots A to K in 2020, of which B and E lack a link
    campus = became.loc[f"{BIRMINGHAM}N594"]
    assert campus["outcome"] == "listed in parts"
    assert campus["homes_a"] == 1396
    # 3: 49 to 51 Holloway Head, 484 homes on 0.51 ha, is 237 + 250 homes on 0.30 + 0.20 ha
    holloway = became.loc[f"{BIRMINGHAM}CC263"]
    assert holloway[["homes_a", "homes_b", "hectares_a"]].tolist() == [484, 487, 0.51]
    assert holloway["hectares_b"] == pytest.approx(0.5)
    assert changes.loc[f"{BIRMINGHAM}CC263", "reason"] == (
        f"now listed in parts: {BIRMINGHAM}CC263A, {BIRMINGHAM}CC263B"
    )
    # 4–6: Shadwell Street: 404 → 406 homes, 0.95 → 0.75 ha, public → mixed ownership
    shadwell = became.loc[f"{BIRMINGHAM}CC275"]
    assert shadwell[["homes_a", "homes_b", "hectares_a", "hectares_b"]].tolist() == [404, 406, 0.95, 0.75]
    assert shadwell[["ownership_a", "ownership_b"]].tolist() == ["owned by a public authority", "mixed ownership"]
    assert "primary signals not known → 0.35" in changes.loc[f"{BIRMINGHAM}CC275", "reason"]
    # 7: 133 to 141 Reddings Lane has an end date of 31 December 2019 in 2020, and none in 2019
    assert changes.loc[f"{BIRMINGHAM}E261", "reason"] == "Ended: ended not known → 2019-12-31"
    # 8: the Wholesale markets state the same in both: 15.01 ha, 1,195 homes, not permissioned, public
    markets = became.loc[f"{BIRMINGHAM}CC91"]
    assert markets["outcome"] == "still listed"
    assert markets[["homes_changed", "hectares_changed", "ownership_changed"]].tolist() == ["no", "no", "no"]
    # 9: Birchfield Library: 50 → 32 homes, 0.48 → 0.30 ha, the rest is N1064 with 0.48 ha and 18 homes, ranked as one
    library = became.loc[f"{BIRMINGHAM}N814"]
    assert library[["homes_change", "hectares_b"]].tolist() == [-18, 0.3]
    assert f"ranked together with {BIRMINGHAM}N814, ranked before" in changes.loc[f"{BIRMINGHAM}N1064", "reason"]
    # 10: Crown and Cushion: 0.99 → 0.98 ha, 100 homes in both
    assert became.loc[f"{BIRMINGHAM}N493", ["hectares_a", "hectares_b", "homes_change"]].tolist() == [0.99, 0.98, 0]


def test_birmingham_2019_to_2020_new_references_are_followed(birmingham, raw):
    two = read_two_runs(*birmingham)
    renamed = two.names[two.names["matched_by"] != "same id"].dropna(subset=["site_id_a", "site_id_b"])
    assert len(renamed) == 22
    before, after = raw("birmingham_2019"), raw("birmingham_2020")
    assert not set(refs(renamed["site_id_a"])) & set(after.index)
    assert not set(refs(renamed["site_id_b"])) & set(before.index)
    # the council dropped a C: CC415 to CC442 are C415 to C442
    pairs = zip(refs(renamed["site_id_a"]), refs(renamed["site_id_b"]), strict=True)
    assert sum(old == f"C{new}" for old, new in pairs) >= 20


def test_dudley_2018_to_2020_to_2023(made, raw):
    first, second = made("dudley", 2018), made("dudley", 2020, 2018)
    third = made("dudley", 2023, 2018, 2020)
    early, late = outcomes(first, second), outcomes(second, third)
    assert early["outcome"].value_counts().to_dict() == {"ended": 3, "still listed": 2}
    assert late["outcome"].value_counts().to_dict() == {"still listed": 11, "ended": 4, "newly permissioned": 1}
    table = raw("dudley_2020")
    # the three ended on one day, 12 March 2020; two of them were permissioned, none says that it was built
    gone = refs(early.loc[early["outcome"] == "ended", "site_id"])
    assert sorted(gone) == ["DEVOPP0013", "DEVOPP0051", "DEVOPP0053"]
    assert set(table.loc[gone, "EndDate"]) == {"2020-03-12"}
    last = raw("dudley_2023")
    ends = dict(zip(refs(late["site_id"]), late["outcome"], strict=True))
    days = {ref: last.loc[ref, "EndDate"] for ref, outcome in ends.items() if outcome == "ended"}
    assert days == {
        "DEVOPP0066": "30/11/2021", "DEVOPP0073": "10/11/2020", "DEVOPP0086": "10/11/2020", "DEVOPP0131": "12/12/2022",
    }  # fmt: skip
    assert all(last.loc[ref, "EndDate"] == "" for ref, outcome in ends.items() if outcome != "ended")
    changes = compare(second, third).set_index("site_id")
    assert changes.loc[f"{DUDLEY}DEVOPP0131", "reason"] == "Ended: ended not known → 2022-12-12"
    entered = refs(changes.index[changes["change"] == "entered"])
    assert sorted(entered) == ["DEVOPP0159", "DEVOPP0170", "DEVOPP0173"]
    assert not set(entered) & set(table.index)
    assert set(entered) <= set(last.index)
    # Caledonia: 130 homes on 6.75 ha in 2018, 140 on 6.81 ha in 2020, the same in 2023
    caledonia = early.set_index("site_id").loc[f"{DUDLEY}DEVOPP0052"]
    assert caledonia[["homes_a", "homes_b", "hectares_a", "hectares_b"]].tolist() == [130, 140, 6.75, 6.81]
    again = late.set_index("site_id").loc[f"{DUDLEY}DEVOPP0052"]
    assert again[["homes_changed", "hectares_changed"]].tolist() == ["no", "no"]
