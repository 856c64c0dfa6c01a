"""The command line: a thin shell over the public functions.

Exit 0: the outputs were written, whatever the issue log holds. 1: they could not be; what and why stands on one line
each. 2: wrong usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from siteprior import __version__
from siteprior.core.errors import SitePriorError, listed_once
from siteprior.core.shown_text import one_line
from siteprior.core.terminal import listing, named_values, open_closed_streams, warnings_on_stderr, write_no_more


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The words after ``siteprior``; those of the process when ``None``.

    Examples
    --------
    >>> main(["criteria", "--json"])  # doctest: +ELLIPSIS
    [
      {
    ...
    0
    """
    open_closed_streams()
    if hasattr(sys.stdout, "reconfigure"):
        # Site names and units are not ASCII; a Windows console set to a legacy code page must not end in a traceback.
        sys.stdout.reconfigure(errors="replace")
    if arguments is None:  # the process is siteprior's own
        from siteprior.core.io.file_kinds import switch_off_other_drivers

        switch_off_other_drivers()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # to be ended is to be stopped, as by Ctrl-C
    options = _parser().parse_args(arguments)
    try:
        with warnings_on_stderr():
            done = int(options.do(options))
            sys.stdout.flush()
            return done
    except BrokenPipeError:  # whoever reads the output has seen enough (``| head``)
        write_no_more()
        return 0
    except SitePriorError as fault:
        for sentence in listed_once(fault.faults):
            print(f"siteprior: {one_line(sentence)}", file=sys.stderr)
        return 1
    except OSError as fault:  # of an output that is a full device, say; what siteprior writes itself is named above
        write_no_more()
        print(one_line(f"siteprior: {fault.filename or 'output'}: {fault.strerror or fault}"), file=sys.stderr)
        return 1
    except argparse.ArgumentTypeError as fault:
        print(f"siteprior: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("siteprior: stopped; earlier outputs are untouched", file=sys.stderr)
        return 1


class Command(NamedTuple):
    """One command: what it does in a line, the arguments it takes, the function that runs it."""

    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    progress: bool = False
    """Whether it reports its progress, which ``--quiet`` switches off."""


def commands() -> dict[str, str]:
    """Return what each command does, by its name, in the order ``siteprior --help`` lists them.

    Nothing heavy is imported for it: whoever passes commands on or documents them may ask here.

    Examples
    --------
    >>> commands()["compare"]
    'who entered, left and moved between two runs, and why'
    """
    return {name: command.help for name, command in COMMANDS.items()}


def _parser() -> argparse.ArgumentParser:
    """Declare the commands of :data:`COMMANDS`."""
    parser = argparse.ArgumentParser(
        prog="siteprior",
        description="Rank brownfield sites for acquisition along public-transport corridors, and say why and how sure.",
    )
    parser.add_argument("--version", action="version", version=f"siteprior {__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        one = subparsers.add_parser(name, help=command.help)
        one.set_defaults(do=command.run)
        command.declare(one)
        if command.progress:
            one.add_argument("--quiet", action="store_true", help="no progress: neither bars nor lines")
    return parser


def _demo_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=Path, default=Path("outputs/demo"), help="folder to write (default: %(default)s)"
    )
    _publish_arguments(command)


def _run_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, help="project file (TOML)")
    command.add_argument("--out", type=Path, help="folder to write (default: outputs/<project>-<as_of>)")
    command.add_argument("--audience", metavar="WHO", help="internal, partner or public (default: the project's)")
    command.add_argument(
        "--pdf", action="store_true", default=None,
        help="board summary and dossiers also as PDF (needs Chromium, Chrome or Edge)",
    )  # fmt: skip
    _publish_arguments(command)


def _publish_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--gis", choices=("qgis", "arcgis", "mapinfo"), help="program the GeoPackages are for (default: the project's)"
    )
    command.add_argument("--geoparquet", action="store_true", default=None, help="write the layers as GeoParquet, too")


def _check_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, help="project file (TOML)")
    command.add_argument("--out", type=Path, help="folder to write (default: outputs/<project>-<as_of>-check)")
    command.add_argument("--strict", action="store_true", help="exit 1 when there are issues of severity error")


def _audit_arguments(command: argparse.ArgumentParser) -> None:
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


def _access_arguments(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("project", type=Path, nargs="?", help="project file (TOML) with streets and timetables")
    add("--streets", type=Path, metavar="FILE", help="streets: OpenStreetMap, GraphML or lines")
    add("--timetables", type=Path, nargs="+", default=[], metavar="FEED", help="GTFS feeds")
    add("--stops", type=Path, nargs="+", default=[], metavar="FILE", help="NaPTAN files")
    add("--points", type=Path, metavar="FILE", help="places to measure and explain, any vector file")
    add("--bounds", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="area, metres, EPSG:27700")
    add("--date", type=date.fromisoformat, help="weekday to count (default: the busiest ordinary one)")
    add("--cell", type=float, metavar="M", help="metres a cell is wide (default: 100)")
    add("--out", type=Path, default=Path("outputs/access"), help="folder (default: %(default)s)")


def _listing_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="as JSON")


def _criteria_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("project", type=Path, nargs="?", help="project file: its own layers and its weights, too")
    _listing_arguments(command)


def _columns_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("which", nargs="*", metavar="TABLE|WORD", help="a table's name, or a word to look for")
    _listing_arguments(command)


def _compare_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_a", type=Path, help="folder of the earlier run")
    command.add_argument("run_b", type=Path, help="folder of the later run")
    command.add_argument("--out", type=Path, metavar="HTML", help="write the whole comparison as a page")
    command.add_argument("--csv", type=Path, metavar="FILE", help="write every change as a table")
    command.add_argument("--json", action="store_true", help="every change, as JSON")


def _reweight_arguments(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run", type=Path, nargs="?", help="folder of a run (default: the newest in outputs)")
    add("-w", "--weight", action="append", default=[], metavar="CRITERION=WEIGHT",
        help="beside the run's other weights, in their unit; 0 leaves a criterion out")  # fmt: skip
    add("--map", type=Path, metavar="PNG", help="draw the new map")
    add("--write", type=Path, metavar="PROJECT", help="put the weights into a project file; nothing else of it changes")
    add("--json", action="store_true", help="every ranked site, as JSON")


def _rank_arguments(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add(
        "project",
        type=Path,
        help="project file (TOML): weights, gates, opportunities, shortlist as they are now",
    )
    add("--run", type=Path, metavar="FOLDER", help="its run (default: outputs/<project>-<as_of>, else the newest)")
    add("--out", type=Path, metavar="FOLDER", help="a folder of its own to write (default: print, and write nothing)")
    add("--json", action="store_true", help="every ranked opportunity, as JSON")


def _hand_over_arguments(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("run", type=Path, nargs="?", help="folder of a run of the team's own (default: the newest in outputs)")
    add("--audience", required=True, metavar="WHO", help="internal, partner or public")
    add("--by", metavar="CUT", help="council, corridor, ownership or partner (default: all in one folder)")
    add("--partners", type=Path, metavar="FILE", help="of --by partner: a table with site_id and partner")
    add("--out", type=Path, required=True, metavar="FOLDER", help="folder to write; a cut has a folder in it per part")


def _gaps_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", type=Path, nargs="?", help="folder of a run (default: the newest in outputs)")
    command.add_argument("--site", metavar="ID", help="what would decide the verdict of this site")
    _listing_arguments(command)


def _fetch_arguments(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("project", type=Path, nargs="?", help="project file (TOML)")
    add("--force", action="store_true", help="download again what is there")
    add("--max-gb", type=float, metavar="GB", help="refuse larger files (default: 4, parameter fetch.largest_gb)")
    add("--list", action="store_true", help="where official inputs are published; downloads nothing")


def _notebooks_arguments(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(required=True, metavar="ACTION")
    copy = actions.add_parser("copy", help="copy the notebooks to a folder")
    copy.add_argument("folder", type=Path)
    copy.add_argument("--force", action="store_true", help="replace notebooks that stand there")
    copy.set_defaults(do=_copy_notebooks)
    execute = actions.add_parser("run", help="run one notebook with parameters and write it as a page")
    execute.add_argument("notebook", type=Path)
    execute.add_argument("--out", type=Path, required=True, help="page to write (.html)")
    execute.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    execute.set_defaults(do=_run_notebook)


def _demo(options: argparse.Namespace) -> int:
    from siteprior.pipeline.run import demo

    return _print_outputs(demo(out=options.out, **_published(options)))


def _run(options: argparse.Namespace) -> int:
    from siteprior.pipeline.run import run

    asked = {"audience": options.audience, "pdf": options.pdf, **_published(options)}
    return _print_outputs(run(options.project, out=options.out, **asked))


def _published(options: argparse.Namespace) -> dict[str, Any]:
    return {"gis": options.gis, "geoparquet": options.geoparquet, "progress": not options.quiet}


def _print_outputs(folder: Path) -> int:
    from siteprior.pipeline.listings import outputs_text

    print(outputs_text(folder))
    return 0


def _check(options: argparse.Namespace) -> int:
    from siteprior.core.errors import RunWarning
    from siteprior.pipeline.run import find_all_faults

    done = find_all_faults(options.project, out=options.out, progress=not options.quiet)
    if len(done.issues):
        print(listing(done.issues.groupby(["severity", "issue_type"]).size().rename("rows").reset_index()))
    print(*done.summary, sep="\n")
    for sentence in done.notices:
        warnings.warn(sentence, RunWarning, stacklevel=1)
    done.faults.refuse()
    return 1 if options.strict and done.errors else 0


def _audit(options: argparse.Namespace) -> int:
    from siteprior.pipeline.audit import audit
    from siteprior.pipeline.listings import audit_text

    done = audit(
        options.registers, organisation=options.organisation,
        boundaries=options.boundaries, boundaries_code=options.boundaries_code,
        boundaries_name=options.boundaries_name, boundaries_layer=options.boundaries_layer,
        boundaries_crs=options.boundaries_crs, out=options.out,
        workbooks=not options.no_workbooks, progress=not options.quiet,
    )  # fmt: skip
    print(audit_text(done.files, done.sites))
    books = "" if options.no_workbooks else " councils/ holds a workbook to send back to each council."
    print(f"Written to {options.out}: start with audit.html.{books}")
    return 0


def _access(options: argparse.Namespace) -> int:
    from siteprior.pipeline.access import measure_access

    done = measure_access(
        options.project, streets=options.streets, timetables=options.timetables, stops=options.stops,
        points=options.points, bounds=options.bounds, service_date=options.date, cell_m=options.cell,
        out=options.out, progress=not options.quiet,
    )  # fmt: skip
    served = int((done.cells["access_index"] > 0).sum())
    print(
        f"{len(done.cells):,} cells, {served:,} of them with a service in reach, by departures of "
        f"{done.timetables.service_date:%A %d %B %Y}."
    )
    print(f"Written to {options.out}: access_grid.tif and access.gpkg open in QGIS.")
    return 0


def _criteria(options: argparse.Namespace) -> int:
    from siteprior.pipeline.listings import criteria, criteria_text

    print(listing(criteria(options.project), as_json=options.json, text=criteria_text))
    return 0


def _columns(options: argparse.Namespace) -> int:
    from siteprior.pipeline.listings import columns_text, data_dictionary

    print(listing(data_dictionary(" ".join(options.which) or None), as_json=options.json, text=columns_text))
    return 0


def _stages(options: argparse.Namespace) -> int:
    from siteprior.pipeline.listings import stages_text
    from siteprior.pipeline.stages import stage_table

    print(listing(stage_table(), as_json=options.json, text=stages_text))
    return 0


def _compare(options: argparse.Namespace) -> int:
    from siteprior.pipeline.comparison.listing import comparison_lines

    written = {"page": options.out, "csv": options.csv}
    return _print_lines(comparison_lines(options.run_a, options.run_b, as_json=options.json, **written))


def _hand_over(options: argparse.Namespace) -> int:
    from siteprior.pipeline.hand_over import hand_over

    made = hand_over(options.run, audience=options.audience, by=options.by, partners=options.partners, out=options.out)
    for package in made:
        print(f"{package.folder}: {package.sites} sites{f' of {package.part}' if package.part else ''}")
    print(f"Audience: {made[0].audience if made else options.audience}. Start with report.html.")
    return 0


def _reweight(options: argparse.Namespace) -> int:
    from siteprior.pipeline.ranking_listing import reweighted_lines

    if options.map and options.map.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"--map {options.map}: the map is drawn as PNG; end the name with .png")
    given, draw, write = named_values(options.weight), options.map, options.write
    return _print_lines(reweighted_lines(options.run, given, picture=draw, write=write, as_json=options.json))


def _rank(options: argparse.Namespace) -> int:
    from siteprior.pipeline.ranking_listing import ranking_lines

    return _print_lines(ranking_lines(options.project, run=options.run, out=options.out, as_json=options.json))


def _print_lines(lines: Iterable[tuple[str, bool]]) -> int:
    for text, aside in lines:
        print(text, file=sys.stderr if aside else sys.stdout)
    return 0


def _gaps(options: argparse.Namespace) -> int:
    from siteprior.pipeline.listings import gaps_of, gaps_text
    from siteprior.pipeline.manifest import open_run

    table, none = gaps_of(open_run(options.run), options.site)
    print(listing(table, as_json=options.json, text=gaps_text, none=none))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from siteprior.pipeline.listings import downloads_text, official_text
    from siteprior.sources.fetch.fetch import FetchError, fetch

    if options.list:
        print(official_text())
        return 0
    if options.project is None:
        print("siteprior: fetch needs a project file (or --list)", file=sys.stderr)
        return 2
    try:
        table = fetch(options.project, force=options.force, largest_gb=options.max_gb, progress=not options.quiet)
    except FetchError as fault:
        print(downloads_text(fault.table[fault.table["status"] != "failed"]))
        raise
    print(downloads_text(table))
    return 0


def _copy_notebooks(options: argparse.Namespace) -> int:
    from siteprior.report.notebooks.run import copy_notebooks

    for path in copy_notebooks(options.folder, force=options.force):
        print(path)
    return 0


def _run_notebook(options: argparse.Namespace) -> int:
    from siteprior.report.notebooks.run import execute_notebook

    print(execute_notebook(options.notebook, options.out, parameters=named_values(options.parameter), cwd=Path.cwd()))
    return 0


COMMANDS: dict[str, Command] = {
    "demo": Command("the main job on the illustrative sample, no network", _demo_arguments, _demo, progress=True),
    "run": Command("the main job: read, join, appraise, rank, publish", _run_arguments, _run, progress=True),
    "check": Command(
        "find all that run would refuse, audit every input; rank nothing", _check_arguments, _check, progress=True
    ),
    "audit": Command(
        "read, repair and report registers alone; no project needed", _audit_arguments, _audit, progress=True
    ),
    "access": Command(
        "access index of an area from streets and timetables alone", _access_arguments, _access, progress=True
    ),
    "criteria": Command("the criteria: unit, anchors, weight, source", _criteria_arguments, _criteria),
    "columns": Command("the data dictionary: every column of every table", _columns_arguments, _columns),
    "stages": Command("the order of the work: what each stage needs and what it adds", _listing_arguments, _stages),
    "hand-over": Command(
        "what may leave the team: a run cut by council, corridor, ownership or partner",
        _hand_over_arguments,
        _hand_over,
    ),
    "compare": Command("who entered, left and moved between two runs, and why", _compare_arguments, _compare),
    "reweight": Command(
        "a run under other weights: who enters and leaves the shortlist", _reweight_arguments, _reweight
    ),
    "rank": Command(
        "a run under the project as it is now: weights, gates, opportunities, shortlist", _rank_arguments, _rank
    ),
    "gaps": Command("what would decide a run's open verdicts: free files, or a site's list", _gaps_arguments, _gaps),
    "fetch": Command(
        "download the inputs a project names an address for, verified", _fetch_arguments, _fetch, progress=True
    ),
    "notebooks": Command("copy the notebooks, or run one", _notebooks_arguments, _copy_notebooks),
}
"""The commands by name: the one list of them, which help, documents and ``bootstrap.py`` are made from."""
