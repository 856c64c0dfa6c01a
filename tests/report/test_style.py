"""The colours: one file holds them, and they can be told apart and read."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from siteprior.core.schema import VERDICTS
from siteprior.report import style
from siteprior.report.html.render import style_sheet

REPORT = Path(style.__file__).parent
HEX = re.compile(r"(?<![&\w])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
FILES = sorted(
    path
    for path in REPORT.rglob("*")
    if path.suffix in (".py", ".j2", ".css", ".js") and "vendor" not in path.parts  # other people's code is as it is
)


def contrast(one, other):
    """Contrast of two colours by WCAG 2.1, 1 to 21."""

    def luminance(shade):
        channels = [int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "style.py"], ids=lambda path: path.name)
def test_no_other_file_holds_a_colour(path):
    assert not HEX.findall(path.read_text(encoding="utf-8"))


def test_the_style_sheet_takes_its_variables_from_here(monkeypatch):
    monkeypatch.setitem(style.PAGE_VARIABLES, "accent", "#123456")
    monkeypatch.setitem(style.PAGE_COLOURS, "bad", "#abcdef")
    sheet = style_sheet("audit.css.j2")
    assert "--accent: #123456; " in sheet
    assert ".error { background: #abcdef; " in sheet
    assert ".council { border-top: 1px solid var(--ink); " in sheet


def test_every_verdict_has_a_colour_of_its_own():
    assert list(style.VERDICT_FILLS) == list(VERDICTS)
    assert len(set(style.VERDICT_FILLS.values())) == len(VERDICTS)
    assert len(set(style.CRITERIA)) == len(style.CRITERIA)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "white"), ("soft", "tint"), ("deep", "white"), ("accent", "white"), ("indicated_ink", "indicated"),
     ("open_ink", "white"), ("bad_ink", "bad"), ("warning_ink", "warning"), ("good_ink", "good"),
     ("notice_ink", "track")],
)  # fmt: skip
def test_text_on_pages_reads(ink, ground):
    """At least 4.5 to 1, what WCAG 2.1 asks of text (success criterion 1.4.3)."""
    shades = [style.PAGE_COLOURS[name] for name in (ink, ground)]
    assert contrast(*("#" + c * 2 if len(c) == 3 else "#" + c for c in (shade[1:] for shade in shades))) >= 4.5


def test_white_figures_read_on_every_legible_shade():
    shades = style.bands([str(place) for place in range(9)]).values()
    assert all(contrast(style.legible(shade), style.WHITE) >= 4.5 for shade in shades)
    assert style.legible("#7a2100") == "#7a2100"
    assert style.legible("#f6d5bd") == style.ACCENT


def test_deciles_run_from_dark_to_light():
    shades = [contrast(style.decile(number), style.WHITE) for number in range(1, 11)]
    assert shades == sorted(shades, reverse=True)
    assert (style.decile(1), style.decile(10)) == style.DECILE_ENDS


class TestColours:
    def test_deciles_run_from_dark_to_light(self):
        lights = [sum(int(style.decile(n)[i : i + 2], 16) for i in (1, 3, 5)) for n in range(1, 11)]
        assert lights == sorted(lights)
        assert len(set(lights)) == 10

    def test_bands_run_from_dark_to_light_and_one_is_dark(self):
        assert style.bands(["only"]) == {"only": "#7a2100"}
        assert list(style.bands(["a", "b", "c"]).values()) == ["#7a2100", "#b87b5e", "#f6d5bd"]

    def test_proposals_wear_the_colour_of_their_kind_dashed(self):
        assert style.corridors(["metro", "proposed-metro", "tram of tomorrow"]) == {
            "metro": ("#0072b2", False),
            "proposed-metro": ("#0072b2", True),
            "tram of tomorrow": (style.CORRIDOR_OTHER, False),
        }
        assert style.corridors([""]) == {"": (style.CORRIDOR_NOT_STATED, False)}

    def test_neighbouring_criteria_differ(self):
        shades = list(style.criteria([str(n) for n in range(12)]).values())
        assert all(one != two for one, two in pairwise(shades))
