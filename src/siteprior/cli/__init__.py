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
from pathlib import Path
from typing import Any, NamedTuple

from siteprior import __version__
from siteprior.cli import arguments, beside
from siteprior.cli.clustered import cluster_of, print_walks
from siteprior.cli.groups import GROUPS
from siteprior.core.errors import SitePriorError, listed_once
from siteprior.core.second_process import look_for_cycles_less_often
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
        look_for_cycles_less_often()
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # from here on Ctrl-C ends a command in words
            signal.signal(signal.SIGINT, signal.default_int_handler)
    options = parser_of_commands().parse_args(arguments)
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
    return {name: COMMANDS[name].help for names in GROUPS.values() for name in names}


def parser_of_commands() -> argparse.ArgumentParser:
    """Declare the commands of :data:`COMMANDS`."""
    parser = argparse.ArgumentParser(
        prog="siteprior",
        usage="siteprior [-h] [--version] COMMAND ...",
        description="Rank brownfield sites for acquisition along public-transport corridors,\n"
        "and say why and how sure.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_grouped(),
    )
    parser.add_argument("--version", action="version", version=f"siteprior {__version__}")
    # The list of commands, grouped, is the epilog; argparse would list them in one row.
    subparsers = parser.add_subparsers(
        prog="siteprior", required=True, metavar="COMMAND", dest="command", help=argparse.SUPPRESS
    )
    for name, words in commands().items():
        command = COMMANDS[name]
        one = subparsers.add_parser(name, help=words)
        one.set_defaults(do=command.run)
        command.declare(one)
        if command.progress:
            one.add_argument("--quiet", action="store_true", help="no progress: neither bars nor lines")
    return parser


def _grouped() -> str:
    """Write the commands in their groups, a line each."""
    longest = max(map(len, COMMANDS))
    lines = []
    for group, names in GROUPS.items():
        lines += [f"{group}:", *(f"  {name:<{longest}}  {COMMANDS[name].help}" for name in names), ""]
    return "\n".join([*lines, "siteprior COMMAND --help lists what a command takes; siteprior docs explains it."])


def _demo(options: argparse.Namespace) -> int:
    from siteprior.pipeline.run import demo

    return _print_outputs(demo(out=options.out, **_published(options)))


def _init(options: argparse.Namespace) -> int:
    from siteprior.pipeline.new_project.recognise import recognised_text
    from siteprior.pipeline.new_project.write import next_steps, write_new_project

    named = [each for each in (",".join(options.known), options.area, options.combined_authority) if each]
    if len(named) + (options.from_folder is not None) != 1:
        raise argparse.ArgumentTypeError("init: name one area, or a folder with --from-folder; see init --help")
    area = named[0] if named else None
    new = write_new_project(area, from_folder=options.from_folder, out=options.out, as_of=options.as_of)
    if new.found:
        print(recognised_text(new.found))
    if new.notes:
        print("\n".join(new.notes))
    print(next_steps(new.file))
    return 0


def _run(options: argparse.Namespace) -> int:
    from siteprior.pipeline.run import run

    asked = {"audience": options.audience, "pdf": options.pdf, **_published(options)}
    return _print_outputs(run(options.project, out=options.out, **asked))


def _published(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "gis": options.gis, "geoparquet": options.geoparquet, "fresh": options.fresh, "progress": not options.quiet,
    }  # fmt: skip


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

    with cluster_of(options) as cluster:
        done = audit(
            options.registers, organisation=options.organisation,
            boundaries=options.boundaries, boundaries_code=options.boundaries_code,
            boundaries_name=options.boundaries_name, boundaries_layer=options.boundaries_layer,
            boundaries_crs=options.boundaries_crs, out=options.out,
            workbooks=not options.no_workbooks, progress=not options.quiet, cluster=cluster,
        )  # fmt: skip
    print(audit_text(done.files, done.sites))
    books = "" if options.no_workbooks else " councils/ holds a workbook to send back to each council."
    print(f"Written to {options.out}: start with audit.html.{books}")
    return 0


def _access(options: argparse.Namespace) -> int:
    from siteprior.pipeline.access import measure_access

    asked = {
        "streets": options.streets, "stops": options.stops, "bounds": options.bounds, "cell_m": options.cell,
        "out": options.out, "progress": not options.quiet,
    }  # fmt: skip
    if options.walks:
        return print_walks(options, asked)
    with cluster_of(options) as cluster:
        done = measure_access(
            options.project, timetables=options.timetables, points=options.points, service_date=options.date,
            cluster=cluster, **asked,
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

    asked = {name: getattr(options, name) for name in ("audience", "by", "partners", "gis", "out")}
    made = hand_over(options.run, **asked)
    for package in made:
        print(f"{package.folder}: {package.sites} sites{f' of {package.part}' if package.part else ''}")
    start = "Start with report.html." if made else "The run lists no site: there is nothing to hand over."
    print(f"Audience: {options.audience}. {start}")
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
    from siteprior.pipeline.fetch_plan import plan_text
    from siteprior.pipeline.listings import downloads_text
    from siteprior.pipeline.official import official, official_text, overview
    from siteprior.pipeline.registered import load_project
    from siteprior.sources.fetch.fetch import FetchError, fetch

    if options.list is not None:
        table = official(options.list)
        if not options.json:
            print(overview(table, None if options.project is None else load_project(options.project)))
        print(listing(table, as_json=options.json, text=official_text))
        return 0
    if options.project is None:
        print("siteprior: fetch needs a project file (or --list)", file=sys.stderr)
        return 2
    if options.force:
        from siteprior.core.renamed import warn_renamed

        warn_renamed("siteprior fetch", {"--force": "--refresh"})
    try:
        table = fetch(
            options.project, refresh=options.refresh or options.force, offline=options.offline,
            dry_run=options.dry_run, mirror=options.mirror, largest_gb=options.max_gb, progress=not options.quiet,
        )  # fmt: skip
    except FetchError as fault:
        print(downloads_text(fault.table[fault.table["status"] != "failed"]))
        if options.dry_run:
            print(plan_text(fault.table))
        raise
    print(downloads_text(table))
    if options.dry_run:
        print(plan_text(table))
    return 0


def _docs(options: argparse.Namespace) -> int:
    from siteprior.cli.site.built import built_site

    if options.build:
        from siteprior.cli.site.build import build_site
        from siteprior.core.files import shipped

        page = build_site(shipped("data").parent, parser=parser_of_commands()) / "index.html"
    else:
        import webbrowser

        page = built_site()
        webbrowser.open(page.as_uri())
    print(page)
    return 0


COMMANDS: dict[str, Command] = {
    "demo": Command(
        "the main job on the illustrative sample, no network", arguments.demo_arguments, _demo, progress=True
    ),
    "init": Command(
        "a project file for an area of England, or for files you have",
        arguments.init_arguments,
        _init,
    ),
    "run": Command("the main job: read, join, appraise, rank, publish", arguments.run_arguments, _run, progress=True),
    "check": Command(
        "all that run would refuse, every input audited; ranks nothing",
        arguments.check_arguments,
        _check,
        progress=True,
    ),
    "audit": Command(
        "read, repair and report registers alone; no project needed", arguments.audit_arguments, _audit, progress=True
    ),
    "access": Command(
        "access index of an area from streets and timetables alone", arguments.access_arguments, _access, progress=True
    ),
    "criteria": Command("the criteria: unit, anchors, weight, source", arguments.criteria_arguments, _criteria),
    "columns": Command("the data dictionary: every column of every table", arguments.columns_arguments, _columns),
    "stages": Command("the order of the work: what each stage needs and adds", arguments.listing_arguments, _stages),
    "hand-over": Command(
        "what may leave the team: a cut of a run for partners or the public",
        arguments.hand_over_arguments,
        _hand_over,
    ),
    "compare": Command("who entered, left and moved between two runs, and why", arguments.compare_arguments, _compare),
    "reweight": Command(
        "a run under other weights: who enters and leaves the shortlist", arguments.reweight_arguments, _reweight
    ),
    "rank": Command(
        "a run under the project file as it is now, no data read again",
        arguments.rank_arguments,
        _rank,
    ),
    "gaps": Command("what would decide open verdicts: free files, or a site's list", arguments.gaps_arguments, _gaps),
    "fetch": Command(
        "download and verify what a project names; nothing else downloads",
        arguments.fetch_arguments,
        _fetch,
        progress=True,
    ),
    "docs": Command("open the documentation site that ships with siteprior", arguments.docs_arguments, _docs),
    "notebooks": Command(
        "list the notebooks, copy them, or run one", arguments.notebooks_arguments, beside.use_notebooks
    ),
    "cache": Command("what is kept between runs: see it, or clear it", arguments.cache_arguments, beside.show_cache),
}
"""The commands by name: the one list of them, which help, documents and ``bootstrap.py`` are made from."""
