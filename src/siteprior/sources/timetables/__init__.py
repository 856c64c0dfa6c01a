"""Timetables (GTFS): departures per stop, route and hour of a day, and corridors drawn from them."""
