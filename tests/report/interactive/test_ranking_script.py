"""The page ranks and writes as siteprior does: its scripts run in node beside the functions they follow."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import siteprior as sp
from siteprior.ranking.live_weights import LiveWeights
from siteprior.ranking.scoring import rank, score_values
from siteprior.report import interactive
from siteprior.report.interactive.embedded import packed
from siteprior.report.tables import write_csv

FOLDER = Path(interactive.__file__).parents[1] / "templates" / "interactive"
RUN = """
const fs = require("node:fs"), vm = require("node:vm");
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const page = vm.createContext({ atob, Uint8Array, Float64Array, Intl });
for (const name of asked.scripts) vm.runInContext(fs.readFileSync(asked.folder + "/" + name + ".js", "utf8"), page);
page.asked = asked;
console.log(JSON.stringify(vm.runInContext(asked.code, page)));
"""
RANKING = """
asked.weights.map(function (weights) {
  var result = report.rank(asked.values.map(report.unpacked), weights);
  return result && { order: result.order, ranks: Array.from(result.ranks), scores: Array.from(result.scores) };
})
"""


def in_node(node, scripts, code, **asked):
    given = json.dumps({"folder": str(FOLDER), "scripts": scripts, "code": code, **asked})
    done = subprocess.run([node, "-e", RUN], input=given, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ranked_in_page(node, values, weights):
    return in_node(
        node, ["data", "ranking"], RANKING, values=[packed(values[name]) for name in values],
        weights=[[given.get(name, 0.0) for name in values] for given in weights],
    )  # fmt: skip


def test_the_page_ranks_a_run_as_siteprior_does(node, sample_assessment):
    live = LiveWeights(sample_assessment)
    names = list(live.criteria)
    rng = np.random.default_rng(5)
    sets = [
        dict(sample_assessment.weights),
        dict.fromkeys(names, 1.0),
        {name: 1.0 if name == "deprivation" else 0.0 for name in names},  # many share a decile's value
        *(dict(zip(names, map(float, rng.dirichlet(np.ones(len(names)))), strict=True)) for _ in range(5)),
        {name: float(value) for name, value in zip(names, rng.integers(0, 100, len(names)), strict=True)},
    ]  # fmt: skip
    for given, found in zip(sets, ranked_in_page(node, live.values, sets), strict=True):
        expected = live.standing(given)
        assert list(live.labels[found["order"]]) == list(expected.labels)
        assert [found["ranks"][row] for row in found["order"]] == expected.ranks.tolist()
        again = sp.ranking.reweight(sample_assessment, given).changes
        assert list(live.labels[found["order"]]) == list(again.index)
        assert [found["ranks"][row] for row in found["order"]] == again["rank_after"].tolist()


def test_equal_scores_share_the_better_rank_in_the_order_of_their_ids(node):
    rng = np.random.default_rng(11)
    values = pd.DataFrame(
        rng.choice([0.0, 0.1, 0.2, 0.3, 0.7, 1.0], (300, 4)), columns=list("abcd"),
        index=pd.Index([f"s{place:03d}" for place in range(300)], name="site_id"),
    )  # fmt: skip
    sets = [dict(zip("abcd", weights, strict=True)) for weights in ([1, 1, 1, 1], [3, 3, 1, 0], [0.1, 0.2, 0.3, 0.4])]
    for given, found in zip(sets, ranked_in_page(node, values, sets), strict=True):
        scores = score_values(values, given)["score"]
        expected = rank(scores, pd.Series(True, index=values.index))
        assert expected.duplicated().sum() > 50
        assert found["ranks"] == expected.tolist()
        assert found["scores"] == scores.tolist()
        ordered = expected.sort_index().sort_values(kind="stable").index
        assert [values.index[row] for row in found["order"]] == list(ordered)


@pytest.mark.parametrize("weights", [[0, 0], [-1, 2], [None, 1]])
def test_weights_that_make_no_sense_rank_nothing(node, weights):
    values = [packed([0.5, 0.2]), packed([0.1, 0.9])]
    assert in_node(node, ["data", "ranking"], RANKING, values=values, weights=[weights]) == [None]


TEXTS = [
    "=HYPERLINK(\"http://x\")", "+44 121 496 0000", "-1.93, 52.26", "- see note", "--", "@sum", "\t=1", "\n=1", "plain",
    " =1+1", "\u200b=1", "＝1+1", "﹢1", "\u3164-a", "12", "1e5;2", "a,b", 'say "so"', "two\r\nlines", "£5", "−5",
    "مرحبا", "🏗=1", "\ufe0f=1",
]  # fmt: skip


def test_rows_are_written_as_the_run_writes_them(node, tmp_path):
    """A spreadsheet runs none of them, and a reader of CSV gets each back."""
    text = in_node(
        node, ["csv"], "report.csv(['text'], asked.texts.map(function (one) { return [one]; }))", texts=TEXTS
    )
    expected = write_csv(tmp_path / "t.csv", pd.DataFrame({"text": TEXTS})).read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows == list(csv.reader(io.StringIO(expected, newline="")))


def test_numbers_are_written_bare(node):
    text = in_node(node, ["csv"], "report.csv(['a', 'b'], [[-3, null], [0.25, undefined]])")
    assert text == "\ufeffa,b\n-3,\n0.25,\n"
