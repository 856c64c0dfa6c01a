"""Notebooks with parameters, run from top to bottom and published as pages that open without a network.

The same notebook, parameters and inputs give the same bytes: no times are recorded, the kernel's hashes are fixed,
and paths of the machine are taken out of what the cells show.
"""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError, OutputError, SitePriorError, unknown
from siteprior.core.files import shipped, whole_file, write_text
from siteprior.report import style

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

PARAMETERS = "parameters"
INJECTED = "injected-parameters"

POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What the page may load: nothing but itself."""

_PAGE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}<meta http-equiv="Content-Security-Policy" content="__POLICY__">{% endblock html_head_js %}
{% block jupyter_widgets %}{% endblock jupyter_widgets %}
{% block html_head_js_mathjax %}{% endblock html_head_js_mathjax %}
{% block html_head_js_mermaidjs %}{% endblock html_head_js_mermaidjs %}
{% block html_head_css %}<style>
body.jp-Notebook { max-width: 1100px; margin: 0 auto; padding: 24px; background: __PAPER__; }
.jp-RenderedHTMLCommon img, .jp-RenderedImage img { max-width: 100%; height: auto; }
</style>{% endblock html_head_css %}
"""

_FETCHED = re.compile(
    r"<(?:script|img|iframe|link|source|video|audio|embed)\b[^>]*?\s(?:src|href)\s*=\s*[\"']?(?:https?:)?//[^\"'>\s]*",
    re.IGNORECASE,
)
_KERNEL_FILE = re.compile(r"[^\s\"'<>()]*ipykernel_\d+[/\\]\d+\.py")


def execute_notebook(
    source: Path | str,
    target_html: Path | str,
    *,
    parameters: Mapping[str, Any],
    cwd: Path | str,
    timeout_s: int = 600,
) -> Path:
    """Run a notebook with parameters and write it, with its outputs, as one HTML page that opens offline.

    Parameters
    ----------
    source
        The notebook; the names its cell tagged ``parameters`` assigns are the parameters it has.
    target_html
        The page to write, whole or not at all.
    parameters
        Values to set after that cell: text, numbers, yes/no, ``None``, lists and dicts of them, or paths.
    cwd
        The folder the notebook runs in.
    timeout_s
        Seconds a single cell may take.

    Returns
    -------
    Path
        The page written.

    Raises
    ------
    InputError
        When the notebook cannot be read, or a parameter is not one it has (with those it has).
    SitePriorError
        When a cell fails: naming notebook, cell and error. What had run so far is kept beside the
        target, with the ending ``.failed.ipynb``.
    OutputError
        When the page cannot be written.
    """

    async def work() -> Path:
        notebook = prepared(source, parameters)
        async with started_kernel(cwd) as kernel:
            return await executed(notebook, target_html, kernel=kernel, source=source, cwd=cwd, timeout_s=timeout_s)

    # Jupyter, where analysts work, has a loop running already: this one goes in a thread beside it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work()).result()


def prepared(source: Path | str, parameters: Mapping[str, Any]) -> NotebookNode:
    """Return a notebook with its parameters set; errors as :func:`execute_notebook`."""
    notebook = _read(Path(source))
    _inject(notebook, parameters, Path(source).name)
    return notebook


async def executed(
    notebook: NotebookNode,
    target_html: Path | str,
    *,
    kernel: AsyncKernelManager,
    source: Path | str,
    cwd: Path | str,
    timeout_s: int = 600,
) -> Path:
    """Run a prepared notebook in a kernel started in ``cwd``, and write its page; as :func:`execute_notebook`."""
    import nbformat

    target = Path(target_html)
    failure = await _run(notebook, kernel, timeout_s)
    _tidy(notebook, Path(cwd).absolute())
    if failure:
        partial = write_text(target.with_suffix(".failed.ipynb"), nbformat.writes(notebook) + "\n")
        raise SitePriorError(f"{Path(source).name}: {failure}; what had run is in {partial}")
    return write_text(target, _page(notebook, Path(source).stem))


def notebook_parameters(source: Path | str) -> dict[str, Any]:
    """Return the parameters a notebook has with their defaults (``None`` where the default is computed).

    Raises
    ------
    InputError
        When the file is not a notebook.
    """
    cell = _parameter_cell(_read(Path(source)))
    return {} if cell is None else _assigned(cell["source"], Path(source).name)


def copy_notebooks(folder: Path | str, *, force: bool = False) -> list[Path]:
    """Copy the notebooks that travel with siteprior into a folder and return the copies.

    Parameters
    ----------
    folder
        Where to; made if need be.
    force
        Whether to overwrite notebooks of the same name.

    Raises
    ------
    OutputError
        When a notebook of the same name stands there already (then none is copied), or the folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> import tempfile
    >>> [copy.name for copy in sp.report.copy_notebooks(tempfile.mkdtemp())][:1]
    ['01_shortlist.ipynb']
    """
    originals = sorted(shipped("notebooks").glob("*.ipynb"))
    targets = [Path(folder) / original.name for original in originals]
    present = [target.name for target in targets if target.exists()]
    if present and not force:
        raise OutputError(
            f"{folder}: holds {', '.join(present)} already, perhaps with your work in it; "
            "choose another folder, or overwrite with --force"
        )
    for original, target in zip(originals, targets, strict=True):
        with whole_file(target) as temporary:
            temporary.write_bytes(original.read_bytes())
    return targets


def _read(source: Path) -> NotebookNode:
    """Read a notebook of format 4 and number its cells, so that their ids are the same each time."""
    import nbformat

    try:
        data = json.loads(source.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or data.get("nbformat") != 4:
            raise InputError(f"{source}: cannot be read as a notebook (not of format 4); save it anew in JupyterLab")
        # Ids came with format 4.5; older notebooks get them here rather than a warning from nbformat.
        data["nbformat_minor"] = max(data.get("nbformat_minor", 0), 5)
        for place, cell in enumerate(data.get("cells", [])):
            cell["id"] = f"cell-{place}"
        notebook: NotebookNode = nbformat.reads(json.dumps(data), as_version=4)
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such notebook") from None
    except (json.JSONDecodeError, UnicodeDecodeError, nbformat.ValidationError, OSError) as fault:
        raise InputError(f"{source}: cannot be read as a notebook ({_short(fault)})") from None
    return notebook


def _parameter_cell(notebook: NotebookNode) -> NotebookNode | None:
    tagged: list[NotebookNode] = [cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", [])]
    return tagged[0] if tagged else None


def _assigned(code: str, name: str) -> dict[str, Any]:
    """Return the names a cell assigns, with values where they are literals."""
    try:
        tree = ast.parse(code)
    except SyntaxError as fault:
        raise InputError(f"{name}: the parameters cell is not valid Python ({fault.msg})") from None
    found: dict[str, Any] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    found[target.id] = ast.literal_eval(value) if value is not None else None
                except ValueError:
                    found[target.id] = None
    return found


def _inject(notebook: NotebookNode, parameters: Mapping[str, Any], name: str) -> None:
    """Put a cell that sets the parameters after the one that holds their defaults."""
    import nbformat

    if not parameters:
        return
    cell = _parameter_cell(notebook)
    known = {} if cell is None else _assigned(cell["source"], name)
    faults = [unknown("parameter", given, known, where=name) for given in parameters if given not in known]
    values = {key: value.as_posix() if isinstance(value, PurePath) else value for key, value in parameters.items()}
    faults += [
        f"{name}: parameter '{key}': {value!r} cannot be written into a notebook; give text, a number, yes or no, "
        "or lists of them"
        for key, value in values.items()
        if not _is_literal(value)
    ]
    if faults:
        raise InputError(*faults)
    code = "\n".join(f"{key} = {value!r}" for key, value in values.items())
    injected = nbformat.v4.new_code_cell(code, metadata={"tags": [INJECTED]}, id=INJECTED)
    notebook.cells.insert(notebook.cells.index(cell) + 1, injected)


def _is_literal(value: object) -> bool:
    """Return whether a value written as Python text reads back as itself."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


@asynccontextmanager
async def started_kernel(cwd: Path | str, *, first: str = "") -> AsyncIterator[AsyncKernelManager]:
    """Start a kernel of this very interpreter in a folder, whatever kernels are registered on the machine.

    It runs the line ``first``, reads no IPython settings of the user's, hashes the same each time, and is gone at the
    end.
    """
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    command = [sys.executable, "-X", "frozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command += ["--HistoryManager.hist_file=:memory:", *([f"--IPKernelApp.exec_lines={first}"] if first else [])]
    # Without sockets of files (Windows) the kernel would warn on the terminal that local TCP is not encrypted.
    command.append("--log-level=ERROR")

    class ThisInterpreter(KernelSpecManager):
        """Knows one kernel: the Python siteprior runs in."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(argv=command, display_name="Python 3", language="python", name=kernel_name)

    with tempfile.TemporaryDirectory(prefix="siteprior-", ignore_cleanup_errors=True) as place:
        connection = str(Path(place) / "kernel.json")
        # A socket in a private folder is closed to other users of the machine; its path may not be longer than 107.
        transport = "ipc" if os.name == "posix" and len(connection) < 90 else "tcp"
        kernel = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisInterpreter(),
            connection_file=connection,
            transport=transport,
        )
        profile = Path(place) / "ipython"
        profile.mkdir()
        settings = {
            "PYTHONHASHSEED": "0",
            "IPYTHONDIR": str(profile),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        await kernel.start_kernel(cwd=str(Path(cwd).absolute()), env={**os.environ, **settings})
        try:
            yield kernel
        finally:
            if kernel.has_kernel:
                await kernel.shutdown_kernel(now=True)


async def _run(notebook: NotebookNode, kernel: AsyncKernelManager, timeout_s: int) -> str:
    """Run all cells in a fresh kernel and end it; return what failed and where, blank when all went well."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    started: list[int] = []
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=timeout_s,
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=lambda **about: started.append(about["cell_index"]),
    )
    try:
        await client.async_execute(cleanup_kc=True)
    except CellExecutionError as fault:
        reason = f"{fault.ename}: {fault.evalue}"
    except CellControlSignal:
        reason = f"took longer than {timeout_s} s"
    except (DeadKernelError, RuntimeError) as fault:
        reason = f"the kernel stopped ({fault})"
    else:
        return ""
    if not started:
        return " ".join(reason.split())
    cells = [cell for cell in notebook.cells[: started[-1] + 1] if cell["id"] != INJECTED]
    first_line = notebook.cells[started[-1]]["source"].strip().partition("\n")[0]
    return f"cell {len(cells)} ({first_line}) failed: {' '.join(reason.split())}"


def _tidy(notebook: NotebookNode, cwd: Path) -> None:
    """Take out of the outputs what belongs to this machine or this moment: paths, kernel numbers, execution times."""
    places = {str(cwd): ".", str(cwd.resolve()): ".", str(Path(sys.prefix)): "(python)", str(Path.home()): "~"}
    words = [
        (form, short)
        for place, short in sorted(places.items(), key=lambda item: -len(item[0]))
        if len(Path(place).parts) > 1
        for form in dict.fromkeys([place, place.replace("\\", "\\\\"), place.replace("\\", "/")])
    ]

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            for form, short in words:
                value = value.replace(form, short)
            return _KERNEL_FILE.sub("(cell)", value)
        if isinstance(value, list):
            return [clean(item) for item in value]
        if isinstance(value, dict):
            # Pictures are long and hold no paths.
            return type(value)({k: v if k.startswith("image/p") else clean(v) for k, v in value.items()})
        return value

    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell["outputs"] = clean(cell["outputs"])


def _page(notebook: NotebookNode, title: str) -> str:
    """Return the notebook as one HTML page without the injected cell and without anything fetched from elsewhere.

    Raises
    ------
    SitePriorError
        When an output would load something from the network.
    """
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    notebook.cells = [cell for cell in notebook.cells if cell["id"] != INJECTED]
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for place, cell in enumerate(code_cells, start=1):
        for numbered in (cell, *(output for output in cell["outputs"] if "execution_count" in output)):
            numbered["execution_count"] = place
    notebook.metadata.pop("widgets", None)
    template = _PAGE.replace("__POLICY__", POLICY).replace("__PAPER__", style.PAGE_COLOURS["paper"])
    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"siteprior.html.j2": template})],
        template_file="siteprior.html.j2",
        embed_images=True,
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    fetched = _FETCHED.search(page)
    if fetched:
        raise SitePriorError(
            f"{title}: the page would load something from elsewhere ({fetched[0]}); put it into the notebook instead"
        )
    return str(page)


def _short(fault: BaseException) -> str:
    """Return the first line of what an error says."""
    return str(fault).strip().partition("\n")[0] or type(fault).__name__
