"""Make the illustrative sample: invented areas, sites, streets, timetables and sales in the formats of the real files.

    python data/make_sample.py [FOLDER]

Real are the council names and codes, the rough places of town centres, and what stands in ``transit/corridors.csv``
and ``transit/stations.csv``: facts restated from NaPTAN, kept by hand, read here and never written. All the rest is
drawn from one seed, so that a second run gives the same files. Faults of the kinds real registers have are put in
on purpose; ``README.md`` lists them. The work is done in ``making``, one module per kind of file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from making.deprivation import write_deprivation, write_fuel_poverty
from making.evidence import write_evidence
from making.market import write_market
from making.older import write_older
from making.registers import write_registers
from making.sites import all_sites, write_industrial_land, write_own_sites
from making.stops import make_stops, write_stops
from making.streets import write_streets
from making.timetable import write_timetable
from making.world import HERE, make_world, write_areas


def make_sample(folder: Path = HERE) -> list[Path]:
    """Write every generated file of the sample under ``folder`` and return their paths."""
    world = make_world()
    sites, stops = all_sites(world), make_stops(world)
    files = {
        **write_areas(world), **write_deprivation(world), **write_fuel_poverty(world), **write_stops(stops),
        **write_streets(world, sites, stops), **write_timetable(world, stops), **write_registers(sites),
        **write_older(world, sites), **write_own_sites(world), **write_industrial_land(world, sites),
        **write_market(world), **write_evidence(world, sites),
    }  # fmt: skip
    for name, data in files.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [Path(folder) / name for name in files]


if __name__ == "__main__":
    for written_path in make_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(f"{written_path.stat().st_size:>9,}  {written_path}")
