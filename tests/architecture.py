"""The architecture of siteprior, stated once: which package may import which. Run it to see the measured state.

``python tests/architecture.py`` prints rooms, floors and arrows. ``test_architecture.py`` holds the code to the table,
and CONTRIBUTING and the documents show the table as :func:`table` writes it.

A room is a direct child of ``src/siteprior``: a package or a module, ``__init__`` and ``__main__`` apart. An arrow is
an ordered pair of rooms with at least one import anywhere, function bodies, ``TYPE_CHECKING`` blocks and
``import_module`` of siteprior's own modules included. A room's floor is one above the highest room it imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

TESTS = Path(__file__).resolve().parent
SOURCE = TESTS.parent / "src" / "siteprior"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("project", "walking"),
    ("registers", "sources", "joins", "appraisal", "ranking", "report"),
    ("programme",),
    ("scenarios",),
    ("pipeline",),
    ("cli",),
)
"""The rooms from the ground up. A room imports rooms of the floors below its own, and none beside it."""

WITHOUT_TESTS = {
    "core/cell_values.py": "one type, which mypy reads",
    "pipeline/registered_inputs.py": "three fields, no code",
}
"""The modules that need no file of tests of their own, each with the reason."""

LOADERS = ("import_module", "__import__")
"""What loads a module by its name."""

HIDING = frozenset({"exec", "eval", "pkgutil.resolve_name", "runpy.run_module", "sys.modules", "lazy_loader.load"})
"""What loads a module, or runs code, in ways that nothing here can follow; ``core/lazy.py`` alone reads the stubs."""

MOST_ROOMS, MOST_FLOORS, MOST_ARROWS = 20, 8, 60
ROOT_FILES = {"__init__.py", "__init__.pyi", "__main__.py", "py.typed"}


def may_import() -> dict[str, list[str]]:
    """Return each room with the rooms it may import, from the ground up."""
    below: list[str] = []
    allowed = {}
    for floor in FLOORS:
        allowed.update({room: list(below) for room in floor})
        below += floor
    return allowed


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(path for path in SOURCE.rglob("*.py") if "__pycache__" not in path.parts)


def test_of(path: Path) -> Path:
    """Return where the tests of a module stand: those of ``joins/areas.py`` in ``tests/joins/test_areas.py``."""
    place = path.relative_to(SOURCE)
    return TESTS / place.parent / f"test_{place.stem.strip('_')}.py"


def untested() -> list[str]:
    """Return the modules without a file of tests of their own, in every room; those that make up a package apart."""
    return [
        path.relative_to(SOURCE).as_posix()
        for path in modules()
        if path.name != "__init__.py" and not test_of(path).is_file()
    ]


def name_of(path: Path) -> str:
    """Return a module's dotted name below ``siteprior``; that of a package for its ``__init__``."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Yield the siteprior modules a file imports, as dotted names below the package, wherever in the file they stand.

    Raises
    ------
    ValueError
        At what hides where a name comes from: a relative import, the package imported as a whole, a loader under
        another name, code made of text.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            if "siteprior" in names:
                raise ValueError(f"{path}:{node.lineno}: import what is needed of siteprior, not the whole of it")
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path}: a relative import hides where a name comes from")
            if any((alias.name in LOADERS and alias.asname) or alias.name == "*" for alias in node.names):
                raise ValueError(f"{path}:{node.lineno}: import loaders of modules by their own name, and no *")
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Assign) and ast.unparse(node.value).rpartition(".")[2] in LOADERS:
            raise ValueError(f"{path}:{node.lineno}: call loaders of modules by their own name")
        elif isinstance(node, ast.Constant) and node.value in LOADERS:
            raise ValueError(f"{path}:{node.lineno}: call {node.value} itself, not by the text of its name")
        elif isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in HIDING and path.name != "lazy.py":
            raise ValueError(f"{path}:{node.lineno}: {ast.unparse(node)} hides what is imported; use an import")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in LOADERS:
            # A module loaded by its name counts as well: the name has to stand there whole.
            names = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if not names and path.name != "__init__.py":
                raise ValueError(f"{path}:{node.lineno}: name the module to import in full, where it is imported")
        yield from (name.partition(".")[2] for name in names if name.partition(".")[0] == "siteprior")


def module_graph() -> dict[str, set[str]]:
    """Return each module with the modules it imports."""
    known = {name_of(path) for path in modules()}
    graph: dict[str, set[str]] = {}
    for path in modules():
        name, targets = name_of(path), set()
        for target in imported(path):
            while target and target not in known:
                target = target.rpartition(".")[0]
            targets.add(target)
        graph[name] = targets - {name, ""}
    return graph


def arrows() -> dict[str, set[str]]:
    """Return each room with the rooms it imports; the public face is no room."""
    graph: dict[str, set[str]] = {}
    for name, targets in module_graph().items():
        room = name.partition(".")[0]
        if room not in ("", "__main__"):
            graph.setdefault(room, set()).update(
                {target.partition(".")[0] for target in targets} - {room, "", "__main__"}
            )
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the circles of a graph of imports, each as the trail that closes on itself; none where there is none."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> None:
        if name in trail:
            found.append([*trail[trail.index(name) :], name])
        elif name not in done:
            for target in sorted(graph.get(name, ())):
                visit(target, [*trail, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return found


def floors(graph: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the floor each room stands on by its imports, 1 for the ground; the graph has no circle."""
    heights: dict[str, int] = {}

    def height(room: str) -> int:
        if room not in heights:
            heights[room] = 1 + max((height(below) for below in graph.get(room, ())), default=0)
        return heights[room]

    for room in graph:
        height(room)
    return heights


def table() -> str:
    """Write who may import whom as a table in Markdown, the top floor first."""
    lines = ["| package | may import |", "|---|---|"]
    for floor in reversed(FLOORS):
        below = ", ".join(f"`{room}`" for room in may_import()[floor[0]]) or "nothing of siteprior"
        lines.append(f"| {', '.join(f'`{room}`' for room in floor)} | {below} |")
    return "\n".join(lines)


if __name__ == "__main__":
    rooms = arrows()
    if trails := circles(rooms):
        print("circles:", *(" → ".join(trail) for trail in trails), sep="\n  ")
    else:
        for room, height in sorted(floors(rooms).items(), key=lambda item: (-item[1], item[0])):
            print(f"floor {height}  {room:12} imports {', '.join(sorted(rooms[room])) or 'nothing'}")
    for room, targets in sorted(rooms.items()):
        for target in sorted(targets - set(may_import()[room])):
            print(f"not allowed: {room} imports {target}")
    print(f"{len(rooms)} rooms, {sum(map(len, rooms.values()))} arrows")
    for module in untested():
        print(f"no tests of its own: {module}" + (f" ({why})" if (why := WITHOUT_TESTS.get(module)) else ""))
