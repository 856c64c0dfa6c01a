"""The JSON of the page: whole, escaped, the same twice, and of weights only where they may be seen."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from factories.report_page import values_of
from siteprior.core.errors import InputError
from siteprior.report.interactive.page_data import page_data

HOSTILE = "</script><script>window.planted=1</script><!-- \u2028 =1+1 مرحبا 🏗 " + "x" * 10_000


def data_of(run, **changes):
    tables = {name: getattr(run, name) for name in ("record", "sites", "shortlist", "criteria")} | changes
    values = changes.pop("values", values_of(run))
    tables.pop("values", None)
    return page_data(*tables.values(), areas=run.areas, corridors=run.corridors, stops=run.stops, values=values)


def test_the_values_are_those_ranked_by_to_the_last_digit(made_up):
    weights = json.loads(data_of(made_up))["weights"]
    values = values_of(made_up)
    assert [criterion["name"] for criterion in weights["criteria"]] == list(values.columns)
    assert [criterion["weight"] for criterion in weights["criteria"]] == list(made_up.record["weights"].values())
    for name in values:
        assert np.frombuffer(base64.b64decode(weights["values"][name]), "<f8").tolist() == values[name].tolist()
    assert list(made_up.sites.index[weights["rows"]]) == list(values.index)


def test_the_same_tables_give_the_same_bytes(made_up):
    assert data_of(made_up) == data_of(made_up)


def test_texts_of_a_register_end_no_script_and_come_out_whole(made_up):
    text = data_of(made_up, sites=made_up.sites.assign(site_name=HOSTILE, market_failure_note=HOSTILE))
    assert not set(text) & set("<>&\u2028\u2029")
    facts = json.loads(text)
    assert set(facts["sites"]["name"]) == {HOSTILE}


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_a_run_for_others_gets_no_page_of_the_team(made_up, audience):
    with pytest.raises(InputError, match=f"for the audience {audience}, and this page is the team's own"):
        data_of(made_up, record={**made_up.record, "audience": audience})


def test_without_values_there_are_no_weights(made_up):
    assert json.loads(data_of(made_up, values=None))["weights"] is None


def test_every_verdict_has_a_mark_of_its_own(made_up):
    shapes = [look["shape"] for look in json.loads(data_of(made_up))["verdicts"]]
    assert len(set(shapes)) == len(shapes) == 4
