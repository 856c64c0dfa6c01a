"""The arguments each command takes; what it does with them stands in ``siteprior.cli``."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from siteprior.cli.clustered import cluster_arguments


def demo_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of demo."""
    command.add_argument(
        "--out", type=Path, default=Path("outputs/demo"), help="folder to write (default: %(default)s)"
    )
    publish_arguments(command)


def init_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of init."""
    add = command.add_argument
    add("known", nargs="*", metavar="AREA", help="wmca; names or codes of councils, a combined authority, a county")
    area = command.add_mutually_exclusive_group()
    area.add_argument("--area", metavar="AREAS", help="the same, with commas between: Leeds,Bradford")
    area.add_argument("--combined-authority", metavar="CODE", help="its ONS code or name, such as E47000001")
    area.add_argument("--from-folder", type=Path, metavar="DIR", help="files that are there, each named as what it is")
    add("--out", type=Path, metavar="DIR", help="folder to write (default: named after the area; DIR of --from-folder)")
    add("--as-of", type=_day, metavar="DAY", help="the day registers are judged on: 2026-12-31 (default: today)")


def _day(text: str) -> date:
    """Return a day of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-12-31") from None


def run_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of run."""
    command.add_argument("project", type=Path, help="project file (TOML)")
    command.add_argument("--out", type=Path, help="folder to write (default: outputs/<project>-<as_of>)")
    command.add_argument("--audience", metavar="WHO", help="internal, partner or public (default: the project's)")
    command.add_argument(
        "--pdf", action="store_true", default=None,
        help="board summary and dossiers also as PDF (needs Chromium, Chrome or Edge)",
    )  # fmt: skip
    publish_arguments(command)


def publish_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of run and demo, what the layers are written for."""
    command.add_argument(
        "--gis", choices=("qgis", "arcgis", "mapinfo"), help="program the GeoPackages are for (default: the project's)"
    )
    command.add_argument("--geoparquet", action="store_true", default=None, help="write the layers as GeoParquet, too")
    command.add_argument("--fresh", action="store_true", help="do all anew: take nothing that is kept between runs")


def check_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of check."""
    command.add_argument("project", type=Path, help="project file (TOML)")
    command.add_argument("--out", type=Path, help="folder to write (default: outputs/<project>-<as_of>-check)")
    command.add_argument("--strict", action="store_true", help="exit 1 when there are issues of severity error")


def audit_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of audit."""
    add = command.add_argument
    add("registers", nargs="+", metavar="REGISTER", help="file, folder, pattern or zip archive")
    add("--organisation", metavar="CODE", help="ONS code of the council all files are of")
    add("--boundaries", type=Path, metavar="FILE", help="council areas, any vector file")
    add("--boundaries-code", metavar="COLUMN", help="its column with the councils' ONS codes")
    add("--boundaries-name", metavar="COLUMN", help="its column with their names (default: guessed)")
    add("--boundaries-layer", metavar="LAYER", help="its layer, where the file holds several")
    add("--boundaries-crs", metavar="CRS", help="its coordinate system (default: as it states)")
    add("--out", type=Path, default=Path("outputs/audit"), help="folder to write (default: %(default)s)")
    add("--no-workbooks", action="store_true", help="write no workbook per council")
    cluster_arguments(command)


def access_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of access."""
    add = command.add_argument
    add("project", type=Path, nargs="?", help="project file (TOML) with streets and timetables")
    add("--streets", type=Path, metavar="FILE", help="streets: OpenStreetMap, GraphML or lines")
    add("--timetables", type=Path, nargs="+", default=[], metavar="FEED", help="GTFS feeds")
    add("--stops", type=Path, nargs="+", default=[], metavar="FILE", help="NaPTAN files")
    add("--points", type=Path, metavar="FILE", help="places to measure and explain, any vector file")
    add("--bounds", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="area, metres, EPSG:27700")
    add("--date", type=date.fromisoformat, help="weekday to count (default: the busiest ordinary one)")
    add("--cell", type=float, metavar="M", help="metres a cell is wide (default: 100)")
    add("--walks", action="store_true", help="walk to the nearest stop instead: any area, no timetables")
    add("--out", type=Path, default=Path("outputs/access"), help="folder (default: %(default)s)")
    cluster_arguments(command)


def listing_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of every listing."""
    command.add_argument("--json", action="store_true", help="as JSON")


def criteria_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of criteria."""
    command.add_argument("project", type=Path, nargs="?", help="project file: its own layers and its weights, too")
    listing_arguments(command)


def columns_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of columns."""
    command.add_argument("which", nargs="*", metavar="TABLE|WORD", help="a table's name, or a word to look for")
    listing_arguments(command)


def compare_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of compare."""
    command.add_argument("run_a", type=Path, help="folder of the earlier run")
    command.add_argument("run_b", type=Path, help="folder of the later run")
    command.add_argument("--out", type=Path, metavar="HTML", help="write the whole comparison as a page")
    command.add_argument("--csv", type=Path, metavar="FILE", help="write every change as a table")
    command.add_argument("--json", action="store_true", help="every change, as JSON")


def reweight_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of reweight."""
    add = command.add_argument
    add("run", type=Path, nargs="?", help="folder of a run (default: the newest in outputs)")
    add("-w", "--weight", action="append", default=[], metavar="CRITERION=WEIGHT",
        help="beside the run's other weights, in their unit; 0 leaves a criterion out")  # fmt: skip
    add("--map", type=Path, metavar="PNG", help="draw the new map")
    add("--write", type=Path, metavar="PROJECT", help="put the weights into a project file; nothing else of it changes")
    add("--json", action="store_true", help="every ranked site, as JSON")


def rank_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of rank."""
    add = command.add_argument
    add(
        "project",
        type=Path,
        help="project file (TOML): weights, gates, opportunities, shortlist as they are now",
    )
    add("--run", type=Path, metavar="FOLDER", help="its run (default: outputs/<project>-<as_of>, else the newest)")
    add("--out", type=Path, metavar="FOLDER", help="a folder of its own to write (default: print, and write nothing)")
    add("--json", action="store_true", help="every ranked opportunity, as JSON")


def hand_over_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of hand-over."""
    add = command.add_argument
    add("run", type=Path, nargs="?", help="folder of a run of the team's own (default: the newest in outputs)")
    add("--audience", required=True, metavar="WHO", help="internal, partner or public")
    add("--by", metavar="CUT", help="council, corridor, ownership or partner (default: all in one folder)")
    add("--partners", type=Path, metavar="FILE", help="of --by partner: a table with site_id and partner")
    add("--gis", metavar="PROGRAM", help="qgis, arcgis or mapinfo (default: as the run was made)")
    add("--out", type=Path, required=True, metavar="FOLDER", help="folder to write; a cut has a folder in it per part")


def gaps_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of gaps."""
    command.add_argument("run", type=Path, nargs="?", help="folder of a run (default: the newest in outputs)")
    command.add_argument("--site", metavar="ID", help="what would decide the verdict of this site")
    listing_arguments(command)


def fetch_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of fetch."""
    add = command.add_argument
    add("project", type=Path, nargs="?", help="project file (TOML)")
    add("--refresh", action="store_true", help="ask for what is there, too, and replace it where it changed")
    add("--force", action="store_true", help=argparse.SUPPRESS)
    add("--offline", action="store_true", help="download nothing: check what is there, say what is missing")
    add("--dry-run", action="store_true", help="download nothing: say what would be, how large, under which licence")
    add("--mirror", metavar="URL", help="ask there in the place of every host; {host} stands for it (SITEPRIOR_MIRROR)")
    add("--max-gb", type=float, metavar="GB", help="refuse larger files (default: 4, parameter fetch.largest_gb)")
    add("--list", nargs="*", metavar="WORD", help="the datasets of the catalogue with these words; downloads nothing")
    add("--json", action="store_true", help="of --list: as JSON")


def docs_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of docs."""
    command.add_argument(
        "--build", action="store_true", help="in a checkout: build the site anew (three minutes), and open nothing"
    )


def notebooks_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of notebooks."""
    actions = command.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list the notebooks that travel with siteprior, with their titles")
    listing.set_defaults(action="list")
    copy = actions.add_parser("copy", help="copy the notebooks to a folder")
    copy.add_argument("folder", type=Path)
    copy.add_argument("--force", action="store_true", help="replace notebooks that stand there")
    copy.set_defaults(action="copy")
    execute = actions.add_parser("run", help="run one notebook with parameters and write it as a page")
    execute.add_argument("notebook", type=Path)
    execute.add_argument("--out", type=Path, required=True, help="page to write (.html)")
    execute.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    execute.set_defaults(action="run")


def cache_arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments of cache."""
    command.add_argument("--clear", action="store_true", help="remove it; the next run comes to the same, later")
    listing_arguments(command)
