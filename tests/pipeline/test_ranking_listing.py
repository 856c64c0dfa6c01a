"""What a ranking prints: the shortlist with what changed, and below it who leaves."""

from __future__ import annotations

import siteprior as sp
from factories.changed_demo import changed_weights
from siteprior.pipeline.ranking_listing import shortlist_text, summary_text


def test_the_shortlist_is_printed_in_its_order_and_who_leaves_below(sample_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    new = sp.rerank(changed_weights(), run=sample_run)
    rows = [line.split() for line in shortlist_text(new).splitlines()[1:] if line[:1].strip()]
    leavers = new.changes.index[new.changes["change"] == "leaves"]
    assert len(leavers)
    printed = [next(word for word in row if word in new.changes.index) for row in rows]
    assert printed == [*new.shortlist.index, *leavers]
    assert [row[0] for row in rows[:3]] == ["1", "2", "3"]
    enters = int((new.changes["change"] == "enters").sum())
    assert summary_text(new).endswith(f"25 on the shortlist; {enters} enter, {len(leavers)} leave.")
