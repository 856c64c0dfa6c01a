"""Which tests of real data need the whole of it; all others run on ``tests/real_slice`` where the whole is absent."""

from __future__ import annotations

LSOAS = "the West Midlands' small areas, of which the slice holds the districts alone"
CORPUS = "the 592 registers of the corpus, 5 MB"
COLLATED = "the register collated for London"
NATIONAL = "the national register, 2 MB"
STOPS = "all stops of the West Midlands, 1 MB"
SALES = "sales with their floor areas"
POSTCODES = "OS Code-Point Open, 1 MB"
HEIGHTS = "OS Terrain 50"
STREETS = "all streets of Newport, 2.5 MB"
EXTRACTS = "larger OpenStreetMap extracts"
FEEDS = "other timetables than Newport's"
INDICES = "the Indices of Deprivation of England"

NEED_THE_WHOLE = {
    "real/test_wmca.py": f"{LSOAS}, their deprivation and all stops",
    "registers/test_corpus.py": CORPUS,
    "registers/test_messy.py::test_collated_file_stays_with_its_councils": COLLATED,
    "pipeline/test_audit.py::test_real_registers_end_in_their_own_councils": COLLATED,
    "registers/matching/test_find_duplicates.py::test_londons_collated_file_beside_a_boroughs_own": COLLATED,
    "registers/matching/test_find_duplicates.py::test_the_national_file": NATIONAL,
    "registers/test_properties.py::test_national_file_puts_coventry_back_and_oldhams_strays_home": NATIONAL,
    "registers/test_properties.py::test_national_file_with_the_seven_councils_alone_assigns_them_no_strays": NATIONAL,
    "registers/coordinates/test_postcode_check.py::test_how_far_real_sites_lie_from_the_postcode_they_state": POSTCODES,
    "registers/coordinates/test_postcode_check.py::test_real_sites_that_change_by_it": POSTCODES,
    "registers/coordinates/test_postcodes.py::test_the_real_files": POSTCODES,
    "core/io/test_vector_files.py::test_real_unclosed_ring_is_refused_not_crashed": "polygons of postcode districts",
    "joins/test_areas.py::test_real_every_lsoa_owns_the_points_inside_it": LSOAS,
    "joins/test_layers.py::test_real_layers_at_places_in_every_lsoa": LSOAS,
    "joins/access/test_ptal.py::test_the_bands_of_londons_areas": "TfL's access index by London area",
    "joins/test_sales.py::test_the_real_monthly_update_never_makes_a_market_thin": SALES,
    "joins/access/test_walk_access.py::test_real_walks_against_every_stop": STOPS,
    "joins/test_zonal_raster.py::test_real_heights_at_discs_agree_with_the_cells_themselves": HEIGHTS,
    "appraisal/prices/test_surface.py::test_on_the_real_sales_the_model_beats_the_medians_and_its_ranges_hold": SALES,
    "appraisal/prices/test_surface.py::test_on_the_real_sales_places_are_distinguished": SALES,
    "scenarios/test_scenarios.py::test_real_line_2_opens": STOPS,
    "sources/areas/test_boundaries.py::test_the_published_districts_are_read_as_they_lie": "all districts of the UK",
    "sources/areas/test_deprivation.py::test_real_forms_of_2019_agree": INDICES,
    "sources/areas/test_deprivation.py::test_real_2025_has_every_domain": INDICES,
    "sources/areas/test_deprivation.py::test_real_join_and_shares": INDICES,
    "sources/areas/test_deprivation.py::test_the_transform_gives_the_published_scores": INDICES,
    "sources/areas/test_lsoa.py::test_real_areas": LSOAS,
    "sources/areas/test_lsoa.py::test_real_broken_polygon_is_mended": LSOAS,
    "sources/layers/test_area_tables.py::test_real_fuel_poverty_of_2022_matches_every_area_of_2021": LSOAS,
    "sources/layers/test_area_tables.py::test_real_fuel_poverty_of_2018_is_refused_whatever_it_is_labelled": LSOAS,
    "sources/layers/test_area_tables.py::test_real_incomes_reach_the_polygons_of_their_areas": LSOAS,
    "sources/layers/test_area_tables.py::test_real_incomes_of_2011_codes_on_polygons_of_2021_leave_no_gap_unreported": (
        LSOAS
    ),
    "sources/layers/test_area_tables.py::test_real_wards_reach_lsoas_by_their_lookup": LSOAS,
    "sources/layers/test_grids.py::test_a_real_tile_without_projection_needs_it_stated": HEIGHTS,
    "sources/sales/test_reader.py::test_real_sales_beside_pandas": SALES,
    "sources/sales/test_reader.py::test_real_places_agree_with_those_another_hand_joined": SALES,
    "sources/sales/test_reader.py::test_real_discounts_are_few_and_cheap": SALES,
    "sources/streets/test_lines.py::test_the_walks_of_dickens_heath": "the streets of Dickens Heath",
    "sources/streets/test_osm.py::test_real_streets_are_those_an_independent_reader_draws": STREETS,
    "sources/streets/test_reader.py::test_a_file_of_another_place_is_refused_with_both_extents": EXTRACTS,
    "sources/streets/test_reader.py::test_newport_clipped_before_it_is_built": STREETS,
    "sources/streets/test_reader.py::test_real_extracts": EXTRACTS,
    "sources/timetables/test_lines.py::test_newports_line_r1_follows_its_shape": "the shapes of Newport's timetable",
    "sources/timetables/test_lines.py::test_wrong_calls_are_refused": FEEDS,
    "sources/timetables/test_reader.py::test_newport_is_read_whole": "the whole of Newport's timetable",
    "sources/timetables/test_reader.py::test_porto_alegre_with_blank_times_counts_every_call_but_the_last": FEEDS,
    "sources/timetables/test_reader.py::test_porto_alegres_trains_are_one_route_per_calling_pattern": FEEDS,
    "sources/timetables/test_reader.py::test_a_deliberately_damaged_feed_gives_issues_not_a_traceback": FEEDS,
    "sources/timetables/test_reader.py::test_a_part_of_a_feed_says_which_tables_it_lacks": FEEDS,
    "sources/transit/test_naptan.py::test_real_counts": STOPS,
    "sources/transit/test_naptan.py::test_real_stops_stand_where_the_corridor_facts_say": STOPS,
    "sources/transit/test_naptan.py::test_real_old_vintage_without_degrees_and_both_vintages_together": STOPS,
    "sources/transit/test_openings.py::test_real_openings": STOPS,
    "sources/transit/test_openings.py::test_real_statements_are_used_only_from_their_day_on": STOPS,
    "test_sample.py::test_no_area_has_a_real_code": "the codes of all areas of England and Wales",
    "test_sample.py::test_stations_are_naptan_unchanged": STOPS,
    "walking/test_newport.py::test_every_walk_within_the_cut_off_against_networkx": STREETS,
    "walking/test_newport.py::test_ten_long_walks_against_networkx": STREETS,
    "walking/test_slope.py::test_the_real_terrain_of_the_west_midlands": HEIGHTS,
}
"""File, or file and test, below ``tests``: what of the whole it needs that the slice does not hold."""


def needs_the_whole(name: str) -> str | None:
    """Return what a test needs of the whole, by its name below ``tests`` (``file::test``); ``None`` where it does not.

    Examples
    --------
    >>> needs_the_whole("registers/test_corpus.py::test_no_row_is_lost_silently")
    'the 592 registers of the corpus, 5 MB'
    >>> needs_the_whole("registers/test_messy.py::test_york_clock_times_and_unset_dates")
    """
    file, _, rest = name.partition("::")
    return NEED_THE_WHOLE.get(file) or NEED_THE_WHOLE.get(f"{file}::{rest.partition('[')[0]}")
