"""What is stated of registers older than the day they are judged on: by newest entry, by vintage, and not at all."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from factories.results import at_points, plain_project, small_result
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.pipeline.notices import reading_notices
from siteprior.pipeline.register_notices import register_notices
from siteprior.registers.coordinates.out_of_step import OUT_OF_STEP

DAY = plain_project().project.as_of


def before(*, years=0, days=0):
    return (pd.Timestamp(DAY) - pd.DateOffset(years=years, days=days)).date()


def done(*entries, own=(), vintages=()):
    """Return a result of one site per file: r0.csv, r1.csv, ... of registers, o0.csv, ... of own lists."""
    files = [f"r{n}.csv" for n in range(len(entries))] + [f"o{n}.csv" for n in range(len(own))]
    sites = at_points(
        *[(400_000, 290_000)] * len(files), file=files, entry_date=pd.to_datetime([*entries, *own]), start_date=None
    )
    of_registers = [*vintages, *[""] * (len(entries) - len(vintages))]
    read = [Input("register", file, "", 0, 1, vintage=day) for file, day in zip(files, of_registers, strict=False)]
    read += [Input("own sites", file, "", 0, 1) for file in files[len(entries) :]]
    read.append(Input("register", "older.csv", "", 0, 1, vintage="2001"))  # of the history: it is meant to be old
    return small_result(sites, sites_read=sites, provenance=tuple(read))


def test_a_register_counts_as_old_from_the_day_after_a_year():
    assert list(register_notices(done(before(years=1)))) == []
    (sentence,) = register_notices(done(before(years=1, days=1), before()))
    assert sentence == (
        f"1 of 2 registers: the newest entry or vintage is more than 1 year before as_of {DAY} "
        f"(r0.csv {before(years=1, days=1)}): ages, stalled permissions and what left the register since are not "
        "known; give newer registers, or an as_of not much later than these"
    )


def test_the_oldest_are_named_first_and_of_many_three():
    (sentence,) = register_notices(done(*(before(years=years) for years in (2, 5, 3, 4))))
    named = ", ".join(f"r{n}.csv {before(years=years)}" for n, years in ((1, 5), (3, 4), (2, 3)))
    assert f"({named} and 1 more)" in sentence
    assert sentence.startswith("4 of 4 registers: ")


def test_registers_of_no_known_day_are_counted_beside_old_ones():
    (sentence,) = register_notices(done(before(years=2), None))
    assert sentence.startswith("1 of 2 registers: ")
    assert f"(r0.csv {before(years=2)}; 1 more of no known day, state the vintage): ages" in sentence


@pytest.mark.parametrize(
    ("entry", "vintage", "old"),
    [
        (None, "", False),  # of no known day
        (None, str(before(years=3)), True),
        (None, str(before(days=9)), False),
        (before(years=3), str(before(days=9)), False),  # published lately, with old entries
        (before(years=3), "as sent", True),  # no date: the entries say it
        (None, "as sent", False),
    ],
)
def test_the_vintage_stated_counts_before_the_entries(entry, vintage, old):
    assert len(list(register_notices(done(entry, vintages=[vintage])))) == old


def test_lists_of_ones_own_have_no_year_and_nothing_is_stated_before_sites_are_read():
    assert list(register_notices(done(before(days=3), own=[before(years=9)]))) == []
    assert list(register_notices(small_result())) == []


def test_it_is_among_what_check_and_run_state():
    assert any(sentence.startswith("1 of 1 register: ") for sentence in reading_notices(done(before(years=2))))


def test_places_out_of_step_with_their_rows_are_stated_by_file():
    log = IssueLog("oldham.csv")
    log.add("invalid coordinates", field="coordinates", action=f"{OUT_OF_STEP}: of 3 links")
    for row in (2, 3, 4):
        log.add("invalid coordinates", row=row, field="coordinates", action=f"{OUT_OF_STEP}: a link in the row names")
    log.add("default-value", row=5, field="coordinate_confidence", action=f"{OUT_OF_STEP} in this register")
    result = dataclasses.replace(done(before()), issue_tables=(log.table(),))
    (sentence,) = register_notices(result)
    assert sentence.startswith("3 sites may stand where another site of the register lies: ")
    assert "(oldham.csv 3; action 'places and rows are out of step' in the issues)" in sentence


def test_the_sheets_of_a_workbook_are_of_its_vintage():
    sites = at_points(
        *[(400_000, 290_000)] * 2, file=["r.xlsx!North", "r.xlsx!South"], entry_date=None, start_date=None
    )
    read = (Input("register", "r.xlsx", "", 0, 2, vintage=str(before(years=3))),)
    (sentence,) = register_notices(small_result(sites, sites_read=sites, provenance=read))
    assert sentence.startswith("2 of 2 registers: ")
    assert f"(r.xlsx!North {before(years=3)}, r.xlsx!South {before(years=3)})" in sentence


def of_councils(*organisations, areas=("E08000025", "E08000028")):
    result = done(*[before()] * len(organisations))
    table = pd.DataFrame({"district_code": list(areas)})
    return dataclasses.replace(
        result, sites_read=result.sites_read.assign(organisation=list(organisations)), areas=table
    )


def test_a_register_of_another_council_and_a_council_without_one_are_named():
    (sentence,) = register_notices(of_councils("E08000029", "E08000025"))
    assert sentence == (
        "1 register of no council of the areas (r0.csv of Solihull), and none lists a site of Sandwell: give the "
        "registers of the areas' councils, or the areas of these"
    )


@pytest.mark.parametrize(
    ("organisations", "areas"),
    [
        (("E08000025", "E08000028"), ("E08000025", "E08000028")),
        (("E08000025",), ("E08000025", "E08000028")),  # a part of the councils is no mistake
        (("E47000007",), ("E08000025", "E08000028")),  # a combined authority lists land of all its councils
        (("E07000190",), ("E07000246",)),  # Taunton Deane became Somerset West and Taunton
    ],
)
def test_registers_of_the_councils_of_the_areas_are_not_named(organisations, areas):
    assert list(register_notices(of_councils(*organisations, areas=areas))) == []
