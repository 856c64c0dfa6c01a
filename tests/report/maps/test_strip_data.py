"""What a strip map shows, as tables and in words: counted by hand on five sites and three stops."""

from __future__ import annotations

import numpy as np
import pytest

from factories.strips import make_rows, make_sites, make_stops
from siteprior.report.maps.strip_data import count, headline, homes_words, strip_facts, strip_words, unplaced_words


@pytest.fixture(scope="module")
def small():
    """Five sites of which the last is not ranked; the homes of the fourth are not known."""
    stops = make_stops(["Alder", "Birch", "Cedar"], [0.0, 1000.0, 3000.0], ["open", "open", "planned"])
    sites = make_sites(5, homes=[10.0, 210.0, 3000.0, np.nan, 60.0])
    rows = make_rows(
        sites, [0, 900, 950, 960, 3000], [100, 900, 300, 250, 700], ["left", "right", "left", "left", "right"]
    )
    return stops, rows, sites


def facts(tables, *, listed=20, reach_m=960):
    return strip_facts(*tables, corridor="Line", listed=listed, reach_m=reach_m)


def test_words_say_what_the_picture_shows(small):
    assert strip_words(facts(small)) == (
        "Strip map of Line from Alder to Cedar: 3 stops (2 open, 1 planned); 3.0 km; 4 ranked sites with 3,220 homes "
        "within 960 m walk of an open stop; 1 considered, not ranked. Most homes are near Alder (3,220 homes). Highest "
        "ranked: 1 Works $ 1 $, 10 homes; 2 Works $ 2 $, 210 homes; 3 Works $ 3 $, 3,000 homes; 4 Works $ 4 $, homes "
        "not known."
    )


def test_the_largest_are_drawn_first_and_the_highest_ranked_listed_first(small):
    strip = facts(small, listed=2)
    assert strip.sites.index.to_list() == ["E08:3", "E08:2", "E08:5", "E08:1", "E08:4"]
    assert strip.listed.index.to_list() == ["E08:1", "E08:2"]
    assert (strip.low_m, strip.high_m, strip.reach_m, strip.kind, strip.unplaced) == (0, 3000, 960, "metro", 0)
    assert strip.sites["above"].to_dict() == {
        "E08:1": True,
        "E08:2": False,
        "E08:3": True,
        "E08:4": True,
        "E08:5": False,
    }


@pytest.mark.parametrize(("farthest", "reach"), [(100, 400), (400, 400), (401, 500), (950, 1000)])
def test_without_a_reach_it_is_the_farthest_walk_in_whole_hundreds(small, farthest, reach):
    stops, rows, sites = small
    near = rows.assign(walk_m=[farthest, 50, 50, 50, 50])
    assert facts((stops, near, sites), reach_m=None).reach_m == reach


def test_sites_beyond_the_reach_are_left_out_and_those_without_a_place_counted(small):
    stops, rows, sites = small
    strip = facts((stops, rows.assign(chainage_m=[np.nan, 1, 2, 3, 4]), sites), reach_m=300)
    assert strip.sites.index.to_list() == ["E08:3", "E08:4"]
    assert strip.unplaced == 1
    assert unplaced_words(strip) == "1 site is not drawn: their place along the line is not known."
    assert strip_words(strip).endswith(unplaced_words(strip))


def test_a_site_beyond_an_end_stands_at_it(small):
    stops, rows, sites = small
    strip = facts((stops, rows.assign(chainage_m=[-50, 3400, 1, 2, 3]), sites))
    assert strip.sites.loc[["E08:1", "E08:2"], "chainage_m"].to_list() == [0, 3000]


def test_the_headline_says_which_states_the_stops_are_in(small):
    stops, rows, sites = small
    assert headline(facts(small)).startswith(
        "3 stops (2 open, 1 planned)  ·  3.0 km  ·  4 ranked sites with 3,220 homes"
    )
    assert headline(facts((stops.assign(state="open"), rows, sites))).startswith("3 stops (all open)  ·  ")
    one = facts((stops.head(1), rows, sites))
    assert headline(one).startswith("1 stop (1 open)  ·  0.0 km  ·  ")
    assert one.high_m > one.low_m


def test_a_walk_to_a_planned_stop_is_called_one(small):
    stops, rows, sites = small
    planned = facts((stops, rows.assign(stop_state=["planned", *["open"] * 4]), sites))
    assert planned.near == "an open or planned stop"
    assert facts(small).near == "an open stop"


def test_numbers_with_their_nouns():
    assert [count(n, "site", "sites") for n in (0, 1, 2, 1200)] == ["0 sites", "1 site", "2 sites", "1,200 sites"]
    assert [homes_words(n) for n in (1.0, 2.0, float("nan"))] == ["1 home", "2 homes", "homes not known"]
