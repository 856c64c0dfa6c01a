"""Which tests of real data need the whole of it; all others run on ``tests/real_slice`` where the whole is absent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parents[1]
DATA_ROOT = Path(os.environ.get("SITEPRIOR_DATA_ROOT", HERE.parents[1] / "shared" / "data"))
SLICE = HERE / "real_slice"
REAL = DATA_ROOT if (DATA_ROOT / "real").is_dir() else SLICE

Value = TypeVar("Value")

COLLATED = "the register collated for London"
WIKIPEDIA = "polygons of postcode districts, drawn from Wikipedia"
NATIONAL = "pairs across the national register, and the files that name their councils"
STRAYS = "all 141 rows of the national register under other councils' codes"
CORPUS = "all 592 registers of the corpus, 5 MB"
SALES = "enough sales with their floor areas to fit a model to"
EXTRACTS = "larger OpenStreetMap extracts"
ENGLAND = "England's areas, registers and stations"
NEIGHBOURS = "the stops of the neighbouring counties"
FEEDS = "other timetables than Newport's, whose licences are not stated"

NEED_THE_WHOLE = {
    "real/test_greater_manchester.py::test_nothing_of_the_west_midlands_stands_in_any_output": ENGLAND,
    "real/test_greater_manchester.py::test_ten_councils_are_there_and_no_row_is_lost": ENGLAND,
    "real/test_greater_manchester.py::test_oldhams_rows_are_those_of_the_national_file": ENGLAND,
    "real/test_greater_manchester.py::test_corridors_lie_about_the_ten_districts": ENGLAND,
    "real/test_greater_manchester.py::test_the_run_states_that_the_buses_are_missing": ENGLAND,
    "real/test_greater_manchester.py::test_no_fund_is_checked_and_the_run_states_so": ENGLAND,
    "real/test_greater_manchester.py::test_stations_of_the_table_are_those_of_naptan": ENGLAND,
    "real/test_england.py::test_the_lines_are_read_as_geoparquet_each_name_once": ENGLAND,
    "real/test_england.py::test_the_project_loads_with_every_file_there": ENGLAND,
    "real/test_rutland.py::test_tiles_on_two_workers_are_the_one_piece_to_the_byte": EXTRACTS,
    "real/test_new_projects.py::test_greater_manchester_is_ranked_without_corridors": ENGLAND,
    "real/test_new_projects.py::test_the_west_midlands_are_the_real_test_project": NEIGHBOURS,
    "real/test_wmca_evidence.py::test_the_page_of_calibration_is_what_the_command_writes": SALES,
    "registers/test_messy.py::test_collated_file_stays_with_its_councils": COLLATED,
    "registers/matching/test_find_duplicates.py::test_londons_collated_file_beside_a_boroughs_own": COLLATED,
    "registers/matching/test_find_duplicates.py::test_the_national_file": NATIONAL,
    "registers/test_properties.py::test_national_file_with_the_seven_councils_alone_assigns_them_no_strays": STRAYS,
    "registers/test_corpus.py::test_at_least_98_percent_lie_in_their_own_council": CORPUS,
    "registers/test_corpus.py::test_the_manifests_files_of_no_district": CORPUS,
    "registers/test_corpus.py::test_repairs_agree_with_other_files_of_the_council": CORPUS,
    "registers/test_corpus.py::test_the_page_is_what_the_command_writes": CORPUS,
    "registers/test_corpus.py::test_every_remaining_file_has_a_cause": CORPUS,
    "registers/coordinates/test_out_of_step.py::test_the_links_of_east_devons_register_are_out_of_step": CORPUS,
    "core/test_authorities.py::test_the_table_is_what_its_script_makes": ENGLAND,
    "core/io/test_vector_files.py::test_real_unclosed_ring_is_refused_not_crashed": WIKIPEDIA,
    "joins/test_layers.py::test_real_layers_at_places_in_every_lsoa": WIKIPEDIA,
    "appraisal/prices/test_surface.py::test_on_the_real_sales_the_model_beats_the_medians_and_its_ranges_hold": SALES,
    "appraisal/prices/test_surface.py::test_on_the_real_sales_places_are_distinguished": SALES,
    "sources/streets/test_lines.py::test_the_walks_of_dickens_heath": "the streets of Dickens Heath",
    "sources/streets/test_reader.py::test_a_file_of_another_place_is_refused_with_both_extents": EXTRACTS,
    "sources/streets/test_reader.py::test_real_extracts": EXTRACTS,
    "sources/timetables/test_lines.py::test_newports_line_r1_follows_its_shape": "the shapes of Newport's timetable",
    "sources/timetables/test_lines.py::test_wrong_calls_are_refused": FEEDS,
    "sources/timetables/test_reader.py::test_porto_alegre_with_blank_times_counts_every_call_but_the_last": FEEDS,
    "sources/timetables/test_reader.py::test_porto_alegres_trains_are_one_route_per_calling_pattern": FEEDS,
    "sources/timetables/test_reader.py::test_a_deliberately_damaged_feed_gives_issues_not_a_traceback": FEEDS,
    "sources/timetables/test_reader.py::test_a_part_of_a_feed_says_which_tables_it_lacks": FEEDS,
    "sources/test_catalogue.py::test_the_layer_of_fuel_poverty_reads_the_published_table": "fuel poverty by LSOA",
    "sources/areas/test_lookup.py::test_the_published_lookup_of_england_and_wales": "the lookup of all LSOAs",
    "test_sample.py::test_no_area_has_a_real_code": "the codes of all areas of England and Wales",
}
"""File and test, below ``tests``: what of the whole it needs that the slice does not hold."""


def expected(*, whole: Value, of_slice: Value) -> Value:
    """Return what is expected of the real data the tests run on: of the whole where it stands, else of the slice."""
    return of_slice if REAL == SLICE else whole


def needs_the_whole(name: str) -> str | None:
    """Return what a test needs of the whole, by its name below ``tests`` (``file::test``); ``None`` where it does not.

    Examples
    --------
    >>> needs_the_whole("registers/test_corpus.py::test_at_least_98_percent_lie_in_their_own_council[True]")
    'all 592 registers of the corpus, 5 MB'
    >>> needs_the_whole("registers/test_corpus.py::test_no_row_is_lost_silently")
    """
    return NEED_THE_WHOLE.get(name.partition("[")[0])
