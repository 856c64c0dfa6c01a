"""The report on the market and the record of each site: what stands in the tables, what is missing, and why."""

from __future__ import annotations

import html.parser
import re
from types import SimpleNamespace

import jinja2
import pandas as pd
import pytest

from factories.market_failure import market_of, with_sources
from siteprior.core import schema
from siteprior.report.dossiers import records as site_pages
from siteprior.report.dossiers.records import COMPARABLES_SHOWN, site_records
from siteprior.report.html import render as pages
from siteprior.report.html.market import market_section

PAGE = """<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<style>{{ style }}</style></head><body><main>{% include "report_market.html.j2" %}
{% for site in records %}<article id="record-{{ loop.index }}">{% include "dossier_facts.html.j2" %}
{% include "dossier_failure.html.j2" %}{% include "dossier_evidence.html.j2" %}<p>{{ site.caveats | join(" ") }}</p>
</article>{% endfor %}</main><script>{{ script }}</script></body></html>"""
EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'


class Reader(html.parser.HTMLParser):
    """Collects tags and visible words, and what does not close."""

    VOID = frozenset({"meta", "br", "img", "rect", "line"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.words, self.faults = [], [], [], []
        self.feed(page)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in self.VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)


def records_of(run, **changed):
    names = ("signals", "titles", "lines", "drivers", "input_titles", "evidence", "rules", "comparables")
    shortlist = changed.pop("shortlist", run.shortlist)
    return site_records(shortlist, **({name: getattr(run, name) for name in names} | changed))


def bare(run):
    """Return market and records of a run that measured nothing but the register's signals."""
    plain = pd.DataFrame(run.sites[["organisation", "site_name", "hectares", "rank", "market_failure"]])
    shortlist = plain.head(3)
    signals = run.signals[run.signals["source"] == "ownership_status"]
    return SimpleNamespace(
        market=market_section(plain, shortlist, signals=signals, titles=run.titles),
        records=site_records(shortlist, signals=signals, titles=run.titles),
    )


def render(market, records, monkeypatch):
    loader = jinja2.PackageLoader
    page = jinja2.DictLoader({"page": PAGE})
    monkeypatch.setattr(jinja2, "PackageLoader", lambda name: jinja2.ChoiceLoader([page, loader(name)]))
    pages._environment.cache_clear()
    shown = [
        {**record, "homes": record["capacity_dwellings"], "area_hectares": record["hectares"], "members": []}
        for record in records
    ]  # fmt: skip
    return pages.render("page", market=market, records=shown)


def record_text(page, number):
    start = page.index(f'id="record-{number}"')
    return Reader("<main><article " + page[start : page.index("</article>", start)] + "</article></main>").text


class TestRecords:
    def test_one_record_per_site_in_order_with_all_nine_signals(self, run):
        records = records_of(run)
        assert [record["site_id"] for record in records] == list(run.shortlist.index)
        for record in records:
            assert [signal["letter"] for signal in record["signals"]] == list("VXCIPTSAE")
            assert all((signal["reading"] is None) == bool(signal["why"]) for signal in record["signals"])

    def test_the_reading_that_counts_stands_first_and_the_others_beside_it(self, run):
        run = with_sources(run)
        record = records_of(run)[0]
        contamination = record["signals"][1]
        held = run.signals[(run.signals["site_id"] == record["site_id"]) & (run.signals["signal"] == "X")]
        assert contamination["reading"]["reason"] == held.loc[held["counts"] == "yes", "reason"].item()
        assert len(contamination["others"]) == len(held) - 1 > 0

    def test_why_a_signal_is_missing_follows_the_site(self, run):
        shortlist = run.shortlist.head(1).assign(
            ownership_status=None, notes=None, planning_permission_status=None, development_status=None
        )
        none = run.signals.iloc[:0]
        why = {s["letter"]: s["why"] for s in records_of(run, shortlist=shortlist, signals=none)[0]["signals"]}
        assert why["C"].startswith("ownership is blank")
        assert "there are no notes" in why["I"]
        assert why["S"] == "no permission to stall: planning status is blank"
        assert "foundry, is not contaminative" in why["X"]
        stage = shortlist.assign(development_status="under construction", no_new_build_5y="no")
        why = {s["letter"]: s["why"] for s in records_of(run, shortlist=stage, signals=none)[0]["signals"]}
        assert why["S"] == "the register records it as under construction"
        assert why["T"].startswith("new homes were sold near it")

    def test_what_lists_a_site_and_which_date_is_blank_are_named(self, run, monkeypatch):
        shortlist = run.shortlist.head(2).assign(
            register=["brownfield register", "our estate"], ownership_status=None, capacity_basis="register",
            development_status="completed", entry_date=pd.to_datetime([None, "2025-03-01"]),
            start_date=pd.Timestamp("2018-12-03"),
        )  # fmt: skip
        records = records_of(run, shortlist=shortlist, signals=run.signals.iloc[:0])
        assert [(record["listed_in"], record["homes_by"]) for record in records] == [
            ("register", "by register"), ("list", "as listed"),
        ]  # fmt: skip
        assert [record["caveats"][-1] for record in records] == [
            "The day of its last update (entry_date) is blank.", "The entry was last updated on 2025-03-01.",
        ]  # fmt: skip
        assert [record["signals"][6]["why"] for record in records] == [
            "the register records it as completed", "the list records it as completed",
        ]  # fmt: skip
        page = render(bare(run).market, records, monkeypatch)
        assert "blank in the register" in record_text(page, 1)
        assert "blank in the list" in record_text(page, 2)
        ruled = records_of(run, shortlist=shortlist.assign(capacity_basis=["rule", None]))
        assert [record["homes_by"] for record in ruled] == ["by rule", ""]

    def test_lines_add_up_to_the_residual_with_their_signs(self, run):
        for record in records_of(run):
            amounts = {line["title"]: line["amount"] for line in record["lines"]}
            names = list(amounts)
            parts = sum(amounts[name] for name in names[: names.index("Residual land value")])
            assert parts == pytest.approx(amounts["Residual land value"], abs=0.1)
            assert amounts["Build"] < 0 < amounts["Value of market homes"]
            assert record["lines"][-1]["per_home"] == pytest.approx(record["gap_gbp_per_home"], abs=0.01)

    def test_the_tornado_stays_on_its_axis_and_splits_at_the_central_case(self, run):
        for record in records_of(run):
            chart = record["drivers"]
            homes = record["capacity_dwellings"]
            shortfall = (record["benchmark_land_value_gbp"] - record["residual_land_value_gbp"]) / homes
            assert chart["central"] == pytest.approx(shortfall)
            for bar in chart["bars"]:
                assert -1e-9 <= bar["low_x"] <= bar["low_x"] + bar["low_width"] <= 100 + 1e-9
                ends = sorted([bar["low_x"], bar["low_x"] + bar["low_width"], bar["high_x"] + bar["high_width"]])
                assert any(abs(end - chart["central_x"]) < 1e-9 for end in ends)
            widths = [bar["low_width"] + bar["high_width"] for bar in chart["bars"]]
            swings = [bar["swing"] for bar in chart["bars"]]
            assert widths == pytest.approx([widths[0] / swings[0] * swing for swing in swings], abs=1e-3)

    def test_comparables_carry_no_address(self, run, monkeypatch):
        records = records_of(run)
        assert all(len(record["comparables"]) <= COMPARABLES_SHOWN for record in records)
        assert all(re.fullmatch(r"\w+ \d", sale["postcode_sector"]) for r in records for sale in r["comparables"])
        page = render(market_of(run), records, monkeypatch)
        assert not re.search(r"B\d \dAA", page)

    def test_failed_rules_stand_first_and_those_that_do_not_apply_apart(self, run):
        record = records_of(run)[0]
        results = [rule["result"] for rule in record["rules"]["rows"]]
        order = ["fail", "unknown", "pass"]
        assert results == sorted(results, key=order.index)
        assert len(record["rules"]["beside"]) == record["rules"]["counts"]["not applicable"]
        assert sum(record["rules"]["counts"].values()) == run.rules["rule"].nunique()

    def test_caveats_name_place_outline_and_coverage(self, run):
        shortlist = run.shortlist.head(1).assign(
            coordinate_confidence="low", repair="OSGB flipped", shape_basis="disc", position_uncertainty_m=80.0,
            gate_doubt="too_small", coverage=0.6, walk_basis="straight-line", entry_date=pd.NaT,
        )  # fmt: skip
        said = " ".join(records_of(run, shortlist=shortlist)[0]["caveats"])
        assert "Place: low confidence: OSGB flipped." in said
        assert "it may reach 80 m from where it is measured" in said
        assert "could turn these gates: too_small." in said
        assert "40% of the weight rests on nothing known" in said
        assert "straight lines times a factor" in said
        assert "The day of its last update (entry_date) is blank." in said


class TestPage:
    def test_it_is_balanced_small_and_closed_to_the_network(self, run, monkeypatch):
        page = render(market_of(run), records_of(run), monkeypatch)
        parsed = Reader(page)
        assert parsed.faults == []
        assert parsed.open == []
        assert len(page.encode()) / len(run.shortlist) < 60_000  # 25 records stay below 1.5 MB
        ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        for tag, attributes in parsed.tags:
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)
            assert "src" not in attributes
            assert tag != "a" or attributes["href"][1:] in ids
        assert "nan" not in parsed.text.lower().replace("finance", "").split()
        assert "None" not in parsed.text.replace("None found", "")

    def test_same_tables_same_page(self, run, monkeypatch):
        once = render(market_of(run), records_of(run), monkeypatch)
        assert render(market_of(run), records_of(run), monkeypatch) == once

    def test_texts_of_others_are_shown_as_text(self, run, monkeypatch):
        shortlist = run.shortlist.head(2).assign(
            site_name=EVIL, corridor=EVIL, corridor_stop=EVIL, market_failure_note=EVIL, viability_basis=EVIL,
            previous_use=EVIL, ownership_status=EVIL, deadweight=EVIL, guidance_edition=EVIL, repair=EVIL,
            coordinate_confidence="low",
        )  # fmt: skip
        signals = run.signals.assign(reason=EVIL, counter_evidence=EVIL)
        page = render(
            market_of(run, signals=signals),
            records_of(run, shortlist=shortlist, signals=signals, rules=run.rules.assign(reason=EVIL, title=EVIL),
                       evidence=run.evidence.assign(finding=EVIL, source=EVIL)),
            monkeypatch,
        )  # fmt: skip
        parsed = Reader(page)
        assert len([tag for tag, _ in parsed.tags if tag == "script"]) == 1
        assert not [tag for tag, _ in parsed.tags if tag == "img"]
        assert parsed.text.count(EVIL) > 20

    def test_illustrative_figures_are_flagged_on_every_page(self, run, monkeypatch):
        page = render(market_of(run), records_of(run), monkeypatch)
        flags = re.findall(r'<p class="flag">Illustrative (costs|assumptions)', page)
        assert flags.count("costs") == flags.count("assumptions") == len(run.shortlist)
        honest = run.shortlist.assign(
            viability_basis="user assumptions",
            benefits_basis="user assumptions",
            additionality_basis="user assumptions",
        )
        page = render(market_of(run), records_of(run, shortlist=honest), monkeypatch)
        assert '<p class="flag">' not in page

    def test_a_record_holds_its_figures(self, run, monkeypatch):
        site = run.shortlist.iloc[0]
        text = record_text(render(market_of(run), records_of(run), monkeypatch), 1)
        assert f"£{site['gap_low_gbp_per_home']:,.0f} £{site['gap_median_gbp_per_home']:,.0f}" in text
        assert f"A gap in {site['gap_probability']:.0%} of the draws" in text
        assert site["guidance_edition"] in text
        assert "£" in text

    def test_a_record_names_what_would_decide_its_verdict(self, run, monkeypatch):
        page = render(market_of(run), records_of(run), monkeypatch)
        for place, (_, site) in enumerate(run.shortlist.head(5).iterrows(), 1):
            text = record_text(page, place)
            settled = f"Settled as far as missing figures go: {site['verdict_best']}, whatever the signals"
            worst, best = site["verdict_worst"], site["verdict_best"]
            still_open = "Open: figures that are missing could still make it anything "
            still_open += f"from {worst} to {best}; strength from"
            assert (settled if site["settled"] == "yes" else still_open) in text
            known = site["settled"] == "yes"
            before = (
                "Not looked at yet, cheapest first; counter-evidence may be among it:"
                if known
                else "What would decide it, cheapest first:"
            )
            assert f"{before} {site['open_facts'][:30]}" in text

    def test_a_record_says_what_the_land_can_bear_and_on_which_edition(self, run, monkeypatch):
        known = run.shortlist["break_even_gbp_per_ha"].notna()
        number = int(known.to_numpy().argmax())
        site = run.shortlist.iloc[number]
        page = render(market_of(run), records_of(run), monkeypatch)
        text = record_text(page, number + 1)
        assert f"What the land can bear £{site['break_even_gbp_per_ha']:,.0f} a hectare" in text
        assert f"£{site['break_even_gbp_per_home']:,.0f} a home" in text
        assert "MHCLG land values of 2017, valued 1 April 2017" in text
        assert "not a valuation of this one" in text
        bare = run.shortlist.assign(break_even_gbp_per_ha=None, headroom_basis="missing: its homes are not known")
        page = render(market_of(run), records_of(run, shortlist=bare), monkeypatch)
        assert "Not measured: its homes are not known." in record_text(page, 1)


class TestMissing:
    def test_without_costs_viability_is_missing_with_its_reason_and_never_zero(self, costless, monkeypatch):
        market, records = market_of(costless), records_of(costless)
        assert market["gap"] is None
        assert market["drivers"] == []
        assert market["why"]["gap"].startswith("missing: build_gbp_per_m2")
        assert all(record["lines"] == [] and record["drivers"] is None for record in records)
        page = render(market, records, monkeypatch)
        assert "The viability gap was not measured on any ranked site: missing: build_gbp_per_m2" in Reader(page).text
        text = record_text(page, 1)
        assert "Would building pay? Not measured: missing: build_gbp_per_m2" in text
        assert "V Viability gap – – Not measured: no gap per home; missing: build_gbp_per_m2" in text
        assert "£0" not in text
        assert "No viability gap was measured" in " ".join(market["confidence"])

    def test_a_run_that_measured_nothing_says_so_part_by_part(self, run, monkeypatch):
        found = bare(run)
        page = render(found.market, found.records, monkeypatch)
        text = Reader(page).text
        for sentence in (
            "The viability gap was not measured on any ranked site: no viability appraisal was made in this run.",
            "Prices were not modelled: no sales with floor areas were read in this run.",
            "The sites were not screened for deadweight in this run.",
            "Benefits were not appraised: no benefits were appraised in this run.",
            "No fund's rules were checked in this run.",
        ):
            assert sentence in text
        record = record_text(page, 1)
        assert "no sales with floor areas were read" in record
        assert "no viability appraisal was made in this run" in record
        assert "the site was not screened in this run" in record
        assert "no fund’s rules were checked" in record
        assert "£0" not in record
        assert found.records[0]["evidence"] is None

    def test_an_empty_table_of_comparables_is_no_evidence_unless_sales_were_read(self, run):
        none = run.comparables.iloc[:0]
        assert records_of(run, comparables=none)[0]["comparables"] == []
        unread = run.shortlist.drop(columns="sales_years_covered")
        assert records_of(run, shortlist=unread, comparables=none)[0]["comparables"] is None

    def test_nobody_ranked(self, run, monkeypatch):
        sites = run.sites.assign(rank=pd.Series(pd.NA, index=run.sites.index, dtype="Int64"))
        market = market_of(run, sites=sites, shortlist=sites.iloc[:0])
        assert market["confidence"] == ["No site was ranked, so there is no verdict."]
        assert market["gap"] is None
        assert "No site was ranked" in render(market, [], monkeypatch)

    @pytest.mark.parametrize(
        ("column", "shown"),
        [
            ("hectares", "Hectares – "),
            ("capacity_dwellings", "Homes – "),
            ("gap_median_gbp_per_home", "£ a hectare £{gap_low_gbp_per_ha:,.0f} – £"),
            ("gap_probability", "A gap in – of the draws"),
            ("bcr", "Benefit-cost ratio {bcr_low:.2f} – "),
            ("public_cost_gbp", "Public cost £{public_cost_low_gbp:,.0f} – £"),
            ("comparable_gbp_per_m2", "The nearest of"),
        ],
    )
    def test_any_blank_is_a_dash_on_the_page(self, run, monkeypatch, column, shown):
        site = run.shortlist[run.shortlist["bcr"].notna()].iloc[:1]
        blank = site.assign(**{column: schema.as_kind(None, "number", site.index)})
        page = render(market_of(run), records_of(run, shortlist=blank), monkeypatch)
        text = record_text(page, 1)
        assert shown.format(**site.iloc[0]) in text
        assert "nan" not in text.split()
        assert "None" not in text.replace("None found", "")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.3, "mostly no registered title: registered parcels cover 30% of the site"),
        (0.5, "neither owners nor parcels were counted"),
        (None, "neither owners nor parcels were counted"),
    ],
)
def test_a_site_without_registered_title_says_so(share, words):
    row = {"ownership_status": "unknown ownership", "notes": None, "planning_permission_status": None}
    why = site_pages._why({"letter": "C"}, {**row, "registered_share": share})
    assert why == f"‘unknown ownership’ does not say how many own it; {words}"
